//! A ledger that a random history happens to, and what must hold of it after every block.

use super::attempts::{Block, KEYS, key};
use crate::tests::books::{Books, accounts, passes};
use crate::tests::gifts::Gift;
use crate::tests::{Net, actor};
use crate::*;
use std::collections::BTreeMap;
use types::Address;

pub(super) struct World {
    pub(super) net: Net,
    pub(super) books: Books,
    /// What can be claimed from.
    pub(super) gifts: Vec<(Gift, RedEnvelopeId)>,
    /// How many gifts have been tried.
    pub(super) given: usize,
    offered: Vec<Gift>,
    /// Where addresses have led once there was a key behind them.
    settled: BTreeMap<Address, Address>,
    /// The fees of claims without a source.
    claim_fees: u64,
}

impl World {
    pub(super) fn new() -> Self {
        let net = Net::new(&[&actor(1), &actor(2), &actor(3)]);
        Self {
            books: Books::new(&net.genesis),
            net,
            gifts: Vec::new(),
            given: 0,
            offered: Vec::new(),
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
            candidates.into_iter().filter(|tx| passes(execution.apply(tx))).collect();
        let built = execution.finish().unwrap();
        let outcome = self.net.block(&body);
        assert_eq!(built, outcome);
        self.books.enter(&self.net, &body, &outcome);
        body.iter().for_each(|tx| self.included(tx));
        self.offered.clear();
    }

    fn included(&mut self, tx: &Transaction) {
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
        self.books.enter(&self.net, &[], &outcome);
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
            let entries = self.books.entries.iter().filter(|(_, entry)| wanted(&entry.kind));
            entries.map(|(_, entry)| entry.delta.abc.units()).sum::<u64>()
        };
        let put_in = moved(|kind| matches!(kind, EntryKind::EnvelopeOut { .. }));
        let settled = moved(|kind| matches!(kind, EntryKind::EnvelopeIn { .. }));
        let refunded = moved(|kind| matches!(kind, EntryKind::EnvelopeBack { .. }));
        let held = self.net.escrow();
        assert_eq!(self.net.pot(Pot::Escrow), held);
        assert_eq!(put_in, settled + refunded + self.claim_fees + held);
    }

    /// Every address leads to one account in one step, for ever once a key stands behind it; every
    /// key is in one account.
    fn check_addresses(&mut self) {
        let accounts = accounts(&self.net);
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
            assert!(account.active().count() >= 1 && account.slots.len() <= MAX_SLOTS);
        }
    }
}
