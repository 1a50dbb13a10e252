//! Getting a body that is not here: from its owners, then the archives, then the managers.
//!
//! Whoever answers plays no part: each chunk is checked against the body root of a header that the
//! caller trusts.

use super::{StoreError, Stores};
use futures::future::try_join_all;
use futures::stream::{FuturesUnordered, StreamExt};
use ledger::{Body, CertifiedHeader, Chunk};
use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use types::WorkerId;
use wire::Decode;

/// A source that has not answered for so long is no longer waited for alone (`network.md` 5.2).
const HESITATION: Duration = Duration::from_millis(150);

/// Why a body could not be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// Nobody of those who hold bodies answers.
    #[error("no node that holds bodies answers")]
    Silence,
    /// Some answer, and none of them has all of it.
    #[error("nobody has the body")]
    Nowhere,
    /// The header is of a body that cannot be read; no honest committee decides for one.
    #[error("the body cannot be read")]
    Unreadable,
}

impl Stores {
    /// The body of the block with this header, which must be trusted.
    ///
    /// # Errors
    /// [`FetchError`].
    pub async fn body(&self, header: &CertifiedHeader) -> Result<Body, FetchError> {
        let hunt =
            Hunt { stores: self, header, sources: self.sources(header), out: Mutex::default() };
        let first = hunt.chunk(0).await?;
        let count = first.path.leaves;
        let mut chunks = vec![first];
        chunks.extend(try_join_all((1..count).map(|index| hunt.chunk(index))).await?);
        let bytes: Vec<u8> = chunks.into_iter().flat_map(|chunk| chunk.bytes).collect();
        // The chunks have proved the bytes; another body of the same bytes does not exist.
        Body::from_bytes(&bytes).map_err(|_| FetchError::Unreadable)
    }

    fn sources(&self, header: &CertifiedHeader) -> Vec<WorkerId> {
        let nodes = self.nodes();
        let mut seen = BTreeSet::from([self.own()]);
        let owners = self.owners(header.header.id());
        let all = owners.into_iter().chain(nodes.archives).chain(nodes.managers);
        all.filter(|node| seen.insert(*node)).collect()
    }
}

/// The search for the chunks of one body.
struct Hunt<'a> {
    stores: &'a Stores,
    header: &'a CertifiedHeader,
    sources: Vec<WorkerId>,
    /// Those who do not answer or have given something else: not asked again.
    out: Mutex<BTreeSet<WorkerId>>,
}

impl Hunt<'_> {
    /// Asks one source after the other, the next one as soon as the last hesitates.
    async fn chunk(&self, index: u32) -> Result<Chunk, FetchError> {
        let mut left = self.sources.iter().filter(|source| !self.out().contains(source));
        let mut asked = FuturesUnordered::new();
        let mut answered = false;
        loop {
            let more = left.next().copied();
            asked.extend(more.map(|source| self.ask(source, index)));
            let patience = if more.is_some() { HESITATION } else { Duration::MAX };
            match tokio::time::timeout(patience, asked.next()).await {
                Ok(Some(Ok(chunk))) => return Ok(chunk),
                Ok(Some(Err(refused))) => answered |= refused,
                Ok(None) if answered => return Err(FetchError::Nowhere),
                Ok(None) => return Err(FetchError::Silence),
                Err(_) => {}
            }
        }
    }

    /// The chunk, or whether there was an answer at all.
    async fn ask(&self, source: WorkerId, index: u32) -> Result<Chunk, bool> {
        self.stores.chunk(source, self.header, index).await.map_err(|error| {
            tracing::debug!(%source, %error, "no chunk from there");
            match error {
                StoreError::Refused(_) => true,
                StoreError::Silent(_) | StoreError::Wrong(_) => {
                    self.out().insert(source);
                    false
                }
            }
        })
    }

    fn out(&self) -> MutexGuard<'_, BTreeSet<WorkerId>> {
        self.out.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
