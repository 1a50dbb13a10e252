//! Failures of the process as a whole: a code for scripts, a sentence for people.

use net::NetError;
use std::fmt::Display;
use std::io;
use std::path::Path;

/// Why the node does not run.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct NodeError {
    /// A code of `cli.md`, or one beside them.
    pub(crate) code: &'static str,
    /// One sentence that says what to do.
    pub(crate) message: String,
}

impl NodeError {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// The folder was made by an older program.
    pub(crate) fn old_format(dir: &Path) -> Self {
        let dir = dir.display();
        let message = format!(
            "{dir} was made by an older version: remove it to start afresh, or choose another \
             folder with --dir"
        );
        Self::new("old_format", message)
    }

    /// Something in the folder is not what this program wrote there.
    pub(crate) fn damaged(path: &Path, why: impl Display) -> Self {
        let path = path.display();
        let message = format!("{path} is damaged ({why}): restore it, or start with a new --dir");
        Self::new("damaged_devnet", message)
    }

    /// A file or folder cannot be used.
    pub(crate) fn io(path: &Path, error: &io::Error) -> Self {
        let kind = error.kind();
        if matches!(kind, io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) {
            let message = format!("the disk is full: {} cannot be written", path.display());
            return Self::new("disk_full", message);
        }
        if kind == io::ErrorKind::InvalidData {
            return Self::damaged(path, error);
        }
        Self::new("dir_not_writable", format!("{} cannot be used: {error}", path.display()))
    }
}

impl From<NetError> for NodeError {
    fn from(error: NetError) -> Self {
        let code = match &error {
            NetError::UpgradeNeeded => "upgrade_needed",
            NetError::BadAddress(_) => "usage",
            NetError::NoNetwork
            | NetError::Timeout
            | NetError::Closed
            | NetError::TooLong
            | NetError::BadReply
            | NetError::Listen(_) => "no_network",
        };
        Self::new(code, error.to_string())
    }
}
