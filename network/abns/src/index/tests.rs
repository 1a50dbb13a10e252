//! The index against a plain map, whatever is in memory, half written or in the file.

use super::*;
use crate::{ahead::Ahead, jobs::Jobs, layout::INDEX, rows::ReadRows};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use redb::{Database, ReadableDatabase, backends::InMemoryBackend};
use types::Round;

/// Rows that the index holds, the first byte of a key left free below and above.
type Model = BTreeMap<Vec<u8>, Vec<u8>>;

fn database() -> Database {
    let database = Database::builder().create_with_backend(InMemoryBackend::new()).unwrap();
    let transaction = database.begin_write().unwrap();
    WriteRows::write(&transaction, INDEX).unwrap();
    transaction.commit().unwrap();
    database
}

fn reading(
    database: &Database,
    layers: &Layers,
) -> Index<redb::ReadOnlyTable<&'static [u8], &'static [u8]>> {
    let transaction = database.begin_read().unwrap();
    Index::new(ReadRows::read(&transaction, INDEX).unwrap(), layers.clone())
}

/// One block with these changes.
fn block(
    database: &Database,
    (layers, ahead, jobs): (&mut Layers, &mut Ahead, &mut Jobs),
    (round, changes): (u64, Draft),
) {
    let transaction = database.begin_write().unwrap();
    {
        let table = WriteRows::write(&transaction, INDEX).unwrap();
        let mut index = Index::new(table, layers.clone());
        changes.into_iter().for_each(|(key, change)| index.put(key, change));
        ahead.advance(&mut index, jobs, Round(round)).unwrap();
        *layers = index.layers;
    }
    transaction.commit().unwrap();
}

fn check<T: Readable>(index: &Index<T>, model: &Model, rng: &mut StdRng) {
    let key = vec![5, rng.random(), rng.random_range(0..4)];
    assert_eq!(index.get(&key).unwrap().as_ref(), model.get(&key));
    let (from, to) = (vec![5, rng.random()], vec![5, rng.random()]);
    let (mut found, mut next) = (Vec::new(), Some(from.clone()));
    let step = rng.random_range(1..9);
    while let Some(from) = next {
        let page = index.page(&from, &to, step).unwrap();
        assert!(page.rows.len() <= step);
        found.extend(page.rows);
        next = page.next;
    }
    let expected = model.iter().filter(|(key, _)| **key >= from && **key < to);
    assert!(expected.map(|(key, value)| (key.clone(), value.clone())).eq(found));
}

#[test]
fn what_was_put_is_found_wherever_it_lies_by_readers_old_and_new() {
    let mut rng = StdRng::seed_from_u64(5);
    let (database, mut model) = (database(), Model::new());
    let (mut layers, mut ahead, mut jobs) =
        (Layers::default(), Ahead::new(Round(1)), Jobs::default());
    let mut older = Vec::new();
    for round in 1..=400 {
        let changes: Draft = (0..rng.random_range(0..20))
            .map(|_| {
                let value = rng.random_bool(0.8).then(|| rng.random::<[u8; 4]>().to_vec());
                (vec![5, rng.random(), rng.random_range(0..4)], value)
            })
            .collect();
        for (key, change) in &changes {
            match change {
                Some(value) => model.insert(key.clone(), value.clone()),
                None => model.remove(key),
            };
        }
        block(&database, (&mut layers, &mut ahead, &mut jobs), (round, changes));
        let index = reading(&database, &layers);
        (0..5).for_each(|_| check(&index, &model, &mut rng));
        if round % 50 == 0 {
            older.push((index, model.clone()));
        }
    }
    for (index, model) in older {
        (0..50).for_each(|_| check(&index, &model, &mut rng));
    }
}

#[test]
fn what_is_behind_the_mark_of_replay_is_all_in_the_file() {
    let mut rng = StdRng::seed_from_u64(6);
    let database = database();
    let (mut layers, mut ahead, mut jobs) =
        (Layers::default(), Ahead::new(Round(1)), Jobs::default());
    let mut models = vec![Model::new()];
    for round in 1..=500_u64 {
        let key = vec![5, rng.random(), 0];
        let mut model = models.last().unwrap().clone();
        model.insert(key.clone(), round.to_be_bytes().to_vec());
        models.push(model);
        let changes = BTreeMap::from([(key, Some(round.to_be_bytes().to_vec()))]);
        block(&database, (&mut layers, &mut ahead, &mut jobs), (round, changes));
        let table = reading(&database, &Layers::default());
        let model = &models[usize::try_from(jobs.replay.0).unwrap().saturating_sub(1)];
        for (key, value) in model {
            // Later values may be there already.
            assert!(table.get(key).unwrap().unwrap() >= *value);
        }
        assert!(round - jobs.replay.0.min(round) < 3 * 64);
    }
    assert!(jobs.replay.0 > 300);
}

#[test]
fn a_layer_goes_to_the_file_in_the_order_of_its_keys() {
    let mut layers = Layers::default();
    for round in 0..64_u8 {
        let rows = (0..16_u8).map(|i| (vec![i.wrapping_mul(37), round], Some(vec![round])));
        layers.push(rows.collect());
    }
    layers.freeze();
    let layer = layers.frozen().unwrap();
    assert_eq!(layer.len(), 64 * 16);
    assert!(layer.stretch(0, usize::MAX).is_sorted());
    let (first, second) = (layer.stretch(0, 100), layer.stretch(100, 100));
    assert!(first.last() < second.first());
    assert!(layer.stretch(64 * 16, 5).is_empty());
}
