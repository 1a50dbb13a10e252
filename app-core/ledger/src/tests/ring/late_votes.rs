//! Votes that came after the certificate count as those in it do.

use super::*;
use crate::credits::{self, Credits};

/// The Commit vote of a manager of the genesis for the block of a round.
pub(super) fn vote(ring: &Ring, seed: u8, round: u64, view: u32) -> LateVote {
    let header = &ring.headers[round as usize - 1];
    let place = Place::acp(ring.net.genesis.chain(), Round(round), view);
    LateVote {
        round: Round(round),
        view,
        member: ring.number(seed).unwrap(),
        signature: manager(seed).sign(&place.vote(Step::Commit, header.id())),
    }
}

/// Three rounds of which the votes of managers 0 to 2 were shown; who was left out, as a seed.
fn fixture() -> (Ring, u8) {
    let mut ring = Ring::new(4, &[]);
    ring.empty();
    for _ in 0..3 {
        ring.block(0, &[0, 1, 2], &[]);
    }
    let left_out = (1..=4).find(|seed| ring.number(*seed) == Some(3)).unwrap();
    (ring, left_out)
}

fn body(ring: &Ring, late: &[LateVote]) -> Body {
    Body {
        parent_certificate: ring.certificate(&[0, 1, 2]),
        late: late.to_vec(),
        ..Body::default()
    }
}

fn run(ring: &Ring, late: &[LateVote]) -> Result<Outcome, (usize, Rejection)> {
    execute(&ring.net.state, &ring.context().by(0), &body(ring, late), &|_| false)
}

/// Votes counted for member 3.
fn counted(ring: &Ring) -> u32 {
    let cell = ring.net.state.get(&credits::key()).unwrap();
    Credits::from_bytes(cell).unwrap().members[3].certificates
}

#[test]
fn a_late_vote_counts_once_in_the_next_three_bodies() {
    let (mut ring, left_out) = fixture();
    assert_eq!((ring.net.round, counted(&ring)), (Round(5), 0));
    // Round 1 was shown in round 2: too long ago by now.
    assert!(run(&ring, &[vote(&ring, left_out, 1, 0)]).is_err());
    let all: Vec<_> = (2..=4).map(|round| vote(&ring, left_out, round, 0)).collect();
    for late in &all {
        assert!(run(&ring, &[*late]).is_ok(), "{late:?}");
        assert!(run(&ring, &[*late, *late]).is_err(), "twice in one body");
    }
    let body = body(&ring, &all);
    ring.holds(0, 0, &body);
    assert_eq!(counted(&ring), 3);
    // A vote of another view of the same round is the same vote.
    for view in [0, 1] {
        assert!(run(&ring, &[vote(&ring, left_out, 4, view)]).is_err());
        assert!(run(&ring, &[vote(&ring, left_out, 5, view)]).is_ok());
    }
}

#[test]
fn only_the_members_own_vote_for_the_final_block_counts() {
    let (ring, left_out) = fixture();
    let good = vote(&ring, left_out, 4, 0);
    let in_it = (1..=4).find(|seed| ring.number(*seed) == Some(0)).unwrap();
    let other_block = vote(&ring, left_out, 3, 0).signature;
    for bad in [
        LateVote { member: 0, ..good },
        LateVote { member: 4, ..good },
        LateVote { member: u16::MAX, ..good },
        LateVote { view: 1, ..good },
        LateVote { round: Round(3), ..good },
        LateVote { round: Round(5), ..good },
        LateVote { round: Round(u64::MAX), ..good },
        LateVote { signature: other_block, ..good },
        LateVote { signature: [0; 64], ..good },
        vote(&ring, in_it, 4, 0),
    ] {
        assert!(run(&ring, &[bad]).is_err(), "{bad:?}");
    }
    let place = Place::acp(ring.net.genesis.chain(), Round(4), 0);
    let prepare = place.vote(Step::Prepare, ring.headers[3].id());
    let bad = LateVote { signature: manager(left_out).sign(&prepare), ..good };
    assert!(run(&ring, &[bad]).is_err(), "a Prepare is no Commit");
    assert!(run(&ring, &[good]).is_ok());
}

#[test]
fn a_refused_vote_leaves_no_trace_in_the_block() {
    let (ring, left_out) = fixture();
    let good = vote(&ring, left_out, 4, 0);
    let mut block = Execution::begin(&ring.net.state, ring.context().by(0), &|_| false).unwrap();
    block.credit(ring.certificate(&[0, 1, 2]).as_ref()).unwrap();
    assert!(block.late(&LateVote { signature: [1; 64], ..good }).is_err());
    assert_eq!(block.late(&good), Ok(()));
    assert!(block.late(&good).is_err());
    assert_eq!(block.size(), wire::Encode::to_bytes(&body(&ring, &[good])).len());
    assert_eq!(block.finish(), run(&ring, &[good]).map_err(|(_, why)| why));
}

#[test]
fn whoever_is_left_out_of_all_certificates_keeps_its_reputation_and_its_part() {
    let mut ring = Ring::new(4, &[]);
    ring.empty();
    let left_out = (1..=4).find(|seed| ring.number(*seed) == Some(3)).unwrap();
    while ring.net.round < Round(60) {
        let shown = ring.net.round.0 > 3;
        let late = shown.then(|| vote(&ring, left_out, ring.net.round.0 - 2, 0));
        let body = body(&ring, late.as_slice());
        ring.holds(0, u16::from(ring.net.round.0.is_multiple_of(2)) * 3, &body);
    }
    let body = body(&ring, &[]);
    ring.holds(0, 0, &body);
    assert_eq!(ring.seats().reputations(), [2, 1, 1, 2]);
    // In a new epoch there is another committee: no vote of the last one counts.
    assert!(run(&ring, &[vote(&ring, left_out, 59, 0)]).is_err());
}

#[test]
fn an_empty_block_shows_no_votes() {
    let (ring, left_out) = fixture();
    let late = vec![vote(&ring, left_out, 4, 0)];
    let body = Body { late, ..Body::default() };
    assert!(execute(&ring.net.state, &ring.context(), &body, &|_| false).is_err());
}
