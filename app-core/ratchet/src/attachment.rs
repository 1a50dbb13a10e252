//! Attachments: files too large for a message, encrypted under a key that travels in one.
//!
//! The caller reads and writes the files piece by piece; no call here holds more than a few MiB,
//! however large the file. A file is read in two passes: a [`Verifier`] checks the whole of it, and
//! only then a [`Decryptor`] gives plaintext out. Media that play while they arrive go through a
//! [`StreamDecryptor`], which checks every chunk against the list of MACs in the message.
//!
//! ```
//! use rand::SeedableRng;
//! use ratchet::attachment::{AttachmentKey, Encryptor, Verifier};
//! # fn main() -> Result<(), ratchet::RatchetError> {
//! let rng = &mut rand_chacha::ChaCha20Rng::seed_from_u64(1);
//! let (key, file) = (AttachmentKey::generate(rng), b"a picture");
//!
//! let mut blob = vec![];
//! let mut encryptor = Encryptor::new(&key, file.len() as u64, rng)?;
//! encryptor.update(file, &mut blob)?;
//! while encryptor.pad(&mut blob)? {} // here the caller writes `blob` to disk and empties it
//! let sealed = encryptor.finish(&mut blob)?;
//!
//! let mut verifier = Verifier::new(&key);
//! verifier.update(&blob)?;
//! let verified = verifier.finish(&sealed.digest)?;
//!
//! let mut plaintext = vec![];
//! let mut decryptor = verified.into_decryptor(sealed.size)?;
//! decryptor.update(&blob, &mut plaintext)?;
//! decryptor.finish(&mut plaintext)?;
//! assert_eq!(plaintext, file);
//! # Ok(())
//! # }
//! ```

mod cut;
mod decrypt;
mod encrypt;
mod incremental;
mod key;
mod plaintext;
mod stream;
mod whole;

pub use decrypt::{Decryptor, Verified, Verifier};
pub use encrypt::{Encryptor, SealedAttachment};
pub use incremental::IncrementalMac;
pub use key::AttachmentKey;
pub use stream::StreamDecryptor;

/// The largest file, 4 GiB. The format has no limit; this one bounds what a reader must remember.
pub const MAX_SIZE: u64 = 4 << 30;
/// Bytes of which the second pass has a hash; also how much padding is made at a time.
const PIECE: usize = 64 * 1024;
const BLOCK: usize = 16;
const MAC_LEN: usize = 32;
/// No file looks smaller than this.
const MIN_PADDED: u64 = 541;

/// The length to which a file of this size is filled with zeros: the least power of 1.05, rounded
/// down, that holds it, and at least 541. So the size of a blob says little about the file.
#[must_use]
pub fn padded_len(size: u64) -> u64 {
    // Multiplied up rather than by logarithm and power: those may differ between platforms, and near
    // a power they may come out one too low.
    let mut len = 1_f64;
    while (len as u64) < size {
        len *= 1.05;
    }
    (len as u64).max(MIN_PADDED)
}

/// The length of the blob that a file of this size becomes: IV, padded ciphertext and MAC.
#[must_use]
pub fn blob_len(size: u64) -> u64 {
    sealed_len(padded_len(size))
}

/// The length of the blob around so many bytes, padding included.
const fn sealed_len(padded: u64) -> u64 {
    const AROUND: u64 = (BLOCK + MAC_LEN) as u64;
    // The cipher's own padding fills the last block, and is at least one byte.
    match padded.saturating_add(1).checked_next_multiple_of(BLOCK as u64) {
        Some(ciphertext) => ciphertext.saturating_add(AROUND),
        None => u64::MAX,
    }
}

/// Shows nothing of a machine that holds keys or plaintext.
macro_rules! redacted {
    ($($name:ident),*) => {$(
        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    )*};
}
use redacted;
