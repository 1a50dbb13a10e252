//! Moving bonds: locked when somebody joins a ring, returned long after, or lost.
//!
//! An owner is named by its home address of then. An account of the genesis that has never signed
//! may have become part of another since, and its bond with it: owners are looked up at every move.

use crate::draft::Draft;
use crate::entry::{Delta, Deltas, EntryKind};
use crate::{Pot, Rejection};
use types::{Abc, Address, Amount};

/// The reporter of an offence gets one part in so many of the bond that is lost.
const REPORTERS_PART: u64 = 10;

/// Locks a part of an account's balance as a bond.
pub(crate) fn lock(
    draft: &mut Draft<'_>,
    home: Address,
    bond: Amount<Abc>,
) -> Result<(), Rejection> {
    let account = draft.touch(home)?;
    let (have, need) = (account.abc.units(), u128::from(bond.units()));
    account.abc = account.abc.minus(bond).ok_or(Rejection::InsufficientFunds { have, need })?;
    account.bonded = account.bonded.plus(bond).ok_or(Rejection::BadState("bond"))?;
    let (abc, bonded) = (Delta::minus(bond.units()), Delta::plus(bond.units()));
    draft.enter(home, EntryKind::Bond, Deltas { abc, bonded, ..Deltas::default() }, None, false)
}

/// Notes in an account's history that it leaves a ring.
pub(crate) fn leave(draft: &mut Draft<'_>, home: Address) -> Result<(), Rejection> {
    draft.enter(home, EntryKind::Leave, Deltas::default(), None, false)
}

/// Returns a bond to the balance of its account.
pub(crate) fn give_back(
    draft: &mut Draft<'_>,
    owner: Address,
    bond: Amount<Abc>,
) -> Result<(), Rejection> {
    let home = draft.home_of(owner)?;
    let account = draft.touch(home)?;
    account.bonded = account.bonded.minus(bond).ok_or(Rejection::BadState("bond"))?;
    account.abc = account.abc.plus(bond).ok_or(Rejection::BadState("bond"))?;
    let (abc, bonded) = (Delta::plus(bond.units()), Delta::minus(bond.units()));
    let deltas = Deltas { abc, bonded, ..Deltas::default() };
    draft.enter(home, EntryKind::BondReturned, deltas, None, false)
}

/// Takes a bond away for an offence: a tenth goes to whoever reported it, the rest into the reserve
/// that workers are paid from. All of it, because a quorum of cheap votes is worth more than any
/// bond; not all to the reporter, because the offender can report itself.
pub(crate) fn slash(
    draft: &mut Draft<'_>,
    owner: Address,
    bond: Amount<Abc>,
    reporter: Address,
) -> Result<(), Rejection> {
    let home = draft.home_of(owner)?;
    let account = draft.touch(home)?;
    account.bonded = account.bonded.minus(bond).ok_or(Rejection::BadState("bond"))?;
    let deltas = Deltas { bonded: Delta::minus(bond.units()), ..Deltas::default() };
    draft.enter(home, EntryKind::Slash, deltas, None, false)?;
    let part = Amount::new(bond.units().checked_div(REPORTERS_PART).unwrap_or_default());
    let rest = bond.minus(part).ok_or(Rejection::BadState("bond"))?;
    draft.fill(Pot::Reserve, rest)?;
    reward(draft, reporter, part, EntryKind::EvidenceReward)
}

/// Adds to an account what was taken from a pot or a bond.
pub(crate) fn reward(
    draft: &mut Draft<'_>,
    owner: Address,
    amount: Amount<Abc>,
    kind: EntryKind,
) -> Result<(), Rejection> {
    let home = draft.home_of(owner)?;
    let account = draft.touch(home)?;
    account.abc = account.abc.plus(amount).ok_or(Rejection::BadState("reward"))?;
    let deltas = Deltas { abc: Delta::plus(amount.units()), ..Deltas::default() };
    draft.enter(home, kind, deltas, None, false)
}
