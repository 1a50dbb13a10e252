//! The private part of a statement: our notes of the period with their paths and proofs, the bundles
//! that spent some, and the stream of all bundles.
//!
//! The paths need the whole log, because a wallet keeps those of unspent notes alone; who serves it
//! does not learn which notes are meant. Who proves the marks of unspent notes does: he can tell
//! later that it was this wallet which spent them.

use std::collections::{BTreeMap, BTreeSet};

use ledger::{Header, nullifier_key, pool_key};
use net::{LightNode, NetError};
use shielded::{
    Effects, Frontier, LogEntry, LogPlace, Month, Nullifier, Period, Pool, Scanner, Scope,
    ViewingKey, Witnesses,
};
use statement::{
    Annex, Boundary, LogRun, PoolAccount, PoolCell, PoolNote, PoolPart, PoolSpend, ReviewKeys,
    memo_text, opened, write_stream,
};
use types::{Amount, ChainId, OpenId, Round, Timestamp};
use wallet::private::{OwnNote, PrivatePayee, Transfer, TransferState, take_entries};
use wallet::review::{Leaving, PoolFees};
use wire::Decode;

use super::carried::{Moved, is_moved_on, moves};
use super::granted::{Granted, found_notes};
use crate::{Code, Engine, Fault, shown_names};

/// Everything about the pool that a statement and its reader need.
pub(super) struct Private {
    pub(super) part: PoolPart,
    pub(super) keys: ReviewKeys,
    stream: (LogPlace, Vec<LogEntry>),
}

/// The log up to the header that all is proved under.
pub(super) struct Ground<'a> {
    top: &'a Header,
    cell: PoolCell,
    entries: Vec<LogEntry>,
}

/// A note of ours, and the round that spent it.
pub(super) type Held = (OwnNote, Option<Round>);

impl Private {
    /// The file of all bundles.
    pub(super) fn stream_file(&self, chain: ChainId) -> Vec<u8> {
        write_stream(chain, self.stream.0, &self.stream.1)
    }
}

impl Engine {
    /// The part of the pool between two moments, proved under a header: our own, or what granted keys
    /// show.
    pub(super) async fn private_part(
        &self,
        node: &LightNode,
        (top, granted): (&Header, Option<(Vec<ViewingKey>, Granted)>),
        (from, to): (Timestamp, Timestamp),
        bounds: (&Boundary, &Boundary),
    ) -> Result<Private, Fault> {
        let ground = self.ground_of(node, top).await?;
        let rounds = (bounds.0.round(), bounds.1.round());
        let mut held = match &granted {
            Some((keys, _)) => found_notes(&ground, keys)?,
            None => self.held_notes(&ground, (from, to)).await?,
        };
        let moved = moves(&ground, &held);
        let periods = self.listed((from, to), (&held, &moved), rounds).await?;
        let (keys, granted): (Vec<ViewingKey>, _) = match granted {
            Some((mut keys, granted)) => {
                keys.retain(|key| periods.contains(&key.period()));
                (keys, Some(granted))
            }
            None => {
                let key = |period| Ok(self.pool_key(period)?.viewing_key());
                (periods.into_iter().map(key).collect::<Result<_, Fault>>()?, None)
            }
        };
        let over = |period: Period| period.month().next().begins() <= to;
        held.retain(|(note, spent)| {
            let listed = keys.iter().any(|key| key.period() == note.period);
            let there = note.round <= rounds.1 && spent.is_none_or(|spent| spent > rounds.0);
            listed && (there || note.round > rounds.1 && over(note.period))
        });
        let accounts: Option<Vec<PoolAccount>> = keys.iter().map(account).collect();
        let accounts = accounts.ok_or_else(damaged)?;
        let since = self.boundary(node, PoolPart::first_moment(&accounts, from), top).await?;
        let notes = self.proved_notes(node, &ground, held, (rounds, &keys)).await?;
        let gone = |spent: Round, _| spent <= rounds.1;
        let bundles = self.spending(node, &ground, (&notes, &keys), &gone).await?;
        let gone = |spent: Round, period| spent > rounds.1 && over(period);
        let forward = self.spending(node, &ground, (&notes, &keys), &gone).await?;
        let all = bundles.iter().chain(&forward);
        let all: BTreeSet<_> = all.map(|bundle| (bundle.number, bundle.period)).collect();
        let within = notes.partition_point(|note| note.round <= rounds.1);
        let (notes, late) = notes.split_at(within);
        let concerned = (moved, notes, &all);
        let carries = self.carries(node, &ground, concerned, granted.as_ref()).await?;
        let carried = carries.iter().map(|carry| carry.number);
        let first = bundles.iter().chain(&forward).map(|bundle| bundle.number).chain(carried).min();
        let first = first.and_then(|number| usize::try_from(number).ok());
        let (before, behind) = ground.entries.split_at(first.unwrap_or(ground.entries.len()));
        let log = LogRun::of(LogPlace::START.behind(before), behind);
        let stream = stream_behind(ground.entries, since.round());
        let (notes, late) = (notes.to_vec(), late.to_vec());
        let annex = Annex { late, forward, carries };
        let part = PoolPart { cell: ground.cell, since, accounts, notes, bundles, annex, log };
        Ok(Private { part, keys: ReviewKeys::new(top.chain, keys, vec![]), stream })
    }

    /// The pool under a header, and its whole log.
    pub(super) async fn ground_of<'a>(
        &self,
        node: &LightNode,
        top: &'a Header,
    ) -> Result<Ground<'a>, Fault> {
        let mut proved = self.records(node, top, &[pool_key()]).await?.into_iter();
        let (value, proof) = proved.next().ok_or(NetError::BadReply)?;
        let pool = value.map(|bytes| Pool::from_bytes(&bytes)).transpose()?;
        let cell = PoolCell { pool, proof };
        let entries = self.pool_entries(node, LogPlace::START, &cell.pool()).await?;
        Ok(Ground { top, cell, entries })
    }

    /// All our notes; what the wallet has not read yet of the log is read here.
    async fn held_notes(
        &self,
        ground: &Ground<'_>,
        (from, to): (Timestamp, Timestamp),
    ) -> Result<Vec<Held>, Fault> {
        let known = self.store.all_notes().await?;
        let mut held: Vec<Held> =
            known.into_iter().map(|(note, spent)| (note, spent.map(|spent| spent.round))).collect();
        if let Some(mut state) = self.store.pool_state().await? {
            let read = usize::try_from(state.place.count).unwrap_or(usize::MAX);
            let rest = ground.entries.get(read..).unwrap_or_default();
            if !rest.is_empty() {
                let unspent = self.store.unspent_notes().await?;
                let keys = self.viewing_keys(from, to).await?;
                let until = (ground.top.round, ground.top.time);
                let step = take_entries(&mut state, rest, (&keys, &unspent), &[], until);
                let step = step.map_err(|_| damaged())?;
                held.extend(step.notes.into_iter().map(|note| (note, None)));
                for spent in step.spent {
                    let same = held.iter_mut().filter(|it| it.0.nullifier == spent.nullifier);
                    same.for_each(|it| it.1 = Some(spent.round));
                }
            }
        }
        for (_, spent) in &mut held {
            *spent = spent.filter(|round| *round <= ground.top.round);
        }
        held.retain(|(note, _)| note.round <= ground.top.round);
        held.sort_by_key(|(note, _)| note.position);
        Ok(held)
    }

    /// The accounts of the months of the period, and older ones that held something in it, unless it
    /// was only carried over.
    pub(super) async fn listed(
        &self,
        (from, to): (Timestamp, Timestamp),
        (held, moved): (&[Held], &[Moved]),
        (opening, closing): (Round, Round),
    ) -> Result<BTreeSet<Period>, Fault> {
        let there = |(note, spent): &&Held| {
            note.round <= closing && spent.is_none_or(|spent| spent > opening)
        };
        let mut periods: BTreeSet<Period> =
            held.iter().filter(there).map(|(note, _)| note.period).collect();
        let ends = (from, opening, closing);
        periods.retain(|period| !is_moved_on(*period, (held, moved), ends));
        let begun = self.bound()?.genesis.time;
        let last = Month::of(Timestamp(to.0.saturating_sub(1)));
        let mut month = Month::of(from.max(begun));
        while let (Some(this), Some(last)) = (month, last) {
            if this > last {
                break;
            }
            let mut next = Some(Period::first_of(this));
            for _ in 0..=self.store.period_stops(this).await? {
                periods.extend(next);
                next = next.and_then(Period::after_stop);
            }
            month = Some(this.next()).filter(|next| *next != this);
        }
        Ok(periods)
    }

    async fn proved_notes(
        &self,
        node: &LightNode,
        ground: &Ground<'_>,
        held: Vec<Held>,
        ((opening, _), keys): ((Round, Round), &[ViewingKey]),
    ) -> Result<Vec<PoolNote>, Fault> {
        let wanted: Vec<Vec<u8>> = held
            .iter()
            .flat_map(|(note, _)| [nullifier_key(&note.note.rho), nullifier_key(&note.nullifier)])
            .collect();
        let mut proofs = self.records(node, ground.top, &wanted).await?.into_iter();
        let tree = tree(ground, &held)?;
        let names = self.names().await?;
        let mut notes = vec![];
        for (own, spent) in held {
            let (Some(made), Some(mark)) = (proofs.next(), proofs.next()) else {
                return Err(NetError::BadReply.into());
            };
            let witness = tree.witness(own.position, LAST).map_err(|_| damaged())?;
            let receipt = own.scope == Scope::External && own.round > opening;
            let memo = if receipt { self.memo(node, ground, (&own, keys)).await? } else { None };
            notes.push(PoolNote {
                period: own.period,
                scope: own.scope,
                witness,
                round: own.round,
                made: made.1,
                time: self.time_of(node, own.round).await?,
                nullifier: own.nullifier,
                spent,
                mark: mark.1,
                name: own.contact.and_then(|contact| names.get(&contact).cloned()),
                memo,
                note: own.note,
            });
        }
        Ok(notes)
    }

    /// What was written to us with a note; nothing if it cannot be read.
    async fn memo(
        &self,
        node: &LightNode,
        ground: &Ground<'_>,
        (own, keys): (&OwnNote, &[ViewingKey]),
    ) -> Result<Option<String>, Fault> {
        let Some((number, entry, place)) = ground.action(own.note.rho) else { return Ok(None) };
        let effects = self.pool_effects(node, number, entry).await?;
        let Some(scanner) = Scanner::of_accounts(keys) else { return Ok(None) };
        let memo = effects.actions().get(place).and_then(|action| scanner.memo(action));
        Ok(memo_text(memo))
    }

    /// The bundles that spend some of these notes, if they went in a round that is wanted of their
    /// account.
    async fn spending(
        &self,
        node: &LightNode,
        ground: &Ground<'_>,
        (notes, keys): (&[PoolNote], &[ViewingKey]),
        wanted: &(dyn Fn(Round, Period) -> bool + Sync),
    ) -> Result<Vec<PoolSpend>, Fault> {
        let is_wanted = |note: &&PoolNote| note.spent.is_some_and(|it| wanted(it, note.period));
        let gone = notes.iter().filter(is_wanted);
        let numbers = gone.filter_map(|note| Some((ground.action(note.nullifier)?.0, note.period)));
        let numbers: BTreeSet<(u64, Period)> = numbers.collect();
        let transfers = self.store.transfers().await?.into_iter();
        let done = transfers.filter(|it| matches!(it.state, TransferState::Final(_)));
        let done: BTreeMap<[u8; 32], Transfer> =
            done.filter_map(|it| Some((it.bundle()?, it))).collect();
        let mut spends = vec![];
        for (number, period) in numbers {
            let entry = ground.entry(number).ok_or_else(damaged)?;
            let effects = self.pool_effects(node, number, entry).await?;
            let key = keys.iter().find(|key| key.period() == period).ok_or_else(damaged)?;
            let own = notes.iter().filter(|note| note.period == period);
            let marks = own.map(|note| (note.nullifier, note.note.value)).collect();
            let (outputs, undisclosed) = opened(key, &marks, &effects).ok_or_else(damaged)?;
            let time = self.time_of(node, entry.round).await?;
            let known = done.get(&effects.digest());
            let place = (number, entry.round, entry.index, time);
            let actions = effects.actions().len();
            let fees = PoolFees::of(self.bound()?.light.params(), entry.round, actions);
            let leaving = Leaving::of([key], &effects);
            let mut spend = bundle(period, place, effects, (known, fees, leaving));
            (spend.outputs, spend.undisclosed) = (outputs, undisclosed);
            if let Some(transfer) = known {
                self.name_payee(&mut spend, transfer).await?;
            }
            spends.push(spend);
        }
        Ok(spends)
    }

    async fn name_payee(&self, spend: &mut PoolSpend, transfer: &Transfer) -> Result<(), Fault> {
        let names = self.names().await?;
        let name = transfer.contact.and_then(|contact| names.get(&contact).cloned());
        match transfer.to {
            PrivatePayee::Private(address) => {
                let paid = spend.outputs.iter_mut().filter(|it| it.note.is_to(&address));
                paid.for_each(|output| output.name.clone_from(&name));
            }
            PrivatePayee::CarryOver(_) | PrivatePayee::Merge(_) => {
                let own = Some(self.name.clone());
                spend.outputs.iter_mut().for_each(|output| output.name.clone_from(&own));
            }
            PrivatePayee::Envelope(_) => spend.name = name,
            PrivatePayee::Public(address) | PrivatePayee::Sweep(address) => {
                spend.name = name.or_else(|| Some(keys::format_address(address)));
            }
        }
        Ok(())
    }

    async fn names(&self) -> Result<BTreeMap<OpenId, String>, Fault> {
        let contacts = self.store.contacts().await?;
        let names = shown_names(&contacts);
        Ok(contacts.iter().map(|contact| contact.account).zip(names).collect())
    }
}

/// All leaves are of one state of the tree, whatever round that is called.
pub(super) const LAST: Round = Round(1);

/// The log from its last bundle no later than this round on, and its place.
pub(super) fn stream_behind(mut entries: Vec<LogEntry>, since: Round) -> (LogPlace, Vec<LogEntry>) {
    let early = entries.partition_point(|entry| entry.round <= since);
    let stream = entries.split_off(early.saturating_sub(1));
    (LogPlace::START.behind(&entries), stream)
}

/// The tree with the paths of these notes.
fn tree(ground: &Ground<'_>, held: &[Held]) -> Result<Witnesses, Fault> {
    tree_with(ground, &held.iter().map(|(note, _)| note.position).collect())
}

/// The tree with the paths of these leaves.
pub(super) fn tree_with(ground: &Ground<'_>, ours: &BTreeSet<u64>) -> Result<Witnesses, Fault> {
    let mut tree = Witnesses::begin(0, &Frontier::empty(), Round(0)).map_err(|_| damaged())?;
    let leaves = ground.entries.iter().flat_map(|entry| &entry.actions).map(|action| action.cmx);
    tree.append(LAST, &leaves.collect::<Vec<_>>(), ours).map_err(|_| damaged())?;
    Ok(tree)
}

impl Ground<'_> {
    /// The header.
    pub(super) const fn top(&self) -> &Header {
        self.top
    }

    /// The pool and all bundles.
    pub(super) fn into_parts(self) -> (PoolCell, Vec<LogEntry>) {
        (self.cell, self.entries)
    }

    /// All bundles, in order.
    pub(super) fn entries(&self) -> &[LogEntry] {
        &self.entries
    }

    pub(super) fn entry(&self, number: u64) -> Option<&LogEntry> {
        self.entries.get(usize::try_from(number).ok()?)
    }

    /// The action with this nullifier: the number of its bundle, that, and its place there.
    pub(super) fn action(&self, mark: Nullifier) -> Option<(u64, &LogEntry, usize)> {
        (0..).zip(&self.entries).find_map(|(number, entry)| {
            let mut marks = entry.actions.iter().map(|action| action.nullifier);
            Some((number, entry, marks.position(|it| it == mark)?))
        })
    }
}

fn account(key: &ViewingKey) -> Option<PoolAccount> {
    let incoming = key.incoming()?.fingerprint();
    Some(PoolAccount { period: key.period(), viewing: key.fingerprint(), incoming })
}

/// A bundle of ours as far as it is known without its keys.
fn bundle(
    period: Period,
    (number, round, index, time): (u64, Round, u32, Timestamp),
    effects: Effects,
    (known, fees, leaving): (Option<&Transfer>, PoolFees, Leaving),
) -> PoolSpend {
    let attempt = known.and_then(|transfer| transfer.attempt.as_ref());
    let mut spend = PoolSpend {
        period,
        number,
        round,
        index,
        time,
        effects,
        outputs: vec![],
        undisclosed: 0,
        fee: Amount::ZERO,
        tx: attempt.map(|attempt| attempt.tx),
        name: None,
    };
    let left = spend.left();
    // Of a bundle that somebody else has made, the prices of its round tell the fee.
    let told = || Amount::new(fees.split_off(left.units(), leaving).0);
    spend.fee = attempt.map_or_else(told, |attempt| attempt.fee.min(left));
    spend
}

pub(super) fn damaged() -> Fault {
    Fault::new(Code::BadProof, "what is known of the private pool does not fit together")
}
