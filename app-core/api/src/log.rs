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

/// Starts logging, if the profile's log folder is there. A profile without logs works as well.
pub(crate) fn start(profile: &Path) {
    let Some(file) = file(profile) else { return };
    let filter = EnvFilter::try_from_env("BCM_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    // This library logs whole messages, and words pass through it.
    let silent = filter_fn(|event| !event.target().contains("tungstenite"));
    let lines = fmt::layer().with_ansi(false).with_writer(file);
    // A second start in one process keeps the first.
    let _ = registry().with(lines.with_filter(filter.and(silent))).try_init();
}

fn file(profile: &Path) -> Option<std::sync::Mutex<File>> {
    let path = profile.join("log").join("bcm.log");
    let full = path.metadata().is_ok_and(|data| data.len() > MAX_BYTES);
    let file = OpenOptions::new().create(true).append(!full).write(true).truncate(full).open(path);
    file.ok().map(std::sync::Mutex::new)
}
