//! Transfers per second from submission to a final block, signed beforehand, through all managers
//! at once.

use crate::finality::folder;
use crate::network::{MEMBERS, Net, Payer, encoded, genesis, now, submit};
use crate::table::{Goal, Table, cpu, micros};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Requests under way at each manager.
const AT_ONCE: usize = 8;

pub(crate) async fn measure(table: &mut Table) {
    let ecdsa = run("ECDSA", (3_000, 2, false), table).await;
    let falcon = run("Falcon", (500, 6, true), table).await;
    table.note("  ECDSA : Falcon", ecdsa / falcon, "x");
}

/// Transfers a second.
async fn run(name: &str, (people, each, falcon): (u32, u64, bool), table: &mut Table) -> f64 {
    let payers: Vec<Payer> = (0..people).map(|number| Payer::new(number, falcon)).collect();
    let addresses: Vec<_> = payers.iter().map(|payer| payer.public().address()).collect();
    // The network is to begin when the load does.
    let genesis = genesis(now(), 200, &addresses);
    let mut load: Vec<Vec<Vec<u8>>> = vec![vec![]; usize::from(MEMBERS)];
    for nonce in 0..each {
        for (number, payer) in payers.iter().enumerate() {
            let to = addresses[(number + 1) % addresses.len()];
            load[number % usize::from(MEMBERS)].push(encoded(&payer.pay(&genesis, to, nonce)));
        }
    }
    let count: usize = load.iter().map(Vec::len).sum();
    let folder = folder();
    let net = Arc::new(Net::start(&genesis, folder.path()));
    net.reach(3).await;
    let (begun, used, first) = (Instant::now(), cpu(), net.managers[0].tip().borrow().0);
    for (manager, part) in net.managers.iter().zip(load) {
        tokio::spawn(feed(manager.clone(), part));
    }
    let (done, rounds, most) = count_final(&net, first, count).await;
    let elapsed = begun.elapsed();
    let per_second = done as f64 / elapsed.as_secs_f64();
    let (goal, elsewhere) = if falcon {
        (500.0, "")
    } else {
        (1000.0, "CometBFT QA 400/s, Algorand ~6000/s, AME claim 1373-2746/s")
    };
    table.add(
        &format!("{name} transfers, submit to final"),
        (per_second, "/s"),
        Goal::AtLeast(goal),
        elsewhere,
    );
    table.note(&format!("  {name}: transfers a round"), done as f64 / rounds.max(1) as f64, "");
    table.note(&format!("  {name}: most in one round"), most as f64, "");
    if let (Some(before), Some(after)) = (used, cpu()) {
        let total = after.saturating_sub(before);
        let each = micros(total, done);
        let cores = total.as_secs_f64() / elapsed.as_secs_f64();
        table.note(&format!("  {name}: processor time a transfer, 4 managers"), each, "us");
        table.note(&format!("  {name}: cores in use"), cores, "");
    }
    if let Ok(net) = Arc::try_unwrap(net) {
        net.stop().await;
    }
    per_second
}

/// Many at a time, in order: an account's transfers follow one another.
async fn feed(manager: manager::Manager, load: Vec<Vec<u8>>) {
    for part in load.chunks(AT_ONCE) {
        let mut tasks = vec![];
        for tx in part {
            let (manager, tx) = (manager.clone(), tx.clone());
            tasks.push(tokio::spawn(async move { submit(&manager, &tx).await }));
        }
        for task in tasks {
            task.await.unwrap();
        }
    }
}

/// How many became final in how many rounds, and most in one; ends when nothing comes any more.
async fn count_final(net: &Net, first: u64, count: usize) -> (usize, u64, usize) {
    let manager = &net.managers[0];
    let mut tip = manager.tip();
    let (mut done, mut round, mut most) = (0, first, 0);
    let mut last = Instant::now();
    while done < count && last.elapsed() < Duration::from_secs(20) {
        tokio::time::timeout(Duration::from_secs(5), tip.changed()).await.ok();
        let newest = tip.borrow_and_update().0;
        while round < newest {
            round += 1;
            let body = manager.body(types::Round(round)).await.unwrap().unwrap_or_default();
            let held = body.transactions.len();
            if held > 0 {
                last = Instant::now();
            }
            (done, most) = (done + held, most.max(held));
        }
    }
    (done, round - first, most)
}
