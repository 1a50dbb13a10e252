//! A manager that may have forgotten what it said holds its tongue until it is safe to speak.

use crate::net::{MEMBERS, Mail, Net, seed};
use crate::refusals::{header_of_round_one, proposal};
use acp::Message;
use ed25519_dalek::{Signer, SigningKey};
use ledger::{Body, Certificate, CertifiedHeader, Header, Step, vote_bytes};
use manager::{Frame, Manager, SyncedBlock, spawn};
use tokio::sync::mpsc;
use types::Round;
use wire::{Decode, Encode};

/// Who may have lost its folder.
const MEMBER: u16 = 2;
const WITHOUT_IT: [u16; 3] = [0, 1, 3];
const WITH_IT: [u16; 3] = [0, 1, 2];

/// Empty blocks from round 1 on.
fn chain(net: &Net, rounds: usize) -> Vec<Header> {
    let committee = net.genesis.committee();
    let next = |before: &Header| {
        let round = before.round.next();
        let time = before.time.plus_millis(u64::from(net.genesis.interval_ms));
        let proposer = committee.proposer(round);
        Some(Header { round, time, parent: before.id(), proposer, ..before.clone() })
    };
    std::iter::successors(Some(header_of_round_one(net)), next).take(rounds).collect()
}

fn decided(headers: &[Header], by: [u16; 3]) -> Vec<u8> {
    let blocks = headers.iter().map(|header| {
        let (round, block) = (header.round, header.id());
        let bytes = vote_bytes(header.chain, round, 0, Step::Commit, block);
        let sign = |m: u16| (m, SigningKey::from_bytes(&seed(m)).sign(&bytes).to_bytes());
        let votes = by.map(sign).into();
        let certificate = Certificate::new(round, 0, block, &votes, MEMBERS.into());
        let header = CertifiedHeader { header: header.clone(), certificate };
        SyncedBlock { header, body: Body::default().to_bytes() }
    });
    Frame::Blocks(blocks.collect()).to_bytes()
}

fn start(net: &Net) -> (Manager, Mail) {
    let (outbox, mail) = mpsc::channel(1024);
    (spawn(net.config(MEMBER), outbox).unwrap(), mail)
}

async fn reach(manager: &Manager, round: Round) {
    manager.tip().wait_for(|tip| *tip >= round).await.unwrap();
}

/// Whether it votes for a block before it has said three times that it has nothing to say.
async fn votes_for(manager: &Manager, mail: &mut Mail, header: &Header) -> bool {
    while mail.try_recv().is_ok() {}
    manager.incoming(header.proposer, proposal(header)).await;
    let mut ticks = 0;
    while ticks < 3 {
        let (_, bytes) = mail.recv().await.unwrap();
        match Frame::from_bytes(&bytes).unwrap() {
            Frame::Consensus(Message::Vote(_)) => return true,
            Frame::Consensus(Message::Status { .. }) => ticks += 1,
            _ => {}
        }
    }
    false
}

/// Goes through all that a manager does whose folder is gone, or an old one.
async fn check_sits_out(net: &Net, by: [u16; 3]) {
    let chain = chain(net, 8);
    let nothing = Frame::Blocks(vec![]).to_bytes();
    let (manager, mut mail) = start(net);
    manager.incoming(0, decided(&chain[..2], by)).await;
    reach(&manager, Round(2)).await;
    // One member may lie about how far the chain is. What was said in round 3 is not known.
    manager.incoming(0, nothing.clone()).await;
    assert!(!votes_for(&manager, &mut mail, &chain[2]).await);
    manager.stop().await;

    // Nor is it after a restart, however often the same one says so.
    let (manager, mut mail) = start(net);
    for _ in 0..4 {
        manager.incoming(0, nothing.clone()).await;
    }
    manager.incoming(1, decided(&chain[..4], WITHOUT_IT)).await;
    reach(&manager, Round(4)).await;
    assert!(!votes_for(&manager, &mut mail, &chain[4]).await);

    // A quorum of the others has nothing more: two rounds later it is safe.
    for member in [1, 3] {
        manager.incoming(member, nothing.clone()).await;
    }
    for header in &chain[4..6] {
        assert!(!votes_for(&manager, &mut mail, header).await, "{:?}", header.round);
        manager.incoming(3, decided(std::slice::from_ref(header), WITHOUT_IT)).await;
        reach(&manager, header.round).await;
    }
    assert!(votes_for(&manager, &mut mail, &chain[6]).await);
    manager.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forgotten_vote_is_made_up_for_by_silence() {
    check_sits_out(&Net::new(), WITH_IT).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_manager_without_a_past_in_a_network_with_one_sits_out() {
    check_sits_out(&Net::grown(), WITHOUT_IT).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_manager_that_was_late_or_away_votes_at_once() {
    let net = Net::new();
    let chain = chain(&net, 7);
    let (manager, mut mail) = start(&net);
    manager.incoming(0, decided(&chain[..2], WITHOUT_IT)).await;
    reach(&manager, Round(2)).await;
    assert!(votes_for(&manager, &mut mail, &chain[2]).await, "it started late");
    manager.stop().await;

    let (manager, mut mail) = start(&net);
    manager.incoming(0, decided(&chain[2..5], WITHOUT_IT)).await;
    reach(&manager, Round(5)).await;
    assert!(votes_for(&manager, &mut mail, &chain[5]).await, "it was away");
}
