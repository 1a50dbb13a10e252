//! How far a conversation may be stretched, and that it breaks just there.

use super::support::{NOW, Person, prekey_message, say, talking};
use crate::{MessageKind, RatchetError};

const DAY_MILLIS: u64 = 24 * 60 * 60 * 1000;

/// One fewer than a chain of the Double Ratchet allows: the post-quantum ratchet counts from the last
/// message that arrived and not from the next one.
#[test]
fn at_most_24999_messages_may_be_missing() {
    let (mut alice, mut bob) = talking();
    say(&mut alice, &mut bob, b"the last one to arrive");
    for _ in 0..24_999 {
        alice.record.encrypt(&alice.identity, b"lost", NOW, &mut alice.rng).unwrap();
    }
    let arrives = alice.send(b"after 24999");
    let too_far = alice.send(b"after 25000");
    assert_eq!(bob.receive(&too_far), Err(RatchetError::TooFarAhead));
    assert_eq!(bob.receive(&arrives), Ok(b"after 24999".to_vec()));
    assert_eq!(bob.receive(&too_far), Ok(b"after 25000".to_vec()));
}

#[test]
fn the_newest_2000_missing_messages_can_still_arrive() {
    let (mut alice, mut bob) = talking();
    let late: Vec<_> = (0..2_001).map(|_| alice.send(b"late")).collect();
    say(&mut alice, &mut bob, b"on time");
    assert_eq!(bob.receive(&late[0]), Err(RatchetError::Duplicate));
    bob.reload();
    for n in [1, 2, 1_000, 2_000] {
        assert_eq!(bob.receive(&late[n]), Ok(b"late".to_vec()));
    }
}

#[test]
fn late_messages_of_the_newest_five_chains_are_read() {
    let (mut alice, mut bob) = talking();
    let late: Vec<_> = (0..7)
        .map(|_| {
            say(&mut alice, &mut bob, b"on time");
            let late = alice.send(b"late");
            say(&mut bob, &mut alice, b"answer");
            late
        })
        .collect();
    for (chain, sealed) in late.iter().enumerate() {
        let expected = if chain < 2 { Err(RatchetError::BadMessage) } else { Ok(b"late".to_vec()) };
        assert_eq!(bob.receive(sealed), expected, "chain {chain}");
    }
}

#[test]
fn forty_sessions_are_archived() {
    let (mut alice, mut bob) = (Person::new(1), Person::new(2));
    let late: Vec<_> = (0..42)
        .map(|_| {
            alice.initiate(&bob);
            say(&mut alice, &mut bob, b"on time");
            alice.send(b"late")
        })
        .collect();
    bob.reload();
    assert!(!bob.record.knows(&prekey_message(&late[0])));
    for sealed in &late[1..] {
        assert!(bob.record.knows(&prekey_message(sealed)));
        assert_eq!(bob.receive(sealed), Ok(b"late".to_vec()));
    }
}

#[test]
fn an_unanswered_session_serves_for_30_days() {
    let (mut alice, mut bob) = (Person::new(1), Person::new(2));
    alice.initiate(&bob);
    alice.now = NOW.plus_millis(30 * DAY_MILLIS);
    let last = alice.send(b"are you there?");
    alice.now = alice.now.plus_millis(1);
    assert_eq!(alice.try_send(b"hello?"), Err(RatchetError::SessionTooOld));

    // Starting anew helps at once, and so does a late answer.
    assert_eq!(bob.receive(&last), Ok(b"are you there?".to_vec()));
    say(&mut bob, &mut alice, b"I was away");
    alice.now = alice.now.plus_millis(1000 * DAY_MILLIS);
    assert_eq!(alice.send(b"and I am patient").kind, MessageKind::Whisper);
    let (mut carol, mut dave) = (Person::new(3), Person::new(4));
    carol.initiate(&dave);
    carol.now = NOW.plus_millis(31 * DAY_MILLIS);
    assert_eq!(carol.try_send(b"hello?"), Err(RatchetError::SessionTooOld));
    carol.initiate(&dave);
    say(&mut carol, &mut dave, b"hello again");
}

#[test]
fn a_clock_set_back_does_not_age_a_session() {
    let (mut alice, bob) = (Person::new(1), Person::new(2));
    alice.initiate(&bob);
    alice.now = types::Timestamp(0);
    alice.send(b"from the past");
}
