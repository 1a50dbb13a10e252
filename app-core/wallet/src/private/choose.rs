//! Which notes are spent together, and what that costs.

use crate::Refusal;
use crate::private::OwnNote;
use ledger::{Prices, Transaction};
use std::cmp::Reverse;
use types::{Abc, Amount};

/// The numbers of actions that a bundle may have, and we use.
const SIZES: [usize; 4] = [2, 4, 8, MOST];
/// Most notes that one bundle spends.
pub(super) const MOST: usize = 16;
/// Most notes that change is split into, so that payments need not wait for one another.
const MOST_CHANGE: usize = 4;
/// A top-up brings so many notes.
pub(super) const TOP_UP: usize = 2;

/// What is taken together for one size of a bundle.
pub(super) struct Choice {
    pub(super) notes: Vec<OwnNote>,
    pub(super) fee: Amount<Abc>,
    pub(super) change: Amount<Abc>,
    /// Into how many notes the change is split.
    pub(super) parts: usize,
}

/// What a payment takes whose notes do not fit into one bundle.
pub(super) struct Gather {
    /// All fees together.
    pub(super) fee: Amount<Abc>,
    /// How often [`MOST`] notes are made one first.
    pub(super) merges: usize,
}

/// The smallest bundle that does it: as few notes as possible, the largest ones, the last of them no
/// larger than needed. Refused with what would be missing if a top-up brought it.
pub(super) fn choose(
    notes: &[&OwnNote],
    (amount, payments): (Amount<Abc>, usize),
    order: &Transaction,
    prices: &Prices,
) -> Result<Choice, Refusal> {
    let sorted = largest_first(notes);
    for size in SIZES {
        let fee = fee_of(order, prices, size);
        let needed = amount.plus(fee).unwrap_or(Amount::new(u64::MAX));
        if let Some((notes, sum)) = take(&sorted, needed, size) {
            let change = sum.minus(needed).unwrap_or(Amount::ZERO);
            // Padding that is paid for anyway is used.
            let room = size.saturating_sub(payments).clamp(1, MOST_CHANGE);
            let parts = if change.units() < fee.units().saturating_mul(4) { 1 } else { room };
            let parts = if change.is_zero() { 0 } else { parts };
            return Ok(Choice { notes, fee, change, parts });
        }
    }
    Err(short(&sorted, amount, order, prices))
}

/// What it takes if [`MOST`] notes at a time are made one before the payment, the largest first;
/// `None` if all of them together do not suffice.
pub(super) fn gather(
    notes: &[&OwnNote],
    amount: Amount<Abc>,
    order: &Transaction,
    prices: &Prices,
) -> Option<Gather> {
    let mut sum = Amount::<Abc>::ZERO;
    for (count, note) in (1_usize..).zip(largest_first(notes)) {
        sum = sum.plus(note.note.value)?;
        if count <= MOST {
            continue;
        }
        let gathered = all_of(count, order, prices)?;
        if amount.plus(gathered.fee)? <= sum {
            return Some(gathered);
        }
    }
    None
}

/// The most that notes of these values can pay, and what it takes; `None` if none is worth its fee.
/// Notes that bring less than they cost are left out.
pub(super) fn most(
    mut values: Vec<Amount<Abc>>,
    order: &Transaction,
    prices: &Prices,
) -> Option<(Amount<Abc>, Gather)> {
    values.sort_unstable_by_key(|value| Reverse(*value));
    let mut sum = Amount::<Abc>::ZERO;
    let mut best: Option<(Amount<Abc>, Gather)> = None;
    for (count, value) in (1_usize..).zip(values) {
        sum = sum.plus(value)?;
        let gathered = all_of(count, order, prices)?;
        let amount = sum.minus(gathered.fee).unwrap_or(Amount::ZERO);
        let so_far = best.as_ref().map_or(Amount::ZERO, |(most, _)| *most);
        if amount > so_far {
            best = Some((amount, gathered));
        }
    }
    best
}

/// What it takes to spend so many notes at once.
fn all_of(count: usize, order: &Transaction, prices: &Prices) -> Option<Gather> {
    let less = MOST.saturating_sub(1);
    let merges = count.saturating_sub(MOST).div_ceil(less);
    let last = count.saturating_sub(merges.saturating_mul(less));
    Some(Gather { fee: with_merges(order, prices, (merges, last))?, merges })
}

/// What so many merges and a last bundle of so many notes cost.
fn with_merges(
    order: &Transaction,
    prices: &Prices,
    (merges, last): (usize, usize),
) -> Option<Amount<Abc>> {
    let blank = Transaction { actions: vec![], ..order.clone() };
    let each = blank.fee_with(prices, MOST)?.units();
    let all = each.checked_mul(u64::try_from(merges).ok()?)?;
    let size = SIZES.into_iter().find(|size| *size >= last)?;
    order.fee_with(prices, size)?.plus(Amount::new(all))
}

/// What is missing: the least that a top-up of [`TOP_UP`] notes would have to bring, so that its
/// notes and the largest of these fit into one bundle, or into what is left behind merges.
fn short(
    sorted: &[&OwnNote],
    amount: Amount<Abc>,
    order: &Transaction,
    prices: &Prices,
) -> Refusal {
    let all = Amount::new(u64::MAX);
    let less = MOST.saturating_sub(1);
    let alone = SIZES.into_iter().map(|size| (size, fee_of(order, prices, size)));
    let most = sorted.len().saturating_add(TOP_UP).saturating_sub(MOST).div_ceil(less);
    let merged = (1..=most).map(|merges| {
        let fee = with_merges(order, prices, (merges, MOST)).unwrap_or(all);
        (MOST.saturating_add(merges.saturating_mul(less)), fee)
    });
    let ways = alone.chain(merged).map(|(count, fee)| {
        let needed = amount.plus(fee).unwrap_or(all);
        let own = sorted.iter().take(count.saturating_sub(TOP_UP));
        let available = own
            .fold(Amount::ZERO, |sum: Amount<Abc>, note| sum.plus(note.note.value).unwrap_or(all));
        (needed.minus(available).unwrap_or(Amount::ZERO), needed, available)
    });
    let best = ways.filter(|(missing, ..)| !missing.is_zero()).min_by_key(|(missing, ..)| *missing);
    let (_, needed, available) = best.unwrap_or((amount, amount, Amount::ZERO));
    Refusal::Insufficient { needed, available }
}

fn fee_of(order: &Transaction, prices: &Prices, size: usize) -> Amount<Abc> {
    order.fee_with(prices, size).unwrap_or(Amount::new(u64::MAX))
}

pub(super) fn largest_first<'a>(notes: &[&'a OwnNote]) -> Vec<&'a OwnNote> {
    let mut sorted = notes.to_vec();
    sorted.sort_by_key(|note| (Reverse(note.note.value), note.position));
    sorted
}

/// At most `most` of these notes, largest first, that are worth this much.
fn take(
    sorted: &[&OwnNote],
    needed: Amount<Abc>,
    most: usize,
) -> Option<(Vec<OwnNote>, Amount<Abc>)> {
    let (mut taken, mut sum) = (vec![], Amount::<Abc>::ZERO);
    for (at, note) in sorted.iter().enumerate().take(most) {
        let missing = needed.minus(sum).unwrap_or(Amount::ZERO);
        let rest = sorted.get(at..).unwrap_or_default();
        let last = rest.iter().rev().find(|note| note.note.value >= missing);
        let note = *last.unwrap_or(note);
        sum = sum.plus(note.note.value)?;
        taken.push(note.clone());
        if sum >= needed {
            return Some((taken, sum));
        }
    }
    None
}

/// Splits an amount into so many nearly equal parts.
pub(super) fn split(amount: Amount<Abc>, parts: usize) -> impl Iterator<Item = Amount<Abc>> {
    let count = u64::try_from(parts).unwrap_or(1);
    let part = amount.units().checked_div(count).unwrap_or_default();
    let rest = amount.units().saturating_sub(part.saturating_mul(count));
    (0..count).map(move |at| Amount::new(if at == 0 { part.saturating_add(rest) } else { part }))
}
