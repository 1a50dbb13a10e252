//! How far a conversation may be stretched.

use super::{alice_and_bob, dice, phase, read, receive, reloaded, say, send, talk_until};
use crate::{
    RatchetError,
    spqr::message::{Message, Payload},
};
use wire::Encode;

#[test]
fn a_jump_of_25000_is_the_last_one_allowed_but_in_a_note_to_self() {
    let (mut alice, mut bob) = alice_and_bob();
    let rng = &mut dice(1);
    say(&mut alice, &mut bob, rng);
    let mut last = vec![];
    for _ in 0..25_001 {
        let (message, key) = alice.send(rng).unwrap();
        last.push((message, key));
        last.drain(..last.len().saturating_sub(2));
    }
    let [(reached, key), (too_far, far_key)] = &last[..] else { panic!("two are kept") };
    assert_eq!(read(&bob, too_far).map(drop), Err(RatchetError::TooFarAhead));
    let (note, _) = bob.receive(too_far, true).unwrap();
    assert_eq!(note.as_bytes(), far_key.as_bytes());
    assert_eq!(receive(&mut bob, reached), Ok(*key.as_bytes()));
    assert_eq!(receive(&mut bob, too_far), Ok(*far_key.as_bytes()));
}

#[test]
fn the_window_holds_2000_messages_of_each_epoch_and_direction() {
    let (mut alice, mut bob) = alice_and_bob();
    let rng = &mut dice(1);
    let late: Vec<_> = (0..2_002).map(|_| send(&mut alice, rng)).collect();
    let (newest, key) = &late[2_001];
    assert_eq!(receive(&mut bob, newest), Ok(*key));
    assert_eq!(receive(&mut bob, &late[0].0), Err(RatchetError::BadMessage));
    // They serve on in the next epoch, where as many may be missing again.
    talk_until(&mut alice, &mut bob, rng, 2);
    let full = 2 * 2_000 * 34;
    for _ in 0..2_000 {
        alice.send(rng).unwrap();
    }
    say(&mut alice, &mut bob, rng);
    let length = bob.to_bytes().len();
    assert!(length < full + 4 * 1024, "{length}");
    assert!(length < 150 * 1024);
    say(&mut bob, &mut alice, rng);
    bob = reloaded(&bob);
    assert_eq!(receive(&mut bob, &late[1_990].0), Ok(late[1_990].1));
}

#[test]
fn an_epoch_is_dropped_once_we_send_in_the_next_but_one() {
    let (mut alice, mut bob) = alice_and_bob();
    let rng = &mut dice(2);
    let late: Vec<_> = (0..3).map(|_| send(&mut alice, rng)).collect();
    talk_until(&mut bob, &mut alice, rng, 2);
    assert_eq!(receive(&mut bob, &late[0].0), Ok(late[0].1));
    // Up to the message by which Bob goes over to epoch 3 he reads those of the first.
    while bob.agreement.epoch() < 3 {
        say(&mut bob, &mut alice, rng);
        say(&mut alice, &mut bob, rng);
    }
    assert_eq!(receive(&mut bob, &late[1].0), Ok(late[1].1));
    say(&mut bob, &mut alice, rng);
    assert_eq!(receive(&mut bob, &late[2].0), Err(RatchetError::BadMessage));
}

#[test]
fn a_stranger_to_all_our_epochs_is_refused() {
    let (mut alice, mut bob) = alice_and_bob();
    talk_until(&mut alice, &mut bob, &mut dice(3), 4);
    let check = |epoch, expected: Result<(), RatchetError>| {
        let message = Message { epoch, index: 300, payload: Payload::None }.to_bytes();
        assert_eq!(read(&bob, &message).map(drop), expected, "epoch {epoch}");
    };
    let refused = Err(RatchetError::BadMessage);
    let epoch = bob.agreement.epoch();
    check(epoch, Ok(()));
    check(epoch - 1, Ok(()));
    for stranger in [1, epoch + 1, epoch + 2, 1_000, u64::MAX] {
        check(stranger, refused);
    }
}

#[test]
fn chunk_numbers_may_begin_again_while_nobody_answers() {
    let (mut alice, mut bob) = alice_and_bob();
    let rng = &mut dice(4);
    say(&mut alice, &mut bob, rng);
    // Nobody answers for so long that the header's chunks are numbered anew.
    for _ in 1..65_536 {
        alice.send(rng).unwrap();
    }
    let (message, _) = send(&mut alice, rng);
    let message = Message::parse(&message).unwrap();
    assert_eq!(message.payload.header().unwrap().number, 0);
    assert_eq!((phase(&alice), message.index), (1, 65_537));
}
