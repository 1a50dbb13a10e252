//! Invites and contacts.

use chat::Contact;
use engine::shown_names;
use types::OpenId;

use crate::app::PATIENCE;
use crate::{App, ContactRecord, Contacts, Error, InviteRecord, OneContact};

impl App {
    /// An invite to give to somebody, by any way there is. It can be used more than once.
    ///
    /// # Errors
    /// `no_network` if the home worker did not confirm that we can be reached.
    pub async fn invite(&mut self) -> Result<InviteRecord, Error> {
        self.online()?;
        let making = tokio::time::timeout(PATIENCE, self.engine.invite());
        let late = || Error::new("no_network", "the network does not answer; try again");
        let invite = making.await.map_err(|_| late())??;
        Ok(InviteRecord { invite })
    }

    /// Adds the owner of an invite, and greets it.
    ///
    /// # Errors
    /// `bad_invite`, `own_invite`, `wrong_network`, `upgrade_needed`.
    pub async fn contact_add(&mut self, invite: &str) -> Result<OneContact, Error> {
        let account = self.engine.add_contact(invite).await?;
        if !self.offline {
            self.engine.flush(account, PATIENCE).await;
        }
        self.contact_record(account).await
    }

    /// All contacts.
    ///
    /// # Errors
    /// What a person must act on.
    pub async fn contact_list(&mut self) -> Result<Contacts, Error> {
        let synced = self.refresh().await?;
        Ok(Contacts { contacts: self.contact_records().await?, synced })
    }

    /// The contact that a person means, as saved.
    ///
    /// # Errors
    /// `unknown_contact`, `ambiguous_contact`.
    pub async fn contact(&self, contact: &str) -> Result<OneContact, Error> {
        let contact = self.engine.find_contact(contact).await?;
        self.contact_record(contact.account).await
    }

    async fn contact_record(&self, account: OpenId) -> Result<OneContact, Error> {
        let records = self.contact_records().await?;
        let found = records.into_iter().find(|record| record.id == account.to_string());
        found.map(|contact| OneContact { contact }).ok_or_else(gone)
    }

    async fn contact_records(&self) -> Result<Vec<ContactRecord>, Error> {
        let contacts = self.engine.store().contacts().await?;
        let names = shown_names(&contacts);
        Ok(contacts.iter().zip(names).map(|(contact, name)| record(contact, name)).collect())
    }

    /// A contact's name as listed.
    pub(crate) async fn shown_name(&self, account: OpenId) -> Result<String, Error> {
        let contacts = self.engine.store().contacts().await?;
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
        state: if contact.ready { "ready" } else { "new" },
    }
}

fn gone() -> Error {
    Error::new("unknown_contact", "no such contact any more; see contact list")
}
