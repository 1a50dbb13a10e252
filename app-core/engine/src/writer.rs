//! What a person does that needs no network: it is saved at once, also while the engine is busy, and
//! the engine sends what there is to send.
//!
//! Writer and engine share one store and meet only there. Each changes rows of its own: the writer
//! adds messages and what waits to be encrypted, and says who is heard; sessions, queues and what
//! leaves are the engine's. What one has read may be old when it saves, so that no change of theirs
//! says more than what it decides.

use std::sync::Arc;

use chat::{Change, Contact, Message, Standing};
use keys::{EnvelopeKey, PublicKey};
use ledger::Genesis;
use ratchet::IdentityKey;
use store::Store;
use tokio::sync::OnceCell;
use types::{Abc, Amount, MessageId, OpenId, Round};
use wallet::{Ground, Quote};

use crate::flows::attach::{damaged_network, no_network_yet};
use crate::flows::pay::{Payee, recipient};
use crate::{Clock, Code, Engine, Fault};

/// Saves what a person does, without the network and without the engine. Clones are cheap.
#[derive(Debug, Clone)]
pub struct Writer {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    /// The key that names the account.
    pub(crate) own: PublicKey,
    /// The one that it moves to, once somebody has asked for it.
    pub(crate) falcon: Arc<OnceCell<PublicKey>>,
    pub(crate) envelope: Arc<EnvelopeKey>,
    pub(crate) identity: IdentityKey,
}

impl Engine {
    /// A handle for what needs no network; it works while the engine is busy.
    #[must_use]
    pub fn writer(&self) -> Writer {
        let (own, identity) = (self.keys.operation.public(), self.keys.identity.public());
        let (falcon, envelope) = (Arc::default(), Arc::clone(&self.keys.envelope));
        Writer { store: self.store.clone(), clock: self.clock, own, falcon, envelope, identity }
    }
}

impl Writer {
    /// The time by this device's clock.
    #[must_use]
    pub fn now(&self) -> types::Timestamp {
        self.clock.now()
    }

    /// Writes a message to a contact. It is saved when this returns, and sent by the next
    /// [`Engine::flush`] or [`Engine::sync`]. A request is accepted with it.
    ///
    /// # Errors
    /// `unknown_contact` for one that was declined; codes of the store.
    pub async fn write(&self, contact: &Contact, text: &str) -> Result<Message, Fault> {
        not_declined(contact)?;
        let (message, changes) = chat::write(contact, text, self.clock.now(), &mut rand::rng());
        self.save(changes).await?;
        Ok(message)
    }

    /// Sends a message once more that has failed; see [`chat::retry`]. Asked twice, it is sent once
    /// more only once. Returns the message as it is now.
    ///
    /// # Errors
    /// `refused` for a message that is not there, has not failed, or speaks of a payment;
    /// `unknown_contact` for one to a contact that was declined.
    pub async fn retry(&self, contact: &Contact, message: MessageId) -> Result<Message, Fault> {
        not_declined(contact)?;
        let refused = || {
            let words = "only a message that has failed can be sent once more";
            Fault::new(Code::Refused, words)
        };
        let failed = self.store.written(contact.account, message).await?.ok_or_else(refused)?;
        let change = chat::retry(&failed, self.clock.now()).ok_or_else(refused)?;
        self.save(vec![change]).await?;
        self.store.written(contact.account, message).await?.ok_or_else(refused)
    }

    /// We want to hear of a contact.
    ///
    /// # Errors
    /// `unknown_contact`; codes of the store.
    pub async fn accept(&self, contact: OpenId) -> Result<(), Fault> {
        self.decide(contact, chat::accept(contact)).await
    }

    /// We do not want to hear of a contact any more.
    ///
    /// # Errors
    /// `unknown_contact`; codes of the store.
    pub async fn decline(&self, contact: OpenId) -> Result<(), Fault> {
        self.decide(contact, chat::decline(contact)).await
    }

    /// The person has looked at the messages of a contact, up to this one of the contact's own, or at
    /// all of them. What comes in between showing and saying so stays unread.
    ///
    /// # Errors
    /// Codes of the store.
    pub async fn mark_read(&self, contact: OpenId, up_to: Option<MessageId>) -> Result<(), Fault> {
        let change = match up_to {
            Some(message) => Change::MarkReadUpTo { contact, message },
            None => Change::MarkRead(contact),
        };
        self.save(vec![change]).await
    }

    /// What a payment would cost, by what is proved and saved now. A payee of whom nothing is known
    /// is taken for one that has been paid before; [`Engine::pay`] asks the network, and may then
    /// refuse less than the minimum for a new one.
    ///
    /// # Errors
    /// `insufficient_funds`, `bad_amount`, `bad_address`, `unknown_contact`; `no_network` for a
    /// profile that never saw its network.
    pub async fn quote(&self, payee: Payee, amount: Amount<Abc>) -> Result<Quote, Fault> {
        let (_, to) = recipient(&self.store, payee).await?;
        let network = self.store.network().await?.ok_or_else(no_network_yet)?;
        let genesis = Genesis::parse(&network.genesis).map_err(|_| damaged_network())?;
        let saved = self.store.account().await?;
        let ground = Ground {
            chain: network.chain,
            params: &genesis.params,
            // It decides only until when a payment is valid.
            round: saved.as_ref().map_or(Round(0), |saved| saved.round),
            account: saved.as_ref().and_then(|saved| saved.account.as_ref()),
            payee_exists: true,
            open: &self.store.open_payments().await?,
        };
        Ok(wallet::quote(to, amount, ground, &self.own)?)
    }

    async fn decide(&self, contact: OpenId, change: Change) -> Result<(), Fault> {
        if self.store.contact(contact).await?.is_none() {
            return Err(Fault::new(Code::UnknownContact, "no such contact; see contact list"));
        }
        self.save(vec![change]).await
    }

    async fn save(&self, changes: Vec<Change>) -> Result<(), Fault> {
        Ok(self.store.apply(changes.into_iter().map(Into::into).collect()).await?)
    }
}

/// Whoever was declined is not written to or paid by name until we accept it.
pub(crate) fn not_declined(contact: &Contact) -> Result<(), Fault> {
    match contact.standing {
        Standing::Accepted | Standing::Request => Ok(()),
        Standing::Declined => Err(Fault::new(
            Code::UnknownContact,
            "you declined this contact; accept it, or add its invite again",
        )),
    }
}
