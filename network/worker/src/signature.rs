//! Ed25519 checks, strict: one signature for one message, and no keys that verify everything.

use crate::failure::Stop;
use ed25519_dalek::{Signature, VerifyingKey};
use types::WorkerId;
use wire::events::QueueRight;
use wire::mail::read_bytes;

/// True if the connection of `peer` may read the queue of this receive key on `worker`.
#[must_use]
pub fn check_right(worker: WorkerId, peer: &[u8; 32], right: &QueueRight) -> bool {
    verifies(&right.receive_key, &read_bytes(worker, peer), &right.signature)
}

/// Stops with `bad_signature` unless the key has signed the message.
pub(crate) fn require(
    key: &[u8; 32],
    message: &[u8; 32],
    signature: &[u8; 64],
) -> Result<(), Stop> {
    if verifies(key, message, signature) {
        Ok(())
    } else {
        Err(Stop::bad_signature("the signature does not match"))
    }
}

/// True if signatures by this key can mean anything.
pub(crate) fn usable(key: &[u8; 32]) -> bool {
    VerifyingKey::from_bytes(key).is_ok_and(|key| !key.is_weak())
}

fn verifies(key: &[u8; 32], message: &[u8; 32], signature: &[u8; 64]) -> bool {
    VerifyingKey::from_bytes(key)
        .is_ok_and(|key| key.verify_strict(message, &Signature::from_bytes(signature)).is_ok())
}
