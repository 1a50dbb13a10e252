//! Bringing a body to its owners, each until it has confirmed every chunk.

use super::{Parcel, StoreError, Stores};
use futures::future::join_all;
use net::NetError;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use types::WorkerId;

/// How long one worker may take for one body: the largest comes over a slow line in less.
const LONGEST: Duration = Duration::from_secs(20);

/// What became of a body at one of its owners.
pub(super) struct Placed {
    pub(super) owner: WorkerId,
    /// How many chunks it was given, or why it has not confirmed all of them.
    pub(super) result: Result<usize, StoreError>,
    /// How long it took.
    pub(super) took: Duration,
}

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

    /// The same for several workers at once; each gets so much time and no more.
    pub(super) async fn place(&self, owners: &[WorkerId], parcel: &Parcel) -> Vec<Placed> {
        let settled = owners.iter().map(|owner| async move {
            let begun = Instant::now();
            let settled = tokio::time::timeout(LONGEST, self.settle(*owner, parcel)).await;
            let result = settled.unwrap_or(Err(StoreError::Silent(NetError::Timeout)));
            Placed { owner: *owner, result, took: begun.elapsed() }
        });
        join_all(settled).await
    }
}
