//! Who the managers and workers are, as the ledger has them.

use ledger::{Rejection, StateView, WorkerRecord};
use types::WorkerId;

/// Both rings at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rings {
    /// Managers that are registered, seated or not, and have not left for good.
    pub managers: Vec<WorkerId>,
    /// All workers.
    pub workers: Vec<WorkerRecord>,
}

impl Rings {
    /// The rings of a state, or of values of it that were proved.
    ///
    /// # Errors
    /// [`Rejection::BadState`] if the state is damaged.
    pub fn of(view: &dyn StateView) -> Result<Self, Rejection> {
        let managers = ledger::managers(view)?;
        let present = managers.iter().filter(|one| one.left.is_none());
        let managers = present.map(|one| WorkerId(one.member.key)).collect();
        Ok(Self { managers, workers: ledger::workers(view)? })
    }
}
