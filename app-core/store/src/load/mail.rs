//! The queues that we read, and what waits to be encrypted or to leave.

use crate::{Store, StoreError, row};
use chat::{Outgoing, Pending, Queue};
use sqlx::FromRow;
use types::{EnvelopeId, MessageId, OpenId, QueueId, SendId, WorkerId};
use zeroize::Zeroizing;

#[derive(FromRow)]
struct QueueColumns {
    receive_seed: Vec<u8>,
    send_seed: Vec<u8>,
    outer_key: Vec<u8>,
    worker: Vec<u8>,
    contact: Option<Vec<u8>>,
    created: bool,
}

#[derive(FromRow)]
struct PendingColumns {
    seq: i64,
    contact: Vec<u8>,
    message: Option<Vec<u8>>,
    content: Vec<u8>,
}

#[derive(FromRow)]
struct OutgoingColumns {
    seq: i64,
    contact: Vec<u8>,
    message: Option<Vec<u8>>,
    worker: Vec<u8>,
    send: Vec<u8>,
    blob: Vec<u8>,
    signature: Vec<u8>,
}

impl Store {
    /// The queues that we read, in the order they were made.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn queues(&self) -> Result<Vec<Queue>, StoreError> {
        let found: Vec<QueueColumns> =
            sqlx::query_as(sql::QUEUES).fetch_all(&mut *self.connection().await?).await?;
        found.into_iter().map(QueueColumns::parse).collect()
    }

    /// What waits to be encrypted for a contact, oldest first, each with its sequence number.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn pending(
        &self,
        contact: OpenId,
        limit: u32,
    ) -> Result<Vec<(i64, Pending)>, StoreError> {
        let found: Vec<PendingColumns> = sqlx::query_as(sql::PENDING)
            .bind(&contact.0[..])
            .bind(limit)
            .fetch_all(&mut *self.connection().await?)
            .await?;
        found.into_iter().map(PendingColumns::parse).collect()
    }

    /// The contacts for whom something waits, to be encrypted or to leave.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn contacts_waiting(&self) -> Result<Vec<OpenId>, StoreError> {
        let found: Vec<Vec<u8>> = sqlx::query_scalar(sql::CONTACTS_WAITING)
            .fetch_all(&mut *self.connection().await?)
            .await?;
        found.iter().map(|contact| row::account(contact)).collect()
    }

    /// The envelopes that wait to leave for a contact, oldest first, each with its sequence number.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn outgoing(
        &self,
        contact: OpenId,
        limit: u32,
    ) -> Result<Vec<(i64, Outgoing)>, StoreError> {
        let found: Vec<OutgoingColumns> = sqlx::query_as(sql::OUTGOING)
            .bind(&contact.0[..])
            .bind(limit)
            .fetch_all(&mut *self.connection().await?)
            .await?;
        found.into_iter().map(OutgoingColumns::parse).collect()
    }

    /// True if this envelope of this queue was dealt with before.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn is_seen(&self, queue: QueueId, envelope: EnvelopeId) -> Result<bool, StoreError> {
        let query = sqlx::query_scalar(sql::IS_SEEN).bind(&queue.0[..]).bind(&envelope.0[..]);
        Ok(query.fetch_one(&mut *self.connection().await?).await?)
    }
}

impl QueueColumns {
    fn parse(self) -> Result<Queue, StoreError> {
        Ok(Queue {
            receive_seed: secret(self.receive_seed)?,
            send_seed: secret(self.send_seed)?,
            outer_key: secret(self.outer_key)?,
            worker: WorkerId(row::fixed(&self.worker)?),
            contact: self.contact.map(|contact| row::account(&contact)).transpose()?,
            created: self.created,
        })
    }
}

impl PendingColumns {
    fn parse(self) -> Result<(i64, Pending), StoreError> {
        let pending = Pending {
            contact: row::account(&self.contact)?,
            message: message(self.message)?,
            content: self.content,
        };
        Ok((self.seq, pending))
    }
}

impl OutgoingColumns {
    fn parse(self) -> Result<(i64, Outgoing), StoreError> {
        let outgoing = Outgoing {
            contact: row::account(&self.contact)?,
            message: message(self.message)?,
            worker: WorkerId(row::fixed(&self.worker)?),
            send: SendId(row::fixed(&self.send)?),
            blob: self.blob,
            signature: row::fixed(&self.signature)?,
        };
        Ok((self.seq, outgoing))
    }
}

fn message(bytes: Option<Vec<u8>>) -> Result<Option<MessageId>, StoreError> {
    bytes.map(|bytes| row::fixed(&bytes).map(MessageId)).transpose()
}

fn secret(bytes: Vec<u8>) -> Result<Zeroizing<[u8; 32]>, StoreError> {
    row::fixed(&Zeroizing::new(bytes)).map(Zeroizing::new)
}

crate::sql::statements! {
    QUEUES = "SELECT receive_seed, send_seed, outer_key, worker, contact, created
        FROM queues ORDER BY seq";
    PENDING = "SELECT seq, contact, message, content FROM pending
        WHERE contact = ?1 ORDER BY seq LIMIT ?2";
    CONTACTS_WAITING = "SELECT contact FROM outgoing UNION SELECT contact FROM pending";
    OUTGOING = "SELECT seq, contact, message, worker, send, blob, signature
        FROM outgoing WHERE contact = ?1 ORDER BY seq LIMIT ?2";
    IS_SEEN = "SELECT EXISTS (SELECT 1 FROM seen WHERE queue = ?1 AND envelope = ?2)";
}
