//! Epochs: who sits next is fixed ten rounds before the end, and takes over in the first round.

use super::*;

/// Every header names as its committee what the one before announced, and announces another only
/// at the end of an epoch.
fn check_chain(ring: &Ring) {
    let params = ring.net.genesis.params;
    let mut committee = ring.net.genesis.committee().hash();
    for header in &ring.headers {
        assert_eq!(header.committee, committee, "{:?}", header.round);
        let changes = header.next_committee != header.committee;
        assert!(!changes || params.is_boundary(header.round), "{:?}", header.round);
        committee = header.next_committee;
    }
}

#[test]
fn a_manager_sits_from_the_epoch_after_the_next_choice() {
    let alice = actor(1);
    let mut ring = Ring::new(4, &[&alice]);
    ring.with(&[ring.joins(&alice, 5)]);
    // It registered in the epoch that chooses at round 50: too late for that choice.
    ring.go_to(61);
    assert_eq!(ring.committee().size(), 4);
    ring.go_to(119);
    assert_eq!(ring.committee().size(), 4);
    ring.empty();
    assert_eq!(ring.committee().size(), 5);
    assert_eq!(ring.headers.last().unwrap().next_committee, ring.committee().hash());
    assert!(ring.number(5).is_some());
    ring.empty();
    assert_eq!(ring.headers.last().unwrap().committee, ring.committee().hash());
    ring.go_to(200);
    check_chain(&ring);
    let changes = ring.headers.iter().filter(|header| header.next_committee != header.committee);
    assert_eq!(changes.map(|header| header.round.0).collect::<Vec<_>>(), [119]);
}

/// Whatever stands in the last ten rounds, the next committee is the same.
#[test]
fn nothing_after_the_freeze_changes_who_sits_next() {
    let (alice, bob) = (actor(1), actor(2));
    let start = || {
        let mut ring = Ring::new(7, &[&alice, &bob]);
        ring.with(&[ring.joins(&alice, 8)]);
        ring.go_to(111);
        ring
    };
    let mut quiet = start();
    quiet.go_to(120);
    let mut busy = start();
    let [frozen, _] = [quiet.committee(), busy.committee()];
    busy.with(&[busy.leaves(&owner(1)), busy.leaves(&alice)]);
    busy.with(&[busy.joins(&bob, 9)]);
    let evidence = busy.double_vote(2, Round(100));
    busy.block_after(9_999, 3, &[0, 1, 2, 3, 4], &[busy.reports(&bob, evidence)]);
    while busy.net.round < Round(120) {
        busy.block_after(500, 2, &[0, 1, 2, 3, 4, 5], &[]);
    }
    assert_eq!(busy.committee(), frozen);
    assert_eq!(frozen.size(), 8);
    check_chain(&busy);
    check_chain(&quiet);
    assert!(busy.number(2).is_some(), "a convicted member sits until the next choice");
    busy.go_to(180);
    assert_eq!([1, 2, 8].map(|seed| busy.number(seed)).iter().flatten().count(), 1);
    assert_eq!(busy.number(2), None);
}

/// What happens up to the freeze round itself counts.
#[test]
fn the_freeze_round_counts_whole() {
    let mut ring = Ring::new(5, &[]);
    ring.go_to(50);
    ring.with(&[ring.leaves(&owner(1))]);
    ring.go_to(60);
    assert_eq!(ring.number(1), None);

    let mut ring = Ring::new(5, &[]);
    ring.go_to(51);
    ring.with(&[ring.leaves(&owner(1))]);
    ring.go_to(60);
    assert!(ring.number(1).is_some());
    assert_eq!(ring.registration(1).unwrap().left, None, "it sits for one epoch more");
    ring.go_to(120);
    assert_eq!(ring.number(1), None);
    assert_eq!(ring.registration(1).unwrap().left, Some(ring.headers[118].time));
}

#[test]
fn at_most_f_leave_in_an_epoch() {
    let mut ring = Ring::new(10, &[]);
    for seed in 1..=7 {
        ring.with(&[ring.leaves(&owner(seed))]);
    }
    let mut sizes = Vec::new();
    for epoch in 1..=5 {
        ring.go_to(60 * epoch);
        sizes.push(ring.committee().size());
    }
    // Of 10 three may leave, of 7 two, of 5 one; below four nobody.
    assert_eq!(sizes, [7, 5, 4, 4, 4]);
    check_chain(&ring);
}

#[test]
fn the_convicted_leave_however_many() {
    let alice = actor(1);
    let mut ring = Ring::new(7, &[&alice]);
    for seed in 1..=3 {
        let evidence = ring.double_vote(seed, Round(1));
        ring.with(&[ring.reports(&alice, evidence)]);
    }
    // Two want to leave beside: the convicted have used up what churn allows.
    ring.with(&[ring.leaves(&owner(4))]);
    ring.go_to(60);
    let seats: Vec<_> = (1..=7).filter(|seed| ring.number(*seed).is_some()).collect();
    assert_eq!(seats, [4, 5, 6, 7]);
    assert_eq!(alarm(&ring.net.state), Ok(None));
}

#[test]
fn too_few_managers_keep_the_old_committee_and_raise_the_alarm() {
    let (alice, bob) = (actor(1), actor(2));
    let mut ring = Ring::new(4, &[&alice, &bob]);
    let evidence = ring.double_vote(1, Round(1));
    ring.with(&[ring.reports(&alice, evidence)]);
    ring.go_to(60);
    assert_eq!(ring.committee(), ring.net.genesis.committee());
    assert_eq!(alarm(&ring.net.state), Ok(Some(Round(50))));
    ring.with(&[ring.joins(&alice, 5)]);
    ring.go_to(180);
    assert_eq!((ring.number(1), ring.committee().size()), (None, 4));
    assert_eq!(alarm(&ring.net.state), Ok(None));
    check_chain(&ring);
}

#[test]
fn a_bond_is_locked_from_the_header_that_drops_its_member() {
    let mut ring = Ring::new(5, &[]);
    ring.with(&[ring.leaves(&owner(1))]);
    assert_eq!(ring.registration(1).unwrap().left, None, "it still sits");
    ring.go_to(59);
    assert_eq!(ring.registration(1).unwrap().left, None);
    ring.empty();
    let left = ring.headers.last().unwrap().time;
    assert_eq!(ring.registration(1).unwrap().left, Some(left));
    assert_eq!(ring.number(1), None);

    let due = left.plus_millis(Params::DEVNET.unbonding_ms);
    ring.go_to(120);
    let early = due.millis_since(ring.context().time) - 1;
    assert_eq!(ring.block_after(early, 0, &[], &[]).entries, []);
    ring.go_to(180);
    assert!(ring.registration(1).is_some(), "bonds are returned when an epoch begins");
    let outcome = ring.empty();
    let [(home, entry)] = outcome.entries.as_slice() else { panic!("{:?}", outcome.entries) };
    assert_eq!((*home, entry.kind), (address(&owner(1)), EntryKind::BondReturned));
    let account = ring.net.account(*home).unwrap();
    assert_eq!((account.bonded.units(), ring.registration(1)), (0, None));
    assert_eq!((entry.abc, entry.bonded), (account.abc, account.bonded));
}

#[test]
fn a_bond_is_unlocked_to_the_millisecond() {
    for (early, returned) in [(1, false), (0, true)] {
        let mut ring = Ring::new(5, &[]);
        ring.with(&[ring.leaves(&owner(1))]);
        ring.go_to(120);
        let left = ring.registration(1).unwrap().left.unwrap();
        let due = left.plus_millis(Params::DEVNET.unbonding_ms);
        ring.block_after(due.millis_since(ring.context().time) - early, 0, &[], &[]);
        assert_eq!(ring.registration(1).is_none(), returned);
    }
}

#[test]
fn without_a_seat_the_bonds_clock_starts_at_once() {
    let alice = actor(1);
    let mut ring = Ring::new(4, &[&alice]);
    ring.with(&[ring.joins(&alice, 5)]);
    ring.with(&[ring.leaves(&alice)]);
    let time = ring.headers.last().unwrap().time;
    assert_eq!(ring.registration(5).unwrap().left, Some(time));
    ring.go_to(300);
    assert_eq!(ring.committee().size(), 4);
    assert_eq!(ring.registration(5).unwrap().left, Some(time));
}

/// The seed is the beacon of the round at two thirds of the epoch.
#[test]
fn the_seed_is_the_beacon_at_two_thirds() {
    let mut ring = Ring::new(4, &[]);
    ring.go_to(41);
    let beacon = ring.headers.last().unwrap().beacon;
    assert_eq!(ring.headers.last().unwrap().round, Round(40));
    assert!(!ring.net.state.contains_key(&cell_key("seed")));
    ring.empty();
    assert_eq!(ring.net.state[&cell_key("seed")], beacon);
    ring.go_to(100);
    assert_eq!(ring.net.state[&cell_key("seed")], beacon);
    ring.go_to(102);
    assert_eq!(ring.net.state[&cell_key("seed")], ring.headers[99].beacon);
}

#[test]
fn an_epoch_notes_its_time_and_the_headers_before_and_forgets_old_ones() {
    let mut ring = Ring::new(4, &[]);
    let params = ring.net.genesis.params;
    ring.go_to(61);
    let first = &ring.headers[59];
    assert_eq!(noted_history(&ring.net.state, &params, 59), Ok(Some(first.history)));
    for leaves in [0, 58, 60, 119] {
        let noted = noted_history(&ring.net.state, &params, leaves).unwrap();
        assert_eq!(noted, None, "{leaves}");
    }
    assert!(ring.proof(Round(7), 59).verify(&first.history, Round(7), ring.headers[6].id()));
    ring.go_to(120);
    ring.block_after(29 * DAY, 0, &[], &[]);
    // The epoch before reaches up to now.
    assert!(noted_history(&ring.net.state, &params, 59).unwrap().is_some());
    ring.next_epoch();
    assert!(noted_history(&ring.net.state, &params, 59).unwrap().is_some());
    ring.go_to(240);
    ring.block_after(29 * DAY, 0, &[], &[]);
    assert!(noted_history(&ring.net.state, &params, 59).unwrap().is_none());
    assert!(noted_history(&ring.net.state, &params, 239).unwrap().is_some());
    let notes = ring.net.state.keys().filter(|key| key.starts_with(b"epoch/")).count();
    assert_eq!(notes, 2);
}

/// Blocks between the special rounds write nothing of their own.
#[test]
fn an_empty_block_within_an_epoch_changes_nothing() {
    let mut ring = Ring::new(4, &[]);
    let params = ring.net.genesis.params;
    while ring.net.round < Round(130) {
        let round = ring.net.round;
        let special = params.is_first(round)
            || params.is_seed(round)
            || params.is_freeze(round)
            || params.is_boundary(round);
        let outcome = ring.empty();
        assert!(special || outcome.changes.is_empty(), "{round:?}");
    }
}
