//! Managers as processes of their own, on a network that the test can spoil: what was said to be
//! final stays so, and no money comes or goes.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "a test that gets something else fails"
)]

mod bank;
mod bodies;
mod disk;
mod forward;
mod ring;
mod settings;
mod status;
mod stores;
mod worker;

use bank::Bank;
use disk::SmallDisk;
use ring::{ALL, Ring};
use std::collections::BTreeMap;
use types::{Round, TxId};

/// Rounds that the others must get on by, without the one that is in trouble.
const ON: u64 = 5;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn money_outlives_what_happens_to_processes_disks_and_lines() {
    let mut ring = Ring::new().await;
    ring.start_all();
    ring.wait_for(&ALL, 2).await;
    let bank = Bank::open(&ring).await;

    ring.spoil_lines(true);
    ring.goes_on(&ALL, ON).await;
    ring.spoil_lines(false);

    ring.kill(1);
    ring.goes_on(&[0, 2, 3], ON).await;
    ring.start(1);
    ring.goes_on(&ALL, ON).await;

    ring.freeze(2);
    ring.goes_on(&[0, 1, 3], ON).await;
    ring.thaw(2);
    ring.goes_on(&ALL, ON).await;

    ring.cut_off(0, true);
    ring.goes_on(&[1, 2, 3], ON).await;
    ring.cut_off(0, false);
    ring.goes_on(&ALL, ON).await;

    for _ in 0..2 {
        ALL.iter().for_each(|number| ring.kill(*number));
        ring.start_all();
        ring.goes_on(&ALL, ON).await;
    }

    fill_a_disk(&mut ring).await;

    let done = bank.close().await;
    ring.wait_for(&ALL, done.values().max().unwrap().0).await;
    ALL.iter().for_each(|number| ring.stop(*number));
    check_folders(&ring, &done);
}

/// The last manager's folder takes nothing more, and then something again.
async fn fill_a_disk(ring: &mut Ring) {
    const FULL: usize = 3;
    ring.stop(FULL);
    let disk = SmallDisk::under(&ring.dir(FULL));
    match &disk {
        Some(disk) => {
            ring.start(FULL);
            ring.goes_on(&ALL, ON).await;
            disk.fill();
            ring.wait_for_refusal(FULL).await;
        }
        None => ring.start_limited(FULL),
    }
    ring.goes_on(&[0, 1, 2], 2 * ON).await;
    match &disk {
        Some(disk) => disk.empty(),
        None => {
            ring.kill(FULL);
            ring.start(FULL);
        }
    }
    ring.goes_on(&ALL, ON).await;
    ring.stop(FULL);
    if let Some(disk) = disk {
        disk.remove();
    }
    ring.start(FULL);
}

/// Every folder is sound, all say the same of each round, there is always as much money as in
/// the genesis, and what somebody was told to be final is.
fn check_folders(ring: &Ring, done: &BTreeMap<TxId, Round>) {
    let stores = ALL.map(|number| ring.store(number));
    let last = stores.iter().map(|store| store.tip().round.0).min().unwrap();
    std::thread::scope(|scope| {
        stores.iter().for_each(|store| drop(scope.spawn(|| store.verify().unwrap())));
    });
    for store in &stores {
        for (id, round) in done {
            assert_eq!(store.find(*id).map(|(round, _)| round), Some(*round));
        }
    }
    for round in (1..=last).map(Round) {
        let headers = stores.each_ref().map(|store| store.header(round).unwrap().header);
        assert!(headers.iter().all(|header| *header == headers[0]), "round {}", round.0);
    }
    // One store stands for all: the roots are equal. Old states are given up after a while.
    let mut looked = 0;
    for round in (1..=last).rev().step_by(5).map(Round) {
        if let Some(state) = stores[0].state_at(round).unwrap() {
            assert_eq!(bank::all_money(&state, ring), ring.genesis().supply(), "round {}", round.0);
            looked += 1;
        }
    }
    assert!(looked > 0 && done.len() > 10, "{looked} {}", done.len());
}
