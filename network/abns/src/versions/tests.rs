//! The versioned layer against a plain list of everything that was ever written.

use super::*;
use crate::{
    AbnsError,
    index::{Index, Layers},
    layout::{INDEX, STATE},
    rows::{ReadRows, WriteRows},
    snapshot::reading,
    write::writing,
};
use log::Conflict;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use redb::{Database, ReadableDatabase, backends::InMemoryBackend};
use std::collections::BTreeMap;

const SPACE: u8 = 9;

type Value = Option<Vec<u8>>;

/// All that was written of each key, oldest first.
#[derive(Default)]
struct Model(BTreeMap<Vec<u8>, Vec<(Version, Value)>>);

impl Model {
    fn at(&self, key: &[u8], version: Version) -> Option<&(Version, Value)> {
        self.0.get(key)?.iter().rev().find(|(written, _)| *written <= version)
    }
}

struct Store {
    database: Database,
    layers: Layers,
}

impl Store {
    fn new() -> Self {
        let database = Database::builder().create_with_backend(InMemoryBackend::new()).unwrap();
        let store = Self { database, layers: Layers::default() };
        let transaction = store.database.begin_write().unwrap();
        WriteRows::write(&transaction, INDEX).unwrap();
        WriteRows::write(&transaction, STATE).unwrap();
        transaction.commit().unwrap();
        store
    }

    /// One transaction of puts, each with the base that the closure chooses.
    fn block(
        &mut self,
        round: u64,
        puts: &[(Vec<u8>, Option<Version>, Value)],
    ) -> Vec<Result<Version, Conflict>> {
        let transaction = self.database.begin_write().unwrap();
        let done = {
            let mut index =
                Index::new(WriteRows::write(&transaction, INDEX).unwrap(), self.layers.clone());
            let rows = WriteRows::write(&transaction, STATE).unwrap();
            let mut log = writing(rows, SPACE, (Round(0), Round(round)));
            let put = |(key, base, value): &(Vec<u8>, Option<Version>, Value)| {
                log.put(&mut index, key, *base, value.as_deref()).unwrap()
            };
            let done = puts.iter().map(put).collect();
            let draft = std::mem::take(&mut index.draft);
            index.layers.push(draft);
            self.layers = index.layers;
            done
        };
        transaction.commit().unwrap();
        done
    }

    fn read<R>(
        &self,
        read: impl FnOnce(
            &Log<redb::ReadOnlyTable<&'static [u8], &'static [u8]>>,
            &Index<redb::ReadOnlyTable<&'static [u8], &'static [u8]>>,
        ) -> Result<R, AbnsError>,
    ) -> Result<R, AbnsError> {
        let transaction = self.database.begin_read().unwrap();
        let table = |definition| ReadRows::read(&transaction, definition).unwrap();
        let index = Index::new(table(INDEX), self.layers.clone());
        read(&reading(table(STATE), SPACE, Round(0)), &index)
    }
}

fn version(round: u64, seq: u32) -> Version {
    Version { round: Round(round), seq }
}

#[test]
fn a_put_on_another_base_than_the_newest_is_a_conflict_and_writes_nothing() {
    let mut store = Store::new();
    let put = |base, value: &[u8]| [(b"key".to_vec(), base, Some(value.to_vec()))];
    let first = store.block(1, &put(None, b"one"))[0];
    assert_eq!(first, Ok(version(1, 0)));
    assert_eq!(store.block(2, &put(None, b"two"))[0], Err(Conflict(Some(version(1, 0)))));
    assert_eq!(
        store.block(3, &put(Some(version(2, 0)), b"two"))[0],
        Err(Conflict(Some(version(1, 0))))
    );
    assert_eq!(store.block(4, &put(Some(version(1, 0)), b"two"))[0], Ok(version(4, 0)));
    let deletion = [(b"key".to_vec(), Some(version(4, 0)), None)];
    assert_eq!(store.block(5, &deletion)[0], Ok(version(5, 0)));
    // A deleted key has a version too: whoever did not see the deletion has lost.
    assert_eq!(store.block(6, &put(None, b"six"))[0], Err(Conflict(Some(version(5, 0)))));
    let other = [(b"other".to_vec(), Some(version(1, 0)), Some(vec![1]))];
    assert_eq!(store.block(7, &other)[0], Err(Conflict(None)));
    let history = store.read(|log, index| log.history(index, b"key", 9)).unwrap();
    let versions: Vec<_> = history.iter().map(|row| row.version.round.0).collect();
    assert_eq!(versions, [5, 4, 1]);
}

#[test]
fn every_version_of_every_key_is_read_as_it_was_written() {
    let mut rng = StdRng::seed_from_u64(2);
    let (mut store, mut model) = (Store::new(), Model::default());
    for round in 1..300 {
        let puts: Vec<_> = (0..rng.random_range(0..12))
            .map(|_| {
                // Some keys change all the time, others hardly ever.
                let key = vec![rng.random_range(0..40_u8).min(rng.random_range(0..40))];
                (key, rng.random_bool(0.8).then(|| rng.random::<[u8; 6]>().to_vec()))
            })
            .collect::<BTreeMap<_, _>>()
            .into_iter()
            .map(|(key, value)| {
                let newest = model.0.get(&key).and_then(|all| all.last());
                (key, newest.map(|(version, _)| *version), value)
            })
            .collect();
        let done = store.block(round, &puts);
        for ((key, _, value), version) in puts.into_iter().zip(done) {
            model.0.entry(key).or_default().push((version.unwrap(), value));
        }
    }
    store
        .read(|log, index| {
            for _ in 0..2_000 {
                let key = [rng.random_range(0..42_u8)];
                let at = version(rng.random_range(0..310), rng.random_range(0..9));
                let expected = model.at(&key, at);
                let value = expected.and_then(|(_, value)| value.clone());
                assert_eq!(log.get(index, &key, at)?, value);
                let row = log.at(index, &key, at)?;
                assert_eq!(row.map(|row| (row.version, row.value)).as_ref(), expected);
                let before = log.get_previous(index, &key, at)?.map(|row| (row.version, row.value));
                let all = model.0.get(&key[..]).cloned().unwrap_or_default();
                assert_eq!(before, all.into_iter().rev().find(|(written, _)| *written < at));
            }
            Ok(())
        })
        .unwrap();
    store
        .read(|log, index| {
            for (key, all) in &model.0 {
                let history = log.history(index, key, usize::MAX)?;
                let history: Vec<_> =
                    history.into_iter().rev().map(|row| (row.version, row.value)).collect();
                assert_eq!(history, *all);
                let head = log.head(index, key)?.unwrap();
                for (depth, (written, _)) in (1..).zip(all) {
                    assert_eq!(log.at_depth(head, key, depth)?.unwrap().version, *written);
                }
                assert_eq!(log.at_depth(head, key, all.len() as u64 + 1)?, None);
            }
            for _ in 0..200 {
                let (from, to) = ([rng.random_range(0..42_u8)], [rng.random_range(0..42_u8)]);
                let at = version(rng.random_range(0..310), 0);
                let most = rng.random_range(1..50);
                let expected = model.0.keys().filter(|key| key[..] >= from[..] && key[..] < to[..]);
                let expected = expected
                    .filter_map(|key| Some((key.clone(), model.at(key, at)?.1.clone()?)))
                    .take(most);
                assert_eq!(log.range(index, (&from, &to), at, most)?, expected.collect::<Vec<_>>());
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn an_old_version_is_found_in_a_few_steps() {
    let mut store = Store::new();
    let mut base = None;
    for round in 1..=4_000 {
        base = store.block(round, &[(b"hot".to_vec(), base, Some(round.to_be_bytes().to_vec()))])
            [0]
        .ok();
    }
    let rows = store
        .read(|log, index| {
            let mut rows = 0;
            let mut row = log.at(index, b"hot", Version::after(Round(4_000)))?.unwrap();
            while row.depth > 1 {
                row = log.row(row.jump.unwrap().0)?.unwrap();
                rows += 1;
            }
            assert_eq!(log.get(index, b"hot", version(7, 0))?.unwrap(), 7_u64.to_be_bytes());
            Ok(rows)
        })
        .unwrap();
    assert!(rows <= 2 * 12, "{rows}");
}

#[test]
fn rows_and_links_have_these_bytes() {
    let row = Row {
        namespace: 1,
        key: b"key".to_vec(),
        version: version(2, 3),
        depth: 4,
        prev: Some(version(1, 0)),
        jump: Some((version(1, 0), 3)),
        before: [0xbb; 32],
        value: Some(b"value".to_vec()),
    };
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let bytes = row.encode(version(2, 3));
    let rest =
        format!("{}0000000000000003{}76616c7565", "000000000000000100000000", "bb".repeat(32));
    assert_eq!(
        hex(&bytes),
        format!("06010003{}0000000000000004{}{rest}", "6b6579", "000000000000000100000000")
    );
    assert_eq!(hex(&row.link()), LINK);
    assert_eq!(Row::decode(version(2, 3), &bytes), Some(row.clone()));
    let carried = row.encode(version(9, 9));
    assert_eq!(Row::decode(version(9, 9), &carried), Some(row.clone()));
    assert_ne!(carried, bytes);
    let gone = Row { value: None, ..row.clone() };
    assert_eq!(Row::decode(version(2, 3), &gone.encode(version(2, 3))), Some(gone.clone()));
    assert_ne!(gone.link(), row.link());
    assert_eq!(hex(&row.head(version(2, 3)).to_bytes()), format!("000000000000000200000003{LINK}"));
}

const LINK: &str = "f8463d338a6cbc1a5c6fec06a19f49060c9ae4cfd8e1c664805b1d9da1eee1b2";

#[test]
fn only_the_encoding_of_a_row_is_taken_for_one() {
    let row = Row {
        namespace: 1,
        key: b"key".to_vec(),
        version: version(2, 3),
        depth: 1,
        prev: None,
        jump: None,
        before: [0; 32],
        value: None,
    };
    let bytes = row.encode(version(2, 3));
    assert!(Row::decode(version(2, 3), &bytes).is_some());
    for end in 0..bytes.len() {
        assert_eq!(Row::decode(version(2, 3), &bytes[..end]), None);
    }
    // A deletion with a value, a flag without a meaning, a carried row that was not carried.
    assert_eq!(Row::decode(version(2, 3), &[&bytes[..], &[0]].concat()), None);
    let flagged = [&[bytes[0] | 16], &bytes[1..]].concat();
    assert_eq!(Row::decode(version(2, 3), &flagged), None);
    assert_eq!(Row::decode(version(2, 3), &row.encode(version(9, 9))), None);
}
