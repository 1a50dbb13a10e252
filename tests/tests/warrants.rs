//! The managers contradict themselves: whoever hears of it pays nothing more, and is told why.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may")]

use keys::Ed25519Key;
use ledger::{Certificate, CertifiedHeader, Conflict, Header, Place, Step as Vote};
use light::Step;
use net::{Bootstrap, LightNode};
use scenarios::harness::{Devnet, Person, eventually};
use types::Round;
use wire::chain::{ChainReply, ChainRequest, Object};
use wire::{Decode, Encode};

/// The managers' keys: the first so many seeds of the network's folder.
fn managers(net: &Devnet) -> Vec<Ed25519Key> {
    let text = std::fs::read_to_string(net.folder("network").join("devnet.toml")).unwrap();
    let seeds = text.lines().filter_map(|line| line.strip_prefix("seed = \"")?.get(..64));
    let byte = |text: &str, at: usize| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap();
    let key = |text: &str| Ed25519Key::from_seed(std::array::from_fn(|at| byte(text, at)));
    seeds.map(key).collect()
}

/// The header of the second round, and another that the managers' keys have signed as well.
async fn warrant(node: &LightNode, keys: &[Ed25519Key]) -> Conflict {
    let request = ChainRequest::Headers { from: Round(2), max: 1 };
    let ChainReply::Headers(steps) = node.chain(request).await.unwrap() else {
        panic!("no headers")
    };
    let Step { header: first, committee, .. } = Step::from_bytes(&steps[0].0).unwrap();
    let committee = committee.unwrap();
    let header = Header { state_root: [9; 32], ..first.header.clone() };
    let message = Place::acp(header.chain, header.round, 0).vote(Vote::Commit, header.id());
    let vote = |key: &Ed25519Key| Some((committee.position(&key.public())?, key.sign(&message)));
    let votes = keys.iter().filter_map(vote).take(committee.quorum()).collect();
    let (round, id, size) = (header.round, header.id(), committee.size());
    let certificate = Certificate::new(Vote::Commit, round, 0, id, &votes, size);
    Conflict { first, second: CertifiedHeader { header, certificate }, committee }
}

/// Says it to one worker; true once it was taken.
fn say(net: &Devnet, worker: usize, spoil: bool) -> bool {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let at = Bootstrap::parse(&net.bootstrap()[worker]).unwrap();
        let node = LightNode::start(at).await.unwrap();
        let mut warrant = warrant(&node, &managers(net)).await;
        if spoil {
            warrant.second.certificate.signatures[1][0] ^= 1;
        }
        let said = node.chain(ChainRequest::Warrant(Object(warrant.to_bytes()))).await;
        node.close().await;
        matches!(said, Ok(ChainReply::Warranted))
    })
}

#[test]
fn an_app_at_another_worker_pays_nothing_more_and_says_why() {
    let net = Devnet::start(2);
    let (alice, bob) = (net.person("alice"), net.stranger("bob"));
    // Bob's home is the other worker than the one that hears of it.
    bob.make_account(&net.bootstrap()[1..]);
    let shown = alice.run(&["account", "show"]);
    let to = shown.pointer("/account/addresses/ecdsa").unwrap().as_str().unwrap();
    eventually("both follow", || {
        let follows = |who: &&Person| who.run(&["sync"])["round"].as_u64() >= Some(3);
        [&alice, &bob].iter().all(follows).then_some(())
    });
    assert!(!say(&net, 0, true), "nobody takes what is forged");
    assert_eq!(bob.run(&["sync"])["synced"], true);
    assert!(say(&net, 0, false));
    let told = eventually("it reaches the other worker's app", || bob.attempt(&["sync"]).err());
    assert_eq!(told.code, "conflict");
    let paying = bob.fails(&["sendtoaddress", to, "1"]);
    assert_eq!(paying.code, "conflict");
    assert!(paying.message.contains("contradict each other"), "{}", paying.message);
    assert!(paying.message.contains("checkpoint --use"), "{}", paying.message);
}
