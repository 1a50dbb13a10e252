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
    match chain.last() {
        Some(last) => press(manager, from, &blocks(chain), last.header.header.round).await,
        None => manager.incoming(id(from), blocks(chain)).await,
    }
}

/// Gives blocks up to this round until they are taken: a manager takes those that it has asked for,
/// and it asks those who are in a later round, one after the other.
async fn press(manager: &Manager, from: u8, frame: &[u8], round: Round) {
    let status = acp::Status { round: round.plus(9), view: 0, high: None };
    let ahead = Frame::Consensus(Message::Status(Box::new(status))).to_bytes();
    in_time("it takes the blocks", async {
        loop {
            manager.incoming(id(from), frame.to_vec()).await;
            pause().await;
            if *manager.tip().borrow() >= round {
                break;
            }
            manager.incoming(id(from), ahead.clone()).await;
        }
    })
    .await;
}

/// Says for some members that they have nothing more.
async fn give_nothing(manager: &Manager, members: &[u8]) {
    for member in members {
        give(manager, *member, &[]).await;
    }
}

/// True for what binds its sender.
fn binds(message: &Message) -> bool {
    matches!(message, Message::Proposal(_) | Message::Vote(_) | Message::NewView(_))
}

/// Whether it says anything of this round that binds it before it has said twice, a second apart,
/// where it is. Two members, too few to prove anything, say that they have nothing more.
async fn speaks(manager: &Manager, mail: &mut Mail, of: Round) -> bool {
    let mut beats = 0;
    while beats < 2 {
        let (to, bytes) = in_time("a word of the manager", mail.recv()).await.unwrap();
        let message = match Frame::from_bytes(&bytes).unwrap() {
            Frame::Consensus(message) if message.round() == of => message,
            Frame::Ask { .. } => {
                if let Some(to) = to.filter(|to| [id(0), id(1)].contains(to)) {
                    manager.incoming(to, blocks(&[])).await;
                }
                continue;
            }
            _ => continue,
        };
        if binds(&message) {
            return true;
        }
        beats += usize::from(matches!(message, Message::Status(_)));
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
    // Some may lie about how far the chain is. What was said in round 3 is not known.
    assert!(!speaks(&manager, &mut mail, Round(3)).await);
    manager.stop().await;

    // Nor is it after a restart, however often the same ones say so.
    let (manager, mut mail) = start(net);
    for _ in 0..4 {
        give_nothing(&manager, &[0, 1]).await;
    }
    give(&manager, 1, &second).await;
    assert!(!speaks(&manager, &mut mail, Round(5)).await);

    // A quorum of the others has nothing more: two rounds later it is safe.
    give_nothing(&manager, &[0, 1, 3]).await;
    for block in &rest {
        assert!(!speaks(&manager, &mut mail, block.header.header.round).await);
        give(&manager, 3, std::slice::from_ref(block)).await;
    }
    assert!(speaks(&manager, &mut mail, Round(7)).await);
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
    assert!(speaks(&manager, &mut mail, Round(3)).await, "it started late");
    manager.stop().await;

    let (manager, mut mail) = start(&net);
    give(&manager, 0, &chain.go(3, WITHOUT_IT)).await;
    assert!(speaks(&manager, &mut mail, Round(6)).await, "it was away");
}

/// Four are started one after the other, and some are late for the first round: that is no reason for
/// silence, and two that are silent stop a network of four.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_manager_that_is_late_for_the_first_round_of_all_speaks_at_once() {
    let net = Net::grown();
    for (age, speaks_at_once) in [(10_000, true), (600_000, false)] {
        let chain = Chain::new(&net.genesis);
        let time = Timestamp(now().0 - age);
        let first = chain.block(0, time, &net.pay(0, net.address(1), 0, 500));
        let (manager, mut mail) = start(&net);
        give(&manager, 0, &[chain.keep(&first, WITHOUT_IT)]).await;
        assert_eq!(speaks(&manager, &mut mail, Round(2)).await, speaks_at_once, "{age}");
        manager.stop().await;
        std::fs::remove_dir_all(net.dir(MEMBER)).unwrap();
    }
}

/// Others are always a little further, and whoever never sees their last block must not wait for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn doubt_ends_although_the_others_always_have_one_block_more() {
    let net = Net::grown();
    let chain = Chain::new(&net.genesis);
    let all = chain.go(9, WITHOUT_IT);
    let (manager, mut mail) = start(&net);
    while !manager.knows(id(0)) {
        pause().await;
    }
    // Each says that there is more, and gives what another has; so it goes on.
    for (member, block) in [0, 1, 3, 0, 1, 3, 0, 1].into_iter().zip(&all) {
        let tip = block.header.header.round.next();
        let frame = Frame::Blocks { blocks: vec![block.clone()], tip };
        press(&manager, member, &frame.to_bytes(), block.header.header.round).await;
    }
    let last = Frame::Blocks { blocks: all[8..].to_vec(), tip: Round(10) };
    press(&manager, 3, &last.to_bytes(), Round(9)).await;
    // The three were no further than round 4: two rounds later it is safe.
    assert!(speaks(&manager, &mut mail, Round(10)).await);
    manager.stop().await;
}

/// Others keep what it said in rounds that are over: whoever puts back an old folder would say
/// something else in them, and be punished.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_folder_says_nothing_in_rounds_that_are_over() {
    let net = Net::new();
    let chain = Chain::new(&net.genesis);
    let (manager, mut mail) = start(&net);
    let mut asked = 0;
    while asked < 9 {
        let (_, bytes) = in_time("a question", mail.recv()).await.unwrap();
        match Frame::from_bytes(&bytes).unwrap() {
            Frame::Ask { from } => asked += u64::from(from == Round(1)),
            Frame::Consensus(message) => assert!(!binds(&message), "{message:?}"),
            _ => {}
        }
        // One that has nothing either, or lies, is not enough.
        give_nothing(&manager, &[3]).await;
    }
    give(&manager, 0, &chain.go(2, WITHOUT_IT)).await;
    assert!(speaks(&manager, &mut mail, Round(3)).await);
    manager.stop().await;
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
    let cut = blocks(&[cut]);
    in_time("it opens everything anew", async {
        while manager.answer(ChainRequest::Tip).await.is_ok() {
            manager.incoming(id(0), cut.clone()).await;
            pause().await;
        }
    })
    .await;
    while mail.try_recv().is_ok() {}
    assert!(!speaks(&manager, &mut mail, Round(1)).await);
}

/// Those who have a decided block may have it in their chains only, and one may have nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_decided_block_whose_body_does_not_come_is_asked_for_all_around() {
    let net = Net::new();
    let chain = Chain::new(&net.genesis);
    let (manager, mut mail) = start(&net);
    give_nothing(&manager, &[0, 1]).await;
    while manager.status().engine.round != Round(1) {
        pause().await;
    }
    while mail.try_recv().is_ok() {}
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
