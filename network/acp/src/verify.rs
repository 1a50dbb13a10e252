//! What a manager must verify before it tells the engine of a message: every signature, every
//! quorum inside, every ticket, and that a header has the id it goes by.
//!
//! The engine verifies nothing of this again. What is judged here needs no state of a round but
//! its committee; who may lead when, the engine knows.

use crate::message::{Message, NewView, Proposal, Status, Ticket, Vote};
use keys::{ed25519_verify, vrf_verify};
use ledger::{
    Certificate, CertificateError, CertifiedHeader, Committee, Header, Place, Step, ticket_input,
};
use std::collections::BTreeSet;
use std::sync::Arc;
use types::{ChainId, Round};
use wire::{Encode, hash};

/// Why a message must not reach the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadMessage {
    /// It is neither of this round nor of the next, whose committee is all that is known.
    #[error("of another round")]
    WrongRound,
    /// Its signer has no seat in the committee of its round.
    #[error("no member {0}")]
    NoMember(u16),
    /// The signature of this member is not over what it says.
    #[error("bad signature of member {0}")]
    BadSignature(u16),
    /// A quorum in it is none.
    #[error("bad quorum: {0}")]
    BadQuorum(#[from] CertificateError),
    /// A quorum in it is of another step, round, view or block than it must be.
    #[error("a quorum that does not belong there")]
    WrongQuorum,
    /// A ticket is not its member's for the round.
    #[error("bad ticket of member {0}")]
    BadTicket(u16),
    /// A header is missing, or is not of the block, round or network that is spoken of.
    #[error("header missing, or not the one spoken of")]
    WrongHeader,
    /// A block behind view 0 comes without its proposer's word for it.
    #[error("no origin")]
    NoOrigin,
}

/// Quorums and tickets that have been verified, byte for byte: members repeat them.
#[derive(Debug, Clone, Default)]
pub struct Seen(BTreeSet<[u8; 32]>);

impl Seen {
    /// At most so many are remembered.
    pub const LIMIT: usize = 4096;

    /// Verifies what has not been.
    fn once<E>(
        &mut self,
        bytes: &[&[u8]],
        verify: impl FnOnce() -> Result<(), E>,
    ) -> Result<(), E> {
        let digest = hash("acp-seen", bytes);
        if self.0.contains(&digest) {
            return Ok(());
        }
        verify()?;
        if self.0.len() >= Self::LIMIT {
            self.0.clear();
        }
        self.0.insert(digest);
        Ok(())
    }
}

/// A committee, and what its tickets are drawn from.
pub type Electorate = (Arc<Committee>, [u8; 32]);

/// Verifies the messages of a round and of the next.
#[derive(Debug, Clone)]
pub struct Verifier {
    chain: ChainId,
    round: Round,
    present: Electorate,
    next: Option<Electorate>,
}

impl Verifier {
    /// For the messages of `round`, decided by `present`, and of the round after it, if it is known
    /// who decides that.
    #[must_use]
    pub const fn new(
        chain: ChainId,
        round: Round,
        present: Electorate,
        next: Option<Electorate>,
    ) -> Self {
        Self { chain, round, present, next }
    }

    /// Verifies a message whole.
    ///
    /// # Errors
    /// [`BadMessage`] says what is wrong with it; its sender has passed on what it should not have.
    pub fn check(&self, message: &Message, seen: &mut Seen) -> Result<(), BadMessage> {
        match message {
            Message::Ticket(ticket) => self.ticket(ticket, seen),
            Message::Proposal(proposal) => self.proposal(proposal, seen),
            Message::Vote(vote) => self.vote(vote),
            Message::NewView(new_view) => self.new_view(new_view, seen),
            Message::Quorum(quorum) => self.quorum(quorum, seen),
            Message::Final(end) => self.end(end, seen),
            Message::Status(status) => self.status(status, seen),
        }
    }

    fn electorate(&self, round: Round) -> Result<&Electorate, BadMessage> {
        if round == self.round {
            return Ok(&self.present);
        }
        let next = self.next.as_ref().filter(|_| round == self.round.next());
        next.ok_or(BadMessage::WrongRound)
    }

    fn committee(&self, round: Round) -> Result<&Committee, BadMessage> {
        self.electorate(round).map(|(committee, _)| committee.as_ref())
    }

    fn signed(
        &self,
        round: Round,
        member: u16,
        (bytes, signature): (&[u8], &[u8; 64]),
    ) -> Result<(), BadMessage> {
        let signer = self.committee(round)?.member(member).ok_or(BadMessage::NoMember(member))?;
        let good = ed25519_verify(&signer.key, bytes, signature);
        good.then_some(()).ok_or(BadMessage::BadSignature(member))
    }

    fn vote(&self, vote: &Vote) -> Result<(), BadMessage> {
        self.signed(vote.round, vote.member, (&vote.signed(self.chain), &vote.signature))
    }

    fn ticket(&self, ticket: &Ticket, seen: &mut Seen) -> Result<(), BadMessage> {
        let Ticket { round, member, proof, signature } = ticket;
        self.electorate(*round)?;
        let said = ticket.signed(self.chain);
        seen.once(&[b"ticket", &ticket.to_bytes()], || {
            self.signed(*round, *member, (&said, signature))
        })?;
        self.draw(*round, *member, proof, seen)
    }

    /// The VRF costs more than all signatures of a message: once for a proof.
    fn draw(
        &self,
        round: Round,
        member: u16,
        proof: &[u8; 80],
        seen: &mut Seen,
    ) -> Result<(), BadMessage> {
        let (committee, from) = self.electorate(round)?;
        let key = committee.member(member).ok_or(BadMessage::NoMember(member))?.vrf;
        let input = ticket_input(from, round);
        seen.once(&[b"draw", &key, &input, proof], || {
            let output = vrf_verify(&key, &input, proof);
            output.map(|_| ()).ok_or(BadMessage::BadTicket(member))
        })
    }

    fn quorum(&self, quorum: &Certificate, seen: &mut Seen) -> Result<(), BadMessage> {
        let committee = self.committee(quorum.round)?;
        let bytes = quorum.to_bytes();
        Ok(seen.once(&[b"quorum", &bytes], || quorum.verify(self.chain, committee))?)
    }

    /// A quorum that releases or reports a lock: Prepare votes of the same round.
    fn lock(&self, round: Round, quorum: &Certificate, seen: &mut Seen) -> Result<(), BadMessage> {
        if quorum.step != Step::Prepare || quorum.round != round {
            return Err(BadMessage::WrongQuorum);
        }
        self.quorum(quorum, seen)
    }

    fn new_view(&self, new_view: &NewView, seen: &mut Seen) -> Result<(), BadMessage> {
        let NewView { round, member, signature, .. } = new_view;
        if let Some(high) = &new_view.high {
            self.lock(*round, high, seen)?;
        }
        self.signed(*round, *member, (&new_view.signed(self.chain), signature))
    }

    /// Any round: who is far behind or ahead must be heard. The quorum can be judged only near.
    fn status(&self, status: &Status, seen: &mut Seen) -> Result<(), BadMessage> {
        match &status.high {
            Some(high) if self.electorate(status.round).is_ok() => {
                self.lock(status.round, high, seen)
            }
            Some(_) | None => Ok(()),
        }
    }

    fn end(&self, end: &CertifiedHeader, seen: &mut Seen) -> Result<(), BadMessage> {
        let CertifiedHeader { header, certificate } = end;
        let committee = self.committee(header.round)?;
        if header.check(self.chain, committee).is_err() {
            return Err(BadMessage::WrongHeader);
        }
        let bytes = end.to_bytes();
        Ok(seen.once(&[b"end", &bytes], || {
            // Its signatures may be known; that it is a Commit quorum for this header may not.
            if certificate.step == Step::Commit {
                end.verify(committee)
            } else {
                Err(CertificateError::NotFinal)
            }
        })?)
    }

    fn proposal(&self, proposal: &Proposal, seen: &mut Seen) -> Result<(), BadMessage> {
        let Proposal { round, view, block, leader, signature, .. } = proposal;
        self.signed(*round, *leader, (&proposal.signed(self.chain), signature))?;
        if let Some(quorum) = &proposal.quorum {
            if quorum.block != *block || quorum.view >= *view {
                return Err(BadMessage::WrongQuorum);
            }
            self.lock(*round, quorum, seen)?;
        }
        match &proposal.header {
            Some(header) => self.proposed(proposal, header, seen),
            None if proposal.quorum.is_some() => Ok(()),
            None => Err(BadMessage::WrongHeader),
        }
    }

    /// The header of a proposal: its id, its ticket, and its proposer's word for it.
    fn proposed(
        &self,
        proposal: &Proposal,
        header: &Header,
        seen: &mut Seen,
    ) -> Result<(), BadMessage> {
        let Proposal { round, view, block, leader, .. } = *proposal;
        let place = header.chain == self.chain && header.round == round;
        if !place || header.id() != block || (view == 0 && header.proposer != leader) {
            return Err(BadMessage::WrongHeader);
        }
        // Which empty block is the right one, the engine knows.
        if header.is_empty_block() {
            return Ok(());
        }
        self.draw(round, header.proposer, &header.ticket, seen)?;
        match &proposal.origin {
            _ if view == 0 || proposal.quorum.is_some() => Ok(()),
            Some(origin) => {
                let bytes = Place::acp(self.chain, round, 0).proposal(block, None);
                self.signed(round, header.proposer, (&bytes, origin))
            }
            None => Err(BadMessage::NoOrigin),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_verified_is_verified_no_more_and_memory_is_bounded() {
        let mut seen = Seen::default();
        assert_eq!(seen.once(&[b"bad"], || Err(1)), Err(1));
        assert_eq!(seen.once(&[b"bad"], || Err(2)), Err(2), "a refusal is not remembered");
        for n in 0..=Seen::LIMIT {
            assert_eq!(seen.once::<()>(&[&n.to_be_bytes()], || Ok(())), Ok(()));
            assert!(seen.0.len() <= Seen::LIMIT);
        }
        let last = Seen::LIMIT.to_be_bytes();
        assert_eq!(seen.once(&[&last], || Err(3)), Ok(()), "not asked again");
    }
}
