//! What a viewing key cannot see of a bundle that touches its account (`money-and-mail.md` B8).

use crate::{Effects, Note, Nullifier, Scanner, ViewingKey, recover};
use std::collections::BTreeMap;
use types::{Abc, Amount};

/// The value of a bundle as one account's keys show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// What it spends of this account's notes.
    pub spent: u128,
    /// What it pays to others, as far as the account's keys open it.
    pub sent: Vec<(usize, Note)>,
    /// What it makes for the account itself: receipts, change.
    pub received: Vec<(usize, Note)>,
    /// `spent − sent − received − value balance`, for a bundle that spends something of the account:
    /// 0 if all outputs that do not open are padding; more: an undisclosed outflow of so much;
    /// less: a foreign input of at least so much stands in the same bundle.
    pub undisclosed: i128,
}

/// Adds up a bundle with one account's keys. `notes` are the account's notes by their nullifiers.
/// `None` for a key that is none.
#[must_use]
pub fn flow(
    key: &ViewingKey,
    notes: &BTreeMap<Nullifier, Amount<Abc>>,
    effects: &Effects,
) -> Option<Flow> {
    let spent = effects.nullifiers().filter_map(|nullifier| notes.get(&nullifier));
    let spent = spent.map(|value| u128::from(value.units())).fold(0, u128::saturating_add);
    let scanner = Scanner::of_accounts(core::slice::from_ref(key))?;
    let found = scanner.scan(&effects.compact());
    let own = |place: usize| found.iter().find(|found| found.action == place);
    let own = |place: usize| own(place).map(|found| found.note.clone());
    let mut flow = Flow { spent, sent: Vec::new(), received: Vec::new(), undisclosed: 0 };
    let mut seen: u128 = 0;
    for (place, action) in effects.actions().iter().enumerate() {
        let (sent, own) = (recover(key, action).map(|sent| sent.note), own(place));
        if let Some(note) = &own {
            flow.received.push((place, note.clone()));
        } else if let Some(note) = &sent {
            flow.sent.push((place, note.clone()));
        }
        let note = sent.or(own);
        let value = note.map_or(0, |note| u128::from(note.value.units()));
        seen = seen.saturating_add(value);
    }
    if spent > 0 {
        let left = i128::try_from(spent).ok()?.checked_sub(i128::try_from(seen).ok()?)?;
        flow.undisclosed = left.checked_sub(i128::from(effects.value_balance()))?;
    }
    Some(flow)
}
