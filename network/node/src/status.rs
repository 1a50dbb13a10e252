//! What a manager tells of itself on loopback: `/status` for people, `/metrics` for Prometheus.
//!
//! It shows no account and no address of anybody, and it is never open to the network: whoever
//! monitors from elsewhere comes through a tunnel of his own.

use crate::error::NodeError;
use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use manager::{Manager, ManagerStatus};
use serde_json::{Value, json};
use std::fmt::Write;
use std::net::SocketAddr;
use tokio::net::TcpListener;

/// Refuses an address that others could reach.
pub(crate) fn check(address: SocketAddr) -> Result<(), NodeError> {
    if address.ip().is_loopback() {
        return Ok(());
    }
    let message = format!("status = {address}: only a loopback address may be given");
    Err(NodeError::new("bad_config", message))
}

/// Serves until the process ends; returns where it listens.
pub(crate) async fn serve(address: SocketAddr, manager: Manager) -> Result<SocketAddr, NodeError> {
    check(address)?;
    let failed = |error| NodeError::new("address_in_use", format!("status = {address}: {error}"));
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    let routes = Router::new()
        .route("/status", get(status))
        .route("/metrics", get(metrics))
        .with_state(manager);
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, routes).await {
            tracing::warn!(%error, "the status endpoint has stopped");
        }
    });
    Ok(bound)
}

async fn status(State(manager): State<Manager>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], document(&manager.status()).to_string())
}

async fn metrics(State(manager): State<Manager>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4")], exposition(&manager.status()))
}

fn document(status: &ManagerStatus) -> Value {
    let engine = &status.engine;
    json!({
        "manager": status.key.to_string(),
        "round": status.tip.0,
        "working_on": engine.round.0,
        "view": engine.view,
        "prepares": engine.prepares.len(),
        "commits": engine.commits.len(),
        "members": status.members,
        "seated": status.seated,
        "finality_ms": { "p50": percentile(&status.finality_ms, 50), "p99": percentile(&status.finality_ms, 99) },
        "waiting": { "transactions": status.waiting, "bytes": status.waiting_bytes },
        "evidence": status.evidence,
    })
}

/// Prometheus' text format: a line of help and type for each series.
fn exposition(status: &ManagerStatus) -> String {
    let mut text = String::new();
    let mut gauge = |name: &str, help: &str, value: u64| {
        // Writing to a string cannot fail.
        let _ =
            writeln!(text, "# HELP bcm_{name} {help}\n# TYPE bcm_{name} gauge\nbcm_{name} {value}");
    };
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    gauge("final_round", "Newest final round.", status.tip.0);
    gauge("view", "View of the round at work.", u64::from(status.engine.view));
    gauge("members", "Managers that decide the round at work.", count(status.members));
    gauge("seated", "1 if this manager decides.", u64::from(status.seated));
    gauge("finality_p50_ms", "Block time to durable, median.", percentile(&status.finality_ms, 50));
    gauge("finality_p99_ms", "Block time to durable, 99 %.", percentile(&status.finality_ms, 99));
    gauge("waiting_transactions", "Transactions that wait.", count(status.waiting));
    gauge("waiting_bytes", "Bytes of transactions that wait.", count(status.waiting_bytes));
    gauge("evidence", "Offences seen and not yet punished.", count(status.evidence));
    text
}

/// Of ascending values; 0 of none.
fn percentile(values: &[u64], percent: usize) -> u64 {
    let at = values.len().saturating_sub(1).saturating_mul(percent).div_ceil(100);
    values.get(at).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_what_there_is() {
        assert_eq!(percentile(&[], 50), 0);
        assert_eq!(percentile(&[7], 99), 7);
        let values: Vec<u64> = (1..=100).collect();
        assert_eq!([percentile(&values, 50), percentile(&values, 99)], [51, 100]);
    }
}
