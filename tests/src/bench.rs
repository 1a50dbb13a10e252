//! The project's figures, measured in one run on one machine: `cargo xtask bench`.
//!
//! Only the binary `bench` calls this. It starts what it measures in processes and folders of its
//! own and decides nothing: a goal that is missed is printed, never failed.

mod base;
mod devnet;
mod idle;
mod messages;
mod payments;
mod people;
mod private;
mod relay;
mod ring;
mod samples;
mod speed;
mod start;
mod table;
mod window;

use crate::bench::devnet::Devnet;
use crate::bench::people::person;
use crate::bench::ring::Ring;
use crate::bench::table::Table;
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

pub use idle::hold;

/// Makes all measurements and prints the table.
///
/// # Errors
/// What could not be measured, and why.
pub async fn run() -> Result<()> {
    let dir = folder()?;
    let mut table = Table::default();
    let measured = measure(dir.path(), &mut table).await;
    // What was measured before a failure is true all the same.
    print!("{}{}", table.text(), notes());
    measured
}

/// What processes of the ledger's take, as rows for `cargo xtask bench ledger`: managers' memory, and
/// an idle app's traffic. Both wait most of the time, and do it together.
///
/// # Errors
/// What could not be measured, and why.
pub async fn ledger() -> Result<()> {
    let dir = folder()?;
    let (ring, devnet) =
        (Ring::start(&dir.path().join("ring"))?, Devnet::start(&dir.path().join("net"))?);
    let (home, carol) = (devnet.bootstrap()?, dir.path().join("carol"));
    let (managers, app) = tokio::join!(ring.measure(), idle::traffic(&carol, &home));
    for row in managers?.iter().chain(&app?) {
        println!("{}", row.line());
    }
    Ok(())
}

/// Private payments in a whole network, as rows for `cargo xtask bench wallet`.
///
/// # Errors
/// What could not be measured, and why.
pub async fn wallet() -> Result<()> {
    let dir = folder()?;
    for row in private::measure(dir.path()).await? {
        println!("{}", row.line());
    }
    Ok(())
}

async fn measure(dir: &Path, table: &mut Table) -> Result<()> {
    tell("encryption");
    table.add(speed::measure()?);
    let devnet = Devnet::start(&dir.join("net"))?;
    let home = devnet.bootstrap()?;
    tell("base");
    let base = base::measure(home.clone(), dir).await?;
    table.add(base.rows());

    let (at_alice, at_bob) = (dir.join("alice"), dir.join("bob"));
    let alice = person(&at_alice, "alice", &home).await?;
    let bob = person(&at_bob, "bob", &home).await?;
    bob.faucet().await?;
    alice.faucet().await?;
    let invite = bob.invite().await?.invite;
    let contact = alice.contact_add(&invite, true).await?.contact.name;
    people::connected(&bob).await?;
    people::connected(&alice).await?;
    tell("messages");
    table.add(messages::measure(&alice, &contact, &base).await?);
    tell("payments");
    table.add(payments::measure(&alice, &contact).await?);
    alice.close().await;
    people::still_connected(&bob)?;
    bob.close().await;
    tell("start");
    let (core, rows) = start::measure(&at_alice, &contact).await?;
    table.add(rows);
    tell("window");
    table.add(window::measure(&at_alice, core)?);
    tell("idle, which takes two minutes");
    table.add(idle::measure(&at_alice, &dir.join("carol"), &home).await?);
    Ok(())
}

/// Beside the binary, not in the system's folder for temporary files: that one may be memory, where
/// saving costs nothing.
fn folder() -> Result<tempfile::TempDir> {
    let beside = std::env::current_exe()?;
    let beside = beside.parent().context("this binary lies in no folder")?;
    Ok(tempfile::Builder::new().prefix("bench-").tempdir_in(beside)?)
}

/// A program that was built along with this one.
fn program(name: &str) -> Result<PathBuf> {
    let path = std::env::current_exe()?.with_file_name(name);
    let path = path.with_extension(std::env::consts::EXE_EXTENSION);
    anyhow::ensure!(path.is_file(), "{} is not built: use `cargo xtask bench`", path.display());
    Ok(path)
}

/// Says what is under way, apart from the table.
fn tell(what: &str) {
    eprintln!("measuring {what}");
}

/// A time in the table's unit.
fn millis(time: std::time::Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// What the figures count.
fn notes() -> String {
    let (cores, shown) =
        (std::thread::available_parallelism().map_or(0, usize::from), start::SHOWN);
    format!(
        "
Four managers, five workers and the apps share the {cores} cores of this machine.
delivered  from the call until the contact's receipt is saved at the sender
final      from the call until the payer's own proved history has it; begun at random moments
start      opening a profile with a device key until its newest {shown} messages and its saved
           balance are there; of the window, from starting its program until a conversation in its
           list can be clicked, the driver that looks for it included
whole app  the window's process and those of the web view, some seconds after the start
idle       whole IP packets of the QUIC connection, both ways, counted by a relay before the worker;
           headers: what an app takes, the looks at its account included, beyond a connection that
           hears of mail only
"
    )
}
