//! A manager on the network: the consensus to its like, answers about the ledger to everybody.

use crate::bodies;
use crate::book::Book;
use crate::events::{self, Headers, News};
use crate::links::{self, Outbox};
use crate::serve::{now, serve};
use crate::warrants::{self, Taken, Warrants};
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
use wire::{Decode, Failure, Reply, code, protocol};

const AGAIN: Duration = Duration::from_secs(30);
/// How long another manager may take to hear of a warrant.
const PATIENCE: Duration = Duration::from_secs(5);

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
    let warrants = Warrants::open(dir.join(warrants::FILE), genesis);
    let answering = Arc::new(Answering {
        transport: transport.clone(),
        manager: manager.clone(),
        book: Arc::clone(book),
        warrants: Arc::clone(&warrants),
    });
    // Who was away when they came hears of them now.
    warrants.after(0).0.into_iter().for_each(|warrant| answering.pass_on(warrant));
    serve(transport.accept(protocol::CHAIN)?, move |peer, request: ChainRequest| {
        let answering = Arc::clone(&answering);
        async move { answering.answer(peer, request).await }
    });
    let (roster, book) = (manager.clone(), Arc::clone(book));
    serve(transport.accept(protocol::ROSTER)?, move |peer, announcement| {
        std::future::ready(hear(&roster, &book, peer, announcement))
    });
    let news = News { headers: OwnHeaders(manager.clone()), mail: None, warrants };
    events::serve(transport.accept(protocol::EVENTS)?, news);
    Ok(())
}

/// What it takes to answer about the ledger.
struct Answering {
    transport: Transport,
    manager: Manager,
    book: Arc<Book>,
    warrants: Arc<Warrants>,
}

impl Answering {
    async fn answer(&self, peer: WorkerId, request: ChainRequest) -> Result<ChainReply, Failure> {
        if request == ChainRequest::Warrants {
            return Ok(self.warrants.all());
        }
        let ChainRequest::Warrant(warrant) = request else {
            return self.manager.answer(request).await;
        };
        let judge = |conflict| self.manager.take_warrant(conflict, now());
        if self.warrants.offered(peer, &warrant, judge).await? == Taken::New {
            self.pass_on(warrant);
        }
        Ok(ChainReply::Warranted)
    }

    /// Tells the other managers, wherever they are when it comes to that.
    fn pass_on(&self, warrant: Object) {
        let others = self.book.all().into_iter().map(|(other, _)| other);
        let others = others.filter(|other| *other != self.transport.id()).collect();
        let (transport, book) = (self.transport.clone(), Arc::clone(&self.book));
        warrants::pass_on(warrant, others, move |other, request| {
            let (transport, at) = (transport.clone(), book.addresses(other));
            async move {
                if transport.connect(other, &at).await.is_err() {
                    return false;
                }
                let answer = transport.request(other, protocol::CHAIN, &request, PATIENCE).await;
                let reply = answer.ok().and_then(|bytes| Reply::from_bytes(&bytes).ok());
                reply.is_some_and(|reply| warrants::is_done(&reply))
            }
        });
    }
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
