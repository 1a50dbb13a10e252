//! Writes the meaningful inputs of the corpus: `cargo run -p scenarios --bin corpus`. Needed again
//! only when a form of bytes changes; inputs that were found by fuzzing are left alone.

use anyhow::Result;
use scenarios::fuzz::{save, seeds};

fn main() -> Result<()> {
    let seeds = seeds::all()?;
    for seed in &seeds {
        save(seed.target, seed.name, &seed.bytes)?;
    }
    println!("{} inputs", seeds.len());
    Ok(())
}
