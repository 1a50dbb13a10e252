//! Whole stories across crates: what the tests of this package share.
//!
//! The tests drive the real binaries, `bcm` and `bcm-node`, as people and scripts do; nothing here
//! is part of a product.

pub mod bench;
pub mod fuzz;
pub mod harness;
