//! Who this member is, and whom it believes: the committee, its keys, and the own signing key.
//!
//! Fixed while the engine lives; the round's rules ask it to sign and to judge.

use crate::message::{Proposal, Vote, proposal_bytes};
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use ledger::{Body, CertifiedHeader, Committee, Header, Step, vote_bytes};
use types::{BlockId, ChainId, Round};
use wire::Decode;

pub(crate) struct Identity {
    pub(crate) chain: ChainId,
    pub(crate) member: u16,
    pub(crate) committee: Committee,
    key: SigningKey,
    /// Parsed once; a member whose key is no point of the curve is never believed.
    members: Vec<Option<VerifyingKey>>,
}

impl Identity {
    pub(crate) fn new(chain: ChainId, key: SigningKey, member: u16, committee: Committee) -> Self {
        let mut identity =
            Self { chain, member, committee: committee.clone(), key, members: vec![] };
        identity.adopt(committee);
        identity
    }

    /// Takes the committee of the next round.
    pub(crate) fn adopt(&mut self, committee: Committee) {
        self.members = (0..=u16::MAX)
            .map_while(|member| committee.member(member))
            .map(|key| VerifyingKey::from_bytes(key).ok())
            .collect();
        self.committee = committee;
    }

    pub(crate) fn quorum(&self) -> usize {
        self.committee.quorum()
    }

    /// The members other than this one.
    pub(crate) fn others(&self) -> impl Iterator<Item = u16> {
        (0..=u16::MAX).zip(&self.members).map(|(member, _)| member).filter(|m| *m != self.member)
    }

    pub(crate) fn is_other_member(&self, member: u16) -> bool {
        member != self.member && self.key_of(member).is_some()
    }

    pub(crate) fn proposes(&self, round: Round) -> bool {
        self.committee.proposer(round) == self.member
    }

    pub(crate) fn vote(&self, step: Step, round: Round, block: BlockId) -> Vote {
        let bytes = vote_bytes(self.chain, round, 0, step, block);
        let signature = self.key.sign(&bytes).to_bytes();
        Vote { step, round, view: 0, block, member: self.member, signature }
    }

    pub(crate) fn propose(&self, header: Header, body: Vec<u8>) -> Proposal {
        let bytes = proposal_bytes(self.chain, header.round, 0, header.id());
        Proposal { header, body, signature: self.key.sign(&bytes).to_bytes() }
    }

    pub(crate) fn believes_vote(&self, vote: &Vote) -> bool {
        vote.view == 0
            && self.key_of(vote.member).is_some_and(|key| vote.is_signed_by(key, self.chain))
    }

    /// True if the round's proposer signed exactly this header.
    pub(crate) fn believes_proposal(&self, proposal: &Proposal, id: BlockId) -> bool {
        let header = &proposal.header;
        header.chain == self.chain
            && header.proposer == self.committee.proposer(header.round)
            && self.key_of(header.proposer).is_some_and(|key| proposal.is_signed_by(key, id))
    }

    /// True if a quorum of the committee committed to this header in view 0.
    pub(crate) fn believes_final(&self, header: &CertifiedHeader) -> bool {
        header.certificate.view == 0
            && header.header.check(self.chain, &self.committee).is_ok()
            && header.verify(&self.committee).is_ok()
    }

    fn key_of(&self, member: u16) -> Option<&VerifyingKey> {
        self.members.get(usize::from(member)).and_then(Option::as_ref)
    }
}

/// The body of a proposal, if it is the one its header names. The signature covers the header
/// alone: whoever passes a proposal on could put another body beside it.
pub(crate) fn body_of(proposal: &Proposal) -> Option<Body> {
    Body::from_bytes(&proposal.body).ok().filter(|body| body.root() == proposal.header.body_root)
}
