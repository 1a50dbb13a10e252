//! Attacks that chance does not find, written down (`acp-corrections.md` B.4): who hears what, and
//! what the adversary says. Everything that no line names is held until the script is over; then
//! the network is good, and what is true must be decided.
//!
//! Roles are groups of members: D is the adversary's, A, B, C are the honest ones in three parts.
//! With N = 3F + 1 they need 2F + 1 to decide: two groups of F and D, F of them too, are enough,
//! one group and D are not. (One more honest member than that sits in A.)

use crate::network::{Kind, view_of};
use crate::ring::Who;
use acp::Message;
use types::BlockId;

/// A set of groups.
pub(crate) type Groups = u8;
pub(crate) const A: Groups = 1;
pub(crate) const B: Groups = 2;
pub(crate) const C: Groups = 4;
pub(crate) const D: Groups = 8;

/// A block of a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Value {
    /// The canonical empty block.
    Empty,
    /// The adversary's block.
    H,
    /// Another block: the adversary's too, or the one that the first member of C has built.
    G,
    /// The adversary's, dated ten years ahead.
    Future,
}

/// What a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// A proposal; the adversary's carries a quorum for its block from this view.
    Propose(u32, Value, Option<u32>),
    Prepare(u32, Value),
    Commit(u32, Value),
    /// The adversary's carries no quorum.
    NewView(u32),
    /// The adversary sends a Prepare quorum, once it can make one.
    Quorum(u32, Value),
}

/// What `from` says reaches `to`, not before `at` milliseconds; D says it as often as it can.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line {
    pub(crate) from: Groups,
    pub(crate) what: What,
    pub(crate) to: Groups,
    pub(crate) at: u64,
}

/// One attack.
#[derive(Debug)]
pub(crate) struct Script {
    pub(crate) name: &'static str,
    /// The groups of the first, third and fourth leader; D's first member is the second one.
    pub(crate) leaders: [Groups; 3],
    /// Who builds blocks before the script is over.
    pub(crate) builders: Groups,
    pub(crate) lines: &'static [Line],
    /// When it is over.
    pub(crate) until: u64,
}

/// A line that counts from the beginning.
pub(crate) const fn line(from: Groups, what: What, to: Groups) -> Line {
    Line { from, what, to, at: 0 }
}

/// A line that counts from a time on.
pub(crate) const fn from(at: u64, from: Groups, what: What, to: Groups) -> Line {
    Line { from, what, to, at }
}

/// What a script lets through before it is over.
#[derive(Debug)]
pub(crate) struct Filter {
    pub(crate) lines: Vec<Line>,
    /// Everybody's group.
    pub(crate) groups: Vec<Groups>,
    /// Which block is which; the empty one too.
    pub(crate) values: Vec<(Value, BlockId)>,
    /// When it began.
    pub(crate) start: u64,
}

impl Filter {
    /// The earliest time at which a message passes; `None` if it is held.
    pub(crate) fn passes(&self, (from, to): (Who, Who), message: &Message) -> Option<u64> {
        if matches!(message, Message::Ticket(_)) {
            return Some(0);
        }
        let (from, to) = (self.groups.get(from)?, self.groups.get(to)?);
        let fits = |line: &&Line| {
            line.from & from != 0 && line.to & to != 0 && self.names(line.what, message)
        };
        let line = self.lines.iter().filter(fits).min_by_key(|line| line.at)?;
        Some(self.start + line.at)
    }

    pub(crate) fn block(&self, value: Value) -> Option<BlockId> {
        self.values.iter().find(|(named, _)| *named == value).map(|(_, block)| *block)
    }

    fn names(&self, what: What, message: &Message) -> bool {
        let (kind, view, value) = match what {
            What::Propose(view, value, _) => (Kind::Proposal, view, Some(value)),
            What::Prepare(view, value) => (Kind::Prepare, view, Some(value)),
            What::Commit(view, value) => (Kind::Commit, view, Some(value)),
            What::NewView(view) => (Kind::NewView, view, None),
            // Only the adversary's; it sends them itself.
            What::Quorum(..) => return false,
        };
        kind == Kind::of(message)
            && view == view_of(message)
            && value.is_none_or(|value| self.block(value) == block_of(message))
    }
}

const fn block_of(message: &Message) -> Option<BlockId> {
    match message {
        Message::Proposal(proposal) => Some(proposal.block),
        Message::Vote(vote) => Some(vote.block),
        Message::Ticket(_)
        | Message::NewView(_)
        | Message::Quorum(_)
        | Message::Final(_)
        | Message::Status(_) => None,
    }
}
