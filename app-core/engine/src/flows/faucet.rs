//! A devnet's gift.

use std::time::Duration;

use ledger::EntryKind;
use net::{CallError, NetError};
use store::Store;
use tokio::time::{Instant, timeout};
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
        let end = Instant::now() + patience;
        let tx = timeout(patience, self.ask_faucet()).await.unwrap_or_else(|_| Err(not_yet()))?;
        loop {
            self.catch_up_ledger(end.saturating_duration_since(Instant::now())).await?;
            if let Some(gift) = gift(&self.store, tx).await? {
                return Ok(gift);
            }
            if Instant::now() >= end {
                return Err(not_yet());
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Asks the faucet, and says which transaction brings its gift. Whoever listens looks for it
    /// with every header from now on; [`gift`] tells when it is there.
    ///
    /// # Errors
    /// `faucet_used`, `no_network`, `upgrade_needed` on a network without a faucet.
    pub async fn ask_faucet(&mut self) -> Result<TxId, Fault> {
        let node = self.attach().await?;
        let answer = node.faucet(self.keys.address()).await;
        if answer == Err(CallError::Net(NetError::UpgradeNeeded)) {
            let why = "this network has no faucet, or speaks a newer protocol";
            return Err(Fault::new(Code::UpgradeNeeded, why));
        }
        let tx = answer?;
        self.expect_money()?;
        Ok(tx)
    }
}

/// The faucet's gift, once it is in our proved history.
///
/// # Errors
/// Codes of the store.
pub async fn gift(store: &Store, tx: TxId) -> Result<Option<ProvedEntry>, Fault> {
    let entries = store.entries_of(tx).await?;
    Ok(entries.into_iter().find(|gift| gift.entry.kind == EntryKind::PayIn))
}

fn not_yet() -> Fault {
    Fault::new(Code::Timeout, "the gift is not final yet; see history")
}
