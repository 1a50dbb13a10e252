//! The stored form: frozen, and checked when it is read.

use super::{chain, followed, genesis};
use crate::*;
use proptest::prelude::*;
use wire::{Decode, DecodeError, Encode};

const GOLDEN: &str = include_str!("../../tests/golden.txt");

#[test]
fn the_stored_form_is_frozen() {
    let genesis = genesis();
    let state = followed(&genesis, &chain(&genesis, 2));
    assert_eq!(hex::encode(state.to_bytes()), GOLDEN.trim_end());
    assert_eq!(LightState::from_bytes(&state.to_bytes()), Ok(state));
    let fresh = LightState::new(&genesis);
    assert_eq!(LightState::from_bytes(&fresh.to_bytes()), Ok(fresh));
}

#[test]
fn a_restored_state_goes_on_where_it_was() {
    let genesis = genesis();
    let headers = chain(&genesis, 300);
    let half = followed(&genesis, &headers[..290]);
    let mut restored = LightState::from_bytes(&half.to_bytes()).unwrap();
    for header in &headers[290..] {
        restored.advance(header, super::LATE).unwrap();
    }
    assert_eq!(restored, followed(&genesis, &headers));
}

#[test]
fn an_inconsistent_state_is_not_read() {
    let genesis = genesis();
    let bytes = followed(&genesis, &chain(&genesis, 3)).to_bytes();
    // The last kept round and time, the tip's round and time.
    let (kept, tip) = (bytes.len() - 48, bytes.len() - 3 * 48 - 4 - 48);
    for at in [kept + 7, kept + 15, tip + 7, tip + 47] {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1;
        let error = Err(DecodeError::BadValue("light state"));
        assert_eq!(LightState::from_bytes(&damaged), error, "byte {at}");
    }
    let mut newer = bytes;
    newer[0] = 2;
    let error = Err(DecodeError::BadValue("light state version"));
    assert_eq!(LightState::from_bytes(&newer), error);
}

proptest! {
    #[test]
    fn arbitrary_bytes_do_no_harm(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        fuzz::fuzz_light_state(&bytes);
        fuzz::fuzz_advance(&bytes);
        fuzz::fuzz_history(&bytes);
    }

    #[test]
    fn damaged_states_and_headers_do_no_harm(at in any::<prop::sample::Index>(), byte: u8) {
        let genesis = genesis();
        let headers = chain(&genesis, 2);
        let state = followed(&genesis, &headers[..1]).to_bytes();
        let mut bytes = [state, headers[1].to_bytes()].concat();
        let at = at.index(bytes.len());
        bytes[at] ^= byte;
        fuzz::fuzz_light_state(&bytes);
        fuzz::fuzz_advance(&bytes);
    }
}
