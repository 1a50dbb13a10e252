//! Encryption: the example `speed` of `ratchet` against Signal's published library, which Node runs.
//!
//! Both count processor time and take turns, so that whatever else the machine does meets both.

use super::{SPEED, build, built};
use crate::cargo;
use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::process::Command;

const ROUNDS: usize = 7;

/// Microseconds of processor time an operation, and bytes.
#[derive(Deserialize)]
struct Figures {
    encrypt: f64,
    decrypt: f64,
    ping_pong: f64,
    initiate: f64,
    respond: f64,
    group_encrypt: f64,
    group_decrypt: f64,
    safety_number: f64,
    load: f64,
    session_bytes: f64,
}

#[derive(Deserialize)]
struct Full {
    full_session_bytes: f64,
}

type Row = (&'static str, fn(&Figures) -> f64);

const ROWS: [Row; 9] = [
    ("encrypt 200 bytes", |figures| figures.encrypt),
    ("decrypt 200 bytes", |figures| figures.decrypt),
    ("ping-pong, both sides of one message", |figures| figures.ping_pong),
    ("begin a session, first message", |figures| figures.initiate),
    ("accept a session, first message", |figures| figures.respond),
    ("group: encrypt 200 bytes", |figures| figures.group_encrypt),
    ("group: decrypt 200 bytes", |figures| figures.group_decrypt),
    ("safety number, 5200 rounds", |figures| figures.safety_number),
    ("open a stored session", |figures| figures.load),
];

/// Measures and prints the table.
pub(super) fn run() -> Result<bool> {
    build(SPEED)?;
    let folder = cargo::root()?.join("tests/interop");
    let speed = built("examples/speed")?;
    let ours = || Command::new(&speed);
    let theirs = || {
        let mut node = Command::new("node");
        node.arg("speed.mjs").current_dir(&folder);
        node
    };
    let Full { full_session_bytes } = printed(ours().arg("full"))?;
    let (mut our_runs, mut their_runs): (Vec<Figures>, Vec<Figures>) = (vec![], vec![]);
    for _ in 0..ROUNDS {
        our_runs.push(printed(&mut ours())?);
        their_runs.push(printed(&mut theirs())?);
    }
    println!("{:<38} {:>9} {:>9} {:>9}", "processor time", "ours us", "theirs us", "theirs/ours");
    for (name, of) in ROWS {
        let (ours, theirs) = (median(&our_runs, of), median(&their_runs, of));
        println!("{name:<38} {ours:>9.1} {theirs:>9.1} {:>9.2} x", theirs / ours);
    }
    let typical = median(&our_runs, |figures| figures.session_bytes);
    let theirs = median(&their_runs, |figures| figures.session_bytes);
    println!("\n{:<38} {:>9} {:>9} {:>9}", "stored session", "ours B", "theirs B", "goal B");
    println!("{:<38} {typical:>9.0} {theirs:>9.0} {:>9}", "mid-conversation", 8 * 1024);
    println!(
        "{:<38} {full_session_bytes:>9.0} {:>9} {:>9}",
        "all late messages missing",
        "-",
        600 * 1024
    );
    Ok(true)
}

/// The one line that a measurement prints.
fn printed<T: DeserializeOwned>(command: &mut Command) -> Result<T> {
    let output = command.output().context("a measurement does not start")?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).context("a measurement prints other figures")
}

fn median(runs: &[Figures], of: fn(&Figures) -> f64) -> f64 {
    let mut values: Vec<f64> = runs.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
