//! What members say to one another, and how it is signed and written.
//!
//! The engine makes and judges these; the manager carries them. Decoding checks form and limits
//! only: a decoded message is still a claim.

use ed25519_dalek::{Signature, VerifyingKey};
use ledger::{CertifiedHeader, Header, MAX_BODY, Step, vote_bytes};
use types::{BlockId, ChainId, Round};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// One message between members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// The block that the round's proposer wants to be final.
    Proposal(Box<Proposal>),
    /// One member's vote.
    Vote(Vote),
    /// A round's end, for members that have missed it.
    Final(Box<CertifiedHeader>),
    /// The round its sender works on; said when there is nothing else to say.
    Status {
        /// That round.
        round: Round,
    },
}

/// A block with its proposer's signature over [`proposal_bytes`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The header; its hash is what votes name.
    pub header: Header,
    /// The encoded body, at most [`ledger::MAX_BODY`] bytes.
    pub body: Vec<u8>,
    /// By `header.proposer`.
    pub signature: [u8; 64],
}

/// A vote with its member's signature over [`ledger::vote_bytes`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vote {
    /// Prepare or Commit.
    pub step: Step,
    /// The round voted in.
    pub round: Round,
    /// Always 0 in this release.
    pub view: u32,
    /// The block voted for.
    pub block: BlockId,
    /// Who votes, by position in the committee.
    pub member: u16,
    /// By that member.
    pub signature: [u8; 64],
}

/// What a proposer signs: `acp1prop`, then chain, engine, round, view, id, and no earlier quorum
/// (view and id 0), which a proposal of view 0 never carries.
#[must_use]
pub fn proposal_bytes(chain: ChainId, round: Round, view: u32, block: BlockId) -> Vec<u8> {
    let mut w = Writer::new();
    w.fixed(b"acp1prop");
    chain.encode(&mut w);
    w.u8(1);
    round.encode(&mut w);
    w.u32(view);
    block.encode(&mut w);
    w.u32(0);
    w.fixed(&[0; 32]);
    w.into_bytes()
}

impl Proposal {
    /// True if the signature is by this key.
    pub(crate) fn is_signed_by(&self, key: &VerifyingKey, id: BlockId) -> bool {
        let bytes = proposal_bytes(self.header.chain, self.header.round, 0, id);
        key.verify_strict(&bytes, &Signature::from_bytes(&self.signature)).is_ok()
    }
}

impl Vote {
    /// True if the signature is by this key.
    pub(crate) fn is_signed_by(&self, key: &VerifyingKey, chain: ChainId) -> bool {
        let bytes = vote_bytes(chain, self.round, self.view, self.step, self.block);
        key.verify_strict(&bytes, &Signature::from_bytes(&self.signature)).is_ok()
    }
}

impl Encode for Proposal {
    fn encode(&self, w: &mut Writer) {
        self.header.encode(w);
        w.bytes(&self.body);
        w.fixed(&self.signature);
    }
}

impl Decode for Proposal {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { header: Header::decode(r)?, body: r.bytes(MAX_BODY)?, signature: r.fixed()? })
    }
}

impl Encode for Vote {
    fn encode(&self, w: &mut Writer) {
        self.step.encode(w);
        self.round.encode(w);
        w.u32(self.view);
        self.block.encode(w);
        w.u16(self.member);
        w.fixed(&self.signature);
    }
}

impl Decode for Vote {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            step: Step::decode(r)?,
            round: Round::decode(r)?,
            view: r.u32()?,
            block: BlockId::decode(r)?,
            member: r.u16()?,
            signature: r.fixed()?,
        })
    }
}

impl Encode for Message {
    fn encode(&self, w: &mut Writer) {
        match self {
            Self::Proposal(proposal) => {
                w.u8(1);
                proposal.encode(w);
            }
            Self::Vote(vote) => {
                w.u8(2);
                vote.encode(w);
            }
            Self::Final(header) => {
                w.u8(3);
                header.encode(w);
            }
            Self::Status { round } => {
                w.u8(4);
                round.encode(w);
            }
        }
    }
}

impl Decode for Message {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match r.u8()? {
            1 => Self::Proposal(Box::new(Proposal::decode(r)?)),
            2 => Self::Vote(Vote::decode(r)?),
            3 => Self::Final(Box::new(CertifiedHeader::decode(r)?)),
            4 => Self::Status { round: Round::decode(r)? },
            _ => return Err(DecodeError::BadValue("consensus message")),
        })
    }
}
