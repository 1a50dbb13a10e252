//! Two transports on loopback: what arrives, and what each kind of failure looks like.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may")]

use libp2p::Multiaddr;
use net::NetError;
use net::transport::Transport;
use std::time::Duration;

const ECHO: &str = "/test/echo/1";
const SILENT: &str = "/test/silent/1";
const LONG: Duration = Duration::from_secs(20);
const QUIC: &str = "/ip4/127.0.0.1/udp/0/quic-v1";
const TCP: &str = "/ip4/127.0.0.1/tcp/0";

async fn spawn(seed: u8, listen: &[&str]) -> Transport {
    let listen: Vec<Multiaddr> = listen.iter().map(|address| address.parse().unwrap()).collect();
    loop {
        match Transport::spawn([seed; 32], &listen).await {
            Ok(transport) => return transport,
            // A transport of this process that was closed gives its port back a moment later.
            Err(NetError::Listen(_)) => tokio::time::sleep(Duration::from_millis(50)).await,
            Err(other) => panic!("{other}"),
        }
    }
}

/// A node that answers every request with its own bytes.
async fn echo(seed: u8, listen: &[&str]) -> Transport {
    let node = spawn(seed, listen).await;
    let mut incoming = node.accept(ECHO).unwrap();
    tokio::spawn(async move {
        while let Some((_, mut channel)) = incoming.next().await {
            tokio::spawn(async move {
                while let Ok(Some(frame)) = channel.receive(1 << 20).await {
                    channel.send(&frame).await.unwrap();
                }
            });
        }
    });
    node
}

async fn connected(listen: &str) -> (Transport, Transport) {
    let (server, client) = (echo(1, &[listen]).await, spawn(2, &[]).await);
    client.connect(server.id(), &server.addresses()).await.unwrap();
    (server, client)
}

#[tokio::test]
async fn a_request_is_answered_over_quic_and_over_tcp() {
    for listen in [QUIC, TCP] {
        let (server, client) = connected(listen).await;
        let answer = client.request(server.id(), ECHO, b"hello", LONG).await;
        assert_eq!(answer.as_deref(), Ok(b"hello".as_slice()), "{listen}");
        assert_eq!(client.bytes(), (9, 9));
        assert!(client.is_connected(server.id()));
    }
}

#[tokio::test]
async fn many_requests_at_once_are_all_answered() {
    let (server, client) = connected(QUIC).await;
    let requests = (0..200_u8).map(|n| {
        let (client, server) = (client.clone(), server.id());
        tokio::spawn(async move { client.request(server, ECHO, &[n], LONG).await })
    });
    for (n, request) in requests.collect::<Vec<_>>().into_iter().enumerate() {
        assert_eq!(request.await.unwrap(), Ok(vec![u8::try_from(n).unwrap()]));
    }
}

#[tokio::test]
async fn an_unknown_protocol_means_an_upgrade_is_needed() {
    for listen in [QUIC, TCP] {
        let (server, client) = connected(listen).await;
        let answer = client.request(server.id(), "/test/echo/2", b"", LONG).await;
        assert_eq!(answer, Err(NetError::UpgradeNeeded));
    }
}

#[tokio::test]
async fn what_comes_before_it_is_served_waits() {
    let listen: Multiaddr = QUIC.parse().unwrap();
    let server = Transport::spawn_serving([1; 32], &[listen], &[ECHO]).await.unwrap();
    let client = spawn(2, &[]).await;
    client.connect(server.id(), &server.addresses()).await.unwrap();
    let mut early = client.open(server.id(), ECHO).await.unwrap();
    early.send(b"early").await.unwrap();
    let unknown = client.request(server.id(), SILENT, b"", LONG).await;
    assert_eq!(unknown, Err(NetError::UpgradeNeeded));

    let mut incoming = server.accept(ECHO).unwrap();
    for expected in [b"early".as_slice(), b"later"] {
        let (_, mut channel) = incoming.next().await.unwrap();
        assert_eq!(channel.receive(10).await.unwrap().as_deref(), Some(expected));
        let mut later = client.open(server.id(), ECHO).await.unwrap();
        later.send(b"later").await.unwrap();
    }
}

#[tokio::test]
async fn silence_ends_in_a_timeout_and_leaves_the_connection_usable() {
    let (server, client) = connected(QUIC).await;
    let _held = server.accept(SILENT).unwrap();
    let answer = client.request(server.id(), SILENT, b"", Duration::from_millis(200)).await;
    assert_eq!(answer, Err(NetError::Timeout));
    assert!(client.request(server.id(), ECHO, b"", LONG).await.is_ok());
}

#[tokio::test]
async fn a_peer_that_leaves_in_the_middle_closes_the_request() {
    for listen in [QUIC, TCP] {
        let (server, client) = connected(listen).await;
        let mut incoming = server.accept(SILENT).unwrap();
        let (id, asking) = (server.id(), client.clone());
        let request = tokio::spawn(async move { asking.request(id, SILENT, b"", LONG).await });
        let (_, channel) = incoming.next().await.unwrap();
        server.close().await;
        assert_eq!(request.await.unwrap(), Err(NetError::Closed), "{listen}");
        drop(channel);
        assert!(client.connect(id, &[listen.to_owned()]).await.is_err());
    }
}

#[tokio::test]
async fn a_frame_over_the_limit_is_not_read() {
    let (server, client) = connected(QUIC).await;
    let mut incoming = server.accept(SILENT).unwrap();
    let mut sending = client.open(server.id(), SILENT).await.unwrap();
    sending.send(&[0; 100]).await.unwrap();
    let (peer, mut channel) = incoming.next().await.unwrap();
    assert_eq!(peer, client.id());
    assert_eq!(channel.receive(99).await, Err(NetError::TooLong));
    let long = vec![0; wire::protocol::MAX_REQUEST + 1];
    assert_eq!(client.request(server.id(), ECHO, &long, LONG).await, Err(NetError::TooLong));
}

#[tokio::test]
async fn a_peer_with_too_many_streams_loses_its_own_only() {
    let (server, greedy) = connected(QUIC).await;
    let modest = spawn(3, &[]).await;
    modest.connect(server.id(), &server.addresses()).await.unwrap();
    let mut held = Vec::new();
    for _ in 0..32 {
        held.push(greedy.open(server.id(), ECHO).await.unwrap());
    }
    // The next one waits at home, instead of being reset by the server.
    let waiting = greedy.request(server.id(), ECHO, b"", Duration::from_millis(200)).await;
    assert_eq!(waiting, Err(NetError::Timeout));
    assert!(modest.request(server.id(), ECHO, b"", LONG).await.is_ok());
    held.clear();
    assert!(greedy.request(server.id(), ECHO, b"", LONG).await.is_ok());
}

#[tokio::test]
async fn only_the_named_peer_is_connected_to() {
    let (server, client) = (echo(1, &[QUIC, TCP]).await, spawn(2, &[]).await);
    let other = spawn(3, &[]).await.id();
    assert_eq!(client.connect(other, &server.addresses()).await, Err(NetError::NoNetwork));
    let nonsense = client.connect(server.id(), &["nonsense".to_owned()]).await;
    assert_eq!(nonsense, Err(NetError::BadAddress("nonsense".to_owned())));
    assert_eq!(client.request(other, ECHO, b"", LONG).await, Err(NetError::NoNetwork));
}

#[tokio::test]
async fn a_restarted_peer_is_found_again() {
    for listen in [QUIC, TCP] {
        let (server, client) = connected(listen).await;
        let (id, addresses) = (server.id(), server.addresses());
        server.close().await;
        let listen: Vec<&str> = addresses.iter().map(String::as_str).collect();
        let _server = echo(1, &listen).await;
        client.disconnect(id).await;
        client.connect(id, &addresses).await.unwrap();
        assert!(client.request(id, ECHO, b"", LONG).await.is_ok());
    }
}

#[tokio::test]
async fn an_address_in_use_is_refused() {
    let server = echo(1, &[QUIC]).await;
    let taken: Multiaddr = server.addresses().first().unwrap().parse().unwrap();
    let second = Transport::spawn([2; 32], &[taken]).await;
    let Err(NetError::Listen(why)) = second else { panic!("{second:?}") };
    assert!(why.contains("in use"), "{why}");
}
