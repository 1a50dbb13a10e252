//! The witness of a transaction: its signatures, one slot per source, then one per action that
//! needs another signer (`money-and-mail.md` B1).
//!
//! Slots have the length of their scheme's signature and nothing else; every one is checked.

use crate::actions::Signer;
use crate::{MAX_ACTIONS, MAX_SOURCES, Rejection, Transaction};
use keys::PublicKey;
use types::{Address, AddressKind};
use wire::{DecodeError, Reader, Writer};

const ECDSA_LEN: usize = 64;
const FALCON_LEN: usize = 1280;
const ED25519_LEN: usize = 64;
/// One for each source and each action.
const MAX_SLOTS: usize = MAX_SOURCES + MAX_ACTIONS;
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
    if count > MAX_SLOTS {
        return Err(DecodeError::TooLong);
    }
    (0..count).map(|_| r.bytes(FALCON_LEN)).collect()
}

/// The length of [`bytes`] once every slot is signed.
pub(crate) fn signed_len(tx: &Transaction) -> Option<usize> {
    let of_sources = tx.sources.iter().map(|source| signature_len(source.address));
    let lens = of_sources.chain(signers(tx).map(|signer| match signer {
        Signer::Key(key) => key.signature_len(),
        Signer::Address(address) => signature_len(address),
        Signer::Ed25519(_) => ED25519_LEN,
    }));
    lens.into_iter().try_fold(COUNT_LEN, |sum, len| sum.checked_add(COUNT_LEN)?.checked_add(len))
}

pub(crate) const fn signature_len(address: Address) -> usize {
    match address.kind {
        AddressKind::Ecdsa => ECDSA_LEN,
        AddressKind::Falcon => FALCON_LEN,
    }
}

pub(crate) fn signers(tx: &Transaction) -> impl Iterator<Item = Signer> {
    tx.actions.iter().filter_map(|action| action.act().signer())
}

pub(crate) fn check(
    tx: &Transaction,
    key_of: &impl Fn(Address) -> Option<PublicKey>,
) -> Result<(), Rejection> {
    let sources = tx.sources.iter().map(|source| match &source.reveal {
        Some(key) => Signer::Key(key.clone()),
        None => Signer::Address(source.address),
    });
    let slots: Vec<Signer> = sources.chain(signers(tx)).collect();
    if tx.witness.len() != slots.len() {
        return Err(Rejection::BadSignature { slot: tx.witness.len().min(slots.len()) });
    }
    let sighash = tx.sighash();
    for (slot, (signer, signature)) in slots.into_iter().zip(&tx.witness).enumerate() {
        let signed = match signer {
            Signer::Key(key) => is_by(&key, &sighash, signature),
            Signer::Address(at) => key_of(at).is_some_and(|key| is_by(&key, &sighash, signature)),
            Signer::Ed25519(key) => <&[u8; ED25519_LEN]>::try_from(signature.as_slice())
                .is_ok_and(|signature| keys::ed25519_verify(&key, &sighash, signature)),
        };
        if !signed {
            return Err(Rejection::BadSignature { slot });
        }
    }
    Ok(())
}

fn is_by(key: &PublicKey, sighash: &[u8; 32], signature: &[u8]) -> bool {
    signature.len() == key.signature_len() && key.verify(sighash, signature)
}
