//! What an owner may give: which months, which period accounts, and what has become of a grant.

use shielded::{Month, Period, SpendingKey, ViewingKey};

use super::grant::{GrantTerms, MAX_GRANT_KEYS, Strength};
/// What an owner wants to open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantWish {
    /// What is opened.
    pub strength: Strength,
    /// From this month …
    pub from: Option<Month>,
    /// … to this one; `None` for the present one.
    pub to: Option<Month>,
    /// The last month of a standing grant.
    pub until: Option<Month>,
}

/// There are no such months to give: not begun, before the ledger, none, or more than 48.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("these months cannot be given: not begun yet, before the ledger began, or more than 48")]
pub struct BadMonths;

/// What has become of a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantState {
    /// Its months go on.
    Active,
    /// Its months are over: nothing new is seen.
    Ended,
    /// The owner has stopped it.
    Stopped,
}

impl GrantState {
    /// The state of a grant in this month.
    #[must_use]
    pub fn of(terms: &GrantTerms, stopped: bool, now: Month) -> Self {
        let last = match terms.strength {
            Strength::Standing => terms.until,
            Strength::Period | Strength::Incoming | Strength::Full => terms.months.last().copied(),
        };
        match (stopped, last) {
            (true, _) => Self::Stopped,
            (false, Some(last)) if last < now => Self::Ended,
            (false, _) => Self::Active,
        }
    }
}

/// The months that a wish means, in order: never one that has not begun, whose key would say more
/// than anybody can know yet.
///
/// # Errors
/// [`BadMonths`] if there are none, or too many, or an end that means nothing.
pub fn months_of(wish: &GrantWish, first: Month, now: Month) -> Result<Vec<Month>, BadMonths> {
    let from = match wish.strength {
        Strength::Full => first,
        Strength::Period | Strength::Incoming | Strength::Standing => wish.from.ok_or(BadMonths)?,
    };
    let to = wish.to.unwrap_or(now);
    let ends = wish.until.is_none_or(|until| wish.strength == Strength::Standing && to <= until);
    if from < first || to < from || to > now || !ends {
        return Err(BadMonths);
    }
    let months: Vec<Month> = (from.number()..=to.number()).filter_map(Month::new).collect();
    if months.len() <= MAX_GRANT_KEYS { Ok(months) } else { Err(BadMonths) }
}

/// The period accounts of these months: the first of each, and those that began when something was
/// stopped.
///
/// # Errors
/// [`BadMonths`] if there are too many for one card.
pub fn periods_of(months: &[Month], stops: impl Fn(Month) -> u8) -> Result<Vec<Period>, BadMonths> {
    let mut periods = vec![];
    for month in months {
        let mut next = Some(Period::first_of(*month));
        for _ in 0..=stops(*month) {
            periods.extend(next);
            next = next.and_then(Period::after_stop);
        }
    }
    if periods.len() <= MAX_GRANT_KEYS { Ok(periods) } else { Err(BadMonths) }
}

/// The key that shows a period account; `None` for about one seed in 2^250.
#[must_use]
pub fn viewing_key(seed: &[u8; 32], period: Period) -> Option<ViewingKey> {
    SpendingKey::derive(seed, period).map(|key| key.viewing_key())
}
