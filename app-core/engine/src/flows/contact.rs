//! Contacts: adding one, and finding the one a person means.

use chat::{Contact, Invite, InviteError};
use types::OpenId;

use crate::{Code, Engine, Fault};

/// Fewer digits of an account's id than this name nobody.
const MIN_DIGITS: usize = 8;

impl Engine {
    /// Adds the owner of an invite, and greets it as soon as the network lets us. An invite of
    /// somebody who is a contact already changes nothing.
    ///
    /// # Errors
    /// `bad_invite`, `own_invite`, `wrong_network`, `upgrade_needed`; `no_network` only for a
    /// profile that never saw its network.
    pub async fn add_contact(&mut self, text: &str) -> Result<OpenId, Fault> {
        if self.network.is_none() {
            self.attach().await?;
        }
        let me = self.me()?;
        let invite = Invite::parse(text, me.chain, self.keys.account())?;
        let account = invite.card.account();
        if self.store.contact(account).await?.is_none() {
            let changes = chat::add_contact(invite, &me, self.clock.now(), &mut rand::rng());
            self.store.apply(changes.into_iter().map(Into::into).collect()).await?;
        }
        Ok(account)
    }

    /// The contact that a person means: by the name that `shown_names` gives, by its id, or by at
    /// least eight first digits of it.
    ///
    /// # Errors
    /// `unknown_contact`, `ambiguous_contact`.
    pub async fn find_contact(&self, text: &str) -> Result<Contact, Fault> {
        let contacts = self.store.contacts().await?;
        let names = shown_names(&contacts);
        let named = |index: usize| names.get(index).is_some_and(|name| name == text);
        if let Some(index) = (0..contacts.len()).find(|index| named(*index)) {
            return contacts.into_iter().nth(index).ok_or_else(|| unknown(text));
        }
        let digits = text.to_ascii_lowercase();
        let fits = |contact: &Contact| {
            digits.len() >= MIN_DIGITS && contact.account.to_string().starts_with(&digits)
        };
        let mut fitting = contacts.into_iter().filter(fits);
        match (fitting.next(), fitting.next()) {
            (Some(contact), None) => Ok(contact),
            (Some(_), Some(_)) => Err(Fault::new(
                Code::AmbiguousContact,
                format!("several contacts begin with {text}; give more digits"),
            )),
            (None, _) => Err(unknown(text)),
        }
    }
}

/// The names under which contacts are listed, in the order they were added: a second one of the
/// same name is `name (2)`.
#[must_use]
pub fn shown_names(contacts: &[Contact]) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(contacts.len());
    for contact in contacts {
        let candidates = (1_u32..).map(|count| match count {
            1 => contact.name.clone(),
            _ => format!("{} ({count})", contact.name),
        });
        names.extend(candidates.into_iter().find(|name| !names.contains(name)));
    }
    names
}

fn unknown(text: &str) -> Fault {
    let message = format!("no contact called {text}; see contact list");
    Fault::new(Code::UnknownContact, message)
}

impl From<InviteError> for Fault {
    fn from(error: InviteError) -> Self {
        match error {
            InviteError::Bad => Self::new(
                Code::BadInvite,
                "this is not a whole invite; copy it again from bcm: to its last letter",
            ),
            InviteError::OtherVersion => {
                Self::new(Code::UpgradeNeeded, "this invite is of another version; update the app")
            }
            InviteError::WrongNetwork => {
                Self::new(Code::WrongNetwork, "this invite belongs to another network")
            }
            InviteError::Own => Self::new(
                Code::OwnInvite,
                "this is your own invite; give it to the other person and take theirs",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chat::{Card, Queue};
    use keys::Words;
    use ratchet::IdentityKeyPair;
    use types::{ChainId, Timestamp, WorkerId};

    fn contact(name: &str, seed: u8) -> Contact {
        let (master, rng) = (Words::from_entropy([seed; 32]).master(), &mut rand::rng());
        let identity = IdentityKeyPair::from_private(*master.chat_identity());
        let card = Card::sign(name, &master.operation_key(), &identity, ChainId([1; 32]), rng);
        let worker = WorkerId([2; 32]);
        Contact {
            account: card.account(),
            name: name.to_owned(),
            card,
            directory: ([3; 32], worker),
            route: Queue::generate(worker, None, rng).route(),
            ready: false,
            greeted: true,
            added: Timestamp(0),
        }
    }

    #[test]
    fn the_same_name_twice_is_told_apart() {
        let named = [("Bob", 1), ("Bob", 2), ("Bob (2)", 3), ("Bob", 4)];
        let contacts = named.map(|(name, seed)| contact(name, seed));
        assert_eq!(shown_names(&contacts), ["Bob", "Bob (2)", "Bob (2) (2)", "Bob (3)"]);
    }
}
