//! Waiting for the ledger: the engine looks at it with every header while money is expected.

use std::time::Duration;

use engine::{gift, outcome};
use tokio::time::{Instant, timeout};
use types::TxId;
use wallet::{Payment, ProvedEntry};

use crate::{App, Error, Events};

/// How long somebody waits for finality.
const FINALITY: Duration = Duration::from_secs(60);

impl App {
    /// Waits until a payment is final.
    ///
    /// # Errors
    /// `timeout`: the payment stays valid, history shows what becomes of it. `expired` if it can
    /// never happen any more.
    pub(crate) async fn wait_final(&self, tx: TxId) -> Result<Payment, Error> {
        let (mut events, end) = (self.events(), Instant::now() + FINALITY);
        loop {
            if let Some(done) = outcome(&self.inner().store, tx).await? {
                return Ok(done);
            }
            let why = "not final yet; the payment stays valid, see history";
            news(&mut events, end).await.ok_or_else(|| Error::new("timeout", why))?;
        }
    }

    /// Waits until the faucet's payment is in our proved history.
    ///
    /// # Errors
    /// `timeout`.
    pub(crate) async fn wait_for_gift(&self, tx: TxId) -> Result<ProvedEntry, Error> {
        let (mut events, end) = (self.events(), Instant::now() + FINALITY);
        loop {
            if let Some(gift) = gift(&self.inner().store, tx).await? {
                return Ok(gift);
            }
            let why = "the gift is not final yet; see history";
            news(&mut events, end).await.ok_or_else(|| Error::new("timeout", why))?;
        }
    }
}

/// `None` if nothing more comes in time.
async fn news(events: &mut Events, end: Instant) -> Option<()> {
    let left = end.saturating_duration_since(Instant::now());
    timeout(left, events.next()).await.ok().flatten().map(drop)
}
