//! Connections: how many at a time, how large their heads, how slow they may be, and their end.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{sleep, timeout};

use super::http::{self, MAX_CONNECTIONS, Site};
use super::steady::Steady;

/// A request's head must be there in this time, counted from the end of the one before.
const HEAD: Duration = Duration::from_secs(10);
const MAX_HEAD: usize = 16 * 1024;
const MAX_HEADERS: usize = 64;
/// Everybody has so long to leave.
const LEAVE: Duration = Duration::from_secs(1);

/// Takes connections in for ever.
pub(super) async fn accept(listener: &TcpListener, site: &Arc<Site>) {
    let router = http::router(Arc::clone(site));
    loop {
        // Nobody closes the semaphore.
        let Ok(place) = Arc::clone(&site.places).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(connection(Arc::clone(site), router.clone(), stream, place));
            }
            Err(error) => {
                tracing::warn!(%error, "a connection was not taken in");
                sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// Asks everybody to leave and waits a moment for it.
pub(super) async fn end(site: &Site) {
    site.ending.send_replace(true);
    let left = site.places.acquire_many(MAX_CONNECTIONS);
    if timeout(LEAVE, left).await.is_err() {
        tracing::debug!("some connections were cut");
    }
}

async fn connection(
    site: Arc<Site>,
    router: Router,
    stream: TcpStream,
    place: OwnedSemaphorePermit,
) {
    // Small answers leave at once; a connection that cannot be set so works as well.
    let _ = stream.set_nodelay(true);
    let io = TokioIo::new(Steady::new(stream, place));
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_header_size(MAX_HEAD)
        .max_buf_size(MAX_HEAD)
        .max_headers(MAX_HEADERS)
        .serve_connection(io, TowerToHyperService::new(router))
        .with_upgrades();
    let mut served = pin!(served);
    let done = tokio::select! {
        done = served.as_mut() => done,
        () = site.ended() => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    if let Err(error) = done {
        tracing::debug!(%error, "a connection ended");
    }
}
