//! Payment links, addresses of every kind, and the address book.

use chat::KnownRequest;
use engine::{Named, Payee, Seen, not_alike};
use types::{Abc, Amount};
use wallet::{
    Destination, DestinationKind, MAX_LINK_MEMO, PaymentLink, RotationLink, ShieldedAddress,
    is_link_memo,
};

use crate::commands::contact::Names;
use crate::commands::money::parse_amount;
use crate::params::LinkCreate;
use crate::{
    AddressBook, AddressSort, AlikeRecord, App, Error, LinkRecord, NamedAddress, OneAddress,
    SeenRecord, Whose, when,
};

/// What somebody means who wants to pay.
pub(crate) struct Meant {
    pub(crate) to: MeantTo,
    /// What a link asks for, if it says so.
    pub(crate) amount: Option<Amount<Abc>>,
    pub(crate) memo: Option<String>,
}

/// Whom somebody means.
#[derive(Clone, Copy)]
pub(crate) enum MeantTo {
    /// A contact, or an address that everybody sees.
    Payee(Payee),
    /// An address in the private pool.
    Private(ShieldedAddress),
}

impl Meant {
    /// What a contact means who asks for money.
    pub(crate) fn asked_by(known: &KnownRequest) -> Self {
        let to = MeantTo::Payee(Payee::Contact(known.contact));
        Self { to, amount: Some(known.request.amount), memo: None }
    }
}

impl App {
    /// A link by which anybody can pay us.
    ///
    /// # Errors
    /// `bad_amount`, `message_too_long`, `no_network` for a profile that never saw its network.
    pub(crate) async fn link_create(&self, wish: LinkCreate) -> Result<LinkRecord, Error> {
        let LinkCreate { amount, memo, expires, private } = wish;
        let amount = amount.as_deref().map(parse_amount).transpose()?;
        let memo = memo.filter(|memo| !memo.trim().is_empty());
        if memo.as_ref().is_some_and(|memo| !is_link_memo(memo)) {
            let limit = format!("a link's memo is one line of at most {MAX_LINK_MEMO} bytes");
            return Err(Error::new("message_too_long", limit));
        }
        let expiry = self.end(expires.as_deref())?;
        if !private {
            let link = self.inner().writer.payment_link(amount, memo, expiry).await?;
            return Ok(link_record(&link));
        }
        // The month is that of the newest header.
        self.refresh(true).await?;
        let asked = (amount, memo, expiry);
        let making = self
            .ask(move |engine| Box::pin(async move { engine.private_payment_link(asked).await }));
        Ok(link_record(&making.await?))
    }

    /// What is known of an address of any kind, or of a payment link, before it is paid.
    ///
    /// # Errors
    /// `bad_address`, `bad_link`, `link_over`, `address_ended`, `wrong_network`.
    pub async fn address_look(&self, text: &str) -> Result<SeenRecord, Error> {
        let text = text.trim();
        let named = self.inner().writer.named_address(text).await?;
        let text = named.map_or_else(|| text.to_owned(), |to| to.to_string());
        let seen = self.inner().writer.look_at(&text, self.now()).await?;
        let names = self.names().await?;
        let (whose, name) = whose(&seen.whose, &names)?;
        let looks_like = seen.looks_like.map(|(to, of)| {
            let (whose, name) = self::whose(&of, &names)?;
            Ok::<_, Error>(AlikeRecord { address: to.to_string(), whose, name })
        });
        Ok(SeenRecord {
            to: seen.to.to_string(),
            kind: sort(seen.to.kind()),
            whose,
            name,
            first: seen.first,
            looks_like: looks_like.transpose()?,
            link: seen.link.as_ref().map(link_record),
        })
    }

    /// Gives an address a name, or another one.
    ///
    /// # Errors
    /// `bad_name`, `name_taken`, and those of [`App::address_look`].
    pub async fn address_add(&self, address: &str, name: &str) -> Result<OneAddress, Error> {
        let named = self.inner().writer.name_address(address.trim(), name.trim()).await?;
        Ok(OneAddress { address: named_record(named) })
    }

    /// The address book.
    ///
    /// # Errors
    /// Codes of the store.
    pub async fn address_list(&self) -> Result<AddressBook, Error> {
        let book = self.inner().writer.address_book().await?;
        Ok(AddressBook { addresses: book.into_iter().map(named_record).collect() })
    }

    /// Strikes an address out of the address book, by its name or by itself.
    ///
    /// # Errors
    /// `unknown_address`.
    pub async fn address_remove(&self, address: &str) -> Result<OneAddress, Error> {
        let struck = self.inner().writer.strike_address(address.trim()).await?;
        Ok(OneAddress { address: named_record(struck) })
    }

    /// Whom a text means that is an address, a payment link, or a name of the address book; `None` if
    /// it is none of them. One that looks like an address known before has to be wanted.
    ///
    /// # Errors
    /// `look_alike`, `bad_link` for what asks for a commitment and not for money, and those of
    /// [`App::address_look`] for what is meant as a link or as a private address.
    pub(crate) async fn meant(&self, text: &str, sure: bool) -> Result<Option<Meant>, Error> {
        let named = self.inner().writer.named_address(text).await?;
        let text = named.map_or_else(|| text.to_owned(), |to| to.to_string());
        if RotationLink::is_meant(&text) {
            let words = "this asks for a commitment to a move to Falcon, not for money: `rotation \
                         commit` pays for it";
            return Err(Error::new("bad_link", words));
        }
        let link = PaymentLink::is_meant(&text);
        if !link && Destination::parse(&text).is_err() && !is_private(&text) {
            return Ok(None);
        }
        let seen = self.inner().writer.look_at(&text, self.now()).await?;
        if !sure {
            not_alike(&seen)?;
        }
        let Seen { to, link, .. } = seen;
        let to = match to {
            Destination::Transparent(address) => MeantTo::Payee(Payee::Address(address)),
            Destination::Private(address) => MeantTo::Private(address),
        };
        let (amount, memo) = link.map_or((None, None), |link| (link.amount, link.memo));
        Ok(Some(Meant { to, amount, memo }))
    }
}

/// True for a text that is meant as a private address.
fn is_private(text: &str) -> bool {
    const LONG: usize = 40;
    let head = text.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("bcm1"));
    head && text.len() > LONG
}

/// How much is to be paid: what was said, or what the link asks for; not two different amounts.
pub(crate) fn agreed(said: Option<&str>, asked: Option<Amount<Abc>>) -> Result<Amount<Abc>, Error> {
    let said = said.map(parse_amount).transpose()?;
    match (said, asked) {
        (Some(said), Some(asked)) if said != asked => {
            let words = format!("the link asks for {asked} ABC, and you said {said}");
            Err(Error::new("bad_amount", words))
        }
        (Some(amount), _) | (None, Some(amount)) => Ok(amount),
        (None, None) => Err(Error::new("usage", "say how much ABC")),
    }
}

fn whose(whose: &engine::Whose, names: &Names) -> Result<(Whose, Option<String>), Error> {
    Ok(match whose {
        engine::Whose::Ours => (Whose::Ours, None),
        engine::Whose::Contact(account) => (Whose::Contact, Some(names.of(*account)?.name)),
        engine::Whose::Named(name) => (Whose::Named, Some(name.clone())),
        engine::Whose::Paid => (Whose::Paid, None),
        engine::Whose::Unknown => (Whose::Unknown, None),
    })
}

fn link_record(link: &PaymentLink) -> LinkRecord {
    LinkRecord {
        link: link.text(),
        to: link.to.to_string(),
        kind: sort(link.to.kind()),
        amount: link.amount.map(|amount| amount.to_string()),
        memo: link.memo.clone(),
        expires: link.expiry.map(when::format),
    }
}

fn named_record((entry, first_paid): Named) -> NamedAddress {
    NamedAddress {
        address: entry.to.to_string(),
        kind: sort(entry.to.kind()),
        name: entry.name,
        added: when::format(entry.added),
        first_paid: first_paid.map(when::format),
    }
}

const fn sort(kind: DestinationKind) -> AddressSort {
    match kind {
        DestinationKind::Ecdsa => AddressSort::Ecdsa,
        DestinationKind::Falcon => AddressSort::Falcon,
        DestinationKind::Private => AddressSort::Private,
    }
}
