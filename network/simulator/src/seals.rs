//! What a manager does before it feeds its engine: looking at every signature in a message.
//! A forged one is dropped here, so trying to forge is part of every run.

use crate::chain::Chain;
use crate::ring::Ring;
use acp::{Message, Proposal, Ticket};
use ledger::{Certificate, CertifiedHeader, Place, Step, ticket_input};
use types::Round;

/// What is needed to tell true from forged.
#[derive(Clone, Copy)]
pub(crate) struct Seals<'a> {
    pub(crate) ring: &'a Ring,
    pub(crate) chain: &'a Chain,
    /// How many signatures make a quorum, by the rules of the run.
    pub(crate) quorum: usize,
}

impl Seals<'_> {
    /// True if all signatures, quorums and tickets in it are genuine.
    pub(crate) fn genuine(&self, message: &Message) -> bool {
        let chain = self.chain.id;
        match message {
            Message::Ticket(ticket) => self.ticket(ticket),
            Message::Proposal(proposal) => self.proposal(proposal),
            Message::Vote(vote) => {
                self.signed(vote.round, vote.member, &vote.signed(chain), &vote.signature)
            }
            Message::NewView(said) => {
                self.signed(said.round, said.member, &said.signed(chain), &said.signature)
                    && said.high.as_ref().is_none_or(|high| self.lock(said.round, high))
            }
            Message::Quorum(quorum) => self.lock(quorum.round, quorum),
            Message::Final(header) => self.is_final(header),
            Message::Status(status) => {
                status.high.as_ref().is_none_or(|high| self.lock(status.round, high))
            }
        }
    }

    /// True if the committee of its round has decided this header.
    pub(crate) fn is_final(&self, header: &CertifiedHeader) -> bool {
        let certificate = &header.certificate;
        certificate.step == Step::Commit
            && certificate.round == header.header.round
            && certificate.block == header.header.id()
            && self.certificate(certificate)
    }

    fn signed(&self, round: Round, member: u16, bytes: &[u8], signature: &[u8; 64]) -> bool {
        self.ring.seated(round.0, member).is_some_and(|tokens| tokens.signed(bytes, signature))
    }

    fn ticket(&self, ticket: &Ticket) -> bool {
        let signed = ticket.signed(self.chain.id);
        self.signed(ticket.round, ticket.member, &signed, &ticket.signature)
            && self.drawn(ticket.round, ticket.member, &ticket.proof)
    }

    fn drawn(&self, round: Round, member: u16, proof: &[u8; 80]) -> bool {
        let Some(from) = self.chain.draws(round.0) else { return false };
        let tokens = self.ring.seated(round.0, member);
        tokens.is_some_and(|tokens| tokens.drew(&ticket_input(&from, round), proof))
    }

    fn proposal(&self, proposal: &Proposal) -> bool {
        let signed = proposal.signed(self.chain.id);
        self.signed(proposal.round, proposal.leader, &signed, &proposal.signature)
            && proposal.quorum.as_ref().is_none_or(|quorum| self.lock(proposal.round, quorum))
            && self.named(proposal)
            && self.origin(proposal)
    }

    /// The header is the one that the proposal names, and its ticket is drawn.
    fn named(&self, proposal: &Proposal) -> bool {
        let Some(header) = &proposal.header else { return proposal.quorum.is_some() };
        let drawn =
            header.is_empty_block() || self.drawn(proposal.round, header.proposer, &header.ticket);
        header.id() == proposal.block && drawn
    }

    fn origin(&self, proposal: &Proposal) -> bool {
        let Some(origin) = &proposal.origin else { return true };
        let Some(header) = &proposal.header else { return false };
        let place = Place::acp(self.chain.id, proposal.round, 0);
        self.signed(proposal.round, header.proposer, &place.proposal(proposal.block, None), origin)
    }

    /// A Prepare quorum of this round.
    fn lock(&self, round: Round, quorum: &Certificate) -> bool {
        quorum.step == Step::Prepare && quorum.round == round && self.certificate(quorum)
    }

    fn certificate(&self, certificate: &Certificate) -> bool {
        let committee = self.ring.committee(certificate.round.0);
        let signers = certificate.signers();
        if certificate.bitmap.len() != committee.size().div_ceil(8)
            || signers.len() != certificate.signatures.len()
            || signers.len() < self.quorum
        {
            return false;
        }
        let place = Place::acp(self.chain.id, certificate.round, certificate.view);
        let bytes = place.vote(certificate.step, certificate.block);
        signers
            .into_iter()
            .zip(&certificate.signatures)
            .all(|(member, signature)| self.signed(certificate.round, member, &bytes, signature))
    }
}
