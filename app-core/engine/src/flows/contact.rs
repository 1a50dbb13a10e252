//! Contacts: adding one, and finding the one a person means.

use std::collections::BTreeSet;
use std::time::Duration;

use chat::{Contact, Invite, InviteError, Standing, look};
use net::NetError;
use store::Store;
use types::OpenId;

use crate::{Code, Engine, Fault};

/// How long a new profile may look for its network.
const PATIENCE: Duration = Duration::from_secs(10);
/// What a conversation calls ourselves.
const ME: &str = "me";
/// Fewer digits of an account's id than this name nobody.
const MIN_DIGITS: usize = 8;

impl Engine {
    /// Adds the owner of an invite, and greets it as soon as the network lets us. Somebody who is a
    /// contact already, also one that asked or was declined, is accepted, and greeted no second time.
    ///
    /// # Errors
    /// `bad_invite`, `own_invite`, `wrong_network`, `upgrade_needed`; `no_network` only for a
    /// profile that never saw its network.
    pub async fn add_contact(&mut self, text: &str) -> Result<OpenId, Fault> {
        if self.network.is_none() {
            let bound = tokio::time::timeout(PATIENCE, self.attach()).await;
            bound.unwrap_or_else(|_| Err(NetError::Timeout.into()))?;
        }
        let me = self.me()?;
        let invite = Invite::parse(text, me.chain, self.keys.account())?;
        let account = invite.card.account();
        let changes = match self.store.contact(account).await? {
            Some(_) => vec![chat::accept(account)],
            None => chat::add_contact(invite, &me, self.clock.now(), &mut rand::rng()),
        };
        self.store.apply(changes.into_iter().map(Into::into).collect()).await?;
        Ok(account)
    }
}

/// The contact that a person means: by its id, by the name that [`shown_names`] gives, or by at
/// least eight first digits of its id. One that was declined is found by its whole id alone.
///
/// # Errors
/// `unknown_contact`, `ambiguous_contact`.
pub async fn find_contact(store: &Store, text: &str) -> Result<Contact, Fault> {
    let contacts = store.contacts().await?;
    match found(&contacts, text).as_slice() {
        [] => Err(unknown(text)),
        [index] => contacts.into_iter().nth(*index).ok_or_else(|| unknown(text)),
        _ => Err(Fault::new(
            Code::AmbiguousContact,
            format!("several contacts fit {text}; give more digits of the id"),
        )),
    }
}

/// Which contacts a text may mean. A whole id means that contact and no other: somebody who calls
/// itself by another one's id or its first digits gains nothing.
fn found(contacts: &[Contact], text: &str) -> Vec<usize> {
    let account = OpenId::parse(text);
    let (seen, digits) = (look(text), text.to_ascii_lowercase());
    let names = shown_names(contacts);
    let fits = |(contact, name): (&Contact, &String)| match account {
        Some(account) => contact.account == account,
        None if contact.standing == Standing::Declined => false,
        None => {
            let begins = || contact.account.to_string().starts_with(&digits);
            look(name) == seen || digits.len() >= MIN_DIGITS && begins()
        }
    };
    let all = contacts.iter().zip(&names).enumerate();
    all.filter(|(_, contact)| fits(*contact)).map(|(index, _)| index).collect()
}

/// The names under which contacts are listed, each beside its contact: a second one that looks the
/// same is `name (2)`. Nobody is `me`. Those we know choose first, in the order they were added, then
/// those who only ask, so that no stranger takes a friend's name; the declined keep the rest. Ask for
/// the names of all contacts.
#[must_use]
pub fn shown_names(contacts: &[Contact]) -> Vec<String> {
    let mut taken = BTreeSet::from([ME.to_owned()]);
    let mut name = |contact: &Contact| {
        let mut names = (1_u32..).map(|count| match count {
            1 => contact.name.clone(),
            _ => format!("{} ({count})", contact.name),
        });
        // The numbers do not end before the contacts.
        names.find(|name| taken.insert(look(name).to_lowercase())).unwrap_or_default()
    };
    let mut names = vec![String::new(); contacts.len()];
    for standing in [Standing::Accepted, Standing::Request, Standing::Declined] {
        let all = names.iter_mut().zip(contacts);
        all.filter(|(_, contact)| contact.standing == standing)
            .for_each(|(place, contact)| *place = name(contact));
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
            standing: Standing::Accepted,
            added: Timestamp(0),
        }
    }

    fn named(names: &[&str]) -> Vec<Contact> {
        (1..).zip(names).map(|(seed, name)| contact(name, seed)).collect()
    }

    #[test]
    fn the_same_name_twice_is_told_apart() {
        let contacts = named(&["Bob", "Bob", "Bob (2)", "Bob"]);
        assert_eq!(shown_names(&contacts), ["Bob", "Bob (2)", "Bob (2) (2)", "Bob (3)"]);
    }

    #[test]
    fn nobody_looks_like_somebody_else_or_like_ourselves() {
        let contacts = named(&["Bob", "Bob\u{200d}", "bob", "me", "Me", "Bob\u{a0}B", "Bob B"]);
        let shown = shown_names(&contacts);
        let expected =
            ["Bob", "Bob\u{200d} (2)", "bob (3)", "me (2)", "Me (3)", "Bob\u{a0}B", "Bob B (2)"];
        assert_eq!(shown, expected);
        assert_eq!(found(&contacts, "Bob (2)"), [1], "found as it is seen");
        assert_eq!(found(&contacts, "Bob"), [0]);
    }

    #[test]
    fn no_stranger_takes_the_name_of_somebody_we_know() {
        let mut contacts = named(&["Bob", "Bob", "Bob"]);
        contacts[0].standing = Standing::Declined;
        contacts[1].standing = Standing::Request;
        assert_eq!(shown_names(&contacts), ["Bob (3)", "Bob (2)", "Bob"]);
        assert_eq!(found(&contacts, "Bob"), [2], "although the others came first");
        assert_eq!(found(&contacts, "Bob (2)"), [1]);
    }

    #[test]
    fn a_declined_contact_is_found_by_its_whole_id_alone() {
        let mut contacts = named(&["Bob"]);
        contacts[0].standing = Standing::Declined;
        let id = contacts[0].account.to_string();
        assert_eq!(found(&contacts, "Bob"), []);
        assert_eq!(found(&contacts, &id[..12]), []);
        assert_eq!(found(&contacts, &id), [0]);
    }

    #[test]
    fn an_id_is_nobody_elses_name() {
        let bob = contact("Bob", 1);
        let id = bob.account.to_string();
        let contacts = vec![contact(&id, 2), contact(&id[..8], 3), bob];
        assert_eq!(found(&contacts, &id), [2]);
        assert_eq!(found(&contacts, &id.to_uppercase()), [2]);
        assert_eq!(found(&contacts, &id[..8]), [1, 2], "somebody's name and somebody's digits");
        assert_eq!(found(&contacts, &id[..12]), [2]);
        assert_eq!(found(&contacts, "Bob"), [2]);
        assert_eq!(found(&contacts, &id[..7]), []);
    }
}
