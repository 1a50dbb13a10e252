//! Entry points for fuzzing: must never panic.

use crate::{Message, WalRecord};
use wire::{Decode, Encode};

/// A message that decodes has exactly the bytes it came from.
pub fn fuzz_message(bytes: &[u8]) {
    if let Ok(message) = Message::from_bytes(bytes) {
        assert_eq!(message.to_bytes(), bytes);
    }
}

/// A log record that decodes has exactly the bytes it came from.
pub fn fuzz_wal_record(bytes: &[u8]) {
    if let Ok(record) = WalRecord::from_bytes(bytes) {
        assert_eq!(record.to_bytes(), bytes);
    }
}
