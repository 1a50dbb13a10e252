//! Preparing a network of processes: a genesis, and a configuration file for each manager.
//!
//! Whoever prepares it holds all keys, so this is for trying out and for tests; operators who do not
//! trust one another exchange public keys and write their files themselves.

use crate::cli::InitOptions;
use crate::error::NodeError;
use crate::folder::Folder;
use crate::serve::now;
use crate::settings::{FORMAT, Managing, Node, Other, Settings};
use crate::{faucet, genesis};
use ledger::Params;
use serde_json::json;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// Ports of one manager: QUIC and TCP share a number, the next is for its status.
const STRIDE: u16 = 2;

/// Writes the files and says where they are.
pub(crate) fn run(options: &InitOptions) -> Result<(), NodeError> {
    let folder = Folder::open(&options.dir, Managing::FILE)?;
    if folder.join(genesis::FILE).exists() {
        let message = format!("{} holds a network already", folder.path().display());
        return Err(NodeError::new("dir_not_empty", message));
    }
    let nodes = nodes(options)?;
    let key = faucet::key(&folder)?;
    let params = Params { interval_ms: options.interval, ..Params::DEVNET };
    let seeds: Vec<_> = nodes.iter().map(|node| node.seed).collect();
    let made = genesis::new(now(), params, &seeds, key.public().address());
    let mut files = Vec::new();
    for (index, node) in nodes.iter().enumerate() {
        let number = index.saturating_add(1);
        let file = folder.join(&format!("manager-{number}.toml"));
        settings(options, &nodes, number, node).write(&file)?;
        files.push(file.display().to_string());
    }
    genesis::write(&folder.join(genesis::FILE), &made)?;
    let genesis = folder.join(genesis::FILE).display().to_string();
    println!(
        "{}",
        json!({ "chain": made.chain().to_string(), "genesis": genesis, "managers": files })
    );
    Ok(())
}

fn nodes(options: &InitOptions) -> Result<Vec<Node>, NodeError> {
    let node = |index: u16| {
        let port = options.port.checked_add(index.checked_mul(STRIDE)?)?;
        let ip = match options.host {
            IpAddr::V4(ip) => format!("/ip4/{ip}"),
            IpAddr::V6(ip) => format!("/ip6/{ip}"),
        };
        let listen = vec![format!("{ip}/udp/{port}/quic-v1"), format!("{ip}/tcp/{port}")];
        Some(Node { listen, ..Node::generate() })
    };
    let nodes: Option<Vec<_>> = (0..options.managers).map(node).collect();
    nodes.ok_or_else(|| NodeError::new("usage", "there are not enough ports behind --port"))
}

fn settings(options: &InitOptions, nodes: &[Node], number: usize, node: &Node) -> Managing {
    let others = nodes.iter().filter(|other| other.seed != node.seed);
    let offset = u16::try_from(number).unwrap_or(u16::MAX).saturating_mul(STRIDE).saturating_sub(1);
    let status = options.port.checked_add(offset);
    Managing {
        format: FORMAT,
        genesis: genesis::FILE.to_owned(),
        dir: format!("manager-{number}"),
        status: status.map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port))),
        wide: !options.host.is_loopback(),
        reached_at: Vec::new(),
        horizon: None,
        archive: false,
        checkpoint: None,
        manager: Node { seed: node.seed, listen: node.listen.clone() },
        others: others
            .map(|other| Other { key: genesis::id(other).0, listen: other.listen.clone() })
            .collect(),
    }
}
