//! Our own keys, derived once from the words when the profile is opened.

use keys::{EcdsaKey, Ed25519Key, Words};
use ratchet::IdentityKeyPair;
use types::{Address, OpenId};

/// Every key that the engine uses. The words themselves go no further.
pub(crate) struct Keys {
    pub(crate) operation: EcdsaKey,
    pub(crate) identity: IdentityKeyPair,
    pub(crate) directory: Ed25519Key,
}

impl Keys {
    pub(crate) fn derive(words: &Words) -> Self {
        let master = words.master();
        Self {
            operation: master.operation_key(),
            identity: IdentityKeyPair::from_private(*master.chat_identity()),
            directory: master.directory_key(),
        }
    }

    pub(crate) fn account(&self) -> OpenId {
        self.operation.public().open_id()
    }

    pub(crate) fn address(&self) -> Address {
        self.operation.public().address()
    }
}
