//! Who reads what: late joiners, leavers, senders that are mixed up.

use super::{GROUP, Sender, read};
use crate::{DistributionId, RatchetError, SenderKeyRecord};
use wire::Encode;

#[test]
fn a_late_joiner_reads_what_is_sent_from_then_on() {
    let mut alice = Sender::new(1);
    let mut bob = alice.member();
    let before = alice.send(b"before");
    let mut carol = alice.member();
    let after = alice.send(b"after");
    assert_eq!(read(&mut carol, &before), Err(RatchetError::Duplicate));
    assert_eq!(read(&mut carol, &after), Ok(b"after".to_vec()));
    assert_eq!(read(&mut bob, &after), Ok(b"after".to_vec()));
    assert_eq!(read(&mut bob, &before), Ok(b"before".to_vec()));
}

#[test]
fn distributing_again_gives_the_present_position_of_the_same_chain() {
    let mut alice = Sender::new(1);
    let (first, again) = (alice.distribution(), alice.distribution());
    assert_eq!(first.to_bytes(), again.to_bytes());
    assert!(first.chain_id() < 1 << 31);
    alice.send(b"one");
    let later = alice.distribution();
    assert_eq!((first.iteration(), later.iteration()), (0, 1));
    assert_eq!(first.chain_id(), later.chain_id());
    assert_ne!(first.chain_key(), later.chain_key());
}

#[test]
fn who_has_left_reads_nothing_of_the_next_chain() {
    let mut alice = Sender::new(1);
    let (mut bob, mut mallory) = (alice.member(), alice.member());
    let late = alice.send(b"sent before");
    alice.renew();
    bob.process(&alice.distribution());
    let next = alice.send(b"sent after");
    assert_eq!(read(&mut mallory, &next), Err(RatchetError::NoSenderKey));
    assert_eq!(read(&mut mallory, &late), Ok(b"sent before".to_vec()));
    assert_eq!(read(&mut bob, &next), Ok(b"sent after".to_vec()));
    assert_eq!(read(&mut bob, &late), Ok(b"sent before".to_vec()));
}

#[test]
fn a_distribution_that_is_known_does_not_rewind() {
    let mut alice = Sender::new(1);
    let start = alice.distribution();
    let mut bob = alice.member();
    let messages = [alice.send(b"0"), alice.send(b"1"), alice.send(b"2")];
    read(&mut bob, &messages[2]).unwrap();
    read(&mut bob, &messages[0]).unwrap();
    let before = bob.to_bytes();
    bob.process(&start);
    bob.process(&alice.distribution());
    assert_eq!(bob.to_bytes(), before);
    assert_eq!(read(&mut bob, &messages[0]), Err(RatchetError::Duplicate));
    assert_eq!(read(&mut bob, &messages[1]), Ok(b"1".to_vec()));
}

#[test]
fn the_same_chain_id_with_another_signing_key_is_another_chain() {
    let (mut alice, mut other) = (Sender::new(1), Sender::new(2));
    let mut bob = alice.member();
    let old = alice.send(b"old");
    let mut distribution = other.distribution();
    distribution.chain_id = alice.distribution().chain_id();
    bob.process(&distribution);
    assert_eq!(read(&mut bob, &old), Err(RatchetError::BadSignature));
    assert_eq!(format!("{bob:?}"), "SenderKeyRecord(1 keys)");
    bob.process(&alice.distribution());
    assert_eq!(read(&mut bob, &alice.send(b"new")), Ok(b"new".to_vec()));
}

#[test]
fn a_message_of_another_sender_chain_or_distribution_is_refused() {
    let (mut alice, mut other) = (Sender::new(1), Sender::new(2));
    let mut bob = alice.member();
    assert_eq!(read(&mut bob, &other.send(b"?")), Err(RatchetError::NoSenderKey));
    assert_eq!(
        read(&mut SenderKeyRecord::default(), &alice.send(b"?")),
        Err(RatchetError::NoSenderKey)
    );

    let mut elsewhere = alice.distribution();
    elsewhere.distribution = DistributionId([7; 16]);
    let mut carol = SenderKeyRecord::default();
    carol.process(&elsewhere);
    assert_eq!(read(&mut carol, &alice.send(b"?")), Err(RatchetError::NoSenderKey));
}

#[test]
fn only_the_owner_of_a_chain_sends_in_it() {
    let mut alice = Sender::new(1);
    let mut bob = alice.member();
    let before = bob.to_bytes();
    assert_eq!(bob.encrypt(b"?", &mut alice.rng), Err(RatchetError::NoSenderKey));
    let mut empty = SenderKeyRecord::default();
    assert_eq!(empty.encrypt(b"?", &mut alice.rng), Err(RatchetError::NoSenderKey));
    assert_eq!((bob.to_bytes(), empty.to_bytes()), (before, vec![1, 0, 0, 0, 0]));

    // Distributing makes a chain of one's own.
    let ours = bob.distribute(GROUP, &mut alice.rng).unwrap();
    assert_ne!(ours.chain_id(), alice.distribution().chain_id());
    bob.encrypt(b"of our own", &mut alice.rng).unwrap();
    assert_eq!(read(&mut bob, &alice.send(b"theirs")), Ok(b"theirs".to_vec()));
}

#[test]
fn a_record_sends_under_one_distribution() {
    let mut alice = Sender::new(1);
    let before = alice.record.to_bytes();
    let other = alice.record.distribute(DistributionId([7; 16]), &mut alice.rng);
    assert_eq!(other.unwrap_err(), RatchetError::NoSenderKey);
    assert_eq!(alice.record.to_bytes(), before);
}

#[test]
fn our_own_messages_do_not_come_back_to_us() {
    let mut alice = Sender::new(1);
    let message = alice.send(b"mine");
    assert_eq!(read(&mut alice.record, &message), Err(RatchetError::Duplicate));
    // Nor do they, or our own distribution coming back, move us.
    let distribution = alice.distribution();
    alice.record.process(&distribution);
    let mut bob = alice.member();
    assert_eq!(read(&mut bob, &alice.send(b"next")), Ok(b"next".to_vec()));
}
