//! What can go wrong, for the caller on the network and for whoever starts the worker.
//!
//! SQL errors stop here: a peer learns a code and a fixed sentence, the log learns the rest. No
//! key, id or byte of a request goes into either.

use sqlx::error::BoxDynError;
use sqlx::migrate::MigrateError;
use std::io;
use wire::{Failure, code};

/// Primary result codes of SQLite (sqlite.org/rescode.html).
const IO_ERROR: i32 = 10;
const FULL: i32 = 13;
const NOT_A_DATABASE: i32 = 26;

/// Why a worker's file cannot be opened or tended.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// The folder cannot be made.
    #[error("cannot make the worker's folder")]
    Folder(#[source] io::Error),
    /// The file is not a worker's, or not one that this program's history knows.
    #[error("the file is not a worker's mailbox file, or of a format no longer read")]
    OtherFormat,
    /// A newer version of this program has written the file.
    #[error("the worker's file was written by a newer version")]
    Newer,
    /// The disk is full or failing.
    #[error("the disk is full or failing")]
    DiskFull,
    /// SQLite refuses for another reason.
    #[error("cannot use the worker's file")]
    Storage(#[source] BoxDynError),
}

impl From<sqlx::Error> for WorkerError {
    fn from(error: sqlx::Error) -> Self {
        match result_code(&error) {
            Some(FULL | IO_ERROR) => Self::DiskFull,
            Some(NOT_A_DATABASE) => Self::OtherFormat,
            Some(_) | None => Self::Storage(error.into()),
        }
    }
}

impl From<MigrateError> for WorkerError {
    fn from(error: MigrateError) -> Self {
        // Not a `match`: the enum is sqlx's, and may grow.
        if let MigrateError::VersionMissing(_) = error {
            Self::Newer
        } else if let MigrateError::VersionMismatch(_) | MigrateError::Dirty(_) = error {
            Self::OtherFormat
        } else if let MigrateError::Execute(cause) | MigrateError::ExecuteMigration(cause, _) =
            error
        {
            cause.into()
        } else {
            Self::Storage(error.into())
        }
    }
}

/// Why a request is not done.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The request is at fault: a code and a sentence.
    Refused(&'static str, &'static str),
    /// The file is.
    Database(sqlx::Error),
}

impl Stop {
    pub(crate) const fn bad_request(message: &'static str) -> Self {
        Self::Refused(code::BAD_REQUEST, message)
    }

    pub(crate) const fn bad_signature(message: &'static str) -> Self {
        Self::Refused(code::BAD_SIGNATURE, message)
    }

    pub(crate) const fn not_found(message: &'static str) -> Self {
        Self::Refused(code::NOT_FOUND, message)
    }

    pub(crate) const fn queue_full(message: &'static str) -> Self {
        Self::Refused(code::QUEUE_FULL, message)
    }

    pub(crate) const fn disk_full(message: &'static str) -> Self {
        Self::Refused(code::DISK_FULL, message)
    }
}

impl From<sqlx::Error> for Stop {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

impl From<Stop> for Failure {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Refused(code, message) => Self::new(code, message),
            Stop::Database(error) => {
                tracing::warn!(%error, "the worker's file fails");
                match result_code(&error) {
                    Some(FULL | IO_ERROR) => {
                        Self::new(code::DISK_FULL, "the worker's disk is full or failing")
                    }
                    Some(_) | None => {
                        Self::new(code::UNAVAILABLE, "the worker cannot use its file now")
                    }
                }
            }
        }
    }
}

/// SQLite's primary code; the extended one carries it in its lowest byte.
fn result_code(error: &sqlx::Error) -> Option<i32> {
    let code: i32 = error.as_database_error()?.code()?.parse().ok()?;
    Some(code & 0xff)
}
