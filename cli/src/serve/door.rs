//! Who is let in: pure checks of a request's head.
//!
//! A page of another site can have its visitor's browser send requests here, also under a name of
//! its own that it lets mean 127.0.0.1. The browser then says so in `Host` and `Origin`.

use std::net::SocketAddr;

use axum::http::header::{AUTHORIZATION, HOST, ORIGIN, SEC_WEBSOCKET_PROTOCOL};
use axum::http::{HeaderMap, HeaderName, Uri};

/// What a browser offers beside its token, and gets.
pub(super) const PROTOCOL: &str = "bcm";
const PROTOCOL_TOKEN: &str = "token.";
const HTTP_PORT: u16 = 80;

/// The names under which this server may be spoken to.
#[derive(Debug)]
pub(super) struct Door {
    hosts: Vec<String>,
}

impl Door {
    /// The door of the server that listens here.
    pub(super) fn at(address: SocketAddr) -> Self {
        let port = address.port();
        let mut hosts = vec![address.to_string(), format!("localhost:{port}")];
        if port == HTTP_PORT {
            // Browsers leave this one out.
            let bare = |host: &String| host.strip_suffix(":80").map(str::to_owned);
            hosts.extend(hosts.iter().filter_map(bare).collect::<Vec<_>>());
        }
        Self { hosts }
    }

    /// True if the request was meant for this server and comes from no page of another.
    pub(super) fn admits(&self, uri: &Uri, headers: &HeaderMap) -> bool {
        let named = uri.authority().is_none_or(|name| self.is_own(Some(name.as_str())));
        let mut hosts = headers.get_all(HOST).iter();
        let host = hosts.next().is_some_and(|host| self.is_own(host.to_str().ok()));
        let own_page = headers.get_all(ORIGIN).iter().all(|origin| {
            let origin = origin.to_str().ok();
            self.is_own(origin.and_then(|origin| origin.strip_prefix("http://")))
        });
        named && host && hosts.next().is_none() && own_page
    }

    fn is_own(&self, host: Option<&str>) -> bool {
        host.is_some_and(|host| self.hosts.iter().any(|own| own == host))
    }
}

/// The token of `Authorization: Bearer …`.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = only(headers, &AUTHORIZATION)?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The token among the WebSocket subprotocols: the only header that a page can set there.
pub(super) fn offered(headers: &HeaderMap) -> Option<&str> {
    let lines = headers.get_all(SEC_WEBSOCKET_PROTOCOL).iter();
    let names = lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(','));
    names.map(str::trim).find_map(|name| name.strip_prefix(PROTOCOL_TOKEN))
}

/// The value of a header that is there once.
pub(super) fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

#[cfg(test)]
mod tests;
