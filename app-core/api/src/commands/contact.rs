//! Invites and contacts.

use chat::Contact;
use engine::{Safety, find_contact, shown_names};
use types::OpenId;

use crate::app::PATIENCE;
use crate::{
    App, ComparedRecord, ContactRecord, ContactState, Contacts, Error, InviteRecord, OneContact,
    SafetyRecord, Standing,
};

impl App {
    /// An invite to give to somebody, by any way there is. It can be used more than once.
    ///
    /// # Errors
    /// `no_network` if the home worker did not confirm that we can be reached.
    pub async fn invite(&self) -> Result<InviteRecord, Error> {
        self.online()?;
        let invite = self
            .ask(|engine| {
                Box::pin(async move {
                    let late = |_| Err(net::NetError::Timeout.into());
                    tokio::time::timeout(PATIENCE, engine.invite()).await.unwrap_or_else(late)
                })
            })
            .await?;
        Ok(InviteRecord { invite })
    }

    /// Adds the owner of an invite, and greets it. Somebody who waits for a decision, or was
    /// declined, is accepted by this.
    ///
    /// # Errors
    /// `bad_invite`, `own_invite`, `wrong_network`, `upgrade_needed`.
    pub async fn contact_add(&self, invite: &str, wait: bool) -> Result<OneContact, Error> {
        let invite = invite.to_owned();
        let adding =
            self.ask(move |engine| Box::pin(async move { engine.add_contact(&invite).await }));
        let account = adding.await?;
        self.written(account, wait).await;
        self.one_contact(account).await
    }

    /// All contacts but the declined ones.
    ///
    /// # Errors
    /// What a person must act on.
    pub async fn contact_list(&self, sync: bool) -> Result<Contacts, Error> {
        let synced = self.refresh(sync).await?;
        let Names(mut contacts) = self.names().await?;
        contacts.retain(|contact| contact.standing != Standing::Declined);
        Ok(Contacts { contacts, synced })
    }

    /// Accepts somebody who wrote first.
    ///
    /// # Errors
    /// `unknown_contact`, `ambiguous_contact`; codes of the store.
    pub async fn contact_accept(&self, contact: &str) -> Result<OneContact, Error> {
        let account = self.find(contact).await?.account;
        self.inner().writer.accept(account).await?;
        self.one_contact(account).await
    }

    /// Wants nothing from this contact any more.
    ///
    /// # Errors
    /// `unknown_contact`, `ambiguous_contact`; codes of the store.
    pub async fn contact_decline(&self, contact: &str) -> Result<OneContact, Error> {
        let account = self.find(contact).await?.account;
        self.inner().writer.decline(account).await?;
        self.one_contact(account).await
    }

    /// What both of us compare to know that nobody sits between us. Nobody is asked for it.
    ///
    /// # Errors
    /// `unknown_contact`, `ambiguous_contact`; codes of the store.
    pub async fn contact_safety(&self, contact: &str) -> Result<SafetyRecord, Error> {
        let contact = self.find(contact).await?;
        let Safety { digits, payload } = self.inner().writer.safety(&contact).await?;
        Ok(SafetyRecord { digits, payload })
    }

    /// Whether what a contact showed is the counterpart of what we show. If it is, the safety number
    /// counts as compared.
    ///
    /// # Errors
    /// `bad_payload` for a text that no contact shows, or our own; `upgrade_needed` if the two apps
    /// count differently; `unknown_contact`, `ambiguous_contact`; codes of the store.
    pub async fn contact_compare(
        &self,
        contact: &str,
        payload: &str,
    ) -> Result<ComparedRecord, Error> {
        let contact = self.find(contact).await?;
        let matches = self.inner().writer.compare(&contact, payload).await?;
        Ok(ComparedRecord { matches })
    }

    /// Notes that the safety number was compared by eye, or takes that back.
    ///
    /// # Errors
    /// `unknown_contact`, `ambiguous_contact`; codes of the store.
    pub async fn contact_mark(&self, contact: &str, compared: bool) -> Result<OneContact, Error> {
        let contact = self.find(contact).await?;
        self.inner().writer.mark_compared(&contact, compared).await?;
        self.one_contact(contact.account).await
    }

    /// The contact that a person means.
    pub(crate) async fn find(&self, contact: &str) -> Result<Contact, Error> {
        Ok(find_contact(&self.inner().store, contact).await?)
    }

    async fn one_contact(&self, account: OpenId) -> Result<OneContact, Error> {
        Ok(OneContact { contact: self.names().await?.of(account)? })
    }

    /// All contacts with their names as listed, in the order they were added.
    pub(crate) async fn names(&self) -> Result<Names, Error> {
        let contacts = self.inner().store.contacts().await?;
        let (names, compared) = (shown_names(&contacts), self.inner().store.compared().await?);
        let named = contacts.iter().zip(names);
        let record = |(contact, name): (&Contact, String)| {
            record(contact, name, compared.contains(&contact.account))
        };
        Ok(Names(named.map(record).collect()))
    }
}

/// Contacts as records.
pub(crate) struct Names(Vec<ContactRecord>);

impl Names {
    /// One contact.
    ///
    /// # Errors
    /// `unknown_contact`.
    pub(crate) fn of(&self, account: OpenId) -> Result<ContactRecord, Error> {
        let id = account.to_string();
        self.0.iter().find(|record| record.id == id).cloned().ok_or_else(gone)
    }
}

fn record(contact: &Contact, name: String, verified: bool) -> ContactRecord {
    ContactRecord {
        id: contact.account.to_string(),
        name,
        verified,
        state: if contact.ready { ContactState::Ready } else { ContactState::New },
        standing: match contact.standing {
            chat::Standing::Accepted => Standing::Accepted,
            chat::Standing::Request => Standing::Request,
            chat::Standing::Declined => Standing::Declined,
        },
    }
}

fn gone() -> Error {
    Error::new("unknown_contact", "no such contact any more; see contact list")
}
