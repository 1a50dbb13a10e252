//! A note: an amount at an address, unique for ever.

use crate::{Commitment, Month, Nullifier, ShieldedAddress};
use core::fmt;
use orchard::note as inner;
use orchard::value::NoteValue;
use types::{Abc, Amount, ChainId};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// Notes of another version get another commitment and could not be spent; so it is stored.
const NOTE_VERSION: u8 = 3;

/// A note, complete: with its account's keys and a witness it can be spent.
///
/// It comes out of a scan or a bundle of one's own making, or from bytes; [`crate::check_receipt`]
/// tells whether bytes that somebody sent are a note on the ledger.
#[derive(Clone, PartialEq, Eq)]
pub struct Note {
    pub(crate) receiver: [u8; 43],
    /// How much it is worth.
    pub value: Amount<Abc>,
    /// The nullifier of the action that made it: no two notes have the same.
    pub rho: Nullifier,
    pub(crate) seed: [u8; 32],
}

impl Note {
    /// Its commitment, the leaf that it is in the tree.
    #[must_use]
    pub fn commitment(&self) -> Option<Commitment> {
        self.inner().map(|note| commitment_of(&note))
    }

    /// Whom it was paid to: diversifier and transmission key, 43 bytes.
    #[must_use]
    pub const fn recipient(&self) -> &[u8; 43] {
        &self.receiver
    }

    /// True if it was paid to this address.
    #[must_use]
    pub fn is_to(&self, address: &ShieldedAddress) -> bool {
        self.receiver == address.receiver
    }

    /// The address that it was paid to. When that ends, a note does not say: it is for the caller to.
    #[must_use]
    pub fn paid_to(&self, chain: ChainId, ends: Month) -> ShieldedAddress {
        ShieldedAddress { network: crate::network_of(chain), ends, receiver: self.receiver }
    }

    pub(crate) fn of(note: &orchard::Note) -> Self {
        Self {
            receiver: note.recipient().to_raw_address_bytes(),
            value: Amount::new(note.value().inner()),
            rho: Nullifier(note.rho().to_bytes()),
            seed: *note.rseed().as_bytes(),
        }
    }

    pub(crate) fn inner(&self) -> Option<orchard::Note> {
        let rho: inner::Rho = Option::from(inner::Rho::from_bytes(&self.rho.0))?;
        let seed = Option::from(inner::RandomSeed::from_bytes(self.seed, &rho))?;
        let receiver = orchard::Address::from_raw_address_bytes(&self.receiver);
        let value = NoteValue::from_raw(self.value.units());
        let version = orchard::NoteVersion::V3;
        orchard::Note::from_parts(Option::from(receiver)?, value, rho, seed, version).into()
    }
}

pub(crate) fn commitment_of(note: &orchard::Note) -> Commitment {
    Commitment(inner::ExtractedNoteCommitment::from(note.commitment()).to_bytes())
}

/// Whoever knows all of a note can tell where it was paid to; logs do not.
impl fmt::Debug for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Note([secret])")
    }
}

impl Encode for Note {
    fn encode(&self, w: &mut Writer) {
        w.u8(NOTE_VERSION);
        w.fixed(&self.receiver);
        self.value.encode(w);
        self.rho.encode(w);
        w.fixed(&self.seed);
    }
}

impl Decode for Note {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if r.u8()? != NOTE_VERSION {
            return Err(DecodeError::BadValue("note version"));
        }
        let note = Self {
            receiver: r.fixed()?,
            value: Amount::decode(r)?,
            rho: Nullifier::decode(r)?,
            seed: r.fixed()?,
        };
        if note.inner().is_some() { Ok(note) } else { Err(DecodeError::BadValue("note")) }
    }
}
