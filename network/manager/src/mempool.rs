//! Transactions that wait for a block, best paid for their size first, each account's in the order of
//! its nonces.
//!
//! Only the gate puts transactions in, after it has checked them behind those that wait before
//! them; only the driver takes them out. Bounded in number, bytes and for each account; when it is
//! full, the worst paid go. Nothing here reads the state.

use ledger::{MAX_BODY, Transaction};
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
}

/// Why a transaction cannot wait here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    /// Another transaction has the nonce, and this one does not pay a tenth more.
    #[error("another transaction waits with this nonce")]
    Taken,
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
        let size = tx.to_bytes().len();
        let rate = rate(&tx, size);
        self.replace(&tx, &turns)?;
        self.make_room(size, rate)?;
        let arrival = self.next;
        self.next = arrival.saturating_add(1);
        self.bytes = self.bytes.saturating_add(size);
        self.by_id.insert(id, arrival);
        self.by_turn.extend(turns.iter().map(|turn| (*turn, arrival)));
        self.by_rate.insert((rate, Reverse(arrival)));
        self.waiting.insert(arrival, Waiting { tx, id, turns, size, rate, own });
        Ok(())
    }

    /// Pushes out what has the same nonces, if this one pays enough more.
    fn replace(&mut self, tx: &Transaction, turns: &[Turn]) -> Result<(), Refused> {
        let taken: BTreeSet<u64> =
            turns.iter().filter_map(|turn| self.by_turn.get(turn)).copied().collect();
        let fees = taken.iter().filter_map(|arrival| self.waiting.get(arrival));
        let fees: u128 = fees.map(|waiting| u128::from(waiting.tx.fee.units())).sum();
        let offered = u128::from(tx.fee.units()).saturating_mul(10);
        if !taken.is_empty() && offered < fees.saturating_mul(REPLACE_TENTHS) {
            return Err(Refused::Taken);
        }
        taken.into_iter().for_each(|arrival| self.remove(arrival));
        Ok(())
    }

    /// Drops worse paid transactions until this size fits; nothing if they are not enough.
    fn make_room(&mut self, size: usize, rate: u128) -> Result<(), Refused> {
        let mut victims = BTreeSet::new();
        let (mut count, mut bytes) = (self.waiting.len(), self.bytes);
        let mut worst = self.by_rate.iter();
        while count >= MAX_WAITING || bytes.saturating_add(size) > MAX_BYTES {
            let Some((_, Reverse(arrival))) = worst.next().filter(|(worst, _)| *worst < rate)
            else {
                return Err(Refused::Full);
            };
            // What stands behind it can never follow without it.
            for behind in self.behind(*arrival) {
                if victims.insert(behind) {
                    let size = self.waiting.get(&behind).map_or(0, |waiting| waiting.size);
                    (count, bytes) = (count.saturating_sub(1), bytes.saturating_sub(size));
                }
            }
        }
        victims.into_iter().for_each(|arrival| self.remove(arrival));
        Ok(())
    }

    /// A transaction and those of the same accounts with later nonces.
    fn behind(&self, arrival: u64) -> Vec<u64> {
        let turns = self.waiting.get(&arrival).map(|waiting| waiting.turns.as_slice());
        let mut found = vec![arrival];
        for (home, nonce) in turns.unwrap_or_default() {
            let later = self.by_turn.range((*home, *nonce)..=(*home, u64::MAX));
            found.extend(later.map(|(_, arrival)| *arrival));
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

    /// Drops a transaction that cannot stand in a block.
    pub(crate) fn drop_id(&mut self, id: TxId) {
        if let Some(arrival) = self.by_id.get(&id).copied() {
            self.remove(arrival);
        }
    }

    /// Drops what a final block has used up.
    pub(crate) fn use_up(&mut self, used: &Used) {
        used.ids.iter().for_each(|id| self.drop_id(*id));
        for (home, nonce) in &used.turns {
            let used = self.by_turn.range((*home, 0)..=(*home, *nonce));
            for arrival in used.map(|(_, arrival)| *arrival).collect::<Vec<_>>() {
                self.remove(arrival);
            }
        }
    }

    /// Drops what no block from this round on may hold.
    pub(crate) fn expire(&mut self, round: Round) {
        let expired = self.waiting.iter().filter(|(_, waiting)| waiting.tx.expiry < round);
        for arrival in expired.map(|(arrival, _)| *arrival).collect::<Vec<_>>() {
            self.remove(arrival);
        }
    }

    fn remove(&mut self, arrival: u64) {
        if let Some(waiting) = self.waiting.remove(&arrival) {
            self.bytes = self.bytes.saturating_sub(waiting.size);
            self.by_id.remove(&waiting.id);
            self.by_rate.remove(&(waiting.rate, Reverse(arrival)));
            for turn in &waiting.turns {
                self.by_turn.remove(turn);
            }
        }
    }
}

/// What it pays for a byte.
fn rate(tx: &Transaction, size: usize) -> u128 {
    let size = u128::try_from(size).unwrap_or(u128::MAX).max(1);
    u128::from(tx.fee.units()).saturating_mul(PRECISION).checked_div(size).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use types::{AddressKind, Amount, ChainId};

    fn home(n: u8) -> Address {
        Address { kind: AddressKind::Ecdsa, payload: [n; 20] }
    }

    fn tx(expiry: u64, fee: u64) -> Arc<Transaction> {
        Arc::new(Transaction {
            version: Transaction::VERSION,
            chain: ChainId([1; 32]),
            expiry: Round(expiry),
            price_epoch: 0,
            sources: vec![],
            fee: Amount::new(fee),
            actions: vec![],
            witness: vec![],
        })
    }

    fn fees(list: &[Arc<Transaction>]) -> Vec<u64> {
        list.iter().map(|tx| tx.fee.units()).collect()
    }

    #[test]
    fn a_nonce_is_taken_over_by_who_pays_a_tenth_more() {
        let mut pool = Mempool::default();
        pool.insert(tx(9, 100), vec![(home(1), 0)], true).unwrap();
        pool.insert(tx(9, 100), vec![(home(1), 0)], false).unwrap();
        let other = pool.insert(tx(9, 109), vec![(home(2), 0), (home(1), 0)], true);
        assert_eq!(other, Err(Refused::Taken));
        assert_eq!(fees(&pool.best()), [100]);
        pool.insert(tx(9, 110), vec![(home(2), 0), (home(1), 0)], true).unwrap();
        assert_eq!(fees(&pool.best()), [110]);
        // One that takes the nonces of two pays a tenth more than both.
        pool.insert(tx(9, 90), vec![(home(3), 4)], true).unwrap();
        let both = vec![(home(3), 4), (home(1), 0)];
        assert_eq!(pool.insert(tx(9, 219), both.clone(), true), Err(Refused::Taken));
        pool.insert(tx(9, 220), both, true).unwrap();
        assert_eq!((fees(&pool.best()), pool.load().0), (vec![220], 1));
    }

    #[test]
    fn the_best_paid_come_first_and_nonces_keep_their_order() {
        let mut pool = Mempool::default();
        for (account, nonce, fee) in [(1, 0, 5), (1, 1, 90), (2, 7, 50), (2, 8, 6), (3, 0, 40)] {
            pool.insert(tx(9, fee), vec![(home(account), nonce)], true).unwrap();
        }
        assert_eq!(fees(&pool.best()), [50, 40, 6, 5, 90]);
    }

    #[test]
    fn those_that_go_before_are_found_through_other_accounts() {
        let mut pool = Mempool::default();
        pool.insert(tx(9, 1), vec![(home(2), 6)], true).unwrap();
        pool.insert(tx(9, 2), vec![(home(3), 0)], true).unwrap();
        pool.insert(tx(9, 3), vec![(home(1), 0), (home(2), 7)], true).unwrap();
        assert_eq!(fees(&pool.before(&[(home(1), 1)]).unwrap()), [1, 3]);
        assert_eq!(fees(&pool.before(&[(home(1), 0)]).unwrap()), [0; 0]);
        for nonce in 0..=MAX_BEFORE as u64 {
            pool.insert(tx(9, 100 + nonce), vec![(home(4), nonce)], true).unwrap();
        }
        let crowd = pool.before(&[(home(4), MAX_BEFORE as u64 + 1)]);
        assert_eq!(crowd.unwrap_err(), Refused::TooManyBefore);
    }

    #[test]
    fn a_final_block_an_expiry_and_a_refusal_each_free_their_room() {
        let mut pool = Mempool::default();
        for (nonce, expiry) in [(0, 9), (1, 9), (2, 3), (3, 9)] {
            pool.insert(tx(expiry, nonce), vec![(home(1), nonce)], nonce > 2).unwrap();
        }
        assert_eq!(fees(&pool.own(9)), [3]);
        pool.use_up(&Used { turns: vec![(home(1), 1), (home(5), 5)], ids: vec![] });
        pool.expire(Round(4));
        assert_eq!(fees(&pool.best()), [3]);
        pool.drop_id(tx(9, 3).id());
        assert!(pool.by_id.is_empty() && pool.by_turn.is_empty() && pool.bytes == 0);
    }

    #[test]
    fn a_claim_without_a_source_goes_with_the_block_that_holds_it() {
        let mut pool = Mempool::default();
        let (claim, other) = (tx(9, 7), tx(9, 8));
        pool.insert(claim.clone(), vec![], true).unwrap();
        pool.insert(other.clone(), vec![], true).unwrap();
        pool.use_up(&Used { turns: vec![], ids: vec![claim.id()] });
        assert!(!pool.contains(claim.id()) && pool.contains(other.id()));
        assert_eq!((pool.own(9).len(), pool.load().0), (1, 1));
    }

    #[test]
    fn a_full_pool_lets_go_of_the_worst_paid_and_of_what_stood_behind_them() {
        let mut pool = Mempool::default();
        for nonce in 0..MAX_WAITING as u64 - 2 {
            pool.insert(tx(9, 1000 + nonce), vec![(home(1), nonce)], true).unwrap();
        }
        pool.insert(tx(9, 10), vec![(home(2), 0)], true).unwrap();
        pool.insert(tx(9, 90_000), vec![(home(2), 1)], true).unwrap();
        assert_eq!(pool.insert(tx(8, 10), vec![(home(3), 0)], true), Err(Refused::Full));
        pool.insert(tx(9, 11), vec![(home(3), 0)], true).unwrap();
        assert_eq!(pool.load().0, MAX_WAITING - 1);
        assert!(!pool.contains(tx(9, 10).id()) && !pool.contains(tx(9, 90_000).id()));
        pool.insert(tx(9, 1), vec![(home(4), 0)], true).unwrap();
        assert_eq!(pool.insert(tx(9, 1), vec![(home(5), 0)], true), Ok(()));
        assert_eq!(pool.insert(tx(8, 1), vec![(home(5), 9)], true), Err(Refused::Full));
    }
}
