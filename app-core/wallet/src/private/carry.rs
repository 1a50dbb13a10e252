//! Moving on what lies in former period accounts to the present one (`money-and-mail.md` A4, B5, B11).
//!
//! A viewing key shows one period account, so nothing may stay in it once the next one has begun. Each
//! move is a transaction of its own, out of one account, into one note at an address of our own that
//! is used once; with it goes a proof that it is a move to ourselves, which can be made only now.

use crate::Refusal;
use crate::private::plan::{blank, checkpoint, free_notes, spends};
use crate::private::{OwnNote, PoolGround, PrivateAttempt, Ready, seal_transfer};
use ledger::Transaction;
use rand_core::CryptoRng;
use shielded::{
    BuildError, CarryClaim, Draft, Memo, Output, Period, Plan, Purpose, SpendingKey, ViewingKey,
};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use types::{Abc, Amount, ChainId, OpenId, Timestamp};
use wire::Encode;

/// Most notes of one move: a bundle of four actions.
const MOST: usize = 4;
/// A month's moves begin within its first 48 hours, so that wallets do not move in step; ms.
const SPREAD: u64 = 48 * 3600 * 1000;

/// Notes of one former account that one transaction moves on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarryMove {
    /// The account that they lie in.
    pub from: Period,
    /// What arrives.
    pub amount: Amount<Abc>,
    /// What that costs.
    pub fee: Amount<Abc>,
    notes: Vec<OwnNote>,
}

impl CarryMove {
    /// What is moved on.
    #[must_use]
    pub fn notes(&self) -> &[OwnNote] {
        &self.notes
    }
}

/// When notes of `from` are moved on to `present` if nothing asks for them before: at once if the
/// account was changed within the month, else at a moment in the month's first two days that differs
/// from wallet to wallet.
#[must_use]
pub fn carried_at(from: Period, present: &ViewingKey, chain: ChainId) -> Timestamp {
    let month = present.period().month();
    if from.month() == month {
        return Timestamp(0);
    }
    let secret = present.own_address(chain, b"carry-over").map(|address| address.to_bytes());
    let hash = wire::hash("bcm-carry-moment-v1", &[&secret.unwrap_or_default()]);
    let (first, _) = hash.split_first_chunk().unwrap_or((&[0; 8], &[]));
    let wait = u64::from_be_bytes(*first).checked_rem(SPREAD).unwrap_or_default();
    month.begins().plus_millis(wait)
}

/// All that can be moved on from accounts before that of `ground.key`, the most valuable first.
/// Notes that are worth less than it costs stay where they are.
#[must_use]
pub fn carry_batches(ground: PoolGround<'_>) -> Vec<CarryMove> {
    batches(free_notes(ground, &[0; 16], |period| period < ground.key.period()), ground)
}

fn batches(notes: Vec<&OwnNote>, ground: PoolGround<'_>) -> Vec<CarryMove> {
    let mut accounts: BTreeMap<Period, Vec<&OwnNote>> = BTreeMap::new();
    for note in notes {
        accounts.entry(note.period).or_default().push(note);
    }
    let mut moves = vec![];
    for (from, mut notes) in accounts {
        notes.sort_by_key(|note| (Reverse(note.note.value), note.position));
        let mut left = &notes[..];
        while let Some(next) = best(from, left, ground) {
            left = left.get(next.notes.len()..).unwrap_or_default();
            moves.push(next);
        }
    }
    moves.sort_by_key(|batch| Reverse(batch.amount));
    moves
}

/// The first of these notes, as many as bring the most; `None` if none is worth the fee.
fn best(from: Period, notes: &[&OwnNote], ground: PoolGround<'_>) -> Option<CarryMove> {
    let (_, prices) = ground.params.prices_at(ground.round.next());
    let order = blank(ground, vec![]);
    let of = |count: usize| {
        let notes = notes.get(..count.min(notes.len()))?;
        let fee = order.fee_with(prices, count)?;
        let all =
            notes.iter().try_fold(Amount::ZERO, |sum: Amount<Abc>, note| sum.plus(note.note.value));
        let amount = all?.minus(fee).filter(|amount| !amount.is_zero())?;
        let notes = notes.iter().map(|note| (*note).clone()).collect();
        Some(CarryMove { from, amount, fee, notes })
    };
    // Of two that bring the same, the smaller one.
    [MOST, 2].into_iter().filter_map(of).max_by_key(|batch| batch.amount)
}

/// The next move, of those from accounts that `due` names, if the common anchor has its notes.
///
/// # Errors
/// [`Refusal::PoolUnknown`] if the tree does not have them.
pub fn plan_carry(
    ground: PoolGround<'_>,
    id: &[u8; 16],
    due: impl Fn(Period) -> bool,
) -> Result<Option<(CarryMove, Ready)>, Refusal> {
    let Some(at) = checkpoint(ground) else { return Ok(None) };
    let mut notes = free_notes(ground, id, |from| from < ground.key.period() && due(from));
    notes.retain(|note| note.round <= at);
    let Some(batch) = batches(notes, ground).into_iter().next() else { return Ok(None) };
    let (anchor, spends) = spends(&batch.notes, ground, at)?;
    let to = ground.key.own_address(ground.chain, id).ok_or(Refusal::PoolUnknown)?;
    let (amount, memo, purpose) = (batch.amount, Memo::CarryOver, Purpose::CarryOver);
    let outputs = vec![Output { to, amount, memo, purpose }];
    let order = Transaction { fee: batch.fee, ..blank(ground, vec![]) };
    Ok(Some((batch, Ready { plan: Plan { anchor, spends, outputs }, order })))
}

/// Signs a move that was proved, with the proof that it is one to ourselves.
///
/// # Errors
/// [`BuildError`] if the keys are not those of the two accounts, or nothing was proved.
pub fn seal_carry<R: CryptoRng>(
    mut order: Transaction,
    draft: Draft,
    (account, key, next): (OpenId, &SpendingKey, &ViewingKey),
    rng: &mut R,
) -> Result<PrivateAttempt, BuildError> {
    order.bundle = Some(Box::new(draft.unsigned()));
    let (from, to) = (key.period(), next.period());
    let (chain, transaction) = (order.chain, order.id());
    let claim = CarryClaim { chain, transaction, account, from, to };
    let carry = draft.prove_carry(&claim, (key, next), rng).ok_or(BuildError::OtherAccount)?;
    let attempt = seal_transfer(order, draft, key, rng)?;
    Ok(PrivateAttempt { carry: Some(carry), ..attempt })
}
