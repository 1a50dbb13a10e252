//! Tests of whole conversations.

mod limits;
mod model;
mod refusal;
mod vectors;

use super::{Change, Direction, Spqr};
use crate::{RatchetError, secret::Secret};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use sha2::{Digest, Sha256};
use wire::{Decode, Encode};

/// The owner's and the encapsulator's.
const PHASES: usize = 11;

fn alice_and_bob() -> (Spqr, Spqr) {
    let key = Secret::new([5; 32]);
    (Spqr::new(&key, Direction::AToB), Spqr::new(&key, Direction::BToA))
}

fn dice(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

/// The state as it comes back from storage, which must be the same.
#[track_caller]
fn reloaded(state: &Spqr) -> Spqr {
    let stored = state.to_bytes();
    let read = Spqr::from_bytes(&stored).unwrap();
    assert_eq!(read.to_bytes(), stored);
    read
}

/// Sends a message; gives its bytes and key.
#[track_caller]
fn send(from: &mut Spqr, rng: &mut ChaCha20Rng) -> (Vec<u8>, [u8; 32]) {
    let (message, key) = from.send(rng).unwrap();
    *from = reloaded(from);
    (message, *key.as_bytes())
}

/// Reads a message without applying it: nothing may change.
#[track_caller]
fn read(to: &Spqr, message: &[u8]) -> Result<([u8; 32], Change), RatchetError> {
    let before = to.to_bytes();
    let received = to.receive(message, false);
    assert_eq!(to.to_bytes(), before);
    received.map(|(key, change)| (*key.as_bytes(), change))
}

/// Reads a message for good; gives its key.
#[track_caller]
fn receive(to: &mut Spqr, message: &[u8]) -> Result<[u8; 32], RatchetError> {
    let (key, change) = read(to, message)?;
    to.apply(change);
    *to = reloaded(to);
    Ok(key)
}

/// Says something that arrives at once.
#[track_caller]
fn say(from: &mut Spqr, to: &mut Spqr, rng: &mut ChaCha20Rng) {
    let (message, key) = send(from, rng);
    assert_eq!(receive(to, &message), Ok(key));
}

/// Talks in turn until the first one is in this epoch and has said something there.
fn talk_until(alice: &mut Spqr, bob: &mut Spqr, rng: &mut ChaCha20Rng, epoch: u64) {
    while alice.agreement.epoch() < epoch {
        say(alice, bob, rng);
        say(bob, alice, rng);
    }
    say(alice, bob, rng);
}

/// The number of a state's phase: the owner's from 0, the encapsulator's from 5.
fn phase(state: &Spqr) -> usize {
    let stored = state.to_bytes();
    let odd = state.agreement.epoch() % 2 == 1;
    let owner = odd == (state.direction == Direction::AToB);
    // Behind direction, epoch and two keys.
    usize::from(stored[73]) + if owner { 0 } else { 5 }
}

#[test]
fn an_epoch_takes_about_87_messages_in_turn() {
    let (mut alice, mut bob) = alice_and_bob();
    let rng = &mut dice(1);
    let mut longest = 0;
    let mut messages = 0;
    while alice.agreement.epoch() < 11 {
        say(&mut alice, &mut bob, rng);
        say(&mut bob, &mut alice, rng);
        messages += 2;
        longest = longest.max(alice.to_bytes().len()).max(bob.to_bytes().len());
    }
    assert!((860..=880).contains(&messages), "{messages}");
    assert!(longest <= 3 * 1024, "{longest}");
}

#[test]
fn stored_states_are_pinned() {
    let (mut alice, mut bob) = alice_and_bob();
    let rng = &mut dice(1);
    let mut states = Sha256::new();
    for _ in 0..250 {
        say(&mut alice, &mut bob, rng);
        // One is missing on each side.
        send(&mut alice, rng);
        states.update(alice.to_bytes());
        states.update(bob.to_bytes());
        core::mem::swap(&mut alice, &mut bob);
    }
    assert!(alice.agreement.epoch() > 2);
    assert_eq!(
        hex::encode(states.finalize()),
        "ad229ddcbaf20554d2d75952131b94ed8bdf97badabf572f6c107bf70a67ce38"
    );
}

#[test]
fn debug_shows_no_secret() {
    let (mut alice, mut bob) = alice_and_bob();
    let (message, _) = send(&mut alice, &mut dice(1));
    let (_, change) = read(&bob, &message).unwrap();
    assert_eq!(format!("{alice:?} {change:?}"), "Spqr { epoch: 1, .. } Change(..)");
    bob.apply(change);
    assert_eq!(format!("{bob:?}"), "Spqr { epoch: 1, .. }");
}
