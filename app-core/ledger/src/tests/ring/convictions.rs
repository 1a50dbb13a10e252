//! Evidence on the chain: foreign votes, what a conviction costs, how long there can be one.

use super::evidence::vote;
use super::*;
use types::{BlockId, ChainId};

/// A ring in its third epoch, and a foreign vote of its round 70.
fn foreign() -> (Ring, EcdsaKey) {
    let alice = actor(1);
    let mut ring = Ring::new(5, &[&alice]);
    ring.with(&[ring.leaves(&owner(1))]);
    ring.go_to(121);
    assert_eq!(ring.number(1), None);
    (ring, alice)
}

fn foreign_vote(ring: &Ring, seed: u8, block: BlockId, foreign: Foreign) -> Evidence {
    let (chain, round) = (ring.net.genesis.chain(), Round(70));
    let signature = manager(seed).sign(&Place::acp(chain, round, 0).vote(Step::Commit, block));
    let vote =
        SignedVote { engine: ENGINE_ACP, round, view: 0, step: Step::Commit, block, signature };
    let before = Box::new(ring.headers[68].clone());
    let path = ring.proof(Round(69), 119);
    let offence = Offence::ForeignVote { vote, before, path, foreign };
    Evidence { key: manager(seed).public(), offence }
}

fn checked(ring: &Ring, evidence: &Evidence) -> Result<(), EvidenceError> {
    let params = ring.net.genesis.params;
    let leaves = evidence.leaves().unwrap();
    let noted = noted_history(&ring.net.state, &params, leaves).unwrap();
    evidence.verify(ring.net.genesis.chain(), noted)
}

#[test]
fn a_vote_without_a_seat_convicts_also_who_has_left() {
    let (mut ring, alice) = foreign();
    let block = ring.headers[69].id();
    let evidence = foreign_vote(&ring, 1, block, Foreign::NoSeat(ring.committee()));
    assert_eq!(checked(&ring, &evidence), Ok(()));

    let member = foreign_vote(&ring, 2, block, Foreign::NoSeat(ring.committee()));
    assert_eq!(checked(&ring, &member), Err(EvidenceError::Innocent));
    let old = ring.net.genesis.committee();
    let other = foreign_vote(&ring, 1, block, Foreign::NoSeat(old));
    assert_eq!(checked(&ring, &other), Err(EvidenceError::Unrelated));

    let mut wrong = evidence.clone();
    let Offence::ForeignVote { before, .. } = &mut wrong.offence else { panic!() };
    before.next_committee = ring.committee().hash();
    before.time = before.time.plus_millis(1);
    assert_eq!(checked(&ring, &wrong), Err(EvidenceError::NotProved));
    let mut early = evidence.clone();
    let Offence::ForeignVote { before, path, .. } = &mut early.offence else { panic!() };
    (**before, *path) = (ring.headers[67].clone(), ring.proof(Round(68), 119));
    assert_eq!(checked(&ring, &early), Err(EvidenceError::NotProved));
    let mut stale = evidence.clone();
    let Offence::ForeignVote { path, .. } = &mut stale.offence else { panic!() };
    *path = ring.proof(Round(69), 118);
    assert_eq!(checked(&ring, &stale), Err(EvidenceError::NotProved));
    ring.refuses(&ring.reports(&alice, stale), "bad_evidence");

    ring.with(&[ring.reports(&alice, evidence.clone())]);
    let registration = ring.registration(1).unwrap();
    assert!(registration.jailed && registration.bond.is_zero());
    ring.refuses(&ring.reports(&alice, evidence), "already_reported");
}

#[test]
fn a_vote_for_a_block_beside_the_chain_convicts() {
    let (mut ring, alice) = foreign();
    let real = ring.headers[69].clone();
    let beside = |spoil: &dyn Fn(&mut Header)| {
        let mut header = real.clone();
        spoil(&mut header);
        foreign_vote(&ring, 2, header.id(), Foreign::OtherBlock(Box::new(header)))
    };
    for spoil in [
        (&|header: &mut Header| header.parent = BlockId([1; 32])) as &dyn Fn(&mut Header),
        &|header| header.committee = [1; 32],
        &|header| header.chain = ChainId([1; 32]),
    ] {
        assert_eq!(checked(&ring, &beside(spoil)), Ok(()));
    }
    // Anything else may be a bad block: an honest member does not vote for it, but that the header
    // alone does not show.
    assert_eq!(checked(&ring, &beside(&|_| ())), Err(EvidenceError::Innocent));
    let root = checked(&ring, &beside(&|header| header.state_root = [1; 32]));
    assert_eq!(root, Err(EvidenceError::Innocent));
    let round = checked(&ring, &beside(&|header| header.round = Round(71)));
    assert_eq!(round, Err(EvidenceError::Unrelated));
    let header = Box::new(Header { parent: BlockId([1; 32]), ..real.clone() });
    let unrelated = foreign_vote(&ring, 2, real.id(), Foreign::OtherBlock(header));
    assert_eq!(checked(&ring, &unrelated), Err(EvidenceError::Unrelated));
    let evidence = beside(&|header| header.parent = BlockId([1; 32]));
    ring.with(&[ring.reports(&alice, evidence)]);
    assert!(ring.registration(2).unwrap().jailed);
}

#[test]
fn the_convicted_lose_bond_seat_and_reputation() {
    let alice = actor(1);
    let mut ring = Ring::new(5, &[&alice]);
    let before = ring.net.account(address(&alice)).unwrap().abc.units();
    let tx = ring.reports(&alice, ring.double_vote(1, Round(1)));
    let outcome = ring.with(std::slice::from_ref(&tx));

    let offender = ring.net.account(address(&owner(1))).unwrap();
    assert_eq!((offender.bonded.units(), offender.abc.units()), (0, START));
    let alice_now = ring.net.account(address(&alice)).unwrap().abc.units();
    assert_eq!(alice_now, before - tx.fee.units() + BOND / 10);
    assert_eq!(ring.pot(Pot::Reserve), BOND - BOND / 10);
    let kinds: Vec<_> = outcome.entries.iter().map(|(home, entry)| (*home, entry.kind)).collect();
    let expected = [
        (address(&alice), EntryKind::Fee),
        (address(&owner(1)), EntryKind::Slash),
        (address(&alice), EntryKind::EvidenceReward),
    ];
    assert_eq!(kinds, expected);

    assert_eq!(ring.seats().reputations(), [1; 5], "until the next epoch");
    assert!(ring.number(1).is_some());
    ring.refuses(&ring.reports(&alice, ring.double_vote(1, Round(1))), "already_reported");
    ring.refuses(&ring.reports(&alice, ring.double_vote(1, Round(2))), "not_bonded");
    ring.refuses(&ring.leaves(&owner(1)), "not_registered");
    ring.go_to(60);
    assert_eq!(ring.number(1), None);
    ring.empty();
    assert_eq!(ring.registration(1), None, "there is no bond to wait for");
    ring.refuses(&ring.joins(&alice, 1), "manager_key_used");
}

#[test]
fn a_convicted_member_that_must_stay_has_no_reputation_and_no_reward() {
    let alice = actor(1);
    let mut ring = Ring::new(4, &[&alice]);
    ring.block(0, &[0, 1, 2, 3], &[]);
    ring.block(1, &[0, 1, 2, 3], &[ring.reports(&alice, ring.double_vote(1, Round(1)))]);
    let number = usize::from(ring.number(1).unwrap());
    let outcome = ring.next_epoch();
    assert_eq!(ring.seats().reputations()[number], 0);
    let rewards: Vec<_> = outcome.entries.iter().map(|(home, _)| *home).collect();
    assert_eq!(rewards.len(), 3);
    assert!(!rewards.contains(&address(&owner(1))));
}

#[test]
fn evidence_is_taken_for_28_days_while_there_is_a_bond() {
    let alice = actor(1);
    let mut ring = Ring::new(5, &[&alice]);
    let report =
        |ring: &Ring, seed, round| ring.reports(&alice, ring.double_vote(seed, Round(round)));
    ring.refuses(&report(&ring, 9, 1), "not_bonded");
    ring.refuses(&report(&ring, 1, 60), "evidence_too_old");
    ring.go_to(61);
    // What was done in an epoch is as old as the next one.
    let last = ring.headers[59].time.plus_millis(Params::DEVNET.unbonding_ms);
    let late = last.millis_since(ring.context().time) - 1000;
    ring.block_after(late, 0, &[], &[]);
    assert_eq!(check(&ring.net.state, &ring.context(), &report(&ring, 1, 59)), Ok(()));
    ring.empty();
    ring.refuses(&report(&ring, 1, 59), "evidence_too_old");
    assert_eq!(check(&ring.net.state, &ring.context(), &report(&ring, 1, 60)), Ok(()));
    ring.refuses(&report(&ring, 1, 119 + 1), "evidence_too_old");

    ring.with(&[ring.leaves(&owner(1))]);
    ring.go_to(180);
    ring.block_after(29 * DAY, 0, &[], &[]);
    assert_eq!(ring.registration(1), None);
    ring.refuses(&report(&ring, 1, 180), "not_bonded");
}

/// Else whoever leaves could sign anything in its last epoch, and show it when nobody may report it.
#[test]
fn evidence_is_taken_as_long_as_the_bond_is_locked() {
    let alice = actor(1);
    let mut ring = Ring::new(5, &[&alice]);
    ring.with(&[ring.leaves(&owner(1))]);
    ring.go_to(60);
    let left = ring.registration(1).unwrap().left.unwrap();
    assert_eq!(left, ring.headers[58].time, "with the last round of its epoch");
    ring.empty();
    let unlocked = left.plus_millis(Params::DEVNET.unbonding_ms);
    let late = unlocked.millis_since(ring.context().time) - 1000;
    ring.block_after(late, 0, &[], &[]);
    assert_eq!(ring.context().time, unlocked);
    ring.with(&[ring.reports(&alice, ring.double_vote(1, Round(59)))]);
    assert!(ring.registration(1).unwrap().bond.is_zero());
}

#[test]
fn bad_evidence_is_refused_with_its_reason() {
    let alice = actor(1);
    let ring = Ring::new(4, &[&alice]);
    let chain = ring.net.genesis.chain();
    let first = vote(chain, 1, Round(1), 1);
    let offence = Offence::DuplicateVote(first.clone(), first);
    let evidence = Evidence { key: manager(1).public(), offence };
    let refused = check(&ring.net.state, &ring.context(), &ring.reports(&alice, evidence));
    assert_eq!(refused, Err(Rejection::Ring(RingRefusal::BadEvidence(EvidenceError::Same))));
}
