//! The stored form: frozen, and checked when it is read.

use super::Chain;
use crate::*;
use wire::{Decode, DecodeError, Encode};

const GOLDEN: &str = include_str!("../../tests/golden.txt");

#[test]
fn the_stored_form_is_frozen() {
    let chain = Chain::plain(2);
    let state = chain.trusting(2);
    assert_eq!(hex::encode(state.to_bytes()), GOLDEN.trim_end());
    assert_eq!(LightState::from_bytes(&state.to_bytes()), Ok(state));
    let fresh = chain.light();
    assert_eq!(LightState::from_bytes(&fresh.to_bytes()), Ok(fresh));
}

#[test]
fn it_stays_a_few_kilobytes() {
    let chain = Chain::plain(200);
    let mut state = chain.light();
    for round in 1..=200 {
        state.follow(&chain.step(round), chain.time(200)).unwrap();
    }
    assert!(state.to_bytes().len() < 10 * 1024, "{} bytes", state.to_bytes().len());
}

#[test]
fn a_restored_state_goes_on_where_it_was() {
    let mut chain = Chain::new(1000, &[vec![1, 2, 3, 4], vec![2, 3, 4, 5]]);
    chain.grow(130);
    let half = chain.trusting(120);
    let mut restored = LightState::from_bytes(&half.to_bytes()).unwrap();
    restored.jump(&chain.step(130), chain.time(130)).unwrap();
    let mut straight = half;
    straight.jump(&chain.step(130), chain.time(130)).unwrap();
    assert_eq!(restored, straight);
}

#[test]
fn a_damaged_state_is_not_read_as_another() {
    let state = Chain::plain(3).trusting(3);
    let bytes = state.to_bytes();
    let mut newer = bytes.clone();
    newer[0] = 4;
    let error = Err(DecodeError::BadValue("light state version"));
    assert_eq!(LightState::from_bytes(&newer), error);
    // The trusted header stands behind version, chain, time and parameters.
    let header = 1 + 32 + 8 + state.params().to_bytes().len() + 1;
    for at in header..header + ledger::Header::LEN {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1;
        assert!(LightState::from_bytes(&damaged).is_err(), "byte {at}");
    }
}
