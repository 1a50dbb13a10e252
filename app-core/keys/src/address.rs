//! The text form of addresses: Base58 of version, payload and four check bytes.
//!
//! Every text that may be an address goes through [`parse_address`]; nobody compares texts.

use sha2::{Digest, Sha256};
use types::{Address, AddressKind, UnknownAddressKind};

/// Characters of an address; both kinds have as many over their whole range.
const TEXT_LEN: usize = 34;
/// Version, payload, check.
const BINARY_LEN: usize = Address::LEN + CHECK_LEN;
const CHECK_LEN: usize = 4;
/// May stand before an address of that kind.
const FALCON_PREFIX: &str = "falcon:";

/// Why a text is not an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Other than 34 characters behind the prefix, if there is one.
    #[error("an address has 34 characters")]
    Length,
    /// A character that Base58 does not have, such as 0, O, I, l or a space.
    #[error("a character that no address has")]
    Character,
    /// The check bytes do not match: something is mistyped.
    #[error("mistyped: the check does not match")]
    Checksum,
    /// Well-formed, but of another system.
    #[error(transparent)]
    Kind(#[from] UnknownAddressKind),
    /// `falcon:` before an address that is none of that kind.
    #[error("`falcon:` stands only before an address that begins with F")]
    NotFalcon,
}

/// Writes an address: `A…` for ECDSA, `F…` for Falcon.
#[must_use]
pub fn format_address(address: Address) -> String {
    let bytes = address.to_bytes();
    bs58::encode([bytes.as_slice(), &check(&bytes)].concat()).into_string()
}

/// Reads an address, strictly: no white space, case matters, `falcon:` only before `F…`.
///
/// # Errors
/// [`AddressError`] says what is wrong with the text.
pub fn parse_address(text: &str) -> Result<Address, AddressError> {
    let (bare, must_be_falcon) = match text.strip_prefix(FALCON_PREFIX) {
        Some(bare) => (bare, true),
        None => (text, false),
    };
    let address = parse_bare(bare)?;
    match address.kind {
        AddressKind::Ecdsa if must_be_falcon => Err(AddressError::NotFalcon),
        AddressKind::Ecdsa | AddressKind::Falcon => Ok(address),
    }
}

fn parse_bare(text: &str) -> Result<Address, AddressError> {
    // First of all, because decoding takes time that grows with the square of the length.
    if text.chars().count() != TEXT_LEN {
        return Err(AddressError::Length);
    }
    let bytes = bs58::decode(text).into_vec().map_err(|_| AddressError::Character)?;
    let bytes: [u8; BINARY_LEN] = bytes.try_into().map_err(|_| AddressError::Checksum)?;
    let (body, found) = bytes.split_last_chunk::<CHECK_LEN>().ok_or(AddressError::Length)?;
    if *found != check(body) {
        return Err(AddressError::Checksum);
    }
    let (version, payload) = body.split_first().ok_or(AddressError::Length)?;
    let payload = payload.try_into().map_err(|_| AddressError::Length)?;
    Ok(Address { kind: AddressKind::parse(*version)?, payload })
}

/// The first bytes of SHA-256 twice.
fn check(body: &[u8]) -> [u8; CHECK_LEN] {
    let [a, b, c, d, ..] = <[u8; 32]>::from(Sha256::digest(Sha256::digest(body)));
    [a, b, c, d]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(kind: AddressKind, byte: u8) -> Address {
        Address { kind, payload: [byte; 20] }
    }

    #[test]
    fn the_first_letter_names_the_kind_over_the_whole_range() {
        for (kind, letter) in [(AddressKind::Ecdsa, 'A'), (AddressKind::Falcon, 'F')] {
            for byte in [0, 0xff] {
                let text = format_address(of(kind, byte));
                assert!(text.starts_with(letter), "{text}");
                assert_eq!(text.len(), TEXT_LEN);
                assert_eq!(parse_address(&text), Ok(of(kind, byte)));
            }
        }
    }

    #[test]
    fn one_payload_under_two_versions_is_two_addresses() {
        let texts =
            [AddressKind::Ecdsa, AddressKind::Falcon].map(|kind| format_address(of(kind, 7)));
        assert_eq!(texts[0], "AGR2o7jphyiAXJYmxtXDcMkjSRMfyb8a9g");
        assert_eq!(texts[1], "F6UGcRKHE9GgLWDpFvX3Rs2AzUSzS7EUtj");
    }

    #[test]
    fn the_prefix_stands_only_before_falcon() {
        let (ecdsa, falcon) = (of(AddressKind::Ecdsa, 7), of(AddressKind::Falcon, 7));
        let with = |prefix: &str, address| [prefix, &format_address(address)].concat();
        assert_eq!(parse_address(&with("falcon:", falcon)), Ok(falcon));
        assert_eq!(parse_address(&with("falcon:", ecdsa)), Err(AddressError::NotFalcon));
        for prefix in ["Falcon:", "falcon: ", "falcon:falcon:", " ", "ecdsa:"] {
            assert_eq!(parse_address(&with(prefix, falcon)), Err(AddressError::Length), "{prefix}");
        }
    }

    #[test]
    fn every_altered_byte_is_refused() {
        let good = of(AddressKind::Ecdsa, 7).to_bytes();
        let good = [good.as_slice(), &check(&good)].concat();
        for place in 0..BINARY_LEN {
            for change in 1..=255 {
                let mut bytes = good.clone();
                bytes[place] ^= change;
                assert!(parse_address(&bs58::encode(bytes).into_string()).is_err(), "{place}");
            }
        }
    }

    #[test]
    fn every_altered_character_is_refused() {
        let good = format_address(of(AddressKind::Falcon, 7));
        for place in 0..TEXT_LEN {
            for other in (b'!'..=b'~').filter(|other| *other != good.as_bytes()[place]) {
                let mut text = good.clone().into_bytes();
                text[place] = other;
                assert!(parse_address(std::str::from_utf8(&text).unwrap()).is_err());
            }
        }
    }

    #[test]
    fn the_reason_is_named() {
        let good = format_address(of(AddressKind::Ecdsa, 7));
        assert_eq!(parse_address(""), Err(AddressError::Length));
        assert_eq!(parse_address(&good[1..]), Err(AddressError::Length));
        assert_eq!(parse_address(&good.replace('A', "0")), Err(AddressError::Character));
        assert_eq!(parse_address(&good.replace('A', "é")), Err(AddressError::Character));
        assert_eq!(parse_address(&"1".repeat(TEXT_LEN)), Err(AddressError::Checksum));
        let bitcoin = "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH";
        let unknown = AddressError::Kind(UnknownAddressKind(0));
        assert_eq!(parse_address(bitcoin), Err(unknown));
    }

    proptest! {
        #[test]
        fn every_address_reads_back(payload: [u8; 20], falcon: bool) {
            let kind = if falcon { AddressKind::Falcon } else { AddressKind::Ecdsa };
            let address = Address { kind, payload };
            prop_assert_eq!(parse_address(&format_address(address)), Ok(address));
        }
    }
}
