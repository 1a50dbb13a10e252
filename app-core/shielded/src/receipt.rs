//! A payment that somebody tells of in a chat (`shielded-pool.md` 3, `money-and-mail.md` A8).
//!
//! The chat is an index, never a proof: what is checked here is that the note told of is the one
//! that this action of the ledger makes, and that its ciphertext opens, so that a restore from the
//! words and the review key will find it. That the action is final is checked with a certified
//! header, and that the note is unspent with the set of nullifiers.

use crate::{Action, Note, Scanner, ViewingKey};
use types::{Abc, Amount};

/// Why a note that was told of is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// It is not to an address of this account.
    #[error("not paid to this account")]
    NotOurs,
    /// It is worth something else than was said.
    #[error("another amount than was said")]
    Value,
    /// Its rho is not the nullifier of this action: the same rho twice makes two notes of which
    /// only one can ever be spent.
    #[error("the note does not belong to this action")]
    Rho,
    /// The action makes another note.
    #[error("not the note on the ledger")]
    Commitment,
    /// It is the note on the ledger, but what the ledger holds for the recipient does not open:
    /// the money is there, and no review key will ever see it come in.
    #[error("not reviewable: the ciphertext on the ledger does not open")]
    NotReviewable,
}

/// Holds a note that was told of to the action that is said to make it.
///
/// # Errors
/// The first [`ReceiptError`]; only [`ReceiptError::NotReviewable`] means that the note is real.
pub fn check_receipt(
    key: &ViewingKey,
    action: &Action,
    note: &Note,
    promised: Amount<Abc>,
) -> Result<(), ReceiptError> {
    let (full, inner) = (key.inner().ok_or(ReceiptError::NotOurs)?, note.inner());
    let inner = inner.ok_or(ReceiptError::Commitment)?;
    if full.scope_for_address(&inner.recipient()).is_none() {
        return Err(ReceiptError::NotOurs);
    }
    if note.value != promised {
        return Err(ReceiptError::Value);
    }
    if note.rho != action.nullifier() {
        return Err(ReceiptError::Rho);
    }
    if note.commitment() != Some(action.commitment()) {
        return Err(ReceiptError::Commitment);
    }
    let scanner = Scanner::of_accounts(core::slice::from_ref(key)).ok_or(ReceiptError::NotOurs)?;
    let found = scanner.scan(&[action.compact()]);
    let opens = found.first().is_some_and(|found| found.note == *note);
    if opens { Ok(()) } else { Err(ReceiptError::NotReviewable) }
}
