//! Those who would use up a worker: its disk, its time.

use crate::chain::trusts;
use crate::world::{World, id};
use node::chunks::{Parcel, StoreError};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;
use types::Round;
use wire::code;
use wire::store::owners;

const HORIZON: usize = 180;

fn parcel(world: &World, round: Round) -> Parcel {
    Parcel::new(world.blocks.at(round), &world.blocks.body_of(round)).unwrap()
}

/// A worker drops what is old and owned by others; a manager could bring it again and again, until
/// there is no room for what the worker owns itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_manager_brings_nobody_old_bodies_that_others_own() {
    let mut world = World::of_workers(9).await;
    world.blocks.grow(&[0; HORIZON + 12]);
    let manager = world.stores(1).await;
    let workers: Vec<_> = world.workers().iter().map(|seed| id(*seed)).collect();
    let (mut taken, mut refused) = (0, 0);
    for round in [1, 2, 3, 11, 12, 13, 192].map(Round) {
        let parcel = parcel(&world, round);
        let owners = owners(&parcel.block().0, &workers);
        for worker in &workers {
            let put = manager.put(*worker, parcel.header(), &parcel.chunks()[0]).await;
            let archive = *worker == id(world.archive_seed());
            if owners.contains(worker) || archive || round >= Round(12) {
                put.unwrap();
                taken += 1;
            } else {
                assert!(matches!(put, Err(StoreError::Refused(f)) if f.code == code::QUOTA));
                refused += 1;
            }
        }
    }
    assert!(taken >= 47 && refused >= 12, "{taken} {refused}");
}

/// Checking a certificate takes time, and strangers cost nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn however_many_strangers_come_two_are_served_at_a_time_and_managers_are() {
    let mut world = World::of_workers(5).await;
    world.blocks.grow(&[0; 40]);
    let [now, most] = [Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0))];
    let enough = Arc::new(AtomicBool::new(false));
    let (noted, released) = (Arc::clone(&most), Arc::clone(&enough));
    world.stop(11).await;
    let slowly = Arc::new(move |header: &ledger::CertifiedHeader| {
        noted.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        for _ in 0..100 {
            if !released.load(Ordering::SeqCst) {
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        now.fetch_sub(1, Ordering::SeqCst);
        trusts(header)
    });
    world.start_trusting(11, slowly).await;
    let parcels: Vec<_> = world.blocks.rounds().iter().map(|r| parcel(&world, *r)).collect();
    let mut puts = JoinSet::new();
    for seed in 90..96 {
        let stores = world.stores(seed).await;
        for parcel in parcels.clone() {
            let stores = stores.clone();
            puts.spawn(async move {
                stores.put(id(11), parcel.header(), &parcel.chunks()[0]).await.map(drop)
            });
        }
    }
    let mut refused = 0;
    while let Some(answer) = puts.join_next().await {
        if let Err(StoreError::Refused(failure)) = answer.unwrap() {
            assert_eq!(failure.code, code::UNAVAILABLE);
            refused += 1;
            enough.store(true, Ordering::SeqCst);
        }
    }
    let most = most.load(Ordering::SeqCst);
    assert!((1..=2).contains(&most) && refused > 0, "{most} {refused}");
    // Who was sent away may come again, and managers are not.
    for seed in [90, 1] {
        let stores = world.stores(seed).await;
        for parcel in &parcels {
            stores.put(id(11), parcel.header(), &parcel.chunks()[0]).await.unwrap();
        }
    }
}
