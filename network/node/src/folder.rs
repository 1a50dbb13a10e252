//! A node's folder: made on first use, held by one process at a time.
//!
//! The lock is the operating system's and dies with its holder: a killed network never blocks the
//! next start.

use crate::error::NodeError;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// What may lie in a folder whose first start was cut short before its settings were written.
const LEFTOVERS: [&str; 5] = ["lock", "log", "devnet.new", "worker.new", "votes.new"];

/// A locked folder; dropping it unlocks.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    /// Makes the folder if need be, and locks it. `settings` is the file by which a folder of ours
    /// is known: other people's folders are left alone.
    pub(crate) fn open(path: &Path, settings: &str) -> Result<Self, NodeError> {
        let failed = |error| NodeError::io(path, &error);
        fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(failed)?;
        let path = fs::canonicalize(path).map_err(failed)?;
        if !path.join(settings).exists() {
            refuse_foreign(&path)?;
        }
        let lock = path.join("lock");
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock)
            .map_err(|error| NodeError::io(&lock, &error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(running(&path)),
            Err(TryLockError::Error(error)) => return Err(NodeError::io(&lock, &error)),
        }
        // Keys lie here: nobody else's business, also in a folder that was there before.
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700))
            .map_err(|error| NodeError::io(&path, &error))?;
        Ok(Self { path, _lock: file })
    }

    /// Its absolute path.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// A path inside.
    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }
}

fn running(path: &Path) -> NodeError {
    let path = path.display();
    let message =
        format!("{path} is in use by a running bcm-node: stop that one, or choose another --dir");
    NodeError::new("devnet_running", message)
}

fn refuse_foreign(path: &Path) -> Result<(), NodeError> {
    let failed = |error| NodeError::io(path, &error);
    for entry in fs::read_dir(path).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        if !LEFTOVERS.iter().any(|known| name == *known) {
            let message = format!(
                "{} holds other files and no network: choose an empty folder with --dir",
                path.display()
            );
            return Err(NodeError::new("dir_not_empty", message));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holder_at_a_time_and_only_of_our_own() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/b");
        let held = Folder::open(&path, "settings.toml").unwrap();
        assert_eq!(Folder::open(&path, "settings.toml").unwrap_err().code, "devnet_running");
        drop(held);
        for leftover in LEFTOVERS {
            fs::write(path.join(leftover), "").unwrap();
        }
        drop(Folder::open(&path, "settings.toml").unwrap());

        fs::write(path.join("thesis.odt"), "years of work").unwrap();
        assert_eq!(Folder::open(&path, "settings.toml").unwrap_err().code, "dir_not_empty");
        fs::write(path.join("settings.toml"), "").unwrap();
        assert!(Folder::open(&path, "settings.toml").is_ok());
    }
}
