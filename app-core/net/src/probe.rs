//! Trying one way to a node, apart from all that is connected: does it get through, and how fast?
//!
//! The connection doctor asks. Each probe is a node of its own with a key of its own, which is gone
//! afterwards; the node at the other end cannot tell whose it was.

use crate::transport::{Carrier, Transport, carrier};
use crate::{NetError, identity};
use libp2p::Multiaddr;
use libp2p::identity::Keypair;
use libp2p::multiaddr::Protocol;
use std::time::{Duration, Instant};
use types::WorkerId;

/// What a way to a node is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Probed {
    /// How long it took until both sides had proved who they are.
    pub connected: Duration,
    /// Once there and back over it.
    pub round_trip: Duration,
}

/// Dials this node at this one address, within this time.
///
/// # Errors
/// [`NetError::BadAddress`], [`NetError::NoNetwork`], [`NetError::Timeout`] if nothing came at all.
pub async fn probe(worker: WorkerId, address: &str, limit: Duration) -> Result<Probed, NetError> {
    identity::peer_id(worker)?;
    let transport = Transport::spawn_as(&Keypair::generate_ed25519(), &[]).await?;
    let trying = async {
        let begin = Instant::now();
        transport.connect(worker, &[address.to_owned()]).await?;
        let connected = begin.elapsed();
        let begin = Instant::now();
        match transport.open(worker, wire::protocol::CHAIN).await {
            // Whatever it serves, it has answered.
            Ok(_) | Err(NetError::UpgradeNeeded) => {}
            Err(error) => return Err(error),
        }
        Ok(Probed { connected, round_trip: begin.elapsed() })
    };
    let probed = tokio::time::timeout(limit, trying).await.unwrap_or(Err(NetError::Timeout));
    transport.close().await;
    probed
}

/// What a text form of an address is reached by; `None` for what is no address.
#[must_use]
pub fn carried_by(address: &str) -> Option<Carrier> {
    address.parse::<Multiaddr>().ok().map(|address| carrier(&address))
}

/// True if an address is one of this computer only.
#[must_use]
pub fn is_loopback(address: &str) -> bool {
    let Ok(address) = address.parse::<Multiaddr>() else { return false };
    address.iter().any(|part| {
        if let Protocol::Ip4(ip) = part {
            return ip.is_loopback();
        }
        matches!(part, Protocol::Ip6(ip) if ip.is_loopback())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(20);

    #[tokio::test]
    async fn each_way_is_tried_by_itself() {
        let listen = ["/ip4/127.0.0.1/udp/0/quic-v1", "/ip4/127.0.0.1/tcp/0"];
        let listen = listen.map(|address| address.parse().unwrap());
        let worker = Transport::spawn([1; 32], &listen).await.unwrap();
        let mut carriers = Vec::new();
        for address in worker.addresses() {
            let probed = probe(worker.id(), &address, LIMIT).await.unwrap();
            assert!(probed.connected > Duration::ZERO && probed.round_trip > Duration::ZERO);
            carriers.extend(carried_by(&address));
            assert!(is_loopback(&address));
        }
        carriers.sort_unstable_by_key(|carrier| *carrier as u8);
        assert_eq!(carriers, [Carrier::Quic, Carrier::Tcp]);
    }

    #[tokio::test]
    async fn nobody_there_and_somebody_else_are_no_success() {
        let listen = "/ip4/127.0.0.1/tcp/0".parse().unwrap();
        let other = Transport::spawn([1; 32], &[listen]).await.unwrap();
        let address = other.addresses().swap_remove(0);
        let wanted = Transport::spawn([2; 32], &[]).await.unwrap().id();
        assert_eq!(probe(wanted, &address, LIMIT).await, Err(NetError::NoNetwork));
        other.close().await;
        let gone = probe(WorkerId([1; 32]), &address, LIMIT).await;
        assert!(gone.is_err());
        let bad = probe(wanted, "somewhere", LIMIT).await;
        assert!(matches!(bad, Err(NetError::BadAddress(_))));
    }

    #[test]
    fn addresses_say_how_and_where() {
        assert_eq!(carried_by("/ip4/1.2.3.4/udp/1/quic-v1"), Some(Carrier::Quic));
        assert_eq!(carried_by("/dns4/example/tcp/1"), Some(Carrier::Tcp));
        assert_eq!(carried_by("/ip4/1.2.3.4/udp/1"), Some(Carrier::Other));
        assert_eq!(carried_by("example"), None);
        assert!(is_loopback("/ip6/::1/tcp/1") && !is_loopback("/ip4/192.168.0.1/tcp/1"));
    }
}
