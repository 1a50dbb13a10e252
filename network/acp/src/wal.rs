//! What a member must remember over a crash, as values; the manager writes and reads the file.
//!
//! A record is durable before anything it stands for is sent, and before the member counts it
//! itself. Read back in order the records of a round restore all that the member has said in it,
//! byte for byte (`acp-corrections.md` A8).

use crate::message::{NewView, Proposal, Vote};
use ledger::Certificate;
use types::{BlockId, Round};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// One thing a member has bound itself to, or needs to defend itself with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WalRecord {
    /// An own proposal, of any view.
    Proposal(Box<Proposal>),
    /// An own vote.
    Vote {
        /// As it is sent.
        vote: Vote,
        /// The view and block that the member is locked on from this vote on.
        lock: Option<(u32, BlockId)>,
        /// The highest Prepare quorum it knows at this vote.
        high: Option<Box<Certificate>>,
    },
    /// An own NewView.
    NewView(Box<NewView>),
    /// A quorum that allowed this member to prepare against its lock, or that it locked on: what
    /// clears it if somebody asks; kept for 28 days.
    Excuse(Box<Certificate>),
}

impl WalRecord {
    /// The round it belongs to; once that is final in the chain store the record may go, but for
    /// excuses.
    #[must_use]
    pub fn round(&self) -> Round {
        match self {
            Self::Proposal(proposal) => proposal.round,
            Self::Vote { vote, .. } => vote.round,
            Self::NewView(new_view) => new_view.round,
            Self::Excuse(quorum) => quorum.round,
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
            Self::Vote { vote, lock, high } => {
                w.u8(2);
                vote.encode(w);
                w.bool(lock.is_some());
                if let Some((view, block)) = lock {
                    w.u32(*view);
                    block.encode(w);
                }
                w.option(high.as_deref());
            }
            Self::NewView(new_view) => {
                w.u8(3);
                new_view.encode(w);
            }
            Self::Excuse(quorum) => {
                w.u8(4);
                quorum.encode(w);
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
                Self::Vote { vote, lock, high: r.option()?.map(Box::new) }
            }
            3 => Self::NewView(Box::new(NewView::decode(r)?)),
            4 => Self::Excuse(Box::new(Certificate::decode(r)?)),
            _ => return Err(DecodeError::BadValue("log record")),
        })
    }
}
