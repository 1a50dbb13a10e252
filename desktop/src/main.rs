//! The `bcm-desktop` binary: one window over one profile.
//!
//! It shows the interface that is built into it and passes on what that asks of `api`; it decides
//! nothing itself.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod args;
mod commands;
mod events;
mod instance;
mod run;
mod signals;
mod storage;
mod window;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match run::run(args::Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("bcm-desktop: {sentence}");
            ExitCode::FAILURE
        }
    }
}
