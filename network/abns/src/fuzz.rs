//! What reads bytes that others have written: a file's rows, and the chunks of a state. None of it
//! may panic, and what it takes for a value must encode to the same bytes.

use crate::{
    Ground, PoolBundle, PoolGap, StateChunk,
    jobs::{Eras, Jobs, Sweep, Sweeping},
    layout::{node_key, parse_node_key, parse_place, place},
    versions::{Head, Row, Version},
};
use shielded::LogPlace;
use types::Round;
use wire::{Decode, Encode};

/// A chunk of a state, as another manager sends it.
pub fn fuzz_chunk(bytes: &[u8]) {
    round_trip::<StateChunk>(bytes);
    round_trip::<Ground>(bytes);
    round_trip::<PoolBundle>(bytes);
}

/// Rows and keys of a chain file.
pub fn fuzz_rows(bytes: &[u8]) {
    round_trip::<Jobs>(bytes);
    round_trip::<Eras>(bytes);
    round_trip::<PoolGap>(bytes);
    let position = Version { round: Round(7), seq: 7 };
    let same = |again: Option<Vec<u8>>| assert!(again.is_none_or(|again| again == bytes));
    same(Row::decode(position, bytes).map(|row| row.encode(position)));
    same(Head::parse(bytes).map(Head::to_bytes));
    same(parse_node_key(bytes).map(|(version, path)| node_key(version, &path)));
    same(parse_place(bytes).map(|(round, at)| place(round, at)));
}

/// A row of each kind, by name: where [`fuzz_rows`] begins.
#[must_use]
pub fn rows() -> Vec<(&'static str, Vec<u8>)> {
    let version = |round, seq| Version { round: Round(round), seq };
    let row = Row {
        namespace: 1,
        key: b"acct/a".to_vec(),
        version: version(5, 2),
        depth: 4,
        prev: Some(version(4, 1)),
        jump: Some((version(2, 0), 1)),
        before: [9; 32],
        value: Some(vec![1, 2, 3]),
    };
    let position = version(7, 7);
    let deleted = Row { version: position, prev: None, jump: None, value: None, ..row.clone() };
    let running = Some(Sweep { start: Round(6), next: b"acct/".to_vec(), seen: 8 });
    let done = vec![(Round(1), Round(3))];
    let sweeping = Sweeping { running, done, live: 12, fresh: 3 };
    let jobs = Jobs { floor: Round(2), bodies: Round(3), replay: Round(6), sweeping };
    let eras = Eras { number: 1, first: vec![Round(0), Round(5)], count: 4 };
    vec![
        ("jobs", jobs.to_bytes()),
        ("eras", eras.to_bytes()),
        ("carried", row.encode(position)),
        ("deleted", deleted.encode(position)),
        ("head", row.head(position).to_bytes()),
        ("node-key", node_key(7, &[1, 2, 15])),
        ("place", place(Round(7), 3)),
        (
            "gap",
            PoolGap { given: LogPlace::START, end: LogPlace { count: 7, hash: [9; 32] } }
                .to_bytes(),
        ),
    ]
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
    use std::collections::BTreeMap;

    #[test]
    fn each_row_has_a_reader_that_takes_it() {
        let rows: BTreeMap<&str, Vec<u8>> = rows().into_iter().collect();
        let position = Version { round: Round(7), seq: 7 };
        assert!(Jobs::from_bytes(&rows["jobs"]).is_ok());
        assert!(Eras::from_bytes(&rows["eras"]).is_ok());
        assert!(Row::decode(position, &rows["carried"]).is_some());
        assert!(Row::decode(position, &rows["deleted"]).is_some());
        assert!(Head::parse(&rows["head"]).is_some());
        assert!(parse_node_key(&rows["node-key"]).is_some());
        assert!(parse_place(&rows["place"]).is_some());
        assert!(PoolGap::from_bytes(&rows["gap"]).is_ok());
    }

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
