//! Writing and reading.

use std::time::Duration;

use chat::{Contact, Delivery, Direction, MAX_TEXT, Message, PaymentRef};
use store::{ChatRow, MessageRow};
use types::{MessageId, OpenId};

use crate::app::PATIENCE;
use crate::commands::contact::Names;
use crate::{
    App, ChatRecord, Chats, Conversation, Error, MessageRecord, MessageState, PaymentOfMessage,
    SentMessage, SentRecord, TokenName, when,
};

impl App {
    /// All conversations, the newest activity first, as saved.
    ///
    /// # Errors
    /// Codes of the store.
    pub async fn chat_list(&self) -> Result<Chats, Error> {
        let rows = self.inner().store.chats().await?;
        let names = self.names().await?;
        let mut chats = Vec::with_capacity(rows.len());
        for ChatRow { contact, unread, last } in rows {
            let contact = names.of(contact.account)?;
            let last = match last {
                Some(last) => Some(self.message_record(last, (&contact.name, &names)).await?),
                None => None,
            };
            chats.push(ChatRecord { contact, unread, last });
        }
        Ok(Chats { chats })
    }

    /// The conversation with a contact as saved.
    ///
    /// # Errors
    /// `unknown_contact`, `ambiguous_contact`; codes of the store.
    pub async fn chat_messages(
        &self,
        contact: &str,
        last: Option<u32>,
    ) -> Result<Conversation, Error> {
        let contact = self.find(contact).await?;
        let synced = self.refresh(false).await?;
        self.shown(&contact, last, synced).await
    }

    /// Notes that the person has looked at a conversation, up to this message of the contact.
    ///
    /// # Errors
    /// `unknown_contact`, `ambiguous_contact`; codes of the store.
    pub async fn chat_seen(&self, contact: &str, up_to: Option<&str>) -> Result<(), Error> {
        let contact = self.find(contact).await?;
        let unknown = || Error::new("usage", "this is no message's id");
        let up_to = up_to.map(|id| MessageId::parse(id).ok_or_else(unknown)).transpose()?;
        self.mark_read(contact.account, up_to).await
    }

    /// Writes a message. It is saved when this returns, and leaves as soon as the network lets it;
    /// with `wait`, a worker has had its time to confirm it.
    ///
    /// # Errors
    /// `unknown_contact`, `ambiguous_contact`, `message_too_long`, `empty_message`.
    pub async fn chat_send(
        &self,
        contact: &str,
        text: &str,
        wait: bool,
    ) -> Result<SentRecord, Error> {
        let contact = self.find(contact).await?;
        if text.trim().is_empty() {
            return Err(Error::new("empty_message", "there is nothing in this message"));
        }
        if text.len() > MAX_TEXT {
            let limit = format!("a message has at most {MAX_TEXT} bytes; send it in parts");
            return Err(Error::new("message_too_long", limit));
        }
        let message = self.inner().writer.write(&contact, text).await?;
        self.written(contact.account, wait).await;
        self.sent_record(&contact, message.id).await
    }

    /// Tries a message again that was given up.
    ///
    /// # Errors
    /// `unknown_contact`, `ambiguous_contact`; `refused` if there is no such message to be tried.
    pub async fn chat_retry(&self, contact: &str, message: &str) -> Result<SentRecord, Error> {
        let contact = self.find(contact).await?;
        let unknown = || Error::new("refused", "there is no message of this id to try again");
        let id = MessageId::parse(message).ok_or_else(unknown)?;
        self.inner().writer.retry(&contact, id).await?;
        self.written(contact.account, false).await;
        self.sent_record(&contact, id).await
    }

    /// The conversation with a contact, brought up to date and marked as read. With `wait`, and if
    /// nothing unread is there then, waits that long for something.
    ///
    /// # Errors
    /// `unknown_contact`, `ambiguous_contact`; what a person must act on.
    pub async fn chat_read(
        &self,
        contact: &str,
        wait: Option<Duration>,
        last: Option<u32>,
    ) -> Result<Conversation, Error> {
        // The contact may be somebody whose request is still in the mailbox.
        let mut synced = self.refresh(true).await?;
        let contact = self.find(contact).await?;
        if let Some(wait) = wait.filter(|_| !self.inner().offline) {
            let waiting = self.wait_for_unread(contact.account);
            // Nothing came: still an answer.
            if let Ok(result) = tokio::time::timeout(wait, waiting).await {
                result?;
            }
            synced = self.refresh(true).await?;
        }
        let conversation = self.shown(&contact, last, synced).await?;
        let theirs = |message: &&MessageRecord| message.state == MessageState::Received;
        if let Some(newest) = conversation.messages.iter().rev().find(theirs) {
            self.mark_read(contact.account, MessageId::parse(&newest.id)).await?;
        }
        Ok(conversation)
    }

    async fn wait_for_unread(&self, contact: OpenId) -> Result<(), Error> {
        let mut events = self.events();
        while self.inner().store.unread(contact).await? == 0 {
            if events.next().await.is_none() {
                break;
            }
        }
        Ok(())
    }

    /// Lets what was just saved for a contact leave. With `wait`, a worker has its time to confirm it;
    /// that somebody ends meanwhile is no failure of what is saved.
    pub(crate) async fn written(&self, contact: OpenId, wait: bool) {
        if self.inner().offline {
            return;
        }
        if !wait {
            return self.let_leave();
        }
        let flush = self.ask(move |engine| {
            Box::pin(async move {
                engine.flush(contact, PATIENCE).await;
                Ok(())
            })
        });
        // Whatever else the engine does meanwhile, nobody waits longer than that.
        let flushed = tokio::time::timeout(PATIENCE, flush).await;
        if !matches!(flushed, Ok(Ok(()))) {
            self.let_leave();
        }
    }

    async fn sent_record(&self, contact: &Contact, id: MessageId) -> Result<SentRecord, Error> {
        let message = self.inner().store.written(contact.account, id).await?;
        let gone = || Error::new("internal", "a message that was saved is not there");
        let message = message.ok_or_else(gone)?;
        let message = SentMessage {
            id: id.to_string(),
            contact: self.names().await?.of(contact.account)?.name,
            time: when::format(message.time),
            state: state(message.delivery),
        };
        Ok(SentRecord { message })
    }

    async fn shown(
        &self,
        contact: &Contact,
        last: Option<u32>,
        synced: bool,
    ) -> Result<Conversation, Error> {
        let rows = self.inner().store.conversation(contact.account, last).await?;
        let names = self.names().await?;
        let name = names.of(contact.account)?.name;
        let mut messages = Vec::with_capacity(rows.len());
        for row in rows {
            messages.push(self.message_record(row, (&name, &names)).await?);
        }
        Ok(Conversation { contact: name, messages, synced })
    }

    /// A message of this contact's conversation, with the red envelope or the request that it brings.
    async fn message_record(
        &self,
        row: MessageRow,
        (contact, names): (&str, &Names),
    ) -> Result<MessageRecord, Error> {
        let envelope = self.envelope_of(row.message.contact, row.message.envelope, names).await?;
        let Message { id, contact: with, direction, request, .. } = &row.message;
        let request = match request {
            Some(request) if request == id => {
                self.request_of(*with, (*id, *direction == Direction::Out), names).await?
            }
            Some(_) | None => None,
        };
        let showing = self.showing_of(&row.message, names).await?;
        Ok(MessageRecord { envelope, request, showing, ..message_record(row, contact) })
    }

    async fn mark_read(&self, contact: OpenId, up_to: Option<MessageId>) -> Result<(), Error> {
        // Nothing is written, and no screen told, for what was looked at before.
        if self.inner().store.unread(contact).await? > 0 {
            self.inner().writer.mark_read(contact, up_to).await?;
        }
        Ok(())
    }
}

fn message_record(row: MessageRow, contact: &str) -> MessageRecord {
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
        envelope: None,
        request: None,
        showing: None,
    }
}

fn payment_record((payment, state): (PaymentRef, wallet::PaymentState)) -> PaymentOfMessage {
    PaymentOfMessage {
        tx: payment.tx.to_string(),
        amount: payment.amount.to_string(),
        token: TokenName::Abc,
        state: super::money::state(state),
    }
}

const fn state(delivery: Delivery) -> MessageState {
    match delivery {
        Delivery::Queued => MessageState::Queued,
        Delivery::Sent => MessageState::Sent,
        Delivery::Delivered => MessageState::Delivered,
        Delivery::Failed => MessageState::Failed,
        Delivery::Received => MessageState::Received,
    }
}
