//! Bringing a profile up to date: headers, account, mail in, mail out.

use std::time::Duration;

use types::Round;

use crate::{Engine, Fault};

/// How far an update got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Synced {
    /// True if everything was done; false if what follows is what was saved before.
    pub synced: bool,
    /// The newest round whose header has been checked.
    pub round: Round,
    /// How many rounds the network is said to be ahead.
    pub behind: u64,
    /// New contents.
    pub received: u32,
    /// Envelopes that a worker took.
    pub sent: u32,
}

impl Engine {
    /// Does all there is to do within this time. No network is no fault: what is saved is shown.
    ///
    /// # Errors
    /// What a person must act on: a wrong clock, a full disk, a node that proves nothing.
    pub async fn sync(&mut self, patience: Duration) -> Result<Synced, Fault> {
        let mut progress = (0, 0, None);
        let outcome = tokio::time::timeout(patience, self.sync_all(&mut progress)).await;
        let (received, sent, tip) = progress;
        let synced = match outcome {
            Ok(Ok(())) => true,
            Ok(Err(fault)) if fault.is_offline() => {
                self.detach();
                false
            }
            Ok(Err(fault)) => return Err(fault),
            Err(_) => false,
        };
        let round = self.network.as_ref().map_or(Round(0), |network| network.light.round());
        let behind = tip.unwrap_or(round).0.saturating_sub(round.0);
        Ok(Synced { synced, round, behind, received, sent })
    }

    /// Sends what waits, within this time. True if nothing waits any more.
    ///
    /// # Errors
    /// As for [`Engine::sync`].
    pub async fn flush(&mut self, patience: Duration) -> Result<(), Fault> {
        let sending = async {
            let node = self.attach().await?;
            self.deliver(&node).await
        };
        match tokio::time::timeout(patience, sending).await {
            Ok(Err(fault)) if fault.is_offline() => {
                self.detach();
                Ok(())
            }
            Ok(result) => result.map(|_| ()),
            Err(_) => Ok(()),
        }
    }

    async fn sync_all(
        &mut self,
        (received, sent, tip): &mut (u32, u32, Option<Round>),
    ) -> Result<(), Fault> {
        let node = self.attach().await?;
        *tip = Some(self.follow_headers(&node).await?);
        self.follow_account(&node).await?;
        self.submit_open(&node).await?;
        *received = self.receive(&node).await?;
        *sent = self.deliver(&node).await?;
        if self.store.identity().await?.publication > 0 {
            self.publish(&node, false).await?;
        }
        self.store.forget_seen(self.clock.now()).await?;
        Ok(())
    }
}
