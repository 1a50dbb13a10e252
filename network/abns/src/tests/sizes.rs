//! How big what leaves the store is when the state is.

use super::*;
use ledger::{Account, account_key};
use std::collections::BTreeMap;
use types::{Abc, Amount};
use wire::Encode;

const ACCOUNTS: u64 = 10_000;
/// acp.md §4: what a phone may have to load for one value.
const MOST: usize = 1_228;
/// How much longer it may be among ten times as many: the longest of some random paths grows by two
/// siblings, at most, whenever their number doubles.
const FOR_TEN_TIMES: usize = 7 * 32;

#[test]
fn a_state_proof_leaves_room_for_a_hundred_thousand_accounts() {
    let network = Network::new(2);
    let store = in_memory(&network);
    let accounts: BTreeMap<_, _> = (0..ACCOUNTS)
        .map(|number| {
            let home = stranger(number);
            let account = Account { abc: Amount::<Abc>::new(number), ..Account::empty(home) };
            (account_key(home), account.to_bytes())
        })
        .collect();
    network.block_of(&store, accounts).commit(&store).unwrap();
    let root = store.header(store.tip().round).unwrap().header.state_root;
    let mut longest = 0;
    for number in (0..2 * ACCOUNTS).step_by(23) {
        let proof = store.prove(stranger(number)).unwrap();
        assert_eq!(proof.account.is_some(), number < ACCOUNTS);
        assert_eq!(proof.verify(&root), Ok(()));
        let (alias, account) = (proof.alias_proof.to_bytes().len(), proof.proof.to_bytes().len());
        longest = longest.max(alias).max(account);
    }
    assert!(longest + FOR_TEN_TIMES <= MOST, "{longest}");
    // That no alias stands in the way is a second proof of the same kind.
    let whole = store.prove(stranger(7)).unwrap().to_bytes().len();
    assert!(whole + 2 * FOR_TEN_TIMES <= 2 * MOST, "{whole}");
}
