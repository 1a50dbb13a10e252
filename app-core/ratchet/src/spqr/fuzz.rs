//! Entry points for fuzzing the post-quantum ratchet: must never panic.

use super::{
    Direction, Spqr,
    chunks::Chunk,
    message::{Message, Payload},
};
use crate::{fuzz::Predictable, secret::Secret};
use wire::{Decode, Encode};

/// Messages that one input may give to a state: each may cost a jump.
const MAX_MESSAGES: usize = 8;

/// Reads foreign bytes as a message; what is read is written no longer than it was and reads back
/// the same.
pub fn fuzz_spqr_message(bytes: &[u8]) {
    if let Ok(message) = Message::parse(bytes) {
        let written = message.to_bytes();
        assert!(written.len() <= bytes.len());
        assert_eq!(Message::parse(&written), Ok(message));
    }
}

/// Gives foreign messages to a side of a conversation of some length, as if each were genuine:
/// reading one changes nothing, and what it brings can be stored.
///
/// The first byte is the length, the second chooses the side; then come messages, each behind its
/// length.
pub fn fuzz_spqr_receive(bytes: &[u8]) {
    let [length, side, rest @ ..] = bytes else { return };
    let Some((alice, bob)) = conversation(*length) else { return };
    let mut state = if side & 1 == 0 { alice } else { bob };
    let mut rest = rest;
    for _ in 0..MAX_MESSAGES {
        let Some((len, behind)) = rest.split_first() else { return };
        let len = usize::from(*len).min(behind.len());
        let (message, behind) = behind.split_at(len);
        rest = behind;
        receive(&mut state, message);
    }
}

/// The stored state of a side of such a conversation, to begin with.
#[must_use]
pub fn spqr_state(length: u8) -> Option<Vec<u8>> {
    conversation(length).map(|(alice, _)| alice.to_bytes())
}

/// Reads foreign bytes as stored state; whatever is read is written as the same bytes, and can be
/// used.
pub fn fuzz_spqr_state(bytes: &[u8]) {
    let Ok(mut state) = Spqr::from_bytes(bytes) else { return };
    assert_eq!(state.to_bytes(), bytes);
    let epoch = state.agreement.epoch();
    let chunk = Chunk { number: 40_000, data: [7; 32] };
    let payloads = [
        Payload::Ct1(chunk),
        Payload::Ct2(chunk),
        Payload::Header(chunk),
        Payload::Key(chunk),
        Payload::KeyAndAck(chunk),
        Payload::Ack,
        Payload::None,
    ];
    for epoch in [epoch.saturating_sub(1), epoch, epoch.saturating_add(1)] {
        for (payload, index) in payloads.into_iter().zip(1..) {
            receive(&mut state, &Message { epoch, index, payload }.to_bytes());
            send(&mut state);
        }
    }
}

/// Two sides after so many messages, sent in turn.
fn conversation(length: u8) -> Option<(Spqr, Spqr)> {
    let key = Secret::new([5; 32]);
    let mut alice = Spqr::new(&key, Direction::AToB);
    let mut bob = Spqr::new(&key, Direction::BToA);
    let rng = &mut Predictable(0);
    for turn in 0..length {
        let (from, to) =
            if turn & 1 == 0 { (&mut alice, &mut bob) } else { (&mut bob, &mut alice) };
        let (message, _) = from.send(rng).ok()?;
        let (_, change) = to.receive(&message, false).ok()?;
        to.apply(change);
    }
    Some((alice, bob))
}

fn receive(state: &mut Spqr, message: &[u8]) {
    let before = state.to_bytes();
    let received = state.receive(message, false);
    assert_eq!(state.to_bytes(), before);
    if let Ok((_, change)) = received {
        state.apply(change);
        can_be_stored(state);
    }
}

fn send(state: &mut Spqr) {
    let before = state.to_bytes();
    match state.send(&mut Predictable(1)) {
        Ok(_) => can_be_stored(state),
        Err(_) => assert_eq!(state.to_bytes(), before),
    }
}

fn can_be_stored(state: &Spqr) {
    let stored = state.to_bytes();
    let read = Spqr::from_bytes(&stored).map(|state| state.to_bytes());
    assert_eq!(read.as_deref(), Ok(stored.as_slice()));
}
