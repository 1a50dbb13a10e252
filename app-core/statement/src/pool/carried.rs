//! The check of what was carried over: that the annex is all that became of a closing balance, and
//! that what is called a move to oneself was one (`money-and-mail.md` A4, B5).

use super::annex::Carry;
use super::check::{is_made, proofs};
use super::{PoolNote, PoolPart, PoolSpend};
use crate::report::{Flaw, Listed};
use crate::{Outcome, Statement, Why};
use ledger::Header;
use shielded::{Nullifier, Period, Pool};
use std::collections::BTreeSet;
use types::{OpenId, Round};

const NOTHING_IN: &str = "nothing was carried in during the period";
const NOTHING_OUT: &str = "nothing was moved on after the period";

/// Checks what needs no key: that late notes and the bundles of the annex are the ledger's, that no
/// bundle is missing which spends what was there at the closing, and that the sums close.
pub(super) fn annex(
    statement: &Statement,
    part: &PoolPart,
    (top, pool): (&Header, &Pool),
) -> Result<(), Flaw> {
    let later = Later { statement, part, top };
    later.late(pool)?;
    later.forward()?;
    later.complete()?;
    part.annex.carries.iter().enumerate().try_for_each(|(at, carry)| {
        let placed = carry_is_listed(part, carry);
        placed.map_err(|words| Why::EntryChanged.of_carry(at, words))
    })
}

struct Later<'a> {
    statement: &'a Statement,
    part: &'a PoolPart,
    top: &'a Header,
}

impl Later<'_> {
    /// True for an account whose month was over when the statement closed.
    fn is_over(&self, period: Period) -> bool {
        self.part.lists(period) && period.month().next().begins() <= self.statement.to
    }

    /// True for what happened behind the period, no later than the proof.
    fn is_behind(&self, round: Round, time: types::Timestamp) -> bool {
        let next = self.statement.closing.next.as_ref().map(|next| next.header.time);
        round > self.statement.closing.round()
            && round <= self.top.round
            && next.is_some_and(|next| next <= time)
            && time <= self.top.time
    }

    fn late(&self, pool: &Pool) -> Result<(), Flaw> {
        let of = |why: Why, at, words| Err(Flaw { list: Listed::Late, ..why.of_note(at, words) });
        let mut last = None;
        for (at, note) in self.part.annex.late.iter().enumerate() {
            let position = note.witness.position();
            if last.is_some_and(|last| last >= position) {
                return of(Why::EntryMoved, at, "this note stands there twice or out of order");
            }
            last = Some(position);
            if !self.is_over(note.period) || !self.is_behind(note.round, note.time) {
                return of(Why::EntryAdded, at, "this note did not come after its account's month");
            }
            let leads = note.note.commitment().and_then(|leaf| note.witness.root(leaf));
            if leads != Some(pool.anchor.root) {
                return of(Why::EntryChanged, at, "no such note lies there in the pool");
            }
            if let Err(words) = proofs(note, &self.top.state_root) {
                return of(Why::EntryChanged, at, words);
            }
        }
        Ok(())
    }

    fn forward(&self) -> Result<(), Flaw> {
        let of =
            |why: Why, at, words| Err(Flaw { list: Listed::Forward, ..why.of_bundle(at, words) });
        let mut last = None;
        for (at, bundle) in self.part.annex.forward.iter().enumerate() {
            let place = (bundle.number, bundle.period);
            if last.is_some_and(|last| last >= place) {
                return of(Why::EntryMoved, at, "this bundle stands there twice or out of order");
            }
            last = Some(place);
            if let Err(words) = super::check::is_logged(self.part, bundle) {
                return of(Why::EntryChanged, at, words);
            }
            let behind = self.is_behind(bundle.round, bundle.time);
            if !behind || !self.is_over(bundle.period) || !self.spends_own(bundle) {
                let words = "this bundle did not move on what an account held after its month";
                return of(Why::EntryAdded, at, words);
            }
            if !closes(self.part, bundle) {
                let words = "what this bundle spends is not what it pays, gives back and costs";
                return of(Why::EntryChanged, at, words);
            }
        }
        Ok(())
    }

    fn spends_own(&self, bundle: &PoolSpend) -> bool {
        let marks = self.part.by_mark();
        let own = |mark| marks.get(&(bundle.period, mark));
        let mut own = bundle.effects.nullifiers().filter_map(own);
        own.any(|note| note.spent == Some(bundle.round))
    }

    /// closing + late = moved on + fees + left behind: no mark of a note of a month that was over may
    /// be spent by a bundle that is not there.
    fn complete(&self) -> Result<(), Flaw> {
        let marks = |bundle: &PoolSpend| {
            let period = bundle.period;
            bundle.effects.nullifiers().map(move |mark| (period, mark)).collect::<Vec<_>>()
        };
        let listed: BTreeSet<(Period, Nullifier)> =
            self.part.annex.forward.iter().flat_map(marks).collect();
        let closing = self.statement.closing.round();
        let missing = |note: &PoolNote| {
            note.spent.is_some_and(|spent| spent > closing)
                && self.is_over(note.period)
                && !listed.contains(&(note.period, note.nullifier))
        };
        let words = "the bundle that moved this note on after its month is missing";
        if let Some(at) = self.part.notes.iter().position(missing) {
            return Err(Why::EntryRemoved.of_note(at, words));
        }
        match self.part.annex.late.iter().position(missing) {
            Some(at) => Err(Flaw { list: Listed::Late, ..Why::EntryRemoved.of_note(at, words) }),
            None => Ok(()),
        }
    }
}

/// What it spends of the account = what it pays, gives back, and what leaves the pool or is hidden.
fn closes(part: &PoolPart, bundle: &PoolSpend) -> bool {
    let paid = bundle.outputs.iter().map(|output| i128::from(output.note.value.units()));
    let (spent, back) = (bundle.sum(&part.by_mark()), bundle.sum(&part.by_rho()));
    let parts = paid.chain([
        i128::from(back.units()),
        i128::from(bundle.effects.value_balance()),
        bundle.undisclosed,
    ]);
    parts.fold(0, i128::saturating_add) == i128::from(spent.units())
}

/// A carry-over joins a listed bundle, which does nothing else, or a listed note.
fn carry_is_listed(part: &PoolPart, carry: &Carry) -> Result<(), &'static str> {
    let step = part.log.step(carry.number).is_some_and(|it| it.halves == carry.effects.halves());
    if !step || !is_made(&carry.effects, &carry.note) {
        return Err("the ledger has another bundle there");
    }
    if carry.from >= carry.to {
        return Err("a balance is carried over to a later account, and to no other");
    }
    let mut bundles = part.bundles.iter().chain(&part.annex.forward);
    let bundle = bundles.find(|it| it.number == carry.number && it.period == carry.from);
    let alone = |bundle: &PoolSpend| {
        bundle.undisclosed == 0
            && bundle.fee == bundle.left()
            && bundle.sum(&part.by_rho()).is_zero()
            && bundle.outputs.iter().map(|it| &it.note).eq([&carry.note])
    };
    if bundle.is_some_and(|bundle| !alone(bundle)) || (bundle.is_none() && part.lists(carry.from)) {
        return Err("this bundle does more than to carry a balance over, or is not listed");
    }
    let arrived = part.notes.iter().any(|note| part.carry_to(note) == Some(carry));
    if arrived || bundle.is_some() {
        Ok(())
    } else {
        Err("this carry-over has nothing to do with what is listed")
    }
}

/// Whether what was carried in is shown to have been the owner's own.
pub(crate) fn opening_balance(statement: &Statement, part: &PoolPart) -> Outcome {
    let arrived = |carry: &Carry| part.notes.iter().any(|note| part.carry_to(note) == Some(carry));
    judged(statement, part, (&arrived, NOTHING_IN))
}

/// Whether what was moved on is shown to have gone to the owner.
pub(crate) fn carried_forward(statement: &Statement, part: &PoolPart) -> Outcome {
    let forward = &part.annex.forward;
    let left = |carry: &Carry| forward.iter().any(|it| part.annex.carry_of(it) == Some(carry));
    let nothing = if forward.is_empty() {
        NOTHING_OUT
    } else {
        "no bundle of the annex is said to be a move to oneself"
    };
    judged(statement, part, (&left, nothing))
}

fn judged(
    statement: &Statement,
    part: &PoolPart,
    (concerns, nothing): (&dyn Fn(&Carry) -> bool, &'static str),
) -> Outcome {
    let account = statement.account_id();
    let (mut some, mut all) = (false, true);
    for (at, carry) in part.annex.carries.iter().enumerate().filter(|(_, it)| concerns(it)) {
        some = true;
        if carry.evidence.is_none() {
            all = false;
        } else if !account.is_some_and(|account: OpenId| carry.is_proved(statement.chain, account))
        {
            let words = "not every input of this bundle was authorised as a move to oneself, or \
                         somebody else can open what it made";
            return Outcome::Failed(Why::BadProof.of_carry(at, words));
        }
    }
    match (some, all) {
        (false, _) => Outcome::NotChecked(nothing),
        (true, false) => Outcome::Stated,
        (true, true) => Outcome::Proved,
    }
}
