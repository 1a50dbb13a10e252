//! Writing and reading.

use std::time::Duration;

use chat::{Change, Contact, Delivery, Direction, MAX_TEXT, PaymentRef};
use store::MessageRow;
use types::{Abc, Token};
use wallet::PaymentState;

use crate::app::PATIENCE;
use crate::{
    App, Conversation, Error, MessageRecord, PaymentOfMessage, SentMessage, SentRecord, when,
};

impl App {
    /// Writes a message: saved first, then sent as far as the network lets us.
    ///
    /// # Errors
    /// `unknown_contact`, `ambiguous_contact`, `message_too_long`, `empty_message`.
    pub async fn chat_send(&mut self, contact: &str, text: &str) -> Result<SentRecord, Error> {
        let contact = self.engine.find_contact(contact).await?;
        if text.trim().is_empty() {
            return Err(Error::new("empty_message", "there is nothing in this message"));
        }
        if text.len() > MAX_TEXT {
            let limit = format!("a message has at most {MAX_TEXT} bytes; send it in parts");
            return Err(Error::new("message_too_long", limit));
        }
        let message = self.engine.write(&contact, text).await?;
        if !self.offline {
            self.engine.flush(contact.account, PATIENCE).await;
        }
        let delivery = self.engine.store().delivery(contact.account, message.id).await?;
        let message = SentMessage {
            id: message.id.to_string(),
            contact: self.shown_name(contact.account).await?,
            time: when::format(message.time),
            state: state(delivery.unwrap_or(message.delivery)),
        };
        Ok(SentRecord { message })
    }

    /// The conversation with a contact, and marks it as read. With `wait`, and if nothing unread is
    /// there after the update, waits that long for something.
    ///
    /// # Errors
    /// `unknown_contact`, `ambiguous_contact`; what a person must act on.
    pub async fn chat_read(
        &mut self,
        contact: &str,
        wait: Option<Duration>,
        last: Option<u32>,
    ) -> Result<Conversation, Error> {
        // The contact may be somebody whose request is still in the mailbox.
        let mut synced = self.refresh().await?;
        let contact = self.engine.find_contact(contact).await?;
        if let Some(wait) = wait.filter(|_| !self.offline) {
            let waiting = self.wait_for_unread(&contact);
            // Nothing came: still an answer.
            if let Ok(result) = tokio::time::timeout(wait, waiting).await {
                result?;
            }
            synced = self.refresh().await?;
        }
        self.shown_conversation(&contact, last, synced).await
    }

    /// The conversation as saved, without asking the network; for front ends that stay connected.
    ///
    /// # Errors
    /// `unknown_contact`, `ambiguous_contact`; codes of the store.
    pub async fn conversation(
        &mut self,
        contact: &str,
        last: Option<u32>,
    ) -> Result<Conversation, Error> {
        let contact = self.engine.find_contact(contact).await?;
        self.shown_conversation(&contact, last, true).await
    }

    async fn shown_conversation(
        &mut self,
        contact: &Contact,
        last: Option<u32>,
        synced: bool,
    ) -> Result<Conversation, Error> {
        let store = self.engine.store();
        let rows = store.conversation(contact.account, last).await?;
        if rows.iter().any(|row| row.unread) {
            store.apply(vec![Change::MarkRead(contact.account).into()]).await?;
        }
        let name = self.shown_name(contact.account).await?;
        let messages = rows.into_iter().map(|row| record(row, &name)).collect();
        Ok(Conversation { contact: name, messages, synced })
    }

    async fn wait_for_unread(&mut self, contact: &Contact) -> Result<(), Error> {
        while self.engine.store().unread(contact.account).await? == 0 {
            let heard = self.engine.hear().await;
            match self.engine.handle(heard).await {
                // A node that talks nonsense is no reason to stop waiting.
                Err(fault) if fault.is_elsewhere() => {}
                done => drop(done?),
            }
        }
        Ok(())
    }
}

fn record(row: MessageRow, contact: &str) -> MessageRecord {
    let MessageRow { message, payment_state, .. } = row;
    let payment = message.payment.zip(payment_state).map(payment_record);
    MessageRecord {
        id: message.id.to_string(),
        from: match message.direction {
            Direction::Out => "me".to_owned(),
            Direction::In => contact.to_owned(),
        },
        time: when::format(message.time),
        text: message.text,
        state: state(message.delivery),
        payment,
    }
}

fn payment_record((payment, state): (PaymentRef, PaymentState)) -> PaymentOfMessage {
    PaymentOfMessage {
        tx: payment.tx.to_string(),
        amount: payment.amount.to_string(),
        token: Abc::NAME,
        state: super::money::state(state),
    }
}

const fn state(delivery: Delivery) -> &'static str {
    match delivery {
        Delivery::Queued => "queued",
        Delivery::Sent => "sent",
        Delivery::Delivered => "delivered",
        Delivery::Failed => "failed",
        Delivery::Received => "received",
    }
}
