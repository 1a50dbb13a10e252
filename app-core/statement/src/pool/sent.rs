//! With the viewing keys: the listed marks are those of the listed notes, and nothing that the notes
//! paid is missing (`money-and-mail.md` A3 line 3, B8).

use super::{PoolAccount, PoolOutput, PoolPart, PoolSpend, ReviewKeys};
use crate::report::{Flaw, Listed};
use crate::{Statement, Why};
use shielded::{Effects, Memo, Note, Nullifier, ViewingKey, flow, recover};
use std::collections::{BTreeMap, BTreeSet};
use types::{Abc, Amount};

/// What a bundle pays to others as a viewing key opens it, and what of its value the key does not
/// see ([`PoolSpend::undisclosed`]). `notes` are the account's notes by their marks. `None` for a
/// key that is none.
#[must_use]
pub fn opened(
    key: &ViewingKey,
    notes: &BTreeMap<Nullifier, Amount<Abc>>,
    effects: &Effects,
) -> Option<(Vec<PoolOutput>, i128)> {
    let flow = flow(key, notes, effects)?;
    let output = |(place, note): (usize, Note)| {
        let memo = effects.actions().get(place).and_then(|action| recover(key, action)?.memo);
        Some(PoolOutput {
            action: u8::try_from(place).ok()?,
            note,
            name: None,
            memo: memo_text(memo),
        })
    };
    let real = flow.sent.into_iter().filter(|(_, note)| !note.value.is_zero());
    Some((real.map(output).collect::<Option<_>>()?, flow.undisclosed))
}

/// What a memo says, for people.
#[must_use]
pub fn memo_text(memo: Option<Memo>) -> Option<String> {
    match memo {
        Some(Memo::Payment { text, .. }) if !text.is_empty() => Some(text),
        Some(Memo::CarryOver) => Some("carry-over".to_owned()),
        Some(Memo::Payment { .. } | Memo::Empty | Memo::Envelope(_)) | None => None,
    }
}

/// That each note is its account's, and its mark its own, as far as there are viewing keys.
pub(crate) fn own_marks(part: &PoolPart, keys: &ReviewKeys) -> Result<(), Flaw> {
    let known = part.accounts.iter().filter_map(|it| Some((it.period, keys.viewing(it)?)));
    let known: BTreeMap<_, _> = known.collect();
    let late = |at: usize| at.checked_sub(part.notes.len());
    for (at, note) in part.all_notes().enumerate() {
        let Some(key) = known.get(&note.period) else { continue };
        let flaw = |words| {
            let late = late(at).map(|at| (Listed::Late, at));
            let (list, at) = late.unwrap_or((Listed::Notes, at));
            Err(Flaw { list, ..Why::EntryChanged.of_note(at, words) })
        };
        if key.nullifier(&note.note) != Some(note.nullifier) {
            return flaw("this note is not the account's, or is spent by another mark");
        }
        if key.scope_of_note(&note.note) != Some(note.scope) {
            return flaw("this note was paid to another kind of address than is said");
        }
    }
    Ok(())
}

/// That each bundle which spends a listed note is there, and says all that it paid. False if that
/// cannot be said because a viewing key is missing.
pub(crate) fn sent(
    statement: &Statement,
    part: &PoolPart,
    keys: Option<&ReviewKeys>,
) -> Result<bool, Flaw> {
    let closing = statement.closing.round();
    let marks = |bundle: &PoolSpend| {
        let period = bundle.period;
        bundle.effects.nullifiers().map(move |mark| (period, mark)).collect::<Vec<_>>()
    };
    let listed: BTreeSet<_> = part.bundles.iter().flat_map(marks).collect();
    for (at, note) in part.notes.iter().enumerate() {
        let spent = note.spent.is_some_and(|spent| spent <= closing);
        if spent && !listed.contains(&(note.period, note.nullifier)) {
            let words = "the bundle that spends this note is missing";
            return Err(Why::EntryRemoved.of_note(at, words));
        }
    }
    let Some(keys) = keys else { return Ok(false) };
    let mut all = true;
    for account in &part.accounts {
        match keys.viewing(account) {
            Some(key) => opens(part, account, key)?,
            None => all = false,
        }
    }
    Ok(all)
}

/// The bundles of one account.
fn opens(part: &PoolPart, account: &PoolAccount, key: &ViewingKey) -> Result<(), Flaw> {
    let (marks, made) = (part.marks(account.period), part.by_rho());
    let within = (0_usize..).zip(&part.bundles).map(|it| (Listed::Bundles, it));
    let behind = (0_usize..).zip(&part.annex.forward).map(|it| (Listed::Forward, it));
    for (list, (at, bundle)) in within.chain(behind) {
        if bundle.period != account.period {
            continue;
        }
        let bad = |why: Why, words| Err(Flaw { list, ..why.of_bundle(at, words) });
        let Some((outputs, undisclosed)) = opened(key, &marks, &bundle.effects) else {
            return bad(Why::BadProof, "the viewing key opens nothing");
        };
        let listed =
            bundle.outputs.iter().map(|output| (output.action, &output.note, &output.memo));
        let due = outputs.iter().map(|output| (output.action, &output.note, &output.memo));
        if !listed.eq(due) {
            let words = "this bundle paid something else than is listed";
            return bad(Why::EntryChanged, words);
        }
        if undisclosed != bundle.undisclosed {
            let words = "what this bundle leaves undisclosed is not what is listed";
            return bad(Why::EntryChanged, words);
        }
        let flow = flow(key, &marks, &bundle.effects);
        let mut own = flow.into_iter().flat_map(|flow| flow.received);
        let missing = own.any(|(_, note)| {
            let listed = made.get(&(account.period, note.rho));
            !note.value.is_zero() && listed.is_none_or(|listed| listed.note != note)
        });
        if missing {
            let words = "what this bundle gave back to the account is not listed";
            return bad(Why::EntryRemoved, words);
        }
    }
    Ok(())
}
