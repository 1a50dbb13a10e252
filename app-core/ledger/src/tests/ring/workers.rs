//! Becoming a worker, and ceasing to be one.

use super::*;
use crate::workers::{ROSTER, Roster};
use types::WorkerId;
use wire::Encode;

const WORKER_BOND: u64 = Params::DEVNET.worker_bond;

fn worker(seed: u8) -> Ed25519Key {
    Ed25519Key::from_seed([seed; 32])
}

fn id(seed: u8) -> WorkerId {
    WorkerId(worker(seed).public())
}

fn joins(ring: &Ring, from: &EcdsaKey, seed: u8, bond: u64) -> Transaction {
    let action =
        RegisterWorker { source: 0, worker: id(seed), bond: abc(bond), archive: seed % 2 == 1 };
    ring.order(from, RingAction::RegisterWorker(action), Some(&worker(seed)))
}

fn leaves(ring: &Ring, from: &EcdsaKey, worker: WorkerId, key: Option<&Ed25519Key>) -> Transaction {
    let action = UnregisterWorker { source: 0, worker, by_key: key.is_some() };
    ring.order(from, RingAction::UnregisterWorker(action), key)
}

fn roster(ring: &Ring) -> Vec<WorkerId> {
    workers(&ring.net.state).unwrap().iter().map(|worker| worker.id).collect()
}

#[test]
fn the_roster_is_all_workers_in_order() {
    let alice = actor(1);
    let mut ring = Ring::new(4, &[&alice]);
    let first = WorkerId([7; 32]);
    assert_eq!(roster(&ring), [first]);
    let record = workers(&ring.net.state).unwrap()[0];
    assert_eq!((record.archive, record.account, record.bond.units()), (true, None, 0));

    for seed in [30, 31, 32] {
        ring.with(&[joins(&ring, &alice, seed, WORKER_BOND)]);
    }
    let mut all = vec![first, id(30), id(31), id(32)];
    all.sort_unstable();
    assert_eq!(roster(&ring), all);
    let records = workers(&ring.net.state).unwrap();
    let record = records.iter().find(|worker| worker.id == id(31)).unwrap();
    assert_eq!((record.archive, record.account), (true, Some(address(&alice))));
    assert_eq!(ring.net.account(address(&alice)).unwrap().bonded, abc(3 * WORKER_BOND));

    ring.with(&[leaves(&ring, &alice, id(31), None)]);
    all.retain(|worker| *worker != id(31));
    assert_eq!(roster(&ring), all);
}

#[test]
fn who_may_join_and_leave() {
    let (alice, bob) = (actor(1), actor(2));
    let mut ring = Ring::new(4, &[&alice, &bob]);
    ring.refuses(&joins(&ring, &alice, 30, WORKER_BOND - 1), "below_minimum");
    let mut stolen = joins(&ring, &alice, 30, WORKER_BOND);
    stolen.witness[1] = worker(31).sign(&stolen.sighash()).to_vec();
    ring.refuses(&stolen, "bad_signature");

    ring.with(&[joins(&ring, &alice, 30, WORKER_BOND)]);
    ring.refuses(&joins(&ring, &bob, 30, WORKER_BOND), "already_registered");
    ring.refuses(&leaves(&ring, &bob, id(30), None), "not_registered");
    ring.refuses(&leaves(&ring, &bob, id(31), None), "not_registered");
    // A worker of the genesis belongs to nobody: only its key can end it.
    ring.refuses(&leaves(&ring, &bob, WorkerId([7; 32]), None), "not_registered");
    ring.refuses(&leaves(&ring, &bob, id(30), Some(&worker(31))), "bad_signature");
    ring.with(&[leaves(&ring, &bob, id(30), Some(&worker(30)))]);
    assert_eq!(roster(&ring), [WorkerId([7; 32])]);
    ring.refuses(&leaves(&ring, &alice, id(30), None), "not_registered");
}

#[test]
fn a_worker_may_come_back_and_its_bonds_are_returned_to_its_account() {
    let (alice, bob) = (actor(1), actor(2));
    let mut ring = Ring::new(4, &[&alice, &bob]);
    ring.with(&[joins(&ring, &alice, 30, WORKER_BOND)]);
    ring.with(&[leaves(&ring, &bob, id(30), Some(&worker(30)))]);
    ring.with(&[joins(&ring, &alice, 30, 2 * WORKER_BOND)]);
    let bonded = |ring: &Ring| ring.net.account(address(&alice)).unwrap().bonded.units();
    assert_eq!(bonded(&ring), 3 * WORKER_BOND);

    // The first round of an epoch counts, at exactly the time.
    ring.go_to(60);
    let left = ring.headers[1].time;
    let due = left.plus_millis(Params::DEVNET.unbonding_ms);
    let early = due.millis_since(ring.context().time) - 1;
    let outcome = ring.block_after(early, 0, &[], &[]);
    assert_eq!(outcome.entries, []);
    let outcome = ring.next_epoch();
    let [(home, entry)] = outcome.entries.as_slice() else { panic!("{:?}", outcome.entries) };
    assert_eq!((*home, entry.kind), (address(&alice), EntryKind::BondReturned));
    assert_eq!(entry.delta.abc, Delta::plus(WORKER_BOND));
    assert_eq!(entry.delta.bonded, Delta::minus(WORKER_BOND));
    assert_eq!(bonded(&ring), 2 * WORKER_BOND);
    assert_eq!(ring.next_epoch().entries, [], "once");
}

#[test]
fn the_roster_holds_4096_workers() {
    let alice = actor(1);
    let mut ring = Ring::new(4, &[&alice]);
    let mut ids: Vec<_> = (0..MAX_WORKERS as u16 - 1)
        .map(|number| {
            let mut id = [0xee; 32];
            id[..2].copy_from_slice(&number.to_be_bytes());
            WorkerId(id)
        })
        .collect();
    ring.net.state.insert(cell_key(ROSTER), Roster::unchecked(ids.clone()).to_bytes());
    let tx = joins(&ring, &alice, 30, WORKER_BOND);
    assert_eq!(check(&ring.net.state, &ring.context(), &tx), Ok(()));
    ids.push(WorkerId([0xef; 32]));
    ring.net.state.insert(cell_key(ROSTER), Roster::unchecked(ids).to_bytes());
    ring.refuses(&tx, "ring_full");
    assert!(workers(&ring.net.state).is_err(), "an id without a record is damage");
}
