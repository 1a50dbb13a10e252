//! Statements: what somebody shows others of an account.

use std::fs::OpenOptions;
#[cfg(unix)]
use std::fs::Permissions;
use std::io::Write;
#[cfg(unix)]
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use api::{Error, StatementFile};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use clap::{Args, ValueEnum};
use serde::Serialize;
use serde_json::json;

use zeroize::Zeroizing;

use crate::output::print;
use crate::run::{Runner, unreadable};

/// Read and written by its owner.
#[cfg(unix)]
const OWNER_ONLY: u32 = 0o600;

#[derive(Debug, Args)]
pub(crate) struct Statement {
    /// `me`, a contact's name or id, or a received grant's number: of others, what the ledger shows
    /// everybody, and what granted keys show beside it
    account: String,
    /// The first moment, such as 2026-11-01
    #[arg(long, value_name = "DATE")]
    from: String,
    /// The first moment that does not belong to it; one that lies ahead means up to now
    #[arg(long, value_name = "DATE")]
    to: String,
    /// The file
    #[arg(long, value_name = "F")]
    out: PathBuf,
    /// How it is written; json has the proofs, and a pdf has that file inside
    #[arg(long, value_enum, default_value = "json")]
    format: Format,
    /// The zone of local times in tables, such as +08:00
    #[arg(long, value_name = "Z", allow_hyphen_values = true)]
    zone: Option<String>,
    /// Private receipts alone, without balances: all that keys for receipts show
    #[arg(long)]
    receipts: bool,
    /// Write the viewing keys of its months here, for the one reader who may see all of them: secret
    #[arg(long, value_name = "F")]
    key: Option<PathBuf>,
    /// Write everybody's private payments here, sealed as they are: with the keys they show that no
    /// receipt is missing
    #[arg(long, value_name = "F")]
    stream: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "snake_case")]
enum Format {
    Json,
    Csv,
    Pdf,
}

/// What is printed: all but the file.
#[derive(Serialize)]
struct Written {
    statement: String,
    format: Format,
    from: String,
    to: String,
    closed_round: u64,
    entries: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    opening: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    closing: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<String>,
}

impl Runner {
    pub(crate) async fn statement(&mut self, wish: Statement) -> Result<ExitCode, Error> {
        self.online()?;
        let Statement { account, from, to, out, format, zone, receipts, key, stream } = wish;
        let mut params = json!({ "account": account, "from": from, "to": to, "format": format });
        (params["zone"], params["receipts"]) = (zone.into(), receipts.into());
        (params["keys"], params["stream"]) = (key.is_some().into(), stream.is_some().into());
        let made: StatementFile = self.face.call("review_statement", params).await?;
        let bytes = decoded(&made.file)?;
        std::fs::write(&out, bytes).map_err(|error| unreadable(&out, &error))?;
        if let (Some(path), Some(keys)) = (&key, &made.keys) {
            let keys = Zeroizing::new(decoded(keys)?);
            write_secret(path, &keys).map_err(|error| unreadable(path, &error))?;
        }
        if let (Some(path), Some(bytes)) = (&stream, &made.stream) {
            std::fs::write(path, decoded(bytes)?).map_err(|error| unreadable(path, &error))?;
        }
        let written = Written {
            statement: out.display().to_string(),
            format,
            from: made.from,
            to: made.to,
            closed_round: made.closed_round,
            entries: made.entries,
            opening: made.opening,
            closing: made.closing,
            key: key.map(|path| path.display().to_string()),
            stream: stream.map(|path| path.display().to_string()),
        };
        print(self.json, &written, text)
    }
}

fn decoded(file: &str) -> Result<Vec<u8>, Error> {
    let bytes = BASE64_STANDARD.decode(file);
    bytes.map_err(|_| Error::new("internal", "the statement came in pieces"))
}

/// Writes a new file that nobody but its owner reads; where one is already, it becomes one.
fn write_secret(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    options.mode(OWNER_ONLY);
    let mut file = options.open(path)?;
    #[cfg(unix)]
    file.set_permissions(Permissions::from_mode(OWNER_ONLY))?;
    file.write_all(bytes)
}

fn text(written: &Written) -> String {
    let Written { statement, from, to, closed_round, entries, opening, closing, .. } = written;
    let mut text =
        format!("{statement}: {entries} entries from {from} to {to}, up to round {closed_round}");
    if let (Some(opening), Some(closing)) = (opening, closing) {
        text += &format!("\n{opening} ABC before, {closing} ABC after");
    }
    if let Some(stream) = &written.stream {
        text += &format!("\n{stream}: all private payments, for bcm-verify --stream");
    }
    if let Some(key) = &written.key {
        text += &format!(
            "\n{key}: the viewing keys, for bcm-verify --key. SECRET: whoever has this file sees \
             every private payment of these months, both ways, for ever. It spends nothing."
        );
    }
    text
}
