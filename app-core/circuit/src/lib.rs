//! The one circuit of the private pool, `ironwood_v3`: its keys, proofs, and their check.
//!
//! A room of its own because the prover is generic, and so is compiled anew in whatever calls it:
//! here once, and always fast. What a bundle is, and every rule that the circuit does not prove, is
//! `shielded`'s affair. Nothing here leaves a check out.

use core::fmt;
use orchard::bundle::{Authorized, BatchValidator};
use orchard::circuit;
use rand_core::CryptoRng;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::sync::OnceLock;
use std::thread;
use wire::hash;

/// The fewest threads that verify. halo2 commits to the ten public inputs of each action, eleven
/// scalars with their blind. A sum of more scalars than there are threads it shares out among them,
/// and doubles every part anew for it: on two to ten threads that is two thirds of a verification, as
/// `cargo xtask bench wallet` shows beside the bare crate. Threads that sleep cost nothing.
const THREADS: usize = 16;

/// The one circuit of this pool.
fn version() -> circuit::OrchardCircuitVersion {
    orchard::bundle::BundleVersion::ironwood_v3().circuit_version()
}

/// What proofs are made with: about 70 MiB, some 3.5 s of CPU to build. It holds no secret and cannot
/// be stored: each process builds one, once, when it first needs it, away from any screen.
pub struct ProvingKey(circuit::ProvingKey);

/// What proofs are verified with: about 11 MiB, some 2.7 s of CPU to build, once a process as well.
pub struct VerifyingKey(circuit::VerifyingKey);

/// A bundle with its proof and signatures.
pub type Signed = orchard::Bundle<Authorized, i64>;

/// The proof could not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotProved;

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

    /// Makes the proof of a bundle: some 2.2 s of CPU for each action, on all cores.
    ///
    /// # Errors
    /// [`NotProved`].
    pub fn prove(
        &self,
        bundle: &mut orchard::pczt::Bundle,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), NotProved> {
        bundle.create_proof(&self.0, rng).map_err(|_| NotProved)
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

    /// True if the proofs and every signature of all these bundles hold, each for what its signatures
    /// sign. `weights` gives the random weights of the signatures in the one equation that they are.
    #[must_use]
    pub fn all_hold(
        &self,
        bundles: &mut dyn Iterator<Item = (&Signed, [u8; 32])>,
        weights: &mut (dyn CryptoRng + Send),
    ) -> bool {
        let mut batch = BatchValidator::new(&self.0);
        for (bundle, signed) in bundles {
            if batch.add_bundle(bundle, signed).is_err() {
                return false;
            }
        }
        match threads() {
            Some(threads) => threads.install(|| batch.validate(weights)),
            None => batch.validate(weights),
        }
    }
}

/// The threads that verify, started with the first bundle. Where the system grants none, those that
/// halo2 finds by itself do it: slower, and as well.
fn threads() -> Option<&'static ThreadPool> {
    static POOL: OnceLock<Option<ThreadPool>> = OnceLock::new();
    let start = || {
        let count =
            thread::available_parallelism().map_or(THREADS, |cores| THREADS.max(cores.get()));
        ThreadPoolBuilder::new()
            .num_threads(count)
            .thread_name(|n| format!("verify-{n}"))
            .build()
            .ok()
    };
    POOL.get_or_init(start).as_ref()
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
