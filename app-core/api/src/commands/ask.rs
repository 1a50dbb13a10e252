//! Requests of payment: made, split, listed, paid, declined.

use chat::{Contact, MAX_TEXT, Message, PaymentRequest, Settlement};
use engine::{Payee, PrivateWanted};
use store::RequestRow;
use types::{Abc, Amount, MessageId, OpenId, Timestamp};
use wallet::private::Transfer;
use wallet::{MAX_PARTS, PaymentState as Paid, split};

use crate::commands::contact::Names;
use crate::commands::money::{parse_amount, state};
use crate::commands::pay::{Way, told as told_first};
use crate::params::{RequestCreate, RequestPay, RequestSplit};
use crate::{
    App, Error, OneRequest, PaymentOfMessage, RequestRecord, RequestState, Requests, SplitRecord,
    TokenName, when,
};

/// Fewer digits of an id than this name no request.
const MIN_DIGITS: usize = 8;

impl App {
    /// Asks a contact for money.
    ///
    /// # Errors
    /// `unknown_contact`, `ambiguous_contact`, `bad_amount`, `message_too_long`; `request_over` for a
    /// time that has passed.
    pub(crate) async fn request_create(&self, wish: RequestCreate) -> Result<OneRequest, Error> {
        let RequestCreate { to, amount, memo, expires, wait } = wish;
        let contact = self.find(&to).await?;
        let (account, amount) = (contact.account, parse_amount(&amount)?);
        let request = self.asked(amount, memo, expires.as_deref())?;
        let made = self.made(vec![(contact, request)]).await?;
        self.written(account, wait).await;
        let id = made.first().map(|message| message.id).ok_or_else(gone)?;
        self.one_request(account, (id, true)).await
    }

    /// Splits a bill among contacts, and ourselves if that is wanted: one request for each contact, all
    /// of them or none.
    ///
    /// # Errors
    /// As for [`App::request_create`], and `bad_split` if somebody is named twice, nobody at all, or a
    /// share would be nothing.
    pub(crate) async fn request_split(&self, wish: RequestSplit) -> Result<SplitRecord, Error> {
        let RequestSplit { amount, contacts, with_me, memo, expires, wait } = wish;
        let mut asked = vec![];
        for name in &contacts {
            asked.push(self.find(name).await?);
        }
        let mut accounts: Vec<OpenId> = asked.iter().map(|contact| contact.account).collect();
        accounts.sort_unstable();
        accounts.dedup();
        if accounts.len() != contacts.len() || accounts.is_empty() {
            return Err(Error::new("bad_split", "name each contact once, and at least one"));
        }
        let total = parse_amount(&amount)?;
        let parts = contacts.len().saturating_add(usize::from(with_me));
        let shares = split(total, parts).ok_or_else(too_small)?;
        // The remainder goes to the first ones; ours is the last share.
        let mine = shares.get(contacts.len()).copied().unwrap_or(Amount::ZERO);
        let mut requests = vec![];
        for (contact, share) in asked.into_iter().zip(shares) {
            requests.push((contact, self.asked(share, memo.clone(), expires.as_deref())?));
        }
        let made = self.made(requests).await?;
        let mut records = vec![];
        for message in made {
            self.written(message.contact, wait).await;
            records.push(self.one_request(message.contact, (message.id, true)).await?.request);
        }
        Ok(SplitRecord { total: total.to_string(), mine: mine.to_string(), requests: records })
    }

    /// All requests, ours and those of contacts.
    ///
    /// # Errors
    /// What a person must act on.
    pub async fn request_list(&self, sync: bool) -> Result<Requests, Error> {
        self.inner().attention.look();
        let synced = self.refresh(sync).await?;
        let (names, mut requests) = (self.names().await?, vec![]);
        for row in self.inner().store.requests().await? {
            requests.push(self.request_record(row, &names)?);
        }
        Ok(Requests { requests, synced })
    }

    /// Pays a request of a contact, once, as [`App::pay_as`] would, privately at the address that it alone
    /// has: asked for again, the same payment is found. With `wait`, it is final when this returns.
    ///
    /// # Errors
    /// `unknown_request`, `request_closed`, `request_over`, and those of [`App::pay`].
    pub(crate) async fn request_pay(&self, wish: RequestPay) -> Result<OneRequest, Error> {
        let RequestPay { id, public, private, background, top_up, wait } = wish;
        let row = self.find_fresh_request(&id, Some(false)).await?;
        let (contact, id, patience) = (row.known.contact, row.known.id, self.patience());
        if let Some(under_way) = self.private_payment_of(&row).await? {
            self.go_on(under_way, background, wait).await?;
            return self.one_request(contact, (id, false)).await;
        }
        let way = match row.known.state(row.settlement, self.now()) {
            chat::RequestState::Open => self.way_of_request(&row, public, private).await?,
            // What was signed goes out once more; the engine says what is wrong with any other.
            chat::RequestState::Paying
            | chat::RequestState::Paid
            | chat::RequestState::Declined
            | chat::RequestState::Withdrawn
            | chat::RequestState::Expired => Way::Account(Payee::Contact(contact)),
        };
        match way {
            Way::Pool(to, told) => {
                let PaymentRequest { amount, memo, .. } = row.known.request;
                let memo = Some(memo).filter(|memo| !memo.is_empty());
                let (contact, request, top_up) = (told, Some(id), told_first(top_up.as_deref())?);
                let wanted = PrivateWanted { to, contact, amount, memo, request, top_up };
                self.pay_privately(wanted, background, wait).await?;
            }
            Way::Account(_) if self.was_paid_privately(&row).await? => {}
            Way::Account(_) => {
                let of = (contact, id);
                let paying = self.ask(move |engine| Box::pin(engine.pay_request(of, patience)));
                let payment = paying.await?;
                if wait && !self.inner().offline {
                    self.wait_final(payment.attempt.tx).await?;
                }
            }
        }
        self.one_request(contact, (id, false)).await
    }

    async fn was_paid_privately(&self, row: &RequestRow) -> Result<bool, Error> {
        let Some((payment, _)) = &row.payment else { return Ok(false) };
        let public = self.inner().store.payment_by_tx(payment.tx).await?;
        Ok(row.settlement == Settlement::Proved && public.is_none())
    }

    /// The payment out of the pool that is under way for a request.
    async fn private_payment_of(&self, row: &RequestRow) -> Result<Option<Transfer>, Error> {
        let Some((payment, _)) = &row.payment else { return Ok(None) };
        let open = self.inner().store.open_transfers().await?;
        Ok(open.into_iter().find(|transfer| transfer.reference() == payment.tx))
    }

    /// Closes a request: one of a contact's is declined, our own is withdrawn.
    ///
    /// # Errors
    /// `unknown_request`, `request_paid`.
    pub(crate) async fn request_decline(&self, id: &str, wait: bool) -> Result<OneRequest, Error> {
        let row = self.find_fresh_request(id, None).await?;
        self.inner().writer.close(&row).await?;
        let of = (row.known.id, row.known.made);
        self.written(row.known.contact, wait).await;
        self.one_request(row.known.contact, of).await
    }

    /// The request that a message brings.
    pub(crate) async fn request_of(
        &self,
        contact: OpenId,
        of: (MessageId, bool),
        names: &Names,
    ) -> Result<Option<RequestRecord>, Error> {
        let row = self.inner().store.request(contact, of).await?;
        row.map(|row| self.request_record(row, names)).transpose()
    }

    /// The time, and no earlier than the newest header's.
    pub(crate) fn now(&self) -> Timestamp {
        let certified = self.said().light.map(|light| light.time).unwrap_or_default();
        self.inner().writer.now().max(certified)
    }

    /// An end that is still to come.
    pub(crate) fn end(&self, text: Option<&str>) -> Result<Option<Timestamp>, Error> {
        let end = text.map(when::parse).transpose()?;
        match end {
            Some(end) if end <= self.now() => {
                Err(Error::new("request_over", "this time has passed already"))
            }
            other => Ok(other),
        }
    }

    fn asked(
        &self,
        amount: Amount<Abc>,
        memo: Option<String>,
        expires: Option<&str>,
    ) -> Result<PaymentRequest, Error> {
        let memo = memo.unwrap_or_default();
        if memo.len() > MAX_TEXT {
            let limit = format!("a memo has at most {MAX_TEXT} bytes");
            return Err(Error::new("message_too_long", limit));
        }
        Ok(PaymentRequest { amount, memo, expiry: self.end(expires)?, address: None })
    }

    /// Makes requests, each with an address of its own.
    async fn made(&self, asked: Vec<(Contact, PaymentRequest)>) -> Result<Vec<Message>, Error> {
        let asking =
            self.ask(move |engine| Box::pin(async move { engine.request_money(&asked).await }));
        asking.await
    }

    async fn one_request(
        &self,
        contact: OpenId,
        of: (MessageId, bool),
    ) -> Result<OneRequest, Error> {
        let names = self.names().await?;
        let request = self.request_of(contact, of, &names).await?.ok_or_else(gone)?;
        Ok(OneRequest { request })
    }

    /// What tells of it may still be in the mailbox.
    async fn find_fresh_request(&self, id: &str, made: Option<bool>) -> Result<RequestRow, Error> {
        match self.find_request(id, made).await {
            Err(unknown) if unknown.code == "unknown_request" && !self.inner().offline => {
                self.refresh(true).await?;
                self.find_request(id, made).await
            }
            found => found,
        }
    }

    pub(crate) async fn find_request(
        &self,
        text: &str,
        made: Option<bool>,
    ) -> Result<RequestRow, Error> {
        let digits = text.trim().to_ascii_lowercase();
        let mut rows = self.inner().store.requests().await?;
        rows.retain(|row| row.known.id.to_string().starts_with(&digits));
        rows.retain(|row| made.is_none_or(|made| row.known.made == made));
        match (rows.len(), rows.pop()) {
            (1, Some(row)) if digits.len() >= MIN_DIGITS => Ok(row),
            (2.., Some(_)) if digits.len() >= MIN_DIGITS => {
                Err(Error::new("ambiguous_request", "several requests fit; give more digits"))
            }
            _ => Err(Error::new("unknown_request", "no such request; see request list")),
        }
    }

    fn request_record(&self, row: RequestRow, names: &Names) -> Result<RequestRecord, Error> {
        let RequestRow { known, settlement, payment } = row;
        let contact = names.of(known.contact)?.name;
        // What a contact says it has paid is shown as its message; here only what is known.
        let proved = !known.made || settlement == Settlement::Proved;
        let part = payment.filter(|(_, of)| !proved && matches!(of, Paid::Final(_)));
        let told = payment.filter(|_| proved);
        Ok(RequestRecord {
            id: known.id.to_string(),
            from: if known.made { "me".to_owned() } else { contact.clone() },
            amount: known.request.amount.to_string(),
            token: TokenName::Abc,
            memo: Some(known.request.memo.clone()).filter(|memo| !memo.is_empty()),
            expires: known.request.expiry.map(when::format),
            time: when::format(known.told),
            state: request_state(known.state(settlement, self.now())),
            payment: told.map(|(payment, of)| PaymentOfMessage {
                tx: payment.tx.to_string(),
                amount: payment.amount.to_string(),
                token: TokenName::Abc,
                state: state(of),
            }),
            received: part.map(|(payment, _)| payment.amount.to_string()),
            contact,
        })
    }
}

const fn request_state(state: chat::RequestState) -> RequestState {
    match state {
        chat::RequestState::Open => RequestState::Open,
        chat::RequestState::Paying => RequestState::Paying,
        chat::RequestState::Paid => RequestState::Paid,
        chat::RequestState::Declined => RequestState::Declined,
        chat::RequestState::Withdrawn => RequestState::Withdrawn,
        chat::RequestState::Expired => RequestState::Expired,
    }
}

fn too_small() -> Error {
    let words = format!("a bill is split among at most {MAX_PARTS}, and each share is something");
    Error::new("bad_split", words)
}

fn gone() -> Error {
    Error::new("internal", "a request that was saved is not there")
}
