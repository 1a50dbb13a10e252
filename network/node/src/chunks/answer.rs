//! Answering `/bcm/store/1`: a worker from its store, a manager from its own blocks.
//!
//! Managers and workers of the network ask as much as they like; a stranger's peer key costs
//! nothing, so that its limits only stop a single one gone wild, and the store's quota bounds all.

use super::{Chain, Parcel, Roster, Unreadable};
use crate::limits::Hourly;
use crate::serve::{now, serve_frames};
use net::transport::Incoming;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use types::{Round, WorkerId};
use wire::chain::Object;
use wire::store::{ChunkName, MAX_REQUEST, Piece, StoreReply, StoreRequest};
use wire::{Encode, Failure, code};
use worker::ChunkStore;

/// Chunks that a stranger may bring in an hour.
const PUTS: usize = 3_600;
/// Questions that a stranger may ask in an hour.
const QUESTIONS: usize = 36_000;
const TEND: Duration = Duration::from_secs(300);

/// Serves a worker's store until the transport closes.
pub fn serve_store(incoming: Incoming, store: ChunkStore, roster: Roster) {
    let limits =
        Arc::new(Limits { puts: Hourly::new(PUTS), questions: Hourly::new(QUESTIONS), roster });
    serve_frames(incoming, MAX_REQUEST, move |peer, request: StoreRequest| {
        let (store, limits) = (store.clone(), Arc::clone(&limits));
        async move {
            limits.count(peer, &request)?;
            store.answer(request, now()).await
        }
    });
}

/// Serves a manager's own blocks: chunks by their place, nothing else.
pub fn offer<C: Chain>(incoming: Incoming, chain: Arc<C>, roster: Roster) {
    let limits =
        Arc::new(Limits { puts: Hourly::new(0), questions: Hourly::new(QUESTIONS), roster });
    let last = Arc::new(Mutex::new(None));
    serve_frames(incoming, MAX_REQUEST, move |peer, request: StoreRequest| {
        let (chain, limits, last) = (Arc::clone(&chain), Arc::clone(&limits), Arc::clone(&last));
        async move {
            let StoreRequest::Get(ChunkName::Place { round, index }) = request else {
                return Err(Failure::new(
                    code::BAD_REQUEST,
                    "a manager only gives chunks by place",
                ));
            };
            limits.count(peer, &request)?;
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

/// How much a peer may ask.
struct Limits {
    puts: Hourly,
    questions: Hourly,
    roster: Roster,
}

impl Limits {
    fn count(&self, peer: WorkerId, request: &StoreRequest) -> Result<(), Failure> {
        let nodes = (self.roster)();
        if nodes.managers.contains(&peer) || nodes.workers.contains(&peer) {
            return Ok(());
        }
        match request {
            StoreRequest::Put { .. } => self.puts.count(peer, now()),
            StoreRequest::Get(_) | StoreRequest::Find(_) | StoreRequest::Audit { .. } => {
                self.questions.count(peer, now())
            }
        }
    }
}
