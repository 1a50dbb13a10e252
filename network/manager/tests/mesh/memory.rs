//! A manager that may have forgotten what it said holds its tongue until it is safe to speak; one
//! that lacks what the others have goes on asking.

use crate::chain::{Chain, blocks};
use crate::net::{Mail, Net, id, in_time, now, pause};
use acp::Message;
use manager::{Frame, Manager, SyncedBlock, spawn};
use std::collections::BTreeSet;
use tokio::sync::mpsc;
use types::{Round, Timestamp};
use wire::chain::ChainRequest;
use wire::{Decode, Encode};

/// Who may have lost its folder.
const MEMBER: u8 = 2;
const WITHOUT_IT: [u8; 3] = [0, 1, 3];
const WITH_IT: [u8; 3] = [0, 1, 2];

fn start(net: &Net) -> (Manager, Mail) {
    let (outbox, mail) = mpsc::channel(4096);
    (spawn(net.config(MEMBER), outbox).unwrap(), mail)
}

async fn give(manager: &Manager, from: u8, chain: &[SyncedBlock]) {
    while !manager.knows(id(from)) {
        pause().await;
    }
    manager.incoming(id(from), blocks(chain)).await;
    if let Some(last) = chain.last() {
        let round = last.header.header.round;
        let mut tip = manager.tip();
        in_time("it takes the blocks", tip.wait_for(|tip| *tip >= round)).await.unwrap();
    }
}

/// Whether it says anything of this round that binds it before it has said twice, a second apart,
/// where it is.
async fn speaks(mail: &mut Mail, of: Round) -> bool {
    let mut beats = 0;
    while beats < 2 {
        let (_, bytes) = in_time("a word of the manager", mail.recv()).await.unwrap();
        let Frame::Consensus(message) = Frame::from_bytes(&bytes).unwrap() else { continue };
        if message.round() != of {
            continue;
        }
        match message {
            Message::Proposal(_) | Message::Vote(_) | Message::NewView(_) => return true,
            Message::Status(_) => beats += 1,
            _ => {}
        }
    }
    false
}

/// Goes through all that a manager does whose folder is gone, or an old one.
async fn check_sits_out(net: &Net, by: [u8; 3]) {
    let chain = Chain::new(&net.genesis);
    let (first, second) = (chain.go(2, by), chain.go(2, WITHOUT_IT));
    let rest = chain.go(2, WITHOUT_IT);
    let (manager, mut mail) = start(net);
    give(&manager, 0, &first).await;
    // One member may lie about how far the chain is. What was said in round 3 is not known.
    give(&manager, 0, &[]).await;
    assert!(!speaks(&mut mail, Round(3)).await);
    manager.stop().await;

    // Nor is it after a restart, however often the same one says so.
    let (manager, mut mail) = start(net);
    for _ in 0..4 {
        give(&manager, 0, &[]).await;
    }
    give(&manager, 1, &second).await;
    assert!(!speaks(&mut mail, Round(5)).await);

    // A quorum of the others has nothing more: two rounds later it is safe.
    for member in [1, 3] {
        give(&manager, member, &[]).await;
    }
    for block in &rest {
        assert!(!speaks(&mut mail, block.header.header.round).await);
        give(&manager, 3, std::slice::from_ref(block)).await;
    }
    assert!(speaks(&mut mail, Round(7)).await);
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
async fn a_manager_that_was_late_or_away_speaks_at_once() {
    let net = Net::new();
    let chain = Chain::new(&net.genesis);
    let (manager, mut mail) = start(&net);
    give(&manager, 0, &chain.go(2, WITHOUT_IT)).await;
    assert!(speaks(&mut mail, Round(3)).await, "it started late");
    manager.stop().await;

    let (manager, mut mail) = start(&net);
    give(&manager, 0, &chain.go(3, WITHOUT_IT)).await;
    assert!(speaks(&mut mail, Round(6)).await, "it was away");
}

/// The header shows that a vote was forgotten; the block itself is of no use, so the round goes on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forgotten_vote_counts_even_if_its_block_cannot_be_had() {
    let net = Net::new();
    let chain = Chain::new(&net.genesis);
    let (manager, mut mail) = start(&net);
    while !manager.knows(id(0)) {
        pause().await;
    }
    let mut cut = chain.keep(&chain.empty(), WITH_IT);
    cut.body = vec![9; 4];
    manager.incoming(id(0), blocks(&[cut])).await;
    in_time("it opens everything anew", async {
        while manager.answer(ChainRequest::Tip).await.is_ok() {
            pause().await;
        }
    })
    .await;
    while mail.try_recv().is_ok() {}
    assert!(!speaks(&mut mail, Round(1)).await);
}

/// Those who have a decided block may have it in their chains only, and one may have nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_decided_block_whose_body_does_not_come_is_asked_for_all_around() {
    let net = Net::new();
    let chain = Chain::new(&net.genesis);
    let (manager, mut mail) = start(&net);
    while !manager.knows(id(0)) {
        pause().await;
    }
    let time = net.genesis.time.plus_millis(50).max(Timestamp(now().0));
    let block = chain.block(0, time, &net.pay(0, net.address(1), 0, 500));
    let decided = chain.keep(&block, WITHOUT_IT);
    let end = Message::Final(Box::new(decided.header.clone()));
    manager.incoming(id(0), Frame::Consensus(end).to_bytes()).await;
    let mut asked = BTreeSet::new();
    in_time("it asks everybody", async {
        while asked.len() < 3 {
            let (to, bytes) = mail.recv().await.unwrap();
            if let Frame::Ask { from: Round(1) } = Frame::from_bytes(&bytes).unwrap() {
                asked.insert(to.unwrap());
            }
        }
    })
    .await;
    give(&manager, 1, &[decided]).await;
    manager.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn how_a_round_ended_is_told_to_who_is_still_in_it_and_not_to_who_says_so() {
    let net = Net::new();
    let chain = Chain::new(&net.genesis);
    let first = chain.go(2, WITHOUT_IT);
    let (manager, mut mail) = start(&net);
    give(&manager, 0, &first).await;
    let ended = &first[1].header;
    // The one knows: an answer would be answered, and so on without end. The other does not.
    let end = Frame::Consensus(Message::Final(Box::new(ended.clone()))).to_bytes();
    let vote = chain.prepare(1, Round(2), ended.header.id());
    let told = loop {
        // The next round may not have begun yet.
        manager.incoming(id(0), end.clone()).await;
        manager.incoming(id(1), vote.clone()).await;
        pause().await;
        let mut said = std::iter::from_fn(|| mail.try_recv().ok());
        if let Some((to, _)) = said.find(|(_, bytes)| *bytes == end) {
            break to;
        }
    };
    assert_eq!(told, Some(id(1)));
    manager.stop().await;
}
