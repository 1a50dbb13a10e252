//! The connection doctor's measurements: every way is really tried, over connections of its own, so
//! that nothing which works is disturbed.

use std::time::Duration;

use futures::StreamExt;
use futures::future::select_ok;
use futures::stream::FuturesUnordered;
use net::transport::Carrier;
use net::{Bootstrap, LightNode, NetError, Probed, carried_by, probe};
use types::{Timestamp, WorkerId};
use wire::chain::{ChainReply, ChainRequest};

use super::{Observatory, PeerFacts};
use crate::flows::attach::reach;
use crate::{Clock, Finding, diagnose};

/// How long one way may take.
const LIMIT: Duration = Duration::from_secs(4);
/// How long one question may take.
const ANSWER: Duration = Duration::from_secs(4);
/// Other workers that are tried at the same time.
const SECONDS: usize = 3;

/// What is known before anything is tried.
#[derive(Debug, Clone)]
pub struct Case {
    /// The home worker, and where it was last.
    pub home: Bootstrap,
    /// The workers that the genesis names.
    pub workers: Vec<WorkerId>,
    /// The connection that is in use.
    pub in_use: Option<PeerFacts>,
    pub(super) clock: Clock,
}

/// What was found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measured {
    /// The connection that was in use meanwhile.
    pub in_use: Option<PeerFacts>,
    /// The home worker by QUIC.
    pub quic: Way,
    /// The home worker by TCP.
    pub tcp: Way,
    /// Another worker.
    pub second: Second,
    /// By how many milliseconds our clock is ahead of a worker's, less the way.
    pub clock_ahead_ms: Option<i64>,
}

/// One way to the home worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// It listens at no such address, as far as anybody says.
    Unknown,
    /// Nothing gets through.
    Shut,
    /// It gets through.
    Open(Probed),
}

/// A worker beside the home worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Second {
    /// No other one is known.
    Unknown,
    /// None answers.
    Silent,
    /// One answers.
    Reached(WorkerId, Probed),
}

impl Observatory {
    /// Judges what was measured, as things stand now.
    #[must_use]
    pub fn diagnose(&self, measured: Option<&Measured>) -> Vec<Finding> {
        diagnose(measured, self.explored().standing.as_ref(), self.clock.now())
    }
}

impl Case {
    /// Tries everything, for some twelve seconds at most. `others` are addresses that the profile remembers.
    pub async fn measure(self, others: &[String]) -> Measured {
        let others: Vec<Bootstrap> =
            others.iter().filter_map(|text| Bootstrap::parse(text).ok()).collect();
        let asked = self.ask(&others).await;
        let addresses = self.addresses(&asked.home);
        let (quic, tcp, second) = futures::join!(
            way(self.home.worker, of(&addresses, Carrier::Quic)),
            way(self.home.worker, of(&addresses, Carrier::Tcp)),
            second(asked.others),
        );
        let clock_ahead_ms = asked.clock_ahead_ms;
        Measured { in_use: self.in_use, quic, tcp, second, clock_ahead_ms }
    }

    /// Where the home worker may be, most likely first.
    fn addresses(&self, located: &[String]) -> Vec<String> {
        let in_use = self.in_use.iter().map(|peer| peer.address.clone());
        let mut all: Vec<String> = in_use.collect();
        all.push(self.home.addresses.clone());
        all.extend(located.iter().cloned());
        all
    }

    /// Asks whichever worker answers first, the home worker or another, where all of them listen.
    async fn ask(&self, others: &[Bootstrap]) -> Asked {
        let known = others.iter().filter(|other| other.worker != self.home.worker);
        let others = known.cloned().collect();
        let mut asked = Asked { others, ..Asked::default() };
        let at = |addresses| Bootstrap { addresses, ..self.home.clone() };
        let mut first: Vec<Bootstrap> = self.addresses(&[]).into_iter().map(at).collect();
        first.dedup();
        first.extend(asked.others.iter().take(SECONDS).cloned());
        let reached = select_ok(first.iter().map(|one| Box::pin(reach(one)))).await;
        if let Ok((node, _)) = reached {
            let answer = tokio::time::timeout(ANSWER, self.ask_node(&node, &mut asked)).await;
            node.close().await;
            if answer.is_err() {
                tracing::debug!("a worker that was reached does not answer");
            }
        }
        asked
    }

    async fn ask_node(&self, node: &LightNode, asked: &mut Asked) {
        asked.clock_ahead_ms = self.clock_ahead(node).await;
        asked.home = located(node, self.home.worker).await.unwrap_or_default();
        let unknown = self.workers.iter().filter(|worker| **worker != self.home.worker);
        for worker in unknown.take(SECONDS) {
            let addresses = located(node, *worker).await.unwrap_or_default();
            let at = |addresses| Bootstrap { worker: *worker, addresses, ..self.home.clone() };
            asked.others.extend(addresses.into_iter().take(1).map(at));
        }
    }

    /// Its clock is read when the question is half-way back.
    async fn clock_ahead(&self, node: &LightNode) -> Option<i64> {
        let before = self.clock.now();
        let ChainReply::Tip { now: theirs, .. } = node.chain(ChainRequest::Tip).await.ok()? else {
            return None;
        };
        let after = self.clock.now();
        let middle = before.plus_millis(after.millis_since(before).div_euclid(2));
        Some(ahead(middle, theirs))
    }
}

#[derive(Debug, Default)]
struct Asked {
    home: Vec<String>,
    others: Vec<Bootstrap>,
    clock_ahead_ms: Option<i64>,
}

fn ahead(ours: Timestamp, theirs: Timestamp) -> i64 {
    let signed = |time: Timestamp| i64::try_from(time.0).unwrap_or(i64::MAX);
    signed(ours).saturating_sub(signed(theirs))
}

async fn located(node: &LightNode, worker: WorkerId) -> Option<Vec<String>> {
    let answer = node.chain(ChainRequest::Locate(worker)).await.ok()?;
    let ChainReply::Located(addresses) = answer else { return None };
    Some(addresses)
}

/// The first address that is reached in this way.
fn of(addresses: &[String], carrier: Carrier) -> Option<&str> {
    let mut fitting = addresses.iter().filter(|one| carried_by(one) == Some(carrier));
    fitting.next().map(String::as_str)
}

async fn way(worker: WorkerId, address: Option<&str>) -> Way {
    let Some(address) = address else { return Way::Unknown };
    match probe(worker, address, LIMIT).await {
        Ok(probed) => Way::Open(probed),
        Err(NetError::BadAddress(_)) => Way::Unknown,
        Err(_) => Way::Shut,
    }
}

/// The first of some other workers that answers.
async fn second(others: Vec<Bootstrap>) -> Second {
    let mut tried: FuturesUnordered<_> = others
        .into_iter()
        .take(SECONDS)
        .map(|other| async move {
            probe(other.worker, &other.addresses, LIMIT).await.map(|probed| (other.worker, probed))
        })
        .collect();
    if tried.is_empty() {
        return Second::Unknown;
    }
    while let Some(answer) = tried.next().await {
        if let Ok((worker, probed)) = answer {
            return Second::Reached(worker, probed);
        }
    }
    Second::Silent
}

#[cfg(test)]
mod tests {
    use super::*;
    use net::transport::Transport;
    use types::ChainId;

    fn case(home: Bootstrap) -> Case {
        Case { home, workers: vec![], in_use: None, clock: Clock::system() }
    }

    #[tokio::test]
    async fn what_is_open_is_open_and_what_nobody_names_is_unknown() {
        let listen = "/ip4/127.0.0.1/tcp/0".parse().unwrap();
        let worker = Transport::spawn([1; 32], &[listen]).await.unwrap();
        let addresses = worker.addresses().swap_remove(0);
        let home = Bootstrap { worker: worker.id(), addresses, chain: ChainId([9; 32]) };
        let measured = case(home.clone()).measure(&[]).await;
        assert!(matches!(measured.tcp, Way::Open(_)), "{measured:?}");
        assert_eq!((measured.quic, measured.second), (Way::Unknown, Second::Unknown));
        assert_eq!(measured.clock_ahead_ms, None, "it serves nothing");
        worker.close().await;
        let silent = Transport::spawn([2; 32], &[]).await.unwrap().id();
        let other = Bootstrap { worker: silent, ..home.clone() };
        let gone = case(home).measure(&[other.to_string()]).await;
        assert_eq!((gone.tcp, gone.quic), (Way::Shut, Way::Unknown));
        assert_eq!(gone.second, Second::Silent);
    }

    #[test]
    fn a_clock_that_is_behind_is_ahead_by_less_than_nothing() {
        assert_eq!(ahead(Timestamp(5), Timestamp(9)), -4);
        assert_eq!(ahead(Timestamp(u64::MAX), Timestamp(0)), i64::MAX);
    }
}
