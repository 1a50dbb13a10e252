//! The keys of the circuit. They hold no secret, cannot be stored, and take seconds to build: each
//! process builds one of them once, when it first needs it, away from any screen.

use core::fmt;
use orchard::circuit;
use wire::hash;

/// The one circuit of this pool.
fn version() -> circuit::OrchardCircuitVersion {
    orchard::bundle::BundleVersion::ironwood_v3().circuit_version()
}

/// What proofs are made with: about 70 MiB, some 3.5 s of CPU to build.
pub struct ProvingKey(pub(crate) circuit::ProvingKey);

/// What proofs are verified with: about 11 MiB, some 2.7 s of CPU to build.
pub struct VerifyingKey(pub(crate) circuit::VerifyingKey);

impl ProvingKey {
    /// Builds the key.
    #[must_use]
    pub fn build() -> Self {
        Self(circuit::ProvingKey::build(version()))
    }

    /// The verifying key within, at next to no cost.
    #[must_use]
    pub fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey(self.0.verifying_key())
    }
}

impl VerifyingKey {
    /// Builds the key.
    #[must_use]
    pub fn build() -> Self {
        Self(circuit::VerifyingKey::build(version()))
    }

    /// SHA-256 of all that the key is, written out. It stands for the circuit: a library that comes
    /// with another circuit would part this chain in two.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 32] {
        hash("", &[format!("{:?}", self.0).as_bytes()])
    }
}

impl fmt::Debug for ProvingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProvingKey")
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VerifyingKey")
    }
}
