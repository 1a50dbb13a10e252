//! Bodies of blocks on workers in processes of their own: disks are lost, and what was on them comes
//! back, byte by byte, since the genesis.

use crate::stores::{ARCHIVE, Network, WORKERS};
use ledger::Body;
use std::collections::BTreeMap;
use types::Round;

/// Every body up to now.
async fn all(network: &Network) -> BTreeMap<Round, Body> {
    let mut bodies = BTreeMap::new();
    for round in (1..=network.tip().await.0).map(Round) {
        bodies.insert(round, network.truth(round).await);
    }
    bodies
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_two_of_five_workers_lose_comes_back_and_so_does_what_all_but_the_archive_lose() {
    let mut network = Network::new().await;
    network.wait_for(Round(40)).await;
    let bodies = all(&network).await;
    for at in WORKERS {
        network.until_all_there(at, &bodies).await;
    }

    for lost in [vec![0, 2], vec![1, ARCHIVE], vec![0, 1, 2, 3]] {
        lost.iter().for_each(|at| network.lose_disk(*at));
        // The others go on meanwhile.
        network.wait_for(network.tip().await.plus(5)).await;
        let bodies = all(&network).await;
        lost.iter().for_each(|at| network.start(*at));
        for at in WORKERS {
            network.until_all_there(at, &bodies).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_killed_again_and_again_while_bodies_come_has_all_of_them_in_the_end() {
    let mut network = Network::new().await;
    for _ in 0..6 {
        network.wait_for(network.tip().await.plus(7)).await;
        network.kill(3);
        network.start(3);
    }
    network.kill(ARCHIVE);
    network.wait_for(network.tip().await.plus(20)).await;
    network.start(ARCHIVE);
    let bodies = all(&network).await;
    for at in WORKERS {
        network.until_all_there(at, &bodies).await;
        assert_eq!(network.count(at, &bodies).await, bodies.len());
    }
}
