//! What can go wrong with a profile, and how causes of libraries become one of these.

use sqlx::migrate::MigrateError;
use std::io;

/// Why a profile cannot be made, opened, read or written. None of them ever holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The folder holds no finished profile.
    #[error("no profile here")]
    NoProfile,
    /// The folder holds a profile already; it is never overwritten.
    #[error("there is a profile here already")]
    ProfileExists,
    /// Another process holds the profile and did not let go in time.
    #[error("the profile is in use")]
    ProfileInUse,
    /// The passphrase is wrong, or the key of the keychain or of `device.key` is wrong or gone.
    #[error("no key here opens the profile")]
    WrongKey,
    /// A file of the profile is missing, truncated or altered.
    #[error("the profile is damaged")]
    DamagedProfile,
    /// A newer version of the program made or changed the profile.
    #[error("the profile belongs to a newer version")]
    ProfileNewer,
    /// The profile has a form that no release reads any more.
    #[error("the profile has an old form")]
    OldFormat,
    /// The disk is full; nothing was changed.
    #[error("the disk is full")]
    DiskFull,
    /// The words are not those of this profile.
    #[error("these are not the words of this profile")]
    WrongWords,
    /// The profile is protected by a passphrase and none was given.
    #[error("the profile needs its passphrase")]
    NeedPassphrase,
    /// A file cannot be read or written.
    #[error("cannot use the profile's files")]
    Io(#[source] io::Error),
    /// The profile was closed here meanwhile.
    #[error("the profile is being closed")]
    Closed,
    /// A statement failed in a way that only a bug explains.
    #[error("the database refused: {0}")]
    Database(String),
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        use io::ErrorKind::{QuotaExceeded, StorageFull};
        if matches!(error.kind(), StorageFull | QuotaExceeded) {
            Self::DiskFull
        } else {
            Self::Io(error)
        }
    }
}

// The enums of `sqlx` may grow: what is not named here is a bug of ours, whatever it is.

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        if let sqlx::Error::Database(cause) = &error {
            let code = cause.code().and_then(|code| code.parse().ok()).unwrap_or_default();
            return Self::from_sqlite(code, cause.message());
        }
        // A value of another type or length than the schema allows.
        if matches!(error, sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_)) {
            return Self::DamagedProfile;
        }
        if matches!(error, sqlx::Error::PoolClosed) {
            return Self::Closed;
        }
        if let sqlx::Error::Io(cause) = error {
            return cause.into();
        }
        Self::Database(error.to_string())
    }
}

impl From<MigrateError> for StoreError {
    fn from(error: MigrateError) -> Self {
        if let MigrateError::Execute(cause) | MigrateError::ExecuteMigration(cause, _) = error {
            return cause.into();
        }
        Self::Database(error.to_string())
    }
}

impl From<wire::DecodeError> for StoreError {
    fn from(_: wire::DecodeError) -> Self {
        Self::DamagedProfile
    }
}

impl StoreError {
    /// Reads SQLite's extended result code; the primary code is its lowest byte.
    fn from_sqlite(code: u32, message: &str) -> Self {
        const BUSY: u32 = 5;
        const LOCKED: u32 = 6;
        const IO_ERROR: u32 = 10;
        const CORRUPT: u32 = 11;
        const FULL: u32 = 13;
        const NOT_A_DATABASE: u32 = 26;
        const SHORT_READ: u32 = 522;
        const WRITE: u32 = 778;
        // The file that readers and the writer share cannot grow: even opening needs a little room.
        const SHARED_SIZE: u32 = 4874;
        match (code, code & 0xff) {
            (_, FULL) | (WRITE | SHARED_SIZE, _) => Self::DiskFull,
            (_, CORRUPT | NOT_A_DATABASE) | (SHORT_READ, _) => Self::DamagedProfile,
            (_, BUSY | LOCKED) => Self::ProfileInUse,
            (_, IO_ERROR) => Self::Io(io::Error::other(format!("{message} ({code})"))),
            _ => Self::Database(format!("{message} ({code})")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlite_codes_become_what_a_person_can_act_on() {
        assert!(matches!(StoreError::from_sqlite(13, ""), StoreError::DiskFull));
        assert!(matches!(StoreError::from_sqlite(26, ""), StoreError::DamagedProfile));
        assert!(matches!(StoreError::from_sqlite(11 | 2 << 8, ""), StoreError::DamagedProfile));
        assert!(matches!(StoreError::from_sqlite(522, ""), StoreError::DamagedProfile));
        assert!(matches!(StoreError::from_sqlite(5, ""), StoreError::ProfileInUse));
        assert!(matches!(StoreError::from_sqlite(19, ""), StoreError::Database(_)));
        // A write, and the growth of the file that readers and the writer share.
        assert!(matches!(StoreError::from_sqlite(10 | 3 << 8, ""), StoreError::DiskFull));
        assert!(matches!(StoreError::from_sqlite(10 | 19 << 8, ""), StoreError::DiskFull));
        assert!(matches!(StoreError::from_sqlite(10 | 1 << 8, ""), StoreError::Io(_)));
    }

    #[test]
    fn a_full_disk_is_told_apart_from_other_failures() {
        let full = io::Error::from(io::ErrorKind::StorageFull);
        assert!(matches!(StoreError::from(full), StoreError::DiskFull));
        let denied = io::Error::from(io::ErrorKind::PermissionDenied);
        assert!(matches!(StoreError::from(denied), StoreError::Io(_)));
    }
}
