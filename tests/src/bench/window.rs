//! The whole app: from starting the window's program until its conversations can be clicked, and
//! what all its processes hold then. `tests/e2e/start.mjs` drives it, as a person's hand would.

use super::program;
use super::samples::Samples;
use super::table::Row;
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const STARTS: usize = 7;

/// Opens the profile in a window again and again; without a display, on one that nobody sees.
pub(crate) fn measure(profile: &Path, core: f64) -> Result<Vec<Row>> {
    let mut command = if std::env::var_os("DISPLAY").is_some() {
        Command::new("node")
    } else {
        let mut command = Command::new("xvfb-run");
        command.args(["--auto-servernum", "--server-args=-screen 0 1280x900x24", "node"]);
        command
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("e2e/start.mjs");
    command.arg(script).arg(program("bcm-desktop")?).arg(profile).arg(STARTS.to_string());
    let output = command.output().context("node does not start: run `./bcm setup`")?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let measured: Vec<Value> = serde_json::from_slice(&output.stdout)?;
    let of = |name: &str| -> Result<Vec<f64>> {
        let figure = |one: &Value| one[name].as_f64();
        measured.iter().map(figure).collect::<Option<_>>().context("the script prints otherwise")
    };
    let mut usable = Samples::default();
    of("usable_ms")?.into_iter().for_each(|ms| usable.push(Duration::from_secs_f64(ms / 1000.0)));
    let processes = measured.first().map_or(0, |one| one["processes"].as_u64().unwrap_or(0));
    let largest = |figures: Vec<f64>| figures.into_iter().fold(0.0, f64::max);
    Ok(vec![
        usable.row("window start to usable", 50),
        Row::ratio("window start : core start", usable.percentile(50), core),
        Row::figure(
            format!("whole app, RSS of its {processes} processes"),
            largest(of("rss_mib")?),
            "MiB",
        ),
        Row::figure("whole app, each shared page counted once", largest(of("pss_mib")?), "MiB"),
    ])
}
