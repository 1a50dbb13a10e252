//! `bcm-node`: the network's side. `devnet` runs a whole network in one process, `manager` runs one
//! manager, `worker` joins a network with one worker more, `init` prepares a network of processes. Stdout carries what `cli.rs` promises and nothing else.

mod announce;
mod bodies;
mod book;
mod cli;
mod decide;
mod descriptors;
mod devnet;
mod error;
mod events;
mod faucet;
mod folder;
mod follower;
mod forward;
mod genesis;
mod init;
mod join;
mod links;
mod logs;
mod manage;
mod manager_node;
mod managers;
mod ports;
mod ready;
mod registry;
mod settings;
mod sim;
mod status;
mod worker_node;

use node::{files, limits, serve, warrants};
use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
