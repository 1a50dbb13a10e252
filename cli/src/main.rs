//! The `bcm` binary: a person's side of the network, in the terminal and for scripts.
//!
//! It parses, calls `api`, and prints; `serve` lets a browser do the same. What is printed with `--json` is a contract: one line, one
//! document.

mod account;
mod args;
mod ask;
mod devnet;
mod face;
mod first;
mod gift;
mod human;
mod open;
mod output;
mod payment_shown;
mod review;
mod rotation;
mod run;
mod seen;
mod serve;
mod statement;
mod unlock;

use std::process::ExitCode;

fn main() -> ExitCode {
    let args = match args::parse(std::env::args_os()) {
        Ok(args) => args,
        Err(exit) => return exit,
    };
    let json = args.global.json;
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return output::fail(json, &api::Error::new("io", error.to_string())),
    };
    let result = runtime.block_on(run::run(args));
    // A blocking read of the terminal cannot be called back; nothing else is left to wait for.
    runtime.shutdown_background();
    match result {
        Ok(code) => code,
        Err(error) => output::fail(json, &error),
    }
}
