//! The state as executor and mempool read it: one block's, whatever is committed meanwhile.

use crate::{AbnsError, fault::Fault, rows::ReadRows};
use ledger::{StateView, Tip};
use types::{BlockId, Round, Timestamp};

/// The whole state after one final block; later commits do not change it.
pub struct State {
    rows: ReadRows,
    tip: Tip,
    fault: Fault,
}

impl State {
    pub(crate) fn new(rows: ReadRows, tip: Tip, fault: Fault) -> Self {
        Self { rows, tip, fault }
    }

    /// The block whose state this is: round, id, time.
    #[must_use]
    pub fn tip(&self) -> (Round, BlockId, Timestamp) {
        (self.tip.round, self.tip.block, self.tip.time)
    }

    /// Whether every read so far went well. What was computed after a failed one is worthless;
    /// [`crate::ChainStore::prepare`] asks the same.
    ///
    /// # Errors
    /// [`AbnsError::Damaged`] once a read has failed.
    pub fn check(&self) -> Result<(), AbnsError> {
        self.fault.check()
    }
}

impl StateView for State {
    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.fault.read(|| self.rows.get(key)).flatten()
    }
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").field("tip", &self.tip).finish_non_exhaustive()
    }
}
