//! Splitting a bill.

use types::{Abc, Amount};

/// Most people who share a bill.
pub const MAX_PARTS: usize = 100;

/// A bill in equal shares, in the smallest units. What cannot be divided goes to the first ones, one
/// unit each, so that the sum is the bill. `None` for nobody, for more than [`MAX_PARTS`], and if
/// somebody's share would be nothing.
#[must_use]
pub fn split(bill: Amount<Abc>, parts: usize) -> Option<Vec<Amount<Abc>>> {
    if parts > MAX_PARTS {
        return None;
    }
    let count = u64::try_from(parts).ok()?;
    let (each, left) = (bill.units().checked_div(count)?, bill.units().checked_rem(count)?);
    if each == 0 {
        return None;
    }
    let share = |index: u64| Amount::new(each.saturating_add(u64::from(index < left)));
    Some((0..count).map(share).collect())
}
