//! The safety number of an account and a contact: what both compare, over a way on which they know
//! each other, to be sure that nobody sits between them.
//!
//! It is made of both accounts' ids and the identities on their cards, as in Signal's protocol. What
//! one side shows crosses as text, so that it can be scanned, copied or sent.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ratchet::{IdentityKey, RatchetError, SafetyNumber, compare_scannable};
use types::OpenId;

use crate::Card;

/// Ids are OpenIDs, where Signal has UUIDs under the same number.
const VERSION: u32 = 2;
/// As apps of Signal's protocol take.
const ITERATIONS: u32 = 5200;

/// Why two safety numbers cannot be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Incomparable {
    /// Not the text that anybody shows.
    #[error("this is not the text of a safety number")]
    NoPayload,
    /// The text that we show ourselves.
    #[error("this is our own text")]
    Own,
    /// The other side counts in another way.
    #[error("the safety numbers are of different versions")]
    OtherVersion,
}

/// The safety number of an account, by its id and identity, and the contact with this card. It takes
/// milliseconds.
///
/// # Errors
/// Never, as long as the number of iterations is one that the ratchet allows.
pub fn safety_number(
    (account, identity): (OpenId, IdentityKey),
    theirs: &Card,
) -> Result<SafetyNumber, RatchetError> {
    let ours = (account.0.as_slice(), &identity);
    SafetyNumber::new(VERSION, ITERATIONS, ours, (&theirs.account().0, &theirs.identity))
}

/// What we show to the contact, as text.
#[must_use]
pub fn scannable(number: &SafetyNumber) -> String {
    BASE64_STANDARD.encode(number.scannable())
}

/// True if a text that somebody showed is the counterpart of what we show. Blanks and line breaks in
/// it come from whatever carried it.
///
/// # Errors
/// [`Incomparable`] if there is nothing to compare; that says nothing about who showed it.
pub fn compare(number: &SafetyNumber, text: &str) -> Result<bool, Incomparable> {
    let text: String = text.split_whitespace().collect();
    let theirs = BASE64_STANDARD.decode(text).map_err(|_| Incomparable::NoPayload)?;
    let ours = number.scannable();
    if theirs == ours {
        return Err(Incomparable::Own);
    }
    compare_scannable(&ours, &theirs).map_err(|error| {
        let other = error == RatchetError::OtherVersion;
        if other { Incomparable::OtherVersion } else { Incomparable::NoPayload }
    })
}
