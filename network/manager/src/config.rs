//! What a manager is started with, and why it may refuse to start.

use crate::wal::WalError;
use abns::AbnsError;
use ed25519_dalek::SigningKey;
use ledger::Genesis;
use std::fmt;
use std::path::PathBuf;
use zeroize::Zeroize;

/// One manager: its folder, its key, its place and its network.
pub struct Config {
    /// Holds the chain and the log of votes; made if it is missing. A manager that finds an empty
    /// folder in the middle of a chain, or an old copy of its own, votes again two rounds after a
    /// quorum of the others have said that it has caught up.
    pub dir: PathBuf,
    /// The seed of its Ed25519 key.
    pub key: [u8; 32],
    /// Its position in the genesis.
    pub member: u16,
    /// The network.
    pub genesis: Genesis,
}

/// Why a manager does not start.
#[derive(Debug, thiserror::Error)]
pub enum ManagerError {
    /// The genesis does not name this key at this position.
    #[error("the genesis has another key for manager {0}")]
    NotAMember(u16),
    /// The chain store does not open.
    #[error("chain store: {0}")]
    Chain(#[from] AbnsError),
    /// The log of votes does not open.
    #[error("log of votes: {0}")]
    Wal(#[from] WalError),
    /// The folder cannot be made.
    #[error("folder: {0}")]
    Folder(#[source] std::io::Error),
}

impl Config {
    pub(crate) fn signing_key(&self) -> SigningKey {
        SigningKey::from_bytes(&self.key)
    }
}

/// Never shows the key.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("dir", &self.dir)
            .field("member", &self.member)
            .field("chain", &self.genesis.chain())
            .finish_non_exhaustive()
    }
}

impl Drop for Config {
    fn drop(&mut self) {
        self.key.zeroize();
    }
}
