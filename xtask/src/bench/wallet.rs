//! The wallet: the example `pool` of `shielded`, which runs the bare crate of the circuit beside it, the
//! example `statement` of the room of that name, and `bench wallet` of `scenarios`, where people pay.

use super::ledger::{BENCH, NODE, collect, processes};
use super::{build, built, rows};
use anyhow::Result;
use std::process::Command;

const BUILDS: [&[&str]; 4] = [
    &["build", "--release", "--locked", "--package", "shielded", "--example", "pool"],
    &["build", "--release", "--locked", "--package", "statement", "--example", "speed-statement"],
    NODE,
    BENCH,
];

/// Measures and prints.
pub(super) fn run() -> Result<bool> {
    BUILDS.iter().try_for_each(|arguments| build(arguments))?;
    let (mut rows, mut measured) = (vec![], true);
    let [pool, statement] = ["examples/pool", "examples/speed-statement"].map(built);
    for mut command in [Command::new(pool?), Command::new(statement?), processes("wallet")?] {
        measured &= collect(&mut command, &mut rows)?;
    }
    // What was measured before a failure is true all the same.
    print!("\n{}", rows::text(&rows));
    Ok(measured)
}
