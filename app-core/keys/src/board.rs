//! The key of the board on which devices of the same words tell one another of their payments.

use crate::Ed25519Key;
use crate::secret::{Secret, redacted};
use hkdf::Hkdf;
use sha2::Sha256;
use types::{ChainId, WorkerId};
use zeroize::Zeroizing;

/// What the boards of an account follow from, one for each network and worker: nobody who does not
/// know the words can tell that two of them belong together.
pub struct BoardKey(Secret<32>);

redacted!(BoardKey);

/// The keys of one board, a queue that whoever knows the words reads and writes.
pub struct BoardKeys {
    /// Reads and deletes.
    pub receive: Ed25519Key,
    /// Writes.
    pub send: Ed25519Key,
    /// AES-256-GCM key of what lies there.
    pub outer: Zeroizing<[u8; 32]>,
}

impl BoardKey {
    pub(crate) fn from_seed(seed: [u8; 32]) -> Self {
        Self(Secret::take(seed))
    }

    /// The board that this worker holds for this network: HKDF-SHA256 with chain id ‖ worker as its salt
    /// and the use as its info.
    #[must_use]
    pub fn at(&self, chain: ChainId, worker: WorkerId) -> BoardKeys {
        let salt = [chain.0, worker.0].concat();
        let derived = Hkdf::<Sha256>::new(Some(&salt), self.0.bytes());
        let key = |info: &[u8]| {
            let mut key = Zeroizing::new([0; 32]);
            let done = derived.expand(info, key.as_mut_slice());
            debug_assert!(done.is_ok(), "HKDF gives up to 8,160 bytes, this asks for 32");
            key
        };
        BoardKeys {
            receive: Ed25519Key::from_seed(*key(b"receive")),
            send: Ed25519Key::from_seed(*key(b"send")),
            outer: key(b"outer"),
        }
    }
}
