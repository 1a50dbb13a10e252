//! Entry points for fuzzing: must never panic.

use crate::{LightState, check_history};
use ledger::{CertifiedHeader, Entry};
use types::Timestamp;
use wire::{Decode, Encode, Reader};

/// Stored states; what decodes encodes to the same bytes.
pub fn fuzz_light_state(bytes: &[u8]) {
    if let Ok(state) = LightState::from_bytes(bytes) {
        assert_eq!(state.to_bytes(), bytes);
    }
}

/// A stored state, then a header: a refused header changes nothing.
pub fn fuzz_advance(bytes: &[u8]) {
    let mut reader = Reader::new(bytes);
    let Ok(mut state) = LightState::decode(&mut reader) else { return };
    let Ok(header) = CertifiedHeader::decode(&mut reader) else { return };
    let before = state.clone();
    match state.advance(&header, Timestamp(0)) {
        Ok(()) => assert_eq!(state.round(), header.header.round),
        Err(_) => assert_eq!(state, before),
    }
}

/// A history of entries: it cannot lead from nothing to the hash of nothing unless it is empty.
pub fn fuzz_history(bytes: &[u8]) {
    let mut reader = Reader::new(bytes);
    let mut entries = Vec::new();
    while let Ok(entry) = Entry::decode(&mut reader) {
        entries.push(entry);
    }
    let start = (0, [0; 32]);
    assert_eq!(check_history(start, &entries, start).is_ok(), entries.is_empty());
}
