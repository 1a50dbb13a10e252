//! The genesis file of a devnet: made once from its settings, then read and checked.

use crate::error::NodeError;
use crate::files;
use crate::folder::Folder;
use crate::settings::{Devnet, Node};
use keys::Ed25519Key;
use ledger::{FirstManager, FirstWorker, Genesis, GenesisError, Params};
use std::path::Path;
use types::{Abc, Address, Amount, Timestamp, UNITS_PER_TOKEN, WorkerId};
use wire::Encode;

/// The file's name in its folder.
pub(crate) const FILE: &str = "genesis.bin";

/// All ABC of a devnet; the faucet has it.
const SUPPLY: Amount<Abc> = Amount::new(1_000_000_000 * UNITS_PER_TOKEN);

/// What each manager of a devnet has bonded, and what it has beside to pay fees with.
const BOND: Amount<Abc> = Amount::new(10_000 * UNITS_PER_TOKEN);
const PURSE: Amount<Abc> = Amount::new(1_000 * UNITS_PER_TOKEN);

/// The key by which a node is known, as a manager and as a libp2p peer.
pub(crate) fn id(node: &Node) -> WorkerId {
    WorkerId(Ed25519Key::from_seed(node.seed).public())
}

/// The devnet's genesis, from its file; the first time it is made of settings, faucet, and the interval
/// between blocks in milliseconds.
pub(crate) fn of_devnet(
    folder: &Folder,
    settings: &Devnet,
    faucet: Address,
    interval: Option<u32>,
) -> Result<Genesis, NodeError> {
    let path = folder.join(FILE);
    if let Some(genesis) = load(&path, folder.path())? {
        let seeds: Vec<_> = settings.managers.iter().map(|node| node.seed).collect();
        let ours = first_managers(&seeds);
        if genesis.managers != ours || genesis.faucet != Some(faucet) {
            return Err(NodeError::damaged(&path, "it belongs to another network"));
        }
        return Ok(genesis);
    }
    let seeds: Vec<_> = settings.managers.iter().map(|node| node.seed).collect();
    let interval_ms = interval.unwrap_or(Params::DEVNET.interval_ms);
    let params = Params { interval_ms, ..Params::DEVNET };
    let genesis = Genesis {
        workers: first_workers(settings),
        ..new(Timestamp(settings.time), params, &seeds, faucet)
    };
    write(&path, &genesis)?;
    Ok(genesis)
}

/// A network of these managers and no workers; one account has what is not bonded.
pub(crate) fn new(
    time: Timestamp,
    params: Params,
    managers: &[[u8; 32]],
    faucet: Address,
) -> Genesis {
    let managers = first_managers(managers);
    let purses = managers.iter().map(|manager| (manager.account, PURSE));
    let mut balances: Vec<_> = purses.chain([(faucet, SUPPLY)]).collect();
    balances.sort_unstable();
    Genesis { time, params, managers, workers: Vec::new(), faucet: Some(faucet), balances }
}

/// Writes a genesis that holds together.
pub(crate) fn write(path: &Path, genesis: &Genesis) -> Result<(), NodeError> {
    genesis.check().map_err(|error| NodeError::new("internal", error.to_string()))?;
    files::write(path, &genesis.to_bytes()).map_err(|error| NodeError::io(path, &error))
}

/// The workers; the last one keeps everything.
fn first_workers(settings: &Devnet) -> Vec<FirstWorker> {
    let last = settings.workers.len().saturating_sub(1);
    let workers = settings.workers.iter().enumerate();
    workers.map(|(at, node)| FirstWorker { id: id(node), archive: at == last }).collect()
}

/// The managers with their accounts, in the order of their keys.
fn first_managers(seeds: &[[u8; 32]]) -> Vec<FirstManager> {
    let first = |seed: &[u8; 32]| FirstManager {
        member: manager::member_of(seed),
        account: manager::account_of(seed).public().address(),
        bond: BOND,
    };
    let mut managers: Vec<_> = seeds.iter().map(first).collect();
    managers.sort_unstable_by_key(|manager| manager.member);
    managers
}

/// Reads a genesis file; `None` if there is none.
pub(crate) fn load(path: &Path, dir: &Path) -> Result<Option<Genesis>, NodeError> {
    let bytes = files::read(path).map_err(|error| NodeError::io(path, &error))?;
    bytes.map(|bytes| parse(&bytes, path, dir)).transpose()
}

fn parse(bytes: &[u8], path: &Path, dir: &Path) -> Result<Genesis, NodeError> {
    Genesis::parse(bytes).map_err(|error| match error {
        GenesisError::OldFormat(_) => NodeError::old_format(dir),
        GenesisError::NameTables => NodeError::new(
            "upgrade_needed",
            format!("{}: its names follow other tables than this program's", path.display()),
        ),
        GenesisError::Damaged(_)
        | GenesisError::Managers
        | GenesisError::Workers
        | GenesisError::Balances
        | GenesisError::Parameters => NodeError::damaged(path, error),
    })
}
