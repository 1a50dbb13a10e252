//! Answers requests of one protocol: a frame in, a frame out, then the stream ends.
//!
//! Everything that arrives is foreign: what does not decode is answered `bad_request`, what is too
//! long or too slow loses its stream. How many streams a peer may hold is the transport's to limit.

use net::transport::{Channel, Incoming};
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use types::{Timestamp, WorkerId};
use wire::protocol::MAX_REQUEST;
use wire::{Decode, Encode, Failure, Reply, code};

/// How long a peer may take to send its request, and to take its answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Serves a protocol in a task of its own, until the transport closes.
pub fn serve<Q, A, F, H>(incoming: Incoming, answer: H)
where
    Q: Decode + Send + 'static,
    A: Encode + Send + 'static,
    F: Future<Output = Result<A, Failure>> + Send + 'static,
    H: Fn(WorkerId, Q) -> F + Send + Sync + 'static,
{
    serve_frames(incoming, MAX_REQUEST, answer);
}

/// The same for a protocol whose requests have a limit of their own, in bytes.
pub fn serve_frames<Q, A, F, H>(mut incoming: Incoming, limit: usize, answer: H)
where
    Q: Decode + Send + 'static,
    A: Encode + Send + 'static,
    F: Future<Output = Result<A, Failure>> + Send + 'static,
    H: Fn(WorkerId, Q) -> F + Send + Sync + 'static,
{
    let answer = Arc::new(answer);
    tokio::spawn(async move {
        while let Some((peer, channel)) = incoming.next().await {
            let answer = Arc::clone(&answer);
            tokio::spawn(one(channel, limit, move |request| answer(peer, request)));
        }
    });
}

async fn one<Q, A, F>(mut channel: Channel, limit: usize, answer: impl FnOnce(Q) -> F)
where
    Q: Decode,
    A: Encode,
    F: Future<Output = Result<A, Failure>>,
{
    let Ok(Ok(Some(frame))) = tokio::time::timeout(PATIENCE, channel.receive(limit)).await else {
        return;
    };
    let result = match Q::from_bytes(&frame) {
        Ok(request) => answer(request).await,
        Err(error) => Err(Failure::new(code::BAD_REQUEST, &error.to_string())),
    };
    let reply = Reply::from(result.map_err(fitting)).to_bytes();
    let sent = tokio::time::timeout(PATIENCE, channel.send(&reply)).await;
    if !matches!(sent, Ok(Ok(()))) {
        tracing::debug!("a peer did not take its answer");
    }
}

/// The same failure within the limits of its encoding.
fn fitting(failure: Failure) -> Failure {
    let mut message = failure.message;
    message.truncate(message.floor_char_boundary(200));
    Failure { code: failure.code, message }
}

/// The node's clock.
#[must_use]
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
