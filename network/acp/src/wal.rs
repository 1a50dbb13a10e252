//! What a member must remember over a crash, as values; the manager writes and reads the file.
//!
//! A record is durable before anything it stands for is sent. Read back in order they restore what
//! the member has said in its round, byte for byte.

use crate::message::{Proposal, Vote};
use types::{BlockId, Round};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// One thing a member has bound itself to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WalRecord {
    /// An own proposal, or the foreign one that the next vote is for: without its body a decided
    /// block could be lost when every member restarts at once.
    Proposal(Box<Proposal>),
    /// An own vote.
    Vote {
        /// As it is sent.
        vote: Vote,
        /// The view and block that the member is locked on from this vote on.
        lock: Option<(u32, BlockId)>,
    },
}

impl WalRecord {
    /// The round it belongs to; once that is final in the chain store the record may go.
    #[must_use]
    pub const fn round(&self) -> Round {
        match self {
            Self::Proposal(proposal) => proposal.header.round,
            Self::Vote { vote, .. } => vote.round,
        }
    }
}

impl Encode for WalRecord {
    fn encode(&self, w: &mut Writer) {
        match self {
            Self::Proposal(proposal) => {
                w.u8(1);
                proposal.encode(w);
            }
            Self::Vote { vote, lock } => {
                w.u8(2);
                vote.encode(w);
                w.bool(lock.is_some());
                if let Some((view, block)) = lock {
                    w.u32(*view);
                    block.encode(w);
                }
            }
        }
    }
}

impl Decode for WalRecord {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match r.u8()? {
            1 => Self::Proposal(Box::new(Proposal::decode(r)?)),
            2 => {
                let vote = Vote::decode(r)?;
                let lock = if r.bool()? { Some((r.u32()?, BlockId::decode(r)?)) } else { None };
                Self::Vote { vote, lock }
            }
            _ => return Err(DecodeError::BadValue("log record")),
        })
    }
}
