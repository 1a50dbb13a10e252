//! A ledger that a random history happens to, and what must hold of it after every block.

use super::attempts::{Block, KEYS, key};
use crate::tests::gifts::Gift;
use crate::tests::{Net, actor};
use crate::*;
use std::collections::{BTreeMap, BTreeSet};
use types::Address;
use wire::Decode;

pub(super) struct World {
    pub(super) net: Net,
    pub(super) entries: Vec<(Address, Entry)>,
    /// What can be claimed from.
    pub(super) gifts: Vec<(Gift, RedEnvelopeId)>,
    /// How many gifts have been tried.
    pub(super) given: usize,
    offered: Vec<Gift>,
    /// Homes and nonces that transactions have used up.
    used: BTreeSet<(Address, u64)>,
    /// Where addresses have led once there was a key behind them.
    settled: BTreeMap<Address, Address>,
    /// The fees of claims without a source.
    claim_fees: u64,
}

impl World {
    pub(super) fn new() -> Self {
        let net = Net::new(&[&actor(1), &actor(2), &actor(3)]);
        Self {
            entries: net.genesis.entries(),
            net,
            gifts: Vec::new(),
            given: 0,
            offered: Vec::new(),
            used: BTreeSet::new(),
            settled: BTreeMap::new(),
            claim_fees: 0,
        }
    }

    /// Remembers a gift that somebody tries to make.
    pub(super) fn offer(&mut self, gift: Gift) {
        self.given += 1;
        self.offered.push(gift);
    }

    /// Executes what passes of a block, once while building it and once as others would.
    pub(super) fn block(&mut self, block: &Block) {
        let candidates: Vec<_> =
            block.attempts.iter().filter_map(|attempt| attempt.transaction(self)).collect();
        let mut execution =
            Execution::begin(&self.net.state, self.net.context(), &|_| false).unwrap();
        let body: Vec<_> =
            candidates.into_iter().filter(|tx| execution.apply(tx).is_ok()).collect();
        let built = execution.finish().unwrap();
        let outcome = self.net.block(&body);
        assert_eq!(built, outcome);
        assert_eq!(outcome.receipts.len(), body.len());
        self.entries.extend(outcome.entries);
        body.iter().for_each(|tx| self.included(tx));
        self.offered.clear();
    }

    fn included(&mut self, tx: &Transaction) {
        for source in &tx.sources {
            let home = home_of(&self.net.state, source.address).unwrap();
            assert!(self.used.insert((home, source.nonce)), "a nonce has served twice");
        }
        if tx.sources.is_empty() {
            self.claim_fees += tx.fee.units();
        }
        for (position, action) in (0_u8..).zip(&tx.actions) {
            if let Action::CreateEnvelope(made) = action {
                let at = self.offered.iter().position(|gift| gift.made == *made).unwrap();
                self.gifts.push((self.offered.remove(at), RedEnvelopeId::of(tx.id(), position)));
            }
        }
    }

    pub(super) fn empty(&mut self) {
        let outcome = self.net.block(&[]);
        self.entries.extend(outcome.entries);
    }

    /// Goes on until every red envelope is over: only shares that wait are left of them.
    pub(super) fn run_out(&mut self) {
        for _ in 0..18 {
            self.empty();
        }
        for left in ["envelope/", "draw", "refund", "cell/refunds"] {
            assert_eq!(self.net.count(left), 0, "{left}");
        }
    }

    pub(super) fn check(&mut self) {
        assert_eq!(self.net.supply(), u128::from(self.net.genesis.supply().units()));
        self.check_escrow();
        self.check_addresses();
    }

    /// Escrow in = settled + waiting + refunded + fees.
    fn check_escrow(&self) {
        let moved = |wanted: fn(&EntryKind) -> bool| {
            let entries = self.entries.iter().filter(|(_, entry)| wanted(&entry.kind));
            entries.map(|(_, entry)| entry.delta.abc.units()).sum::<u64>()
        };
        let put_in = moved(|kind| matches!(kind, EntryKind::EnvelopeOut { .. }));
        let settled = moved(|kind| matches!(kind, EntryKind::EnvelopeIn { .. }));
        let refunded = moved(|kind| matches!(kind, EntryKind::EnvelopeBack { .. }));
        let held = self.net.escrow();
        assert_eq!(self.net.pot(Pot::Escrow), held);
        assert_eq!(put_in, settled + refunded + self.claim_fees + held);
    }

    fn accounts(&self) -> BTreeMap<Address, Account> {
        let records = self.net.state.iter().filter(|(key, _)| key.starts_with(b"acct/"));
        let accounts = records.map(|(_, value)| Account::from_bytes(value).unwrap());
        accounts.map(|account| (account.home, account)).collect()
    }

    /// Every address leads to one account in one step, for ever once a key stands behind it; every
    /// key is in one account.
    fn check_addresses(&mut self) {
        let accounts = self.accounts();
        for address in (0..KEYS).map(|number| key(number).address()) {
            let home = home_of(&self.net.state, address).unwrap();
            assert_eq!(home_of(&self.net.state, home), Ok(home), "a home that is an alias");
            let account = accounts.get(&home).filter(|account| !account.slots.is_empty());
            if let Some(account) = account {
                assert!(account.slot(address).is_some());
                assert_eq!(*self.settled.entry(address).or_insert(home), home);
            } else {
                assert!(!self.settled.contains_key(&address));
            }
        }
        let keys = accounts.values().flat_map(|account| &account.slots).map(|slot| &slot.key);
        let mut keys: Vec<_> = keys.collect();
        let count = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), count, "a key in two accounts");
        for account in accounts.values().filter(|account| !account.slots.is_empty()) {
            let nonces = self.used.range((account.home, 0)..=(account.home, u64::MAX));
            assert!(nonces.map(|(_, nonce)| *nonce).eq(0..account.nonce));
            assert!(account.active().count() >= 1 && account.slots.len() <= MAX_SLOTS);
        }
    }

    /// Every entry follows from the one before, and the last one is what the account says.
    pub(super) fn check_histories(&self) {
        let accounts = self.accounts();
        for (home, account) in &accounts {
            let (mut counter, mut hash, mut held) = (0, [0; 32], [0_i128; 3]);
            let mut nonce = 0;
            for (_, entry) in self.entries.iter().filter(|(of, _)| of == home) {
                counter += 1;
                let deltas = [entry.delta.abc, entry.delta.abit, entry.delta.bonded];
                held = std::array::from_fn(|at| held[at] + deltas[at].signed());
                let after = [entry.abc.units(), entry.abit.units(), entry.bonded.units()];
                assert_eq!((entry.counter, after.map(i128::from)), (counter, held));
                assert!(entry.nonce >= nonce);
                (nonce, hash) = (entry.nonce, entry.next_hash(&hash));
                if let EntryKind::FoldedIn { count, history } = entry.kind {
                    let closed = &accounts[&entry.counterparty.unwrap()];
                    assert_eq!((closed.counter, closed.history), (count, history));
                    assert_eq!((closed.abc, closed.slots.len()), (types::Amount::ZERO, 0));
                }
            }
            let now = [account.abc.units(), account.abit.units(), account.bonded.units()];
            assert_eq!((account.counter, account.history), (counter, hash));
            assert_eq!((now.map(i128::from), account.nonce), (held, nonce));
        }
    }
}
