//! The project's own chores in Rust: people call it as `cargo xtask <chore>`; `./bcm test` and the
//! build server call `ci`. They run the same everywhere. Nothing that ships may depend on it.

mod bench;
mod bindings;
mod cargo;
mod ci;
mod fuzz;
mod interop;
mod node;
mod sim;
mod tidy;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Chores of the project")]
struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Everything that must pass before a change is taken: format, house rules, lints, all tests.
    Ci,
    /// The house rules: who imports whom, licences, sizes, words.
    Tidy,
    /// Writes anew what is generated from the core's table of commands.
    Bindings,
    /// Feeds mutated bytes to every decoder of foreign bytes, or to one.
    Fuzz(fuzz::Options),
    /// Long random conversations with Signal's published library, and the limits of both.
    Interop(interop::Options),
    /// Builds optimised and prints the project's figures in one table.
    Bench(bench::Options),
    /// Runs the consensus in its simulator, also with broken rules, which must be noticed.
    Sim(sim::Options),
}

fn main() -> ExitCode {
    let done = match Cli::parse().chore {
        Chore::Ci => ci::run(),
        Chore::Tidy => tidy::run(),
        Chore::Bindings => bindings::run(),
        Chore::Fuzz(options) => fuzz::run(&options),
        Chore::Interop(options) => interop::run(&options),
        Chore::Bench(options) => bench::run(&options),
        Chore::Sim(options) => sim::run(&options),
    };
    match done {
        Ok(passed) => ExitCode::from(u8::from(!passed)),
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
