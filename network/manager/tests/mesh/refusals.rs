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

/// The first shows the key, the second needs it: one manager alone can make neither final.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_is_checked_behind_those_that_wait_before_it() {
    let net = Net::new();
    net.start(1).await;
    let bob = net.address(1);
    let (first, second) = (net.pay(0, bob, 0, 500), net.pay(0, bob, 1, 500));
    assert!(first.sources[0].reveal.is_some() && second.sources[0].reveal.is_none());
    let code = |result: Result<_, wire::Failure>| result.map(|_: types::TxId| ()).unwrap_err().code;

    assert_eq!(code(net.submit(1, &second).await), "bad_nonce", "nothing waits before it");
    net.submit(1, &first).await.unwrap();
    let mut forged = second.clone();
    forged.witness = net.pay(2, bob, 1, 500).witness;
    assert_eq!(code(net.submit(1, &forged).await), "bad_signature");
    let mut shown = net.pay(0, bob, 0, 500);
    shown.sources[0].nonce = 1;
    shown.witness = vec![net.people[0].sign(&shown.sighash()).to_vec()];
    assert_eq!(code(net.submit(1, &shown).await), "bad_reveal", "it is shown already");
    for _ in 0..2 {
        assert_eq!(net.submit(1, &second).await, Ok(second.id()));
        assert_eq!(net.submit(1, &first).await, Ok(first.id()));
    }

    // A mempool lives in memory. The same bytes, in order, are taken again, and each is paid once.
    net.stop(1).await;
    net.start_all().await;
    net.submit(1, &first).await.unwrap();
    net.submit(1, &second).await.unwrap();
    net.wait_final(first.id()).await;
    net.wait_final(second.id()).await;
    for tx in [&second, &first] {
        assert_eq!(net.submit(2, tx).await, Ok(tx.id()));
    }
    let account = net.account(1, net.address(0)).await.account.unwrap();
    assert_eq!((account.nonce, account.counter), (2, 5));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn so_many_payments_of_an_account_wait_and_no_more() {
    let net = Net::new();
    net.start(1).await;
    for nonce in 0..=64 {
        net.submit(1, &net.pay(0, net.address(1), nonce, 500)).await.unwrap();
    }
    let refused = net.submit(1, &net.pay(0, net.address(1), 65, 500)).await;
    assert_eq!(refused.unwrap_err().code, "too_many_waiting");
    net.submit(1, &net.pay(2, net.address(1), 0, 500)).await.unwrap();
}

/// Member 0, whose turn round 1 is, is played by the test.
pub(crate) fn header_of_round_one(net: &Net) -> Header {
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

/// A block without transactions, from the member whose turn it is.
pub(crate) fn proposal(header: &Header) -> Vec<u8> {
    let key = SigningKey::from_bytes(&seed(header.proposer));
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
