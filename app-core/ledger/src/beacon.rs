//! The beacon: who may propose first, and in which order members lead (`acp.md` 2.4).
//!
//! A chain of VRF outputs. It never depends on a block's content or on who voted, so that nobody
//! can try out contents; a proposer can only withhold.

use crate::Committee;
use types::{ChainId, Round};
use wire::hash;

/// The beacon's value at round 0, and before it.
#[must_use]
pub fn first_beacon(chain: ChainId) -> [u8; 32] {
    hash("acp-rs-0", &[&chain.0])
}

/// The value after a block with a proposer: SHA-256("acp-rs" ‖ before ‖ VRF output).
#[must_use]
pub fn next_beacon(before: &[u8; 32], output: &[u8; 64]) -> [u8; 32] {
    hash("acp-rs", &[before, output])
}

/// The value after an empty block: SHA-256("acp-rs-e" ‖ before ‖ round).
#[must_use]
pub fn next_beacon_empty(before: &[u8; 32], round: Round) -> [u8; 32] {
    hash("acp-rs-e", &[before, &round.0.to_be_bytes()])
}

/// What a ticket for a round proves: `acp-ld` ‖ the beacon two rounds earlier ‖ round. Two rounds,
/// so that tickets are exchanged while the round before is decided.
#[must_use]
pub fn ticket_input(two_before: &[u8; 32], round: Round) -> Vec<u8> {
    [b"acp-ld".as_slice(), two_before, &round.0.to_be_bytes()].concat()
}

/// The order in which members lead the views behind the first: a shuffle that favours reputation,
/// with every member exactly once (`acp-corrections.md` C.3). `before` is the beacon of the round
/// before; `reputation` has one value per member, in order.
#[must_use]
pub fn leader_order(
    committee: &Committee,
    reputation: &[u8],
    before: &[u8; 32],
    round: Round,
) -> Vec<u16> {
    let weights = committee.members().iter().zip(reputation.iter().chain(std::iter::repeat(&1)));
    let mut order: Vec<([u8; 32], [u8; 32], u16)> = (0_u16..)
        .zip(weights)
        .map(|(number, (member, reputation))| {
            let draw =
                |k: u8| hash("acp-perm", &[before, &round.0.to_be_bytes(), &member.key, &[k]]);
            (tickets(*reputation, draw), member.key, number)
        })
        .collect();
    order.sort_unstable();
    order.into_iter().map(|(_, _, number)| number).collect()
}

/// Integer tickets: the least of as many draws as there is reputation, at least one. The minimum
/// of so many uniform draws is weighted sampling without replacement, in whole numbers.
pub(crate) fn tickets(reputation: u8, draw: impl Fn(u8) -> [u8; 32]) -> [u8; 32] {
    (1..=reputation.max(1)).map(draw).min().unwrap_or([0xff; 32])
}
