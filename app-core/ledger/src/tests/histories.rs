//! Random histories: whatever people try, no money appears or vanishes and every history closes.

use super::{Net, START, actor, address, signed};
use crate::*;
use keys::EcdsaKey;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::LazyLock;
use types::Address;
use wire::Decode;

/// The first three have money at the beginning.
static ACTORS: LazyLock<Vec<EcdsaKey>> = LazyLock::new(|| (1..=6).map(actor).collect());

/// An attempt, sensible or not.
#[derive(Debug, Clone)]
struct Attempt {
    from: usize,
    to: usize,
    units: u64,
    helper: Option<usize>,
    fee_error: u64,
    nonce_error: u64,
    forged: bool,
}

fn attempts() -> impl Strategy<Value = Vec<Vec<Attempt>>> {
    let units = prop_oneof![
        4 => 1000..START / 3,
        1 => 0..20_000_u64,
        1 => any::<u64>(),
    ];
    let rarely = || prop_oneof![9 => Just(0_u64), 1 => 1..3_u64];
    let attempt = (0..6_usize, 0..6_usize, units, proptest::option::weighted(0.2, 0..6_usize))
        .prop_flat_map(move |(from, to, units, helper)| {
            (rarely(), rarely(), proptest::bool::weighted(0.05)).prop_map(
                move |(fee_error, nonce_error, forged)| Attempt {
                    from,
                    to,
                    units,
                    helper,
                    fee_error,
                    nonce_error,
                    forged,
                },
            )
        });
    proptest::collection::vec(proptest::collection::vec(attempt, 0..4), 1..8)
}

impl Attempt {
    fn transaction(&self, net: &Net) -> Transaction {
        let mut keys = vec![&ACTORS[self.from]];
        let to = address(&ACTORS[self.to]);
        let mut pays = vec![(0, to, self.units)];
        if let Some(helper) = self.helper {
            keys.push(&ACTORS[helper]);
            pays.push((1, to, self.units));
        }
        let mut tx = net.order(&keys, &pays);
        tx.fee = tx.fee.plus(super::abc(self.fee_error)).unwrap();
        tx.sources[0].nonce += self.nonce_error;
        let mut tx = signed(tx, &keys);
        if self.forged {
            tx.witness[0][9] ^= 1;
        }
        tx
    }
}

fn accounts(net: &Net) -> BTreeMap<Address, Account> {
    let records = net.state.iter().filter(|(key, _)| key.starts_with(b"acct/"));
    let accounts = records.map(|(_, value)| Account::from_bytes(value).unwrap());
    accounts.map(|account| (account.home, account)).collect()
}

fn check_supply(net: &Net) {
    let held = accounts(net).values().map(|account| u128::from(account.abc.units())).sum::<u128>();
    assert_eq!(held + u128::from(net.fees()), u128::from(net.genesis.supply().units()));
}

/// Every entry follows from the one before, and the last one is what the account says.
fn check_histories(net: &Net, entries: &[(Address, Entry)]) {
    for (home, account) in accounts(net) {
        let (mut counter, mut hash, mut abc) = (0, [0; 32], 0_i128);
        for (_, entry) in entries.iter().filter(|(of, _)| *of == home) {
            counter += 1;
            abc += entry.delta.abc.signed();
            assert_eq!(entry.counter, counter);
            assert_eq!(i128::from(entry.abc.units()), abc);
            hash = entry.next_hash(&hash);
        }
        assert_eq!((account.counter, account.history), (counter, hash));
        assert_eq!(i128::from(account.abc.units()), abc);
        let nonce = entries.iter().rfind(|(of, _)| *of == home).map(|(_, entry)| entry.nonce);
        assert_eq!(Some(account.nonce), nonce);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn money_is_kept_and_histories_close(blocks in attempts()) {
        let mut net = Net::new(&[&ACTORS[0], &ACTORS[1], &ACTORS[2]]);
        let mut entries = net.genesis.entries();
        for block in blocks {
            let mut execution = Execution::new(&net.state, net.context());
            let candidates = block.iter().map(|attempt| attempt.transaction(&net));
            let body: Vec<_> = candidates.filter(|tx| execution.apply(tx).is_ok()).collect();
            let built = execution.finish().unwrap();
            let outcome = net.block(&body);
            prop_assert_eq!(&built, &outcome);
            prop_assert_eq!(outcome.receipts.len(), body.len());
            entries.extend(outcome.entries);
            check_supply(&net);
        }
        check_histories(&net, &entries);
    }
}
