//! The genesis file of a devnet: made once from its settings, then read and checked.

use crate::error::NodeError;
use crate::files;
use crate::folder::Folder;
use crate::settings::{Devnet, Node};
use keys::Ed25519Key;
use ledger::{Genesis, GenesisError, Prices};
use std::path::Path;
use types::{Abc, Address, Amount, Timestamp, UNITS_PER_TOKEN, WorkerId};
use wire::Encode;

/// The file's name in its folder.
pub(crate) const FILE: &str = "genesis.bin";

const INTERVAL_MS: u32 = 1000;
/// All ABC of a devnet; the faucet has it.
const SUPPLY: Amount<Abc> = Amount::new(1_000_000_000 * UNITS_PER_TOKEN);

/// The key by which a node is known, as a manager and as a libp2p peer.
pub(crate) fn id(node: &Node) -> WorkerId {
    WorkerId(Ed25519Key::from_seed(node.seed).public())
}

/// The devnet's genesis, from its file; the first time it is made of settings and faucet.
pub(crate) fn of_devnet(
    folder: &Folder,
    settings: &Devnet,
    faucet: Address,
) -> Result<Genesis, NodeError> {
    let path = folder.join(FILE);
    if let Some(genesis) = load(&path, folder.path())? {
        let ours = settings.managers.iter().map(|node| id(node).0).collect::<Vec<_>>();
        if genesis.managers != ours || genesis.faucet != Some(faucet) {
            return Err(NodeError::damaged(&path, "it belongs to another network"));
        }
        return Ok(genesis);
    }
    let genesis = Genesis {
        time: Timestamp(settings.time),
        interval_ms: INTERVAL_MS,
        managers: settings.managers.iter().map(|node| id(node).0).collect(),
        workers: settings.workers.iter().map(id).collect(),
        faucet: Some(faucet),
        balances: vec![(faucet, SUPPLY)],
        prices: Prices::DEVNET,
    };
    genesis.check().map_err(|error| NodeError::new("internal", error.to_string()))?;
    files::write(&path, &genesis.to_bytes()).map_err(|error| NodeError::io(&path, &error))?;
    Ok(genesis)
}

/// Reads a genesis file; `None` if there is none.
pub(crate) fn load(path: &Path, dir: &Path) -> Result<Option<Genesis>, NodeError> {
    let bytes = files::read(path).map_err(|error| NodeError::io(path, &error))?;
    bytes.map(|bytes| parse(&bytes, path, dir)).transpose()
}

fn parse(bytes: &[u8], path: &Path, dir: &Path) -> Result<Genesis, NodeError> {
    Genesis::parse(bytes).map_err(|error| match error {
        GenesisError::OldFormat(_) => NodeError::old_format(dir),
        GenesisError::Damaged(_)
        | GenesisError::Managers
        | GenesisError::Workers
        | GenesisError::Balances
        | GenesisError::Parameters => NodeError::damaged(path, error),
    })
}
