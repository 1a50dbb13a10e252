//! The network to measure with: `bcm-node devnet` in a process of its own.

use super::program;
use anyhow::{Context, Result, bail};
use net::Bootstrap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A running network; it ends with this value.
pub(crate) struct Devnet {
    child: Child,
    ready: serde_json::Value,
}

impl Devnet {
    /// Starts a new network in a folder and waits until it serves.
    pub(crate) fn start(dir: &Path) -> Result<Self> {
        let mut command = Command::new(program("bcm-node")?);
        command.args(["devnet", "--json", "--dir"]).arg(dir);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let stdout = child.stdout.take();
        let mut devnet = Self { child, ready: serde_json::Value::Null };
        let mut line = String::new();
        BufReader::new(stdout.context("no output")?).read_line(&mut line)?;
        if line.is_empty() {
            bail!("the network does not start");
        }
        devnet.ready = serde_json::from_str(&line)?;
        Ok(devnet)
    }

    /// Its first worker.
    pub(crate) fn bootstrap(&self) -> Result<Bootstrap> {
        let text = self.ready["bootstrap"][0].as_str().context("the network names no worker")?;
        Ok(Bootstrap::parse(text)?)
    }
}

impl Drop for Devnet {
    fn drop(&mut self) {
        // Its folder goes, too: nothing to be polite about.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
