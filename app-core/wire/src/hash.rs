//! The one hash of ids, trees and signed bytes: SHA-256 behind a domain tag.

use sha2::{Digest, Sha256};

/// SHA-256 over `tag ‖ parts[0] ‖ parts[1] ‖ …`. Every part but the last has a fixed length or
/// carries its own, so that no two lists of parts give the same bytes.
#[must_use]
pub fn hash(tag: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(tag.as_bytes());
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}
