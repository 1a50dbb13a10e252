//! From starting again after `kill -9` in the middle of work until the next final block.

use crate::finality::folder;
use crate::network::{Net, Payer, encoded, genesis, submit};
use crate::table::{Goal, Table, millis, percentile};
use ledger::Genesis;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use types::Timestamp;

const PEOPLE: u32 = 400;
const KILLS: usize = 5;

fn people() -> Vec<Payer> {
    (0..PEOPLE).map(|number| Payer::new(number, false)).collect()
}

/// The same for the child and for whoever kills it: the folder's own birth is the network's.
fn network(folder: &Path, people: &[Payer]) -> Genesis {
    let birth = std::fs::read_to_string(folder.join("birth")).unwrap().parse().unwrap();
    let addresses: Vec<_> = people.iter().map(|payer| payer.public().address()).collect();
    genesis(Timestamp(birth), 200, &addresses)
}

/// The child: pays until it is killed.
pub(crate) async fn run(folder: &Path) {
    let people = people();
    let genesis = network(folder, &people);
    let net = Net::start(&genesis, folder);
    let mut tip = net.managers[0].tip();
    println!("began at {}", tip.borrow().0);
    let to = people[0].public().address();
    // Those of earlier runs are final or void; both are refused.
    for (number, payer) in people.iter().enumerate().skip(1) {
        let manager = &net.managers[number % net.managers.len()];
        submit(manager, &encoded(&payer.pay(&genesis, to, 0))).await;
        if tip.has_changed().unwrap_or(false) {
            println!("final {}", tip.borrow_and_update().0);
        }
    }
    loop {
        tip.changed().await.unwrap();
        println!("final {}", tip.borrow_and_update().0);
    }
}

pub(crate) async fn measure(table: &mut Table) {
    let folder = folder();
    std::fs::write(folder.path().join("birth"), crate::network::now().0.to_string()).unwrap();
    let (people, mut opened, mut again) = (people(), vec![], vec![]);
    for _ in 0..KILLS {
        kill_after(folder.path(), 12);
        let genesis = network(folder.path(), &people);
        let start = Instant::now();
        let net = Net::start(&genesis, folder.path());
        opened.push(start.elapsed());
        let tip = net.managers.iter().map(|manager| manager.tip().borrow().0).max();
        net.reach(tip.unwrap_or_default() + 1).await;
        again.push(start.elapsed());
        net.stop().await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let most = |times: &mut Vec<_>| millis(percentile(times, 100));
    let name =
        format!("recovery after kill -9, 4 managers, most of {KILLS}: next final everywhere");
    table.add(&name, (most(&mut again), "ms"), Goal::AtMost(2000.0), "");
    table.note("  of it opening the files of all four", most(&mut opened), "ms");
}

/// Lets a child run for so many rounds and kills it.
fn kill_after(folder: &Path, rounds: usize) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .arg("run")
        .arg(folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let seen = lines.map_while(Result::ok).filter(|line| line.starts_with("final")).take(rounds);
    assert_eq!(seen.count(), rounds);
    child.kill().unwrap();
    child.wait().unwrap();
}
