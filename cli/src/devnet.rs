//! `bcm devnet` becomes the `bcm-node` that lies beside it: no code of the network is linked here.

use std::os::unix::process::CommandExt;
use std::process::Command;

use api::Error;

use crate::args::{Devnet, Global};

/// Replaces this process, so that signals and output are the node's own. Returns only on failure.
pub(crate) fn become_node(global: &Global, devnet: &Devnet) -> Error {
    let node = std::env::current_exe().map(|own| own.with_file_name("bcm-node"));
    let Ok(node) = node.inspect_err(|error| tracing::error!(%error)) else {
        return Error::new("io", "cannot find out where this program lies");
    };
    let mut command = Command::new(&node);
    command.arg("devnet");
    for (option, count) in [("--managers", devnet.managers), ("--workers", devnet.workers)] {
        if let Some(count) = count {
            command.arg(option).arg(count.to_string());
        }
    }
    if let Some(dir) = &devnet.dir {
        command.arg("--dir").arg(dir);
    }
    if global.json {
        command.arg("--json");
    }
    let error = command.exec();
    Error::new("io", format!("cannot start bcm-node beside this program: {error}"))
}
