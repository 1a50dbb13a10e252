//! Where the files of a profile lie. Names only; nothing here touches the disk.

use std::path::{Path, PathBuf};

/// The files of the profile in one folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    dir: PathBuf,
}

impl Profile {
    /// The profile of this folder, made or not.
    #[must_use]
    pub fn new(dir: &Path) -> Self {
        Self { dir: dir.to_owned() }
    }

    /// The folder itself.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The encrypted database. A profile exists once this file has its name.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.dir.join("profile.db")
    }

    /// The database while it is being made.
    #[must_use]
    pub fn unfinished_database(&self) -> PathBuf {
        self.dir.join("profile.db.new")
    }

    /// The database key, wrapped, and how this device unwraps it.
    #[must_use]
    pub fn wraps(&self) -> PathBuf {
        self.dir.join("wraps.bin")
    }

    /// The database key of a device with neither keychain nor passphrase.
    #[must_use]
    pub fn device_key(&self) -> PathBuf {
        self.dir.join("device.key")
    }

    /// Locked by the one process that has the profile open.
    #[must_use]
    pub fn lock(&self) -> PathBuf {
        self.dir.join("lock")
    }

    /// Where logs go.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.dir.join("log")
    }

    /// The socket of the process that serves the profile.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.dir.join("app.sock")
    }
}
