//! Reading the pool's log up to the proved pool, and what it says of our money.

use std::collections::{BTreeMap, BTreeSet};

use net::LightNode;
use shielded::{
    LogEntry, LogPlace, MadeEnvelope, Month, Nullifier, Period, SpendingKey, ViewingKey,
    envelope_made,
};
use types::{Round, Timestamp};
use wallet::private::{
    OwnNote, PoolState, PoolStep, SpendingBundle, Spent, Transfer, scanned_months, scanned_periods,
    take_entries,
};
use wallet::review::{GrantedKey, PoolFees, PoolMove, ReviewChange, ReviewKeys};

use crate::flows::pool::ProvedPool;
use crate::{Code, Engine, Fault};

/// Entries that are scanned and saved together, as nearly as rounds allow.
const PIECE: usize = 256;
/// A place in the log is saved anew after so many rounds without a bundle.
const QUIET: u64 = 600;

impl Engine {
    /// Reads what is new in the log, and saves it piece by piece.
    pub(crate) async fn read_pool(&mut self, node: &LightNode) -> Result<(), Fault> {
        let mut state = self.saved_pool().await?;
        let (ProvedPool { round, pool }, mut rest) = self.new_entries(node, state.place).await?;
        self.note_pool_stop(pool.stopped).await?;
        let now = self.bound()?.light.time();
        let from = state.time;
        while rest.len() > PIECE {
            let cut = whole_rounds(&rest);
            let later = rest.split_off(cut);
            // Everything up to this round is in the piece.
            let through = rest.last().map_or(state.round, |entry| entry.round);
            self.take_piece_of_log(node, (&mut state, &rest), (from, now), (through, from)).await?;
            rest = later;
        }
        self.take_piece_of_log(node, (&mut state, &rest), (from, now), (round, now)).await?;
        let last = state.tree.checkpoint_at(round).unwrap_or_default();
        self.pool_read = self.pool_read.max(round);
        let known = rest.is_empty() || state.tree.anchor(last) == Ok(pool.anchor);
        if known { Ok(()) } else { Err(damaged()) }
    }

    async fn take_piece_of_log(
        &mut self,
        node: &LightNode,
        (state, entries): (&mut PoolState, &[LogEntry]),
        (from, now): (Timestamp, Timestamp),
        (round, time): (Round, Timestamp),
    ) -> Result<(), Fault> {
        let (before, first) = (state.round, state.place.count);
        let (unspent, open) =
            (self.store.unspent_notes().await?, self.store.open_transfers().await?);
        let mut step: PoolStep = loop {
            let keys =
                if entries.is_empty() { vec![] } else { self.viewing_keys(from, now).await? };
            let taken = take_entries(state, entries, (&keys, &unspent), &open, (round, time));
            let step = taken.map_err(|_| damaged())?;
            let Some(period) = self.begun_elsewhere(&step.notes).await? else { break step };
            // There may be notes for the account behind it, too: the piece is read once more.
            self.store.apply(vec![ReviewChange::BeginPeriod(period).into()]).await?;
            *state = self.saved_pool().await?;
        };
        let quiet = before > Round(0) && round < before.plus(QUIET);
        if entries.is_empty() && step.settled.is_empty() && quiet {
            return Ok(());
        }
        let ours: Vec<&OwnNote> = unspent.iter().chain(&step.notes).collect();
        let (bundles, rests) =
            self.bundles_of(node, (&step.spent, &ours), (first, entries)).await?;
        step.bundles = bundles;
        for note in &mut step.notes {
            note.time = self.time_of(node, note.round).await?;
            note.contact = self.paid_by(note).await?;
        }
        let proofs = self.proofs_of_settled(&step).await?;
        let taken = wallet::Change::TakePool(Box::new(step)).into();
        Ok(self.store.apply([taken].into_iter().chain(rests).chain(proofs).collect()).await?)
    }

    /// The bundles of these entries that spend these of our notes, with what they cost if they pay
    /// nobody; and what may come back of red envelopes that some of them have made elsewhere. The first
    /// entry has this number in the log.
    async fn bundles_of(
        &self,
        node: &LightNode,
        (spent, ours): (&[Spent], &[&OwnNote]),
        (first, entries): (u64, &[LogEntry]),
    ) -> Result<(Vec<SpendingBundle>, Vec<store::Change>), Fault> {
        let (mut bundles, mut rests): (Vec<SpendingBundle>, _) = (vec![], vec![]);
        if spent.is_empty() {
            return Ok((bundles, rests));
        }
        let transfers = self.store.transfers().await?;
        let made: BTreeSet<[u8; 32]> = transfers.iter().filter_map(Transfer::bundle).collect();
        for Spent { bundle, round, .. } in spent {
            if bundles.iter().any(|known| known.bundle == *bundle) {
                continue;
            }
            let mut numbered = (first..).zip(entries);
            let same =
                |entry: &LogEntry| entry.round == *round && entry.halves().digest() == *bundle;
            let Some((number, entry)) = numbered.find(|(_, entry)| same(entry)) else { continue };
            let params = self.bound()?.light.params();
            let fees = PoolFees::of(params, *round, entry.actions.len());
            let time = self.time_of(node, *round).await?;
            let (did, gave) = if made.contains(bundle) {
                (None, None)
            } else {
                // Without it we would not know what waits for us: it is read before we go on.
                self.read_again(node, (number, entry), ours, (fees, time)).await?
            };
            rests.extend(gave.map(|gave| self.found_rest(gave, *bundle)).transpose()?);
            bundles.push(SpendingBundle { bundle: *bundle, fee: fees.plain, time, did });
        }
        Ok((bundles, rests))
    }

    /// What a bundle does that spends our notes and was not made here: by a sibling, or before
    /// this account was restored from its words, and the red envelope that it makes. Nothing if all that
    /// it takes comes back to us but for its fee.
    async fn read_again(
        &self,
        node: &LightNode,
        (number, entry): (u64, &LogEntry),
        ours: &[&OwnNote],
        (fees, time): (PoolFees, Timestamp),
    ) -> Result<(Option<PoolMove>, Option<MadeEnvelope>), Fault> {
        let marks: BTreeSet<Nullifier> = entry.actions.iter().map(|it| it.nullifier).collect();
        let spent: Vec<_> = ours.iter().filter(|note| marks.contains(&note.nullifier)).collect();
        let bundle = entry.halves().digest();
        let back = ours.iter().filter(|note| note.bundle == bundle);
        let back = back.fold(0_u64, |sum, note| sum.saturating_add(note.note.value.units()));
        let values: BTreeMap<_, _> =
            spent.iter().map(|note| (note.nullifier, note.note.value)).collect();
        let gone = values.values().fold(0_u64, |sum, value| sum.saturating_add(value.units()));
        let Some(period) = spent.first().map(|note| note.period) else { return Ok((None, None)) };
        if gone.saturating_sub(back) == fees.plain.units() {
            return Ok((None, None));
        }
        let month = Month::of(time).ok_or_else(damaged)?;
        let key = self.pool_key(period)?.viewing_key();
        let effects = self.pool_effects(node, number, entry).await?;
        let gave = envelope_made(&key, &effects);
        let keys = ReviewKeys::of([GrantedKey::Viewing(key)]);
        let at = (self.bound()?.light.chain(), month);
        Ok((Some(keys.explain(&values, (entry, &effects), fees, at)), gave))
    }

    /// What the log holds behind a place, up to the pool as proved.
    pub(crate) async fn new_entries(
        &mut self,
        node: &LightNode,
        place: LogPlace,
    ) -> Result<(ProvedPool, Vec<LogEntry>), Fault> {
        let proved = self.proved_pool(node).await?;
        if proved.pool.anchor.tree != 0 {
            let words = "the private pool has begun a new tree; update the app";
            return Err(Fault::new(Code::UpgradeNeeded, words));
        }
        if proved.pool.log_count < place.count {
            // Another manager, a block behind: what is known already stands.
            return Ok((proved, vec![]));
        }
        let entries = self.pool_entries(node, place, &proved.pool).await?;
        Ok((proved, entries))
    }

    /// How far the log was read, as saved.
    async fn saved_pool(&self) -> Result<PoolState, Fault> {
        match self.store.pool_state().await? {
            Some(state) => Ok(state),
            None => PoolState::new(self.bound()?.genesis.time).map_err(|_| damaged()),
        }
    }

    /// The accounts that may have been paid between two moments.
    pub(crate) async fn viewing_keys(
        &self,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<ViewingKey>, Fault> {
        let begun = self.bound()?.genesis.time;
        let mut stops = BTreeMap::new();
        for month in scanned_months(begun, from, to) {
            stops.insert(month, self.store.period_stops(month).await?);
        }
        let known = |month| stops.get(&month).copied().unwrap_or_default();
        let periods = scanned_periods(begun, (from, to), known);
        periods.into_iter().map(|period| Ok(self.pool_key(period)?.viewing_key())).collect()
    }

    /// An account of its month that has a note and that this profile did not begin: another device
    /// did, or this account before it was restored from its words.
    async fn begun_elsewhere(&self, notes: &[OwnNote]) -> Result<Option<Period>, Fault> {
        for period in notes.iter().map(|note| note.period).collect::<BTreeSet<_>>() {
            if period.stop() > self.store.period_stops(period.month()).await? {
                return Ok(Some(period));
            }
        }
        Ok(None)
    }

    /// The month of the newest certified header, never of a clock.
    pub(crate) fn present_month(&self) -> Result<Month, Fault> {
        let words = "the network's time is outside of the calendar of the private pool";
        let month = Month::of(self.bound()?.light.time());
        month.ok_or_else(|| Fault::new(Code::UpgradeNeeded, words))
    }

    /// The account of the pool for now: that of the present month, behind all that were stopped in it.
    pub(crate) async fn present_period(&self) -> Result<Period, Fault> {
        let month = self.present_month()?;
        let mut period = Period::first_of(month);
        for _ in 0..self.store.period_stops(month).await? {
            period = period.after_stop().unwrap_or(period);
        }
        Ok(period)
    }

    pub(crate) fn pool_key(&self, period: Period) -> Result<SpendingKey, Fault> {
        let words = "these words have no account in the private pool";
        self.keys.pool_account(period).ok_or_else(|| Fault::new(Code::Internal, words))
    }
}

/// Where to cut, so that no round is in two pieces.
fn whole_rounds(entries: &[LogEntry]) -> usize {
    let last = entries.get(PIECE).map(|entry| entry.round);
    let begins = entries.iter().position(|entry| Some(entry.round) == last).unwrap_or_default();
    if begins > 0 {
        return begins;
    }
    // One round alone is longer than a piece.
    let ends = entries.iter().position(|entry| Some(entry.round) > last);
    ends.unwrap_or(entries.len())
}

fn damaged() -> Fault {
    Fault::new(Code::BadProof, "what the node says about the private pool does not fit together")
}
