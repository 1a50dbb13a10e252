//! Bringing a profile up to date on request.

use std::time::Duration;

use crate::app::PATIENCE;
use crate::{App, Error, SyncRecord};

impl App {
    /// Empties the mailboxes, follows the headers, proves the account, sends what waits.
    ///
    /// # Errors
    /// What a person must act on; no network is told by `synced`.
    pub async fn sync(&mut self) -> Result<SyncRecord, Error> {
        let patience = if self.offline { Duration::ZERO } else { PATIENCE };
        let synced = self.engine.sync(patience).await?;
        Ok(SyncRecord {
            synced: synced.synced,
            round: synced.round.0,
            behind: synced.behind,
            received: synced.received,
            sent: synced.sent,
        })
    }
}
