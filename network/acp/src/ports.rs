//! What goes into an engine and what comes out: the whole face that the manager sees.
//!
//! Inputs are facts, outputs are wishes in an order that matters. No engine may do anything else.

use crate::message::Message;
use crate::wal::WalRecord;
use ledger::{Body, CertifiedHeader, Committee, Header};
use types::{BlockId, Round, Timestamp};

/// A consensus engine: the manager drives every kind in the same way.
pub trait Engine {
    /// Takes one input and appends what is to be done, in order. `now` is for engines with timers;
    /// nothing in this release depends on it.
    fn step(&mut self, now: Timestamp, input: Input, out: &mut Vec<Output>);

    /// Where the present round stands, for people and logs.
    fn status(&self) -> EngineStatus;
}

/// What the manager tells the engine.
#[derive(Debug, Clone)]
pub enum Input {
    /// The block before this round is final and durable in the chain store.
    Start {
        /// The round to decide.
        round: Round,
        /// The block before it.
        parent: BlockId,
        /// Who decides it.
        committee: Committee,
    },
    /// The block asked for by [`Output::Build`], valid as it stands.
    Built {
        /// Its header.
        header: Header,
        /// Its encoded body.
        body: Vec<u8>,
    },
    /// A message, from the member that the connection proves.
    Net {
        /// That member.
        from: u16,
        /// The message.
        message: Message,
    },
    /// The answer to [`Output::Check`].
    Checked {
        /// The block.
        block: BlockId,
        /// True if it may follow its parent.
        valid: bool,
    },
    /// Every record up to this one is durable.
    Persisted(u64),
    /// Comes every 200 ms.
    Tick,
}

/// What the engine asks of the manager.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Make this record durable, then say [`Input::Persisted`].
    Persist {
        /// Counts up by one.
        seq: u64,
        /// The record.
        record: WalRecord,
    },
    /// Send to every other member.
    Broadcast(Message),
    /// Send to one member.
    SendTo(u16, Message),
    /// Build the block of this round; this member proposes in it.
    Build {
        /// The round.
        round: Round,
    },
    /// Execute this block and say whether it is valid; a block from a little in the future is
    /// answered when its time has come.
    Check {
        /// Its header; chain, round, parent, committee and proposer are right already.
        header: Header,
        /// Its body; it has the root that the header names.
        body: Body,
    },
    /// The round is decided. Its block was checked before. [`Input::Start`] goes on once it is
    /// durable in the chain store.
    Final(Box<CertifiedHeader>),
    /// Somebody is in a later round, or has a block of this one that this member lacks: fetch the
    /// final blocks behind the own tip from that member or another.
    NeedSync {
        /// The round somebody is in; a claim.
        round: Round,
        /// Who said so.
        from: u16,
    },
}

/// Where a round stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EngineStatus {
    /// The round; 0 before the first [`Input::Start`].
    pub round: Round,
    /// The proposal this member holds.
    pub proposal: Option<BlockId>,
    /// The block this member has prepared.
    pub prepared: Option<BlockId>,
    /// The block this member is locked on.
    pub locked: Option<BlockId>,
    /// How many members' Prepare votes it holds.
    pub prepares: usize,
    /// How many members' Commit votes it holds.
    pub commits: usize,
    /// True once the round is final.
    pub decided: bool,
}
