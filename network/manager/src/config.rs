//! What a manager is started with, and why it may refuse to start.

use crate::snapshot::least;
use crate::wal::WalError;
use abns::{AbnsError, Horizon};
use acp::{KeyScheme, Timing};
use ed25519_dalek::SigningKey;
use keys::{EcdsaKey, VrfKey, Words};
use ledger::{Genesis, Member, RegisterManager, possession_input};
use std::fmt;
use std::path::PathBuf;
use types::{Abc, Amount, BlockId, ChainId, Round, WorkerId};
use wire::hash;
use zeroize::Zeroize;

/// One manager: its folder, its key, its place and its network.
pub struct Config {
    /// Holds the chain and the log of votes; made if it is missing. A manager that finds an empty
    /// folder in the middle of a chain, or an old copy of its own, votes again two rounds after a
    /// quorum of the others have said that it has caught up.
    pub dir: PathBuf,
    /// The seed of its Ed25519 key, which signs votes and is its name among managers; its VRF key
    /// is derived from the same seed, and so is the key of the account ([`account_of`]) that pays for
    /// reporting what other managers have done.
    pub key: [u8; 32],
    /// The network.
    pub genesis: Genesis,
    /// How long members wait for one another.
    pub timing: Timing,
    /// What it keeps for others, and how it comes back after a long time.
    pub catch_up: CatchUp,
}

/// How much of the past a manager keeps, and what it goes by where it lacks it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatchUp {
    /// How many rounds of bodies and states it keeps; two epochs and [`Horizon::LEAST`] at least, so
    /// that the state of a boundary can be handed over.
    pub horizon: Horizon,
    /// Where trust begins if the folder's last block, or the genesis, is older than 14 days.
    pub checkpoint: Option<Vouched>,
    /// Managers to ask beside those that the own state knows: of these all may have left.
    pub named: Vec<WorkerId>,
}

/// A header that the operator vouches for: its id says all the rest of a [`light::Checkpoint`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vouched {
    /// Its round.
    pub round: Round,
    /// Its id.
    pub header: BlockId,
}

impl Default for CatchUp {
    fn default() -> Self {
        Self { horizon: Horizon::MANAGER, checkpoint: None, named: Vec::new() }
    }
}

/// Why a manager does not start.
#[derive(Debug, thiserror::Error)]
pub enum ManagerError {
    /// The chain store does not open.
    #[error("chain store: {0}")]
    Chain(#[from] AbnsError),
    /// The log of votes does not open.
    #[error("log of votes: {0}")]
    Wal(#[from] WalError),
    /// The folder cannot be made, or not be read.
    #[error("folder: {0}")]
    Folder(#[source] std::io::Error),
}

impl Config {
    /// The keys by which the ring knows this manager.
    #[must_use]
    pub fn member(&self) -> Member {
        member_of(&self.key)
    }

    pub(crate) fn horizon(&self) -> Horizon {
        match self.catch_up.horizon {
            Horizon::Rounds(rounds) => {
                Horizon::Rounds(rounds.max(least(u64::from(self.genesis.params.epoch))))
            }
            Horizon::Never => Horizon::Never,
        }
    }

    pub(crate) fn scheme(&self) -> KeyScheme {
        KeyScheme::new(SigningKey::from_bytes(&self.key), VrfKey::from_seed(vrf_seed(&self.key)))
    }
}

/// The keys of the manager with this seed.
#[must_use]
pub fn member_of(seed: &[u8; 32]) -> Member {
    let key = SigningKey::from_bytes(seed).verifying_key().to_bytes();
    Member { key, vrf: VrfKey::from_seed(vrf_seed(seed)).public() }
}

/// What registers the manager with this seed, for its own account.
#[must_use]
pub fn registration_of(seed: &[u8; 32], chain: ChainId, bond: Amount<Abc>) -> RegisterManager {
    let (member, home) = (member_of(seed), account_of(seed).public().address());
    let input = possession_input(chain, home, &member.key);
    let possession = VrfKey::from_seed(vrf_seed(seed)).prove(&input);
    RegisterManager { source: 0, member, possession, bond }
}

/// The key of the account that pays for what the manager with this seed reports, and that its bond
/// and rewards belong to.
#[must_use]
pub fn account_of(seed: &[u8; 32]) -> EcdsaKey {
    Words::from_entropy(hash("bcm-manager-account-v1", &[seed])).master().operation_key()
}

/// Another seed for the other scheme: the two must never share a key.
fn vrf_seed(seed: &[u8; 32]) -> [u8; 32] {
    hash("bcm-manager-vrf-v1", &[seed])
}

/// Never shows the key.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("dir", &self.dir)
            .field("chain", &self.genesis.chain())
            .finish_non_exhaustive()
    }
}

impl Drop for Config {
    fn drop(&mut self) {
        self.key.zeroize();
    }
}
