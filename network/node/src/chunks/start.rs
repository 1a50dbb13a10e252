//! All that a node does about bodies, begun at once: one call for a worker, one for a manager.

use super::{
    Archive, Chain, Duties, Headers, Locate, Pusher, Roster, Stores, offer, serve_store, tend,
};
use net::NetError;
use net::transport::Transport;
use std::path::PathBuf;
use std::sync::Arc;
use wire::protocol::STORE;
use worker::{ChunkStore, Keeps};

/// What a worker's part needs to know.
#[derive(Clone)]
pub struct Keeping<H> {
    /// The worker's store.
    pub store: ChunkStore,
    /// The chain as the worker follows it.
    pub headers: Arc<H>,
    /// The nodes there are.
    pub roster: Roster,
    /// Where they listen.
    pub locate: Locate,
}

/// Lets a worker keep bodies: it serves its store and drops what it need not keep; an archive also
/// fetches everything and looks after the owners. Runs until transport and chain end.
///
/// # Errors
/// [`NetError`] if the protocol cannot be served.
pub fn keep<H: Headers>(transport: &Transport, keeping: Keeping<H>) -> Result<(), NetError> {
    let Keeping { store, headers, roster, locate } = keeping;
    let incoming = transport.accept(STORE)?;
    serve_store(incoming, store.clone(), Arc::clone(&roster), headers.tip());
    match store.keeps() {
        Keeps::Owned { .. } => tend(store, headers.tip(), roster),
        Keeps::Everything => {
            let stores = Stores::new(transport.clone(), roster, locate);
            drop(Archive::new(store, stores, headers).start());
        }
    }
    Ok(())
}

/// Lets a manager place the bodies of its chain, and give them to whoever lacks one; `file` is where
/// it notes how far it is. The way to the stores is for itself to fetch by. Runs until transport and
/// chain end.
///
/// # Errors
/// [`NetError`] if the protocol cannot be served.
pub fn place<C: Chain>(
    transport: &Transport,
    chain: Arc<C>,
    (roster, locate): (Roster, Locate),
    duties: Duties,
    file: PathBuf,
) -> Result<Stores, NetError> {
    offer(transport.accept(STORE)?, Arc::clone(&chain), Arc::clone(&roster));
    let stores = Stores::new(transport.clone(), roster, locate);
    drop(Pusher::new(chain, stores.clone(), duties, file).start());
    Ok(stores)
}
