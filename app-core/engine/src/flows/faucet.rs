//! A devnet's gift.

use std::time::Duration;

use ledger::EntryKind;
use types::TxId;
use wallet::ProvedEntry;

use crate::{Code, Engine, Fault};

/// Between two looks at the ledger while somebody waits.
const LOOK: Duration = Duration::from_millis(200);

impl Engine {
    /// Asks the faucet, and waits until its payment is in our proved history.
    ///
    /// # Errors
    /// `faucet_used`, `no_network`, `upgrade_needed` on a network without a faucet, `timeout`.
    pub async fn faucet(&mut self, patience: Duration) -> Result<ProvedEntry, Fault> {
        let end = tokio::time::Instant::now() + patience;
        let node = self.attach().await?;
        let tx = node.faucet(self.keys.address()).await?;
        loop {
            self.sync(end.saturating_duration_since(tokio::time::Instant::now())).await?;
            if let Some(entry) = self.paid_in(tx).await? {
                return Ok(entry);
            }
            if tokio::time::Instant::now() >= end {
                return Err(Fault::new(Code::Timeout, "the gift is not final yet; see history"));
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn paid_in(&self, tx: TxId) -> Result<Option<ProvedEntry>, Fault> {
        let entries = self.store.entries(0, u32::MAX).await?;
        Ok(entries
            .into_iter()
            .find(|proved| proved.entry.tx == tx && proved.entry.kind == EntryKind::PayIn))
    }
}
