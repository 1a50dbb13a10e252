//! What lies in the state of roots and trees: which of them a bundle may stand on, and for how long.
//! Nobody has proved these bundles; anchors are asked about before proofs are.

use super::*;
use shielded::{Anchor, Root};
use types::Timestamp;

const DAY_MS: u64 = 86_400_000;
/// Leaves after which the next tree begins.
const TREE: u32 = 1 << 31;

/// A payment into the pool, of two actions; each seed makes notes of its own.
fn into_pool(net: &Net, anchor: Anchor, seed: u64) -> Transaction {
    let outputs = vec![output(net, &person(1), 1_000_000)];
    let plan = Plan { anchor, spends: vec![], outputs };
    let mut rng = StdRng::seed_from_u64(seed);
    let draft = Draft::build(&plan, &person(1).viewing_key(), &mut rng).unwrap();
    let order = net.order_of(&[&alice()], vec![]);
    let bundle = Some(Box::new(draft.unsigned()));
    let mut tx = Transaction { version: Transaction::WITH_BUNDLE, bundle, ..order };
    tx.fee = tx.fee_needed(&net.genesis.params.prices).unwrap();
    signed(tx, &[&alice()])
}

fn anchor(net: &Net) -> Anchor {
    pool(&net.state).unwrap().anchor
}

/// What a block of that time does, if whoever signed and proved it is believed.
fn at(net: &Net, time: Timestamp, txs: &[Transaction]) -> Result<Outcome, &'static str> {
    let context = BlockContext { time, ..net.context() };
    let done = execute(&net.state, &context, &body(txs), &|_| true);
    done.map_err(|(_, why)| why.code())
}

/// Goes on by a block with this transaction; returns its time.
fn go(net: &mut Net, tx: Transaction) -> Timestamp {
    let time = net.context().time;
    let changes = at(net, time, &[tx]).unwrap().changes;
    net.take(&changes);
    net.round = net.round.next();
    time
}

/// How many records there are of old roots, and of their numbers.
fn records(net: &Net) -> (usize, usize) {
    let count = |prefix: &[u8]| net.state.keys().filter(|key| key.starts_with(prefix)).count();
    (count(b"anchor/"), count(b"anchor-number/"))
}

#[test]
fn an_old_root_is_good_for_a_day_after_another_has_followed() {
    let mut net = Net::new(&[&alice()]);
    let old = anchor(&net);
    let first = into_pool(&net, old, 1);
    let since = go(&mut net, first);
    assert_ne!(anchor(&net), old);
    assert_eq!(records(&net), (1, 1));
    let late = into_pool(&net, old, 2);
    let last = since.plus_millis(DAY_MS);
    assert!(at(&net, last, std::slice::from_ref(&late)).is_ok());
    assert_eq!(at(&net, last.plus_millis(1), &[late]).unwrap_err(), "unknown_anchor");
    // The newest one stays, however long nobody uses the pool.
    let newest = into_pool(&net, anchor(&net), 3);
    assert!(at(&net, last.plus_millis(9 * DAY_MS), &[newest]).is_ok());
}

#[test]
fn the_records_of_a_root_that_is_too_old_are_deleted_by_any_block() {
    let mut net = Net::new(&[&alice()]);
    let first = into_pool(&net, anchor(&net), 1);
    let since = go(&mut net, first);
    let second = into_pool(&net, anchor(&net), 2);
    go(&mut net, second);
    assert_eq!((records(&net), pool(&net.state).unwrap().retired_from), ((2, 2), 0));
    let last = since.plus_millis(DAY_MS);
    assert!(!at(&net, last, &[]).unwrap().changes.contains_key(&pool_key()));
    // The other is a second younger.
    let changes = at(&net, last.plus_millis(1), &[]).unwrap().changes;
    net.take(&changes);
    assert_eq!((records(&net), pool(&net.state).unwrap().retired_from), ((1, 1), 1));
    let changes = at(&net, last.plus_millis(1001), &[]).unwrap().changes;
    net.take(&changes);
    assert_eq!((records(&net), pool(&net.state).unwrap().retired_from), ((0, 0), 2));
}

/// The state of a pool whose first tree lacks one bundle.
fn almost_full(net: &mut Net) {
    let position = TREE - 3;
    let mut bytes = vec![1];
    bytes.extend(position.to_be_bytes());
    // A leaf, and a node to its left for each bit of its position.
    (0..=position.count_ones()).for_each(|_| bytes.extend([3; 32]));
    let frontier = Frontier::from_bytes(&bytes).unwrap();
    let mut cell = pool(&net.state).unwrap();
    cell.tree_size = frontier.size();
    cell.anchor = Anchor { tree: 0, root: frontier.root() };
    net.state.insert(pool_tree_key(), bytes);
    net.state.insert(pool_key(), cell.to_bytes());
}

#[test]
fn behind_a_tree_with_all_its_leaves_another_begins_and_its_last_root_is_good_for_ever() {
    let mut net = Net::new(&[&alice()]);
    almost_full(&mut net);
    let before = anchor(&net);
    let tx = into_pool(&net, before, 1);
    let since = go(&mut net, tx);
    let cell = pool(&net.state).unwrap();
    assert_eq!((cell.anchor.tree, cell.tree_size), (1, 0));
    assert_eq!(cell.anchor.root, Anchor::of_nothing().root);
    assert_eq!(net.state[&pool_tree_key()], Frontier::empty().to_bytes());
    let last = Root::from_bytes(&net.state[&finished_tree_key(0)]).unwrap();
    assert!(last != before.root && last != cell.anchor.root);

    let much_later = since.plus_millis(30 * DAY_MS);
    let with = |anchor, seed| at(&net, much_later, &[into_pool(&net, anchor, seed)]).map(|_| ());
    assert_eq!(with(Anchor { tree: 0, root: last }, 2), Ok(()));
    assert_eq!(with(cell.anchor, 3), Ok(()));
    assert_eq!(with(before, 4), Err("unknown_anchor"));
    assert_eq!(with(Anchor { tree: 1, root: last }, 5), Err("unknown_anchor"));
}

/// A state that cannot be read is no verdict on a transaction: nobody is to be punished for it.
#[test]
fn damaged_records_of_the_pool_are_called_damaged() {
    let mut net = Net::new(&[&alice()]);
    let old = anchor(&net);
    let first = into_pool(&net, old, 1);
    let since = go(&mut net, first);
    let with = |prefix: &[u8]| {
        let mut net = copy(&net);
        let key = net.state.keys().find(|key| key.starts_with(prefix)).unwrap().clone();
        net.state.insert(key, vec![1]);
        net
    };
    let late = into_pool(&net, old, 2);
    let damaged = with(b"anchor/");
    assert_eq!(at(&damaged, since, std::slice::from_ref(&late)).unwrap_err(), "bad_state");
    let mut damaged = copy(&net);
    damaged.state.insert(finished_tree_key(0), vec![1]);
    let other = into_pool(&net, Anchor { tree: 0, root: Root([1; 32]) }, 3);
    assert_eq!(at(&damaged, since, &[other]).unwrap_err(), "bad_state");
    // What is too old cannot be found.
    assert_eq!(at(&with(b"anchor-number/"), since, &[]).unwrap_err(), "bad_state");
    // A tree that has less room than the pool believes.
    let mut damaged = copy(&net);
    let full = [&[1][..], &[255; 4], &[1; 33 * 32]].concat();
    damaged.state.insert(pool_tree_key(), full);
    assert_eq!(at(&damaged, since, &[late]).unwrap_err(), "bad_state");
}
