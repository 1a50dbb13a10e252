//! Readers beside the writer: what they see is one whole block, never parts of two.

#![allow(clippy::unwrap_used, reason = "a test")]

mod network;

use abns::ChainStore;
use ledger::{Pot, StateView, account_of, managers};
use network::Network;
use std::sync::atomic::{AtomicBool, Ordering};
use types::{Amount, Round};
use wire::Decode;

#[test]
fn readers_see_whole_blocks_while_others_are_written() {
    let network = Network::new(4);
    let dir = tempfile::tempdir().unwrap();
    let store = ChainStore::open(&dir.path().join("chain"), &network.genesis).unwrap();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..3)
            .map(|person| {
                let (store, network, done) = (&store, &network, &done);
                scope.spawn(move || {
                    let mut reads = 0;
                    while !done.load(Ordering::Relaxed) || reads == 0 {
                        check_proof(store, network, person);
                        check_state(store, network);
                        reads += 1;
                    }
                })
            })
            .collect();
        for _ in 0..60 {
            network.grow(&store);
        }
        done.store(true, Ordering::Relaxed);
        readers.into_iter().for_each(|reader| reader.join().unwrap());
    });
    assert_eq!(store.verify().unwrap().rounds, 60);
}

fn check_proof(store: &ChainStore, network: &Network, person: usize) {
    let home = network.address(person);
    let proof = store.prove(home).unwrap();
    if proof.round > Round(0) {
        let header = store.header(proof.round).unwrap().header;
        assert_eq!(proof.verify(&header.state_root), Ok(()));
    }
    let account = proof.account.unwrap();
    // Entries may have gone on since; up to the proved counter they are those of the proof.
    let entries = store.entries(home, 0, usize::try_from(account.counter).unwrap());
    let hash = entries.iter().fold([0; 32], |hash, entry| entry.next_hash(&hash));
    assert_eq!(hash, account.history);
}

fn check_state(store: &ChainStore, network: &Network) {
    let state = store.state().unwrap();
    let balance = |address| account_of(&state, address).unwrap().unwrap().abc.units();
    let people = (0..4).map(|person| balance(network.address(person))).sum::<u64>();
    let managers = managers(&state).unwrap();
    let bonds = managers.iter().map(|one| balance(one.account) + one.bond.units()).sum::<u64>();
    let pot = |pot: Pot| {
        let bytes = state.get(&pot.key());
        bytes.map_or(0, |bytes| Amount::<types::Abc>::from_bytes(&bytes).unwrap().units())
    };
    let pots = Pot::ALL.map(pot).iter().sum::<u64>();
    assert_eq!(people + bonds + pots, network.genesis.supply().units());
    state.check().unwrap();
}
