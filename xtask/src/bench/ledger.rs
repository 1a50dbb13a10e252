//! The ledger: the example `ledger` of `manager` in one process, then processes of their own that do
//! nothing, for their memory.

use super::{build, built};
use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

const BUILDS: [&[&str]; 2] = [
    &["build", "--release", "--locked", "--package", "manager", "--example", "ledger"],
    &["build", "--release", "--locked", "--package", "node"],
];
/// How long managers idle before their memory is read.
const IDLE: Duration = Duration::from_secs(30);
const PORT: &str = "47310";

/// What `bcm-node init` prints.
#[derive(Deserialize)]
struct Made {
    managers: Vec<String>,
}

/// Measures and prints.
pub(super) fn run() -> Result<bool> {
    BUILDS.iter().try_for_each(|arguments| build(arguments))?;
    let status = Command::new(built("examples/ledger")?).status();
    let measured = status.context("the measurement does not start")?.success();
    let (sizes, goal) = (idle()?, 150);
    let most = sizes.iter().copied().max().unwrap_or_default() / 1024;
    println!(
        "\nidle, one of {} processes `bcm-node manager`: {most} MiB, goal <= {goal} MiB",
        sizes.len()
    );
    println!(
        "write amplification and point reads beside fjall: \
         cargo run --release --manifest-path tools/storage-bench/Cargo.toml"
    );
    Ok(measured)
}

/// Resident memory of idle managers, in KiB.
fn idle() -> Result<Vec<u64>> {
    let node = built("bcm-node")?;
    let folder = std::env::temp_dir().join(format!("bcm-idle-{}", std::process::id()));
    let made = Command::new(&node)
        .args(["init", "--port", PORT, "--dir"])
        .arg(&folder)
        .output()
        .context("bcm-node does not start")?;
    ensure!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let Made { managers } = serde_json::from_slice(&made.stdout)?;
    let running = managers.iter().map(|file| start(&node, file)).collect::<Result<Vec<_>>>()?;
    sleep(IDLE);
    let sizes = running.iter().map(|manager| resident(manager.0.id())).collect();
    drop(running);
    std::fs::remove_dir_all(&folder)?;
    sizes
}

/// A process that ends with this value.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Its folder goes, too: nothing to be polite about.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(node: &Path, file: &str) -> Result<Running> {
    let mut command = Command::new(node);
    command.args(["manager", "--config", file]).stdin(Stdio::null()).stdout(Stdio::null());
    Ok(Running(command.spawn().context("a manager does not start")?))
}

/// As the kernel counts it, in KiB.
fn resident(process: u32) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.context("no memory in the process's status")?.parse().context("memory")
}
