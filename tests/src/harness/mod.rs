//! Networks, workers and people as processes of the real binaries.
//!
//! Everything lies in temporary folders, listens where there is room and ends with its value: a
//! process is killed by its own id when it is dropped. Whatever goes wrong panics and says what was
//! run, because the only callers are tests. No test asserts how long something takes; [`LIMIT`]
//! only turns a hang into a failure.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "called by tests only")]

mod ledger;
mod network;
mod person;
mod program;

pub use ledger::{Ledger, units};
pub use network::{Devnet, OwnWorker};
pub use person::{Failure, Person, Running};
pub use program::{Ended, LIMIT, Program, Server, binary, eventually};
