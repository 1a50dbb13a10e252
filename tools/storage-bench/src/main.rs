//! Compares the chain store with key-value stores on the load of a ledger: 100,000 accounts, 1,000
//! of them changed by a block, one durable commit for each block.
//!
//! `storage-bench [--blocks N] [--dir D] [ENGINE…]` prints a table. Each engine runs in a process of
//! its own, so that what the kernel counts is its own too.

mod engine;
mod flat;
mod load;
mod ours;
mod run;
mod stores;
mod table;

use anyhow::Result;
use std::{env, path::Path};

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["measure", name, dir, blocks] => run::measure(name, Path::new(dir), blocks.parse()?),
        ["write", name, dir] => run::write(name, Path::new(dir)),
        ["reopen", name, dir] => run::reopen(name, Path::new(dir)),
        words => table::print(words),
    }
}
