//! One worker's own services: mailbox queues, the prekey directory and bodies of final blocks, in
//! one SQLite file.
//!
//! The node hands every request that concerns this worker's own queues and bundles to [`Worker`];
//! forwarding to other workers, connections and rate limits are the node's. The worker never sees
//! an account id, a plaintext or a name, and never acknowledges what is not on disk.
//!
//! **How much it may grow.** A queue holds at most `QUEUE_MESSAGES` envelopes and `QUEUE_BYTES`
//! bytes, a directory key one bundle and `MAX_KEPT` one-time prekeys of each kind. The file, without
//! the chunks of bodies, takes nothing new beyond [`MAX_BYTES`]: creating, putting, publishing and
//! deleting ahead are then refused with `disk_full`, while reading and deleting go on, which is what
//! makes room. Chunks have a quota of their own ([`Terms::quota`]), so that neither takes the other's
//! room. Envelopes leave after `TTL_SECS`, their tombstones a day later, empty queues that nobody
//! reads after [`LAPSE_SECS`]; [`Worker::purge`] does that and wants calling every few minutes, as
//! does [`ChunkStore::drop_old`]. How many queues one connection may create is for the node to limit.

mod chunks;
mod create;
mod database;
mod delete;
mod directory;
mod failure;
mod pull;
mod purge;
mod put;
mod signature;

pub use chunks::{
    ChunkStore, HeldBody, Keeps, MAX_CHUNK_BYTES, ReceiptError, Terms, Trusts, check_receipt,
};
pub use database::MAX_BYTES;
pub use failure::WorkerError;
pub use purge::LAPSE_SECS;
pub use signature::check_right;

use crate::database::Database;
use crate::failure::Stop;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::broadcast;
use types::{QueueId, Timestamp, WorkerId};
use wire::Failure;
use wire::directory::{DirectoryReply, DirectoryRequest};
use wire::events::QueueRight;
use wire::mail::{MailReply, MailRequest};

/// How many pieces of news a slow listener may be behind before it misses some.
const NEWS: usize = 1024;

/// A handle to the mailboxes and the directory of one worker; clones share everything.
#[derive(Debug, Clone)]
pub struct Worker {
    key: WorkerId,
    database: Database,
    news: broadcast::Sender<QueueId>,
    read: Arc<Mutex<BTreeSet<QueueId>>>,
}

impl Worker {
    /// Opens the worker's file in this folder, or makes both.
    ///
    /// # Errors
    /// [`WorkerError`]; the file is left as it was.
    pub async fn open(dir: &Path, key: WorkerId) -> Result<Self, WorkerError> {
        Self::open_limited(dir, key, MAX_BYTES).await
    }

    async fn open_limited(dir: &Path, key: WorkerId, bytes: u64) -> Result<Self, WorkerError> {
        tokio::fs::create_dir_all(dir).await.map_err(WorkerError::Folder)?;
        let database = Database::open(&dir.join("worker.db"), bytes).await?;
        let (news, _) = broadcast::channel(NEWS);
        Ok(Self { key, database, news, read: Arc::default() })
    }

    /// Answers a mailbox request from the connection of `peer`. A put for another owner is
    /// `not_found` here. Anything acknowledged is on disk; dropping the future before it ends may
    /// lose the news of an envelope, never the envelope.
    ///
    /// # Errors
    /// A [`Failure`] with a code of [`wire::code`].
    pub async fn mail(
        &self,
        peer: &[u8; 32],
        request: MailRequest,
        now: Timestamp,
    ) -> Result<MailReply, Failure> {
        let answer = match request {
            MailRequest::Create { receive_key, send_key, signature } => {
                self.create(&receive_key, &send_key, &signature, now).await
            }
            MailRequest::Put { owner, send, blob, signature } if owner == self.key => {
                self.put(send, &blob, &signature, now).await
            }
            MailRequest::Put { .. } => Err(Stop::not_found("the queue is another worker's")),
            MailRequest::Pull { receive_key, after, signature } => {
                self.pull(peer, &QueueRight { receive_key, signature }, after, now).await
            }
            MailRequest::Delete { receive_key, envelopes, signature } => {
                self.delete(&receive_key, &envelopes, &signature, now).await
            }
        };
        answer.map_err(Failure::from)
    }

    /// Answers a directory request from the connection of `peer`. A fetch from another owner is
    /// `not_found` here.
    ///
    /// # Errors
    /// A [`Failure`] with a code of [`wire::code`].
    pub async fn directory(
        &self,
        peer: &[u8; 32],
        request: DirectoryRequest,
    ) -> Result<DirectoryReply, Failure> {
        let answer = match request {
            DirectoryRequest::Publish { publication, signature } => {
                self.publish(&publication, &signature).await
            }
            DirectoryRequest::Fetch { owner, key } if owner == self.key => self.fetch(&key).await,
            DirectoryRequest::Fetch { .. } => {
                Err(Stop::not_found("the bundle is another worker's"))
            }
            DirectoryRequest::Count { key, signature } => self.count(peer, &key, &signature).await,
        };
        answer.map_err(Failure::from)
    }

    /// Tells of each queue that has just been put something into. A listener that falls behind is
    /// told so by the channel and asks [`Worker::waiting`] again.
    #[must_use]
    pub fn news(&self) -> broadcast::Receiver<QueueId> {
        self.news.subscribe()
    }

    /// Which of these queues hold something to pull; asking counts as reading them. The caller has
    /// checked the right to each. If the file cannot be read, all of them: the pull will tell.
    pub async fn waiting(&self, queues: &[QueueId]) -> Vec<QueueId> {
        match self.database.existing(queues).await {
            Ok(existing) => {
                self.read().extend(existing.iter().map(|(queue, _)| queue));
                existing
                    .into_iter()
                    .filter(|(_, waiting)| *waiting)
                    .map(|(queue, _)| queue)
                    .collect()
            }
            Err(error) => {
                tracing::warn!(%error, "cannot tell which queues hold mail");
                queues.to_vec()
            }
        }
    }

    /// Queues read since the last purge, which is when their rows learn of it.
    fn read(&self) -> MutexGuard<'_, BTreeSet<QueueId>> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
