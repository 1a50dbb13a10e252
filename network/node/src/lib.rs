//! The parts of a node that need no other part of it, so that tests can drive them: bodies of final
//! blocks between managers, owners and archives, warrants, and what serving and saving take. The binary
//! `bcm-node` is the rest.

pub mod chunks;
pub mod files;
pub mod following;
pub mod limits;
pub mod serve;
pub mod warrants;
