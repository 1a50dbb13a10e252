//! Invites and contacts.

use chat::Contact;
use engine::{find_contact, shown_names};
use types::OpenId;

use crate::app::PATIENCE;
use crate::{
    App, ContactRecord, ContactState, Contacts, Error, InviteRecord, OneContact, Standing, Topic,
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
        self.written(account, wait).await?;
        self.one_contact(account).await
    }

    /// All contacts but the declined ones.
    ///
    /// # Errors
    /// What a person must act on.
    pub async fn contact_list(&self, sync: bool) -> Result<Contacts, Error> {
        let synced = self.refresh(sync).await?;
        let mut contacts = self.contact_records().await?;
        contacts.retain(|contact| contact.standing != Standing::Declined);
        Ok(Contacts { contacts, synced })
    }

    /// The contact that a person means, as saved.
    ///
    /// # Errors
    /// `unknown_contact`, `ambiguous_contact`.
    pub async fn contact(&self, contact: &str) -> Result<OneContact, Error> {
        let account = self.find(contact).await?.account;
        self.one_contact(account).await
    }

    /// Accepts somebody who wrote first.
    ///
    /// # Errors
    /// `unknown_contact`, `ambiguous_contact`; codes of the store.
    pub async fn contact_accept(&self, contact: &str) -> Result<OneContact, Error> {
        let account = self.find(contact).await?.account;
        self.inner().writer.accept(account).await?;
        self.inner().bell.ring(Topic::Contacts);
        self.one_contact(account).await
    }

    /// Wants nothing from this contact any more.
    ///
    /// # Errors
    /// `unknown_contact`, `ambiguous_contact`; codes of the store.
    pub async fn contact_decline(&self, contact: &str) -> Result<OneContact, Error> {
        let account = self.find(contact).await?.account;
        self.inner().writer.decline(account).await?;
        self.inner().bell.ring(Topic::Contacts);
        self.one_contact(account).await
    }

    /// The contact that a person means.
    pub(crate) async fn find(&self, contact: &str) -> Result<Contact, Error> {
        Ok(find_contact(&self.inner().store, contact).await?)
    }

    async fn one_contact(&self, account: OpenId) -> Result<OneContact, Error> {
        Ok(OneContact { contact: self.contact_record(account).await? })
    }

    pub(crate) async fn contact_record(&self, account: OpenId) -> Result<ContactRecord, Error> {
        let records = self.contact_records().await?;
        records.into_iter().find(|record| record.id == account.to_string()).ok_or_else(gone)
    }

    async fn contact_records(&self) -> Result<Vec<ContactRecord>, Error> {
        let contacts = self.inner().store.contacts().await?;
        let names = shown_names(&contacts);
        Ok(contacts.iter().zip(names).map(|(contact, name)| record(contact, name)).collect())
    }

    /// A contact's name as listed.
    pub(crate) async fn shown_name(&self, account: OpenId) -> Result<String, Error> {
        let contacts = self.inner().store.contacts().await?;
        let names = shown_names(&contacts);
        let found = contacts.iter().zip(names).find(|(contact, _)| contact.account == account);
        found.map(|(_, name)| name).ok_or_else(gone)
    }
}

fn record(contact: &Contact, name: String) -> ContactRecord {
    ContactRecord {
        id: contact.account.to_string(),
        name,
        verified: false,
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
