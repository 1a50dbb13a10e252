//! A manager whose votes come when the others have decided without it.

use crate::chain::key;
use crate::net::{Net, id};
use acp::{Message, Vote};
use ledger::{Place, Step};
use manager::Frame;
use wire::Encode;

const LATE: u8 = 3;
const ROUNDS: u64 = 12;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_vote_that_comes_when_its_round_is_over_stands_in_a_later_body() {
    let net = Net::new();
    for number in 0..LATE {
        net.start(number).await;
    }
    let member = net.genesis.committee().position(&id(LATE).0).unwrap();
    for round in 1..=ROUNDS {
        // The next one is over as well: nobody is still in this one.
        net.wait_reach(round + 1).await;
        let header = net.header(0, round).await;
        let (view, block) = (header.certificate.view, header.header.id());
        let place = Place::acp(net.genesis.chain(), header.header.round, view);
        let signature = key(LATE).sign(&place.vote(Step::Commit, block));
        let round = header.header.round;
        let vote = Vote { step: Step::Commit, round, view, block, member, signature };
        net.say(LATE, &Frame::Consensus(Message::Vote(vote)).to_bytes()).await;
    }
    net.wait_reach(ROUNDS + 4).await;
    net.stop(0).await;
    let store = abns::ChainStore::open(&net.dir(0).join("chain.redb"), &net.genesis).unwrap();
    let bodies = (1..=ROUNDS + 4).filter_map(|round| store.body(types::Round(round)));
    let shown: Vec<_> = bodies.flat_map(|body| body.late).map(|vote| vote.member).collect();
    assert!(shown.contains(&member), "{shown:?}");
    assert!(shown.iter().all(|shown| *shown == member), "the others stand in certificates");
}
