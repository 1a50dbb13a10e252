//! The light node against a home worker that a test plays.

#![allow(clippy::unwrap_used, reason = "a test may")]

use net::transport::{Carrier, Channel, Transport};
use net::{Bootstrap, CallError, LightNode, NetError};
use std::future::Future;
use types::{ChainId, Round, Timestamp};
use wire::chain::{ChainReply, ChainRequest};
use wire::{Decode, Encode, Failure, Reply, code, protocol};

async fn worker() -> (Transport, Bootstrap) {
    let listen = "/ip4/127.0.0.1/udp/0/quic-v1".parse().unwrap();
    let worker = Transport::spawn([1; 32], &[listen]).await.unwrap();
    let addresses = worker.addresses().swap_remove(0);
    let home = Bootstrap { worker: worker.id(), addresses, chain: ChainId([9; 32]) };
    (worker, home)
}

/// Answers every request of the chain protocol with these bytes.
fn answering(worker: &Transport, answer: Vec<u8>) {
    serving(worker, move |mut channel| {
        let answer = answer.clone();
        async move {
            let request = channel.receive(1000).await.unwrap().unwrap();
            assert_eq!(ChainRequest::from_bytes(&request), Ok(ChainRequest::Tip));
            channel.send(&answer).await.unwrap();
        }
    });
}

fn serving<F>(worker: &Transport, serve: impl Fn(Channel) -> F + Send + 'static)
where
    F: Future<Output = ()> + Send,
{
    let mut incoming = worker.accept(protocol::CHAIN).unwrap();
    tokio::spawn(async move {
        while let Some((_, channel)) = incoming.next().await {
            serve(channel).await;
        }
    });
}

#[tokio::test]
async fn an_answer_and_a_refusal_are_told_apart() {
    let (worker, home) = worker().await;
    let node = LightNode::start(home).await.unwrap();
    assert_ne!(node.peer(), node.worker().0);

    let tip = ChainReply::Tip { round: Round(7), now: Timestamp(8) };
    answering(&worker, Reply::Done(tip.clone()).to_bytes());
    assert_eq!(node.chain(ChainRequest::Tip).await, Ok(tip));

    let refusal = Failure::new(code::UNAVAILABLE, "not now");
    answering(&worker, Reply::<ChainReply>::Failed(refusal.clone()).to_bytes());
    assert_eq!(node.chain(ChainRequest::Tip).await, Err(CallError::Failure(refusal)));

    let old = Failure::new(code::UPGRADE_NEEDED, "too old");
    answering(&worker, Reply::<ChainReply>::Failed(old).to_bytes());
    let answer = node.chain(ChainRequest::Tip).await;
    assert_eq!(answer, Err(CallError::Net(NetError::UpgradeNeeded)));
}

#[tokio::test]
async fn garbage_is_no_answer() {
    let (worker, home) = worker().await;
    let node = LightNode::start(home).await.unwrap();
    answering(&worker, b"garbage".to_vec());
    let answer = node.chain(ChainRequest::Tip).await;
    assert_eq!(answer, Err(CallError::Net(NetError::BadReply)));
}

#[tokio::test]
async fn a_stream_that_breaks_is_tried_once_more() {
    let (worker, home) = worker().await;
    let node = LightNode::start(home).await.unwrap();
    serving(&worker, |channel| async { drop(channel) });
    let answer = node.chain(ChainRequest::Tip).await;
    assert_eq!(answer, Err(CallError::Net(NetError::Closed)));
}

#[tokio::test]
async fn a_missing_protocol_and_a_missing_worker_have_names() {
    let (worker, home) = worker().await;
    let node = LightNode::start(home.clone()).await.unwrap();
    let answer = node.chain(ChainRequest::Tip).await;
    assert_eq!(answer, Err(CallError::Net(NetError::UpgradeNeeded)));
    worker.close().await;
    assert_eq!(LightNode::start(home).await.err(), Some(NetError::NoNetwork));
}

#[tokio::test]
async fn a_worker_that_is_there_gives_a_sign_of_life() {
    let (worker, home) = worker().await;
    let node = LightNode::start(home).await.unwrap();
    assert!(node.is_connected() && node.is_alive().await, "whatever protocols it has");
    let _mail = worker.accept(protocol::MAIL).unwrap();
    assert!(node.is_alive().await);
    worker.close().await;
    assert!(!node.is_alive().await);
    assert!(!node.is_connected());
}

#[tokio::test]
async fn a_connection_says_which_way_it_goes() {
    let (worker, home) = worker().await;
    let node = LightNode::start(home.clone()).await.unwrap();
    assert!(node.is_alive().await);
    let [connection] = node.connections().try_into().unwrap();
    assert_eq!((connection.peer, connection.carrier), (home.worker, Carrier::Quic));
    assert_eq!((connection.address, connection.relayed), (home.addresses, false));
    assert!(connection.round_trip.is_some(), "a stream was opened");
    worker.close().await;
    assert!(!node.is_alive().await);
    while !node.connections().is_empty() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}
