//! The `bcm-verify` binary: checks a statement with a checkpoint, and needs nothing else.
//!
//! No network, no profile, no secret: whoever is handed a statement can run it anywhere.

mod run;

use std::process::ExitCode;

fn main() -> ExitCode {
    run::run(std::env::args_os())
}
