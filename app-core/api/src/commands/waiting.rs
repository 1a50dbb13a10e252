//! Waiting for the ledger: the engine looks at it with every header while money is expected.

use std::time::Duration;

use engine::{gift, outcome, transfer_outcome};
use ledger::RedEnvelopeId;
use tokio::time::{Instant, timeout};
use types::TxId;
use wallet::private::Transfer;
use wallet::{GiftState, Payment, ProvedEntry};

use crate::app::PATIENCE;
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

    /// Waits until a private payment is final.
    ///
    /// # Errors
    /// `timeout`: it goes on, history shows what becomes of it. `expired` if it can never happen.
    pub(crate) async fn wait_transfer(&self, intent: [u8; 16]) -> Result<Transfer, Error> {
        let (mut events, end) = (self.events(), Instant::now() + FINALITY);
        loop {
            if let Some(done) = transfer_outcome(&self.inner().store, intent).await? {
                return Ok(done);
            }
            let why = "not final yet; the payment goes on, see history";
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

    /// Waits until the ledger has a red envelope, or cannot have it any more; not for ever.
    ///
    /// # Errors
    /// Codes of the store.
    pub(crate) async fn wait_for_envelope(&self, id: RedEnvelopeId) -> Result<(), Error> {
        let (mut events, end) = (self.events(), Instant::now() + PATIENCE);
        loop {
            let known = self.inner().store.gift(id).await?;
            let queued = known.is_some_and(|known| known.state == GiftState::Queued);
            if !queued || news(&mut events, end).await.is_none() {
                return Ok(());
            }
        }
    }

    /// Waits for a while until a red envelope out of the pool is on the ledger, or never can be.
    pub(crate) async fn wait_for_given(&self, mut asked: Transfer) -> Result<Transfer, Error> {
        let (mut events, end) = (self.events(), Instant::now() + FINALITY);
        loop {
            let saved = self.inner().store.transfer(asked.intent).await?;
            asked = saved.unwrap_or(asked);
            if !asked.state.is_open() || news(&mut events, end).await.is_none() {
                return Ok(asked);
            }
        }
    }

    /// Waits until it is proved what our share of a red envelope is.
    ///
    /// # Errors
    /// `timeout`: the claim stays valid. `envelope_empty`, `envelope_over` if it came too late.
    pub(crate) async fn wait_for_share(&self, id: RedEnvelopeId) -> Result<(), Error> {
        let (mut events, end) = (self.events(), Instant::now() + FINALITY);
        loop {
            let claimed = self.inner().writer.claimed(id).await?;
            if claimed.is_some_and(|(_, there)| there) {
                return Ok(());
            }
            let why = "not final yet; the claim stays valid, see envelope list";
            match news(&mut events, end).await {
                Some(()) => {}
                // What it brings is known; it goes into the pool by itself.
                None if claimed.is_some() => return Ok(()),
                None => return Err(Error::new("timeout", why)),
            }
        }
    }
}

/// `None` if nothing more comes in time.
async fn news(events: &mut Events, end: Instant) -> Option<()> {
    let left = end.saturating_duration_since(Instant::now());
    timeout(left, events.next()).await.ok().flatten().map(drop)
}
