//! Bodies of blocks between managers, owners and archives: real transports on loopback, real files,
//! a chain whose headers four managers sign.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "a test that gets something else fails"
)]

mod chain;
mod connections;
mod floods;
mod liars;
mod losses;
mod pushing;
mod world;
