//! What moved from one of our period accounts to the next, for a statement's annex, and which former
//! accounts a statement has to list at all (`money-and-mail.md` A4, B5).

use std::collections::{BTreeMap, BTreeSet};

use ledger::Transaction;
use net::LightNode;
use shielded::{Effects, Month, Period, Scope};
use statement::{Carry, CarryEvidence, PoolNote};
use types::{Round, Timestamp};
use wallet::private::{OwnNote, Transfer, TransferState};
use wire::Decode;

use super::granted::Granted;
use super::pool::{Ground, Held, damaged};
use crate::{Engine, Fault};

/// A move of our own that the log has.
#[derive(Debug, Clone)]
pub(super) struct Moved {
    pub(super) from: Period,
    pub(super) number: u64,
    pub(super) round: Round,
    pub(super) note: OwnNote,
}

/// All moves from one of our accounts to a later one: a note to ourselves whose bundle spends notes of
/// a former account.
pub(super) fn moves(ground: &Ground<'_>, held: &[Held]) -> Vec<Moved> {
    let periods: BTreeMap<_, Period> =
        held.iter().map(|(note, _)| (note.nullifier, note.period)).collect();
    let made = held.iter().filter(|(note, _)| note.scope == Scope::Internal);
    let moved = made.filter_map(|(note, _)| {
        let (number, entry, _) = ground.action(note.note.rho)?;
        let mut spent = entry.actions.iter().filter_map(|action| periods.get(&action.nullifier));
        let from = *spent.find(|from| **from < note.period)?;
        Some(Moved { from, number, round: entry.round, note: note.clone() })
    });
    let mut moved: Vec<Moved> = moved.collect();
    moved.sort_by_key(|it| (it.number, it.from));
    moved
}

/// True for a former account of which a statement needs nothing but what was carried over from it: it
/// was moved on by the closing round, and was neither paid nor paid anybody in the period.
pub(super) fn is_moved_on(
    period: Period,
    (held, moved): (&[Held], &[Moved]),
    (from, opening, closing): (Timestamp, Round, Round),
) -> bool {
    let former = Month::of(from).is_some_and(|first| period.month() < first);
    let within = |round: Round| round > opening && round <= closing;
    let out: BTreeSet<Round> =
        moved.iter().filter(|it| it.from == period).map(|it| it.round).collect();
    let mut own = held.iter().filter(|(note, _)| note.period == period);
    let quiet = own.all(|(note, spent)| {
        let paid = note.scope == Scope::External && within(note.round);
        !paid && spent.is_none_or(|spent| !within(spent) || out.contains(&spent))
    });
    former && quiet && out.iter().any(|round| *round <= closing)
}

impl Engine {
    /// The moves that concern these notes or accounts, each with what proves it where that is kept: of our
    /// own, or as it was granted.
    pub(super) async fn carries(
        &self,
        node: &LightNode,
        ground: &Ground<'_>,
        (moved, notes, numbers): (Vec<Moved>, &[PoolNote], &BTreeSet<(u64, Period)>),
        granted: Option<&Granted>,
    ) -> Result<Vec<Carry>, Fault> {
        let transfers = self.store.transfers().await?.into_iter();
        let done = transfers.filter(|it| matches!(it.state, TransferState::Final(_)));
        let done: BTreeMap<[u8; 32], Transfer> =
            done.filter_map(|it| Some((it.bundle()?, it))).collect();
        let mut carries = vec![];
        for Moved { from, number, note, .. } in moved {
            let arrived = notes.iter().any(|it| it.note == note.note);
            if !arrived && !numbers.contains(&(number, from)) {
                continue;
            }
            let entry = ground.entry(number).ok_or_else(damaged)?;
            let effects = self.pool_effects(node, number, entry).await?;
            let evidence = done.get(&effects.digest()).and_then(|it| evidence(it, &effects));
            let (to, note) = (note.period, note.note);
            let carry = Carry { from, to, number, effects, note, evidence };
            carries.push(match granted {
                Some(granted) => granted.proved(ground.top().chain, carry),
                None => carry,
            });
        }
        if let Some(granted) = granted {
            carries.extend(self.said_carries(node, ground, (granted, notes)).await?);
            carries.sort_by_key(|carry| (carry.number, carry.from));
        }
        Ok(carries)
    }

    /// The moves out of accounts that were not granted: of each nothing is seen but the note that it made,
    /// so that it is listed only with a proof that holds.
    async fn said_carries(
        &self,
        node: &LightNode,
        ground: &Ground<'_>,
        (granted, notes): (&Granted, &[PoolNote]),
    ) -> Result<Vec<Carry>, Fault> {
        let mut carries: Vec<Carry> = vec![];
        for it in notes.iter().filter(|it| it.scope == Scope::Internal) {
            let (number, entry, _) = ground.action(it.note.rho).ok_or_else(damaged)?;
            let from = granted.said(entry.halves().digest(), it.period);
            if from.is_empty() {
                continue;
            }
            let effects = self.pool_effects(node, number, entry).await?;
            let proved = from.into_iter().find_map(|from| {
                let (effects, note) = (effects.clone(), it.note.clone());
                let carry = Carry { from, to: it.period, number, effects, note, evidence: None };
                let carry = granted.proved(ground.top().chain, carry);
                carry.evidence.is_some().then_some(carry)
            });
            carries.extend(proved);
        }
        Ok(carries)
    }
}

/// What was signed when the move was made. It does not come back from the words.
fn evidence(transfer: &Transfer, effects: &Effects) -> Option<CarryEvidence> {
    let attempt = transfer.attempt.as_ref()?;
    let order = Transaction::from_bytes(&attempt.bytes).ok()?;
    let plain = order.sources.is_empty() && order.actions.is_empty();
    let same = order.bundle.as_ref().is_some_and(|bundle| bundle.effects == *effects);
    let proof = attempt.carry.clone().filter(|_| plain && same)?;
    let Transaction { expiry, price_epoch, fee, .. } = order;
    Some(CarryEvidence { expiry, price_epoch, fee, proof })
}
