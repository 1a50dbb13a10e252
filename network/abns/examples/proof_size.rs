//! Prints how big proofs get and what a block costs when the state holds 100,000 accounts.

#[path = "../tests/network/mod.rs"]
mod network;

use abns::{AbnsError, ChainStore};
use ledger::{Account, account_key};
use network::{Network, stranger};
use std::time::Instant;
use types::{Abc, Amount};
use wire::Encode;

const ACCOUNTS: u64 = 100_000;
const PER_BLOCK: u64 = 10_000;

fn main() -> Result<(), AbnsError> {
    let network = Network::new(4);
    let dir = tempfile::tempdir()?;
    let path = dir.path().join("chain");
    let store = ChainStore::open(&path, &network.genesis)?;
    for first in (0..ACCOUNTS).step_by(PER_BLOCK as usize) {
        let accounts = (first..first + PER_BLOCK).map(|number| {
            let home = stranger(number);
            let account = Account { abc: Amount::<Abc>::new(number), ..Account::empty(home) };
            (account_key(home), account.to_bytes())
        });
        let accounts = accounts.collect::<std::collections::BTreeMap<_, _>>();
        let start = Instant::now();
        network.block_of(&store, accounts).commit(&store)?;
        println!("{PER_BLOCK} new accounts in one block: {:?}", start.elapsed());
    }
    let before = std::fs::metadata(&path)?.len();
    let start = Instant::now();
    for _ in 0..100 {
        network.grow(&store);
    }
    println!("block of 4 payments, built, prepared and committed: {:?}", start.elapsed() / 100);
    let after = std::fs::metadata(&path)?.len();
    println!("file: {before} bytes, after 100 such blocks {after}");
    for (what, address) in [("present", stranger(77)), ("absent", stranger(ACCOUNTS + 1))] {
        let start = Instant::now();
        let proof = store.prove(address)?;
        let time = start.elapsed();
        println!(
            "{what}: {} siblings, state proof {} bytes, account proof {} bytes, made in {time:?}",
            proof.proof.siblings.len(),
            proof.proof.to_bytes().len(),
            proof.to_bytes().len(),
        );
    }
    drop(store);
    let start = Instant::now();
    let store = ChainStore::open(&path, &network.genesis)?;
    println!("opening: {:?}", start.elapsed());
    let start = Instant::now();
    println!("{:?} in {:?}", store.verify(), start.elapsed());
    Ok(())
}
