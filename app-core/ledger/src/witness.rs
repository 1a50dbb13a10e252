//! The witness of a transaction: its signatures, one slot per source.
//!
//! Slots have the length of their scheme's signature and nothing else; every one is checked.

use crate::transaction::{MAX_SOURCES, Source};
use crate::{Rejection, Transaction};
use keys::PublicKey;
use types::{Address, AddressKind};
use wire::{DecodeError, Reader, Writer};

const ECDSA_LEN: usize = 64;
const FALCON_LEN: usize = 1280;
const COUNT_LEN: usize = 4;

/// The slots as they stand in the transaction.
pub(crate) fn bytes(slots: &[Vec<u8>]) -> Vec<u8> {
    let mut w = Writer::new();
    w.u32(u32::try_from(slots.len()).unwrap_or(u32::MAX));
    slots.iter().for_each(|slot| w.bytes(slot));
    w.into_bytes()
}

/// Reads what [`bytes`] writes.
pub(crate) fn read(r: &mut Reader<'_>) -> Result<Vec<Vec<u8>>, DecodeError> {
    let count = usize::try_from(r.u32()?).map_err(|_| DecodeError::TooLong)?;
    if count > MAX_SOURCES {
        return Err(DecodeError::TooLong);
    }
    (0..count).map(|_| r.bytes(FALCON_LEN)).collect()
}

/// The length of [`bytes`] once every one of these sources has signed.
pub(crate) fn signed_len(sources: &[Source]) -> Option<usize> {
    sources.iter().try_fold(COUNT_LEN, |len, source| {
        len.checked_add(COUNT_LEN)?.checked_add(signature_len(source.address))
    })
}

pub(crate) const fn signature_len(address: Address) -> usize {
    match address.kind {
        AddressKind::Ecdsa => ECDSA_LEN,
        AddressKind::Falcon => FALCON_LEN,
    }
}

pub(crate) fn check(
    tx: &Transaction,
    key_of: &impl Fn(Address) -> Option<PublicKey>,
) -> Result<(), Rejection> {
    if tx.witness.len() != tx.sources.len() {
        return Err(Rejection::BadSignature { slot: tx.witness.len().min(tx.sources.len()) });
    }
    let sighash = tx.sighash();
    for (slot, (source, signature)) in tx.sources.iter().zip(&tx.witness).enumerate() {
        let key = source.reveal.clone().or_else(|| key_of(source.address));
        let signed = key.is_some_and(|key| {
            signature.len() == key.signature_len() && key.verify(&sighash, signature)
        });
        if !signed {
            return Err(Rejection::BadSignature { slot });
        }
    }
    Ok(())
}
