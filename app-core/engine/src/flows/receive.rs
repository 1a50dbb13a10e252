//! Emptying mailboxes: pull, decrypt, save, and only then delete.
//!
//! One envelope is one database transaction: what it says, the session that opened it and the mark
//! that it has been seen. A crash before it brings the envelope again; after it, the envelope is
//! recognised and only deleted.

use std::sync::atomic::Ordering;
use std::time::Duration;

use chat::{Change, Queue, SealedLetter};
use net::{CallError, LightNode, NetError};
use tokio::time::Instant;
use wire::code;
use wire::mail::{MailReply, TTL_SECS, Waiting};

use crate::flows::read::Read;
use crate::flows::sync::Progress;
use crate::{Engine, Fault};

/// A deleted envelope cannot come back later than this after its own end.
const SEEN_MARGIN_SECS: u64 = 24 * 3600;
/// How long one queue is worked on before the next one has its turn.
const TURN: Duration = Duration::from_millis(500);

impl Engine {
    /// Works on every queue of the home worker, for so long or until all are empty. True if they
    /// are.
    pub(crate) async fn receive(
        &mut self,
        node: &LightNode,
        patience: Duration,
        progress: &Progress,
    ) -> Result<bool, Fault> {
        let queues = self.store.queues().await?;
        self.receive_from(node, queues, patience, progress).await
    }

    /// Works on these queues, one after the other and a turn each, so that a flood in one of them
    /// holds up no other. True if all are empty in the end.
    pub(crate) async fn receive_from(
        &mut self,
        node: &LightNode,
        queues: Vec<Queue>,
        patience: Duration,
        progress: &Progress,
    ) -> Result<bool, Fault> {
        let end = Instant::now() + patience;
        let ours = |queue: &Queue| queue.created && queue.worker == node.worker();
        let mut waiting: Vec<(Queue, u64)> =
            queues.into_iter().filter(ours).map(|queue| (queue, 0)).collect();
        loop {
            let mut more = vec![];
            for (queue, after) in waiting {
                if let Some(after) = self.take_page(node, &queue, after, progress).await? {
                    more.push((queue, after));
                }
            }
            if more.is_empty() || Instant::now() >= end {
                return Ok(more.is_empty());
            }
            waiting = more;
        }
    }

    /// Takes what fits one answer, or one turn, and says behind which position there is more.
    async fn take_page(
        &mut self,
        node: &LightNode,
        queue: &Queue,
        after: u64,
        progress: &Progress,
    ) -> Result<Option<u64>, Fault> {
        let Some((envelopes, more)) = self.pull(node, queue, after).await? else {
            return Ok(None);
        };
        let (end, count) = (Instant::now() + TURN, envelopes.len());
        let (mut done, mut position) = (Vec::with_capacity(count), after);
        for envelope in envelopes {
            if self.take_envelope(queue, &envelope).await? {
                progress.received.fetch_add(1, Ordering::Relaxed);
            }
            done.push(queue.envelope_id(&envelope.blob));
            position = position.max(envelope.position);
            if Instant::now() >= end {
                break;
            }
        }
        // Nothing new behind an old position is no progress, whatever the worker says.
        let left = (more || done.len() < count) && position > after;
        if !done.is_empty() {
            match node.mail(queue.delete_request(done)).await {
                Ok(_) => {}
                Err(CallError::Failure(failure)) => {
                    tracing::warn!(code = failure.code, "envelopes that were read stay");
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(left.then_some(position))
    }

    /// What waits in a queue behind this position, and whether there is more. `None` if the worker
    /// has lost the queue, or dropped it because nobody read it for months: it is to be made anew.
    async fn pull(
        &self,
        node: &LightNode,
        queue: &Queue,
        after: u64,
    ) -> Result<Option<(Vec<Waiting>, bool)>, Fault> {
        match node.mail(queue.pull_request(&node.peer(), after)).await {
            Ok(MailReply::Waiting { envelopes, more }) => Ok(Some((envelopes, more))),
            Ok(MailReply::Created | MailReply::Stored(_) | MailReply::Deleted) => {
                Err(NetError::BadReply.into())
            }
            Err(CallError::Failure(failure)) if failure.code == code::NOT_FOUND => {
                self.store.apply(vec![Change::SaveQueue(queue.lost()).into()]).await?;
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Deals with one envelope, once. True if it said something new. One that says nothing changes
    /// nothing: it would say nothing again, and strangers' nonsense is not worth remembering.
    async fn take_envelope(&mut self, queue: &Queue, envelope: &Waiting) -> Result<bool, Fault> {
        let Ok(sealed) = SealedLetter::open(queue, &envelope.blob) else {
            tracing::debug!("not an envelope of its queue");
            return Ok(false);
        };
        let id = sealed.id();
        if self.store.is_seen(queue.id(), id).await? {
            return Ok(false);
        }
        let now = self.clock.now();
        let Read { mut changes, news, turn, word, gift, review } =
            match self.read(queue, &sealed, now).await? {
                Ok(read) => read,
                Err(useless) => {
                    tracing::debug!(%useless, "an envelope says nothing");
                    return Ok(false);
                }
            };
        let until = now.plus_secs(TTL_SECS.saturating_add(SEEN_MARGIN_SECS));
        changes.push(Change::MarkSeen { queue: queue.id(), envelope: id, until });
        let changes = changes.into_iter().map(store::Change::from);
        let word = word.into_iter().map(store::Change::from);
        let gift = gift.into_iter().map(store::Change::from);
        let review = review.into_iter().map(store::Change::from);
        self.store.apply(changes.chain(word).chain(gift).chain(review).collect()).await?;
        turn.into_iter().for_each(|turn| self.note(turn));
        Ok(news)
    }
}
