//! Blocks of the present round as they come and go between managers: whose body is here, which
//! are wanted, which were sent and logged.

use super::{Driver, Halt, Record};
use crate::chain::{Held, size_rank};
use crate::frame::Frame;
use acp::{Input, WalRecord};
use ledger::Header;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio::time::Instant;
use types::{BlockId, Round, WorkerId};
use wire::Encode;

/// Most blocks of a round that are held without having been asked for, in all and of one manager:
/// nothing about them has been verified, and each may be long.
const MOST: usize = 64;
const MOST_OF_ONE: usize = 4;
/// The same for blocks of the next round.
const MOST_EARLY: usize = 32;
const EARLY_OF_ONE: usize = 2;
/// How long one manager may take to send a block before the next is asked.
const PATIENCE: Duration = Duration::from_millis(200);

#[derive(Default)]
pub(super) struct Blocks {
    round: Round,
    held: BTreeMap<BlockId, Held>,
    /// Of the round before: others may still lack the decided one.
    former: BTreeMap<BlockId, Held>,
    early: BTreeMap<BlockId, Held>,
    /// How many blocks of the round, and of the next, each manager has brought unasked.
    brought: BTreeMap<WorkerId, usize>,
    brought_early: BTreeMap<WorkerId, usize>,
    wanted: BTreeMap<BlockId, Wanted>,
    /// When each manager was last sent a block that it wanted.
    given: BTreeMap<(WorkerId, BlockId), Instant>,
    /// Already beside a proposal to all.
    sent: BTreeSet<BlockId>,
    logged: BTreeSet<BlockId>,
}

struct Wanted {
    from: Vec<WorkerId>,
    next: usize,
    again: Instant,
}

impl Blocks {
    /// Takes up a block that the log of votes holds.
    pub(super) fn recover(&mut self, header: Header, body: &[u8]) {
        let id = header.id();
        if let Some(held) = Held::new(id, header, body) {
            self.early.insert(id, held);
            self.logged.insert(id);
        }
    }

    /// Goes to a round, with what came early of it; who is there already keeps what it has.
    pub(super) fn enter(&mut self, round: Round) {
        if self.round == round {
            return;
        }
        self.round = round;
        self.former = std::mem::take(&mut self.held);
        let (now, later): (BTreeMap<_, _>, BTreeMap<_, _>) = std::mem::take(&mut self.early)
            .into_iter()
            .partition(|(_, held)| held.header.round == round);
        self.early = later.into_iter().filter(|(_, held)| held.header.round > round).collect();
        self.held = now;
        self.brought = std::mem::take(&mut self.brought_early);
        self.wanted.clear();
        self.given.clear();
        self.sent.clear();
        self.logged.retain(|block| self.held.contains_key(block) || self.early.contains_key(block));
    }

    pub(super) fn get(&self, block: BlockId) -> Option<&Held> {
        self.held.get(&block)
    }

    pub(super) fn hold(&mut self, block: BlockId, held: Held) {
        self.held.insert(block, held);
    }

    /// The block that a record speaks for, if the log does not hold it yet.
    pub(super) fn unlogged(&mut self, record: &WalRecord) -> Option<Record> {
        let block = match record {
            WalRecord::Proposal(proposal) => proposal.block,
            WalRecord::Vote { vote, .. } => vote.block,
            WalRecord::NewView(_) | WalRecord::Excuse(_) => return None,
        };
        let held = self.held.get(&block).filter(|held| !held.header.is_empty_block())?;
        let new = self.logged.insert(block);
        let record =
            || Record::Block { header: held.header.clone().into(), body: held.body.to_bytes() };
        new.then(record)
    }

    /// The frame that brings a block, the first time that it goes to all.
    pub(super) fn unsent(&mut self, block: BlockId) -> Option<Frame> {
        let held = self.held.get(&block)?;
        if self.sent.insert(block) { frame_of(held) } else { None }
    }

    /// What the engine is told of a block that is here: its header, in case that it knows the id
    /// only, and that its body is held. Both mean nothing to it as long as nobody has spoken of it.
    pub(super) fn tell(&self, block: BlockId) -> Option<Vec<Input>> {
        let held = self.held.get(&block)?;
        let header = Input::Header(Box::new(held.header.clone()));
        let body = Input::Held { block, size_rank: size_rank(&held.body) };
        Some(vec![header, body])
    }

    /// The same of all that is here.
    pub(super) fn tell_all(&self) -> Vec<Input> {
        self.held.keys().filter_map(|block| self.tell(*block)).flatten().collect()
    }

    /// Takes a block that a manager has brought; true if it is new and of the round.
    pub(super) fn take(&mut self, from: WorkerId, block: BlockId, held: Held) -> bool {
        let round = held.header.round;
        if round == self.round.next() {
            let full = self.early.len() >= MOST_EARLY || self.early.contains_key(&block);
            if !full && count(&mut self.brought_early, from, EARLY_OF_ONE) {
                self.early.insert(block, held);
            }
            return false;
        }
        if round != self.round || self.held.contains_key(&block) {
            return false;
        }
        let wanted = self.wanted.remove(&block).is_some();
        let room =
            self.held.len() < MOST && (wanted || count(&mut self.brought, from, MOST_OF_ONE));
        if room || wanted {
            self.held.insert(block, held);
        }
        room || wanted
    }

    pub(super) fn want(&mut self, block: BlockId, from: Vec<WorkerId>) {
        let again = Instant::now();
        let wanted = self.wanted.entry(block).or_insert(Wanted { from: vec![], next: 0, again });
        let new: Vec<_> = from.into_iter().filter(|peer| !wanted.from.contains(peer)).collect();
        wanted.from.extend(new);
    }
}

impl Blocks {
    /// The frame for a manager that wants a block, unless it has just been sent to it: a block may
    /// be long, and whoever asks again at once would keep this manager busy with nothing else.
    fn give(&mut self, to: WorkerId, block: BlockId, now: Instant) -> Option<Frame> {
        let held = self.held.get(&block).or_else(|| self.former.get(&block))?;
        let given = self.given.get(&(to, block));
        if given.is_some_and(|given| now.saturating_duration_since(*given) < PATIENCE / 2) {
            return None;
        }
        let frame = frame_of(held)?;
        self.given.insert((to, block), now);
        Some(frame)
    }
}

/// Counts one more of a manager, unless it has had its share.
fn count(counts: &mut BTreeMap<WorkerId, usize>, from: WorkerId, most: usize) -> bool {
    let brought = counts.entry(from).or_default();
    let fits = *brought < most;
    *brought = brought.saturating_add(usize::from(fits));
    fits
}

/// The empty block is never sent: everybody can make it.
fn frame_of(held: &Held) -> Option<Frame> {
    let body = held.body.to_bytes();
    let header = Box::new(held.header.clone());
    (!held.header.is_empty_block()).then_some(Frame::Block { header, body })
}

impl Driver<'_> {
    /// A block with its body, asked for or not.
    pub(super) async fn receive(&mut self, from: WorkerId, held: Held) -> Result<(), Halt> {
        let block = held.header.id();
        let member = self.shared.ring().is_some_and(|ring| ring.has(from));
        if !member || !self.blocks.take(from, block, held) {
            return Ok(());
        }
        if self.decided.as_ref().is_some_and(|decided| decided.certificate.block == block) {
            return self.finish_decided().await;
        }
        let inputs = self.blocks.tell(block).unwrap_or_default();
        self.feed_all(inputs).await
    }

    /// Sends a block to whom it lacks.
    pub(super) fn give(&mut self, to: WorkerId, block: BlockId) {
        if let Some(frame) = self.blocks.give(to, block, Instant::now()) {
            self.shared.send(Some(to), &frame);
        }
    }

    /// Asks for what is missing, one manager after the other.
    pub(super) fn ask_for_wanted(&mut self) {
        let now = Instant::now();
        for (block, wanted) in &mut self.blocks.wanted {
            if wanted.again > now || wanted.from.is_empty() {
                continue;
            }
            let at = wanted.next.checked_rem(wanted.from.len()).unwrap_or_default();
            if let Some(peer) = wanted.from.get(at) {
                self.shared.send(Some(*peer), &Frame::Want(*block));
            }
            (wanted.next, wanted.again) = (at.saturating_add(1), now + PATIENCE);
        }
    }
}

#[cfg(test)]
mod tests;
