//! What managers do not take: from light nodes, from other managers, and at the start.

use crate::chain::{Block, Chain, blocks};
use crate::net::{Net, id, in_time, now};
use acp::Message;
use ledger::{Action, Pay};
use manager::{Frame, ManagerError, Waiting, spawn};
use tokio::sync::mpsc;
use types::{Amount, BlockId, Round, Timestamp};
use wire::chain::{ChainRequest, Object};
use wire::{Decode, Encode};

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

/// It costs one fee to make them all void; they must not wait in front of those who pay theirs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_is_judged_again_when_its_account_has_done_something_else() {
    let net = Net::new();
    let chain = net.chain();
    net.start(JUDGE).await;
    for nonce in 0..5 {
        net.submit(JUDGE, &net.pay(0, net.address(1), nonce, 500)).await.unwrap();
    }
    net.submit(JUDGE, &net.pay(2, net.address(1), 0, 500)).await.unwrap();
    // Elsewhere the account pays nearly all it has: what is left is enough for one payment.
    let away = |amount| {
        let pay = Pay { source: 0, to: net.address(1), amount: Amount::new(amount) };
        net.sign(&net.people[0], (0, 500), Action::Pay(pay))
    };
    let one = 1_000_000 + net.pay(0, net.address(1), 1, 500).fee.units();
    let away = away(10_000_000_000 - away(1).fee.units() - one);
    let block = chain.keep(&chain.block(PROPOSER, soon(&net), &away), [0, 2, 3]);
    in_time("it asks for the block and takes it", async {
        while net.tip(JUDGE) != 1 {
            net.say(PROPOSER, &blocks(std::slice::from_ref(&block))).await;
        }
    })
    .await;
    let waiting = |net: &Net| net.manager(JUDGE).status().waiting;
    net.wait("what cannot be paid goes", |net| waiting(net) == 2).await;
}

/// A block with a good certificate, but nobody has asked for one more from this manager.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn blocks_that_nobody_has_asked_for_are_not_taken() {
    let net = Net::new();
    let chain = net.chain();
    net.start(JUDGE).await;
    net.wait("it knows the ring", |net| net.manager(JUDGE).knows(id(0))).await;
    // From then on it asks for nothing: enough others are no further.
    for member in [0, 2, 3] {
        net.say(member, &blocks(&[])).await;
    }
    let manager = net.manager(JUDGE);
    net.wait("it begins", |_| manager.status().engine.round == Round(1)).await;
    // What was asked before then is answered.
    for member in [0, 2, 3].repeat(8) {
        net.say(member, &blocks(&[])).await;
    }
    let block = chain.keep(&chain.empty(), [0, 2, 3]);
    net.say(3, &blocks(std::slice::from_ref(&block))).await;
    // Whatever is said later is heard later.
    in_time("it hears two votes", async {
        while manager.status().evidence == 0 {
            for vote in [7, 8] {
                net.say(2, &chain.prepare(2, Round(1), BlockId([vote; 32]))).await;
            }
        }
    })
    .await;
    assert_eq!(net.tip(JUDGE), 0);
    // Word of its end makes it ask.
    in_time("it asks and takes it", async {
        while net.tip(JUDGE) != 1 {
            net.say(3, &chain.prepare(3, Round(9), BlockId([7; 32]))).await;
            net.say(3, &blocks(std::slice::from_ref(&block))).await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_manager_that_sends_rubbish_is_heard_slowly_and_the_others_at_once() {
    let net = Net::new();
    let chain = net.chain();
    net.start(JUDGE).await;
    net.wait("it knows the ring", |net| net.manager(JUDGE).knows(id(3))).await;
    let mut forged = chain.prepare(3, Round(1), BlockId([7; 32]));
    *forged.last_mut().unwrap() ^= 1;
    let mut bad = net.pay(0, net.address(1), 0, 500);
    bad.witness[0][5] ^= 1;
    let bad = Frame::Transactions(vec![Waiting(bad.to_bytes()); 400]).to_bytes();
    for rubbish in [vec![99], forged, bad] {
        let manager = net.manager(JUDGE);
        let flood = async {
            for _ in 0..1000 {
                manager.incoming(id(3), rubbish.clone()).await;
            }
        };
        let honest = async {
            for _ in 0..10 {
                manager.incoming(id(0), chain.prepare(0, Round(1), BlockId([8; 32]))).await;
            }
        };
        tokio::select! {
            () = flood => panic!("a flood is taken faster than what matters"),
            () = honest => {}
        }
    }
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
    // It begins once two others have said that they are no further.
    for member in [PROPOSER, 2] {
        manager.incoming(id(member), blocks(&[])).await;
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
