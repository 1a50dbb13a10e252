//! Answering `/bcm/store/1`: a worker from its store, a manager from its own blocks.

use super::gate::Gate;
use super::{Chain, Parcel, Roster, Unreadable};
use crate::serve::{now, serve_frames};
use net::transport::Incoming;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use types::Round;
use wire::chain::Object;
use wire::store::{ChunkName, MAX_REQUEST, Piece, StoreReply, StoreRequest};
use wire::{Encode, Failure, code};
use worker::ChunkStore;

const TEND: Duration = Duration::from_secs(300);

/// Serves a worker's store until the transport closes; `tip` is the newest round it has followed.
pub fn serve_store(
    incoming: Incoming,
    store: ChunkStore,
    roster: Roster,
    tip: watch::Receiver<Round>,
) {
    let gate = Arc::new(Gate::of_worker(roster));
    serve_frames(incoming, MAX_REQUEST, move |peer, request: StoreRequest| {
        let (store, gate, tip) = (store.clone(), Arc::clone(&gate), tip.clone());
        async move {
            let _turn = gate.enter(peer, &request).await?;
            let newest = *tip.borrow();
            gate.require_wanted(peer, &request, &store, newest)?;
            store.answer(request, now()).await
        }
    });
}

/// Serves a manager's own blocks: chunks by their place, nothing else.
pub fn offer<C: Chain>(incoming: Incoming, chain: Arc<C>, roster: Roster) {
    let gate = Arc::new(Gate::of_manager(roster));
    let last = Arc::new(Mutex::new(None));
    serve_frames(incoming, MAX_REQUEST, move |peer, request: StoreRequest| {
        let (chain, gate, last) = (Arc::clone(&chain), Arc::clone(&gate), Arc::clone(&last));
        async move {
            let StoreRequest::Get(ChunkName::Place { round, index }) = request else {
                return Err(Failure::new(
                    code::BAD_REQUEST,
                    "a manager only gives chunks by place",
                ));
            };
            let _turn = gate.enter(peer, &request).await?;
            own_chunk(&*chain, &last, round, index).await
        }
    });
}

/// The body that was asked for last, as its other chunks are asked for next.
type Last = Mutex<Option<Arc<Parcel>>>;

async fn own_chunk<C: Chain>(
    chain: &C,
    last: &Last,
    round: Round,
    index: u32,
) -> Result<StoreReply, Failure> {
    let remembered = last.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let parcel = match remembered.filter(|parcel| parcel.round() == round) {
        Some(parcel) => parcel,
        None => {
            let header = chain.header(round).await.map_err(unreadable)?.ok_or_else(not_found)?;
            let body = chain.body(round).await.map_err(unreadable)?.ok_or_else(not_found)?;
            let parcel = Arc::new(Parcel::new(header, &body).map_err(|_| not_found())?);
            *last.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&parcel));
            parcel
        }
    };
    let index = usize::try_from(index).map_err(|_| not_found())?;
    let chunk = parcel.chunks().get(index).ok_or_else(not_found)?;
    let header = Object(parcel.header().to_bytes());
    Ok(StoreReply::Chunk { header, chunk: Piece(chunk.to_bytes()) })
}

fn unreadable(error: Unreadable) -> Failure {
    Failure::new(code::UNAVAILABLE, &error.to_string())
}

fn not_found() -> Failure {
    Failure::new(code::NOT_FOUND, "not held here")
}

/// Lets a store drop what is neither its own nor young, now and then, until the chain ends.
pub fn tend(store: ChunkStore, tip: watch::Receiver<Round>, roster: Roster) {
    tokio::spawn(async move {
        while tip.has_changed().is_ok() {
            let newest = *tip.borrow();
            match store.drop_old(newest, &roster().workers).await {
                Ok(0) => {}
                Ok(dropped) => tracing::debug!(dropped, "bodies of others are dropped"),
                Err(error) => tracing::warn!(%error, "cannot drop old bodies"),
            }
            tokio::time::sleep(TEND).await;
        }
    });
}
