//! How much a lucky share is.
//!
//! A function of the beacon and of what is left, so that everybody can check a draw. Good for gifts,
//! not for games of chance: who leads five rounds in a row knows it beforehand (`money-and-mail.md`
//! A2).

use super::RedEnvelopeId;
use types::{Abc, Amount};
use wire::hash;

/// The least and the most that the next share can be, in smallest units, with so many shares still
/// to be drawn: up to twice the mean, but always leaving the least for each of the others. The last
/// share takes the rest.
#[must_use]
pub fn lucky_range(left: Amount<Abc>, shares: u8, least: Amount<Abc>) -> (u64, u64) {
    let (left, shares) = (left.units(), u64::from(shares));
    if shares <= 1 {
        return (left, left);
    }
    let twice = u128::from(left).saturating_mul(2).checked_div(u128::from(shares));
    let twice = u64::try_from(twice.unwrap_or_default()).unwrap_or(u64::MAX);
    let others = least.units().saturating_mul(shares.saturating_sub(1));
    (least.units(), twice.min(left.saturating_sub(others)))
}

/// The share of a claim key within a range, uniformly: x = SHA-256("bcm-lucky-v1" ‖ beacon ‖ red
/// envelope ‖ key), its first 16 bytes as a number; a number that would favour small shares is
/// dropped and x becomes SHA-256("bcm-lucky-v1" ‖ x).
#[must_use]
pub fn lucky_share(
    beacon: &[u8; 32],
    envelope: RedEnvelopeId,
    key: &[u8; 32],
    (least, most): (u64, u64),
) -> Amount<Abc> {
    let span = u128::from(most.saturating_sub(least)).saturating_add(1);
    // The largest multiple of the span that fits: never zero, as a span has at most 65 bits.
    let fair = u128::MAX.saturating_sub(u128::MAX.checked_rem(span).unwrap_or_default());
    let mut x = hash("bcm-lucky-v1", &[beacon, &envelope.0, key]);
    while number(&x) >= fair {
        x = hash("bcm-lucky-v1", &[&x]);
    }
    let offset = number(&x).checked_rem(span).unwrap_or_default();
    Amount::new(least.saturating_add(u64::try_from(offset).unwrap_or_default()))
}

fn number(x: &[u8; 32]) -> u128 {
    x.iter().take(16).fold(0, |sum, byte| (sum << 8) | u128::from(*byte))
}
