//! Asking contacts for money, and paying what they ask for: once, whatever becomes of the program in
//! between.

use std::time::Duration;

use chat::{Contact, Message, PaymentRef, PaymentRequest, RequestState, write_request};
use store::{Change, RequestRow};
use tokio::time::Instant;
use types::{MessageId, OpenId, Timestamp, TxId};
use wallet::{Payment, PaymentState};

use crate::doubts::{not_open, unknown_request};
use crate::flows::pay::{Payee, Wanted, left, recipient};
use crate::writer::not_declined;
use crate::{Code, Engine, Fault};

impl Engine {
    /// Asks contacts for money, each for its own amount: all of it is saved, or nothing. Each request has
    /// an address of its own in the pool, by which it is known who has paid it. It leaves with the next
    /// [`Engine::flush`] or [`Engine::sync`].
    ///
    /// # Errors
    /// `unknown_contact` for one that was declined; codes of the store.
    pub async fn request_money(
        &self,
        asked: &[(Contact, PaymentRequest)],
    ) -> Result<Vec<Message>, Fault> {
        let payable = self.payable_in_pool().await?;
        let address =
            |id: MessageId| payable.as_ref().and_then(|payable| payable.address_for(&id.0));
        let (mut messages, mut changes) = (vec![], vec![]);
        for (contact, request) in asked {
            not_declined(contact)?;
            let (now, rng) = (self.clock.now(), &mut rand::rng());
            let (message, more) = write_request(contact, request.clone(), address, (now, rng));
            messages.push(message);
            changes.extend(more.into_iter().map(Into::into));
        }
        self.store.apply(changes).await?;
        Ok(messages)
    }

    /// Pays a request of a contact. Asked for again, the same payment comes back, and goes out once
    /// more byte for byte; another one is signed only once it is proved that this one can never
    /// happen. The payment, its message and that it belongs to the request are saved together.
    ///
    /// # Errors
    /// `unknown_request`, `request_closed`, `request_over`, and those of [`Engine::pay`]; nothing is
    /// saved then.
    pub async fn pay_request(
        &mut self,
        (contact, request): (OpenId, MessageId),
        patience: Duration,
    ) -> Result<Payment, Fault> {
        let end = Instant::now() + patience;
        let fresh = self.stand_on_proved(patience).await?;
        let row = self.store.request(contact, (request, false)).await?;
        let row = row.ok_or_else(unknown_request)?;
        // One out of the private pool goes on by itself, and counts as under way below.
        if let Some(tx) = begun(&row)
            && self.store.payment_by_tx(tx).await?.is_some()
        {
            return self.go(tx, vec![], (Some(contact), end)).await;
        }
        self.refuse_closed(&row)?;
        let payee = Payee::Contact(contact);
        let (found, to) = recipient(&self.store, payee).await?;
        let found = found.ok_or_else(|| Fault::new(Code::Internal, "a contact is nobody"))?;
        let looking = if fresh { left(end) } else { Duration::ZERO };
        let (to, payee_exists) = self.looked_up(Some(&found), to, looking).await?;
        let asked = &row.known.request;
        let memo = Some(asked.memo.clone()).filter(|memo| !memo.is_empty());
        let wanted = Wanted { payee, amount: asked.amount, memo };
        let payment = self.planned(to, &wanted, payee_exists).await?;
        let (tx, amount) = (payment.attempt.tx, payment.amount);
        let mut changes: Vec<Change> = vec![wallet::Change::SavePayment(payment.clone()).into()];
        changes.extend(self.word_of_keys(contact, &payment).await?);
        let (told, now) = (PaymentRef { tx, amount }, self.clock.now());
        let notice = chat::write_settlement(&found, &row.known, told, now, &mut rand::rng());
        changes.extend(notice.into_iter().map(Into::into));
        self.go(tx, changes, (Some(contact), end)).await
    }

    /// Lets through a request of a contact that nothing has paid yet, or is about to.
    ///
    /// # Errors
    /// `unknown_request`, `request_closed`, `request_paid`, `request_over`.
    pub(crate) async fn check_open(
        &self,
        (contact, request): (OpenId, MessageId),
    ) -> Result<(), Fault> {
        let row = self.store.request(contact, (request, false)).await?;
        self.refuse_closed(&row.ok_or_else(unknown_request)?)
    }

    fn refuse_closed(&self, row: &RequestRow) -> Result<(), Fault> {
        match row.known.state(row.settlement, self.latest()) {
            RequestState::Open => Ok(()),
            other @ (RequestState::Paying
            | RequestState::Paid
            | RequestState::Declined
            | RequestState::Withdrawn
            | RequestState::Expired) => Err(not_open(other)),
        }
    }

    /// The time, and no earlier than the newest header's: a clock that was set back opens nothing that
    /// is over.
    fn latest(&self) -> Timestamp {
        let certified = self.network.as_ref().map(|network| network.light.time());
        self.clock.now().max(certified.unwrap_or_default())
    }
}

/// The payment that has settled a request, or may still do so.
fn begun(row: &RequestRow) -> Option<TxId> {
    row.payment.as_ref().and_then(|(payment, state)| match state {
        PaymentState::Queued | PaymentState::Submitted | PaymentState::Final(_) => Some(payment.tx),
        PaymentState::Expired => None,
    })
}
