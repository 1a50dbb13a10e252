//! Entry points for fuzzing: must never panic.
//!
//! What is accepted is canonical: it reads back as itself, and so do the names above it.

use crate::{MAX_LABEL_BYTES, MAX_LABELS, MAX_NAME_BYTES, Name};
use wire::{Decode, Encode};

/// Bytes as an encoded name, and as the text that a person typed.
pub fn fuzz_name(bytes: &[u8]) {
    if let Ok(name) = Name::from_bytes(bytes) {
        assert_eq!(name.to_bytes(), bytes);
    }
    if let Ok(name) = Name::parse(&String::from_utf8_lossy(bytes)) {
        check(&name);
    }
}

fn check(name: &Name) {
    let text = name.to_string();
    assert!(!text.is_empty() && text.len() <= MAX_NAME_BYTES);
    assert!(name.labels().count() <= MAX_LABELS);
    assert!(name.labels().all(|label| label.as_str().len() <= MAX_LABEL_BYTES));
    assert_eq!(Name::parse(&text).as_ref(), Ok(name));
    assert_eq!(Name::from_bytes(&name.to_bytes()).as_ref(), Ok(name));
    match name.parent() {
        Some(parent) => {
            assert!(!name.is_first_level());
            assert_eq!(parent.length(), name.length());
            check(&parent);
        }
        None => assert!(name.is_first_level()),
    }
}
