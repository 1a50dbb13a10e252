//! From handing a payment to a manager until that manager has it in a durable block.

use crate::network::{Net, Payer, encoded, genesis, now, submit};
use crate::table::{Goal, Table, millis, percentile};
use ledger::Genesis;
use std::time::{Duration, Instant};
use types::TxId;

/// At random moments between two blocks.
const PAYMENTS: u32 = 150;
const SLOW_PAYMENTS: u32 = 40;
const PEOPLE: u32 = 50;

pub(crate) async fn measure(table: &mut Table) {
    let mut quick = run(200, PAYMENTS).await;
    let name = "submit to final, 4 managers, interval 200 ms";
    let (p50, p99) = (percentile(&mut quick, 50), percentile(&mut quick, 99));
    table.add(
        &format!("{name}, p50 of {PAYMENTS}"),
        (millis(p50), "ms"),
        Goal::AtMost(150.0),
        "Sui ~500 ms, Solana 400 ms slot",
    );
    let most = Goal::AtMost(500.0);
    table.add(&format!("{name}, p99"), (millis(p99), "ms"), most, "Algorand < 3 s, TON ~1 s");
    table.note("  p50 : interval", p50.as_secs_f64() / 0.2, "x");
    let mut slow = run(1000, SLOW_PAYMENTS).await;
    let most = percentile(&mut slow, 100);
    let name = format!("submit to final, interval 1 s, most of {SLOW_PAYMENTS}");
    table.add(&name, (millis(most), "ms"), Goal::AtMost(2000.0), "IPS claim < 2 s");
}

async fn run(interval: u32, payments: u32) -> Vec<Duration> {
    let people: Vec<Payer> = (0..PEOPLE).map(|number| Payer::new(number, false)).collect();
    let addresses: Vec<_> = people.iter().map(|payer| payer.public().address()).collect();
    let genesis = genesis(now(), interval, &addresses);
    let folder = folder();
    let net = Net::start(&genesis, folder.path());
    net.reach(5).await;
    let mut times = vec![];
    for number in 0..payments {
        let pause = (u64::from(number) * 7_919) % u64::from(interval);
        tokio::time::sleep(Duration::from_millis(pause)).await;
        times.push(once(&net, &genesis, (&people, &addresses), number).await);
    }
    net.stop().await;
    times
}

async fn once(
    net: &Net,
    genesis: &Genesis,
    (people, addresses): (&[Payer], &[types::Address]),
    number: u32,
) -> Duration {
    let payer = (number % PEOPLE) as usize;
    let nonce = u64::from(number / PEOPLE);
    let tx = people[payer].pay(genesis, addresses[(payer + 1) % addresses.len()], nonce);
    let manager = &net.managers[number as usize % net.managers.len()];
    let mut tip = manager.tip();
    let bytes = encoded(&tx);
    let mut seen = *tip.borrow_and_update();
    let start = Instant::now();
    assert!(submit(manager, &bytes).await);
    loop {
        let newest = *tip.borrow_and_update();
        while seen < newest {
            seen = seen.next();
            if holds(manager, seen, tx.id()).await {
                return start.elapsed();
            }
        }
        tip.changed().await.unwrap();
    }
}

async fn holds(manager: &manager::Manager, round: types::Round, id: TxId) -> bool {
    let body = manager.body(round).await.unwrap();
    body.is_some_and(|body| body.transactions.iter().any(|tx| tx.id() == id))
}

/// Beside the program, not in the folder for temporary files: that one may be memory, where saving
/// costs nothing.
pub(crate) fn folder() -> tempfile::TempDir {
    let beside = std::env::current_exe().unwrap();
    tempfile::Builder::new().prefix("ledger-").tempdir_in(beside.parent().unwrap()).unwrap()
}
