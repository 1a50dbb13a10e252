//! One conversation, with what became of the payments it speaks of.

use crate::row::{self, payment_state};
use crate::{Store, StoreError};
use chat::{Delivery, Direction, Message, PaymentRef, Unconfirmed};
use ledger::{Entry, RedEnvelopeId};
use sqlx::FromRow;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use types::{Abc, Address, Amount, MessageId, OpenId, Round, Timestamp, TxId};
use wallet::PaymentState;
use wallet::private::OwnNote;

/// A message of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRow {
    /// The message. The amount of an incoming payment is the ledger's once the payment is final,
    /// the sender's word until then.
    pub message: Message,
    /// True until the person has looked at it.
    pub unread: bool,
    /// What became of the payment it speaks of.
    pub payment_state: Option<PaymentState>,
}

#[derive(FromRow)]
pub(super) struct MessageColumns {
    seq: i64,
    direction: String,
    id: Vec<u8>,
    time: i64,
    text: String,
    delivery: String,
    payment_tx: Option<Vec<u8>>,
    payment_amount: Option<i64>,
    unread: bool,
    envelope: Option<Vec<u8>>,
    request: Option<Vec<u8>>,
}

impl Store {
    /// The conversation with a contact, oldest first; only the newest `last` messages if given.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn conversation(
        &self,
        contact: OpenId,
        last: Option<u32>,
    ) -> Result<Vec<MessageRow>, StoreError> {
        // SQLite takes a negative limit for none.
        let found: Vec<MessageColumns> = sqlx::query_as(sql::CONVERSATION)
            .bind(&contact.0[..])
            .bind(last.map_or(-1, i64::from))
            .fetch_all(&mut *self.connection().await?)
            .await?;
        let mut rows = Vec::with_capacity(found.len());
        for columns in found {
            rows.push(self.message_row(contact, columns).await?);
        }
        Ok(rows)
    }

    /// A message that we wrote, as saved; `None` if it is not there.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn written(
        &self,
        contact: OpenId,
        message: MessageId,
    ) -> Result<Option<Message>, StoreError> {
        let found: Option<MessageColumns> = sqlx::query_as(sql::WRITTEN)
            .bind(&contact.0[..])
            .bind(&message.0[..])
            .fetch_optional(&mut *self.connection().await?)
            .await?;
        found.map(|columns| Ok(columns.parse(contact)?.message)).transpose()
    }

    /// Our messages to a contact that no worker has confirmed and that may still go out.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn queued(&self, contact: OpenId) -> Result<Vec<Message>, StoreError> {
        let found: Vec<MessageColumns> = sqlx::query_as(sql::QUEUED)
            .bind(&contact.0[..])
            .fetch_all(&mut *self.connection().await?)
            .await?;
        found.into_iter().map(|columns| Ok(columns.parse(contact)?.message)).collect()
    }

    /// What a contact may have missed since then: the newest messages of ours that it has not
    /// confirmed, in order, apart from those that still wait to be encrypted; and the newest of its own.
    /// What has not left yet belongs to it, however old it is; what shows a payment does not, because
    /// its letters are said again themselves.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn unconfirmed(
        &self,
        contact: OpenId,
        since: Timestamp,
    ) -> Result<Unconfirmed, StoreError> {
        let written: Vec<MessageColumns> = sqlx::query_as(sql::UNCONFIRMED)
            .bind(&contact.0[..])
            .bind(row::int(since.0))
            .fetch_all(&mut *self.connection().await?)
            .await?;
        let received: Vec<Vec<u8>> = sqlx::query_scalar(sql::LAST_RECEIVED)
            .bind(&contact.0[..])
            .bind(row::int(since.0))
            .fetch_all(&mut *self.connection().await?)
            .await?;
        let written = written.into_iter().map(|columns| Ok(columns.parse(contact)?.message));
        let written = written.collect::<Result<Vec<Message>, StoreError>>()?;
        let (mut gifts, mut requests) = (BTreeMap::new(), BTreeMap::new());
        let mut challenges = BTreeMap::new();
        for message in written.iter().filter(|message| message.request == Some(message.id)) {
            let known = self.known_request(contact, (message.id, true)).await?;
            requests.extend(known.map(|known| (message.id, known.request)));
            let showing = self.showing(contact, (message.id, true)).await?;
            challenges.extend(showing.map(|known| (message.id, known.asked)));
        }
        for id in written.iter().filter_map(|message| message.envelope) {
            gifts.extend(self.gift_of(contact, id).await?.map(|known| (id, Box::new(known.gift))));
        }
        let received = received.iter().map(|id| row::fixed(id).map(MessageId));
        Ok(Unconfirmed {
            written,
            gifts,
            requests,
            challenges,
            closed: self.closed_requests(contact, since).await?,
            received: received.collect::<Result<_, StoreError>>()?,
            waiting: self.pending(contact, u32::MAX).await?,
        })
    }

    /// True if a message of this time speaks of money for us that is not proved to have come.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn is_money_announced(
        &self,
        written: RangeInclusive<Timestamp>,
    ) -> Result<bool, StoreError> {
        let query = sqlx::query_scalar(sql::ANNOUNCED)
            .bind(row::int(written.start().0))
            .bind(row::int(written.end().0));
        Ok(query.fetch_one(&mut *self.connection().await?).await?)
    }

    /// How many messages of a contact the person has not looked at.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn unread(&self, contact: OpenId) -> Result<u32, StoreError> {
        let query = sqlx::query_scalar(sql::UNREAD).bind(&contact.0[..]);
        Ok(query.fetch_one(&mut *self.connection().await?).await?)
    }

    /// How far an outgoing message got; `None` if it is not there.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn delivery(
        &self,
        contact: OpenId,
        message: MessageId,
    ) -> Result<Option<Delivery>, StoreError> {
        let found: Option<String> = sqlx::query_scalar(sql::DELIVERY)
            .bind(&contact.0[..])
            .bind(&message.0[..])
            .fetch_optional(&mut *self.connection().await?)
            .await?;
        found.map(|text| row::delivery(&text)).transpose()
    }

    /// A message with what became of the payment it speaks of.
    pub(super) async fn message_row(
        &self,
        contact: OpenId,
        columns: MessageColumns,
    ) -> Result<MessageRow, StoreError> {
        let seq = columns.seq;
        let mut row = columns.parse(contact)?;
        self.join_payment(&mut row, seq).await?;
        Ok(row)
    }

    async fn join_payment(&self, row: &mut MessageRow, seq: i64) -> Result<(), StoreError> {
        let Some(payment) = &mut row.message.payment else { return Ok(()) };
        let hidden = self.private_payment(row.message.contact, payment.tx, (seq, false)).await?;
        let state = match row.message.direction {
            Direction::Out => match self.sent_payment(payment.tx).await? {
                Some(state) => Some(state),
                None => self.sent_privately(payment).await?,
            },
            Direction::In if hidden.is_some() => hidden.map(|(round, amount)| {
                payment.amount = amount;
                PaymentState::Final(round)
            }),
            Direction::In => match self.received(row.message.contact, payment.tx, seq).await? {
                Some((round, amount)) => {
                    payment.amount = amount;
                    Some(PaymentState::Final(round))
                }
                None => None,
            },
        };
        row.payment_state = Some(state.unwrap_or(PaymentState::Submitted));
        Ok(())
    }

    /// A payment of ours out of the pool, which chats name by the digest of its bundle.
    pub(super) async fn sent_privately(
        &self,
        payment: &mut PaymentRef,
    ) -> Result<Option<PaymentState>, StoreError> {
        let found: Option<(Vec<u8>, String, Option<i64>)> = sqlx::query_as(sql::SENT_PRIVATELY)
            .bind(payment.tx.0.to_vec())
            .fetch_optional(&mut *self.connection().await?)
            .await?;
        let Some((tx, state, round)) = found else { return Ok(None) };
        payment.tx = TxId(row::fixed(&tx)?);
        payment_state(&state, round).map(Some)
    }

    /// What a bundle of the pool brought us at the addresses that this contact was given; `only` at the
    /// contact's own, and not at those of requests. Only the log says so, and only for the first message
    /// that names it.
    pub(super) async fn private_payment(
        &self,
        contact: OpenId,
        bundle: TxId,
        (seq, only): (i64, bool),
    ) -> Result<Option<(Round, Amount<Abc>)>, StoreError> {
        let notes: Vec<Vec<u8>> = sqlx::query_scalar(sql::RECEIVED_PRIVATELY)
            .bind(&bundle.0[..])
            .bind(&contact.0[..])
            .bind(seq)
            .bind(only)
            .fetch_all(&mut *self.connection().await?)
            .await?;
        let mut received: Option<(Round, u64)> = None;
        for note in notes {
            let note: OwnNote = row::decode(&note)?;
            let before = received.map_or(0, |(_, units)| units);
            received = Some((note.round, before.saturating_add(note.note.value.units())));
        }
        Ok(received.map(|(round, units)| (round, Amount::new(units))))
    }

    pub(super) async fn sent_payment(&self, tx: TxId) -> Result<Option<PaymentState>, StoreError> {
        let found: Option<(String, Option<i64>)> = sqlx::query_as(sql::SENT)
            .bind(&tx.0[..])
            .fetch_optional(&mut *self.connection().await?)
            .await?;
        found.map(|(state, round)| payment_state(&state, round)).transpose()
    }

    /// What this transaction brought us from this contact. Only what the contact's own addresses paid
    /// counts, and only for the first message that names it: nobody gets credit for somebody
    /// else's payment, or twice for one.
    pub(super) async fn received(
        &self,
        contact: OpenId,
        tx: TxId,
        seq: i64,
    ) -> Result<Option<(Round, Amount<Abc>)>, StoreError> {
        let payer: Vec<Vec<u8>> = sqlx::query_scalar(sql::ADDRESSES)
            .bind(&contact.0[..])
            .fetch_all(&mut *self.connection().await?)
            .await?;
        let payer: Vec<Address> =
            payer.iter().map(|address| row::address(address)).collect::<Result<_, _>>()?;
        let entries: Vec<Vec<u8>> = sqlx::query_scalar(sql::RECEIVED)
            .bind(&tx.0[..])
            .bind(&contact.0[..])
            .bind(seq)
            .fetch_all(&mut *self.connection().await?)
            .await?;
        let mut received: Option<(Round, u64)> = None;
        for entry in entries {
            let entry: Entry = row::decode(&entry)?;
            if entry.counterparty.is_some_and(|from| payer.contains(&from)) {
                let before = received.map_or(0, |(_, units)| units);
                received = Some((entry.round, before.saturating_add(entry.delta.abc.units())));
            }
        }
        Ok(received.map(|(round, units)| (round, Amount::new(units))))
    }
}

impl MessageColumns {
    fn parse(self, contact: OpenId) -> Result<MessageRow, StoreError> {
        let payment = match (self.payment_tx, self.payment_amount) {
            (Some(tx), Some(amount)) => {
                Some(PaymentRef { tx: TxId(row::fixed(&tx)?), amount: row::amount(amount)? })
            }
            (Some(_), None) | (None, Some(_) | None) => None,
        };
        let message = Message {
            id: MessageId(row::fixed(&self.id)?),
            contact,
            direction: row::direction(&self.direction)?,
            time: row::time(self.time)?,
            text: self.text,
            delivery: row::delivery(&self.delivery)?,
            payment,
            envelope: self.envelope.map(|id| row::fixed(&id).map(RedEnvelopeId)).transpose()?,
            request: self.request.map(|id| row::fixed(&id).map(MessageId)).transpose()?,
        };
        Ok(MessageRow { message, unread: self.unread, payment_state: None })
    }
}

crate::sql::statements! {
    CONVERSATION = "SELECT seq, direction, id, time, text, delivery, payment_tx, payment_amount,
            unread, envelope, request
        FROM (SELECT * FROM messages WHERE contact = ?1 ORDER BY seq DESC LIMIT ?2) ORDER BY seq";
    WRITTEN = "SELECT seq, direction, id, time, text, delivery, payment_tx, payment_amount, unread,
            envelope, request
        FROM messages WHERE contact = ?1 AND direction = 'out' AND id = ?2";
    QUEUED = "SELECT seq, direction, id, time, text, delivery, payment_tx, payment_amount, unread,
            envelope, request
        FROM messages WHERE contact = ?1 AND delivery = 'queued' ORDER BY seq";
    UNCONFIRMED = "SELECT seq, direction, id, time, text, delivery, payment_tx, payment_amount, unread,
            envelope, request
        FROM (SELECT * FROM messages
            WHERE contact = ?1 AND direction = 'out'
                AND (delivery = 'queued' OR delivery = 'sent' AND time >= ?2)
                AND (request IS NULL OR request = id OR payment_tx IS NOT NULL)
                AND NOT EXISTS (SELECT 1 FROM pending
                    WHERE pending.contact = ?1 AND pending.message = messages.id)
            ORDER BY seq DESC LIMIT 500)
        ORDER BY seq";
    LAST_RECEIVED = "SELECT id FROM messages
        WHERE contact = ?1 AND direction = 'in' AND time >= ?2 ORDER BY seq DESC LIMIT 200";
    ANNOUNCED = "SELECT EXISTS (SELECT 1 FROM messages
        WHERE payment_tx IS NOT NULL AND direction = 'in' AND time BETWEEN ?1 AND ?2
            AND NOT EXISTS (SELECT 1 FROM entries WHERE tx = payment_tx)
            AND NOT EXISTS (SELECT 1 FROM notes WHERE bundle = payment_tx))";
    UNREAD = "SELECT COUNT(*) FROM messages WHERE contact = ?1 AND unread = 1";
    DELIVERY = "SELECT delivery FROM messages WHERE contact = ?1 AND direction = 'out' AND id = ?2";
    SENT = "SELECT state, final_round FROM payments WHERE tx = ?1 ORDER BY seq DESC LIMIT 1";
    SENT_PRIVATELY = "SELECT tx, state, final_round FROM transfers WHERE bundle = ?1";
    RECEIVED_PRIVATELY = "SELECT note FROM notes WHERE bundle = ?1 AND contact = ?2
        AND NOT EXISTS (SELECT 1 FROM messages WHERE payment_tx = ?1 AND direction = 'in'
            AND contact = ?2 AND seq < ?3)
        AND NOT (?4 AND EXISTS (SELECT 1 FROM requests
            WHERE made = 1 AND substr(address, 5) = notes.receiver))
        ORDER BY position";
    ADDRESSES = "SELECT address FROM contacts WHERE account = ?1
        UNION ALL SELECT address FROM contact_keys WHERE contact = ?1 AND address IS NOT NULL";
    RECEIVED = "SELECT entry FROM entries WHERE tx = ?1 AND kind = 'pay_in'
        AND NOT EXISTS (SELECT 1 FROM messages WHERE payment_tx = ?1 AND direction = 'in'
            AND contact = ?2 AND seq < ?3)
        ORDER BY counter";
}
