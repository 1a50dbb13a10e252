//! Managers in one process: they agree, they stop and go on, they come back from any crash, their
//! ring changes.

#![allow(clippy::unwrap_used, clippy::panic, clippy::wildcard_enum_match_arm)]

mod chain;
mod epochs;
mod evidence;
mod late;
mod memory;
mod net;
mod refusals;
mod service;
mod snapshot;

use manager::spawn;
use net::{MEMBERS, Net, in_time, pause};
use std::fs;
use tokio::sync::mpsc;
use types::{Round, WorkerId};
use wire::Decode;
use wire::chain::{ChainReply, ChainRequest};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn payments_become_final_everywhere_with_the_same_state() {
    let net = Net::running().await;
    let (alice, bob) = (net.address(0), net.address(1));
    let (mut ids, mut fees) = (vec![], 0);
    for nonce in 0..4 {
        let tx = net.pay(0, bob, nonce, 500);
        fees += tx.fee.units();
        ids.push(net.submit(1, &tx).await.unwrap());
        ids.push(net.submit(2, &net.pay(1, alice, nonce, 500)).await.unwrap());
    }
    let mut last = Round(0);
    for id in ids {
        last = last.max(net.wait_final(id).await);
    }
    net.wait_reach(last.0).await;
    net.check_same_chain(last.0).await;
    for number in 0..MEMBERS {
        let proof = net.account(number, alice).await;
        let header = net.header(number, proof.round.0).await;
        proof.verify(&header.header.state_root).unwrap();
        let account = proof.account.unwrap();
        assert_eq!((account.nonce, account.abc.units()), (4, 10_000_000_000 - fees));
        let request = ChainRequest::History { home: alice, after: 1 };
        let history = net.manager(number).answer(request).await.unwrap();
        let ChainReply::History(entries) = history else { panic!("{history:?}") };
        assert_eq!(entries.len() as u64, account.counter - 1);
    }
    net.verify_folders().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_stopped_manager_stops_nobody() {
    let net = Net::running().await;
    net.wait_reach(2).await;
    net.stop(2).await;
    let reached = net.tip(0);
    let tx = net.pay(0, net.address(1), 0, 500);
    net.submit(3, &tx).await.unwrap();
    net.wait_final(tx.id()).await;
    net.wait_reach(reached + 8).await;
    net.start(2).await;
    net.wait_reach(reached + 12).await;
    net.check_same_chain(reached + 12).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_stopped_managers_stop_the_chain_until_one_is_back() {
    let net = Net::running().await;
    net.wait_reach(3).await;
    let spoke = [net.manager(1).tip(), net.manager(2).tip()];
    net.stop(1).await;
    net.stop(2).await;
    // They may have voted for the block behind their tip, and no further.
    let limit = spoke.iter().map(|tip| tip.borrow().0).max().unwrap() + 1;
    for _ in 0..60 {
        pause().await;
        assert!([0, 3].iter().all(|number| net.tip(*number) <= limit));
    }
    let tx = net.pay(0, net.address(1), 0, 500);
    net.submit(0, &tx).await.unwrap();
    net.start(1).await;
    net.wait_final(tx.id()).await;
    net.start(2).await;
    net.wait_reach(limit + 6).await;
    net.check_same_chain(limit + 6).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_managers_go_on_from_their_folders() {
    let net = Net::running().await;
    let mut reached = 0;
    for (crash, pauses) in (0..6).zip([1, 4, 2, 7, 3, 5]) {
        net.wait_reach(reached + 3).await;
        let tx = net.pay(0, net.address(1), crash, 500);
        net.submit(3, &tx).await.unwrap();
        for _ in 0..pauses {
            pause().await;
        }
        reached = (0..MEMBERS).map(|number| net.tip(number)).max().unwrap();
        (0..MEMBERS).for_each(|number| net.kill(number));
        net.start_all().await;
        // A mempool lives in memory: whoever wants to be paid says so again.
        net.submit(crash as u8 % MEMBERS, &tx).await.unwrap();
        net.wait_final(tx.id()).await;
    }
    net.wait_reach(reached + 5).await;
    net.check_same_chain(reached + 5).await;
    net.verify_folders().await;
}

/// The folder of a stopped manager is put back to where it was, or lost altogether.
async fn check_catches_up(lose: impl Fn(&Net)) {
    let net = Net::running().await;
    net.wait_reach(3).await;
    net.stop(1).await;
    let (dir, old) = (net.dir(1), net.dir(9));
    fs::create_dir(&old).unwrap();
    for name in ["chain.redb", "votes.wal"] {
        fs::copy(dir.join(name), old.join(name)).unwrap();
    }
    net.start(1).await;
    net.wait_reach(35).await;
    net.stop(1).await;
    lose(&net);
    net.start(1).await;
    net.wait_reach(45).await;
    net.check_same_chain(45).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_manager_that_missed_thirty_rounds_catches_up() {
    check_catches_up(|net| {
        fs::remove_dir_all(net.dir(1)).unwrap();
        fs::rename(net.dir(9), net.dir(1)).unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_manager_with_an_empty_folder_catches_up() {
    check_catches_up(|net| fs::remove_dir_all(net.dir(1)).unwrap()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_manager_that_lost_its_log_goes_on() {
    let net = Net::running().await;
    net.wait_reach(3).await;
    net.stop(3).await;
    fs::remove_file(net.dir(3).join("votes.wal")).unwrap();
    let reached = net.tip(0);
    net.start(3).await;
    net.wait_reach(reached + 9).await;
    net.check_same_chain(reached + 9).await;
}

/// Stands for a disk that takes nothing: the log cannot be begun anew.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_manager_whose_files_fail_goes_on_when_they_work_again() {
    let net = Net::grown();
    net.start_all().await;
    net.wait_reach(3).await;
    // With another that is silent, two would be, and the network would stand still.
    net.wait("all vote", |net| {
        let voted = net.voted.lock().unwrap();
        voted.len() == usize::from(MEMBERS) && voted.values().all(|round| *round > Round(3))
    })
    .await;
    net.stop(1).await;
    fs::remove_dir_all(net.dir(1)).unwrap();
    let (outbox, mail) = mpsc::channel(1024);
    let manager = spawn(net.config(1), outbox).unwrap();
    let obstacle = net.dir(1).join("votes.new");
    fs::create_dir(&obstacle).unwrap();
    net.plug(1, manager.clone(), mail);
    let failed = in_time("its files fail", async {
        loop {
            match manager.answer(ChainRequest::Tip).await {
                Ok(_) => pause().await,
                Err(failure) => break failure.code,
            }
        }
    });
    let failed = failed.await;
    assert_eq!(failed, "unavailable");
    fs::remove_dir(obstacle).unwrap();
    let reached = net.tip(0);
    net.wait_reach(reached + 9).await;
    net.check_same_chain(reached + 9).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn light_nodes_get_genesis_tip_headers_and_places() {
    let net = Net::running().await;
    net.wait_reach(5).await;
    let manager = net.manager(0);
    let genesis = manager.answer(ChainRequest::Genesis).await.unwrap();
    assert!(matches!(genesis, ChainReply::Genesis(bytes)
        if wire::hash("", &[&bytes]) == net.genesis.chain().0));
    let tip = manager.answer(ChainRequest::Tip).await.unwrap();
    assert!(
        matches!(tip, ChainReply::Tip { round, now } if round.0 >= 5 && now > net.genesis.time)
    );
    let headers = async |from: u64| {
        let request = ChainRequest::Headers { from: Round(from), max: 3 };
        match manager.answer(request).await.unwrap() {
            ChainReply::Headers(list) => list,
            other => panic!("{other:?}"),
        }
    };
    let third = light::Step::from_bytes(&headers(0).await[2].0).unwrap();
    assert_eq!(third.round(), Round(3));
    assert_eq!(headers(1_000_000).await, []);
    let worker = WorkerId([5; 32]);
    let locate = || manager.answer(ChainRequest::Locate(worker));
    assert_eq!(locate().await.unwrap(), ChainReply::Located(vec![]));
    let address = "/ip4/127.0.0.1/tcp/4001".to_owned();
    manager.announce(worker, vec![address.clone()]);
    assert_eq!(locate().await.unwrap(), ChainReply::Located(vec![address]));
    net.stop(0).await;
    assert_eq!(manager.answer(ChainRequest::Tip).await.unwrap_err().code, "unavailable");
}
