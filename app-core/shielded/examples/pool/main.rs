//! Measures what a wallet and a manager do with the private pool, and the bare crate of the circuit
//! beside it in the same run. Prints a row for each figure as soon as it is known: name, number,
//! unit, goal and what others report, between tabs; `cargo xtask bench wallet` lines them up.
//!
//! Times are of the processor, over all threads. Nothing here judges a figure.

mod bare;
mod figures;
mod measure;
mod ours;

use measure::{once, row};
use ours::Ours;

pub(crate) type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let (ours, key) = once(Ours::new)?;
    row("the key that proofs are made with, once a process", key / 1e6, ("s", "", ""));
    figures::payments(&ours)?;
    figures::falcon()
}
