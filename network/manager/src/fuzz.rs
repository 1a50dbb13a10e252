//! Entry points for fuzzing: must never panic.

use crate::frame::Frame;
use crate::offences;
use crate::wal;
use wire::{Decode, Encode};

/// A frame that decodes has exactly the bytes it came from.
pub fn fuzz_frame(bytes: &[u8]) {
    if let Ok(frame) = Frame::from_bytes(bytes) {
        assert_eq!(frame.to_bytes(), bytes);
    }
}

/// Whatever stands in the log of votes, reading it ends with records or a refusal, and what was
/// read is written back as the same bytes.
pub fn fuzz_wal(bytes: &[u8]) {
    let read = wal::scan(bytes);
    let again: Vec<u8> = read.records.iter().flat_map(wal::frame_of).collect();
    assert_eq!(bytes.get(..read.good), Some(again.as_slice()));
}

/// The same of the file of evidence.
pub fn fuzz_offences(bytes: &[u8]) {
    offences::fuzz(bytes);
}
