//! Statements.

use serde::{Deserialize, Serialize};

/// A statement that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct StatementFile {
    /// How the file is written.
    pub format: StatementFormat,
    /// The beginning of the period.
    pub from: String,
    /// Its end: what was asked for, or just behind the newest header.
    pub to: String,
    /// The last round of it.
    #[cfg_attr(test, specta(type = u32))]
    pub closed_round: u64,
    /// How many entries it has.
    pub entries: u32,
    /// ABC at the beginning, in the pool and outside of it; none where only receipts are listed.
    pub opening: Option<String>,
    /// The same at the end.
    pub closing: Option<String>,
    /// The file itself, in base64.
    pub file: String,
    /// The file of the viewing keys, in base64, if it was asked for: secret.
    pub keys: Option<String>,
    /// The file of the stream, in base64, if it was asked for.
    pub stream: Option<String>,
}

/// How a statement is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(specta::Type))]
pub enum StatementFormat {
    /// With its proofs: what `bcm-verify` checks.
    #[default]
    Json,
    /// A table.
    Csv,
    /// Pages, with the file that proves them inside.
    Pdf,
}

/// A text of the window that was written into a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct SavedFile {
    /// Where the file lies.
    pub path: String,
}

/// A statement that was written into a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct StatementSaved {
    /// Where the file lies.
    pub path: String,
    /// How it is written.
    pub format: StatementFormat,
    /// The beginning of the period.
    pub from: String,
    /// Its end: what was asked for, or just behind the newest header.
    pub to: String,
    /// How many entries it has.
    pub entries: u32,
    /// ABC at the beginning, in the pool and outside of it; none where only receipts are listed.
    pub opening: Option<String>,
    /// The same at the end.
    pub closing: Option<String>,
}
