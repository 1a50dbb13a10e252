//! `bcm-node`: the network's side. `devnet` runs a whole network in one process, `worker` joins a
//! network with one worker more. Stdout carries what `cli.rs` promises and nothing else.

mod announce;
mod cli;
mod devnet;
mod error;
mod events;
mod faucet;
mod files;
mod folder;
mod follower;
mod forward;
mod genesis;
mod join;
mod limits;
mod links;
mod logs;
mod manager_node;
mod managers;
mod ports;
mod ready;
mod serve;
mod settings;
mod worker_node;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
