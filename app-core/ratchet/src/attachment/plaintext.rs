//! From bytes of a blob that are known to be genuine to the file.

use super::{AttachmentKey, BLOCK, MAC_LEN, MAX_SIZE, cut::Tail, sealed_len};
use crate::RatchetError;
use aes::Aes256;
use cbc::cipher::{Array, BlockModeDecrypt, KeyIvInit};
use zeroize::Zeroize;

/// What is kept back until the blob ends: the last block, whose end is padding, and the MAC.
const KEPT: usize = BLOCK + MAC_LEN;

/// Decrypts a blob and cuts it to the size of the file.
pub(super) struct Plaintext {
    cipher: cbc::Decryptor<Aes256>,
    tail: Tail,
    /// The IV is decrypted as if it were ciphertext, and what comes out is thrown away: so the
    /// blocks behind it find it where they look for the block before them.
    iv_left: usize,
    left: u64,
}

impl Plaintext {
    pub(super) fn new(key: &AttachmentKey, size: u64) -> Self {
        let cipher = cbc::Decryptor::new(key.cipher().as_bytes().into(), &[0; BLOCK].into());
        Self { cipher, tail: Tail::new(), iv_left: BLOCK, left: size }
    }

    /// Appends the plaintext of all blocks but the last.
    pub(super) fn update(&mut self, genuine: &[u8], out: &mut Vec<u8>) {
        let start = out.len();
        out.reserve(genuine.len().saturating_add(KEPT));
        let surplus = self.tail.len_with(genuine).saturating_sub(KEPT);
        let keep = if surplus == 0 { KEPT } else { KEPT.saturating_add(surplus % BLOCK) };
        self.tail.push(genuine, keep, |part| out.extend_from_slice(part));
        self.decrypt(start, out);
        let iv = self.iv_left.min(out.len().saturating_sub(start));
        self.iv_left = self.iv_left.saturating_sub(iv);
        out.drain(start..start.saturating_add(iv));
        self.cut(start, out);
    }

    /// Appends the end of the file. The whole blob must have proven genuine.
    pub(super) fn finish(mut self, out: &mut Vec<u8>) -> Result<(), RatchetError> {
        let start = out.len();
        let last = self.tail.as_slice().split_last_chunk::<MAC_LEN>();
        let (last, _) = last.ok_or(RatchetError::BadAttachment)?;
        out.extend_from_slice(last);
        self.decrypt(start, out);
        let padding = out.get(start..).and_then(padding).ok_or(RatchetError::BadAttachment)?;
        out.truncate(out.len().saturating_sub(padding));
        self.cut(start, out);
        if self.left == 0 { Ok(()) } else { Err(RatchetError::BadAttachment) }
    }

    fn decrypt(&mut self, start: usize, out: &mut [u8]) {
        let fresh = out.get_mut(start..).unwrap_or_default();
        self.cipher.decrypt_blocks(Array::slice_as_chunks_mut(fresh).0);
    }

    /// Removes the zeros behind the end of the file.
    fn cut(&mut self, start: usize, out: &mut Vec<u8>) {
        let fresh = out.len().saturating_sub(start);
        let wanted = usize::try_from(self.left).unwrap_or(usize::MAX).min(fresh);
        out.truncate(start.saturating_add(wanted));
        self.left = self.left.saturating_sub(wanted as u64);
    }
}

/// The length of the padding at the end of the last block.
fn padding(block: &[u8]) -> Option<usize> {
    let len = usize::from(*block.last()?);
    let (_, padding) = block.split_at_checked(block.len().checked_sub(len)?)?;
    (len > 0 && padding.iter().all(|byte| usize::from(*byte) == len)).then_some(len)
}

/// True if a file of this size fits into a blob of this length.
pub(super) const fn fits(size: u64, blob_len: u64) -> bool {
    size <= MAX_SIZE && sealed_len(size) <= blob_len
}

/// Passes a result on; if it is an error, takes back whatever was appended since `start`.
pub(super) fn release<T>(
    result: Result<T, RatchetError>,
    start: usize,
    out: &mut Vec<u8>,
) -> Result<T, RatchetError> {
    if result.is_err() {
        out.get_mut(start..).unwrap_or_default().zeroize();
        out.truncate(start);
    }
    result
}
