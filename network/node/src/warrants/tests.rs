#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use ledger::{CertifiedHeader, Genesis, Header};
use types::{Round, Timestamp};

/// Two certified headers of the first round, by managers of their own.
fn warrant(managers: u8) -> (Genesis, Conflict) {
    warrant_of(managers, Round(1))
}

fn warrant_of(managers: u8, round: Round) -> (Genesis, Conflict) {
    let genesis =
        Genesis { managers: testkit::managers(managers), ..testkit::genesis(Timestamp(1), &[]) };
    let (tip, committee) = (genesis.tip([0; 32]), genesis.committee());
    let header = |state| Header {
        version: Header::VERSION,
        chain: genesis.chain(),
        round,
        time: Timestamp(2),
        parent: tip.block,
        body_root: [5; 32],
        state_root: [state; 32],
        receipts_root: [6; 32],
        committee: tip.committee,
        next_committee: tip.committee,
        beacon: tip.beacon,
        history: tip.history.root(),
        parent_certificate: [0; 32],
        proposer: 0,
        ticket: [7; 80],
        flags: 0,
    };
    let seeds: Vec<u8> = (1..=managers).collect();
    let certified =
        |state| -> CertifiedHeader { testkit::certify(header(state), &committee, &seeds) };
    let (first, second) = (certified(1), certified(2));
    (genesis, Conflict { first, second, committee })
}

fn object(conflict: &Conflict) -> Object {
    Object(conflict.to_bytes())
}

/// Finds everything proved, or nothing.
fn judge(proved: bool) -> std::future::Ready<Result<(), Failure>> {
    let refused = || Failure::new(code::BAD_REQUEST, "");
    std::future::ready(proved.then_some(()).ok_or_else(refused))
}

#[tokio::test]
async fn only_what_is_proved_is_kept_and_one_is_enough_about_the_same_members() {
    let dir = tempfile::tempdir().unwrap();
    let (genesis, conflict) = warrant(4);
    let warrants = Warrants::open(dir.path().join(FILE), &genesis);
    let mut newest = warrants.newest();
    let refused = warrants.take(&Object(vec![1; 9]), |_| judge(true)).await.unwrap_err();
    assert_eq!(refused.code, code::BAD_REQUEST);
    let refused = warrants.take(&object(&conflict), |_| judge(false)).await.unwrap_err();
    assert_eq!(refused.code, code::BAD_REQUEST);
    assert_eq!((warrants.after(0), newest.has_changed().unwrap()), ((vec![], 0), false));

    let taken = warrants.take(&object(&conflict), |_| judge(true)).await;
    assert_eq!(taken, Ok(Taken::New));
    assert_eq!(*newest.borrow_and_update(), 1);
    // Not even looked at any more, whatever else it says.
    let turned = Conflict {
        first: conflict.second.clone(),
        second: conflict.first.clone(),
        ..conflict.clone()
    };
    for again in [&conflict, &turned] {
        let taken = warrants.take(&object(again), |_| async { panic!("judged again") }).await;
        assert_eq!(taken, Ok(Taken::Known));
    }
    assert!(!newest.has_changed().unwrap());
    assert_eq!(warrants.all(), ChainReply::Warrants(vec![object(&conflict)]));

    // They outlive the node, on their own chain.
    let again = Warrants::open(dir.path().join(FILE), &genesis);
    assert_eq!(again.after(0), (vec![object(&conflict)], 1));
    assert_eq!(again.after(1), (vec![], 1));
    let elsewhere = Warrants::open(dir.path().join(FILE), &warrant(5).0);
    assert_eq!(elsewhere.after(0), (vec![], 0));
}

#[tokio::test]
async fn the_same_members_can_contradict_themselves_again_later() {
    let dir = tempfile::tempdir().unwrap();
    let (genesis, first) = warrant(4);
    let epoch = u64::from(genesis.params.epoch);
    let warrants = Warrants::open(dir.path().join(FILE), &genesis);
    let expected =
        [(1, Taken::New), (epoch - 1, Taken::Known), (epoch, Taken::New), (1, Taken::Known)];
    for (round, taken) in expected {
        let next = warrant_of(4, Round(round)).1;
        assert_eq!(next.committee, first.committee);
        assert_eq!(warrants.take(&object(&next), |_| judge(true)).await, Ok(taken), "{round}");
    }
}

#[tokio::test]
async fn who_offers_too_many_is_not_heard_for_a_while_and_others_are() {
    let dir = tempfile::tempdir().unwrap();
    let (genesis, conflict) = warrant(4);
    let warrants = Warrants::open(dir.path().join(FILE), &genesis);
    let (flood, honest) = (WorkerId([1; 32]), WorkerId([2; 32]));
    for _ in 0..OFFERS {
        let refused = warrants.offered(flood, &object(&conflict), |_| judge(false)).await;
        assert_eq!(refused.unwrap_err().code, code::BAD_REQUEST);
    }
    let unheard = async { panic!("judged") };
    let refused = warrants.offered(flood, &object(&conflict), |_| unheard).await;
    assert_eq!(refused.unwrap_err().code, code::UNAVAILABLE);
    let taken = warrants.offered(honest, &object(&conflict), |_| judge(true)).await;
    assert_eq!(taken, Ok(Taken::New));
}

#[tokio::test]
async fn no_more_than_a_few_are_kept_and_each_is_told_once() {
    let dir = tempfile::tempdir().unwrap();
    let (genesis, _) = warrant(4);
    let warrants = Warrants::open(dir.path().join(FILE), &genesis);
    let most = u8::try_from(MAX_WARRANTS).unwrap();
    let offered: Vec<Object> = (4..4 + most + 2).map(|size| object(&warrant(size).1)).collect();
    for one in &offered {
        assert_eq!(warrants.take(one, |_| judge(true)).await, Ok(Taken::New));
    }
    let kept = offered[2..].to_vec();
    assert_eq!(warrants.after(0), (kept.clone(), u64::from(most) + 2));
    assert_eq!(warrants.after(u64::from(most) + 1), (kept[3..].to_vec(), u64::from(most) + 2));
}

#[test]
fn the_bytes_of_the_file_are_frozen_and_no_others_are_read() {
    let (_, conflict) = warrant(4);
    let kept = Kept { chain: ChainId([1; 32]), count: 2, warrants: vec![conflict.clone()] };
    let bytes = kept.to_bytes();
    let head = [MAGIC.as_slice(), &[1; 32], &2_u64.to_be_bytes(), &1_u32.to_be_bytes()].concat();
    assert_eq!(bytes, [head, conflict.to_bytes()].concat());
    assert_eq!(Kept::from_bytes(&bytes).as_ref(), Ok(&kept));
    for at in 0..bytes.len() {
        fuzz_warrants(&bytes[..at]);
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        fuzz_warrants(&changed);
    }
    let none = Kept { count: 0, ..kept };
    assert!(Kept::from_bytes(&none.to_bytes()).is_err(), "more than there have been");
}
