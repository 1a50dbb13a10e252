//! What is not genuine or not in order is refused, and changes nothing.

use super::{alice_and_bob, dice, phase, read, receive, say, send, talk_until};
use crate::{
    RatchetError,
    spqr::{
        Spqr,
        fuzz::{fuzz_spqr_message, fuzz_spqr_receive, fuzz_spqr_state},
        message::{Message, Payload},
    },
};
use proptest::prelude::*;
use wire::{Decode, DecodeError, Encode};

/// The message with another chunk, if it has one.
fn spoilt(message: &[u8]) -> Option<Vec<u8>> {
    let mut spoilt = message.to_vec();
    *spoilt.last_mut()? ^= 1;
    (message.len() > 32).then_some(spoilt)
}

#[test]
fn a_message_is_read_once() {
    let (mut alice, mut bob) = alice_and_bob();
    let rng = &mut dice(1);
    let (first, first_key) = send(&mut alice, rng);
    let (second, second_key) = send(&mut alice, rng);
    assert_eq!(receive(&mut bob, &second), Ok(second_key));
    assert_eq!(receive(&mut bob, &second), Err(RatchetError::BadMessage));
    assert_eq!(receive(&mut bob, &first), Ok(first_key));
    assert_eq!(receive(&mut bob, &first), Err(RatchetError::BadMessage));
}

#[test]
fn what_is_not_applied_did_not_happen() {
    let (mut alice, mut bob) = alice_and_bob();
    let rng = &mut dice(1);
    for _ in 0..200 {
        let (message, key) = send(&mut alice, rng);
        // Read for another message, and given up.
        assert_eq!(read(&bob, &message).map(|(key, _)| key), Ok(key));
        assert_eq!(receive(&mut bob, &message), Ok(key));
        say(&mut bob, &mut alice, rng);
    }
    assert!(alice.agreement.epoch() > 2);
}

#[test]
fn other_versions_are_refused() {
    let (mut alice, bob) = alice_and_bob();
    let (good, _) = send(&mut alice, &mut dice(1));
    let with_version = |version| [&[version], &good[1..]].concat();
    assert_eq!(read(&bob, &[]).map(drop), Err(RatchetError::OldVersion));
    assert_eq!(read(&bob, &with_version(0)).map(drop), Err(RatchetError::OldVersion));
    for later in [2, 3, 255] {
        assert_eq!(read(&bob, &with_version(later)).map(drop), Err(RatchetError::UnknownVersion));
    }
}

#[test]
fn no_message_goes_without_a_key() {
    let (mut alice, mut bob) = alice_and_bob();
    let rng = &mut dice(1);
    assert_eq!(read(&bob, &[1, 1, 0, 0]).map(drop), Err(RatchetError::BadMessage));
    talk_until(&mut alice, &mut bob, rng, 2);
    assert_eq!(read(&bob, &[1, 2, 0, 0]).map(drop), Err(RatchetError::BadMessage));
}

/// Every chunk that completes something is checked: spoilt, it is refused, and the right one is
/// still taken.
#[test]
fn a_spoilt_header_key_or_ciphertext_is_refused_when_it_is_whole() {
    let (mut alice, mut bob) = alice_and_bob();
    let rng = &mut dice(1);
    let mut refused = std::collections::BTreeMap::new();
    for _ in 0..180 {
        for _ in 0..2 {
            let (message, key) = send(&mut alice, rng);
            if let Some(spoilt) = spoilt(&message) {
                match read(&bob, &spoilt) {
                    Ok((found, _)) => assert_eq!(found, key),
                    Err(error) => {
                        assert_eq!(error, RatchetError::BadMessage);
                        *refused.entry(phase(&bob)).or_insert(0) += 1;
                    }
                }
            }
            assert_eq!(receive(&mut bob, &message), Ok(key));
            core::mem::swap(&mut alice, &mut bob);
        }
    }
    assert_eq!(alice.agreement.epoch(), 5);
    // The ciphertext for its owner, the header and the key for the other side; four epochs each,
    // of which the last is only begun.
    assert_eq!(refused, [(4, 4), (5, 5), (9, 4)].into());
}

#[test]
fn a_first_part_that_the_peer_spoilt_is_noticed_with_the_second() {
    let (mut alice, mut bob) = alice_and_bob();
    let rng = &mut dice(1);
    let mut spoilt_one = false;
    let refused = (0..100).find_map(|_| {
        say(&mut alice, &mut bob, rng);
        let (message, _) = send(&mut bob, rng);
        // One chunk of the ciphertext's first part.
        let given = match spoilt(&message).filter(|_| phase(&alice) == 2 && !spoilt_one) {
            Some(spoilt) => {
                spoilt_one = true;
                spoilt
            }
            None => message,
        };
        receive(&mut alice, &given).err()
    });
    assert_eq!(refused, Some(RatchetError::BadMessage));
    assert_eq!((phase(&alice), alice.agreement.epoch()), (4, 1));
}

#[test]
fn an_acknowledgement_counts_only_with_a_chunk_of_the_key_be_it_an_old_one() {
    let (mut alice, mut bob) = alice_and_bob();
    let rng = &mut dice(1);
    let mut index = 0;
    let chunk = loop {
        let (message, _) = send(&mut alice, rng);
        assert!(receive(&mut bob, &message).is_ok());
        index += 1;
        if let Some(chunk) = Message::parse(&message).unwrap().payload.key() {
            break chunk;
        }
        say(&mut bob, &mut alice, rng);
    };
    assert_eq!(phase(&bob), 7);
    let steps = [(Payload::Ack, 7), (Payload::Key(chunk), 7), (Payload::KeyAndAck(chunk), 9)];
    for (payload, expected) in steps {
        index += 1;
        receive(&mut bob, &Message { epoch: 1, index, payload }.to_bytes()).unwrap();
        assert_eq!(phase(&bob), expected);
    }
}

#[test]
fn other_keys_have_other_messages() {
    let (mut alice, _) = alice_and_bob();
    let rng = &mut dice(1);
    let mut stranger = Spqr::new(&crate::secret::Secret::new([6; 32]), super::Direction::BToA);
    for _ in 0..2 {
        let (message, key) = send(&mut alice, rng);
        assert_ne!(receive(&mut stranger, &message), Ok(key));
    }
    let (third, _) = send(&mut alice, rng);
    assert_eq!(receive(&mut stranger, &third), Err(RatchetError::BadMessage), "the header's proof");
}

#[test]
fn impossible_states_are_refused() {
    let (mut alice, mut bob) = alice_and_bob();
    let rng = &mut dice(1);
    talk_until(&mut alice, &mut bob, rng, 3);
    let good = alice.to_bytes();
    let check = |at: usize, value: u8, expected| {
        let mut bad = good.clone();
        bad[at] = value;
        assert_eq!(Spqr::from_bytes(&bad).map(drop), Err(expected), "byte {at}");
    };
    // Direction, epoch, authenticator, phase.
    assert_eq!((good[0], good[8], good[73]), (1, 3, 1));
    check(0, 2, DecodeError::BadValue("bool"));
    check(8, 0, DecodeError::BadValue("epoch"));
    check(8, 5, DecodeError::BadValue("epochs"));
    check(73, 5, DecodeError::BadValue("phase of a key's owner"));
    // The key's seed, the number of the next chunk and the header, then the chain: a root, the
    // epoch that is sent in, the count of epochs.
    let chain = 74 + 64 + 2 + 96;
    assert_eq!((good[chain + 39], good[chain + 40]), (2, 2));
    check(chain + 39, 3, DecodeError::BadValue("epochs"));
    check(chain + 40, 4, DecodeError::TooLong);
    let short = &good[..good.len() - 1];
    assert_eq!(Spqr::from_bytes(short).map(drop), Err(DecodeError::TooShort));
    let long = [good.as_slice(), &[0]].concat();
    assert_eq!(Spqr::from_bytes(&long).map(drop), Err(DecodeError::TrailingBytes));
}

#[test]
fn a_state_has_an_epoch_at_least() {
    let (alice, _) = alice_and_bob();
    let good = alice.to_bytes();
    // Direction, epoch, authenticator, phase, root, epoch that is sent in; no epoch.
    let bad = [&good[..114], &[0]].concat();
    assert_eq!(Spqr::from_bytes(&bad).map(drop), Err(DecodeError::BadValue("epochs")));
}

/// States, messages and sequences of messages from a real conversation, to be damaged.
fn samples() -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    let (mut alice, mut bob) = alice_and_bob();
    let rng = &mut dice(1);
    let (mut states, mut messages) = (vec![], vec![]);
    for _ in 0..250 {
        let (message, key) = send(&mut alice, rng);
        assert_eq!(receive(&mut bob, &message), Ok(key));
        states.extend([alice.to_bytes(), bob.to_bytes()]);
        messages.push(message);
        core::mem::swap(&mut alice, &mut bob);
    }
    (states, messages)
}

#[test]
fn fuzz_entries_survive_what_is_genuine_and_what_is_nearly_so() {
    let (states, messages) = samples();
    for state in states.iter().step_by(7) {
        fuzz_spqr_state(state);
    }
    for (turn, message) in messages.iter().enumerate() {
        fuzz_spqr_message(message);
        if turn % 9 < 2 {
            let next = messages.get(turn + 2).unwrap_or(message);
            let mut input = vec![turn as u8, (turn + 1) as u8];
            for message in [message, message, next] {
                input.push(message.len() as u8);
                input.extend(message);
            }
            fuzz_spqr_receive(&input);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn fuzz_entries_survive_anything(bytes: Vec<u8>, turns: u8, epoch in 1..5_u8, index in 0..99_u8) {
        fuzz_spqr_message(&bytes);
        fuzz_spqr_state(&bytes);
        let message = [&[1, epoch, index], bytes.as_slice()].concat();
        let length = message.len().min(255) as u8;
        fuzz_spqr_receive(&[&[turns, index, length], message.as_slice()].concat());
    }

    #[test]
    fn damaged_states_are_refused_or_usable(turn in 0..8_usize, at: usize, value: u8) {
        let (mut alice, mut bob) = alice_and_bob();
        let rng = &mut dice(1);
        for _ in 0..turn * 11 {
            say(&mut alice, &mut bob, rng);
            say(&mut bob, &mut alice, rng);
        }
        for state in [alice, bob] {
            let mut bytes = state.to_bytes();
            let at = at % bytes.len();
            bytes[at] = value;
            fuzz_spqr_state(&bytes);
        }
    }
}
