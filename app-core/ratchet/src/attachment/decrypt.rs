//! Reading an attachment in two passes: first all of it is checked, then it is decrypted.
//!
//! The file may change between the passes, by another program or a failing disk. So the first pass
//! keeps a hash of every 64 KiB, and the second decrypts no piece that has another.

use super::{
    AttachmentKey, PIECE,
    cut::Cutter,
    plaintext::{Plaintext, fits, release},
    redacted,
    whole::Whole,
};
use crate::RatchetError;
use sha2::{Digest, Sha256};

/// The first pass: checks a blob and gives nothing out.
pub struct Verifier {
    key: AttachmentKey,
    whole: Whole,
    cutter: Cutter,
    piece: Sha256,
    pieces: Vec<[u8; 32]>,
}

/// Proof that a blob is the announced one, with a memory of what it looked like: 32 bytes for each
/// 64 KiB, so about 1 MiB for a file of 2 GB.
pub struct Verified {
    key: AttachmentKey,
    len: u64,
    pieces: Vec<[u8; 32]>,
}

/// The second pass: gives the plaintext of the very bytes that were verified.
pub struct Decryptor {
    plaintext: Plaintext,
    cutter: Cutter,
    /// Ciphertext that is not yet a whole piece.
    piece: Vec<u8>,
    pieces: std::vec::IntoIter<[u8; 32]>,
    failed: bool,
}

impl Verifier {
    /// Begins a blob that was announced with this key.
    #[must_use]
    pub fn new(key: &AttachmentKey) -> Self {
        Self {
            key: AttachmentKey::from_bytes(&key.to_bytes()),
            whole: Whole::new(key),
            cutter: Cutter::new(PIECE),
            piece: Sha256::new(),
            pieces: vec![],
        }
    }

    /// Takes the next portion of the blob.
    ///
    /// # Errors
    /// [`RatchetError::BadAttachment`] once there is more than the largest attachment has.
    pub fn update(&mut self, mut blob: &[u8]) -> Result<(), RatchetError> {
        self.whole.update(blob)?;
        while let Some((part, full)) = self.cutter.next(&mut blob) {
            self.piece.update(part);
            if full {
                self.pieces.push(self.piece.finalize_reset().into());
            }
        }
        Ok(())
    }

    /// Ends the blob, which must have this digest.
    ///
    /// # Errors
    /// [`RatchetError::BadAttachment`] if digest or MAC is another.
    pub fn finish(mut self, digest: &[u8; 32]) -> Result<Verified, RatchetError> {
        let len = self.whole.finish(digest)?;
        if self.cutter.is_open() {
            self.pieces.push(self.piece.finalize().into());
        }
        Ok(Verified { key: self.key, len, pieces: self.pieces })
    }
}

impl Verified {
    /// Begins the second pass, for a file that was announced with this size.
    ///
    /// # Errors
    /// [`RatchetError::BadAttachment`] if the blob is too short for a file of this size.
    pub fn into_decryptor(self, size: u64) -> Result<Decryptor, RatchetError> {
        if !fits(size, self.len) {
            return Err(RatchetError::BadAttachment);
        }
        Ok(Decryptor {
            plaintext: Plaintext::new(&self.key, size),
            cutter: Cutter::new(PIECE),
            piece: Vec::with_capacity(PIECE),
            pieces: self.pieces.into_iter(),
            failed: false,
        })
    }
}

impl Decryptor {
    /// Takes the next portion of the same blob and appends the plaintext of all pieces that it
    /// completes, at most 64 KiB more than the portion has.
    ///
    /// # Errors
    /// [`RatchetError::BadAttachment`] for bytes that were not verified; nothing is appended, and it
    /// cannot go on after that.
    pub fn update(&mut self, blob: &[u8], out: &mut Vec<u8>) -> Result<(), RatchetError> {
        let start = out.len();
        let result = self.read(blob, out);
        self.failed |= result.is_err();
        release(result, start, out)
    }

    /// Ends the blob and appends the rest of the file.
    ///
    /// # Errors
    /// [`RatchetError::BadAttachment`] if the blob was not complete, or is not padded as announced;
    /// nothing is appended.
    pub fn finish(mut self, out: &mut Vec<u8>) -> Result<(), RatchetError> {
        let start = out.len();
        let result = self.read_end(out);
        release(result.and_then(|()| self.plaintext.finish(out)), start, out)
    }

    fn read(&mut self, mut blob: &[u8], out: &mut Vec<u8>) -> Result<(), RatchetError> {
        while let Some((part, full)) = self.cutter.next(&mut blob) {
            if self.failed {
                return Err(RatchetError::BadAttachment);
            }
            self.piece.extend_from_slice(part);
            if full {
                self.open_piece(out)?;
            }
        }
        Ok(())
    }

    fn read_end(&mut self, out: &mut Vec<u8>) -> Result<(), RatchetError> {
        if self.cutter.is_open() {
            self.open_piece(out)?;
        }
        let complete = !self.failed && self.pieces.len() == 0;
        if complete { Ok(()) } else { Err(RatchetError::BadAttachment) }
    }

    /// Decrypts from our own copy, which nobody can change after it was compared.
    fn open_piece(&mut self, out: &mut Vec<u8>) -> Result<(), RatchetError> {
        let expected = self.pieces.next().ok_or(RatchetError::BadAttachment)?;
        if <[u8; 32]>::from(Sha256::digest(&self.piece)) != expected {
            return Err(RatchetError::BadAttachment);
        }
        self.plaintext.update(&self.piece, out);
        self.piece.clear();
        Ok(())
    }
}

redacted!(Verifier, Verified, Decryptor);
