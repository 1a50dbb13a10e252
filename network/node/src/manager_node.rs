//! A manager on the network: the consensus to its like, answers about the ledger to everybody.

use crate::events::{self, Headers};
use crate::links::{self, Members, Outbox};
use crate::serve::serve;
use manager::Manager;
use net::NetError;
use net::transport::Transport;
use std::time::Duration;
use tokio::sync::watch;
use types::{Round, WorkerId};
use wire::chain::{ChainReply, ChainRequest, Object};
use wire::roster::{Announcement, Heard};
use wire::{Failure, code, protocol};

const AGAIN: Duration = Duration::from_secs(30);

/// What a manager serves.
pub(crate) const PROTOCOLS: [&str; 4] =
    [protocol::CHAIN, protocol::ROSTER, protocol::EVENTS, protocol::ACP];

/// Starts serving; runs until the transport closes.
pub(crate) fn start(
    transport: &Transport,
    manager: &Manager,
    members: &Members,
    outbox: Outbox,
) -> Result<(), NetError> {
    tokio::spawn(announce_members(manager.clone(), members.to_vec()));
    links::start(transport, manager, members, outbox)?;
    let answering = manager.clone();
    serve(transport.accept(protocol::CHAIN)?, move |_, request: ChainRequest| {
        let manager = answering.clone();
        async move { manager.answer(request).await }
    });
    let roster = manager.clone();
    serve(transport.accept(protocol::ROSTER)?, move |peer, announcement| {
        std::future::ready(hear(&roster, peer, announcement))
    });
    events::serve(transport.accept(protocol::EVENTS)?, OwnHeaders(manager.clone()), None);
    Ok(())
}

/// A manager is found in the same way as a worker; said again, so that no crowd of strangers drives
/// it out of the roster.
async fn announce_members(manager: Manager, members: Vec<(WorkerId, Vec<String>)>) {
    loop {
        for (member, addresses) in &members {
            manager.announce(*member, addresses.clone());
        }
        tokio::time::sleep(AGAIN).await;
    }
}

fn hear(manager: &Manager, peer: WorkerId, said: Announcement) -> Result<Heard, Failure> {
    let Announcement { addresses } = said;
    if addresses.iter().any(|address| address.parse::<libp2p::Multiaddr>().is_err()) {
        return Err(Failure::new(code::BAD_REQUEST, "not a multiaddr"));
    }
    manager.announce(peer, addresses);
    Ok(Heard)
}

/// A manager's own headers need no check.
#[derive(Clone)]
struct OwnHeaders(Manager);

impl Headers for OwnHeaders {
    fn tip(&self) -> watch::Receiver<Round> {
        self.0.tip()
    }

    async fn headers(&self, from: Round, max: u16) -> Result<Vec<Object>, Failure> {
        let answer = self.0.answer(ChainRequest::Headers { from, max }).await?;
        let ChainReply::Headers(headers) = answer else {
            return Err(Failure::new(code::UNAVAILABLE, "no headers"));
        };
        Ok(headers)
    }
}
