//! What managers do not take: from light nodes, from other managers, and at the start.

use crate::net::{MEMBERS, Net, seed};
use acp::{Message, Proposal, proposal_bytes};
use ed25519_dalek::{Signer, SigningKey};
use ledger::{Body, Header, receipts_root};
use manager::{Config, Frame, ManagerError, spawn};
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::sync::mpsc;
use types::{Amount, Round, Timestamp};
use wire::chain::{ChainRequest, Object};
use wire::{Decode, Encode};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transactions_are_judged_before_they_wait() {
    let net = Net::running().await;
    let bob = net.address(1);
    let first = net.pay(0, bob, 0, 500);
    let code = |result: Result<_, wire::Failure>| result.map(|_: types::TxId| ()).unwrap_err().code;

    let mut forged = first.clone();
    forged.witness[0][5] ^= 1;
    assert_eq!(code(net.submit(0, &forged).await), "bad_signature");
    let mut cheap = first.clone();
    cheap.fee = Amount::new(1);
    assert_eq!(code(net.submit(0, &cheap).await), "bad_fee");
    assert_eq!(code(net.submit(0, &net.pay(0, bob, 0, 90_000)).await), "expiry_too_far");
    assert_eq!(code(net.submit(0, &net.pay(0, bob, 1, 500)).await), "bad_nonce", "a gap");
    let junk = net.manager(0).answer(ChainRequest::Submit(Object(vec![1, 2, 3]))).await;
    assert_eq!(junk.unwrap_err().code, "bad_request");

    let id = net.submit(0, &first).await.unwrap();
    assert_eq!(net.submit(0, &first).await, Ok(id), "waits already");
    net.wait_final(id).await;
    assert_eq!(net.submit(2, &first).await, Ok(id), "final already");
    let other = net.pay(0, net.address(2), 0, 499);
    assert_eq!(code(net.submit(0, &other).await), "bad_nonce", "the nonce is used up");
}

/// Member 0, whose turn round 1 is, is played by the test.
fn header_of_round_one(net: &Net) -> Header {
    Header {
        version: Header::VERSION,
        chain: net.genesis.chain(),
        round: Round(1),
        time: net.genesis.time.plus_millis(u64::from(net.genesis.interval_ms)),
        parent: net.genesis.tip().block,
        body_root: Body::default().root(),
        state_root: empty_root(net),
        receipts_root: receipts_root(&[]),
        committee: net.genesis.committee().hash(),
        proposer: 0,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_votes_for_a_tampered_block() {
    let net = Net::new();
    let good = header_of_round_one(&net);
    // Nothing else is wrong with it: everybody votes for the right root.
    assert_eq!(votes_for(&net, &good).await, 3);
    let bad = Header { state_root: [1; 32], ..good };
    assert_eq!(votes_for(&net, &bad).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_block_from_the_future_waits_for_its_time() {
    let net = Net::new();
    let time = Timestamp(now().0 + 2600);
    let header = Header { time, ..header_of_round_one(&net) };
    let (outbox, mut mail) = mpsc::channel(64);
    let manager = spawn(net.config(1), outbox).unwrap();
    manager.incoming(0, proposal(&header)).await;
    loop {
        let (_, bytes) = mail.recv().await.unwrap();
        if let Frame::Consensus(Message::Vote(vote)) = Frame::from_bytes(&bytes).unwrap() {
            assert_eq!(vote.block, header.id());
            break;
        }
    }
    assert!(now().0 + 2000 >= time.0);
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp(since.as_millis() as u64)
}

fn empty_root(net: &Net) -> [u8; 32] {
    let file = tempfile::tempdir().unwrap();
    let store = abns::ChainStore::open(&file.path().join("chain.redb"), &net.genesis).unwrap();
    store.prepare(&Default::default()).unwrap().root
}

fn proposal(header: &Header) -> Vec<u8> {
    let key = SigningKey::from_bytes(&seed(0));
    let bytes = proposal_bytes(header.chain, header.round, 0, header.id());
    let signature = key.sign(&bytes).to_bytes();
    let body = Body::default().to_bytes();
    let proposal = Box::new(Proposal { header: header.clone(), body, signature });
    Frame::Consensus(Message::Proposal(proposal)).to_bytes()
}

/// Gives the block to three managers of their own; how many vote before each has spoken thrice.
async fn votes_for(net: &Net, header: &Header) -> usize {
    let frame = proposal(header);
    let mut votes = 0;
    for member in 1..MEMBERS {
        let folder = tempfile::tempdir().unwrap();
        let (outbox, mut mail) = mpsc::channel(64);
        let dir = folder.path().to_owned();
        let config = Config { dir, key: seed(member), member, genesis: net.genesis.clone() };
        let manager = spawn(config, outbox).unwrap();
        manager.incoming(0, frame.clone()).await;
        let mut ticks = 0;
        while ticks < 3 {
            let (_, bytes) = mail.recv().await.unwrap();
            match Frame::from_bytes(&bytes).unwrap() {
                Frame::Consensus(Message::Vote(vote)) => {
                    assert_eq!(vote.block, header.id());
                    votes += 1;
                    break;
                }
                _ => ticks += 1,
            }
        }
        manager.stop().await;
    }
    votes
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_manager_refuses_to_start_as_another_or_twice() {
    let net = Net::new();
    let (outbox, _mail) = mpsc::channel(64);
    let mut wrong = net.config(1);
    wrong.member = 2;
    assert!(matches!(spawn(wrong, outbox.clone()), Err(ManagerError::NotAMember(2))));
    let mut nobody = net.config(1);
    nobody.member = MEMBERS;
    assert!(matches!(spawn(nobody, outbox.clone()), Err(ManagerError::NotAMember(MEMBERS))));
    let manager = spawn(net.config(1), outbox.clone()).unwrap();
    let twice = spawn(net.config(1), outbox.clone());
    assert!(matches!(twice, Err(ManagerError::Chain(abns::AbnsError::InUse))));
    manager.stop().await;
    let mut moved = net.config(2);
    moved.dir = net.dir(1);
    assert!(matches!(spawn(moved, outbox), Err(ManagerError::Wal(manager::WalError::Foreign))));
}

#[test]
fn the_key_is_never_shown() {
    let shown = format!("{:?}", Net::new().config(3));
    assert!(shown.contains("member: 3") && !shown.contains("4, 4"), "{shown}");
}
