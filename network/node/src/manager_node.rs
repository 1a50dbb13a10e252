//! A manager on the network: the consensus to its like, answers about the ledger to everybody.

use crate::bodies;
use crate::book::Book;
use crate::events::{self, Headers};
use crate::links::{self, Outbox};
use crate::serve::serve;
use ledger::Genesis;
use manager::Manager;
use net::NetError;
use net::transport::Transport;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use types::{Round, WorkerId};
use wire::chain::{ChainReply, ChainRequest, Object};
use wire::roster::{Announcement, Heard};
use wire::{Failure, code, protocol};

const AGAIN: Duration = Duration::from_secs(30);

/// What a manager serves.
pub(crate) const PROTOCOLS: [&str; 5] =
    [protocol::CHAIN, protocol::ROSTER, protocol::EVENTS, protocol::ACP, protocol::STORE];

/// Starts serving; runs until the transport closes. `dir` is the manager's own.
pub(crate) fn start(
    transport: &Transport,
    manager: &Manager,
    (genesis, dir): (&Genesis, &Path),
    book: &Arc<Book>,
    outbox: Outbox,
) -> Result<(), NetError> {
    bodies::place(transport, manager, genesis, dir)?;
    tokio::spawn(announce_managers(manager.clone(), Arc::clone(book)));
    links::start(transport, manager, Arc::clone(book), outbox)?;
    let answering = manager.clone();
    serve(transport.accept(protocol::CHAIN)?, move |_, request: ChainRequest| {
        let manager = answering.clone();
        async move { manager.answer(request).await }
    });
    let (roster, book) = (manager.clone(), Arc::clone(book));
    serve(transport.accept(protocol::ROSTER)?, move |peer, announcement| {
        std::future::ready(hear(&roster, &book, peer, announcement))
    });
    events::serve(transport.accept(protocol::EVENTS)?, OwnHeaders(manager.clone()), None);
    Ok(())
}

/// A manager is found in the same way as a worker; said again, so that no crowd of strangers drives
/// it out of the roster.
async fn announce_managers(manager: Manager, book: Arc<Book>) {
    loop {
        for (other, addresses) in book.all() {
            manager.announce(other, addresses);
        }
        tokio::time::sleep(AGAIN).await;
    }
}

fn hear(
    manager: &Manager,
    book: &Book,
    peer: WorkerId,
    said: Announcement,
) -> Result<Heard, Failure> {
    let Announcement { addresses } = said;
    if addresses.iter().any(|address| address.parse::<libp2p::Multiaddr>().is_err()) {
        return Err(Failure::new(code::BAD_REQUEST, "not a multiaddr"));
    }
    if manager.knows(peer) {
        book.note(peer, addresses.clone());
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
