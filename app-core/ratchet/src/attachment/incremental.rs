//! The incremental MAC: proof of each chunk of a blob, for media that play while they arrive.
//!
//! It is one HMAC-SHA256, under the attachment's MAC key, that runs over the whole blob as it is
//! stored (IV, ciphertext and MAC) and is read off at the end of each chunk: every value covers all
//! bytes so far. What sort of data Signal's own applications take is not published; here it is the
//! blob, and the chunk length follows from the blob's length. The list itself carries no proof: it
//! travels beside key and digest in the end-to-end encrypted message, and is as trustworthy as they.

use super::{AttachmentKey, MAC_LEN, MAX_SIZE, blob_len, cut::Cutter};
use crate::{RatchetError, kdf};
use core::fmt;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;
/// The longest chunk; as much must be held back until its MAC is checked.
const MAX_CHUNK: u64 = 2 * MIB;

/// The length of a chunk in data of this length.
pub(super) const fn chunk_len(data: u64) -> u64 {
    if data < 16 * MIB {
        64 * KIB
    } else if data < 512 * MIB {
        data.div_ceil(256)
    } else {
        MAX_CHUNK
    }
}

/// The MACs of all chunks of a blob, in order.
#[derive(Clone, PartialEq, Eq)]
pub struct IncrementalMac {
    chunk_len: u32,
    macs: Vec<[u8; MAC_LEN]>,
}

impl IncrementalMac {
    /// Takes a list of MACs, one behind the other, as a message carries it.
    ///
    /// # Errors
    /// [`RatchetError::BadAttachment`] for chunks of more than 2 MiB or of no length, for an empty
    /// or torn list, and for one that is longer than the largest attachment needs.
    pub fn parse(chunk_len: u32, macs: &[u8]) -> Result<Self, RatchetError> {
        let (macs, torn) = macs.as_chunks();
        let before_last = (macs.len() as u64).checked_sub(1);
        let fits = before_last
            .and_then(|chunks| chunks.checked_mul(u64::from(chunk_len)))
            .is_some_and(|len| len < blob_len(MAX_SIZE));
        if fits && torn.is_empty() && (1..=MAX_CHUNK).contains(&u64::from(chunk_len)) {
            Ok(Self { chunk_len, macs: macs.to_vec() })
        } else {
            Err(RatchetError::BadAttachment)
        }
    }

    /// The length of every chunk but the last, which may be shorter.
    #[must_use]
    pub const fn chunk_len(&self) -> u32 {
        self.chunk_len
    }

    /// All MACs, one behind the other, 32 bytes each.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.macs.concat()
    }

    /// The length of the longest blob with so many chunks.
    pub(super) fn most(&self) -> u64 {
        u64::from(self.chunk_len).saturating_mul(self.macs.len() as u64)
    }
}

impl fmt::Debug for IncrementalMac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IncrementalMac({} chunks of {} bytes)", self.macs.len(), self.chunk_len)
    }
}

/// Makes the list for a blob that is written.
pub(super) struct Writing {
    mac: Hmac<Sha256>,
    cutter: Cutter,
    chunk_len: u32,
    macs: Vec<[u8; MAC_LEN]>,
}

impl Writing {
    /// For a blob of this length.
    pub(super) fn new(key: &AttachmentKey, blob_len: u64) -> Self {
        // Never above MAX_CHUNK, so both fit.
        let chunk_len = u32::try_from(chunk_len(blob_len)).unwrap_or(u32::MAX);
        let cutter = Cutter::new(usize::try_from(chunk_len).unwrap_or(usize::MAX));
        Self { mac: kdf::keyed(key.mac()), cutter, chunk_len, macs: vec![] }
    }

    pub(super) fn update(&mut self, mut blob: &[u8]) {
        while let Some((part, full)) = self.cutter.next(&mut blob) {
            self.mac.update(part);
            if full {
                self.macs.push(so_far(&self.mac));
            }
        }
    }

    pub(super) fn finish(mut self) -> IncrementalMac {
        if self.cutter.is_open() {
            self.macs.push(so_far(&self.mac));
        }
        IncrementalMac { chunk_len: self.chunk_len, macs: self.macs }
    }
}

/// Checks a blob that is read, a chunk at a time.
pub(super) struct Reading {
    mac: Hmac<Sha256>,
    macs: std::vec::IntoIter<[u8; MAC_LEN]>,
}

impl Reading {
    pub(super) fn new(key: &AttachmentKey, incremental: &IncrementalMac) -> Self {
        Self { mac: kdf::keyed(key.mac()), macs: incremental.macs.clone().into_iter() }
    }

    /// True if more than one chunk is still to come.
    pub(super) fn before_last(&self) -> bool {
        self.macs.len() > 1
    }

    /// True once all chunks were checked.
    pub(super) fn is_done(&self) -> bool {
        self.macs.len() == 0
    }

    /// Checks the next chunk together with all before it.
    pub(super) fn check(&mut self, chunk: &[u8]) -> Result<(), RatchetError> {
        let expected = self.macs.next().ok_or(RatchetError::BadAttachment)?;
        self.mac.update(chunk);
        if so_far(&self.mac).ct_eq(&expected).into() {
            Ok(())
        } else {
            Err(RatchetError::BadAttachment)
        }
    }
}

fn so_far(mac: &Hmac<Sha256>) -> [u8; MAC_LEN] {
    mac.clone().finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_grow_with_the_data() {
        for (data, expected) in [
            (0, 65_536),
            (16 * MIB - 1, 65_536),
            (16 * MIB, 65_536),
            (16 * MIB + 1, 65_537),
            (100 * MIB, 409_600),
            (512 * MIB - 1, 2 * MIB),
            (512 * MIB, 2 * MIB),
            (u64::MAX, 2 * MIB),
        ] {
            assert_eq!(chunk_len(data), expected, "{data}");
        }
    }

    #[test]
    fn lists_that_no_blob_has_are_refused() {
        let good = IncrementalMac::parse(65_536, &[7; 96]).unwrap();
        assert_eq!((good.chunk_len(), good.to_bytes()), (65_536, vec![7; 96]));
        assert_eq!(format!("{good:?}"), "IncrementalMac(3 chunks of 65536 bytes)");
        assert!(IncrementalMac::parse(1, &[7; 32]).is_ok());
        let longest = vec![7; 32 * blob_len(MAX_SIZE).div_ceil(MAX_CHUNK) as usize];
        assert!(IncrementalMac::parse(2 << 20, &longest).is_ok());
        let longer = [longest.as_slice(), &[7; 32]].concat();
        for (chunk_len, macs) in [
            (0, [7; 32].as_slice()),
            (65_536, &[]),
            (65_536, &[7; 31]),
            (65_536, &[7; 33]),
            ((2 << 20) + 1, &[7; 32]),
            (u32::MAX, &[7; 32]),
            (2 << 20, &longer),
        ] {
            let refused = IncrementalMac::parse(chunk_len, macs);
            assert_eq!(refused, Err(RatchetError::BadAttachment), "{chunk_len} {}", macs.len());
        }
    }
}
