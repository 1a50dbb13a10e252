//! The one line on stdout: the network serves, and this is how to reach it.

use crate::error::NodeError;
use net::Bootstrap;
use net::transport::Transport;
use serde::Serialize;
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use types::ChainId;

/// What runs in this process.
#[derive(Serialize)]
pub(crate) struct Ready {
    ready: bool,
    bootstrap: Vec<String>,
    genesis: String,
    chain: String,
    managers: usize,
    workers: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<String>,
}

impl Ready {
    pub(crate) fn new(chain: ChainId, genesis: &Path, managers: usize) -> Self {
        let genesis = genesis.display().to_string();
        let chain = chain.to_string();
        Self {
            ready: true,
            bootstrap: Vec::new(),
            genesis,
            chain,
            managers,
            workers: 0,
            status: None,
        }
    }

    /// Adds a worker of this process.
    pub(crate) fn worker(&mut self, transport: &Transport, chain: ChainId) {
        self.node(transport, chain);
        self.workers = self.workers.saturating_add(1);
    }

    /// Where a manager tells of itself.
    pub(crate) fn status(&mut self, address: SocketAddr) {
        self.status = Some(format!("http://{address}/status"));
    }

    /// Adds a node that answers about the chain.
    pub(crate) fn node(&mut self, transport: &Transport, chain: ChainId) {
        // QUIC is what the light node prefers; it was asked to listen there first.
        let mut addresses = transport.addresses();
        addresses.sort_by_key(|address| !address.ends_with("/quic-v1"));
        if let Some(addresses) = addresses.into_iter().next() {
            let bootstrap = Bootstrap { worker: transport.id(), addresses, chain };
            self.bootstrap.push(bootstrap.to_string());
        }
    }

    /// Prints it.
    pub(crate) fn print(&self) -> Result<(), NodeError> {
        let internal = |error: &dyn std::error::Error| {
            NodeError::new("internal", format!("cannot print: {error}"))
        };
        let line = serde_json::to_string(self).map_err(|error| internal(&error))?;
        let mut stdout = std::io::stdout().lock();
        writeln!(stdout, "{line}").and_then(|()| stdout.flush()).map_err(|error| internal(&error))
    }
}
