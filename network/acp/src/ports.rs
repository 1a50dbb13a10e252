//! What goes into an engine and what comes out: the whole face that the manager sees.
//!
//! Inputs are facts, outputs are wishes in an order that matters. No engine may do anything else.

use crate::message::Message;
use crate::wal::WalRecord;
use ledger::{Certificate, CertifiedHeader, Committee, Evidence, Header};
use std::sync::Arc;
use types::{BlockId, ChainId, Round, Timestamp};

/// A consensus engine: the manager drives every kind in the same way.
pub trait Engine {
    /// Takes one input and appends what is to be done, in order. `now` is the member's own clock.
    fn step(&mut self, now: Timestamp, input: Input, out: &mut Vec<Output>);

    /// Where the present round stands, for people and logs.
    fn status(&self) -> EngineStatus;
}

/// A member's secrets, and what only their scheme can compute. The engine signs with it and never
/// verifies: what comes in has been verified.
pub trait Scheme {
    /// Signs bytes with the member's signing key; the same bytes always get the same signature.
    fn sign(&self, bytes: &[u8]) -> [u8; 64];
    /// Proves the member's draw.
    fn prove(&self, input: &[u8]) -> [u8; 80];
    /// The output behind a proof that has been verified.
    fn output(&self, proof: &[u8; 80]) -> [u8; 64];
}

/// All that a round depends on, from the final state before it.
#[derive(Debug, Clone)]
pub struct RoundSetup {
    /// The network.
    pub chain: ChainId,
    /// The round to decide.
    pub round: Round,
    /// The block before it.
    pub parent: BlockId,
    /// The earliest time that its block may have: parent's time plus interval. No round starts
    /// before, unless f + 1 members have (R6).
    pub not_before: Timestamp,
    /// Who decides it.
    pub committee: Arc<Committee>,
    /// The position of this member in it; `None` if it only listens.
    pub member: Option<u16>,
    /// [`ledger::leader_order`].
    pub order: Arc<[u16]>,
    /// What tickets for this round are drawn from: the beacon two rounds before.
    pub draw_from: [u8; 32],
    /// The same for the next round, whose tickets are exchanged during this one: the beacon of the
    /// parent.
    pub next_draw_from: [u8; 32],
    /// The position of this member in the committee of the next round.
    pub next_member: Option<u16>,
    /// The canonical empty block.
    pub empty: Header,
    /// False if this member must not vote, propose or leave a view in this round, because what it
    /// said may have been forgotten.
    pub may_speak: bool,
}

/// Timers of a round. A timer set again replaces the one before; a new round drops all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// The round may start.
    Start,
    /// No more proposals are waited for in this view.
    Propose(u32),
    /// A leader has waited long enough for NewViews of this view.
    Lead(u32),
    /// This view has taken too long.
    View(u32),
    /// Members behind the first three propose too.
    Backup,
    /// Say again what was said.
    Repeat,
    /// Bodies of proposals have had their time to come by themselves.
    Fetch,
    /// The round takes long: people are told.
    Slow,
}

/// What the manager tells the engine.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "lives for one step, and blocks are rare")]
pub enum Input {
    /// The block before this round is final and durable, and its state is at hand.
    Start(Box<RoundSetup>),
    /// The own block asked for by [`Output::Build`]; it is valid, and its body is held as
    /// [`Input::Held`] says.
    Built {
        /// Its header, whose ticket and proposer are this member's.
        header: Header,
        /// [`Input::Held`]'s rank.
        size_rank: u8,
    },
    /// A message from the member that the connection proves. Every signature, quorum and ticket in
    /// it has been verified against the committee of its round (this one or the next), and the
    /// header of a proposal against its id.
    Net {
        /// That member, by position in the committee of this round.
        from: u16,
        /// The message.
        message: Message,
    },
    /// The header of a block asked for by [`Output::Fetch`]; its id is right.
    Header(Box<Header>),
    /// The body of a block with this id is here, and has the root that its header names. Header and
    /// body are on disk: members that restart all at once must find the block they are locked on.
    Held {
        /// The block.
        block: BlockId,
        /// log2 of its fee-paying bytes, capped at 16 (64 KiB).
        size_rank: u8,
    },
    /// The answer to [`Output::Check`].
    Checked {
        /// The block.
        block: BlockId,
        /// True if it may follow its parent; says nothing about the clock.
        valid: bool,
    },
    /// A timer has run out.
    Timer(Timer),
    /// Every record up to this one is durable.
    Persisted(u64),
}

/// What the engine asks of the manager.
#[expect(clippy::large_enum_variant, reason = "lives for one step, and checks are rare")]
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
    /// Build a block of this round with this ticket; this member is among those that propose.
    Build {
        /// The round.
        round: Round,
        /// This member's ticket for it.
        ticket: [u8; 80],
    },
    /// Execute this block and say whether it is valid. Its body is held.
    Check {
        /// Its header.
        header: Header,
    },
    /// Get the header (if it is not known) and the body of this block, from the own disk or from
    /// these members first.
    /// Goes on until it is there or the round is over.
    Fetch {
        /// The block.
        block: BlockId,
        /// Who has it.
        from: Vec<u16>,
    },
    /// Say [`Input::Timer`] after so many milliseconds.
    SetTimer(Timer, u64),
    /// The round is decided. The block's body may still be missing here: it is being fetched.
    Final(Box<CertifiedHeader>),
    /// A Prepare quorum stands; nothing may be paid on it, and it may be replaced.
    Tentative(Certificate),
    /// A member has convicted itself.
    Evidence(Box<Evidence>),
    /// Somebody is in a later round: fetch final blocks from that member or another.
    NeedSync {
        /// The round somebody is in; a claim.
        round: Round,
        /// Who said so.
        from: u16,
    },
}

/// Where a round stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EngineStatus {
    /// The round; 0 before the first [`Input::Start`].
    pub round: Round,
    /// The view this member is in.
    pub view: u32,
    /// The view and block this member is locked on.
    pub locked: Option<(u32, BlockId)>,
    /// The view and block of the highest Prepare quorum it knows.
    pub high: Option<(u32, BlockId)>,
    /// Members whose Prepare votes of this view it holds.
    pub prepares: Vec<u16>,
    /// Members whose Commit votes of this view it holds.
    pub commits: Vec<u16>,
    /// True once the round is final.
    pub decided: bool,
}
