//! Bringing a body to its owners, each until it has confirmed every chunk.

use super::{Parcel, StoreError, Stores};
use futures::future::join_all;
use std::collections::{BTreeMap, BTreeSet};
use types::WorkerId;

/// What became of a body at each of its owners: how many chunks it was given, or why it has not
/// confirmed all of them.
pub(super) type Placement = BTreeMap<WorkerId, Result<usize, StoreError>>;

impl Stores {
    /// Makes sure that one worker holds the whole body: asks what it has confirmed, and gives it
    /// the rest. Returns how many chunks that were; every receipt has been verified.
    ///
    /// # Errors
    /// [`StoreError`]; what was given until then stays there.
    pub async fn settle(&self, owner: WorkerId, parcel: &Parcel) -> Result<usize, StoreError> {
        let confirmed = self.confirmed(owner, parcel).await?;
        let there: BTreeSet<u32> = confirmed.iter().map(|receipt| receipt.index).collect();
        let mut given = 0_usize;
        for chunk in parcel.chunks().iter().filter(|chunk| !there.contains(&chunk.index)) {
            self.put(owner, parcel.header(), chunk).await?;
            given = given.saturating_add(1);
        }
        Ok(given)
    }

    /// The same for several workers at once.
    pub(super) async fn place(&self, owners: &[WorkerId], parcel: &Parcel) -> Placement {
        let settled =
            owners.iter().map(|owner| async move { (*owner, self.settle(*owner, parcel).await) });
        join_all(settled).await.into_iter().collect()
    }
}
