//! Checkpoints: who vouches, and what may begin from one.

use super::{Chain, DAY, NOBODY, committee};
use crate::*;
use types::Round;
use wire::{Decode, Encode};

#[test]
fn two_contacts_must_name_the_same_one() {
    let chain = Chain::plain(9);
    let of = |round| Checkpoint::of(chain.header(round));
    let lie = Checkpoint { header: NOBODY, ..of(9) };
    assert_eq!(agree(&[]), None);
    assert_eq!(agree(&[of(3)]), None);
    assert_eq!(agree(&[of(3), of(4), lie]), None);
    assert_eq!(agree(&[of(3), lie, of(3)]), Some(of(3)));
    assert_eq!(agree(&[of(3), of(5), of(5), of(3), of(9)]), Some(of(5)));
    assert_eq!(RELEASED, &[]);
    // Two against two, or against three: nobody is believed about that round.
    let other = Checkpoint { header: NOBODY, ..of(5) };
    let disputed = [of(3), of(5), other, of(5), other, of(3), of(5)];
    assert_eq!(agree(&disputed), Some(of(3)));
    assert_eq!(agree(&disputed[1..5]), None);
    // One alone disputes nothing.
    assert_eq!(agree(&[of(5), other, of(5)]), Some(of(5)));
}

#[test]
fn trust_begins_from_a_checkpoint_whose_header_is_shown() {
    let chain = Chain::plain(9);
    let checkpoint = Checkpoint::of(chain.header(6));
    let begin = |checkpoint: &Checkpoint, step: &Step, now| {
        LightState::from_checkpoint(checkpoint, step, &chain.genesis, now)
    };
    let now = chain.time(9);
    let mut state = begin(&checkpoint, &chain.step(6), now).unwrap();
    assert_eq!((state.round(), state.began_from()), (Round(6), Some(&checkpoint)));
    assert_eq!(state.jump(&chain.step(9), now), Ok(()));
    // Another header, committee, round, time or chain.
    let bad = Err(LightError::BadCheckpoint);
    assert_eq!(begin(&checkpoint, &chain.step(7), now), bad);
    let spoilt = [
        Checkpoint { header: NOBODY, ..checkpoint },
        Checkpoint { committee: [0; 32], ..checkpoint },
        Checkpoint { round: Round(7), ..checkpoint },
        Checkpoint { time: now, ..checkpoint },
        Checkpoint { chain: types::ChainId([0; 32]), ..checkpoint },
    ];
    for checkpoint in spoilt {
        assert_eq!(begin(&checkpoint, &chain.step(6), now), bad);
    }
    let mut few = chain.step(6);
    few.header.certificate.signatures[0][0] ^= 1;
    assert!(matches!(begin(&checkpoint, &few, now), Err(LightError::Certificate(_))));
    let none = Step { committee: None, ..chain.step(6) };
    assert_eq!(begin(&checkpoint, &none, now), Err(LightError::WrongMembers));
    let others = Step { committee: Some(committee(&[2, 3, 4, 5])), ..chain.step(6) };
    assert_eq!(begin(&checkpoint, &others, now), Err(LightError::WrongMembers));
}

#[test]
fn a_checkpoint_must_be_fresh_and_not_older_than_what_is_trusted() {
    let chain = Chain::plain(9);
    let state = chain.trusting(6);
    let of = |round| Checkpoint::of(chain.header(round));
    let restart = |round, now| {
        let mut begun = state.clone();
        begun.restart(&of(round), &chain.step(round), now).map(|()| begun.round())
    };
    let now = chain.time(9);
    assert_eq!(restart(5, now), Err(LightError::BadCheckpoint));
    assert_eq!(restart(6, now), Ok(Round(6)));
    assert_eq!(restart(9, now), Ok(Round(9)));
    let late = chain.time(9).plus_millis(14 * DAY);
    assert_eq!(restart(9, late), Err(LightError::TrustExpired(chain.time(9))));
    let early = types::Timestamp(chain.time(9).0 - 10_001);
    let error = LightError::FutureHeader { header: chain.time(9), now: early };
    assert_eq!(restart(9, early), Err(error));
}

#[test]
fn a_checkpoint_cannot_replace_a_trusted_header_unless_it_resolves_a_conflict() {
    let chain = Chain::plain(9);
    let mut header = chain.header(6).clone();
    header.state_root = [1; 32];
    let other = super::step(header.clone(), &[1, 2, 3, 4], None);
    let mut state = chain.trusting(6);
    let checkpoint = Checkpoint::of(&header);
    let now = chain.time(9);
    assert_eq!(state.restart(&checkpoint, &other, now), Err(LightError::BadCheckpoint));
    assert!(matches!(state.compare(&other, now), Ok(Agreement::Conflict(_))));
    assert_eq!(state.restart(&checkpoint, &other, now), Ok(()));
    assert_eq!((state.header(), state.frozen()), (Some(&header), None));
}

#[test]
fn the_stored_form_of_a_checkpoint_is_frozen() {
    let checkpoint = Checkpoint {
        chain: types::ChainId([1; 32]),
        round: Round(2),
        header: NOBODY,
        committee: [3; 32],
        time: types::Timestamp(4),
    };
    let golden = [
        "01".repeat(32),
        "0000000000000002".to_owned(),
        "09".repeat(32),
        "03".repeat(32),
        "0000000000000004".to_owned(),
    ];
    assert_eq!(hex::encode(checkpoint.to_bytes()), golden.concat());
    assert_eq!(checkpoint.to_bytes().len(), Checkpoint::LEN);
    assert_eq!(Checkpoint::from_bytes(&checkpoint.to_bytes()), Ok(checkpoint));
}
