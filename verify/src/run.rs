//! Reads files, asks `statement`, prints one line of JSON.

mod payment;

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read, Write, stderr, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Parser;
use clap::error::ErrorKind;
use statement::{
    Beside, Json, MAX_FILE, Outcome, PaymentDisclosure, Report, ReviewKeys, Stream,
    read_checkpoint, verify_with,
};
use types::Timestamp;
use zeroize::Zeroizing;

const FAILED: u8 = 1;
const USAGE: u8 = 2;
/// A year of one private payment a second.
const MAX_STREAM: u64 = 16 << 30;

/// Check a statement, or a payment that somebody shows: one verdict for each claim
#[derive(Debug, Parser)]
#[command(name = "bcm-verify", version)]
struct Args {
    /// The statement, as bcm review statement writes it, or the file that shows one payment
    statement: PathBuf,
    /// A checkpoint that you trust, as bcm checkpoint --out writes it
    #[arg(long, value_name = "F")]
    checkpoint: PathBuf,
    /// The viewing keys, as bcm review statement --key writes them: keep the file secret
    #[arg(long, value_name = "F")]
    key: Option<PathBuf>,
    /// All private payments of the period, as bcm review statement --stream writes them
    #[arg(long, value_name = "F")]
    stream: Option<PathBuf>,
    /// Of one payment: the fingerprint of the key that it must be made out to, in hex
    #[arg(long, value_name = "HEX", requires = "challenge")]
    verifier: Option<String>,
    /// Of one payment: the challenge that it must answer, in hex
    #[arg(long, value_name = "HEX", requires = "verifier")]
    challenge: Option<String>,
    /// Print lines for people instead of one line of JSON
    #[arg(long, conflicts_with = "json")]
    text: bool,
    /// Print one line of JSON, as without it
    #[arg(long)]
    json: bool,
}

struct Failure {
    code: &'static str,
    message: String,
}

/// Runs the program; the exit code is 1 if any claim failed or could not be looked at.
pub(crate) fn run(args: impl Iterator<Item = OsString>) -> ExitCode {
    let args = match Args::try_parse_from(args) {
        Ok(args) => args,
        Err(error) => return usage(&error),
    };
    let done = said(&args).and_then(|(text, failed)| {
        match writeln!(stdout(), "{text}") {
            // Whoever reads has read enough: the verdict stays what it is.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                return Err(failure("io", error.to_string()));
            }
            Ok(()) | Err(_) => {}
        }
        Ok(if failed { ExitCode::from(FAILED) } else { ExitCode::SUCCESS })
    });
    done.unwrap_or_else(|failure| fail(&failure, FAILED))
}

/// What is to be printed, and whether a claim failed.
fn said(args: &Args) -> Result<(String, bool), Failure> {
    let file = read(&args.statement)?;
    if PaymentDisclosure::is_meant(&file) {
        let report = payment::report(args, &file)?;
        let text = if args.text { payment::lines(&report) } else { report.to_json().canonical() };
        return Ok((text, report.failed()));
    }
    if args.verifier.is_some() {
        return Err(failure("usage", "only the file of one payment answers a challenge"));
    }
    let report = report(args, &file)?;
    let text = if args.text { lines(&report) } else { report.to_json().canonical() };
    Ok((text, report.failed()))
}

fn now() -> Timestamp {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(u64::try_from(now.as_millis()).unwrap_or(u64::MAX))
}

fn report(args: &Args, file: &[u8]) -> Result<Report, Failure> {
    let malformed = |path: &Path, why| failure("malformed", format!("{}: {why}", path.display()));
    let checkpoint = read_checkpoint(&read(&args.checkpoint)?)
        .map_err(|why| malformed(&args.checkpoint, why))?;
    let now = now();
    let keys = args.key.as_deref().map(|path| {
        let file = Zeroizing::new(read(path)?);
        ReviewKeys::read(&file).map_err(|why| malformed(path, why))
    });
    let keys = keys.transpose()?;
    let bytes = args.stream.as_deref().map(|path| read_up_to(path, MAX_STREAM)).transpose()?;
    let stream = args.stream.as_deref().zip(bytes.as_deref());
    let stream = stream.map(|(path, it)| Stream::read(it).map_err(|why| malformed(path, why)));
    let stream = stream.transpose()?;
    let beside = Beside { keys: keys.as_ref(), stream: stream.as_ref() };
    let report = verify_with(file, &checkpoint, now, beside);
    report.map_err(|why| malformed(&args.statement, why))
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    read_up_to(path, u64::try_from(MAX_FILE).unwrap_or(u64::MAX))
}

fn read_up_to(path: &Path, most: u64) -> Result<Vec<u8>, Failure> {
    let unreadable = |error| failure("io", format!("{}: {error}", path.display()));
    let limit = most.saturating_add(1);
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(limit).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}

/// What became of a claim.
fn line(claim: &str, outcome: &Outcome) -> String {
    match outcome {
        Outcome::Proved => format!("{claim}: proved"),
        Outcome::Stated => format!("{claim}: {}", Outcome::STATED),
        Outcome::NotChecked(why) => format!("{claim}: {why}"),
        Outcome::Failed(flaw) => {
            let list = flaw.list.word();
            let entry = flaw.entry.map(|entry| format!(", {list} {entry}"));
            let place = flaw.place.map(|it| format!(", round {}, action {}", it.0.0, it.1));
            let place = entry.or(place).unwrap_or_default();
            format!("{claim}: FAILED ({}{place}): {}", flaw.why.code(), flaw.detail)
        }
    }
}

/// A line for each claim.
fn lines(report: &Report) -> String {
    let verdicts = report.verdicts.iter().map(|it| line(it.claim.sentence(), &it.outcome));
    let signer = if report.by_owner { "the account's owner" } else { "somebody else" };
    let count = format!("{} entries, exported by {signer}", report.entries);
    let limits = report.limits.iter().map(|limit| (*limit).to_owned());
    verdicts.chain([count]).chain(limits).collect::<Vec<_>>().join("\n")
}

fn failure(code: &'static str, message: impl Into<String>) -> Failure {
    Failure { code, message: message.into() }
}

fn fail(failure: &Failure, exit: u8) -> ExitCode {
    let code = ("code", Some(Json::text(failure.code)));
    let message = ("message", Some(Json::text(&*failure.message)));
    let error = Json::object([("error", Some(Json::object([code, message])))]);
    // Nothing can be done about a closed standard error.
    let _ = writeln!(stderr(), "{}", error.canonical());
    ExitCode::from(exit)
}

fn usage(error: &clap::Error) -> ExitCode {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    let text = error.to_string();
    let lines = text.lines().take_while(|line| !line.starts_with("Usage:"));
    let words: Vec<&str> = lines.flat_map(str::split_whitespace).collect();
    fail(&failure("usage", words.join(" ")), USAGE)
}
