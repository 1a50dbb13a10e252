//! A relay for one QUIC connection that counts what goes through: the packets themselves, with
//! everything that no counter inside a program sees.

use anyhow::{Context, Result};
use net::Bootstrap;
use std::io;
use std::net::SocketAddr;
use std::ops::Sub;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::net::UdpSocket;
use tokio::task::JoinHandle;

/// Headers of IPv4 and UDP before each datagram.
const HEADERS: u64 = 28;

/// What went through, both ways.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Traffic {
    /// IP packets.
    pub(crate) packets: u64,
    /// Their bytes, headers included.
    pub(crate) bytes: u64,
}

impl Sub for Traffic {
    type Output = Self;

    fn sub(self, earlier: Self) -> Self {
        let packets = self.packets.saturating_sub(earlier.packets);
        Self { packets, bytes: self.bytes.saturating_sub(earlier.bytes) }
    }
}

/// Stands between one client and its worker for as long as this value lives.
pub(crate) struct Relay {
    home: Bootstrap,
    meter: Arc<Meter>,
    task: JoinHandle<io::Result<()>>,
}

#[derive(Debug, Default)]
struct Meter {
    packets: AtomicU64,
    payload: AtomicU64,
}

impl Relay {
    /// Starts a relay to a worker.
    pub(crate) async fn start(to: &Bootstrap) -> Result<Self> {
        let worker = socket_address(&to.addresses).context("the worker does not speak QUIC")?;
        let (near, far) =
            (UdpSocket::bind("127.0.0.1:0").await?, UdpSocket::bind("127.0.0.1:0").await?);
        far.connect(worker).await?;
        let addresses = format!("/ip4/127.0.0.1/udp/{}/quic-v1", near.local_addr()?.port());
        let meter = Arc::new(Meter::default());
        let task = tokio::spawn(forward(near, far, Arc::clone(&meter)));
        Ok(Self { home: Bootstrap { addresses, ..to.clone() }, meter, task })
    }

    /// The worker, reached through here.
    pub(crate) fn home(&self) -> &Bootstrap {
        &self.home
    }

    /// What went through so far.
    pub(crate) fn traffic(&self) -> Traffic {
        let packets = self.meter.packets.load(Ordering::Relaxed);
        let payload = self.meter.payload.load(Ordering::Relaxed);
        Traffic { packets, bytes: payload + packets * HEADERS }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn forward(near: UdpSocket, far: UdpSocket, meter: Arc<Meter>) -> io::Result<()> {
    let (mut out, mut back) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    let mut client: Option<SocketAddr> = None;
    loop {
        let size = tokio::select! {
            received = near.recv_from(&mut out) => {
                let (size, from) = received?;
                client = Some(from);
                far.send(out.get(..size).unwrap_or_default()).await?
            }
            received = far.recv(&mut back) => {
                let size = received?;
                match client {
                    Some(client) => near.send_to(back.get(..size).unwrap_or_default(), client).await?,
                    None => continue,
                }
            }
        };
        meter.packets.fetch_add(1, Ordering::Relaxed);
        meter.payload.fetch_add(u64::try_from(size).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

/// The socket of `/ip4/…/udp/…/quic-v1`.
fn socket_address(address: &str) -> Option<SocketAddr> {
    let mut parts = address.strip_prefix("/ip4/")?.split('/');
    let (ip, udp, port) = (parts.next()?, parts.next()?, parts.next()?);
    (udp == "udp").then(|| format!("{ip}:{port}").parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_quic_addresses_have_a_socket() {
        let socket = socket_address("/ip4/127.0.0.1/udp/40001/quic-v1");
        assert_eq!(socket, "127.0.0.1:40001".parse().ok());
        assert_eq!(socket_address("/ip4/127.0.0.1/tcp/40001"), None);
        assert_eq!(socket_address("/ip4/127.0.0.1"), None);
    }
}
