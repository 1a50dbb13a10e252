//! A devnet's gift.

use ledger::EntryKind;
use net::{CallError, NetError};
use store::Store;
use types::TxId;
use wallet::ProvedEntry;

use crate::{Code, Engine, Fault};

impl Engine {
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
        self.expect_money();
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
