//! Logs go to a file of the profile, never to the terminal, and never name people, words, texts or
//! amounts.

use std::fs::{File, OpenOptions};
use std::path::Path;

use tracing_subscriber::filter::{EnvFilter, FilterExt, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt, registry};

/// A log larger than this is begun anew.
const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// Who may write into it.
const OURS: [&str; 13] = [
    "api",
    "bcm",
    "bcm_desktop",
    "chat",
    "engine",
    "keys",
    "ledger",
    "light",
    "net",
    "ratchet",
    "store",
    "wallet",
    "wire",
];

/// Starts logging, if the profile's log folder is there. A profile without logs works as well.
pub(crate) fn start(profile: &Path) {
    let Some(file) = file(profile) else { return };
    let filter = EnvFilter::try_from_env("BCM_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    // Other libraries log what passes through them: whole messages, keys as they are typed.
    let ours = filter_fn(|event| OURS.contains(&event.target().split("::").next().unwrap_or("")));
    let lines = fmt::layer().with_ansi(false).with_writer(file);
    // A second start in one process keeps the first.
    let _ = registry().with(lines.with_filter(filter.and(ours))).try_init();
}

fn file(profile: &Path) -> Option<std::sync::Mutex<File>> {
    let path = profile.join("log").join("bcm.log");
    let full = path.metadata().is_ok_and(|data| data.len() > MAX_BYTES);
    let file = OpenOptions::new().create(true).append(!full).write(true).truncate(full).open(path);
    file.ok().map(std::sync::Mutex::new)
}
