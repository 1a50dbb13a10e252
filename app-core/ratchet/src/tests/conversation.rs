//! Two people write to each other, in every order that a network can bring about.

use super::support::{NOW, Person, prekey_message, say, talking, whisper};
use crate::{MessageKind, RatchetError, UsedPreKeys};

#[test]
fn the_first_message_starts_the_session_and_an_answer_ends_the_wrapping() {
    let (mut alice, mut bob) = (Person::new(1), Person::new(2));
    assert!(!alice.record.has_session());
    alice.initiate(&bob);
    assert!(alice.record.has_session());
    assert_eq!(alice.record.identity(), Some(&bob.identity.public()));

    let first = alice.send(b"one");
    let message = prekey_message(&first);
    assert_eq!(message.identity(), &alice.identity.public());
    assert_eq!(message.registration_id(), 1234);
    assert_eq!(message.signed_pre_key_id(), 11);
    assert_eq!(message.one_time_id(), Some(22));
    assert_eq!(message.kyber_id(), 33);
    assert!(!bob.record.knows(&message));

    let same_bob = Person::new(2);
    let prekeys = same_bob.prekeys(&message);
    let opened = bob.record.accept(&bob.identity, prekeys, &message, &mut alice.rng).unwrap();
    assert_eq!(*opened.plaintext, b"one");
    let base_key = *message.base_key();
    let used = UsedPreKeys { one_time: Some(22), kyber: 33, signed: 11, base_key };
    assert_eq!(opened.used, Some(used));
    assert!(bob.record.knows(&message));

    let second = say(&mut alice, &mut bob, b"two");
    assert_eq!(prekey_message(&second).base_key(), message.base_key());
    let answer = say(&mut bob, &mut alice, b"three");
    assert_eq!(answer.kind, MessageKind::Whisper);
    let third = say(&mut alice, &mut bob, b"four");
    assert_eq!(third.kind, MessageKind::Whisper);
}

#[test]
fn a_bundle_without_one_time_key_serves_as_well() {
    let (mut alice, mut bob) = (Person::new(1), Person::new(2));
    let bundle = bob.bundle();
    alice.record.initiate(&alice.identity, &bundle, 1, NOW, &mut alice.rng).unwrap();
    let first = say(&mut alice, &mut bob, b"");
    assert_eq!(prekey_message(&first).one_time_id(), None);
    assert_eq!(whisper(&first).ciphertext().len(), 16);
    say(&mut bob, &mut alice, &[7; 100_000]);
}

#[test]
fn repeated_prekey_messages_of_a_session_need_no_prekeys() {
    let (mut alice, mut bob) = (Person::new(1), Person::new(2));
    alice.initiate(&bob);
    let sealed: Vec<_> = (0..4_u8).map(|n| alice.send(&[n])).collect();
    assert_eq!(bob.receive(&sealed[2]), Ok(vec![2]));
    for n in [0, 3, 1] {
        let message = prekey_message(&sealed[n]);
        let opened = bob.record.accept_known(&bob.identity, &message, &mut bob.rng).unwrap();
        assert_eq!((opened.plaintext.to_vec(), opened.used), (vec![n as u8], None));
    }
    // `accept` sees by itself that the session exists and looks at no prekey.
    let message = prekey_message(&sealed[0]);
    let prekeys = alice.prekeys(&message);
    let again = bob.record.accept(&bob.identity, prekeys, &message, &mut bob.rng);
    assert_eq!(again.unwrap_err(), RatchetError::Duplicate);
}

#[test]
fn messages_arrive_once_in_any_order() {
    let (mut alice, mut bob) = talking();
    let sealed: Vec<_> = (0..6_u8).map(|n| alice.send(&[n])).collect();
    for n in [5, 0, 4, 1, 3] {
        assert_eq!(bob.receive(&sealed[n]), Ok(vec![n as u8]));
        assert_eq!(bob.receive(&sealed[n]), Err(RatchetError::Duplicate));
        bob.reload();
    }
    // The lost one still fits in after the conversation has gone on.
    say(&mut bob, &mut alice, b"answer");
    say(&mut alice, &mut bob, b"next chain");
    assert_eq!(bob.receive(&sealed[2]), Ok(vec![2]));
    assert_eq!(bob.receive(&sealed[2]), Err(RatchetError::Duplicate));
}

#[test]
fn each_answer_turns_the_ratchet() {
    let (mut alice, mut bob) = talking();
    let mut keys = vec![];
    for _ in 0..10 {
        let first = say(&mut alice, &mut bob, b"ping");
        let second = say(&mut alice, &mut bob, b"ping");
        assert_eq!(whisper(&first).ratchet_key(), whisper(&second).ratchet_key());
        assert_eq!((whisper(&first).counter(), whisper(&second).counter()), (0, 1));
        keys.push(*whisper(&first).ratchet_key());
        keys.push(*whisper(&say(&mut bob, &mut alice, b"pong")).ratchet_key());
        alice.reload();
        bob.reload();
    }
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 20);
    let last = say(&mut alice, &mut bob, b"ping");
    assert_eq!(whisper(&last).previous_counter(), 1);
}

#[test]
fn two_who_write_first_at_once_end_up_in_one_session() {
    let (mut alice, mut bob) = (Person::new(1), Person::new(2));
    alice.initiate(&bob);
    bob.initiate(&alice);
    let from_alice = alice.send(b"from alice");
    let from_bob = bob.send(b"from bob");
    let late = alice.send(b"late");
    assert_eq!(bob.receive(&from_alice), Ok(b"from alice".to_vec()));
    assert_eq!(alice.receive(&from_bob), Ok(b"from bob".to_vec()));

    for _ in 0..3 {
        say(&mut alice, &mut bob, b"over to you");
        say(&mut bob, &mut alice, b"over to you");
    }
    let ratchet_key = *whisper(&say(&mut alice, &mut bob, b"settled")).ratchet_key();
    assert_eq!(alice.send(b"still").kind, MessageKind::Whisper);
    assert_eq!(whisper(&alice.send(b"still")).ratchet_key(), &ratchet_key);
    assert_eq!(bob.receive(&late), Ok(b"late".to_vec()));
    say(&mut bob, &mut alice, b"and on");
    say(&mut alice, &mut bob, b"and on");
}

#[test]
fn archived_sessions_still_read_and_become_current_again() {
    let (mut alice, mut bob) = talking();
    let old = alice.send(b"old session");
    let older = alice.send(b"old session, later");
    alice.initiate(&bob);
    say(&mut alice, &mut bob, b"new session");
    assert_eq!(bob.receive(&old), Ok(b"old session".to_vec()));

    // Bob's answer goes out in the old session, where Alice reads it too.
    let answer = say(&mut bob, &mut alice, b"answer");
    assert_eq!(answer.kind, MessageKind::Whisper);
    assert_eq!(bob.receive(&old), Err(RatchetError::Duplicate));
    assert_eq!(bob.receive(&older), Ok(b"old session, later".to_vec()));
    say(&mut alice, &mut bob, b"and on");
}

#[test]
fn whoever_lost_everything_starts_anew_under_the_same_identity() {
    let (mut alice, mut bob) = talking();
    let lost = bob.send(b"never read");
    alice.record = crate::SessionRecord::default();
    assert_eq!(alice.receive(&lost), Err(RatchetError::NoSession));
    alice.initiate(&bob);
    assert_eq!(alice.receive(&lost), Err(RatchetError::BadMessage));
    say(&mut alice, &mut bob, b"I lost my phone");
    say(&mut bob, &mut alice, b"welcome back");
    say(&mut alice, &mut bob, b"thanks");
}

#[test]
fn a_known_prekey_message_brings_its_session_to_the_front() {
    let (mut alice, mut bob) = (Person::new(1), Person::new(2));
    alice.initiate(&bob);
    let held = [alice.send(b"first"), alice.send(b"second")];
    assert_eq!(bob.receive(&held[0]), Ok(b"first".to_vec()));
    alice.initiate(&bob);
    say(&mut alice, &mut bob, b"another session");
    assert_eq!(bob.receive(&held[1]), Ok(b"second".to_vec()));
    // The answer is in the session of `held`, which Alice has archived.
    say(&mut bob, &mut alice, b"answer");
    assert_eq!(alice.send(b"unwrapped").kind, MessageKind::Whisper);
}
