//! The check of a whole blob: its form, its digest and its MAC.

use super::{AttachmentKey, BLOCK, MAC_LEN, MAX_SIZE, blob_len, cut::Tail};
use crate::{RatchetError, kdf};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Reads a blob once, from the first byte to the last.
pub(super) struct Whole {
    digest: Sha256,
    mac: Hmac<Sha256>,
    /// The last bytes may be the MAC, which does not cover itself.
    tail: Tail,
    len: u64,
}

impl Whole {
    pub(super) fn new(key: &AttachmentKey) -> Self {
        Self { digest: Sha256::new(), mac: kdf::keyed(key.mac()), tail: Tail::new(), len: 0 }
    }

    /// Refuses what is longer than the blob of any file.
    pub(super) fn update(&mut self, blob: &[u8]) -> Result<(), RatchetError> {
        self.len = self.len.saturating_add(blob.len() as u64);
        if self.len > blob_len(MAX_SIZE) {
            return Err(RatchetError::BadAttachment);
        }
        self.digest.update(blob);
        let keep = self.tail.len_with(blob).min(MAC_LEN);
        let Self { tail, mac, .. } = self;
        tail.push(blob, keep, |part| mac.update(part));
        Ok(())
    }

    /// The blob's length, if it is the one with this digest and was made with the key.
    pub(super) fn finish(self, digest: &[u8; 32]) -> Result<u64, RatchetError> {
        let around = (BLOCK + MAC_LEN) as u64;
        let ciphertext = self.len.checked_sub(around).filter(|_| self.len <= blob_len(MAX_SIZE));
        let well_formed = ciphertext.is_some_and(|len| len > 0 && len.is_multiple_of(BLOCK as u64));
        let announced = self.digest.finalize().as_slice().ct_eq(digest);
        let genuine = self.mac.finalize().into_bytes().as_slice().ct_eq(self.tail.as_slice());
        if well_formed && bool::from(announced & genuine) {
            Ok(self.len)
        } else {
            Err(RatchetError::BadAttachment)
        }
    }
}
