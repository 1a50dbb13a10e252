//! What a round does by itself, before any transaction and in empty blocks too.
//!
//! At the first round of an epoch the next committee takes over, fees are shared, reputations change
//! and bonds are returned; at two thirds the seed is kept; ten rounds before the end the committee
//! after is fixed (`acp-corrections.md` A11, A20). Nothing here depends on a mempool or a clock.

use crate::actions::envelopes;
use crate::actions::sweep_commitments;
use crate::draft::{Draft, Effects};
use crate::registry::{MANAGERS, Managers};
use crate::seats::{NEXT_SEATS, SEATS};
use crate::succession::Choice;
use crate::{
    EntryKind, Execution, Pot, Registration, Rejection, Seat, Seats, StateView, bonds, cell_key,
    credits, epochs, scores, workers,
};
use types::{Round, TxId};
use wire::Decode;

const SEED: &str = "seed";
const ALARM: &str = "alarm";

/// The round that fixed the present or next committee, if it had to leave convicted members in
/// their seats because fewer than four others are there.
///
/// # Errors
/// [`Rejection::BadState`] if the state is damaged.
pub fn alarm(view: &dyn StateView) -> Result<Option<Round>, Rejection> {
    let round = view.get(&cell_key(ALARM)).map(|bytes| Round::from_bytes(&bytes)).transpose();
    round.map_err(|_| Rejection::BadState("alarm"))
}

/// What is due when the round begins.
pub(crate) fn run(block: &Execution<'_>) -> Result<Effects, Rejection> {
    let context = block.context();
    let mut draft = block.draft(TxId(context.chain.0));
    if context.params.is_first(context.round) {
        begin_epoch(&mut draft)?;
    }
    if context.params.is_seed(context.round) {
        draft.write(cell_key(SEED), &context.beacon);
    }
    sweep_commitments(&mut draft)?;
    envelopes::due(&mut draft)?;
    Ok(draft.effects)
}

/// What the state after the block fixes.
pub(crate) fn freeze(block: &Execution<'_>) -> Result<Effects, Rejection> {
    let context = block.context();
    let mut draft = block.draft(TxId(context.chain.0));
    if context.params.is_freeze(context.round) {
        fix_next(&mut draft)?;
    }
    if context.params.is_boundary(context.round) {
        start_clocks(&mut draft)?;
    }
    Ok(draft.effects)
}

fn begin_epoch(draft: &mut Draft<'_>) -> Result<(), Rejection> {
    let mut managers = managers(draft)?;
    let before = managers.clone();
    settle(draft, &mut managers)?;
    take_over(draft, &managers)?;
    return_bonds(draft, &mut managers)?;
    if managers != before {
        draft.write(cell_key(MANAGERS), &managers);
    }
    epochs::note(draft)
}

/// Shares the fees of the epoch that has ended among those who voted in it, and changes their
/// reputations. A convicted member loses its reputation and its part, which stays in the pot.
fn settle(draft: &mut Draft<'_>, managers: &mut Managers) -> Result<(), Rejection> {
    let (seats, credits) = (seats(draft)?, credits::read(draft)?);
    let is_jailed =
        |seat: &Seat| managers.by_key(&seat.member.key).is_none_or(|manager| manager.jailed);
    let poor = scores::take_poor(draft, seats.seats(), is_jailed)?;
    let fees = draft.pot(Pot::Fees)?;
    for ((seat, credit), poor) in seats.seats().iter().zip(&credits.members).zip(poor) {
        let Some(manager) = managers.by_key_mut(&seat.member.key) else { continue };
        if manager.jailed {
            continue;
        }
        manager.reputation = credits.reputation(manager.reputation, *credit, poor);
        let share = credits.share(fees, *credit);
        if !share.is_zero() {
            draft.draw(Pot::Fees, share)?;
            bonds::reward(draft, manager.account, share, EntryKind::Reward)?;
        }
    }
    let jailed = managers.all_mut().iter_mut().filter(|manager| manager.jailed);
    jailed.for_each(|manager| manager.reputation = 0);
    credits::clear(draft)
}

fn take_over(draft: &mut Draft<'_>, managers: &Managers) -> Result<(), Rejection> {
    let now = seats(draft)?;
    let next = draft.read::<Seats>(&cell_key(NEXT_SEATS))?;
    if next.is_some() {
        draft.remove(cell_key(NEXT_SEATS));
    }
    let next = next.unwrap_or_else(|| now.clone());
    let next = seated(next.seats().iter().map(|seat| seat.member), managers)?;
    if next != now {
        draft.write(cell_key(SEATS), &next);
    }
    Ok(())
}

fn return_bonds(draft: &mut Draft<'_>, managers: &mut Managers) -> Result<(), Rejection> {
    let context = draft.block.context();
    for manager in managers.take_ended(context.time, context.params.unbonding_ms) {
        if !manager.bond.is_zero() {
            bonds::give_back(draft, manager.account, manager.bond)?;
        }
    }
    for (account, bond) in workers::take_released(draft)? {
        bonds::give_back(draft, account, bond)?;
    }
    Ok(())
}

/// Fixes who sits in the next epoch. From here on nothing can change it.
fn fix_next(draft: &mut Draft<'_>) -> Result<(), Rejection> {
    let context = draft.block.context();
    let managers = managers(draft)?;
    let epoch = context.round.0.saturating_sub(context.params.offset(context.round));
    let choice = Choice {
        old: &seats(draft)?.committee(),
        managers: managers.all(),
        seed: draft.read(&cell_key(SEED))?.unwrap_or(context.beacon),
        epoch: Round(epoch),
    };
    let next = choice.make();
    draft.write(cell_key(NEXT_SEATS), &seated(next.members.into_iter(), &managers)?);
    if next.alarm {
        draft.write(cell_key(ALARM), &context.round);
    } else if draft.read::<Round>(&cell_key(ALARM))?.is_some() {
        draft.remove(cell_key(ALARM));
    }
    Ok(())
}

/// The header of this round is the first that names a committee without those who leave: their
/// bonds are locked for the unbonding time from here on.
fn start_clocks(draft: &mut Draft<'_>) -> Result<(), Rejection> {
    let time = draft.block.context().time;
    let mut managers = managers(draft)?;
    let next = draft.read::<Seats>(&cell_key(NEXT_SEATS))?;
    let next = next.map_or_else(|| seats(draft), Ok)?.committee();
    let gone = |manager: &&mut Registration| {
        !manager.wants_seat()
            && manager.left.is_none()
            && next.position(&manager.member.key).is_none()
    };
    let mut changed = false;
    for manager in managers.all_mut().iter_mut().filter(gone) {
        manager.left = Some(time);
        changed = true;
    }
    if changed {
        draft.write(cell_key(MANAGERS), &managers);
    }
    Ok(())
}

fn seats(draft: &Draft<'_>) -> Result<Seats, Rejection> {
    draft.read(&cell_key(SEATS))?.ok_or(Rejection::BadState("no committee"))
}

fn managers(draft: &Draft<'_>) -> Result<Managers, Rejection> {
    Ok(draft.read(&cell_key(MANAGERS))?.unwrap_or_default())
}

fn seated(
    members: impl Iterator<Item = crate::Member>,
    managers: &Managers,
) -> Result<Seats, Rejection> {
    let reputation = |member: &crate::Member| {
        managers.by_key(&member.key).map_or(0, |manager| manager.reputation)
    };
    let seats = members.map(|member| Seat { member, reputation: reputation(&member) });
    Seats::new(seats.collect()).ok_or(Rejection::BadState("committee"))
}
