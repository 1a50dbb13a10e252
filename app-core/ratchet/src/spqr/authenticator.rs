//! Proves that headers and ciphertexts come from the peer, and turns what an agreement yields into
//! an epoch's secret.
//!
//! Both sides hold equal ones, and each secret that is agreed enters into it.

use super::{chunks::Block, kem};
use crate::{kdf, secret::Secret};
use subtle::ConstantTimeEq;
use wire::{Decode, DecodeError, Encode, Reader, Writer};
use zeroize::Zeroizing;

const UPDATE: &[u8] = b"Signal_PQCKA_V1_MLKEM768:Authenticator Update";
const HEADER: &[u8] = b"Signal_PQCKA_V1_MLKEM768:ekheader";
const CIPHERTEXT: &[u8] = b"Signal_PQCKA_V1_MLKEM768:ciphertext";
const EPOCH_SECRET: &[u8] = b"Signal_PQCKA_V1_MLKEM768:SCKA Key";

/// The keys to everything that both sides have agreed on so far.
pub(super) struct Authenticator {
    root: Secret,
    mac: Secret,
}

/// What a finished agreement yields.
pub(super) struct Agreed {
    pub(super) secret: Secret,
    pub(super) authenticator: Authenticator,
}

impl Authenticator {
    /// From the key that PQXDH agreed on for this.
    pub(super) fn start(key: &Secret) -> Self {
        Self { root: Secret::new([0; 32]), mac: Secret::new([0; 32]) }.update(1, key)
    }

    /// The epoch's secret from a shared one, and the authenticator that has taken it in.
    pub(super) fn agree(&self, epoch: u64, shared: &Secret) -> Agreed {
        let [secret] = kdf::hkdf(None, shared.as_bytes(), &label(EPOCH_SECRET, epoch));
        let authenticator = self.update(epoch, &secret);
        Agreed { secret, authenticator }
    }

    pub(super) fn header_mac(&self, epoch: u64, header: &kem::Header) -> Block {
        *kdf::hmac(&self.mac, &[HEADER, &epoch.to_be_bytes(), header.as_flattened()])
    }

    /// Valid for the authenticator that has taken in the ciphertext's secret.
    pub(super) fn ciphertext_mac(&self, epoch: u64, ct1: &kem::Ct1, ct2: &kem::Ct2) -> Block {
        let (ct1, ct2) = (ct1.as_flattened(), ct2.as_flattened());
        *kdf::hmac(&self.mac, &[CIPHERTEXT, &epoch.to_be_bytes(), ct1, ct2])
    }

    fn update(&self, epoch: u64, key: &Secret) -> Self {
        let ikm = Zeroizing::new([*self.root.as_bytes(), *key.as_bytes()]);
        let [root, mac] = kdf::hkdf(None, ikm.as_flattened(), &label(UPDATE, epoch));
        Self { root, mac }
    }
}

/// Compares in constant time.
pub(super) fn same(expected: &Block, found: &Block) -> bool {
    expected.ct_eq(found).into()
}

fn label(text: &[u8], epoch: u64) -> Vec<u8> {
    [text, &epoch.to_be_bytes()].concat()
}

impl Encode for Authenticator {
    fn encode(&self, writer: &mut Writer) {
        self.root.encode(writer);
        self.mac.encode(writer);
    }
}

impl Decode for Authenticator {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { root: Secret::decode(reader)?, mac: Secret::decode(reader)? })
    }
}
