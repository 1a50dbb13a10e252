//! What members say to one another.
//!
//! Decoding checks form and limits only: a decoded message is a claim until the manager has
//! looked at every signature in it. Signed content is that of [`ledger::Place`]; bodies of blocks
//! travel beside, by id.

use ledger::{Certificate, CertifiedHeader, Header, Place, Step};
use types::{BlockId, ChainId, Round};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// One message between members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// A draw for a round, said in the round before.
    Ticket(Ticket),
    /// A block that a leader wants to be final.
    Proposal(Box<Proposal>),
    /// One member's vote.
    Vote(Vote),
    /// "I leave the views below this one."
    NewView(Box<NewView>),
    /// A Prepare quorum: sent with the Commit that follows from it.
    Quorum(Box<Certificate>),
    /// A round's end, for members that have missed it.
    Final(Box<CertifiedHeader>),
    /// Where its sender stands; each second, and on connection.
    Status(Box<Status>),
}

/// A member's rank in view 0 of a round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// The round it is for.
    pub round: Round,
    /// Whose it is, by position in the committee of that round.
    pub member: u16,
    /// Over [`ledger::ticket_input`].
    pub proof: [u8; 80],
    /// Over [`Place::ticket`].
    pub signature: [u8; 64],
}

/// A leader's block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The round.
    pub round: Round,
    /// The view.
    pub view: u32,
    /// The block.
    pub block: BlockId,
    /// Its header; may be missing beside a quorum, whose signers have it.
    pub header: Option<Header>,
    /// A Prepare quorum of an earlier view for this block: releases locks below it.
    pub quorum: Option<Certificate>,
    /// Without a quorum, in views behind 0, and unless the block is the empty one: the signature of
    /// the block's own proposer over its proposal in view 0.
    pub origin: Option<[u8; 64]>,
    /// Who leads, by position in the committee.
    pub leader: u16,
    /// Over [`Place::proposal`].
    pub signature: [u8; 64],
}

/// A vote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vote {
    /// Prepare or Commit.
    pub step: Step,
    /// The round.
    pub round: Round,
    /// The view.
    pub view: u32,
    /// The block.
    pub block: BlockId,
    /// Who votes, by position in the committee.
    pub member: u16,
    /// Over [`Place::vote`].
    pub signature: [u8; 64],
}

/// A member's farewell to the views below.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewView {
    /// The round.
    pub round: Round,
    /// The view to be entered.
    pub view: u32,
    /// The highest Prepare quorum it knows.
    pub high: Option<Certificate>,
    /// Who says so, by position in the committee.
    pub member: u16,
    /// Over [`Place::new_view`].
    pub signature: [u8; 64],
}

/// Where a member stands; a claim of the connection's owner, but for the quorum in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The round it works on.
    pub round: Round,
    /// The view it is in.
    pub view: u32,
    /// The highest Prepare quorum it knows.
    pub high: Option<Certificate>,
}

impl Message {
    /// The round it is about.
    #[must_use]
    pub fn round(&self) -> Round {
        match self {
            Self::Ticket(ticket) => ticket.round,
            Self::Proposal(proposal) => proposal.round,
            Self::Vote(vote) => vote.round,
            Self::NewView(new_view) => new_view.round,
            Self::Quorum(quorum) => quorum.round,
            Self::Final(header) => header.header.round,
            Self::Status(status) => status.round,
        }
    }
}

fn view_and_block(quorum: Option<&Certificate>) -> Option<(u32, BlockId)> {
    quorum.map(|quorum| (quorum.view, quorum.block))
}

impl Ticket {
    /// What its member signs.
    #[must_use]
    pub fn signed(&self, chain: ChainId) -> Vec<u8> {
        Place::acp(chain, self.round, 0).ticket(&self.proof)
    }
}

impl Proposal {
    /// What its leader signs.
    #[must_use]
    pub fn signed(&self, chain: ChainId) -> Vec<u8> {
        let place = Place::acp(chain, self.round, self.view);
        place.proposal(self.block, view_and_block(self.quorum.as_ref()))
    }
}

impl Vote {
    /// What its member signs.
    #[must_use]
    pub fn signed(&self, chain: ChainId) -> Vec<u8> {
        Place::acp(chain, self.round, self.view).vote(self.step, self.block)
    }
}

impl NewView {
    /// What its member signs.
    #[must_use]
    pub fn signed(&self, chain: ChainId) -> Vec<u8> {
        let place = Place::acp(chain, self.round, self.view);
        place.new_view(view_and_block(self.high.as_ref()))
    }
}

impl Encode for Ticket {
    fn encode(&self, w: &mut Writer) {
        self.round.encode(w);
        w.u16(self.member);
        w.fixed(&self.proof);
        w.fixed(&self.signature);
    }
}

impl Decode for Ticket {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            round: Round::decode(r)?,
            member: r.u16()?,
            proof: r.fixed()?,
            signature: r.fixed()?,
        })
    }
}

impl Encode for Proposal {
    fn encode(&self, w: &mut Writer) {
        self.round.encode(w);
        w.u32(self.view);
        self.block.encode(w);
        w.option(self.header.as_ref());
        w.option(self.quorum.as_ref());
        w.option(self.origin.as_ref());
        w.u16(self.leader);
        w.fixed(&self.signature);
    }
}

impl Decode for Proposal {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            round: Round::decode(r)?,
            view: r.u32()?,
            block: BlockId::decode(r)?,
            header: r.option()?,
            quorum: r.option()?,
            origin: r.option()?,
            leader: r.u16()?,
            signature: r.fixed()?,
        })
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

impl Encode for NewView {
    fn encode(&self, w: &mut Writer) {
        self.round.encode(w);
        w.u32(self.view);
        w.option(self.high.as_ref());
        w.u16(self.member);
        w.fixed(&self.signature);
    }
}

impl Decode for NewView {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            round: Round::decode(r)?,
            view: r.u32()?,
            high: r.option()?,
            member: r.u16()?,
            signature: r.fixed()?,
        })
    }
}

impl Encode for Status {
    fn encode(&self, w: &mut Writer) {
        self.round.encode(w);
        w.u32(self.view);
        w.option(self.high.as_ref());
    }
}

impl Decode for Status {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { round: Round::decode(r)?, view: r.u32()?, high: r.option()? })
    }
}

impl Encode for Message {
    fn encode(&self, w: &mut Writer) {
        let mut tagged = |tag, message: &dyn Encode| {
            w.u8(tag);
            message.encode(w);
        };
        match self {
            Self::Ticket(ticket) => tagged(1, ticket),
            Self::Proposal(proposal) => tagged(2, proposal.as_ref()),
            Self::Vote(vote) => tagged(3, vote),
            Self::NewView(new_view) => tagged(4, new_view.as_ref()),
            Self::Quorum(quorum) => tagged(5, quorum.as_ref()),
            Self::Final(header) => tagged(6, header.as_ref()),
            Self::Status(status) => tagged(7, status.as_ref()),
        }
    }
}

impl Decode for Message {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match r.u8()? {
            1 => Self::Ticket(Ticket::decode(r)?),
            2 => Self::Proposal(Box::new(Proposal::decode(r)?)),
            3 => Self::Vote(Vote::decode(r)?),
            4 => Self::NewView(Box::new(NewView::decode(r)?)),
            5 => Self::Quorum(Box::new(Certificate::decode(r)?)),
            6 => Self::Final(Box::new(CertifiedHeader::decode(r)?)),
            7 => Self::Status(Box::new(Status::decode(r)?)),
            _ => return Err(DecodeError::BadValue("consensus message")),
        })
    }
}
