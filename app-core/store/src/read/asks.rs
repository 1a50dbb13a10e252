//! Requests of payment with what became of them: what was said to pay them, and what of it is proved.

use crate::{Store, StoreError, row};
use chat::{KnownRequest, PaymentRef, Settlement};
use types::{Amount, MessageId, OpenId, TxId};
use wallet::PaymentState;
use wallet::private::OwnNote;

/// A request as a screen shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestRow {
    /// The request.
    pub known: KnownRequest,
    /// What is known of its payments.
    pub settlement: Settlement,
    /// The payment that settles it, or may still do so.
    pub payment: Option<(PaymentRef, PaymentState)>,
}

impl Store {
    /// All requests, ours and those of contacts, in the order they were told.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn requests(&self) -> Result<Vec<RequestRow>, StoreError> {
        let mut rows = vec![];
        for known in self.known_requests().await? {
            rows.push(self.request_row(known).await?);
        }
        Ok(rows)
    }

    /// One request of ours, or of a contact.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn request(
        &self,
        contact: OpenId,
        of: (MessageId, bool),
    ) -> Result<Option<RequestRow>, StoreError> {
        match self.known_request(contact, of).await? {
            Some(known) => Ok(Some(self.request_row(known).await?)),
            None => Ok(None),
        }
    }

    async fn request_row(&self, known: KnownRequest) -> Result<RequestRow, StoreError> {
        let (mut settlement, mut payment) = self.paid_at_its_address(&known).await?;
        let part = payment;
        if settlement != Settlement::Nothing {
            return Ok(RequestRow { known, settlement, payment });
        }
        let direction = if known.made { "in" } else { "out" };
        let named: Vec<(i64, Vec<u8>, i64)> = sqlx::query_as(sql::SETTLING)
            .bind(&known.contact.0[..])
            .bind(direction)
            .bind(&known.id.0[..])
            .fetch_all(&mut *self.connection().await?)
            .await?;
        for (seq, tx, amount) in named {
            let tx = TxId(row::fixed(&tx)?);
            let told = PaymentRef { tx, amount: row::amount(amount)? };
            let (found, one) = if known.made {
                self.paid_to_us(&known, seq, told).await?
            } else {
                self.paid_by_us(told).await?
            };
            (settlement, payment) = (found, Some(one));
            if settlement != Settlement::Nothing {
                break;
            }
        }
        if settlement == Settlement::Nothing
            && !known.made
            && let Some(wish) = self.wish_for(&known).await?
        {
            (settlement, payment) = (Settlement::UnderWay, Some((wish, PaymentState::Queued)));
        }
        if settlement == Settlement::Nothing {
            // What came for it counts more than what is said to have.
            payment = part.or(payment);
        }
        Ok(RequestRow { known, settlement, payment })
    }

    /// What came to the address that a request of ours alone was given: that pays it, whoever says what,
    /// once it is as much as was asked for (`money-and-mail.md` A8).
    async fn paid_at_its_address(
        &self,
        known: &KnownRequest,
    ) -> Result<(Settlement, Option<(PaymentRef, PaymentState)>), StoreError> {
        let nothing = (Settlement::Nothing, None);
        let address = known.request.address.as_ref().filter(|_| known.made);
        let Some(receiver) = address.and_then(|address| address.last_chunk::<43>()) else {
            return Ok(nothing);
        };
        let notes: Vec<Vec<u8>> = sqlx::query_scalar(sql::PAID_THERE)
            .bind(&receiver[..])
            .fetch_all(&mut *self.connection().await?)
            .await?;
        let (mut came, mut last) = (0_u64, None);
        for note in notes {
            let note: OwnNote = row::decode(&note)?;
            came = came.saturating_add(note.note.value.units());
            last = Some((TxId(note.bundle), note.round));
            if came >= known.request.amount.units() {
                break;
            }
        }
        let Some((tx, round)) = last else { return Ok(nothing) };
        let amount = Amount::new(came);
        let enough = amount >= known.request.amount;
        let settled = if enough { Settlement::Proved } else { Settlement::Nothing };
        Ok((settled, Some((PaymentRef { tx, amount }, PaymentState::Final(round)))))
    }

    /// A payment out of the pool that is to settle a request and is not signed yet, so that no message
    /// tells of it.
    async fn wish_for(&self, known: &KnownRequest) -> Result<Option<PaymentRef>, StoreError> {
        let found: Option<(Vec<u8>, i64)> = sqlx::query_as(sql::PLANNED)
            .bind(&known.contact.0[..])
            .bind(&known.id.0[..])
            .fetch_optional(&mut *self.connection().await?)
            .await?;
        let Some((intent, amount)) = found else { return Ok(None) };
        let tx = wallet::private::reference_of(&row::fixed(&intent)?);
        Ok(Some(PaymentRef { tx, amount: row::amount(amount)? }))
    }

    /// Money from this very contact, as much as was asked for, that it has not named for anything else
    /// before. In the pool that is what came to the contact's own address: what came to that of a
    /// request pays that one and no other.
    async fn paid_to_us(
        &self,
        known: &KnownRequest,
        seq: i64,
        told: PaymentRef,
    ) -> Result<(Settlement, (PaymentRef, PaymentState)), StoreError> {
        let hidden = self.private_payment(known.contact, told.tx, (seq, true)).await?;
        let received = match hidden {
            Some(received) => Some(received),
            None => self.received(known.contact, told.tx, seq).await?,
        };
        Ok(match received {
            Some((round, amount)) => {
                let enough = amount >= known.request.amount;
                let settled = if enough { Settlement::Proved } else { Settlement::Nothing };
                (settled, (PaymentRef { amount, ..told }, PaymentState::Final(round)))
            }
            None => (Settlement::Nothing, (told, PaymentState::Submitted)),
        })
    }

    /// A payment of ours that is not known any more may still happen.
    async fn paid_by_us(
        &self,
        mut told: PaymentRef,
    ) -> Result<(Settlement, (PaymentRef, PaymentState)), StoreError> {
        let sent = match self.sent_payment(told.tx).await? {
            Some(state) => Some(state),
            None => self.sent_privately(&mut told).await?,
        };
        let state = sent.unwrap_or(PaymentState::Submitted);
        let settled = match state {
            PaymentState::Queued | PaymentState::Submitted => Settlement::UnderWay,
            PaymentState::Final(_) => Settlement::Proved,
            PaymentState::Expired => Settlement::Nothing,
        };
        Ok((settled, (told, state)))
    }
}

crate::sql::statements! {
    SETTLING = "SELECT seq, payment_tx, payment_amount FROM messages
        WHERE contact = ?1 AND direction = ?2 AND request = ?3 AND payment_tx IS NOT NULL
        ORDER BY seq";
    PAID_THERE = "SELECT note FROM notes WHERE receiver = ?1 ORDER BY position";
    PLANNED = "SELECT intent, amount FROM transfers
        WHERE contact = ?1 AND request = ?2 AND state = 'planned' ORDER BY seq DESC LIMIT 1";
}
