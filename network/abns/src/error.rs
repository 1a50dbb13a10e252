//! What can go wrong between the chain and its file, for the manager that owns the store.
//!
//! Errors of redb and jmt end here: nothing outside this crate names either library, and nothing
//! they report about the file may become a panic.

use std::io;

/// Why the store refuses or fails.
#[derive(Debug, thiserror::Error)]
pub enum AbnsError {
    /// The file was written by another release, in a layout that this one does not read.
    #[error("the chain file has another format")]
    OldFormat,
    /// The file holds the chain of another genesis.
    #[error("the chain file belongs to another chain")]
    WrongChain,
    /// The genesis itself cannot start a chain.
    #[error("the genesis is refused: {0}")]
    BadGenesis(#[from] ledger::GenesisError),
    /// The file's content contradicts itself; the words say where.
    #[error("the chain file is damaged: {0}")]
    Damaged(String),
    /// No room to write. Open the store again once there is some.
    #[error("the disk is full")]
    DiskFull,
    /// Another process, or another store of this one, has the file open.
    #[error("the chain file is in use")]
    InUse,
    /// The block does not follow the tip, or its parts do not belong together.
    #[error("the block does not fit: {0}")]
    BadBlock(String),
    /// The file cannot be read or written. After it the store must be opened again.
    #[error("reading or writing the chain file failed: {0}")]
    Io(#[source] io::Error),
}

impl AbnsError {
    /// A contradiction inside the file.
    pub(crate) fn damaged(what: impl Into<String>) -> Self {
        Self::Damaged(what.into())
    }

    /// A block that is not the next one.
    pub(crate) fn bad_block(what: impl ToString) -> Self {
        Self::BadBlock(what.to_string())
    }
}

impl From<io::Error> for AbnsError {
    fn from(error: io::Error) -> Self {
        use io::ErrorKind;
        let kind = error.kind();
        if matches!(kind, ErrorKind::StorageFull | ErrorKind::QuotaExceeded) {
            return Self::DiskFull;
        }
        // What redb reports for a file cut short, and for one that was never a database.
        if matches!(kind, ErrorKind::UnexpectedEof | ErrorKind::InvalidData) {
            return Self::damaged(error.to_string());
        }
        Self::Io(error)
    }
}

impl From<redb::Error> for AbnsError {
    fn from(error: redb::Error) -> Self {
        use redb::Error;
        if let Error::Io(error) = error {
            return error.into();
        }
        if matches!(error, Error::DatabaseAlreadyOpen) {
            return Self::InUse;
        }
        let other_layout = matches!(
            error,
            Error::UpgradeRequired(_)
                | Error::TableTypeMismatch { .. }
                | Error::TableIsMultimap(_)
                | Error::TypeDefinitionChanged { .. }
        );
        if other_layout {
            return Self::OldFormat;
        }
        let damage = matches!(
            error,
            Error::Corrupted(_) | Error::TableDoesNotExist(_) | Error::RepairAborted
        );
        if damage { Self::damaged(error.to_string()) } else { Self::Io(io::Error::other(error)) }
    }
}

/// Lets `?` take the error of each redb operation.
macro_rules! from_redb {
    ($($name:ident),*) => {$(
        impl From<redb::$name> for AbnsError {
            fn from(error: redb::$name) -> Self {
                redb::Error::from(error).into()
            }
        }
    )*};
}

from_redb!(
    DatabaseError,
    TransactionError,
    TableError,
    StorageError,
    CommitError,
    SetDurabilityError
);

/// An error that came back through jmt, which passes on ours and adds its own.
impl From<anyhow::Error> for AbnsError {
    fn from(error: anyhow::Error) -> Self {
        match error.downcast::<Self>() {
            Ok(ours) => ours,
            Err(error) => Self::damaged(format!("{error:#}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: io::ErrorKind) -> AbnsError {
        redb::StorageError::Io(kind.into()).into()
    }

    #[test]
    fn a_full_disk_and_a_cut_file_are_told_apart_from_other_failures() {
        assert!(matches!(of(io::ErrorKind::StorageFull), AbnsError::DiskFull));
        assert!(matches!(of(io::ErrorKind::QuotaExceeded), AbnsError::DiskFull));
        assert!(matches!(of(io::ErrorKind::UnexpectedEof), AbnsError::Damaged(_)));
        assert!(matches!(of(io::ErrorKind::PermissionDenied), AbnsError::Io(_)));
    }

    #[test]
    fn an_error_keeps_its_kind_on_its_way_through_jmt() {
        let through = anyhow::Error::from(AbnsError::DiskFull).context("failed to insert key 3");
        assert!(matches!(AbnsError::from(through), AbnsError::DiskFull));
        let own = anyhow::anyhow!("cyclic graph");
        assert!(matches!(AbnsError::from(own), AbnsError::Damaged(_)));
    }
}
