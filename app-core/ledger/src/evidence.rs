//! What convicts a manager: two things it signed that no honest one signs both of
//! (`acp-corrections.md`, evidence).
//!
//! Evidence names keys, not numbers. Two statements are the same if their signed content is:
//! signing, sending or assembling anew is never an offence.

use crate::{Committee, Header, RangeProof, Step};
use types::{BlockId, Round};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// A vote as evidence shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedVote {
    /// The engine it was cast in.
    pub engine: u8,
    /// The round.
    pub round: Round,
    /// The view.
    pub view: u32,
    /// Prepare or Commit.
    pub step: Step,
    /// For which block.
    pub block: BlockId,
    /// Over [`crate::Place::vote`].
    pub signature: [u8; 64],
}

/// A proposal as evidence shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedProposal {
    /// The engine it was made in.
    pub engine: u8,
    /// The round.
    pub round: Round,
    /// The view.
    pub view: u32,
    /// The proposed block.
    pub block: BlockId,
    /// View and block of the quorum it carries.
    pub quorum: Option<(u32, BlockId)>,
    /// Over [`crate::Place::proposal`].
    pub signature: [u8; 64],
}

/// A NewView as evidence shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedNewView {
    /// The engine it was said in.
    pub engine: u8,
    /// The round.
    pub round: Round,
    /// The view to be entered.
    pub view: u32,
    /// View and block of the quorum it carries.
    pub high: Option<(u32, BlockId)>,
    /// Over [`crate::Place::new_view`].
    pub signature: [u8; 64],
}

/// What a key has done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Offence {
    /// Two votes of one round, view and step for different blocks.
    DuplicateVote(SignedVote, SignedVote),
    /// Two proposals of one round and view of different blocks.
    DuplicateProposal(SignedProposal, SignedProposal),
    /// A Commit, and a NewView of a later view that denies it.
    LockAmnesia(SignedVote, SignedNewView),
    /// A vote where the key has no seat, or for a block that does not follow the final one.
    ForeignVote {
        /// The vote.
        vote: SignedVote,
        /// The final header of the round before.
        before: Box<Header>,
        /// That it is final: leads to [`crate::noted_history`], the range of headers that the state
        /// noted when a later epoch began.
        path: RangeProof,
        /// Why no honest member casts that vote.
        foreign: Foreign,
    },
}

/// Why a vote is foreign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Foreign {
    /// The key is not in this committee, which the header before names as the round's.
    NoSeat(Committee),
    /// The vote is for this header, which has another parent, committee or chain than the header
    /// before dictates.
    OtherBlock(Box<Header>),
}

/// An offence of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The signing key.
    pub key: [u8; 32],
    /// What it has done.
    pub offence: Offence,
}

impl Encode for SignedVote {
    fn encode(&self, w: &mut Writer) {
        w.u8(self.engine);
        self.round.encode(w);
        w.u32(self.view);
        self.step.encode(w);
        self.block.encode(w);
        w.fixed(&self.signature);
    }
}

impl Decode for SignedVote {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            engine: r.u8()?,
            round: Round::decode(r)?,
            view: r.u32()?,
            step: Step::decode(r)?,
            block: BlockId::decode(r)?,
            signature: r.fixed()?,
        })
    }
}

fn write_quorum(w: &mut Writer, quorum: Option<&(u32, BlockId)>) {
    w.bool(quorum.is_some());
    if let Some((view, block)) = quorum {
        w.u32(*view);
        block.encode(w);
    }
}

fn read_quorum(r: &mut Reader<'_>) -> Result<Option<(u32, BlockId)>, DecodeError> {
    Ok(if r.bool()? { Some((r.u32()?, BlockId::decode(r)?)) } else { None })
}

impl Encode for SignedProposal {
    fn encode(&self, w: &mut Writer) {
        w.u8(self.engine);
        self.round.encode(w);
        w.u32(self.view);
        self.block.encode(w);
        write_quorum(w, self.quorum.as_ref());
        w.fixed(&self.signature);
    }
}

impl Decode for SignedProposal {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            engine: r.u8()?,
            round: Round::decode(r)?,
            view: r.u32()?,
            block: BlockId::decode(r)?,
            quorum: read_quorum(r)?,
            signature: r.fixed()?,
        })
    }
}

impl Encode for SignedNewView {
    fn encode(&self, w: &mut Writer) {
        w.u8(self.engine);
        self.round.encode(w);
        w.u32(self.view);
        write_quorum(w, self.high.as_ref());
        w.fixed(&self.signature);
    }
}

impl Decode for SignedNewView {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            engine: r.u8()?,
            round: Round::decode(r)?,
            view: r.u32()?,
            high: read_quorum(r)?,
            signature: r.fixed()?,
        })
    }
}

impl Encode for Offence {
    fn encode(&self, w: &mut Writer) {
        match self {
            Self::DuplicateVote(first, second) => {
                w.u8(1);
                first.encode(w);
                second.encode(w);
            }
            Self::DuplicateProposal(first, second) => {
                w.u8(2);
                first.encode(w);
                second.encode(w);
            }
            Self::LockAmnesia(commit, new_view) => {
                w.u8(3);
                commit.encode(w);
                new_view.encode(w);
            }
            Self::ForeignVote { vote, before, path, foreign } => {
                w.u8(4);
                vote.encode(w);
                before.encode(w);
                path.encode(w);
                foreign.encode(w);
            }
        }
    }
}

impl Decode for Offence {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match r.u8()? {
            1 => Self::DuplicateVote(SignedVote::decode(r)?, SignedVote::decode(r)?),
            2 => Self::DuplicateProposal(SignedProposal::decode(r)?, SignedProposal::decode(r)?),
            3 => Self::LockAmnesia(SignedVote::decode(r)?, SignedNewView::decode(r)?),
            4 => Self::ForeignVote {
                vote: SignedVote::decode(r)?,
                before: Box::new(Header::decode(r)?),
                path: RangeProof::decode(r)?,
                foreign: Foreign::decode(r)?,
            },
            _ => return Err(DecodeError::BadValue("offence")),
        })
    }
}

impl Encode for Foreign {
    fn encode(&self, w: &mut Writer) {
        match self {
            Self::NoSeat(committee) => {
                w.u8(1);
                committee.encode(w);
            }
            Self::OtherBlock(header) => {
                w.u8(2);
                header.encode(w);
            }
        }
    }
}

impl Decode for Foreign {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match r.u8()? {
            1 => Self::NoSeat(Committee::decode(r)?),
            2 => Self::OtherBlock(Box::new(Header::decode(r)?)),
            _ => return Err(DecodeError::BadValue("foreign vote")),
        })
    }
}

impl Encode for Evidence {
    fn encode(&self, w: &mut Writer) {
        w.fixed(&self.key);
        self.offence.encode(w);
    }
}

impl Decode for Evidence {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { key: r.fixed()?, offence: Offence::decode(r)? })
    }
}
