//! Warrants through a network: one that is proved reaches everybody and stays, others reach nobody.

use crate::support::{Process, code, wait_for};
use keys::Ed25519Key;
use ledger::{Certificate, CertifiedHeader, Committee, Conflict, Header, Place, Step as Vote};
use light::Step;
use net::LightNode;
use std::path::Path;
use types::Round;
use wire::chain::{ChainReply, ChainRequest, Object};
use wire::events::{Event, Follow, Subscribe};
use wire::{Decode, Encode};

/// The managers' keys, as their folder has them.
fn managers(dir: &Path) -> Vec<Ed25519Key> {
    let text = std::fs::read_to_string(dir.join("devnet.toml")).unwrap();
    let settings: toml::Table = text.parse().unwrap();
    let seed = |node: &toml::Value| hex::decode(node["seed"].as_str().unwrap()).unwrap();
    let seeds = settings["managers"].as_array().unwrap().iter().map(seed);
    seeds.map(|seed| Ed25519Key::from_seed(seed.try_into().unwrap())).collect()
}

fn certified(header: Header, committee: &Committee, keys: &[Ed25519Key]) -> CertifiedHeader {
    let message = Place::acp(header.chain, header.round, 0).vote(Vote::Commit, header.id());
    let vote = |key: &Ed25519Key| (committee.position(&key.public()).unwrap(), key.sign(&message));
    let votes = keys.iter().take(committee.quorum()).map(vote).collect();
    let (round, id, size) = (header.round, header.id(), committee.size());
    let certificate = Certificate::new(Vote::Commit, round, 0, id, &votes, size);
    CertifiedHeader { header, certificate }
}

/// The header of this round, and another that the managers' keys have signed as well.
async fn warrant(node: &LightNode, round: Round, keys: &[Ed25519Key]) -> Conflict {
    let request = ChainRequest::Headers { from: round, max: 1 };
    let ChainReply::Headers(steps) = node.chain(request).await.unwrap() else {
        panic!("no headers")
    };
    let Step { header: first, committee, .. } = Step::from_bytes(&steps[0].0).unwrap();
    let committee = committee.unwrap();
    let other = Header { state_root: [9; 32], ..first.header.clone() };
    let second = certified(other, &committee, keys);
    Conflict { first, second, committee }
}

async fn kept(node: &LightNode) -> Vec<Object> {
    match node.chain(ChainRequest::Warrants).await.unwrap() {
        ChainReply::Warrants(warrants) => warrants,
        other => panic!("{other:?}"),
    }
}

/// What a subscriber that asks for nothing is told first.
async fn told(node: &LightNode) -> Event {
    let nothing = Subscribe::To { queues: vec![], headers: Follow::None };
    node.subscribe(nothing).await.unwrap().recv().await.unwrap()
}

#[tokio::test]
async fn a_proved_warrant_reaches_the_apps_of_every_worker_and_a_forged_one_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let devnet = Process::devnet(dir.path());
    let (here, there) = (devnet.light_node(0).await, devnet.light_node(1).await);
    wait_for(&here, Round(2)).await;
    let proved = warrant(&here, Round(2), &managers(dir.path())).await;
    assert_eq!(proved.verify(devnet.bootstrap(0).chain), Ok(()));
    let mut forged = proved.clone();
    forged.second.certificate.signatures[2][3] ^= 1;
    let same = Conflict { second: proved.first.clone(), ..proved.clone() };
    for bad in [Object(forged.to_bytes()), Object(same.to_bytes()), Object(vec![1, 2, 3])] {
        assert_eq!(code(here.chain(ChainRequest::Warrant(bad)).await), "bad_request");
    }
    assert_eq!((kept(&here).await, kept(&there).await), (vec![], vec![]));

    let nothing = Subscribe::To { queues: vec![], headers: Follow::None };
    let mut events = there.subscribe(nothing).await.unwrap();
    let object = Object(proved.to_bytes());
    for _ in 0..2 {
        let taken = here.chain(ChainRequest::Warrant(object.clone())).await;
        assert_eq!(taken.unwrap(), ChainReply::Warranted);
    }
    assert_eq!(events.recv().await, Some(Event::Warrant(object.clone())));
    // Also whoever comes later, to whichever worker, and after a power cut.
    assert_eq!(told(&here).await, Event::Warrant(object.clone()));
    devnet.kill();
    let devnet = Process::devnet(dir.path());
    for worker in 0..2 {
        let node = devnet.light_node(worker).await;
        assert_eq!(kept(&node).await, vec![object.clone()]);
        assert_eq!(told(&node).await, Event::Warrant(object.clone()));
    }
    assert!(events.try_recv().is_err(), "once is enough");
}
