//! Shielded addresses: `bcm1…`, which say for which network and until when they are good.
//!
//! They are semi-secret: whoever knows one and has a quantum computer reads what was paid to it
//! (`shielded-pool.md` 4). They travel inside sessions, never on the ledger or in an invite.

use crate::Month;
use crate::effects::POOL_VERSION;
use bech32::primitives::decode::CheckedHrpstring;
use bech32::{Bech32m, Hrp};
use types::{ChainId, Timestamp};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// What stands before the `1`.
const PREFIX: &str = "bcm";
/// Version, network, last month, receiver.
const PAYLOAD_LEN: usize = 47;
/// Characters of an address.
const TEXT_LEN: usize = 86;
/// How long after its month one pays to an address all the same: 31 days.
const GRACE_SECS: u64 = 31 * 86_400;

/// Where private money is sent to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ShieldedAddress {
    /// Tells networks apart; [`network_of`] a chain.
    pub network: u8,
    /// The month at whose beginning it ends: the one after that of its account.
    pub ends: Month,
    pub(crate) receiver: [u8; 43],
}

/// Why a text is no shielded address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ShieldedAddressError {
    /// Other than 86 characters, or another beginning than `bcm1`.
    #[error("a private address has 86 characters and begins with bcm1")]
    Form,
    /// The check does not match, or the letters are of both cases.
    #[error("mistyped: the check does not match")]
    Checksum,
    /// Of a version of the pool that this program does not know.
    #[error("an address of a newer version: this program must be updated")]
    Version,
    /// A month that does not exist, or a receiver that nobody can be.
    #[error("not an address")]
    Content,
}

/// Why one does not pay to an address that is well-formed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotPayable {
    /// It is for another network.
    #[error("an address of another network")]
    OtherNetwork,
    /// It ended more than 31 days ago: ask for a new one.
    #[error("this address has ended: ask for a new one")]
    Ended,
}

/// What stands for a chain in addresses: the first byte of its id. Of 256 foreign networks one gets
/// past this; what is paid there is worth nothing here all the same, because a transaction names
/// the whole id.
#[must_use]
pub const fn network_of(chain: ChainId) -> u8 {
    let [first, ..] = chain.0;
    first
}

impl ShieldedAddress {
    /// Reads the text form, strictly: one case throughout, nothing around it.
    ///
    /// # Errors
    /// [`ShieldedAddressError`] says what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, ShieldedAddressError> {
        if text.len() != TEXT_LEN || !text.is_ascii() {
            return Err(ShieldedAddressError::Form);
        }
        let checked = CheckedHrpstring::new::<Bech32m>(text);
        let checked = checked.map_err(|_| ShieldedAddressError::Checksum)?;
        if checked.hrp().to_lowercase() != PREFIX {
            return Err(ShieldedAddressError::Form);
        }
        let payload: Vec<u8> = checked.byte_iter().collect();
        if payload.first().is_some_and(|version| *version != POOL_VERSION) {
            return Err(ShieldedAddressError::Version);
        }
        let address = Self::from_bytes(&payload).map_err(|_| ShieldedAddressError::Content)?;
        // The last character has bits to spare; only one of its readings is an address.
        let one = address.to_string() == text.to_ascii_lowercase();
        if one { Ok(address) } else { Err(ShieldedAddressError::Content) }
    }

    /// Holds the address to the network and to its end, as of a certified header's time.
    ///
    /// # Errors
    /// [`NotPayable`].
    pub fn check_payable(&self, chain: ChainId, now: Timestamp) -> Result<(), NotPayable> {
        if self.network != network_of(chain) {
            return Err(NotPayable::OtherNetwork);
        }
        let over = now > self.ends.begins().plus_secs(GRACE_SECS);
        if over { Err(NotPayable::Ended) } else { Ok(()) }
    }

    /// Whom it pays: diversifier and transmission key, as [`crate::Note::recipient`] of a note.
    #[must_use]
    pub const fn receiver(&self) -> &[u8; 43] {
        &self.receiver
    }

    pub(crate) fn inner(&self) -> Option<orchard::Address> {
        orchard::Address::from_raw_address_bytes(&self.receiver).into()
    }
}

impl core::fmt::Display for ShieldedAddress {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let prefix = Hrp::parse(PREFIX).map_err(|_| core::fmt::Error)?;
        bech32::encode_lower_to_fmt::<Bech32m, _>(f, prefix, &self.to_bytes())
            .map_err(|_| core::fmt::Error)
    }
}

impl Encode for ShieldedAddress {
    fn encode(&self, w: &mut Writer) {
        w.u8(POOL_VERSION);
        w.u8(self.network);
        self.ends.encode(w);
        w.fixed(&self.receiver);
    }
}

impl Decode for ShieldedAddress {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if r.u8()? != POOL_VERSION {
            return Err(DecodeError::BadValue("version of an address"));
        }
        let address = Self { network: r.u8()?, ends: Month::decode(r)?, receiver: r.fixed()? };
        let good = address.inner().is_some();
        if good { Ok(address) } else { Err(DecodeError::BadValue("receiver")) }
    }
}

const _: () = assert!(PAYLOAD_LEN == 1 + 1 + 2 + 43);
