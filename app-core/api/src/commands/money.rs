//! Balances, payments, history.

use std::time::Duration;

use engine::{Code, Payee, Wanted};
use keys::{format_address, parse_address};
use store::{Flow, HistoryKind, HistoryRow};
use types::{Abc, Abit, Address, AddressKind, Amount, OpenId, Token};
use wallet::{Payment, PaymentState, pending_out};

use crate::app::PATIENCE;
use crate::{
    AddressRecord, App, Balance, Error, FaucetRecord, History, HistoryEntry, PaymentRecord,
    TokenBalance, when,
};

/// How long `--wait` and the faucet wait for finality.
const FINALITY: Duration = Duration::from_secs(60);
/// What nobody is called is longer than this, and was meant as an address.
const LONG_NAME: usize = 25;

impl App {
    /// A devnet's gift; returns when it is final.
    ///
    /// # Errors
    /// `faucet_used`, `no_network`, `upgrade_needed`, `timeout`.
    pub async fn faucet(&mut self) -> Result<FaucetRecord, Error> {
        self.online()?;
        let gift = self.engine.faucet(FINALITY).await?;
        Ok(FaucetRecord {
            tx: gift.entry.tx.to_string(),
            amount: Amount::<Abc>::new(gift.entry.delta.abc.units()).to_string(),
            token: Abc::NAME,
            state: "final",
        })
    }

    /// What there is, as last proved.
    ///
    /// # Errors
    /// What a person must act on.
    pub async fn balance(&mut self) -> Result<Balance, Error> {
        let synced = self.refresh().await?;
        let store = self.engine.store();
        let saved = store.account().await?;
        let pending = pending_out(&store.open_payments().await?);
        let round = saved.as_ref().map_or(0, |saved| saved.round.0);
        let account = saved.and_then(|saved| saved.account);
        let (abc, abit) = account
            .as_ref()
            .map_or((Amount::ZERO, Amount::ZERO), |account| (account.abc, account.abit));
        let (_, ecdsa) = self.engine.own();
        let falcon = self.engine.falcon_address().await?;
        Ok(Balance {
            tokens: vec![token(abc, pending), token::<Abit>(abit, Amount::ZERO)],
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
        &mut self,
        from: Option<&str>,
        to: Option<&str>,
    ) -> Result<History, Error> {
        let (from, to) = (from.map(when::parse).transpose()?, to.map(when::parse).transpose()?);
        let synced = self.refresh().await?;
        let rows = self.engine.store().history(from, to).await?;
        let mut entries = Vec::with_capacity(rows.len());
        for row in rows {
            let who = self.counterparty(row.contact, row.counterparty).await?;
            entries.push(history_entry(row, who, self.engine.faucet_address()));
        }
        Ok(History { entries, synced })
    }

    /// Pays a contact, named as `contact list` shows it, or an address.
    ///
    /// # Errors
    /// `unknown_contact`, `ambiguous_contact`, `bad_address`, `bad_amount`, `insufficient_funds`,
    /// `message_too_long` for the memo; with `wait` also `timeout` and `expired`.
    pub async fn pay(
        &mut self,
        to: &str,
        amount: &str,
        memo: Option<&str>,
        wait: bool,
    ) -> Result<PaymentRecord, Error> {
        // An address first: a contact that calls itself by somebody's address gains nothing.
        let payee = match parse_address(to) {
            Ok(address) => Payee::Address(address),
            Err(_) => match self.engine.find_contact(to).await {
                Ok(contact) => Payee::Contact(contact.account),
                // What looks like an address was meant as one.
                Err(fault) if fault.code == Code::UnknownContact && to.len() > LONG_NAME => {
                    return Err(bad_address(to));
                }
                Err(fault) => return Err(fault.into()),
            },
        };
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
        &mut self,
        to: &str,
        amount: &str,
        wait: bool,
    ) -> Result<PaymentRecord, Error> {
        let address = parse_address(to).map_err(|_| bad_address(to))?;
        let wanted =
            Wanted { payee: Payee::Address(address), amount: parse_amount(amount)?, memo: None };
        self.pay_wanted(wanted, wait).await
    }

    async fn pay_wanted(&mut self, wanted: Wanted, wait: bool) -> Result<PaymentRecord, Error> {
        let patience = if self.offline { Duration::ZERO } else { PATIENCE };
        let mut payment = self.engine.pay(wanted, patience).await?;
        if wait && !self.offline {
            payment = self.engine.wait_final(&payment, FINALITY).await?;
        }
        let to = self.counterparty(payment.contact, Some(payment.to)).await?;
        Ok(payment_record(&payment, to.unwrap_or_default()))
    }

    async fn counterparty(
        &self,
        contact: Option<OpenId>,
        address: Option<Address>,
    ) -> Result<Option<String>, Error> {
        match contact {
            Some(contact) => self.shown_name(contact).await.map(Some),
            None => Ok(address.map(format_address)),
        }
    }
}

/// What became of a payment, in the words of the contract.
pub(crate) const fn state(state: PaymentState) -> &'static str {
    match state {
        PaymentState::Queued => "queued",
        PaymentState::Submitted => "submitted",
        PaymentState::Final(_) => "final",
        PaymentState::Expired => "expired",
    }
}

fn token<T: Token>(total: Amount<T>, pending: Amount<T>) -> TokenBalance {
    TokenBalance {
        token: T::NAME,
        total: total.to_string(),
        transparent: total.to_string(),
        private: Amount::<T>::ZERO.to_string(),
        pending: pending.to_string(),
    }
}

fn address(address: Address, active: bool) -> AddressRecord {
    let kind = match address.kind {
        AddressKind::Ecdsa => "ecdsa",
        AddressKind::Falcon => "falcon",
    };
    AddressRecord { address: format_address(address), kind, active }
}

fn history_entry(row: HistoryRow, who: Option<String>, faucet: Option<Address>) -> HistoryEntry {
    let from_faucet = row.flow == Flow::In && faucet.is_some() && row.counterparty == faucet;
    HistoryEntry {
        tx: row.tx.to_string(),
        time: when::format(row.time),
        round: row.round.map(|round| round.0),
        direction: match row.flow {
            Flow::In => "in",
            Flow::Out => "out",
            Flow::Itself => "self",
        },
        kind: match row.kind {
            HistoryKind::Genesis => "genesis",
            HistoryKind::Payment if from_faucet => "faucet",
            HistoryKind::Payment => "pay",
        },
        token: Abc::NAME,
        amount: row.amount.to_string(),
        fee: row.fee.map(|fee| fee.to_string()),
        counterparty: who,
        memo: row.memo,
        private: false,
        state: match row.state {
            // Not confirmed by a node yet, but on its way all the same.
            PaymentState::Queued | PaymentState::Submitted => "submitted",
            PaymentState::Final(_) => "final",
            PaymentState::Expired => "expired",
        },
    }
}

fn payment_record(payment: &Payment, to: String) -> PaymentRecord {
    let round = match payment.state {
        PaymentState::Final(round) => Some(round.0),
        PaymentState::Queued | PaymentState::Submitted | PaymentState::Expired => None,
    };
    PaymentRecord {
        tx: payment.attempt.tx.to_string(),
        to,
        token: Abc::NAME,
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
