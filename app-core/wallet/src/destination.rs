//! Where money can be sent, in every form that people write: `A…`, `F…`, `bcm1…`.
//!
//! Every text that may be an address of any kind is read here, so that front ends can show which kind
//! it is, and that one which only looks like an address known before is noticed.

use keys::{format_address, parse_address};
use shielded::{NotPayable, ShieldedAddress, ShieldedAddressError};
use types::{Address, AddressKind, ChainId, Timestamp};
use wire::{Decode, Encode};

/// What every private address begins with.
const PRIVATE: &str = "bcm1";
/// Characters at both ends that people compare.
const COMPARED: usize = 4;
/// The first characters of a private address say nothing about whose it is: `bcm1`, then version,
/// network and month, 32 bits of five a character.
const PRIVATE_HEAD: usize = 4 + 7;

/// Where money can be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destination {
    /// A public one.
    Transparent(Address),
    /// One in the private pool.
    Private(ShieldedAddress),
}

/// The kinds of addresses, as a person has to tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DestinationKind {
    /// `A…`: public, ECDSA.
    Ecdsa,
    /// `F…`: public, Falcon.
    Falcon,
    /// `bcm1…`: private.
    Private,
}

/// Why a text is nowhere that money can be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DestinationError {
    /// Neither `A…` nor `F…`, or mistyped.
    #[error(transparent)]
    Transparent(#[from] keys::AddressError),
    /// It begins as a private address does, and is none.
    #[error(transparent)]
    Private(#[from] ShieldedAddressError),
}

impl Destination {
    /// Reads an address of any kind, strictly: nothing around it but `falcon:` before `F…`.
    ///
    /// # Errors
    /// [`DestinationError`] says what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, DestinationError> {
        let head = text.get(..PRIVATE.len());
        if head.is_some_and(|head| head.eq_ignore_ascii_case(PRIVATE)) {
            return Ok(Self::Private(ShieldedAddress::parse(text)?));
        }
        Ok(Self::Transparent(parse_address(text)?))
    }

    /// Reads what [`Destination::to_bytes`] wrote.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if bytes.len() != Address::LEN {
            return ShieldedAddress::from_bytes(bytes).ok().map(Self::Private);
        }
        let (version, payload) = bytes.split_first()?;
        let (kind, payload) = (AddressKind::parse(*version).ok()?, payload.try_into().ok()?);
        Some(Self::Transparent(Address { kind, payload }))
    }

    /// One form for each: version and payload, or the payload of a private address. Their lengths
    /// differ.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Transparent(address) => address.to_bytes().to_vec(),
            Self::Private(address) => address.to_bytes(),
        }
    }

    /// Which kind it is.
    #[must_use]
    pub const fn kind(&self) -> DestinationKind {
        match self {
            Self::Transparent(Address { kind: AddressKind::Ecdsa, .. }) => DestinationKind::Ecdsa,
            Self::Transparent(Address { kind: AddressKind::Falcon, .. }) => DestinationKind::Falcon,
            Self::Private(_) => DestinationKind::Private,
        }
    }

    /// Whether money for it may be sent on this network now. Public addresses say neither for which
    /// network they are nor until when.
    ///
    /// # Errors
    /// [`NotPayable`].
    pub fn check_payable(&self, chain: ChainId, now: Timestamp) -> Result<(), NotPayable> {
        match self {
            Self::Transparent(_) => Ok(()),
            Self::Private(address) => address.check_payable(chain, now),
        }
    }

    /// True for another address that people take for this one, because they compare its ends: both
    /// are of one kind, and the first and the last four characters that tell addresses apart are the
    /// same but for their case. Nobody meets such a one by chance.
    #[must_use]
    pub fn looks_like(&self, other: &Self) -> bool {
        self != other && self.kind() == other.kind() && ends(self) == ends(other)
    }
}

impl core::fmt::Display for Destination {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Transparent(address) => f.write_str(&format_address(*address)),
            Self::Private(address) => address.fmt(f),
        }
    }
}

fn ends(of: &Destination) -> (Option<String>, Option<String>) {
    let text = of.to_string().to_ascii_lowercase();
    let start = match of {
        Destination::Transparent(_) => 0,
        Destination::Private(_) => PRIVATE_HEAD,
    };
    let head = text.get(start..start.saturating_add(COMPARED));
    let tail = text.get(text.len().saturating_sub(COMPARED)..);
    (head.map(str::to_owned), tail.map(str::to_owned))
}
