//! What is written like something else than a name: addresses, OpenIDs, and the words before them.
//!
//! A text field takes a name or an address. None that reads as both may exist, or whoever registers
//! it takes the money.

use crate::NameError;
use types::{Address, AddressKind};

/// Characters of an address; both kinds have as many over their whole range.
const ADDRESS_TEXT_LEN: usize = 34;
const OPEN_ID_TEXT_LEN: usize = 64;
const FALCON: &str = "falcon";
const FALCON_PREFIX: &str = "falcon:";
const SHIELDED_PREFIX: &str = "bcm1";

/// Refuses a text of another form, in any case of its letters; a base of 58 has both cases, so for
/// addresses it must be the text as typed.
pub(crate) fn refuse(text: &str) -> Result<(), NameError> {
    if text.eq_ignore_ascii_case(FALCON) || begins(text, FALCON_PREFIX) {
        Err(NameError::Falcon)
    } else if begins(text, SHIELDED_PREFIX) {
        Err(NameError::ShieldedAddress)
    } else if text.len() == OPEN_ID_TEXT_LEN && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        Err(NameError::OpenId)
    } else if is_address(text) {
        Err(NameError::Address)
    } else {
        Ok(())
    }
}

fn begins(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix))
}

/// Base58Check of a version byte that we use and 20 bytes.
fn is_address(text: &str) -> bool {
    // First of all, because decoding takes time that grows with the square of the length.
    if text.len() != ADDRESS_TEXT_LEN {
        return false;
    }
    let Ok(bytes) = bs58::decode(text).with_check(None).into_vec() else { return false };
    let kind = bytes.first().map(|version| AddressKind::parse(*version));
    bytes.len() == Address::LEN && matches!(kind, Some(Ok(_)))
}
