//! Errors as front ends see them.

use engine::Fault;
use serde::{Deserialize, Serialize};

/// A code to act on and a sentence to show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(test, derive(specta::Type))]
#[serde(rename = "ApiError")]
#[error("{message}")]
pub struct Error {
    /// One of the codes of the command line's contract, or the ledger's own.
    pub code: String,
    /// What happened and what to do about it.
    pub message: String,
}

impl Error {
    /// An error with this code and sentence.
    #[must_use]
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into() }
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self { code: fault.code().to_owned(), message: fault.message }
    }
}

impl From<store::StoreError> for Error {
    fn from(error: store::StoreError) -> Self {
        Fault::from(error).into()
    }
}
