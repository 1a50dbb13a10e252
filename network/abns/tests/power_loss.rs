//! The power fails between two syncs: what was reported as committed is there, and all of it fits.

mod disk;
mod network;

use disk::power_losses;

/// While it opens, with the first block, with blocks that write the index, and after the last. Each
/// number of syncs there is: `cargo run -p abns --example power_loss`.
const POINTS: [usize; 9] = [0, 1, 2, 3, 4, 7, 8, 10, 60];

#[test]
fn what_was_committed_outlives_a_power_loss() {
    let stopped = power_losses(POINTS, 1);
    assert!(stopped.opening > 0 && stopped.growing > 3 && stopped.never == 1, "{stopped:?}");
}
