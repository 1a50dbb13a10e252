//! What granted keys show of the private pool: the notes of an account, what spends them, and what
//! each bundle that touches them does (`review-keys.md`, "The reviewer's side"; `money-and-mail.md`
//! A3, A4, B8).
//!
//! The entries must have been checked to be all there are (`shielded::follow_log`), and the effects
//! to be those of their entry (`shielded::LogEntry::is_of`).

use std::collections::{BTreeMap, BTreeSet};

use shielded::{
    CompactAction, Effects, IncomingKey, LogEntry, LogPlace, Memo, Month, Note, Nullifier, Scanner,
    Scope, Sent, ViewingKey, recover,
};
use types::{Abc, Amount, ChainId, OpenId, Round, Timestamp};

use super::card::GrantedKey;
use super::pool_fees::{Leaving, PoolFees};
use super::pool_line::{PoolLine, PoolLineKind, PoolMove};

/// The fingerprint of a granted key.
pub type KeyName = [u8; 32];

/// The keys of one account that a reviewer holds, each once. They look; nothing else can be done
/// with them.
#[derive(Debug, Default)]
pub struct ReviewKeys(BTreeMap<KeyName, GrantedKey>);

/// A note that a full viewing key has found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReviewedNote {
    /// Its spent mark.
    pub nullifier: Nullifier,
    /// The key that has found it.
    pub key: KeyName,
    /// How much it is worth.
    pub value: Amount<Abc>,
}

/// What keys see in a piece of the log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sighting {
    /// New notes of full viewing keys.
    pub notes: Vec<ReviewedNote>,
    /// Notes that were spent, and in which round.
    pub spent: Vec<(Nullifier, Round)>,
    /// Which entries of the piece touch the account.
    pub bundles: BTreeSet<usize>,
}

/// One step of reading the log for a reviewed account, to be saved at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewedStep {
    /// The account.
    pub account: OpenId,
    /// The keys that have read so far.
    pub keys: Vec<KeyName>,
    /// Behind the last bundle that they have read.
    pub place: LogPlace,
    /// The round that this is proved for.
    pub round: Round,
    /// New notes.
    pub notes: Vec<ReviewedNote>,
    /// Notes that were spent, and in which round.
    pub spent: Vec<(Nullifier, Round)>,
    /// What bundles did, by their number in the log (from 0) and with the time of their round. One
    /// that was known is replaced: other keys see more of it.
    pub moves: Vec<(u64, Timestamp, PoolMove)>,
}

impl ReviewKeys {
    /// Takes the keys of one account's grants. A key for receipts is left out where the full one of
    /// the same period is there.
    #[must_use]
    pub fn of(keys: impl IntoIterator<Item = GrantedKey>) -> Self {
        let keys = keys.into_iter().map(|key| (key.digest().digest, key));
        let mut keys: BTreeMap<KeyName, GrantedKey> = keys.collect();
        let weaker = keys.values().filter_map(|key| match key {
            GrantedKey::Viewing(key) => key.incoming().map(|key| key.fingerprint()),
            GrantedKey::Incoming(_) => None,
        });
        for name in weaker.collect::<Vec<_>>() {
            keys.remove(&name);
        }
        Self(keys)
    }

    /// The full viewing keys, and those that show receipts alone.
    #[must_use]
    pub fn into_parts(self) -> (Vec<ViewingKey>, Vec<IncomingKey>) {
        let (mut full, mut receipts) = (vec![], vec![]);
        for key in self.0.into_values() {
            match key {
                GrantedKey::Viewing(key) => full.push(key),
                GrantedKey::Incoming(key) => receipts.push(key),
            }
        }
        (full, receipts)
    }

    /// Their fingerprints.
    pub fn names(&self) -> impl Iterator<Item = KeyName> {
        self.0.keys().copied()
    }

    /// The months that are open in both directions, and those whose receipts alone are.
    #[must_use]
    pub fn months(&self) -> (BTreeSet<Month>, BTreeSet<Month>) {
        let (mut both, mut receipts) = (BTreeSet::new(), BTreeSet::new());
        for key in self.0.values() {
            let months = match key {
                GrantedKey::Viewing(_) => &mut both,
                GrantedKey::Incoming(_) => &mut receipts,
            };
            months.insert(key.period().month());
        }
        (both, receipts)
    }

    /// What some of the keys see in a piece of the log. Receipts are looked for in months that may
    /// have been paid then, spends of `known` notes in any.
    #[must_use]
    pub fn look(
        &self,
        names: &[KeyName],
        entries: &[LogEntry],
        (months, known): (&[Month], &[ReviewedNote]),
    ) -> Sighting {
        let actions: Vec<CompactAction> =
            entries.iter().flat_map(|entry| entry.actions.iter().cloned()).collect();
        let mut seen = Sighting::default();
        for name in names {
            let key = self.0.get(name).filter(|key| months.contains(&key.period().month()));
            let Some((key, scanner)) = key.and_then(|key| Some((key, key.scanner()?))) else {
                continue;
            };
            for found in scanner.scan(&actions) {
                if found.note.value.is_zero() {
                    continue;
                }
                seen.bundles.extend(bundle_of(entries, found.action));
                if let GrantedKey::Viewing(key) = key {
                    let note = key.nullifier(&found.note).map(|nullifier| ReviewedNote {
                        nullifier,
                        key: *name,
                        value: found.note.value,
                    });
                    seen.notes.extend(note);
                }
            }
        }
        let ours = known.iter().filter(|note| names.contains(&note.key)).chain(&seen.notes);
        let ours: BTreeSet<Nullifier> = ours.map(|note| note.nullifier).collect();
        for (place, entry) in entries.iter().enumerate() {
            let marks = entry.actions.iter().map(|action| action.nullifier);
            for mark in marks.filter(|mark| ours.contains(mark)) {
                seen.spent.push((mark, entry.round));
                seen.bundles.insert(place);
            }
        }
        seen
    }

    /// What a bundle does as all of these keys together show it. `notes` are the account's notes by
    /// their nullifiers.
    #[must_use]
    pub fn explain(
        &self,
        notes: &BTreeMap<Nullifier, Amount<Abc>>,
        (entry, effects): (&LogEntry, &Effects),
        fees: PoolFees,
        (chain, month): (ChainId, Month),
    ) -> PoolMove {
        let spent = effects.nullifiers().filter_map(|nullifier| notes.get(&nullifier));
        let spent = spent.fold(0_u64, |sum, value| sum.saturating_add(value.units()));
        let own = self.own(effects);
        let (mut lines, mut seen, mut kept) = (vec![], 0_u64, 0_u64);
        for (place, action) in effects.actions().iter().enumerate() {
            let (value, line) = match own.get(&place) {
                Some(own) => {
                    if own.scope == Scope::Internal {
                        kept = kept.saturating_add(own.note.value.units());
                    }
                    (own.note.value, own.line(spent > 0))
                }
                None => match self.sent(action) {
                    Some(sent) => (sent.note.value, Some(sent_line(&sent, chain, month))),
                    None => continue,
                },
            };
            seen = seen.saturating_add(value.units());
            lines.extend(line);
        }
        let mut fee = None;
        if spent > 0 {
            let left = u64::try_from(effects.value_balance()).unwrap_or(0);
            let (paid, public) = fees.split_off(left, Leaving::of(self.full(), effects));
            fee = Some(Amount::new(paid));
            lines.extend(PoolLine::some(PoolLineKind::Public, public));
            // Less than nothing: somebody else's notes are spent in the same bundle.
            let undisclosed = spent.saturating_sub(seen.saturating_add(left));
            lines.extend(PoolLine::some(PoolLineKind::Undisclosed, undisclosed));
            if lines.is_empty() {
                lines.extend(PoolLine::some(PoolLineKind::Kept, kept));
            }
        }
        PoolMove { round: entry.round, bundle: entry.halves().digest(), fee, lines }
    }

    /// What a bundle pays to the account, by the place of the action.
    fn own(&self, effects: &Effects) -> BTreeMap<usize, Own> {
        let (mut all, compact) = (BTreeMap::new(), effects.compact());
        for scanner in self.0.values().filter_map(GrantedKey::scanner) {
            for found in scanner.scan(&compact) {
                if found.note.value.is_zero() {
                    continue;
                }
                let action = effects.actions().get(found.action);
                let memo = action.and_then(|action| scanner.memo(action));
                let own = Own { scope: found.scope, note: found.note, memo };
                all.entry(found.action).or_insert(own);
            }
        }
        all
    }

    fn full(&self) -> impl Iterator<Item = &ViewingKey> {
        self.0.values().filter_map(|key| match key {
            GrantedKey::Viewing(key) => Some(key),
            GrantedKey::Incoming(_) => None,
        })
    }

    fn sent(&self, action: &shielded::Action) -> Option<Sent> {
        self.full().find_map(|key| recover(key, action)).filter(|sent| !sent.note.value.is_zero())
    }
}

/// A note of the account's that a bundle makes.
struct Own {
    scope: Scope,
    note: Note,
    memo: Option<Memo>,
}

impl Own {
    /// `None` for change: what is kept is no news.
    fn line(&self, spends: bool) -> Option<PoolLine> {
        let carried = self.memo == Some(Memo::CarryOver);
        let kind = match (self.scope, spends) {
            (Scope::Internal, true) if carried => PoolLineKind::CarriedOver,
            (Scope::Internal, false) if carried => PoolLineKind::CarriedIn,
            (Scope::Internal, true) => return None,
            (Scope::Internal, false) => PoolLineKind::Shielded,
            (Scope::External, true) => PoolLineKind::ToItself,
            // Whoever writes "carry-over" to an address for others has paid all the same.
            (Scope::External, false) => PoolLineKind::Receipt,
        };
        Some(PoolLine::with_memo(kind, self.note.value, self.memo.as_ref()))
    }
}

fn sent_line(sent: &Sent, chain: ChainId, month: Month) -> PoolLine {
    let carried = sent.by == Scope::Internal && sent.memo == Some(Memo::CarryOver);
    let kind = if carried { PoolLineKind::CarriedOut } else { PoolLineKind::Payment };
    let line = PoolLine::with_memo(kind, sent.note.value, sent.memo.as_ref());
    // Most addresses are paid in the month that they are for, and end with the next one. That of a
    // carry-over is used once, and names nobody.
    let to = (!carried).then(|| sent.note.paid_to(chain, month.next()));
    PoolLine { to, ..line }
}

fn bundle_of(entries: &[LogEntry], action: usize) -> Option<usize> {
    let mut left = action;
    entries.iter().position(|entry| {
        let within = left < entry.actions.len();
        left = left.saturating_sub(entry.actions.len());
        within
    })
}

impl GrantedKey {
    fn scanner(&self) -> Option<Scanner> {
        match self {
            Self::Viewing(key) => Scanner::of_accounts(core::slice::from_ref(key)),
            Self::Incoming(key) => Scanner::of_receipts(core::slice::from_ref(key)),
        }
    }
}
