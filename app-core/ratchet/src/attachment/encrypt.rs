//! Encrypting a file as it is read.

use super::{
    AttachmentKey, BLOCK, IncrementalMac, MAX_SIZE, PIECE, blob_len, cut::Tail,
    incremental::Writing, padded_len, redacted,
};
use crate::{RatchetError, kdf};
use aes::Aes256;
use cbc::cipher::{Array, BlockModeEncrypt, KeyIvInit};
use hmac::{Hmac, Mac};
use rand_core::CryptoRng;
use sha2::{Digest, Sha256};

/// Encrypts one file. The caller gives it in portions with [`Encryptor::update`], then asks for
/// padding with [`Encryptor::pad`] until there is no more, then calls [`Encryptor::finish`]; what
/// these append to `out`, one behind the other, is the blob.
pub struct Encryptor {
    cipher: cbc::Encryptor<Aes256>,
    /// The beginning of a block.
    tail: Tail,
    mac: Hmac<Sha256>,
    digest: Sha256,
    incremental: Writing,
    /// Until it is written.
    iv: Option<[u8; BLOCK]>,
    size: u64,
    plaintext_left: u64,
    padding_left: u64,
    failed: bool,
}

/// What the message that announces an attachment says about it, beside the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedAttachment {
    /// SHA-256 of the whole blob.
    pub digest: [u8; 32],
    /// Length of the file, to which the reader cuts.
    pub size: u64,
    /// For a reader that does not wait for the whole blob.
    pub incremental: IncrementalMac,
}

impl Encryptor {
    /// Begins a file of exactly `size` bytes.
    ///
    /// # Errors
    /// [`RatchetError::BadAttachment`] above [`MAX_SIZE`].
    pub fn new(
        key: &AttachmentKey,
        size: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, RatchetError> {
        let mut iv = [0; BLOCK];
        rng.fill_bytes(&mut iv);
        Self::with_iv(key, size, iv)
    }

    pub(crate) fn with_iv(
        key: &AttachmentKey,
        size: u64,
        iv: [u8; BLOCK],
    ) -> Result<Self, RatchetError> {
        if size > MAX_SIZE {
            return Err(RatchetError::BadAttachment);
        }
        Ok(Self {
            cipher: cbc::Encryptor::new(key.cipher().as_bytes().into(), &iv.into()),
            tail: Tail::new(),
            mac: kdf::keyed(key.mac()),
            digest: Sha256::new(),
            incremental: Writing::new(key, blob_len(size)),
            iv: Some(iv),
            size,
            plaintext_left: size,
            padding_left: padded_len(size).saturating_sub(size),
            failed: false,
        })
    }

    /// Takes the next portion and appends what can be encrypted of it, at most 31 bytes more than
    /// the portion has.
    ///
    /// # Errors
    /// [`RatchetError::BadAttachment`] for more than was announced; it cannot go on after that.
    pub fn update(&mut self, plaintext: &[u8], out: &mut Vec<u8>) -> Result<(), RatchetError> {
        let left = self.plaintext_left.checked_sub(plaintext.len() as u64);
        let Some(left) = left.filter(|_| !self.failed) else {
            self.failed = true;
            return Err(RatchetError::BadAttachment);
        };
        self.plaintext_left = left;
        self.encrypt(plaintext, out);
        Ok(())
    }

    /// Appends the next part of the padding, at most 64 KiB and 31 bytes; false if it was the last.
    ///
    /// # Errors
    /// [`RatchetError::BadAttachment`] if some of the announced plaintext is missing.
    pub fn pad(&mut self, out: &mut Vec<u8>) -> Result<bool, RatchetError> {
        const ZEROS: &[u8; PIECE] = &[0; PIECE];
        if self.failed || self.plaintext_left > 0 {
            return Err(RatchetError::BadAttachment);
        }
        let len = usize::try_from(self.padding_left).unwrap_or(PIECE).min(PIECE);
        let (zeros, _) = ZEROS.split_at(len);
        self.padding_left = self.padding_left.saturating_sub(len as u64);
        self.encrypt(zeros, out);
        Ok(self.padding_left > 0)
    }

    /// Appends the end of the blob, less than 100 bytes.
    ///
    /// # Errors
    /// [`RatchetError::BadAttachment`] if plaintext or padding is missing; nothing is appended.
    pub fn finish(mut self, out: &mut Vec<u8>) -> Result<SealedAttachment, RatchetError> {
        if self.failed || self.plaintext_left > 0 || self.padding_left > 0 {
            return Err(RatchetError::BadAttachment);
        }
        let missing = BLOCK.saturating_sub(self.tail.len_with(&[]));
        let padding = [missing as u8; BLOCK];
        self.encrypt(padding.split_at(missing.min(BLOCK)).0, out);
        let tag = self.mac.finalize().into_bytes();
        self.digest.update(tag);
        self.incremental.update(&tag);
        out.extend_from_slice(&tag);
        Ok(SealedAttachment {
            digest: self.digest.finalize().into(),
            size: self.size,
            incremental: self.incremental.finish(),
        })
    }

    /// Encrypts all whole blocks, in place behind what `out` already has.
    fn encrypt(&mut self, plaintext: &[u8], out: &mut Vec<u8>) {
        let start = out.len();
        out.reserve(plaintext.len().saturating_add(2 * BLOCK));
        let encrypted_from = match self.iv.take() {
            None => start,
            Some(iv) => {
                out.extend_from_slice(&iv);
                out.len()
            }
        };
        let keep = self.tail.len_with(plaintext) % BLOCK;
        self.tail.push(plaintext, keep, |part| out.extend_from_slice(part));
        let fresh = out.get_mut(encrypted_from..).unwrap_or_default();
        let (blocks, _) = Array::slice_as_chunks_mut(fresh);
        self.cipher.encrypt_blocks(blocks);
        let blob = out.get(start..).unwrap_or_default();
        self.mac.update(blob);
        self.digest.update(blob);
        self.incremental.update(blob);
    }
}

redacted!(Encryptor);
