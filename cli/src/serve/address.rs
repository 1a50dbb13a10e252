//! Where to listen: on this computer, for this computer.

use std::net::SocketAddr;

use api::Error;
use tokio::net::{TcpListener, lookup_host};

/// Listens, if the address is one that no other computer can reach.
pub(super) async fn listen(text: &str) -> Result<TcpListener, Error> {
    let address = resolve(text).await?;
    TcpListener::bind(address)
        .await
        .map_err(|error| Error::new("io", format!("cannot listen on {address}: {error}")))
}

async fn resolve(text: &str) -> Result<SocketAddr, Error> {
    if let Ok(address) = text.parse::<SocketAddr>() {
        return address.ip().is_loopback().then_some(address).ok_or_else(refused);
    }
    let port = text.strip_prefix("localhost:").and_then(|port| port.parse::<u16>().ok());
    let Some(port) = port else { return Err(refused()) };
    let found = lookup_host(("localhost", port)).await.map_err(|_| refused())?;
    // A name may be made to mean anything: it counts only if all it means is this computer.
    let mut found: Vec<SocketAddr> = found.collect();
    found.sort_by_key(SocketAddr::is_ipv6);
    let own = found.iter().all(|address| address.ip().is_loopback());
    found.first().copied().filter(|_| own).ok_or_else(refused)
}

fn refused() -> Error {
    let words = "--listen takes an address of this computer alone, such as 127.0.0.1:0, [::1]:0 or \
                 localhost:8080";
    Error::new("usage", words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_addresses_of_this_computer_are_listened_on() {
        for own in ["127.0.0.1:0", "127.8.9.10:80", "[::1]:0", "localhost:0"] {
            assert!(resolve(own).await.unwrap().ip().is_loopback(), "{own}");
        }
        for other in [
            "0.0.0.0:0",
            "[::]:0",
            "192.168.0.1:80",
            "[fe80::1]:80",
            "[::ffff:10.0.0.1]:80",
            "[::ffff:127.0.0.1]:80",
            "localhost",
            "localhost:http",
            "localhost.example:80",
            "example.com:80",
            "127.0.0.1",
            ":0",
            "",
        ] {
            assert_eq!(resolve(other).await.unwrap_err().code, "usage", "{other}");
        }
    }
}
