//! How far apart and how many: messages, kept seeds, chains.

use super::{GROUP, Sender, read};
use crate::RatchetError;
use wire::{Decode, Encode};

#[test]
fn a_jump_of_25000_is_the_last_one_allowed() {
    for from in [0, 3] {
        let mut alice = Sender::new(1);
        let mut bob = alice.member();
        for _ in 0..from {
            read(&mut bob, &alice.send(b"read")).unwrap();
        }
        alice.pass(25_000);
        let last_allowed = alice.send(b"last allowed");
        let too_far = alice.send(b"too far");
        assert_eq!(read(&mut bob, &too_far), Err(RatchetError::TooFarAhead));
        assert_eq!(read(&mut bob, &last_allowed), Ok(b"last allowed".to_vec()));
        assert_eq!(read(&mut bob, &too_far), Ok(b"too far".to_vec()));
    }
}

#[test]
fn the_newest_2000_missing_messages_can_still_come() {
    let mut alice = Sender::new(1);
    let mut bob = alice.member();
    let first = alice.send(b"0");
    alice.pass(999);
    let [oldest_kept, second_kept] = [alice.send(b"1000"), alice.send(b"1001")];
    alice.pass(1_998);
    let newest = alice.send(b"3000");
    assert_eq!(read(&mut bob, &newest), Ok(b"3000".to_vec()));
    assert_eq!(read(&mut bob, &first), Err(RatchetError::Duplicate));

    // 2,000 seeds of 36 bytes, and what a record with one chain takes without any.
    let stored = bob.to_bytes();
    assert_eq!(stored.len(), 2_000 * 36 + 5 + 16 + 4 + 1 + 33 + 32 + 4 + 4);
    bob = Decode::from_bytes(&stored).unwrap();
    assert_eq!(read(&mut bob, &oldest_kept), Ok(b"1000".to_vec()));
    assert_eq!(read(&mut bob, &second_kept), Ok(b"1001".to_vec()));
    assert_eq!(read(&mut bob, &second_kept), Err(RatchetError::Duplicate));
}

#[test]
fn of_six_chains_the_newest_five_are_kept() {
    let mut alice = Sender::new(1);
    let mut bob = alice.member();
    let mut messages = vec![alice.send(b"0")];
    for number in 1..6_u8 {
        alice.renew();
        bob.process(&alice.distribution());
        messages.push(alice.send(&[number]));
    }
    assert_eq!(read(&mut bob, &messages[0]), Err(RatchetError::NoSenderKey));
    for number in 1..6_u8 {
        assert_eq!(read(&mut bob, &messages[usize::from(number)]), Ok(vec![number]));
    }
}

#[test]
fn a_chain_that_is_handed_out_again_is_the_newest_again() {
    let mut alice = Sender::new(1);
    let (first, message) = (alice.distribution(), alice.send(b"of the first"));
    let mut bob = alice.member();
    bob.process(&first);
    for _ in 0..4 {
        alice.renew();
        bob.process(&alice.distribution());
    }
    bob.process(&first);
    alice.renew();
    bob.process(&alice.distribution());
    // Bob has had the chain from its second message on, and keeps it so.
    assert_eq!(read(&mut bob, &message), Err(RatchetError::Duplicate));
}

#[test]
fn the_last_iteration_ends_the_chain() {
    let mut alice = Sender::new(1);
    let mut stored = alice.record.to_bytes();
    let index = stored.len() - 8;
    stored[index..index + 4].copy_from_slice(&(u32::MAX - 1).to_be_bytes());
    alice.record = Decode::from_bytes(&stored).unwrap();
    let mut bob = alice.member();
    let last = alice.send(b"last");
    assert_eq!(read(&mut bob, &last), Ok(b"last".to_vec()));
    let before = alice.record.to_bytes();
    assert_eq!(alice.record.encrypt(b"", &mut alice.rng), Err(RatchetError::SessionTooOld));
    assert_eq!(alice.record.to_bytes(), before);
    let distribution = alice.record.distribute(GROUP, &mut alice.rng).unwrap();
    assert_eq!(distribution.iteration(), u32::MAX);
}

#[test]
fn plaintexts_of_any_length() {
    let mut alice = Sender::new(1);
    let mut bob = alice.member();
    for len in [0, 1, 15, 16, 17, 200, 100_000] {
        let text = vec![7; len];
        let message = alice.send(&text);
        assert_eq!(read(&mut bob, &message), Ok(text));
    }
}
