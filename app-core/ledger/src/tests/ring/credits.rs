//! Reputation and fees follow from what the chain shows.

use super::*;
use crate::credits::{Credit, Credits};
use types::Amount;

/// Plays the present epoch to its end and one round more; the last returns its entries.
fn epoch(ring: &mut Ring, voters: &[u16], proposers: &[u16]) -> Outcome {
    let params = ring.net.genesis.params;
    while !params.is_first(ring.net.round) {
        let by = proposers[ring.net.round.0 as usize % proposers.len()];
        ring.block(by, voters, &[]);
    }
    ring.block(proposers[0], voters, &[])
}

#[test]
fn who_votes_and_proposes_gains_who_does_neither_loses() {
    let mut ring = Ring::new(4, &[]);
    ring.empty();
    epoch(&mut ring, &[0, 1, 2], &[0, 1]);
    assert_eq!(ring.seats().reputations(), [2, 2, 1, 0]);
    let registered = managers(&ring.net.state).unwrap();
    let registered: Vec<_> = registered.iter().map(|manager| manager.reputation).collect();
    assert_eq!(registered, [2, 2, 1, 0]);
    epoch(&mut ring, &[1, 2, 3], &[2, 3]);
    assert_eq!(ring.seats().reputations(), [1, 2, 2, 1]);
}

#[test]
fn empty_blocks_credit_nobody() {
    let mut ring = Ring::new(4, &[]);
    ring.next_epoch();
    assert_eq!(ring.seats().reputations(), [1, 1, 1, 1]);
    assert_eq!(ring.headers.iter().filter(|header| header.is_empty_block()).count(), 60);
}

#[test]
fn reputation_stays_between_zero_and_sixteen() {
    let mut ring = Ring::new(4, &[]);
    ring.empty();
    for _ in 0..18 {
        epoch(&mut ring, &[0, 1, 2], &[0, 1, 2]);
    }
    assert_eq!(ring.seats().reputations(), [16, 16, 16, 0]);
}

#[test]
fn the_shares_that_change_a_reputation() {
    let credits = |seen| Credits { seen, ..Credits::default() };
    let after = |seen, certificates, proposals| {
        credits(seen).reputation(8, Credit { certificates, proposals }, false)
    };
    let poor = |seen, certificates, proposals| {
        credits(seen).reputation(8, Credit { certificates, proposals }, true)
    };
    assert_eq!(poor(60, 60, 9), 7);
    assert_eq!(poor(60, 0, 0), 7, "by one, whatever comes together");
    assert_eq!(poor(0, 0, 0), 7);
    assert_eq!(after(60, 30, 1), 9);
    assert_eq!(after(60, 30, 0), 8, "no block delivered");
    assert_eq!(after(60, 29, 60), 8);
    assert_eq!(after(60, 20, 0), 8);
    assert_eq!(after(60, 19, 60), 7);
    assert_eq!(after(0, 0, 0), 8, "nothing was shown of anybody");
    assert_eq!(after(0, 0, 9), 8);
    assert_eq!(after(u32::MAX, u32::MAX, u32::MAX), 9);
}

#[test]
fn fees_are_shared_by_votes_and_the_rest_stays() {
    let alice = actor(1);
    let mut ring = Ring::new(4, &[&alice]);
    ring.empty();
    // The proposer's own block earns it nothing: its fees go into the pool.
    let tx = ring.net.pay(&alice, address(&owner(1)), 5_000_000);
    let fee = tx.fee.units();
    ring.block(3, &[0, 1, 2], &[tx]);
    assert_eq!(ring.pot(Pot::Fees), fee);
    ring.block(3, &[0, 1, 2], &[]);
    ring.block(3, &[0, 1, 3], &[]);
    let outcome = ring.next_epoch();

    let share = |votes: u64| fee * votes / 9;
    let number = |home: Address| {
        let all = managers(&ring.net.state).unwrap();
        all.iter().position(|manager| manager.account == home).unwrap()
    };
    let paid: Vec<_> = outcome
        .entries
        .iter()
        .map(|(home, entry)| {
            assert_eq!((entry.kind, entry.tx.0), (EntryKind::Reward, ring.net.genesis.chain().0));
            (number(*home), entry.delta.abc)
        })
        .collect();
    let expected = [(0, 3), (1, 3), (2, 2), (3, 1)];
    assert_eq!(paid, expected.map(|(number, votes)| (number, Delta::plus(share(votes)))));
    let all: u64 = expected.iter().map(|(_, votes)| share(*votes)).sum();
    assert_eq!(ring.pot(Pot::Fees), fee - all);
    assert_eq!(ring.next_epoch().entries, [], "nothing is shared without votes");
}

#[test]
fn a_share_of_the_whole_supply_does_not_overflow() {
    let credit = Credit { certificates: u32::MAX, proposals: 0 };
    let credits = Credits { seen: u32::MAX, members: vec![credit; 100], ..Credits::default() };
    assert_eq!(credits.share(abc(u64::MAX), credit).units(), u64::MAX / 100);
    assert_eq!(Credits::default().share(abc(9), Credit::default()), Amount::ZERO);
}

/// The certificate in the first block of an epoch is by the committee before.
#[test]
fn votes_for_the_last_round_of_an_epoch_count_for_nobody() {
    let mut ring = Ring::new(4, &[]);
    ring.go_to(60);
    ring.block(0, &[0, 1, 2], &[]);
    ring.next_epoch();
    assert_eq!(ring.seats().reputations(), [1, 1, 1, 1]);
}

#[test]
fn numbers_beyond_the_committee_are_refused() {
    let ring = Ring::new(4, &[]);
    let body = |voter| Body { parent_certificate: ring.certificate(&[voter]), ..Body::default() };
    let run = |by, body: &Body| execute(&ring.net.state, &ring.context().by(by), body, &|_| false);
    assert!(run(3, &body(3)).is_ok());
    assert!(run(4, &body(3)).is_err());
    let mut wide = body(3);
    wide.parent_certificate.as_mut().unwrap().bitmap = vec![0b1_0000];
    assert!(run(3, &wide).is_err());
}

#[test]
fn the_certificate_takes_its_room_in_the_body() {
    let alice = actor(1);
    let ring = Ring::new(4, &[&alice]);
    let certificate = ring.certificate(&[0, 1, 2]);
    let tx = ring.net.pay(&alice, address(&owner(1)), 5_000_000);
    let parent_certificate = certificate.clone();
    let transactions = vec![tx.clone()];
    let body = Body { parent_certificate, transactions, ..Body::default() };
    let mut block = Execution::begin(&ring.net.state, ring.context().by(0), &|_| false).unwrap();
    block.credit(certificate.as_ref()).unwrap();
    block.apply(&tx).unwrap();
    assert_eq!(block.size(), wire::Encode::to_bytes(&body).len());
}
