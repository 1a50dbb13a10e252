//! Transactions that wait for a block: one per account and nonce, first come, first kept.
//!
//! Only the gate puts transactions in, after it has checked them behind those that wait before
//! them; only the driver takes them out. Bounded in number and bytes; nothing here reads the state.

use ledger::{MAX_BODY, Transaction};
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

/// Home address and nonce: what a transaction uses up.
pub(crate) type Turn = (Address, u64);

/// Why a transaction cannot wait here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    /// Another transaction has the nonce.
    #[error("another transaction waits with this nonce")]
    Taken,
    /// No room.
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
    /// It was submitted here: others are told of it again until it is final.
    own: bool,
}

#[derive(Default)]
pub(crate) struct Mempool {
    /// By arrival. Whoever comes later may need those before, never the other way round.
    waiting: BTreeMap<u64, Waiting>,
    by_id: BTreeMap<TxId, u64>,
    by_turn: BTreeMap<Turn, u64>,
    bytes: usize,
    next: u64,
}

impl Mempool {
    pub(crate) fn contains(&self, id: TxId) -> bool {
        self.by_id.contains_key(&id)
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

    /// Takes a checked transaction in; one that waits already stays as it is.
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
        if turns.iter().any(|turn| self.by_turn.contains_key(turn)) {
            return Err(Refused::Taken);
        }
        let size = tx.to_bytes().len();
        if self.waiting.len() >= MAX_WAITING || self.bytes.saturating_add(size) > MAX_BYTES {
            return Err(Refused::Full);
        }
        let arrival = self.next;
        self.next = arrival.saturating_add(1);
        self.bytes = self.bytes.saturating_add(size);
        self.by_id.insert(id, arrival);
        self.by_turn.extend(turns.iter().map(|turn| (*turn, arrival)));
        self.waiting.insert(arrival, Waiting { tx, id, turns, size, own });
        Ok(())
    }

    /// As many as one block can hold, oldest first.
    pub(crate) fn oldest(&self) -> Vec<Arc<Transaction>> {
        let mut room = MAX_BODY;
        self.waiting
            .values()
            .map_while(|waiting| {
                room = room.checked_sub(waiting.size)?;
                Some(waiting.tx.clone())
            })
            .collect()
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
    pub(crate) fn use_up(&mut self, turns: &[Turn]) {
        for (home, nonce) in turns {
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
            for turn in &waiting.turns {
                self.by_turn.remove(turn);
            }
        }
    }
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
    fn the_first_with_a_nonce_stays() {
        let mut pool = Mempool::default();
        pool.insert(tx(9, 1), vec![(home(1), 0)], true).unwrap();
        pool.insert(tx(9, 1), vec![(home(1), 0)], false).unwrap();
        let other = pool.insert(tx(9, 2), vec![(home(2), 0), (home(1), 0)], true);
        assert_eq!(other, Err(Refused::Taken));
        assert_eq!(fees(&pool.oldest()), [1]);
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
        pool.use_up(&[(home(1), 1), (home(5), 5)]);
        pool.expire(Round(4));
        assert_eq!(fees(&pool.oldest()), [3]);
        pool.drop_id(tx(9, 3).id());
        assert!(pool.by_id.is_empty() && pool.by_turn.is_empty() && pool.bytes == 0);
    }

    #[test]
    fn room_is_bounded() {
        let mut pool = Mempool::default();
        for fee in 0..MAX_WAITING as u64 {
            pool.insert(tx(9, fee), vec![(home(1), fee)], true).unwrap();
        }
        let more = pool.insert(tx(9, u64::MAX), vec![(home(2), 0)], true);
        assert_eq!(more, Err(Refused::Full));
    }
}
