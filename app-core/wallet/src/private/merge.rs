//! Fewer notes: several of the present account become one (`money-and-mail.md` B11).
//!
//! During the month, when nothing else is to be proved, the smallest ones, so that the next
//! carry-over is short; and before a payment whose notes do not fit into one bundle, the largest.
//! Nothing of it is saved before it is signed: whatever stops it, it is planned again.

use crate::Refusal;
use crate::private::carry::carry_batches;
use crate::private::choose::{MOST, choose, gather, largest_first};
use crate::private::plan::{blank, checkpoint, free_notes, order, spends};
use crate::private::{OwnNote, PoolGround, PrivatePayee, Ready, Transfer};
use ledger::Transaction;
use shielded::{Memo, Nullifier, Output, Plan, Purpose};
use std::collections::BTreeSet;
use types::{Abc, Amount};

/// So many notes may lie side by side; with more of them, the smallest are merged. They go over to the
/// next account in six bundles of four.
const ENOUGH: usize = 24;
/// How many are merged at a time then: a bundle of four actions, small enough to be in nobody's way.
const AT_A_TIME: usize = 4;

/// Notes of the present account that one transaction makes one of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteMerge {
    /// What the one is worth.
    pub amount: Amount<Abc>,
    /// What that costs.
    pub fee: Amount<Abc>,
    /// What it is made of.
    pub notes: Vec<OwnNote>,
}

/// The next merge of the smallest notes, of those that `settled` has, if there are too many; notes
/// that are worth less than their share of a fee are left alone.
pub fn next_merge(ground: PoolGround<'_>, settled: impl Fn(&OwnNote) -> bool) -> Option<NoteMerge> {
    let own = free_notes(ground, &[0; 16], |period| period == ground.key.period());
    let share = share(ground);
    let worth: Vec<&OwnNote> = own.into_iter().filter(|it| it.note.value > share).collect();
    if worth.len() <= ENOUGH {
        return None;
    }
    let mut smallest = largest_first(&worth);
    smallest.reverse();
    smallest.retain(|note| settled(note));
    let merges = smallest.windows(AT_A_TIME).map(|notes| merged(notes, ground));
    merges.flatten().find(|merge| merge.amount > share)
}

/// The same as a bundle, of notes that the common anchor has.
///
/// # Errors
/// [`Refusal::PoolUnknown`] if the tree does not have them.
pub fn plan_merge(
    ground: PoolGround<'_>,
    id: &[u8; 16],
) -> Result<Option<(NoteMerge, Ready)>, Refusal> {
    let Some(at) = checkpoint(ground) else { return Ok(None) };
    let merge = next_merge(ground, |note| note.round <= at);
    merge.map(|merge| planned(merge, ground, id)).transpose()
}

/// The first merge that a payment needs whose notes do not fit into one bundle, once the common
/// anchor has enough of them: the largest ones.
///
/// # Errors
/// [`Refusal::PoolUnknown`] if the tree does not have them.
pub fn plan_merge_for(
    wish: &Transfer,
    ground: PoolGround<'_>,
    id: &[u8; 16],
) -> Result<Option<(NoteMerge, Ready)>, Refusal> {
    let Some(at) = checkpoint(ground) else { return Ok(None) };
    let mut own = free_notes(ground, &wish.intent, |period| period == ground.key.period());
    own.retain(|note| note.round <= at);
    let (_, prices) = ground.params.prices_at(ground.round.next());
    let (order, payments) = (order(wish, ground), matches!(wish.to, PrivatePayee::Private(_)));
    if choose(&own, (wish.amount, usize::from(payments)), &order, prices).is_ok()
        || gather(&own, wish.amount, &order, prices).is_none()
    {
        return Ok(None);
    }
    let largest = largest_first(&own);
    let merge = merged(largest.get(..MOST).unwrap_or_default(), ground);
    merge.map(|merge| planned(merge, ground, id)).transpose()
}

/// Notes that stay where they are because they are worth less than it costs to move them: those of
/// former accounts that no move takes, and those of the present one below their share of a fee.
#[must_use]
pub fn small_notes<'a>(ground: PoolGround<'a>) -> Vec<&'a OwnNote> {
    let moved: BTreeSet<Nullifier> = carry_batches(ground)
        .iter()
        .flat_map(|batch| batch.notes().iter().map(|note| note.nullifier))
        .collect();
    let (share, present) = (share(ground), ground.key.period());
    let all = free_notes(ground, &[0; 16], |period| period <= present);
    let stays = |note: &&OwnNote| {
        if note.period == present {
            note.note.value <= share
        } else {
            !moved.contains(&note.nullifier)
        }
    };
    all.into_iter().filter(stays).collect()
}

/// What one note of four costs to move.
fn share(ground: PoolGround<'_>) -> Amount<Abc> {
    let (_, prices) = ground.params.prices_at(ground.round.next());
    let fee = blank(ground, vec![]).fee_with(prices, AT_A_TIME).map_or(u64::MAX, Amount::units);
    Amount::new(fee.div_ceil(u64::try_from(AT_A_TIME).unwrap_or(1)))
}

fn merged(notes: &[&OwnNote], ground: PoolGround<'_>) -> Option<NoteMerge> {
    let (_, prices) = ground.params.prices_at(ground.round.next());
    let fee = blank(ground, vec![]).fee_with(prices, notes.len())?;
    let all = notes.iter().try_fold(Amount::ZERO, |sum: Amount<Abc>, it| sum.plus(it.note.value));
    let amount = all?.minus(fee).filter(|amount| !amount.is_zero())?;
    Some(NoteMerge { amount, fee, notes: notes.iter().map(|note| (*note).clone()).collect() })
}

fn planned(
    merge: NoteMerge,
    ground: PoolGround<'_>,
    id: &[u8; 16],
) -> Result<(NoteMerge, Ready), Refusal> {
    let at = checkpoint(ground).ok_or(Refusal::PoolUnknown)?;
    let (anchor, spends) = spends(&merge.notes, ground, at)?;
    let to = ground.key.own_address(ground.chain, id).ok_or(Refusal::PoolUnknown)?;
    let (amount, memo, purpose) = (merge.amount, Memo::Empty, Purpose::Change);
    let outputs = vec![Output { to, amount, memo, purpose }];
    let order = Transaction { fee: merge.fee, ..blank(ground, vec![]) };
    Ok((merge, Ready { plan: Plan { anchor, spends, outputs }, order }))
}
