//! Every point at which the power can fail while a chain is opened and grows, many times each.

#[path = "../tests/disk/mod.rs"]
mod disk;
#[path = "../tests/network/mod.rs"]
mod network;

/// More syncs than there are.
const POINTS: usize = 60;
const LOSSES: usize = 5;

fn main() {
    let stopped = disk::power_losses(0..POINTS, LOSSES);
    println!("no block was lost in {} power losses: {stopped:?}", POINTS * LOSSES);
}
