//! What managers do not take: from light nodes, from other managers, and at the start.

use crate::chain::{Block, Chain};
use crate::net::{Net, id, in_time, now};
use acp::Message;
use manager::{Frame, ManagerError, spawn};
use tokio::sync::mpsc;
use types::{Amount, BlockId, Timestamp};
use wire::Decode;
use wire::chain::{ChainRequest, Object};

fn code(result: Result<types::TxId, wire::Failure>) -> String {
    result.unwrap_err().code
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transactions_are_judged_before_they_wait() {
    let net = Net::running().await;
    let bob = net.address(1);
    let first = net.pay(0, bob, 0, 500);

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
    assert_eq!(net.account(1, net.address(0)).await.account.unwrap().nonce, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn so_many_payments_of_an_account_wait_and_no_more() {
    let net = Net::new();
    net.start(1).await;
    for nonce in 0..=64 {
        net.submit(1, &net.pay(0, net.address(1), nonce, 500)).await.unwrap();
    }
    let refused = net.submit(1, &net.pay(0, net.address(1), 65, 500)).await;
    assert_eq!(code(refused), "too_many_waiting");
    net.submit(1, &net.pay(2, net.address(1), 0, 500)).await.unwrap();
}

/// Who is played by the test, and who judges its block.
const PROPOSER: u8 = 0;
const JUDGE: u8 = 1;

/// A block that beats the judge's own by what it holds.
fn block(net: &Net, chain: &Chain, time: Timestamp) -> Block {
    chain.block(PROPOSER, time, &net.pay(0, net.address(1), 0, 500))
}

/// What a lone manager votes for first.
async fn vote(net: &Net, chain: &Chain, block: &Block) -> BlockId {
    let (outbox, mut mail) = mpsc::channel(1024);
    let manager = spawn(net.config(JUDGE), outbox).unwrap();
    while !manager.knows(id(PROPOSER)) {
        crate::net::pause().await;
    }
    for frame in chain.proposed(PROPOSER, block) {
        manager.incoming(id(PROPOSER), frame).await;
    }
    let voted = loop {
        let (_, bytes) = in_time("a vote", mail.recv()).await.unwrap();
        if let Frame::Consensus(Message::Vote(vote)) = Frame::from_bytes(&bytes).unwrap() {
            break vote.block;
        }
    };
    manager.stop().await;
    voted
}

/// Dated so that a slow machine still finds it timely.
fn soon(net: &Net) -> Timestamp {
    net.genesis.time.plus_millis(50).max(Timestamp(now().0 + 1500))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_manager_votes_for_a_good_block_of_another() {
    let net = Net::new();
    let chain = net.chain();
    let good = block(&net, &chain, soon(&net));
    assert_eq!(vote(&net, &chain, &good).await, good.header.id());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_votes_for_a_tampered_block() {
    for tamper in [
        |block: &mut Block| block.header.state_root[3] ^= 1,
        |block: &mut Block| block.header.receipts_root[3] ^= 1,
        |block: &mut Block| block.header.beacon[3] ^= 1,
        |block: &mut Block| block.header.next_committee[3] ^= 1,
        |block: &mut Block| block.header.flags = 1,
        |block: &mut Block| {
            block.body.transactions[0].witness[0][5] ^= 1;
            block.header.body_root = block.body.root();
        },
    ] {
        let net = Net::new();
        let chain = net.chain();
        let mut bad = block(&net, &chain, soon(&net));
        tamper(&mut bad);
        assert_ne!(vote(&net, &chain, &bad).await, bad.header.id());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_votes_for_a_block_from_the_future() {
    let net = Net::new();
    let chain = net.chain();
    let future = block(&net, &chain, Timestamp(now().0 + 60_000));
    assert_ne!(vote(&net, &chain, &future).await, future.header.id());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_serves_one_manager_and_the_same_for_ever() {
    let net = Net::new();
    let (outbox, _mail) = mpsc::channel(64);
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
    assert!(shown.contains("chain") && !shown.contains("4, 4"), "{shown}");
}
