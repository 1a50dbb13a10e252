//! Committees that change, and the range over all headers.

use super::*;
use ledger::{Committee, Outcome, Seat, Seats, Tip, cell_key};
use types::{BlockId, Round};
use wire::Encode;

/// Managers 2 to 5 instead of 1 to 4.
fn others() -> Seats {
    let seats = (2..=5).map(|seed| Seat { member: testkit::member(seed), reputation: 1 });
    Seats::new(seats.collect()).unwrap()
}

fn idle(network: &Network, store: &ChainStore) {
    network.block_of(store, BTreeMap::<_, Option<_>>::new()).commit(store).unwrap();
}

/// A block with which the committee changes; the round must be the last of its epoch.
fn change(network: &Network, store: &ChainStore, named: &Committee) -> Result<(), AbnsError> {
    let changes = [(cell_key("seats-next"), Some(others().to_bytes()))].into();
    let outcome = Outcome { changes, next_committee: named.hash(), ..Outcome::default() };
    network.seal(store, ledger::Body::default(), outcome).commit(store)
}

#[test]
fn a_new_committee_is_kept_with_the_last_block_of_the_epoch_and_decides_from_then_on() {
    let network = Network::new(2);
    let store = in_memory(&network);
    let (old, new) = (network.genesis.committee(), others().committee());
    while !network.genesis.params.is_boundary(store.tip().round.next()) {
        idle(&network, &store);
    }
    assert_eq!(store.committee(&new.hash()), None);
    // Only the one that the state names, and only when it takes over.
    let unknown = Committee::new((3..=6).map(testkit::member).collect()).unwrap();
    let refused = change(&network, &store, &unknown);
    assert!(matches!(refused, Err(AbnsError::BadBlock(_))), "{refused:?}");
    assert_eq!(store.committee(&unknown.hash()), None);
    change(&network, &store, &new).unwrap();

    assert_eq!(store.tip().committee, new.hash());
    assert_eq!(store.committee(&new.hash()), Some(new.clone()));
    assert_eq!(store.committee(&old.hash()), Some(old.clone()));
    let first = network.block_of(&store, BTreeMap::<_, Option<_>>::new());
    assert_eq!(first.certified.verify(&new), Ok(()));
    assert!(first.certified.verify(&old).is_err());
    first.commit(&store).unwrap();
    assert_eq!(store.verify().unwrap().rounds, store.tip().round.0);
}

#[test]
fn a_header_is_proved_under_every_later_one_and_under_no_other() {
    const LAST: u64 = 21;
    let network = Network::new(2);
    let store = in_memory(&network);
    (0..LAST).for_each(|_| idle(&network, &store));
    let header = |round| store.header(Round(round)).map(|block| block.header);
    for under in 0..=LAST + 1 {
        for round in 0..=LAST + 1 {
            let proof = store.prove_header(Round(round), Round(under));
            assert_eq!(proof.is_some(), 0 < round && round < under && under <= LAST + 1);
            let (Some(proof), Some(under)) = (proof, header(under)) else { continue };
            let id = header(round).unwrap().id();
            assert!(proof.verify(&under.history, Round(round), id));
            assert!(!proof.verify(&under.history, Round(round + 1), id));
            assert!(!proof.verify(&under.history, Round(round), BlockId([1; 32])));
        }
    }
}

#[test]
fn every_block_is_known_as_the_one_after_it_saw_it() {
    let network = Network::new(2);
    let disk = crate::disk::Disk::default();
    let open =
        || ChainStore::open_on(disk.clone(), &network.genesis, Horizon::Rounds(256)).unwrap();
    let store = open();
    let mut tips: Vec<Tip> = vec![store.tip()];
    for _ in 0..9 {
        idle(&network, &store);
        tips.push(store.tip());
    }
    let check = |store: &ChainStore| {
        for tip in &tips {
            assert_eq!(store.block(tip.round).unwrap().as_ref(), Some(tip));
        }
        assert_eq!(store.block(Round(10)).unwrap(), None);
    };
    check(&store);
    drop(store);
    check(&open());
}
