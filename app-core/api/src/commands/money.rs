//! Balances, payments, history.

use engine::{Code, Payee, Wanted, find_contact};
use keys::{format_address, parse_address};
use store::{HistoryKind, HistoryRow};
use types::{Abc, Abit, Address, AddressKind, Amount, OpenId, Token};
use wallet::{Payment, pending_out};

use crate::app::PATIENCE;
use crate::commands::contact::Names;
use crate::{
    AddressRecord, App, Balance, EntryKind, Error, FaucetRecord, Flow, History, HistoryEntry,
    KeyKind, PaymentRecord, PaymentState, QuoteRecord, TokenBalance, TokenName, when,
};

/// What nobody is called is longer than this, and was meant as an address.
const LONG_NAME: usize = 25;

impl App {
    /// A devnet's gift; returns when it is final.
    ///
    /// # Errors
    /// `faucet_used`, `no_network`, `upgrade_needed`, `timeout`.
    pub async fn faucet(&self) -> Result<FaucetRecord, Error> {
        self.online()?;
        let asking = self.ask(|engine| {
            Box::pin(async move {
                let late = |_| Err(net::NetError::Timeout.into());
                tokio::time::timeout(PATIENCE, engine.ask_faucet()).await.unwrap_or_else(late)
            })
        });
        let gift = self.wait_for_gift(asking.await?).await?;
        Ok(FaucetRecord {
            tx: gift.entry.tx.to_string(),
            amount: Amount::<Abc>::new(gift.entry.delta.abc.units()).to_string(),
            token: TokenName::Abc,
            state: PaymentState::Final,
        })
    }

    /// What there is, as last proved.
    ///
    /// # Errors
    /// What a person must act on.
    pub async fn balance(&self, sync: bool) -> Result<Balance, Error> {
        self.inner().attention.look();
        let synced = self.refresh(sync).await?;
        let store = &self.inner().store;
        let saved = store.account().await?;
        let pending = pending_out(&store.open_payments().await?);
        let round = saved.as_ref().map_or(0, |saved| saved.round.0);
        let account = saved.and_then(|saved| saved.account);
        let (abc, abit) = account
            .as_ref()
            .map_or((Amount::ZERO, Amount::ZERO), |account| (account.abc, account.abit));
        let (_, ecdsa) = self.inner().own;
        let falcon = self.falcon_address().await?;
        Ok(Balance {
            tokens: vec![
                balance(TokenName::Abc, abc, pending),
                balance::<Abit>(TokenName::Abit, abit, Amount::ZERO),
            ],
            addresses: vec![address(ecdsa, true), address(falcon, false)],
            round,
            synced,
        })
    }

    /// What came and went, from one moment to another: dates or times as in RFC 3339.
    ///
    /// # Errors
    /// `usage` for what is no time; what a person must act on.
    pub async fn history(
        &self,
        from: Option<&str>,
        to: Option<&str>,
        sync: bool,
    ) -> Result<History, Error> {
        let (from, to) = (from.map(when::parse).transpose()?, to.map(when::parse).transpose()?);
        let synced = self.refresh(sync).await?;
        let rows = self.inner().store.history(from, to).await?;
        let (faucet, names) = (self.faucet_address().await?, self.names().await?);
        let entry = |row: HistoryRow| {
            let who = counterparty(&names, row.contact, row.counterparty)?;
            Ok(history_entry(row, who, faucet))
        };
        let entries = rows.into_iter().map(entry).collect::<Result<_, Error>>()?;
        Ok(History { entries, synced })
    }

    /// What a payment would cost; nothing is signed.
    ///
    /// # Errors
    /// As for [`App::pay`].
    pub async fn pay_quote(&self, to: &str, amount: &str) -> Result<QuoteRecord, Error> {
        let (payee, amount) = (self.payee(to).await?, parse_amount(amount)?);
        let quote = self.inner().writer.quote(payee, amount).await?;
        let contact = match payee {
            Payee::Contact(account) => Some(account),
            Payee::Address(_) => None,
        };
        let to = counterparty(&self.names().await?, contact, Some(quote.to))?;
        Ok(QuoteRecord {
            to: to.unwrap_or_default(),
            address: format_address(quote.to),
            amount: quote.amount.to_string(),
            token: TokenName::Abc,
            fee: quote.fee.to_string(),
            total: quote.total.to_string(),
            available: quote.available.to_string(),
        })
    }

    /// Pays a contact, named as `contact list` shows it, or an address.
    ///
    /// # Errors
    /// `unknown_contact`, `ambiguous_contact`, `bad_address`, `bad_amount`, `insufficient_funds`,
    /// `message_too_long` for the memo; with `wait` also `timeout` and `expired`.
    pub async fn pay(
        &self,
        to: &str,
        amount: &str,
        memo: Option<&str>,
        wait: bool,
    ) -> Result<PaymentRecord, Error> {
        let payee = self.payee(to).await?;
        if memo.is_some_and(|memo| memo.len() > chat::MAX_TEXT) {
            let limit = format!("a memo has at most {} bytes", chat::MAX_TEXT);
            return Err(Error::new("message_too_long", limit));
        }
        let memo = memo.map(str::to_owned);
        self.pay_wanted(Wanted { payee, amount: parse_amount(amount)?, memo }, wait).await
    }

    /// Pays an address.
    ///
    /// # Errors
    /// As for [`App::pay`].
    pub async fn send_to_address(
        &self,
        to: &str,
        amount: &str,
        wait: bool,
    ) -> Result<PaymentRecord, Error> {
        let address = parse_address(to).map_err(|_| bad_address(to))?;
        let wanted =
            Wanted { payee: Payee::Address(address), amount: parse_amount(amount)?, memo: None };
        self.pay_wanted(wanted, wait).await
    }

    async fn payee(&self, to: &str) -> Result<Payee, Error> {
        // An address first: a contact that calls itself by somebody's address gains nothing.
        if let Ok(address) = parse_address(to) {
            return Ok(Payee::Address(address));
        }
        match find_contact(&self.inner().store, to).await {
            Ok(contact) => Ok(Payee::Contact(contact.account)),
            // What looks like an address was meant as one.
            Err(fault) if fault.code == Code::UnknownContact && to.len() > LONG_NAME => {
                Err(bad_address(to))
            }
            Err(fault) => Err(fault.into()),
        }
    }

    async fn pay_wanted(&self, wanted: Wanted, wait: bool) -> Result<PaymentRecord, Error> {
        let offline = self.inner().offline;
        let patience = if offline { std::time::Duration::ZERO } else { PATIENCE };
        let paying = self.ask(move |engine| Box::pin(engine.pay(wanted, patience)));
        let mut payment = paying.await?;
        if wait && !offline {
            payment = self.wait_final(payment.attempt.tx).await?;
        }
        let to = counterparty(&self.names().await?, payment.contact, Some(payment.to))?;
        Ok(payment_record(&payment, to.unwrap_or_default()))
    }
}

fn counterparty(
    names: &Names,
    contact: Option<OpenId>,
    address: Option<Address>,
) -> Result<Option<String>, Error> {
    match contact {
        Some(contact) => Ok(Some(names.of(contact)?.name)),
        None => Ok(address.map(format_address)),
    }
}

/// What became of a payment, in the words of the contract.
pub(crate) const fn state(state: wallet::PaymentState) -> PaymentState {
    match state {
        wallet::PaymentState::Queued => PaymentState::Queued,
        wallet::PaymentState::Submitted => PaymentState::Submitted,
        wallet::PaymentState::Final(_) => PaymentState::Final,
        wallet::PaymentState::Expired => PaymentState::Expired,
    }
}

fn balance<T: Token>(token: TokenName, total: Amount<T>, pending: Amount<T>) -> TokenBalance {
    TokenBalance {
        token,
        total: total.to_string(),
        transparent: total.to_string(),
        private: Amount::<T>::ZERO.to_string(),
        pending: pending.to_string(),
    }
}

fn address(address: Address, active: bool) -> AddressRecord {
    let kind = match address.kind {
        AddressKind::Ecdsa => KeyKind::Ecdsa,
        AddressKind::Falcon => KeyKind::Falcon,
    };
    AddressRecord { address: format_address(address), kind, active }
}

fn history_entry(row: HistoryRow, who: Option<String>, faucet: Option<Address>) -> HistoryEntry {
    let direction = match row.flow {
        store::Flow::In => Flow::In,
        store::Flow::Out => Flow::Out,
        store::Flow::Itself => Flow::Itself,
    };
    let from_faucet = direction == Flow::In && faucet.is_some() && row.counterparty == faucet;
    HistoryEntry {
        tx: row.tx.to_string(),
        time: when::format(row.time),
        round: row.round.map(|round| round.0),
        direction,
        kind: match row.kind {
            HistoryKind::Genesis => EntryKind::Genesis,
            HistoryKind::Payment if from_faucet => EntryKind::Faucet,
            HistoryKind::Payment => EntryKind::Pay,
            HistoryKind::Conversion => EntryKind::Convert,
            HistoryKind::Sweep => EntryKind::Sweep,
            HistoryKind::Key => EntryKind::Key,
            HistoryKind::Profile => EntryKind::Profile,
            HistoryKind::Envelope => EntryKind::Envelope,
            HistoryKind::Name => EntryKind::Name,
            HistoryKind::Bond => EntryKind::Bond,
            HistoryKind::Reward => EntryKind::Reward,
        },
        token: TokenName::Abc,
        amount: row.amount.to_string(),
        fee: row.fee.map(|fee| fee.to_string()),
        counterparty: who,
        memo: row.memo,
        private: false,
        state: match state(row.state) {
            // Not confirmed by a node yet, but on its way all the same.
            PaymentState::Queued => PaymentState::Submitted,
            other @ (PaymentState::Submitted | PaymentState::Final | PaymentState::Expired) => {
                other
            }
        },
    }
}

fn payment_record(payment: &Payment, to: String) -> PaymentRecord {
    let round = match payment.state {
        wallet::PaymentState::Final(round) => Some(round.0),
        wallet::PaymentState::Queued
        | wallet::PaymentState::Submitted
        | wallet::PaymentState::Expired => None,
    };
    PaymentRecord {
        tx: payment.attempt.tx.to_string(),
        to,
        token: TokenName::Abc,
        amount: payment.amount.to_string(),
        fee: payment.attempt.fee.to_string(),
        private: false,
        state: state(payment.state),
        round,
    }
}

fn parse_amount(text: &str) -> Result<Amount<Abc>, Error> {
    let amount = Amount::parse(text).map_err(|error| {
        Error::new("bad_amount", format!("{text} is not an amount of ABC: {error}"))
    })?;
    if amount.is_zero() {
        return Err(Error::new("bad_amount", "the amount is zero; nothing would be paid"));
    }
    Ok(amount)
}

fn bad_address(text: &str) -> Error {
    let shown: String = text.chars().take(80).collect();
    Error::new("bad_address", format!("{shown} is not an address; copy it again, whole"))
}
