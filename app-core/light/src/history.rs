//! Checking that a history leaves nothing out and adds nothing.
//!
//! The entries come from anybody; only their running hash, which stands in the proved account,
//! decides.

use crate::LightError;
use ledger::Entry;

/// Checks that these entries lead from a counter and hash that are known to the ones that are
/// proved; from the very beginning, `known` is `(0, [0; 32])`.
///
/// # Errors
/// [`LightError::HistoryGap`] or [`LightError::WrongHistory`].
pub fn check_history(
    known: (u64, [u8; 32]),
    entries: &[Entry],
    proved: (u64, [u8; 32]),
) -> Result<(), LightError> {
    let (mut counter, mut hash) = known;
    for entry in entries {
        counter = counter.checked_add(1).ok_or(LightError::WrongHistory)?;
        if entry.counter != counter {
            return Err(LightError::HistoryGap(counter));
        }
        hash = entry.next_hash(&hash);
    }
    if (counter, hash) == proved { Ok(()) } else { Err(LightError::WrongHistory) }
}
