//! Logs go to a file in the node's folder; stdout and stderr belong to the caller.

use crate::error::NodeError;
use crate::folder::Folder;
use std::fs::{self, OpenOptions};
use std::sync::Mutex;
use tracing_subscriber::EnvFilter;

/// What is logged unless `BCM_LOG` says otherwise.
const DEFAULT: &str = "warn,bcm_node=info,manager=info,worker=info,acp=info,abns=info,net=info";
/// A log of this size is put aside at the next start; one old log is kept.
const LONG: u64 = 8 * 1024 * 1024;

/// Starts logging into the folder.
pub(crate) fn start(folder: &Folder) -> Result<(), NodeError> {
    let dir = folder.join("log");
    let path = dir.join("bcm-node.log");
    let failed = |error| NodeError::io(&path, &error);
    fs::create_dir_all(&dir).map_err(failed)?;
    if fs::metadata(&path).is_ok_and(|log| log.len() > LONG) {
        fs::rename(&path, dir.join("bcm-node.log.old")).map_err(failed)?;
    }
    let file = OpenOptions::new().create(true).append(true).open(&path).map_err(failed)?;
    let filter = EnvFilter::try_from_env("BCM_LOG").unwrap_or_else(|_| EnvFilter::new(DEFAULT));
    let started = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        // On a full disk it would complain on stderr, which is not ours.
        .log_internal_errors(false)
        .with_writer(Mutex::new(file))
        .try_init();
    started.map_err(|error| NodeError::new("internal", format!("cannot log: {error}")))
}
