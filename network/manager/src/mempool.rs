//! Transactions that wait for a block, best paid for their size first, each account's in the order of
//! its nonces.
//!
//! Only the gate puts transactions in, after it has checked them behind those that wait before
//! them; only the driver takes them out. Bounded in number, bytes and for each account; when it is
//! full, the worst paid go. Nothing here reads the state.

use ledger::{Action, MAX_BODY, Transaction};
use shielded::Nullifier;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use types::{Address, Round, TxId};
use wire::Encode;

/// Most transactions that wait.
const MAX_WAITING: usize = 10_000;
/// Most bytes that wait.
const MAX_BYTES: usize = 16 * 1024 * 1024;
/// Most transactions that must go before one: each is executed again to check it.
pub(crate) const MAX_BEFORE: usize = 64;
/// A replacement pays at least a tenth more than what it replaces.
const REPLACE_TENTHS: u128 = 11;
/// Fee per byte is compared in millionths of the smallest unit.
const PRECISION: u128 = 1_000_000;

/// Home address and nonce: what a transaction uses up.
pub(crate) type Turn = (Address, u64);

/// What a final block leaves no room for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Used {
    /// Of its transactions' sources.
    pub(crate) turns: Vec<Turn>,
    /// Its transactions: one that claims a share may have no source, and so no turn.
    pub(crate) ids: Vec<TxId>,
    /// Of its notes and claim keys.
    pub(crate) marks: Vec<Mark>,
}

/// What can be used once in all time, and by its owner alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mark {
    /// A note of the private pool.
    Note(Nullifier),
    /// A claim key of a red envelope.
    Claim([u8; 32]),
    /// The share that waits under one: it may be taken while nodes still know of the claim.
    Collected([u8; 32]),
}

/// Why a transaction cannot wait here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    /// Another transaction has the nonce, and this one does not pay a tenth more.
    #[error("another transaction waits with this nonce")]
    Taken,
    /// Another transaction spends one of its notes; the first that was seen stays, because two
    /// fees for the same do not differ.
    #[error("another transaction waits with one of these notes")]
    NoteTaken,
    /// Another transaction claims with its key; the first that was seen stays, as with notes.
    #[error("another transaction waits with this claim key")]
    ClaimTaken,
    /// No room, and everything that waits pays as much.
    #[error("too many transactions wait")]
    Full,
    /// Too many would have to be executed to check it.
    #[error("too many transactions of the same accounts wait")]
    TooManyBefore,
}

struct Waiting {
    tx: Arc<Transaction>,
    id: TxId,
    turns: Vec<Turn>,
    size: usize,
    /// Fee per byte.
    rate: u128,
    /// It was submitted here: others are told of it again until it is final.
    own: bool,
}

#[derive(Default)]
pub(crate) struct Mempool {
    /// By arrival. Whoever comes later may need those before, never the other way round.
    waiting: BTreeMap<u64, Waiting>,
    by_id: BTreeMap<TxId, u64>,
    by_turn: BTreeMap<Turn, u64>,
    by_mark: BTreeMap<Mark, u64>,
    /// Worst paid first, youngest of those first.
    by_rate: BTreeSet<(u128, Reverse<u64>)>,
    bytes: usize,
    next: u64,
}

impl Mempool {
    pub(crate) fn contains(&self, id: TxId) -> bool {
        self.by_id.contains_key(&id)
    }

    /// How many wait, and their bytes.
    pub(crate) fn load(&self) -> (usize, usize) {
        (self.waiting.len(), self.bytes)
    }

    /// Everything that must be executed before a transaction with these turns, in order.
    pub(crate) fn before(&self, turns: &[Turn]) -> Result<Vec<Arc<Transaction>>, Refused> {
        let mut found = BTreeSet::new();
        let mut open: Vec<Turn> = turns.to_vec();
        while let Some((home, nonce)) = open.pop() {
            for (_, arrival) in self.by_turn.range((home, 0)..(home, nonce)) {
                if found.insert(*arrival) {
                    let turns = self.waiting.get(arrival).map(|waiting| waiting.turns.as_slice());
                    open.extend_from_slice(turns.unwrap_or_default());
                }
            }
            if found.len() > MAX_BEFORE {
                return Err(Refused::TooManyBefore);
            }
        }
        Ok(found.iter().filter_map(|at| self.waiting.get(at)).map(|w| w.tx.clone()).collect())
    }

    /// Whether there is a place for it, should it turn out to be good: asked before a proof is
    /// verified.
    pub(crate) fn admits(&self, tx: &Transaction, turns: &[Turn]) -> Result<(), Refused> {
        self.check_marks(tx)?;
        // What it replaces leaves room, too.
        if self.outbid(tx, turns)?.is_empty() {
            let size = tx.to_bytes().len();
            self.victims(size, rate(tx, size), turns)?;
        }
        Ok(())
    }

    fn check_marks(&self, tx: &Transaction) -> Result<(), Refused> {
        match marks(tx).find(|mark| self.by_mark.contains_key(mark)) {
            Some(Mark::Note(_)) => Err(Refused::NoteTaken),
            Some(Mark::Claim(_) | Mark::Collected(_)) => Err(Refused::ClaimTaken),
            None => Ok(()),
        }
    }

    /// Takes a checked transaction in; one that waits already stays as it is. It may push out what
    /// has its nonces or takes the room of better paid ones.
    pub(crate) fn insert(
        &mut self,
        tx: Arc<Transaction>,
        turns: Vec<Turn>,
        own: bool,
    ) -> Result<(), Refused> {
        let id = tx.id();
        if self.contains(id) {
            return Ok(());
        }
        self.check_marks(&tx)?;
        let size = tx.to_bytes().len();
        let rate = rate(&tx, size);
        self.replace(&tx, &turns)?;
        self.make_room(size, rate, &turns)?;
        let arrival = self.next;
        self.next = arrival.saturating_add(1);
        self.bytes = self.bytes.saturating_add(size);
        self.by_id.insert(id, arrival);
        self.by_turn.extend(turns.iter().map(|turn| (*turn, arrival)));
        self.by_mark.extend(marks(&tx).map(|mark| (mark, arrival)));
        self.by_rate.insert((rate, Reverse(arrival)));
        self.waiting.insert(arrival, Waiting { tx, id, turns, size, rate, own });
        Ok(())
    }

    /// What has the same nonces, if this one pays enough more.
    fn outbid(&self, tx: &Transaction, turns: &[Turn]) -> Result<BTreeSet<u64>, Refused> {
        let taken: BTreeSet<u64> =
            turns.iter().filter_map(|turn| self.by_turn.get(turn)).copied().collect();
        let fees = taken.iter().filter_map(|arrival| self.waiting.get(arrival));
        let fees: u128 = fees.map(|waiting| u128::from(waiting.tx.fee.units())).sum();
        let offered = u128::from(tx.fee.units()).saturating_mul(10);
        if !taken.is_empty() && offered < fees.saturating_mul(REPLACE_TENTHS) {
            return Err(Refused::Taken);
        }
        Ok(taken)
    }

    /// Pushes out what has the same nonces, if this one pays enough more.
    fn replace(&mut self, tx: &Transaction, turns: &[Turn]) -> Result<(), Refused> {
        for arrival in self.outbid(tx, turns)? {
            let gone = self.waiting.get(&arrival).map(|waiting| waiting.turns.clone());
            // Turns that the new one does not take leave a gap.
            let open = gone.unwrap_or_default().into_iter().filter(|turn| !turns.contains(turn));
            let void: Vec<u64> = open.flat_map(|turn| self.later(turn)).collect();
            self.remove(arrival);
            void.into_iter().for_each(|arrival| self.remove_with_behind(arrival));
        }
        Ok(())
    }

    /// Drops worse paid transactions until this size fits.
    fn make_room(&mut self, size: usize, rate: u128, turns: &[Turn]) -> Result<(), Refused> {
        let victims = self.victims(size, rate, turns)?;
        victims.into_iter().for_each(|arrival| self.remove(arrival));
        Ok(())
    }

    /// The worse paid ones that must go until this size fits; an error if they are not enough, or if
    /// one of them goes before this one.
    fn victims(&self, size: usize, rate: u128, turns: &[Turn]) -> Result<BTreeSet<u64>, Refused> {
        let mut victims = BTreeSet::new();
        let (mut count, mut bytes) = (self.waiting.len(), self.bytes);
        let mut worst = self.by_rate.iter();
        while count >= MAX_WAITING || bytes.saturating_add(size) > MAX_BYTES {
            let Some((_, Reverse(arrival))) = worst.next().filter(|(worst, _)| *worst < rate)
            else {
                return Err(Refused::Full);
            };
            for behind in self.behind(*arrival) {
                if victims.insert(behind) {
                    let size = self.waiting.get(&behind).map_or(0, |waiting| waiting.size);
                    (count, bytes) = (count.saturating_sub(1), bytes.saturating_sub(size));
                }
            }
        }
        let before = |arrival: &u64| {
            let theirs = self.waiting.get(arrival).map(|waiting| waiting.turns.as_slice());
            let goes_before =
                |(home, nonce): &Turn| turns.iter().any(|(h, n)| h == home && nonce < n);
            theirs.unwrap_or_default().iter().any(goes_before)
        };
        if victims.iter().any(before) {
            return Err(Refused::Full);
        }
        Ok(victims)
    }

    /// What has later nonces of the same account.
    fn later(&self, (home, nonce): Turn) -> Vec<u64> {
        let from = (home, nonce.saturating_add(1));
        let later = self.by_turn.range(from..=(home, u64::MAX));
        later.map(|(_, arrival)| *arrival).filter(|_| nonce < u64::MAX).collect()
    }

    /// A transaction and all that can never follow without it: later nonces of its accounts, and of
    /// theirs.
    fn behind(&self, arrival: u64) -> BTreeSet<u64> {
        let (mut found, mut open) = (BTreeSet::from([arrival]), vec![arrival]);
        while let Some(arrival) = open.pop() {
            let turns = self.waiting.get(&arrival).map(|waiting| waiting.turns.as_slice());
            let later = turns.unwrap_or_default().iter().flat_map(|turn| self.later(*turn));
            open.extend(later.filter(|later| found.insert(*later)));
        }
        found
    }

    /// As many as one block can hold: best paid first, but none before one of the same account with
    /// a lower nonce.
    pub(crate) fn best(&self) -> Vec<Arc<Transaction>> {
        let mut room = MAX_BODY;
        let mut ready: BTreeSet<(Reverse<u128>, u64)> = BTreeSet::new();
        let mut done: BTreeSet<u64> = BTreeSet::new();
        let heads = self.waiting.keys().filter(|arrival| self.is_head(**arrival, &done));
        ready.extend(heads.filter_map(|arrival| self.rank(*arrival)));
        let mut best = Vec::new();
        while let Some((_, arrival)) = ready.pop_first() {
            let Some(waiting) = self.waiting.get(&arrival) else { continue };
            let Some(left) = room.checked_sub(waiting.size) else { break };
            room = left;
            done.insert(arrival);
            best.push(waiting.tx.clone());
            for (home, nonce) in &waiting.turns {
                let next = self.by_turn.range((*home, nonce.saturating_add(1))..=(*home, u64::MAX));
                let next = next.map(|(_, arrival)| *arrival).next();
                let next = next.filter(|next| *next != arrival && self.is_head(*next, &done));
                ready.extend(next.and_then(|next| self.rank(next)));
            }
        }
        best
    }

    /// True if nothing that is not done goes before it.
    fn is_head(&self, arrival: u64, done: &BTreeSet<u64>) -> bool {
        let turns = self.waiting.get(&arrival).map(|waiting| waiting.turns.as_slice());
        turns.unwrap_or_default().iter().all(|(home, nonce)| {
            let earlier = self.by_turn.range((*home, 0)..(*home, *nonce)).next_back();
            earlier.is_none_or(|(_, arrival)| done.contains(arrival))
        })
    }

    fn rank(&self, arrival: u64) -> Option<(Reverse<u128>, u64)> {
        self.waiting.get(&arrival).map(|waiting| (Reverse(waiting.rate), arrival))
    }

    /// Submitted here and still waiting, oldest first.
    pub(crate) fn own(&self, most: usize) -> Vec<Arc<Transaction>> {
        let own = self.waiting.values().filter(|waiting| waiting.own);
        own.take(most).map(|waiting| waiting.tx.clone()).collect()
    }

    /// Drops a transaction that cannot stand in a block, and what stands behind it.
    pub(crate) fn drop_id(&mut self, id: TxId) {
        if let Some(arrival) = self.by_id.get(&id).copied() {
            self.remove_with_behind(arrival);
        }
    }

    /// Drops all that waits of an account, and what stands behind it.
    pub(crate) fn drop_home(&mut self, home: Address) {
        let first = self.by_turn.range((home, 0)..=(home, u64::MAX)).next();
        if let Some(arrival) = first.map(|(_, arrival)| *arrival) {
            self.remove_with_behind(arrival);
        }
    }

    /// Drops what a final block has used up. Returns the accounts that have done something else
    /// than what waited here and of which more waits: that was checked behind something that will
    /// never be.
    pub(crate) fn use_up(&mut self, used: &Used) -> BTreeSet<Address> {
        let ids: BTreeSet<_> = used.ids.iter().collect();
        let mut changed = BTreeSet::new();
        for (home, nonce) in &used.turns {
            let as_waited = self.by_turn.get(&(*home, *nonce));
            let as_waited = as_waited.and_then(|arrival| self.waiting.get(arrival));
            if !as_waited.is_some_and(|waiting| ids.contains(&waiting.id)) {
                changed.insert(*home);
            }
        }
        for (home, nonce) in &used.turns {
            let used = self.by_turn.range((*home, 0)..=(*home, *nonce));
            for arrival in used.map(|(_, arrival)| *arrival).collect::<Vec<_>>() {
                let void = self.waiting.get(&arrival).filter(|void| !ids.contains(&void.id));
                changed.extend(void.iter().flat_map(|void| &void.turns).map(|(home, _)| *home));
                self.remove(arrival);
            }
        }
        // What waits with a note or claim key that is spent now can never stand in a block.
        let spent = used.marks.iter().filter_map(|mark| self.by_mark.get(mark));
        for arrival in spent.copied().collect::<BTreeSet<_>>() {
            if self.waiting.get(&arrival).is_some_and(|void| !ids.contains(&void.id)) {
                self.remove_with_behind(arrival);
            }
        }
        // A claim may have no source, and so no turn.
        for arrival in
            used.ids.iter().filter_map(|id| self.by_id.get(id).copied()).collect::<Vec<_>>()
        {
            self.remove(arrival);
        }
        changed.retain(|home| self.by_turn.range((*home, 0)..=(*home, u64::MAX)).next().is_some());
        changed
    }

    /// Drops what no block from this round on may hold.
    pub(crate) fn expire(&mut self, round: Round) {
        let expired = self.waiting.iter().filter(|(_, waiting)| waiting.tx.expiry < round);
        for arrival in expired.map(|(arrival, _)| *arrival).collect::<Vec<_>>() {
            self.remove_with_behind(arrival);
        }
    }

    fn remove_with_behind(&mut self, arrival: u64) {
        self.behind(arrival).into_iter().for_each(|arrival| self.remove(arrival));
    }

    fn remove(&mut self, arrival: u64) {
        if let Some(waiting) = self.waiting.remove(&arrival) {
            self.bytes = self.bytes.saturating_sub(waiting.size);
            self.by_id.remove(&waiting.id);
            self.by_rate.remove(&(waiting.rate, Reverse(arrival)));
            for turn in &waiting.turns {
                self.by_turn.remove(turn);
            }
            for mark in marks(&waiting.tx) {
                self.by_mark.remove(&mark);
            }
        }
    }
}

/// What it uses up for ever: the notes of its private part, the keys of its claims.
pub(crate) fn marks(tx: &Transaction) -> impl Iterator<Item = Mark> {
    let notes = tx.bundle.iter().flat_map(|bundle| bundle.effects.nullifiers()).map(Mark::Note);
    let claims = tx.actions.iter().filter_map(|action| {
        if let Action::ClaimEnvelope(claim) = action { Some(Mark::Claim(claim.key)) } else { None }
    });
    let collected = tx.actions.iter().filter_map(|action| {
        let Action::CollectEnvelope(collect) = action else { return None };
        Some(Mark::Collected(collect.key))
    });
    notes.chain(claims).chain(collected)
}

/// What it pays for a byte. What a quorum of the managers has decided goes first and costs nothing.
fn rate(tx: &Transaction, size: usize) -> u128 {
    if tx.actions.iter().any(|action| matches!(action, Action::Decide(_))) {
        return u128::MAX;
    }
    let size = u128::try_from(size).unwrap_or(u128::MAX).max(1);
    u128::from(tx.fee.units()).saturating_mul(PRECISION).checked_div(size).unwrap_or_default()
}

#[cfg(test)]
mod tests;
