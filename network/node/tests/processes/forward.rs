//! A forwarder of UDP in front of one manager: it delays, loses and cuts.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::UdpSocket;

/// How long a spoilt line holds each datagram, and which one it loses.
const DELAY: Duration = Duration::from_millis(15);
const LOST: u64 = 25;
const LONGEST: usize = 65_536;

#[derive(Default)]
struct Rules {
    spoilt: bool,
    cut: bool,
    /// Whose datagrams are lost, by the port that they come from.
    refused: BTreeSet<u16>,
    seen: u64,
}

pub(crate) struct Forward {
    port: u16,
    target: SocketAddr,
    rules: Arc<Mutex<Rules>>,
}

impl Forward {
    pub(crate) fn start(target: SocketAddr) -> Self {
        let front = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        front.set_nonblocking(true).unwrap();
        let front = Arc::new(UdpSocket::from_std(front).unwrap());
        let (port, rules) = (front.local_addr().unwrap().port(), Arc::default());
        tokio::spawn(receive(front, target, Arc::clone(&rules)));
        Self { port, target, rules }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn target(&self) -> SocketAddr {
        self.target
    }

    pub(crate) fn spoil(&self, on: bool) {
        self.rules.lock().unwrap().spoilt = on;
    }

    pub(crate) fn cut(&self, on: bool) {
        self.rules.lock().unwrap().cut = on;
    }

    /// Loses what comes from this port.
    pub(crate) fn refuse(&self, port: u16, on: bool) {
        let mut rules = self.rules.lock().unwrap();
        if on {
            rules.refused.insert(port)
        } else {
            rules.refused.remove(&port)
        };
    }
}

/// How long a datagram takes; `None` if it is lost.
fn delay(rules: &Mutex<Rules>, client: SocketAddr) -> Option<Duration> {
    let mut rules = rules.lock().unwrap();
    rules.seen += 1;
    let lost = rules.spoilt && rules.seen.is_multiple_of(LOST);
    if rules.cut || rules.refused.contains(&client.port()) || lost {
        return None;
    }
    Some(if rules.spoilt { DELAY } else { Duration::ZERO })
}

/// Takes what clients send, each over a socket of its own.
async fn receive(front: Arc<UdpSocket>, target: SocketAddr, rules: Arc<Mutex<Rules>>) {
    let mut backs: BTreeMap<SocketAddr, Arc<UdpSocket>> = BTreeMap::new();
    let mut buffer = vec![0; LONGEST];
    loop {
        // A target that is down is told of as an error of some later call.
        let Ok((length, client)) = front.recv_from(&mut buffer).await else { continue };
        let back = match backs.get(&client) {
            Some(back) => Arc::clone(back),
            None => {
                let back = Arc::new(UdpSocket::bind("127.0.0.1:0").await.unwrap());
                back.connect(target).await.unwrap();
                let (back_too, front, rules) =
                    (Arc::clone(&back), Arc::clone(&front), Arc::clone(&rules));
                tokio::spawn(return_to(client, back_too, front, rules));
                backs.insert(client, Arc::clone(&back));
                back
            }
        };
        let datagram = buffer[..length].to_vec();
        if let Some(delay) = delay(&rules, client) {
            later(delay, async move { back.send(&datagram).await }).await;
        }
    }
}

/// Brings back what the target answers to a client.
async fn return_to(
    client: SocketAddr,
    back: Arc<UdpSocket>,
    front: Arc<UdpSocket>,
    rules: Arc<Mutex<Rules>>,
) {
    let mut buffer = vec![0; LONGEST];
    loop {
        let Ok(length) = back.recv(&mut buffer).await else { continue };
        let (datagram, front) = (buffer[..length].to_vec(), Arc::clone(&front));
        if let Some(delay) = delay(&rules, client) {
            later(delay, async move { front.send_to(&datagram, client).await }).await;
        }
    }
}

/// A datagram that cannot be sent is lost, as it may be on any line.
async fn later(
    delay: Duration,
    send: impl Future<Output = std::io::Result<usize>> + Send + 'static,
) {
    if delay.is_zero() {
        send.await.ok();
    } else {
        tokio::spawn(async move {
            tokio::time::sleep(delay).await;
            send.await.ok();
        });
    }
}
