//! Entry points for fuzzing: must never panic.
//!
//! Each takes any bytes; a valid encoding must come back byte for byte.

use crate::secret::KeyFile;
use crate::wraps::Wraps;
use wire::{Decode, Encode};

/// `wraps.bin`.
pub fn fuzz_wraps(bytes: &[u8]) {
    if let Ok(wraps) = Wraps::parse(bytes) {
        assert_eq!(wraps.to_bytes(), bytes);
    }
}

/// `device.key` and the keychain's entry.
pub fn fuzz_key_file(bytes: &[u8]) {
    if let Ok(file) = KeyFile::from_bytes(bytes) {
        assert_eq!(file.to_bytes(), bytes);
    }
}
