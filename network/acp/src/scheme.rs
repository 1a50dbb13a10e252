//! A manager's two keys as the engine uses them.

use crate::ports::Scheme;
use ed25519_dalek::{Signer, SigningKey};
use keys::{VrfKey, vrf_output};
use std::fmt;

/// Ed25519 for what a member says, RFC 9381 for its tickets; never one key for both.
pub struct KeyScheme {
    key: SigningKey,
    vrf: VrfKey,
}

impl KeyScheme {
    /// A member with these keys.
    #[must_use]
    pub const fn new(key: SigningKey, vrf: VrfKey) -> Self {
        Self { key, vrf }
    }

    /// What a committee knows of it.
    #[must_use]
    pub fn member(&self) -> ledger::Member {
        ledger::Member { key: self.key.verifying_key().to_bytes(), vrf: self.vrf.public() }
    }
}

impl Scheme for KeyScheme {
    fn sign(&self, bytes: &[u8]) -> [u8; 64] {
        self.key.sign(bytes).to_bytes()
    }

    fn prove(&self, input: &[u8]) -> [u8; 80] {
        self.vrf.prove(input)
    }

    /// The highest output for a proof that does not decode; none such passes verification.
    fn output(&self, proof: &[u8; 80]) -> [u8; 64] {
        vrf_output(proof).unwrap_or([0xff; 64])
    }
}

/// Shows the public keys only.
impl fmt::Debug for KeyScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyScheme").field("member", &self.member()).finish_non_exhaustive()
    }
}
