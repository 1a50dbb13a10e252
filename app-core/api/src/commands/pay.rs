//! Paying: what it would take, and doing it, out of the private pool or from the account.

use std::time::Duration;

use engine::{Code, Payee, PrivateQuote, PrivateWanted, Recipient, Wanted, find_contact};
use keys::format_address;
use store::RequestRow;
use types::{Abc, Amount, OpenId};
use wallet::private::PrivatePayee;
use wallet::{Destination, ShieldedAddress};

use crate::commands::address::{Meant, MeantTo, agreed};
use crate::commands::money::{bad_address, counterparty, payment_record};
use crate::params::{Pay, PayQuote, SendToAddress};
use crate::{App, Error, PaymentRecord, QuoteRecord, Shown, TokenName};

/// What nobody is called is longer than this, and was meant as an address.
const LONG_NAME: usize = 25;
/// How long the network is asked before a payment is quoted by what is saved.
pub(crate) const LOOK: Duration = Duration::from_secs(3);

/// Who pays.
pub(crate) enum Way {
    /// The account, seen by everybody.
    Account(Payee),
    /// The private pool, and the contact who is told.
    Pool(Recipient, Option<OpenId>),
}

impl App {
    /// What a payment from the account would cost; nothing is signed.
    ///
    /// # Errors
    /// As for [`App::pay`].
    pub async fn pay_quote(&self, to: &str, amount: &str) -> Result<QuoteRecord, Error> {
        let (to, amount) = (to.to_owned(), Some(amount.to_owned()));
        self.pay_quote_as(PayQuote { to, amount, public: true, private: false, request: None })
            .await
    }

    /// What a payment would cost and show, out of the private pool if that can be and nothing else is
    /// asked for.
    ///
    /// # Errors
    /// As for [`App::pay`]; `no_private_address`.
    pub(crate) async fn pay_quote_as(&self, wish: PayQuote) -> Result<QuoteRecord, Error> {
        let PayQuote { to, amount, public, private, request } = wish;
        let asked = match request {
            Some(id) => Some(self.find_request(&id, Some(false)).await?),
            None => None,
        };
        // Whether it looks like another address is shown beside the quote.
        let meant = match &asked {
            Some(row) => Meant::asked_by(&row.known),
            None => self.payee(&to, true).await?,
        };
        let amount = agreed(amount.as_deref(), meant.amount)?;
        let own = match &asked {
            Some(row) => self.address_of_request(row).await?,
            None => None,
        };
        let (choice, told) = match meant.to {
            MeantTo::Private(_) => (false, true),
            MeantTo::Payee(Payee::Address(_)) => (true, true),
            MeantTo::Payee(Payee::Contact(contact)) => {
                let told = own.is_some() || self.payable_privately(contact).await?;
                (told, told)
            }
        };
        let ended = match meant.to {
            MeantTo::Payee(Payee::Contact(contact)) if !told => Some(contact),
            MeantTo::Payee(_) | MeantTo::Private(_) => None,
        };
        if let Some(contact) = ended
            && self.inner().store.shielded_address(contact).await?.is_some()
        {
            // For the next payment; this one is quoted as it can be made now.
            self.ask(move |engine| Box::pin(engine.ask_private_address(contact))).await?;
            self.let_leave();
        }
        let public = public || (!told && !private);
        let way = match &asked {
            Some(row) => self.way_of_request(row, public, private).await?,
            None => self.way(meant.to, public, private).await?,
        };
        let quote = match way {
            Way::Account(payee) => self.quote_public(payee, amount).await?,
            Way::Pool(to, contact) => self.quote_private((to, contact), amount).await?,
        };
        Ok(QuoteRecord { choice, ..quote })
    }

    async fn quote_public(&self, payee: Payee, amount: Amount<Abc>) -> Result<QuoteRecord, Error> {
        let quote = self.inner().writer.quote(payee, amount).await?;
        let contact = match payee {
            Payee::Contact(account) => Some(account),
            Payee::Address(_) => None,
        };
        let names = self.names().await?;
        let to = counterparty(&names, contact, Some(quote.to))?;
        Ok(QuoteRecord {
            to: to.unwrap_or_default(),
            address: format_address(quote.to),
            amount: quote.amount.to_string(),
            token: TokenName::Abc,
            fee: quote.fee.to_string(),
            total: quote.total.to_string(),
            available: quote.available.to_string(),
            private: false,
            top_up: None,
            carry_over: None,
            merges: 0,
            shows: Shown::All,
            choice: false,
            verified: contact.map(|contact| names.of(contact)).transpose()?.map(|it| it.verified),
        })
    }

    async fn quote_private(
        &self,
        (to, contact): (Recipient, Option<OpenId>),
        amount: Amount<Abc>,
    ) -> Result<QuoteRecord, Error> {
        let patience = self.patience().min(LOOK);
        let (memo, request, top_up) = (None, None, None);
        let wanted = PrivateWanted { to, contact, amount, memo, request, top_up };
        let asking = self.ask(move |engine| Box::pin(engine.quote_privately(wanted, patience)));
        self.quote_record(asking.await?, contact).await
    }

    /// What a payment or a red envelope out of the pool would take, as people are told.
    pub(crate) async fn quote_record(
        &self,
        quote: PrivateQuote,
        contact: Option<OpenId>,
    ) -> Result<QuoteRecord, Error> {
        let PrivateQuote { to, amount, fee, first, available } = quote;
        let (address, shows) = match to {
            PrivatePayee::Private(address) => (address.to_string(), Shown::Nothing),
            PrivatePayee::Public(address) | PrivatePayee::Sweep(address) => {
                (format_address(address), Shown::Payee)
            }
            PrivatePayee::Envelope(_) => (String::new(), Shown::Envelope),
            PrivatePayee::CarryOver(_) | PrivatePayee::Merge(_) => (String::new(), Shown::Nothing),
        };
        let names = self.names().await?;
        let named = contact.map(|contact| names.of(contact)).transpose()?;
        Ok(QuoteRecord {
            to: named.as_ref().map_or_else(|| address.clone(), |contact| contact.name.clone()),
            address,
            amount: amount.to_string(),
            token: TokenName::Abc,
            fee: fee.to_string(),
            total: amount.plus(fee).unwrap_or(amount).to_string(),
            available: available.to_string(),
            private: true,
            top_up: first.top_up.map(|amount| amount.to_string()),
            carry_over: first.carry_over.map(|amount| amount.to_string()),
            merges: u32::try_from(first.merges).unwrap_or(u32::MAX),
            shows,
            choice: false,
            verified: named.map(|contact| contact.verified),
        })
    }

    /// Pays a contact, named as `contact list` shows it, an address, or what a payment link asks for,
    /// from the account: everybody sees payer, payee and amount.
    ///
    /// # Errors
    /// `look_alike`, `bad_link`, `link_over`, `wrong_network`, `unknown_contact`,
    /// `ambiguous_contact`, `bad_address`, `bad_amount`, `insufficient_funds`, `message_too_long` for
    /// the memo; with `wait` also `timeout` and `expired`.
    pub async fn pay(
        &self,
        to: &str,
        amount: &str,
        memo: Option<&str>,
        wait: bool,
    ) -> Result<PaymentRecord, Error> {
        let (to, amount, memo) = (to.to_owned(), Some(amount.to_owned()), memo.map(str::to_owned));
        let (public, private, sure, background, top_up) = (true, false, false, false, None);
        self.pay_as(Pay { to, amount, memo, public, private, sure, background, top_up, wait }).await
    }

    /// The same, but privately if the payee's address in the pool is known and nothing else is asked
    /// for.
    ///
    /// # Errors
    /// As for [`App::pay`]; `no_private_address` if a contact is to be paid privately and has not told
    /// where; `top_up_needed` if more has to go into the pool first than its quote said.
    pub(crate) async fn pay_as(&self, wish: Pay) -> Result<PaymentRecord, Error> {
        let Pay { to, amount, memo, public, private, sure, background, top_up, wait } = wish;
        let meant = self.payee(&to, sure).await?;
        let memo = checked_memo(memo.or(meant.memo))?;
        let amount = agreed(amount.as_deref(), meant.amount)?;
        match self.way(meant.to, public, private).await? {
            Way::Account(payee) => self.pay_wanted(Wanted { payee, amount, memo }, wait).await,
            Way::Pool(to, contact) => {
                let (request, top_up) = (None, told(top_up.as_deref())?);
                let wanted = PrivateWanted { to, contact, amount, memo, request, top_up };
                self.pay_privately(wanted, background, wait).await
            }
        }
    }

    /// Pays an address: from the account, or out of the private pool if the address is in it.
    ///
    /// # Errors
    /// As for [`App::pay`].
    pub(crate) async fn send_to_address(
        &self,
        wish: SendToAddress,
    ) -> Result<PaymentRecord, Error> {
        let SendToAddress { address: to, amount, sure, wait } = wish;
        if Destination::parse(&to).is_err() {
            return Err(bad_address(&to));
        }
        let (amount, memo, public, private) = (Some(amount), None, false, false);
        let (background, top_up) = (false, None);
        self.pay_as(Pay { to, amount, memo, public, private, sure, background, top_up, wait }).await
    }

    /// Who pays: the pool where it can, unless the account is to.
    pub(crate) async fn way(&self, to: MeantTo, public: bool, private: bool) -> Result<Way, Error> {
        let payee = match to {
            MeantTo::Private(_) if public => {
                let words = "a bcm1… address is in the private pool; leave --public out";
                return Err(Error::new("bad_address", words));
            }
            MeantTo::Private(address) => {
                return Ok(Way::Pool(Recipient::Private(address), None));
            }
            MeantTo::Payee(payee) => payee,
        };
        match payee {
            Payee::Address(address) if private => Ok(Way::Pool(Recipient::Public(address), None)),
            Payee::Contact(contact) if !public => {
                match self.inner().store.shielded_address(contact).await? {
                    Some(_) if !self.payable_privately(contact).await? => {
                        Err(self.ask_for_address(contact).await?)
                    }
                    Some(address) => Ok(Way::Pool(Recipient::Private(address), Some(contact))),
                    None if private => {
                        let words = "this contact has not told where to pay privately; write first";
                        Err(Error::new("no_private_address", words))
                    }
                    None => Ok(Way::Account(payee)),
                }
            }
            Payee::Address(_) | Payee::Contact(_) => Ok(Way::Account(payee)),
        }
    }

    /// Who pays a request of a contact: the pool, at the address that this request alone has, while that
    /// is good; else as any payment to the contact.
    pub(crate) async fn way_of_request(
        &self,
        row: &RequestRow,
        public: bool,
        private: bool,
    ) -> Result<Way, Error> {
        let contact = row.known.contact;
        match self.address_of_request(row).await? {
            Some(address) if !public => Ok(Way::Pool(Recipient::Private(address), Some(contact))),
            Some(_) | None => {
                self.way(MeantTo::Payee(Payee::Contact(contact)), public, private).await
            }
        }
    }

    /// The address that a request of a contact alone has, if it can be paid there now.
    async fn address_of_request(&self, row: &RequestRow) -> Result<Option<ShieldedAddress>, Error> {
        let told = row.known.request.address.as_ref().and_then(|it| Destination::from_bytes(it));
        let Some(Destination::Private(address)) = told else { return Ok(None) };
        let network = self.inner().store.network().await?;
        let payable = |chain| address.check_payable(chain, self.now()).is_ok();
        Ok(network.is_some_and(|network| payable(network.chain)).then_some(address))
    }

    /// Asks a contact whose address in the pool has ended for another one (`money-and-mail.md` A4);
    /// what is to be said about that.
    async fn ask_for_address(&self, contact: OpenId) -> Result<Error, Error> {
        self.ask(move |engine| Box::pin(engine.ask_private_address(contact))).await?;
        self.written(contact, true).await;
        let name = self.names().await?.of(contact)?.name;
        let words = format!(
            "the private address that {name} has told you ended more than a month ago; {name} was \
             asked for another one, which comes once their app is online: pay then, or now with \
             --public, which everybody sees"
        );
        Ok(Error::new("private_address_ended", words))
    }

    /// True if a contact has told where it is paid privately, and that is still good.
    async fn payable_privately(&self, contact: OpenId) -> Result<bool, Error> {
        let store = &self.inner().store;
        let (address, network) = (store.shielded_address(contact).await?, store.network().await?);
        Ok(address.zip(network).is_some_and(|(address, network)| {
            address.check_payable(network.chain, self.now()).is_ok()
        }))
    }

    async fn payee(&self, to: &str, sure: bool) -> Result<Meant, Error> {
        // An address first: a contact that calls itself by somebody's address gains nothing.
        if let Some(meant) = self.meant(to, sure).await? {
            return Ok(meant);
        }
        match find_contact(&self.inner().store, to).await {
            Ok(contact) => {
                let payee = Payee::Contact(contact.account);
                Ok(Meant { to: MeantTo::Payee(payee), amount: None, memo: None })
            }
            // What looks like an address was meant as one.
            Err(fault) if fault.code == Code::UnknownContact && to.len() > LONG_NAME => {
                Err(bad_address(to))
            }
            Err(fault) => Err(fault.into()),
        }
    }

    async fn pay_wanted(&self, wanted: Wanted, wait: bool) -> Result<PaymentRecord, Error> {
        let offline = self.inner().offline;
        let patience = self.patience();
        let paying = self.ask(move |engine| Box::pin(engine.pay(wanted, patience)));
        let mut payment = paying.await?;
        if wait && !offline {
            payment = self.wait_final(payment.attempt.tx).await?;
        }
        let to = counterparty(&self.names().await?, payment.contact, Some(payment.to))?;
        Ok(payment_record(&payment, to.unwrap_or_default()))
    }
}

/// What whoever pays was told goes into the pool first; nothing is an amount here.
pub(crate) fn told(top_up: Option<&str>) -> Result<Option<Amount<Abc>>, Error> {
    let parse = |text: &str| {
        Amount::parse(text).map_err(|error| Error::new("bad_amount", format!("{text}: {error}")))
    };
    top_up.map(parse).transpose()
}

fn checked_memo(memo: Option<String>) -> Result<Option<String>, Error> {
    if memo.as_ref().is_some_and(|memo| memo.len() > chat::MAX_TEXT) {
        let limit = format!("a memo has at most {} bytes", chat::MAX_TEXT);
        return Err(Error::new("message_too_long", limit));
    }
    Ok(memo)
}
