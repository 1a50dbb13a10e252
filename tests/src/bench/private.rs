//! From paying a contact out of the private pool until that is final, and what of it is the proof.

use super::devnet::Devnet;
use super::people::{connected, person, still_connected};
use super::samples::Samples;
use super::table::Row;
use anyhow::{Context, Result, ensure};
use api::{App, Desk, Options, Stay};
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};

const PAYMENTS: usize = 20;
/// A devnet makes a block this often, in milliseconds.
const INTERVAL: u64 = 1000;
/// So long after a payment its change can be spent: a wallet proves against the last round divisible
/// by ten that is two behind, and must have seen it.
const SETTLED: Duration = Duration::from_secs(14);
/// From the signed transaction on, in milliseconds.
const GOAL: f64 = 2000.0;
/// Whatever takes longer than this is broken, not slow.
const PATIENCE: Duration = Duration::from_secs(120);

/// Pays again and again, each time at another moment between two blocks, with notes that the common
/// anchor has.
pub(crate) async fn measure(dir: &Path) -> Result<Vec<Row>> {
    let devnet = Devnet::start(&dir.join("net"))?;
    let home = devnet.bootstrap()?;
    let bob = person(&dir.join("bob"), "bob", &home).await?;
    let options =
        Options { dir: dir.join("alice"), bootstrap: vec![home.to_string()], offline: false };
    let desk = Desk::open(options, Stay::Resident, || None).await;
    desk.call("account_new", json!({ "name": "alice" })).await?;
    let alice = desk.app().await?;
    alice.faucet().await?;
    let invite = bob.invite().await?.invite;
    let contact = alice.contact_add(&invite, true).await?.contact.name;
    connected(&bob).await?;
    connected(&alice).await?;
    desk.call("top_up", json!({ "amount": "50", "wait": true })).await?;
    let (mut signed, mut sent, mut all) =
        (Samples::default(), Samples::default(), Samples::default());
    // The first one builds the key that proofs are made with.
    for payment in 0..=PAYMENTS {
        let chance = Duration::from_millis(rand::random_range(0..INTERVAL));
        tokio::time::sleep(SETTLED + chance).await;
        still_connected(&alice)?;
        let paying = pay(&desk, &alice, &contact);
        let (proof, end) = tokio::time::timeout(PATIENCE, paying).await.context("no end")??;
        if payment > 0 {
            signed.push(proof);
            sent.push(end.saturating_sub(proof));
            all.push(end);
        }
    }
    desk.close().await;
    bob.close().await;
    let name = "pay privately, signed to final";
    Ok(vec![
        all.row("pay privately, call to final", 50),
        signed.row("pay privately, call to signed", 50),
        sent.row(name, 50),
        sent.row(name, 99).at_most(GOAL),
    ])
}

/// How long it takes until the transaction is signed, and until it is final.
async fn pay(desk: &Desk, app: &App, contact: &str) -> Result<(Duration, Duration)> {
    let mut events = desk.events();
    let start = Instant::now();
    let wish = json!({ "to": contact, "amount": "1", "private": true, "background": true });
    let paid = desk.call("pay", wish).await?;
    ensure!(paid["top_up"].is_null(), "the pool was too short; nothing of this run counts");
    let mut signed = None;
    loop {
        still_connected(app)?;
        let list = desk.call("transfer_list", json!({})).await?;
        let all = list["transfers"].as_array().context("a list of transfers")?;
        let Some(it) = all.iter().find(|it| it["id"] == paid["transfer"]) else { break };
        let state = it["state"].as_str().unwrap_or_default();
        ensure!(matches!(state, "queued" | "submitted"), "a payment became {state}");
        if it["step"] == Value::Null && signed.is_none() {
            signed = Some(start.elapsed());
        }
        events.next().await.context("the app was closed")?;
    }
    Ok((signed.context("a payment was final before it was signed")?, start.elapsed()))
}
