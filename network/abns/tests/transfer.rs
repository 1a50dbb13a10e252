//! A state handed to a new store, which goes on from there.

#![allow(clippy::unwrap_used, reason = "a test")]

mod network;

use abns::{AbnsError, ChainStore, Ground, Horizon, MAX_CHUNK, StateChunk};
use ledger::{Genesis, StateView, account_of};
use network::Network;
use std::{collections::BTreeMap, path::Path};
use types::Round;
use wire::{Decode, Encode};

fn grown(dir: &Path, network: &Network) -> ChainStore {
    let store = ChainStore::open(&dir.join("old"), &network.genesis).unwrap();
    let many = (0..3_000_u32).map(|i| (i.to_be_bytes().to_vec(), vec![7; 100]));
    // As long as a list of all workers may be.
    let long = (1_000_u32.to_be_bytes().to_vec(), vec![8; 131_076]);
    network.block_of(&store, many.chain([long])).commit(&store).unwrap();
    for _ in 0..5 {
        network.grow(&store);
    }
    store
}

fn chunks(store: &ChainStore, round: Round) -> Vec<StateChunk> {
    let export = store.export(round).unwrap().unwrap();
    export.map(Result::unwrap).collect()
}

fn import(
    place: (&Path, &Genesis, Horizon),
    ground: &Ground,
    chunks: Vec<StateChunk>,
) -> Result<ChainStore, AbnsError> {
    ChainStore::import(place, ground, chunks.into_iter().map(Ok))
}

#[test]
fn a_store_begun_with_a_handed_state_goes_on_like_the_other() {
    let network = Network::new(3);
    let dir = tempfile::tempdir().unwrap();
    let old = grown(dir.path(), &network);
    let round = old.tip().round;
    let export = old.export(round).unwrap().unwrap();
    // Blocks that are committed meanwhile do not change it.
    network.grow(&old);
    let chunks: Vec<_> = export.map(Result::unwrap).collect();
    assert!(chunks.len() > 5);
    for chunk in &chunks {
        let bytes = chunk.to_bytes();
        assert!(bytes.len() <= MAX_CHUNK || chunk.0.len() == 1);
        assert_eq!(StateChunk::from_bytes(&bytes).as_ref(), Ok(chunk));
    }
    // A server that remembers nothing gives the same, chunk by chunk.
    let (mut again, mut from) = (vec![], vec![]);
    while let Some(chunk) = old.export_from(round, from).unwrap().unwrap().next() {
        again.push(chunk.unwrap());
        from = again.last().unwrap().next().unwrap();
    }
    assert_eq!(again, chunks);
    let ground = old.ground(round).unwrap().unwrap();
    let header = ground.block.clone();
    assert_eq!(Ground::from_bytes(&ground.to_bytes()).as_ref(), Ok(&ground));
    let path = dir.path().join("new");
    let place = (path.as_path(), &network.genesis, Horizon::MANAGER);
    let new = import(place, &ground, chunks.clone()).unwrap();
    assert!(new.tip().is_of(&header.header));
    assert!(matches!(import(place, &ground, chunks), Err(AbnsError::InUse)));
    new.verify().unwrap();
    let home = network.address(0);
    assert_eq!(new.entries(home, 0, 99), []);
    assert!(new.state_at(Round(round.0 - 1)).unwrap().is_none());
    assert_eq!((new.header(Round(1)), new.body(round)), (None, None));

    // The block that the other has already.
    let next = round.next();
    let (certified, body) = (old.header(next).unwrap(), old.body(next).unwrap());
    let block = network.block(&new, body.transactions.clone());
    assert_eq!(block.certified.header, certified.header);
    block.commit(&new).unwrap();
    for _ in 0..3 {
        network.grow(&new);
    }
    let account = account_of(&new, home).unwrap().unwrap();
    let seen = account_of(&new.state_at(round).unwrap().unwrap(), home).unwrap().unwrap();
    let entries = new.entries(home, 0, 99);
    assert_eq!(entries.len() as u64, account.counter - seen.counter);
    let hash = entries.iter().fold(seen.history, |hash, entry| entry.next_hash(&hash));
    assert_eq!(hash, account.history);
    assert_eq!(new.entries(home, account.counter - 2, 1), entries[entries.len() - 2..][..1]);
    let before = new.verify().unwrap();
    drop(new);
    let new = ChainStore::open(&path, &network.genesis).unwrap();
    assert_eq!(new.verify().unwrap(), before);
}

#[test]
fn a_state_that_is_not_that_of_the_header_leaves_no_file() {
    let network = Network::new(3);
    let dir = tempfile::tempdir().unwrap();
    let old = grown(dir.path(), &network);
    let round = old.tip().round;
    let ground = old.ground(round).unwrap().unwrap();
    let good = chunks(&old, round);
    let changed = |change: fn(&mut Vec<StateChunk>)| {
        let mut chunks = good.clone();
        change(&mut chunks);
        chunks
    };
    let path = dir.path().join("new");
    let place = (path.as_path(), &network.genesis, Horizon::MANAGER);
    let cases = [
        ("value", changed(|chunks| chunks[1].0[3].1[0] ^= 1)),
        ("key", changed(|chunks| chunks[1].0[3].0.push(0))),
        ("missing pair", changed(|chunks| drop(chunks[2].0.pop()))),
        ("missing chunk", changed(|chunks| drop(chunks.pop()))),
        ("order", changed(|chunks| chunks.swap(0, 1))),
        ("twice", changed(|chunks| chunks.push(chunks[0].clone()))),
        ("nothing", vec![]),
    ];
    for (what, chunks) in cases {
        let refused = import(place, &ground, chunks);
        assert!(matches!(refused, Err(AbnsError::BadBlock(_))), "{what}: {refused:?}");
        assert!(!path.exists() && !path.with_extension("new").exists(), "{what}");
    }
    let earlier = old.ground(Round(round.0 - 1)).unwrap().unwrap();
    assert!(import(place, &earlier, good.clone()).is_err());
    let mixed = Ground { before: earlier.before.clone(), ..ground.clone() };
    assert!(import(place, &mixed, good.clone()).is_err(), "another header before");
    let mixed = Ground { range: earlier.range.clone(), ..ground.clone() };
    assert!(import(place, &mixed, good.clone()).is_err(), "another range");
    import(place, &ground, good.clone()).unwrap();

    // A chunk that cannot be had is nobody's lie.
    let path = dir.path().join("torn");
    let place = (path.as_path(), &network.genesis, Horizon::MANAGER);
    let torn = good.into_iter().map(Ok).chain([Err(AbnsError::DiskFull)]);
    let refused = ChainStore::import(place, &ground, torn);
    assert!(matches!(refused, Err(AbnsError::DiskFull)) && !path.exists());
}

#[test]
fn what_a_key_was_is_told_as_far_as_it_is_kept() {
    let network = Network::new(2);
    let dir = tempfile::tempdir().unwrap();
    let store = ChainStore::open(&dir.path().join("chain"), &network.genesis).unwrap();
    let key = b"key".to_vec();
    for round in 1..=9_u8 {
        let changes: BTreeMap<_, _> =
            round.is_multiple_of(3).then(|| (key.clone(), vec![round])).into_iter().collect();
        network.block_of(&store, changes).commit(&store).unwrap();
    }
    let state = store.state_at(Round(7)).unwrap().unwrap();
    assert_eq!(state.get(&key), Some(vec![6]));
    let history = state.history(&key, 9);
    let told: Vec<_> = history.iter().map(|(v, value)| (v.round.0, value.clone())).collect();
    assert_eq!(told, [(6, Some(vec![6])), (3, Some(vec![3]))]);
    let (newest, _) = history[0].clone();
    assert_eq!(state.get_previous(&key, newest), Some(history[1].clone()));
    assert_eq!(state.get_previous(&key, history[1].0), None);
    assert_eq!(state.history(b"other", 9), []);
    assert!(store.state_at(Round(10)).unwrap().is_none());
}
