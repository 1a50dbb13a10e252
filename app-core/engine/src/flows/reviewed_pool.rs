//! The reviewer's side of the private pool: our own light node reads its log with the keys that were
//! granted. Each key has its own place in it, so that one that comes later sees what came before.

use std::collections::{BTreeMap, BTreeSet};

use net::LightNode;
use shielded::{LogEntry, LogPlace, Month};
use types::{Abc, Amount, OpenId, Round, Timestamp};
use wallet::private::scanned_months;
use wallet::review::{
    KeyName, PoolFees, PoolMove, ReviewChange, ReviewKeys, ReviewedNote, ReviewedStep, Sighting,
};

use crate::flows::pool::ProvedPool;
use crate::{Code, Engine, Fault};

/// Entries that are looked through and saved together.
const PIECE: usize = 256;

/// Keys that have read equally far, by account.
type Readers = BTreeMap<OpenId, Vec<KeyName>>;

/// The reviewed accounts with the keys that open them.
type Books = BTreeMap<OpenId, ReviewKeys>;

/// Some entries of the log and where they lie.
struct Piece<'a> {
    /// Before the first of them.
    before: LogPlace,
    entries: &'a [LogEntry],
    /// What they are read up to: the round of the last, or where the log stands now.
    round: Round,
    /// The months whose accounts may have been paid meanwhile.
    months: Vec<Month>,
}

impl Engine {
    /// Reads what is new in the log with all granted keys, and saves it piece by piece; then judges the
    /// proofs of carry-overs that have come.
    pub(crate) async fn read_reviewed_pool(&mut self, node: &LightNode) -> Result<(), Fault> {
        let grants = self.store.grants_received().await?;
        let accounts: BTreeSet<OpenId> = grants.iter().map(|it| it.grant.terms.account).collect();
        let (mut books, mut places) = (Books::new(), BTreeMap::<(u64, [u8; 32]), Readers>::new());
        for account in accounts {
            let keys = self.store.review_keys(account).await?;
            let reads = self.store.reviewed_reads(account).await?;
            for name in keys.names() {
                let read = reads.iter().find(|read| read.name == name);
                let place = read.map_or(LogPlace::START, |read| read.place);
                let readers = places.entry((place.count, place.hash)).or_default();
                readers.entry(account).or_default().push(name);
            }
            books.insert(account, keys);
        }
        for ((count, hash), readers) in places {
            self.read_on(node, &books, (LogPlace { count, hash }, &readers)).await?;
        }
        self.judge_proofs(node).await
    }

    /// Reads on from one place, with the keys that stand there.
    async fn read_on(
        &mut self,
        node: &LightNode,
        books: &Books,
        (mut before, readers): (LogPlace, &Readers),
    ) -> Result<(), Fault> {
        let (ProvedPool { round, .. }, all) = self.new_entries(node, before).await?;
        let mut rest = &all[..];
        loop {
            let (entries, later) = rest.split_at(rest.len().min(PIECE));
            let last = entries.last().filter(|_| !later.is_empty());
            let months = self.months_of(node, entries).await?;
            let round = last.map_or(round, |last| last.round);
            let piece = Piece { before, entries, round, months };
            self.take_reviewed_piece(node, books, (&piece, readers)).await?;
            before = before.behind(entries);
            rest = later;
            if rest.is_empty() {
                return Ok(());
            }
        }
    }

    async fn take_reviewed_piece(
        &self,
        node: &LightNode,
        books: &Books,
        (piece, readers): (&Piece<'_>, &Readers),
    ) -> Result<(), Fault> {
        let mut changes: Vec<store::Change> = vec![];
        for (account, names) in readers {
            let Some(keys) = books.get(account) else { continue };
            let known = self.store.reviewed_notes(*account).await?;
            let known: Vec<ReviewedNote> = known.into_iter().map(|(note, _)| note).collect();
            let seen = keys.look(names, piece.entries, (&piece.months, &known));
            let moves = self.explained(node, (keys, piece), (&known, &seen)).await?;
            let step = ReviewedStep {
                account: *account,
                keys: names.clone(),
                place: piece.before.behind(piece.entries),
                round: piece.round,
                notes: seen.notes,
                spent: seen.spent,
                moves,
            };
            changes.push(ReviewChange::TakeReviewedPool(Box::new(step)).into());
        }
        Ok(self.store.apply(changes).await?)
    }

    /// What the bundles do that touch an account. Each is had whole, with its memos.
    async fn explained(
        &self,
        node: &LightNode,
        (keys, piece): (&ReviewKeys, &Piece<'_>),
        (known, seen): (&[ReviewedNote], &Sighting),
    ) -> Result<Vec<(u64, Timestamp, PoolMove)>, Fault> {
        let notes = known.iter().chain(&seen.notes);
        let notes: BTreeMap<_, Amount<Abc>> =
            notes.map(|note| (note.nullifier, note.value)).collect();
        let mut moves = vec![];
        for place in &seen.bundles {
            let Some(entry) = piece.entries.get(*place) else { continue };
            let number = piece.before.count.saturating_add(u64::try_from(*place).unwrap_or(0));
            let effects = self.pool_effects(node, number, entry).await?;
            let time = self.time_of(node, entry.round).await?;
            let bound = self.bound()?;
            let fees = PoolFees::of(bound.light.params(), entry.round, entry.actions.len());
            let at = (bound.light.chain(), Month::of(time).ok_or_else(no_month)?);
            moves.push((number, time, keys.explain(&notes, (entry, &effects), fees, at)));
        }
        Ok(moves)
    }

    /// The months whose addresses may have been paid in these entries.
    async fn months_of(&self, node: &LightNode, entries: &[LogEntry]) -> Result<Vec<Month>, Fault> {
        let (Some(first), Some(last)) = (entries.first(), entries.last()) else {
            return Ok(vec![]);
        };
        let from = self.time_of(node, first.round).await?;
        let to = self.time_of(node, last.round).await?;
        Ok(scanned_months(self.bound()?.genesis.time, from, to))
    }
}

fn no_month() -> Fault {
    Fault::new(Code::BadProof, "a time outside of the calendar of the private pool")
}
