//! Finding one's notes: every action of the pool is tried with every key, many at once.
//!
//! The compact part decides: a note that it opens to is money, whatever became of its memo. Wallet,
//! reviewer and verifier call the same function, so that none sees what another does not
//! (`money-and-mail.md` A3).

use crate::secret::redacted;
use crate::{
    Action, CompactAction, Effects, IncomingKey, MadeEnvelope, Memo, Note, Scope, ViewingKey,
    inner_action,
};
use orchard::keys::{self, PreparedIncomingViewingKey};
use orchard::note::{ExtractedNoteCommitment, Nullifier};
use orchard::note_encryption::{self, IronwoodDomain};
use zcash_note_encryption::{EphemeralKeyBytes, batch, try_note_decryption};

/// A note that a key opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The index of the action among those that were scanned.
    pub action: usize,
    /// The index of the key among those of the scanner.
    pub key: usize,
    /// To which of the account's addresses it was paid.
    pub scope: Scope,
    /// The note.
    pub note: Note,
}

/// The keys to try, made ready for many actions; the circuit's crate has no way to wipe them.
pub struct Scanner {
    keys: Vec<PreparedIncomingViewingKey>,
    owners: Vec<(usize, Scope)>,
}

redacted!(Scanner);

impl Scanner {
    /// Looks for everything that is paid to these accounts: receipts, change, carry-over. `None`
    /// for a key that is none.
    #[must_use]
    pub fn of_accounts(accounts: &[ViewingKey]) -> Option<Self> {
        let mut scanner = Self { keys: Vec::new(), owners: Vec::new() };
        for (place, account) in accounts.iter().enumerate() {
            let full = account.inner()?;
            for scope in [Scope::External, Scope::Internal] {
                scanner.add(&full.to_ivk(scope.inner()), (place, scope));
            }
        }
        Some(scanner)
    }

    /// Looks for receipts alone. `None` for a key that is none.
    #[must_use]
    pub fn of_receipts(accounts: &[IncomingKey]) -> Option<Self> {
        let mut scanner = Self { keys: Vec::new(), owners: Vec::new() };
        for (place, account) in accounts.iter().enumerate() {
            scanner.add(&account.inner()?, (place, Scope::External));
        }
        Some(scanner)
    }

    /// Looks for change alone, and what else the account pays to itself.
    fn of_change(account: &ViewingKey) -> Option<Self> {
        let mut scanner = Self { keys: Vec::new(), owners: Vec::new() };
        let scope = Scope::Internal;
        scanner.add(&account.inner()?.to_ivk(scope.inner()), (0, scope));
        Some(scanner)
    }

    fn add(&mut self, key: &keys::IncomingViewingKey, owner: (usize, Scope)) {
        self.keys.push(key.prepare());
        self.owners.push(owner);
    }

    /// Every note among these actions that one of the keys opens, in order. Some 50 µs for each
    /// action and key if there are ten actions or more.
    #[must_use]
    pub fn scan(&self, actions: &[CompactAction]) -> Vec<Found> {
        let (places, outputs): (Vec<_>, Vec<_>) = actions
            .iter()
            .enumerate()
            .filter_map(|(place, action)| Some((place, inner(action)?)))
            .unzip();
        let opened = batch::try_compact_note_decryption(&self.keys, &outputs);
        let opened = places.into_iter().zip(opened).filter_map(|(action, opened)| {
            let ((note, _), key) = opened?;
            let (key, scope) = *self.owners.get(key)?;
            Some(Found { action, key, scope, note: Note::of(&note) })
        });
        opened.collect()
    }

    /// What the memo of an action says that [`Scanner::scan`] has found; `None` if it cannot be
    /// read, which takes nothing from the note.
    #[must_use]
    pub fn memo(&self, action: &Action) -> Option<Memo> {
        let action = inner_action(action, ())?;
        let domain = IronwoodDomain::for_action(&action);
        let mut keys = self.keys.iter();
        let (_, _, memo) = keys.find_map(|key| try_note_decryption(&domain, key, &action))?;
        Memo::read(&memo).ok()
    }
}

/// The red envelope that a bundle of this account's makes, as its change says, which may be worth
/// nothing. What is written to an address that others are told says nothing: they can write it, too.
/// Whether the account has made the bundle is told by what it spends.
#[must_use]
pub fn envelope_made(key: &ViewingKey, effects: &Effects) -> Option<MadeEnvelope> {
    let scanner = Scanner::of_change(key)?;
    effects.actions().iter().find_map(|action| match scanner.memo(action)? {
        Memo::Envelope(made) => Some(made),
        Memo::Empty | Memo::CarryOver | Memo::Payment { .. } => None,
    })
}

fn inner(action: &CompactAction) -> Option<(IronwoodDomain, note_encryption::CompactAction)> {
    let action = note_encryption::CompactAction::from_parts(
        Option::from(Nullifier::from_bytes(&action.nullifier.0))?,
        Option::from(ExtractedNoteCommitment::from_bytes(&action.cmx.0))?,
        EphemeralKeyBytes(action.epk),
        action.enc,
    );
    Some((IronwoodDomain::for_compact_action(&action), action))
}
