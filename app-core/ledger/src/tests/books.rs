//! The books of a random history: what its blocks held, and what must follow from it at any time.

use super::Net;
use crate::*;
use std::collections::{BTreeMap, BTreeSet};
use types::Address;
use wire::{Decode, Encode};

pub(crate) struct Books {
    /// Every entry there was, in order.
    pub(crate) entries: Vec<(Address, Entry)>,
    /// Homes and nonces that transactions have used up.
    used: BTreeSet<(Address, u64)>,
    /// The tags of actions that were performed.
    pub(crate) acted: BTreeSet<u8>,
}

impl Books {
    pub(crate) fn new(genesis: &Genesis) -> Self {
        Self { entries: genesis.entries(), used: BTreeSet::new(), acted: BTreeSet::new() }
    }

    /// Enters a block that the state holds already.
    pub(crate) fn enter(&mut self, net: &Net, body: &[Transaction], outcome: &Outcome) {
        assert_eq!(outcome.receipts.len(), body.len());
        self.entries.extend(outcome.entries.iter().cloned());
        self.note(net, body);
    }

    /// Notes the transactions of a block whose entries are kept elsewhere.
    pub(crate) fn note(&mut self, net: &Net, body: &[Transaction]) {
        for tx in body {
            for source in &tx.sources {
                let home = home_of(&net.state, source.address).unwrap();
                assert!(self.used.insert((home, source.nonce)), "a nonce has served twice");
            }
            self.acted.extend(tx.actions.iter().map(|action| action.to_bytes()[0]));
        }
    }

    /// Every entry follows from the one before, the last one is what its account says, and nonces
    /// are used up one by one.
    pub(crate) fn check(&self, net: &Net) {
        assert_eq!(net.supply(), u128::from(net.genesis.supply().units()));
        let accounts = accounts(net);
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
            let nonces = self.used.range((*home, 0)..=(*home, u64::MAX));
            assert!(nonces.map(|(_, nonce)| *nonce).eq(0..account.nonce));
        }
    }
}

/// True if something was accepted. Whatever is refused is refused for what it is: nobody can damage
/// the state, or bring the rules to find it damaged.
pub(crate) fn passes(accepted: Result<(), Rejection>) -> bool {
    assert!(!matches!(accepted, Err(Rejection::BadState(_))), "{accepted:?}");
    accepted.is_ok()
}

/// All accounts by their home addresses.
pub(crate) fn accounts(net: &Net) -> BTreeMap<Address, Account> {
    let records = net.state.iter().filter(|(key, _)| key.starts_with(b"acct/"));
    let accounts = records.map(|(_, value)| Account::from_bytes(value).unwrap());
    accounts.map(|account| (account.home, account)).collect()
}

/// The actions that each family's random histories come upon.
pub(crate) const MONEY: [u8; 9] = [1, 2, 3, 10, 11, 12, 30, 31, 32];
pub(crate) const NAMES: [u8; 8] = [20, 21, 22, 23, 24, 25, 26, 27];
pub(crate) const RING: [u8; 6] = [40, 41, 42, 43, 44, 45];
/// Those for which chance is too seldom: a quorum must have signed, or a hundred rounds gone by. They
/// have stories of their own.
const DECIDED: [u8; 3] = [13, 14, 50];

/// Whoever adds an action adds it to a random history.
#[test]
fn no_action_is_left_out_of_the_random_histories() {
    let unknown = Err(wire::DecodeError::BadValue("action"));
    let known = (0..=u8::MAX).filter(|tag| Action::from_bytes(&[*tag]) != unknown);
    let tried = MONEY.into_iter().chain(NAMES).chain(RING).chain(DECIDED).collect();
    assert_eq!(known.collect::<BTreeSet<_>>(), tried);
}
