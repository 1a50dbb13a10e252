//! Reading an attachment while it arrives.
//!
//! A chunk is decrypted only after its MAC has proven it and everything before it; the last one
//! waits for the check of the whole blob, which is the same as for a file that was stored first.

use super::{
    AttachmentKey, IncrementalMac,
    cut::Cutter,
    incremental::Reading,
    plaintext::{Plaintext, fits, release},
    redacted,
    whole::Whole,
};
use crate::RatchetError;

/// Decrypts a blob in one pass, chunk by chunk. It holds one chunk back, at most 2 MiB.
pub struct StreamDecryptor {
    plaintext: Plaintext,
    whole: Whole,
    incremental: Reading,
    cutter: Cutter,
    /// Ciphertext that is not yet a whole chunk.
    chunk: Vec<u8>,
    chunk_len: usize,
    digest: [u8; 32],
    failed: bool,
}

impl StreamDecryptor {
    /// Begins a blob that was announced with this key, digest, size and list of MACs. All four must
    /// come from the same end-to-end encrypted message: nothing else authenticates them.
    ///
    /// # Errors
    /// [`RatchetError::BadAttachment`] if a file of this size has more chunks.
    pub fn new(
        key: &AttachmentKey,
        size: u64,
        digest: [u8; 32],
        incremental: &IncrementalMac,
    ) -> Result<Self, RatchetError> {
        let chunk_len = usize::try_from(incremental.chunk_len());
        let chunk_len = chunk_len.map_err(|_| RatchetError::BadAttachment)?;
        if !fits(size, incremental.most()) {
            return Err(RatchetError::BadAttachment);
        }
        Ok(Self {
            plaintext: Plaintext::new(key, size),
            whole: Whole::new(key),
            incremental: Reading::new(key, incremental),
            cutter: Cutter::new(chunk_len),
            chunk: Vec::with_capacity(chunk_len),
            chunk_len,
            digest,
            failed: false,
        })
    }

    /// Takes the next portion and appends the plaintext of all chunks that it completes, at most
    /// one chunk more than the portion has.
    ///
    /// # Errors
    /// [`RatchetError::BadAttachment`] for a chunk that is not genuine, or one too many; nothing is
    /// appended, and it cannot go on after that.
    pub fn update(&mut self, blob: &[u8], out: &mut Vec<u8>) -> Result<(), RatchetError> {
        let start = out.len();
        let result = self.read(blob, out);
        self.failed |= result.is_err();
        release(result, start, out)
    }

    /// Ends the blob: checks the last chunk, then the whole, then appends the rest of the file.
    ///
    /// # Errors
    /// [`RatchetError::BadAttachment`] if the blob is not the announced one; nothing is appended.
    pub fn finish(mut self, out: &mut Vec<u8>) -> Result<(), RatchetError> {
        if self.failed {
            return Err(RatchetError::BadAttachment);
        }
        if !self.chunk.is_empty() {
            self.incremental.check(&self.chunk)?;
        }
        let complete = self.incremental.is_done();
        self.whole.finish(&self.digest)?;
        if !complete {
            return Err(RatchetError::BadAttachment);
        }
        let start = out.len();
        self.plaintext.update(&self.chunk, out);
        release(self.plaintext.finish(out), start, out)
    }

    fn read(&mut self, mut blob: &[u8], out: &mut Vec<u8>) -> Result<(), RatchetError> {
        if self.failed {
            return Err(RatchetError::BadAttachment);
        }
        self.whole.update(blob)?;
        while let Some((part, full)) = self.cutter.next(&mut blob) {
            if self.chunk.len() == self.chunk_len {
                // The last chunk is complete and waits for the end, but here is more.
                return Err(RatchetError::BadAttachment);
            }
            self.chunk.extend_from_slice(part);
            if full && self.incremental.before_last() {
                self.incremental.check(&self.chunk)?;
                self.plaintext.update(&self.chunk, out);
                self.chunk.clear();
            }
        }
        Ok(())
    }
}

redacted!(StreamDecryptor);
