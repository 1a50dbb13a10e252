//! Bytes that mean nothing, on every protocol of every kind of node: answered or dropped, and the
//! network goes on.

use crate::support::{Process, tip, wait_for};
use net::transport::Transport;
use std::time::Duration;
use types::WorkerId;
use wire::chain::{ChainReply, ChainRequest};
use wire::protocol::{ACP, CHAIN, DIRECTORY, EVENTS, FAUCET, MAIL, MAX_REQUEST, ROSTER, STORE};
use wire::{Decode, Failure, Reply};

const LONG: Duration = Duration::from_secs(20);

struct Nothing;

impl Decode for Nothing {
    fn decode(_: &mut wire::Reader<'_>) -> Result<Self, wire::DecodeError> {
        Ok(Self)
    }
}

fn garbage() -> Vec<Vec<u8>> {
    let mut all =
        vec![vec![], vec![0, 0], vec![255; 300], vec![1; MAX_REQUEST], b"GET / HTTP/1.1".to_vec()];
    // What begins like a request and then breaks off, or claims to be huge.
    all.extend((1..10).map(|kind| [vec![kind], vec![255; 63]].concat()));
    all
}

async fn throw_at(node: WorkerId, addresses: &[String], requests: &[&str], held: &[&str]) {
    let stranger = Transport::spawn(rand::random(), &[]).await.unwrap();
    stranger.connect(node, addresses).await.unwrap();
    for bytes in garbage() {
        for protocol in requests {
            let answer = stranger.request(node, protocol, &bytes, LONG).await.unwrap();
            let Ok(Reply::Failed(Failure { code, .. })) = Reply::<Nothing>::from_bytes(&answer)
            else {
                panic!("{protocol}: {bytes:?}")
            };
            assert_eq!(code, "bad_request", "{protocol}");
        }
        for protocol in held {
            let mut channel = stranger.open(node, protocol).await.unwrap();
            // The other side may hang up before it has read it.
            let _ = channel.send(&bytes).await;
            assert!(!matches!(channel.receive(MAX_REQUEST).await, Ok(Some(_))), "{protocol}");
        }
    }
    for protocol in requests.iter().chain(held) {
        let mut channel = stranger.open(node, protocol).await.unwrap();
        // The other side may hang up in the middle of it.
        let _ = channel.send(&vec![0; 3 * MAX_REQUEST]).await;
        assert!(!matches!(channel.receive(MAX_REQUEST).await, Ok(Some(_))), "{protocol}");
    }
}

#[tokio::test]
async fn garbage_stops_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let devnet = Process::devnet(dir.path());
    let home = devnet.bootstrap(0);
    let node = devnet.light_node(0).await;

    let worker = [home.addresses.clone()];
    let requests = [MAIL, DIRECTORY, CHAIN, FAUCET, STORE];
    throw_at(home.worker, &worker, &requests, &[EVENTS]).await;

    let ChainReply::Genesis(bytes) = node.chain(ChainRequest::Genesis).await.unwrap() else {
        panic!("no genesis")
    };
    let genesis = ledger::Genesis::parse(&bytes).unwrap();
    for manager in genesis.managers.iter().map(|manager| WorkerId(manager.member.key)) {
        let located = node.chain(ChainRequest::Locate(manager)).await.unwrap();
        let ChainReply::Located(addresses) = located else { panic!("{located:?}") };
        throw_at(manager, &addresses, &[CHAIN, ROSTER, STORE], &[EVENTS, ACP]).await;
    }

    let before = tip(&node).await;
    wait_for(&node, before.plus(3)).await;
    assert_eq!(devnet.stop("-TERM"), 0);
}
