//! What of asking for money needs neither network nor pool: requests closed, payment links, and
//! what is known of an address before it is paid.

use chat::{KnownRequest, RequestState, close_request, is_name, look};
use store::RequestRow;
use types::{Abc, Address, Amount, ChainId, OpenId, Timestamp};
use wallet::{BookEntry, Change, Destination, PaymentLink};

use crate::doubts::not_open;
use crate::flows::attach::no_network_yet;
use crate::{Code, Fault, Writer, shown_names};

/// What is known of an address that somebody may be about to pay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The address.
    pub to: Destination,
    /// What the text says beside the address, if it is a payment link.
    pub link: Option<PaymentLink>,
    /// Whose it is, as far as this profile knows.
    pub whose: Whose,
    /// True if it has never been paid and is neither a contact's nor our own: to be asked once.
    pub first: bool,
    /// Another address, known before, that people take this one for.
    pub looks_like: Option<(Destination, Whose)>,
}

/// Whose an address is, as far as this profile knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// Our own.
    Ours,
    /// An accepted contact's.
    Contact(OpenId),
    /// It has this name in the address book.
    Named(String),
    /// It was paid before.
    Paid,
    /// Nothing is known of it.
    Unknown,
}

/// An address of the address book, and when it was paid first.
pub type Named = (BookEntry, Option<Timestamp>);

impl Writer {
    /// Closes a request that nobody has paid: one of a contact's is declined, our own is withdrawn.
    /// Done twice, it is done.
    ///
    /// # Errors
    /// `request_paid` for one that is paid or being paid; codes of the store.
    pub async fn close(&self, row: &RequestRow) -> Result<(), Fault> {
        let known: &KnownRequest = &row.known;
        match known.state(row.settlement, self.clock.now()) {
            RequestState::Open | RequestState::Expired => {}
            RequestState::Declined | RequestState::Withdrawn => return Ok(()),
            other @ (RequestState::Paying | RequestState::Paid) => return Err(not_open(other)),
        }
        let changes = close_request(known, self.clock.now(), &mut rand::rng());
        Ok(self.store.apply(changes.into_iter().map(Into::into).collect()).await?)
    }

    /// A link by which anybody can pay us.
    ///
    /// # Errors
    /// `no_network` for a profile that never saw its network.
    pub async fn payment_link(
        &self,
        amount: Option<Amount<Abc>>,
        memo: Option<String>,
        expiry: Option<Timestamp>,
    ) -> Result<PaymentLink, Fault> {
        let (chain, to) = (self.own_chain().await?, self.own_address().await?);
        Ok(PaymentLink { chain, to: Destination::Transparent(to), amount, memo, expiry })
    }

    /// The address to be paid at: that of the strongest key that signs for us.
    async fn own_address(&self) -> Result<Address, Fault> {
        let account = self.store.account().await?.and_then(|saved| saved.account);
        let strongest = account.as_ref().and_then(wallet::strongest);
        Ok(strongest.unwrap_or(&self.own).address())
    }

    /// What is known of the address that a text names: an address of any kind, or a payment link.
    ///
    /// # Errors
    /// `bad_address`, `bad_link`, `link_over`, `address_ended`, `wrong_network`; `no_network` for a
    /// profile that never saw its network, unless the text is a public address.
    pub async fn look_at(&self, text: &str, now: Timestamp) -> Result<Seen, Fault> {
        let link = if PaymentLink::is_meant(text) {
            Some(PaymentLink::parse(text, self.own_chain().await?, now)?)
        } else {
            None
        };
        let to = match &link {
            Some(link) => link.to,
            None => self.destination(text.trim(), now).await?,
        };
        let known = self.known_addresses().await?;
        let whose = |to: &Destination| {
            let found = known.iter().find(|(one, _)| one == to);
            found.map_or(Whose::Unknown, |(_, whose)| whose.clone())
        };
        let paid = self.store.paid_addresses().await?;
        let paid = paid.iter().any(|(one, _)| Destination::Transparent(*one) == to);
        let own = whose(&to);
        // One that a person has named, or knows somebody by, is not taken for another.
        let sure = matches!(own, Whose::Ours | Whose::Contact(_) | Whose::Named(_));
        let alike = known.iter().find(|(one, _)| !sure && one.looks_like(&to)).cloned();
        let first = !paid && !matches!(own, Whose::Ours | Whose::Contact(_));
        Ok(Seen { to, link, whose: own, first, looks_like: alike })
    }

    /// The address book, each address with the time it was paid first.
    ///
    /// # Errors
    /// Codes of the store.
    pub async fn address_book(&self) -> Result<Vec<Named>, Fault> {
        let paid = self.store.paid_addresses().await?;
        let first = |entry: &BookEntry| {
            let of = paid.iter().find(|(to, _)| Destination::Transparent(*to) == entry.to);
            of.map(|(_, first)| *first)
        };
        let entries = self.store.address_book().await?;
        Ok(entries
            .into_iter()
            .map(|entry| (first(&entry), entry))
            .map(|(at, it)| (it, at))
            .collect())
    }

    /// Gives an address a name, or another one.
    ///
    /// # Errors
    /// `bad_name`, `name_taken` for one that a contact or another address is shown by; `bad_address`
    /// for our own; those of [`Writer::look_at`].
    pub async fn name_address(&self, text: &str, name: &str) -> Result<Named, Fault> {
        if !is_name(name) {
            let words = "a name has 1 to 64 bytes, no line breaks and nothing invisible";
            return Err(Fault::new(Code::BadName, words));
        }
        let now = self.clock.now();
        let seen = self.look_at(text, now).await?;
        if seen.whose == Whose::Ours {
            return Err(Fault::new(Code::BadAddress, "this is your own address"));
        }
        let book = self.store.address_book().await?;
        let contacts = shown_names(&self.store.contacts().await?);
        let others = book.iter().filter(|entry| entry.to != seen.to).map(|entry| &entry.name);
        let alike = |other: &String| look(other).to_lowercase() == look(name).to_lowercase();
        // "me" is what a conversation calls ourselves.
        if others.chain(&contacts).chain([&"me".to_owned()]).any(alike) {
            let words = "a contact or another address is shown by this name; take another one";
            return Err(Fault::refused("name_taken", words));
        }
        let known = book.iter().find(|entry| entry.to == seen.to);
        let added = known.map_or(now, |entry| entry.added);
        let entry = BookEntry { to: seen.to, name: name.to_owned(), added };
        self.store.apply(vec![Change::SaveAddress(entry.clone()).into()]).await?;
        let all = self.address_book().await?;
        Ok(all.into_iter().find(|(one, _)| one.to == entry.to).unwrap_or((entry, None)))
    }

    /// Strikes an address out of the address book, by its name or by itself.
    ///
    /// # Errors
    /// `unknown_address`; codes of the store.
    pub async fn strike_address(&self, text: &str) -> Result<Named, Fault> {
        let all = self.address_book().await?;
        let found = all.into_iter().find(|(entry, _)| names(entry, text));
        let words = "no such address in the address book; see address list";
        let found = found.ok_or_else(|| Fault::refused("unknown_address", words))?;
        self.store.apply(vec![Change::RemoveAddress(found.0.to).into()]).await?;
        Ok(found)
    }

    /// The address that has this name in the address book.
    ///
    /// # Errors
    /// Codes of the store.
    pub async fn named_address(&self, name: &str) -> Result<Option<Destination>, Fault> {
        let book = self.store.address_book().await?;
        let seen = look(name).to_lowercase();
        let named = |entry: &&BookEntry| look(&entry.name).to_lowercase() == seen;
        Ok(book.iter().find(named).map(|entry| entry.to))
    }

    async fn destination(&self, text: &str, now: Timestamp) -> Result<Destination, Fault> {
        let to = Destination::parse(text)?;
        if let Destination::Private(_) = to {
            to.check_payable(self.own_chain().await?, now)?;
        }
        Ok(to)
    }

    /// Every address that this profile knows, whose it is, the surest first.
    async fn known_addresses(&self) -> Result<Vec<(Destination, Whose)>, Fault> {
        let falcon = self.falcon().await?.address();
        let own = [self.own.address(), falcon].map(|address| (address, Whose::Ours));
        let contacts = self.store.contact_addresses().await?;
        let contacts = contacts.into_iter().map(|(account, to)| (to, Whose::Contact(account)));
        let known = own.into_iter().chain(contacts);
        let mut known: Vec<_> =
            known.map(|(to, whose)| (Destination::Transparent(to), whose)).collect();
        let book = self.store.address_book().await?.into_iter();
        known.extend(book.map(|entry| (entry.to, Whose::Named(entry.name))));
        let paid = self.store.paid_addresses().await?.into_iter();
        known.extend(paid.map(|(to, _)| (Destination::Transparent(to), Whose::Paid)));
        Ok(known)
    }

    async fn own_chain(&self) -> Result<ChainId, Fault> {
        Ok(self.store.network().await?.ok_or_else(no_network_yet)?.chain)
    }
}

fn names(entry: &BookEntry, text: &str) -> bool {
    let same_name = look(&entry.name).to_lowercase() == look(text).to_lowercase();
    same_name || Destination::parse(text).is_ok_and(|to| to == entry.to)
}
