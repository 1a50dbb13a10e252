//! What reads bytes that others have written: a file's rows, and the chunks of a state. None of it
//! may panic, and what it takes for a value must encode to the same bytes.

use crate::{
    Ground, StateChunk,
    jobs::{Eras, Jobs},
    layout::{node_key, parse_node_key, parse_place, place},
    versions::{Head, Row, Version},
};
use types::Round;
use wire::{Decode, Encode};

/// A chunk of a state, as another manager sends it.
pub fn fuzz_chunk(bytes: &[u8]) {
    round_trip::<StateChunk>(bytes);
    round_trip::<Ground>(bytes);
}

/// Rows and keys of a chain file.
pub fn fuzz_rows(bytes: &[u8]) {
    round_trip::<Jobs>(bytes);
    round_trip::<Eras>(bytes);
    let position = Version { round: Round(7), seq: 7 };
    let same = |again: Option<Vec<u8>>| assert!(again.is_none_or(|again| again == bytes));
    same(Row::decode(position, bytes).map(|row| row.encode(position)));
    same(Head::parse(bytes).map(Head::to_bytes));
    same(parse_node_key(bytes).map(|(version, path)| node_key(version, &path)));
    same(parse_place(bytes).map(|(round, at)| place(round, at)));
}

fn round_trip<T: Encode + Decode>(bytes: &[u8]) {
    if let Ok(value) = T::from_bytes(bytes) {
        assert_eq!(value.to_bytes(), bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn foreign_bytes_are_refused_or_read_exactly(
            bytes in proptest::collection::vec(any::<u8>(), 0..300),
        ) {
            fuzz_chunk(&bytes);
            fuzz_rows(&bytes);
        }
    }
}
