//! Where a node listens: at the same place as the last time if that is free, else anywhere.

use crate::error::NodeError;
use crate::settings::Node;
use net::NetError;
use net::transport::Transport;

/// Below the ports that operating systems give to outgoing connections: nobody takes one of these
/// by chance while a network is stopped.
const PORTS: std::ops::Range<u16> = 10_000..32_000;
const ATTEMPTS: usize = 50;

/// Starts a node's transport on loopback, QUIC and TCP, and notes where it listens. Requests under
/// these protocols wait until they are served.
pub(crate) async fn listen(node: &mut Node, protocols: &[&str]) -> Result<Transport, NodeError> {
    let transport = match at(node, &node.listen, protocols).await {
        Ok(transport) if !node.listen.is_empty() => transport,
        Ok(_) | Err(NetError::Listen(_) | NetError::Timeout) => anywhere(node, protocols).await?,
        Err(error) => return Err(error.into()),
    };
    node.listen = transport.addresses();
    Ok(transport)
}

/// Starts a node's transport where its settings say, and nowhere else: others have been told.
pub(crate) async fn listen_at(node: &mut Node, protocols: &[&str]) -> Result<Transport, NodeError> {
    let transport = at(node, &node.listen, protocols).await?;
    node.listen = transport.addresses();
    Ok(transport)
}

async fn anywhere(node: &Node, protocols: &[&str]) -> Result<Transport, NodeError> {
    let mut last = NetError::NoNetwork;
    for _ in 0..ATTEMPTS {
        let port = rand::random_range(PORTS);
        let addresses =
            [format!("/ip4/127.0.0.1/udp/{port}/quic-v1"), format!("/ip4/127.0.0.1/tcp/{port}")];
        match at(node, &addresses, protocols).await {
            Ok(transport) => return Ok(transport),
            Err(error) => last = error,
        }
    }
    Err(NodeError::new("no_network", format!("no free port on loopback: {last}")))
}

async fn at(node: &Node, addresses: &[String], protocols: &[&str]) -> Result<Transport, NetError> {
    let mut parsed = Vec::new();
    for address in addresses {
        parsed.push(address.parse().map_err(|_| NetError::Listen(address.clone()))?);
    }
    Transport::spawn_serving(node.seed, &parsed, protocols).await
}
