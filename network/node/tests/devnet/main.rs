//! The `bcm-node` binary as its users see it: started in an empty folder, asked over the network,
//! killed, started again.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "a test that gets something else fails"
)]

mod garbage;
mod ledger_life;
mod mail;
mod pool;
mod startup;
mod support;
mod warrants;
mod worker_joins;
