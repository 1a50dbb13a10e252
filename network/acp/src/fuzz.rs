//! Entry points for fuzzing: must never panic.

use crate::{Message, Seen, Verifier, WalRecord};
use ledger::{Committee, Member};
use std::sync::Arc;
use types::{ChainId, Round};
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

/// Whatever a message says, a committee of nobody in particular has not signed it.
pub fn fuzz_verify(bytes: &[u8]) {
    let Ok(message) = Message::from_bytes(bytes) else { return };
    let member = |n: u8| Member { key: [n; 32], vrf: [n ^ 0x80; 32] };
    let Some(committee) = Committee::new((1..5).map(member).collect()) else { return };
    let here = (Arc::new(committee), [7; 32]);
    let chain = ChainId([7; 32]);
    let verifier = Verifier::new(chain, message.round(), here.clone(), Some(here.clone()));
    let mut seen = Seen::default();
    let accepted = verifier.check(&message, &mut seen).is_ok();
    assert!(!accepted || matches!(message, Message::Status(ref status) if status.high.is_none()));
    let elsewhere = Verifier::new(chain, Round(1), here, None);
    let near = elsewhere.check(&message, &mut seen).is_ok();
    assert!(!near || matches!(message, Message::Status(_)));
}
