//! `ADDR`: how a person names one node of one network.

use crate::{NetError, identity};
use core::fmt;
use libp2p::Multiaddr;
use libp2p::multiaddr::Protocol;
use types::{ChainId, WorkerId};

/// A worker, where it listens, and the chain that it must serve. Text form: a multiaddr that ends
/// in `/p2p/…`, then `#` and the chain id in hex.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bootstrap {
    /// The node; the connection proves that it is this one.
    pub worker: WorkerId,
    /// Where it listens: a multiaddr without `/p2p`.
    pub addresses: String,
    /// The hash of the genesis file it must hand out.
    pub chain: ChainId,
}

impl Bootstrap {
    /// Reads the text form.
    ///
    /// # Errors
    /// [`NetError::BadAddress`] for any other text.
    pub fn parse(text: &str) -> Result<Self, NetError> {
        let bad = || NetError::BadAddress(shortened(text));
        let (address, chain) = text.trim().split_once('#').ok_or_else(bad)?;
        let chain = ChainId::parse(chain).ok_or_else(bad)?;
        let mut address: Multiaddr = address.parse().map_err(|_| bad())?;
        let Some(Protocol::P2p(peer)) = address.pop() else { return Err(bad()) };
        if address.is_empty() || address.iter().any(|part| matches!(part, Protocol::P2p(_))) {
            return Err(bad());
        }
        let worker = identity::worker_id(peer).ok_or_else(bad)?;
        identity::peer_id(worker)?;
        Ok(Self { worker, addresses: address.to_string(), chain })
    }
}

/// The text form, which [`Bootstrap::parse`] reads back.
impl fmt::Display for Bootstrap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { addresses, chain, worker } = self;
        let peer = identity::peer_id(*worker).map_err(|_| fmt::Error)?;
        write!(f, "{addresses}/p2p/{peer}#{chain}")
    }
}

/// Enough of a foreign text to recognise it in a message.
fn shortened(text: &str) -> String {
    text.chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEER: &str = "12D3KooWQYV9dGMFoRzNStwpXztXaBUjtPqi6aU76ZgUriHhKust";

    fn address(parts: &str) -> String {
        format!("{parts}#{}", "ab".repeat(32))
    }

    #[test]
    fn text_form_reads_back() {
        let text = address(&format!("/ip4/127.0.0.1/udp/40001/quic-v1/p2p/{PEER}"));
        let bootstrap = Bootstrap::parse(&text).unwrap();
        assert_eq!(bootstrap.addresses, "/ip4/127.0.0.1/udp/40001/quic-v1");
        assert_eq!(bootstrap.chain, ChainId([0xab; 32]));
        assert_eq!(bootstrap.to_string(), text);
        assert_eq!(Bootstrap::parse(&format!(" {text}\n")), Ok(bootstrap));
    }

    #[test]
    fn anything_else_is_refused() {
        let whole = format!("/ip4/127.0.0.1/udp/1/quic-v1/p2p/{PEER}");
        let relayed = format!("{whole}/p2p/{PEER}");
        for wrong in [
            String::new(),
            whole.clone(),
            format!("{whole}#"),
            format!("{whole}#abcd"),
            address("/ip4/127.0.0.1/udp/1/quic-v1"),
            address(&format!("/p2p/{PEER}")),
            address(&relayed),
            address("not a multiaddr"),
        ] {
            assert!(matches!(Bootstrap::parse(&wrong), Err(NetError::BadAddress(_))), "{wrong}");
        }
    }
}
