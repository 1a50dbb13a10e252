//! Our own keys, derived once from the words when the profile is opened.

use keys::{BoardKey, EcdsaKey, Ed25519Key, EnvelopeKey, FalconKey, Words};
use ratchet::IdentityKeyPair;
use shielded::{Period, SpendingKey};
use std::sync::{Arc, OnceLock};
use types::{Address, OpenId};
use wallet::Keyring;
use zeroize::Zeroizing;

/// Every key that the engine uses. The words themselves go no further.
pub(crate) struct Keys {
    pub(crate) operation: EcdsaKey,
    pub(crate) identity: IdentityKeyPair,
    pub(crate) directory: Ed25519Key,
    /// Slow to make: made when it is needed first.
    falcon: OnceLock<FalconKey>,
    pub(crate) envelope: Arc<EnvelopeKey>,
    /// What the boards follow from by which devices of these words know of each other's payments.
    pub(crate) board: BoardKey,
    /// What the accounts of the private pool follow from.
    pool: Zeroizing<[u8; 32]>,
}

impl Keys {
    pub(crate) fn derive(words: &Words) -> Self {
        let master = words.master();
        Self {
            operation: master.operation_key(),
            identity: IdentityKeyPair::from_private(*master.chat_identity()),
            directory: master.directory_key(),
            falcon: OnceLock::new(),
            envelope: Arc::new(master.envelope_key()),
            board: master.board_key(),
            pool: master.shielded_seed(),
        }
    }

    pub(crate) fn account(&self) -> OpenId {
        self.operation.public().open_id()
    }

    pub(crate) fn address(&self) -> Address {
        self.operation.public().address()
    }

    /// The key of an account in the private pool.
    pub(crate) fn pool_account(&self, period: Period) -> Option<SpendingKey> {
        SpendingKey::derive(&self.pool, period)
    }

    /// The Falcon key, made of these words if it was not yet.
    pub(crate) fn falcon_of(&self, words: &Words) -> &FalconKey {
        self.falcon.get_or_init(|| words.master().falcon_key())
    }

    /// What signs, as far as it has been made.
    pub(crate) fn ring(&self) -> Keyring<'_> {
        Keyring { ecdsa: &self.operation, falcon: self.falcon.get() }
    }
}
