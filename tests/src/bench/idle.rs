//! What an app costs while nobody uses it: memory, and bytes on the wire.
//!
//! Three clients are idle side by side: the core alone in a process, whose memory is read; an app
//! as people have it; and a connection that hears of mail but of no headers.

use super::people::{self, person};
use super::program;
use super::relay::{Relay, Traffic};
use super::table::Row;
use anyhow::{Context, Result, ensure};
use net::{Bootstrap, LightNode};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::sync::oneshot;
use wire::events::{Follow, Subscribe};

/// Before the window: what a new connection still has to say.
const SETTLE: Duration = Duration::from_secs(10);
/// Four beats of the held stream.
const WINDOW: Duration = Duration::from_secs(120);
/// In MiB.
const MEMORY: f64 = 60.0;
/// In kB per minute.
const HELD: f64 = 12.0;

/// Holds all three idle for the window; `profile` is a used profile, `dir` the place of a new one.
pub(crate) async fn measure(profile: &Path, dir: &Path, home: &Bootstrap) -> Result<Vec<Row>> {
    let core = Core::start(profile)?;
    let traffic = traffic(dir, home).await?;
    let memory = resident(core.0.id());
    let mut rows = vec![];
    rows.extend(memory.map(|mib| Row::figure("core idle, RSS", mib, "MiB").at_most(MEMORY)));
    rows.extend(traffic);
    Ok(rows)
}

/// Holds an app and a connection idle for the window; `dir` is the place of the app's new profile.
pub(crate) async fn traffic(dir: &Path, home: &Bootstrap) -> Result<Vec<Row>> {
    let (with, without) = (Relay::start(home).await?, Relay::start(home).await?);
    let app = person(dir, "carol", with.home()).await?;
    app.invite().await?;
    people::connected(&app).await?;
    let node = LightNode::start(without.home().clone()).await?;
    let events = node.subscribe(Subscribe::To { queues: vec![], headers: Follow::None }).await?;

    tokio::time::sleep(SETTLE).await;
    let before = (with.traffic(), without.traffic());
    tokio::time::sleep(WINDOW).await;
    let (all, held) = (with.traffic() - before.0, without.traffic() - before.1);
    people::still_connected(&app)?;
    app.close().await;
    ensure!(!events.is_closed(), "the held connection was lost; nothing of this run counts");

    Ok(vec![
        Row::figure("idle app", kilobytes(all), "kB/min").at_most(HELD),
        Row::figure("  of it the held connection", kilobytes(held), "kB/min"),
        Row::figure("  of it headers", kilobytes(all) - kilobytes(held), "kB/min"),
        Row::figure("idle app", packets(all), "packets/min"),
        Row::figure("  of it the held connection", packets(held), "packets/min"),
    ])
}

/// Holds one app connected until standard input ends: what a child of this binary does.
///
/// # Errors
/// What the app says, or that its connection was lost.
pub async fn hold(profile: &Path) -> Result<()> {
    let app = people::open(profile, false).await?;
    people::connected(&app).await?;
    println!("ready");
    let (ended, end) = oneshot::channel();
    std::thread::spawn(move || {
        // An error is an end, too.
        let _ = std::io::stdin().read_to_end(&mut vec![]);
        let _: Result<(), ()> = ended.send(());
    });
    // An error is an end, too.
    let _ = end.await;
    let held = people::still_connected(&app);
    app.close().await;
    held
}

/// A child that holds an app; it ends with this value.
struct Core(Child);

impl Core {
    fn start(profile: &Path) -> Result<Self> {
        let mut command = Command::new(program("bench")?);
        command.arg("hold").arg(profile).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut core = Self(command.spawn()?);
        let stdout = core.0.stdout.take().context("no output")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        ensure!(line == "ready\n", "the idle app does not start");
        Ok(core)
    }
}

/// A process's memory in MiB; `None` where the system does not tell it as Linux does.
pub(crate) fn resident(process: u32) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib / 1024.0)
}

impl Drop for Core {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        // Its profile goes, too: nothing to wait for.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn kilobytes(traffic: Traffic) -> f64 {
    traffic.bytes as f64 / 1000.0 / minutes()
}

fn packets(traffic: Traffic) -> f64 {
    traffic.packets as f64 / minutes()
}

fn minutes() -> f64 {
    WINDOW.as_secs_f64() / 60.0
}
