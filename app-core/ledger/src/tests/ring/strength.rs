//! What somebody can do about rings who has the weaker of an account's two keys.

use super::*;
use crate::tests::signers::{Owns, add, by_all, falcon};
use types::WorkerId;

/// A rich account with a Falcon key beside its first one, a manager and a worker of its own.
fn fixture() -> (Ring, EcdsaKey, &'static keys::FalconKey, WorkerId) {
    let (alice, strong) = (actor(1), falcon(0));
    let mut ring = Ring::new(4, &[&alice]);
    let worker = manager(90);
    ring.with(&[ring.joins(&alice, 9)]);
    let action = RegisterWorker {
        source: 0,
        worker: WorkerId(worker.public()),
        bond: abc(Params::DEVNET.worker_bond),
        archive: false,
    };
    ring.with(&[ring.order(&alice, RingAction::RegisterWorker(action), Some(&worker))]);
    ring.with(&[ring.net.with(&alice, vec![add(strong)], strong)]);
    (ring, alice, strong, WorkerId(worker.public()))
}

#[test]
fn the_weaker_key_frees_no_bond() {
    let (ring, alice, strong, worker) = fixture();
    let leave = UnregisterWorker { source: 0, worker, by_key: false };
    for action in [
        RingAction::UnregisterManager(UnregisterManager { source: 0 }),
        RingAction::UnregisterWorker(leave),
    ] {
        ring.refuses(&ring.order(&alice, action.clone(), None), "stronger_key_needed");
        let tx = by_all(ring.net.plan(&[strong], vec![Action::Ring(action)]), &[strong]);
        assert_eq!(check(&ring.net.state, &ring.context(), &tx), Ok(()));
    }
}

#[test]
fn the_weaker_key_locks_no_bond() {
    let (ring, alice, ..) = fixture();
    let worker = manager(91);
    let action = RegisterWorker {
        source: 0,
        worker: WorkerId(worker.public()),
        bond: abc(Params::DEVNET.worker_bond),
        archive: false,
    };
    let tx = ring.order(&alice, RingAction::RegisterWorker(action), Some(&worker));
    ring.refuses(&tx, "stronger_key_needed");
    ring.refuses(&ring.joins(&alice, 10), "stronger_key_needed");
}

#[test]
fn where_another_key_decides_the_weaker_one_pays_for_it() {
    let (ring, alice, strong, worker) = fixture();
    assert_eq!(strong.address().kind, types::AddressKind::Falcon);
    let leave = UnregisterWorker { source: 0, worker, by_key: true };
    let tx = ring.order(&alice, RingAction::UnregisterWorker(leave), Some(&manager(90)));
    assert_eq!(check(&ring.net.state, &ring.context(), &tx), Ok(()));
    let evidence = ring.double_vote(2, Round(1));
    assert_eq!(check(&ring.net.state, &ring.context(), &ring.reports(&alice, evidence)), Ok(()));
}
