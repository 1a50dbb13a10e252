//! `bcm serve` and the commands that go through it, as processes: what a browser, a script, another
//! site's page and a second command line meet. No network is needed.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may")]

mod door;
mod harness;
mod limits;
mod pages;
mod profile;
mod talk;
mod wire;
