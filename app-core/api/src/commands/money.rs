//! Balances, payments, history.

use engine::waiting;
use keys::format_address;
use store::{GivenFor, HistoryKind, HistoryRow};
use types::{Abc, Abit, Address, AddressKind, Amount, OpenId, Token};
use wallet::{Payment, pending_out};

use crate::app::PATIENCE;
use crate::commands::contact::Names;
use crate::{
    AddressRecord, App, Balance, EntryKind, Error, FaucetRecord, Flow, History, HistoryEntry,
    KeyKind, PaymentRecord, PaymentState, TokenBalance, TokenName, when,
};

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
        if sync && synced {
            self.look_at_falcon().await?;
        }
        let store = &self.inner().store;
        let saved = store.account().await?;
        let private = store.private_money().await?;
        let pending = pending_out(&store.open_payments().await?);
        let pending = pending.plus(private.pending).unwrap_or(pending);
        let round = saved.as_ref().map_or(0, |saved| saved.round.0);
        let account = saved.and_then(|saved| saved.account);
        let (abc, abit) = account
            .as_ref()
            .map_or((Amount::ZERO, Amount::ZERO), |account| (account.abc, account.abit));
        let (_, ecdsa) = self.inner().own;
        let falcon = self.falcon_address().await?;
        let signs = |address| match &account {
            // Its first payment shows the first key.
            Some(account) if !account.slots.is_empty() => {
                account.slot(address).is_some_and(|slot| slot.retired.is_none())
            }
            Some(_) | None => address == ecdsa,
        };
        Ok(Balance {
            tokens: vec![
                balance(TokenName::Abc, (abc, private.balance), pending),
                balance::<Abit>(TokenName::Abit, (abit, Amount::ZERO), Amount::ZERO),
            ],
            addresses: vec![
                address(ecdsa, signs(ecdsa), Amount::ZERO),
                address(falcon, signs(falcon), waiting(store, account.as_ref(), falcon).await?),
            ],
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
        let mut entries = self.history_entries(rows, &self.names().await?).await?;
        self.note_steps(&mut entries).await?;
        Ok(History { entries, synced })
    }

    /// Lines of a history, ours or one that we review.
    pub(crate) async fn history_entries(
        &self,
        rows: Vec<HistoryRow>,
        names: &Names,
    ) -> Result<Vec<HistoryEntry>, Error> {
        let faucet = self.faucet_address().await?;
        let entry = |row: HistoryRow| {
            let who = counterparty(names, row.contact, row.counterparty)?;
            let who = who.or_else(|| row.shielded.map(|address| address.to_string()));
            Ok(history_entry(row, who, faucet))
        };
        rows.into_iter().map(entry).collect()
    }
}

pub(crate) fn counterparty(
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

/// What an account has whose payments are not ours to know.
pub(crate) fn token_balances(
    abc: (Amount<Abc>, Amount<Abc>),
    abit: Amount<Abit>,
) -> Vec<TokenBalance> {
    vec![
        balance(TokenName::Abc, abc, Amount::ZERO),
        balance(TokenName::Abit, (abit, Amount::ZERO), Amount::ZERO),
    ]
}

fn balance<T: Token>(
    token: TokenName,
    (transparent, private): (Amount<T>, Amount<T>),
    pending: Amount<T>,
) -> TokenBalance {
    // The supply fits, and so do two parts of it.
    let total = transparent.plus(private).unwrap_or(transparent);
    TokenBalance {
        token,
        total: total.to_string(),
        transparent: transparent.to_string(),
        private: private.to_string(),
        pending: pending.to_string(),
    }
}

fn address(address: Address, active: bool, waiting: Amount<Abc>) -> AddressRecord {
    let kind = match address.kind {
        AddressKind::Ecdsa => KeyKind::Ecdsa,
        AddressKind::Falcon => KeyKind::Falcon,
    };
    AddressRecord { address: format_address(address), kind, active, waiting: waiting.to_string() }
}

fn history_entry(row: HistoryRow, who: Option<String>, faucet: Option<Address>) -> HistoryEntry {
    let direction = match row.flow {
        store::Flow::In => Flow::In,
        store::Flow::Out => Flow::Out,
        store::Flow::Itself => Flow::Itself,
    };
    let (request, label) = match row.given {
        Some(GivenFor::Request(id, _)) => (Some(id.to_string()), None),
        Some(GivenFor::Label(label)) => (None, Some(label)),
        None => (None, None),
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
            HistoryKind::Shield => EntryKind::Shield,
            HistoryKind::Unshield => EntryKind::Unshield,
            HistoryKind::CarryOver => EntryKind::CarryOver,
            HistoryKind::Merge => EntryKind::Merge,
            HistoryKind::Conversion => EntryKind::Convert,
            HistoryKind::Sweep => EntryKind::Sweep,
            HistoryKind::Migration => EntryKind::Migrate,
            HistoryKind::Key => EntryKind::Key,
            HistoryKind::Profile => EntryKind::Profile,
            HistoryKind::Envelope => EntryKind::Envelope,
            HistoryKind::Name => EntryKind::Name,
            HistoryKind::Bond => EntryKind::Bond,
            HistoryKind::Reward => EntryKind::Reward,
            HistoryKind::Rotation => EntryKind::Rotation,
        },
        token: TokenName::Abc,
        amount: row.amount.to_string(),
        fee: row.fee.map(|fee| fee.to_string()),
        counterparty: who,
        memo: row.memo,
        private: row.private,
        state: match state(row.state) {
            // Not confirmed by a node yet, but on its way all the same.
            PaymentState::Queued => PaymentState::Submitted,
            other @ (PaymentState::Submitted
            | PaymentState::Final
            | PaymentState::Expired
            | PaymentState::Cancelled) => other,
        },
        step: None,
        remark: None,
        request,
        label,
        elsewhere: row.elsewhere,
    }
}

pub(crate) fn payment_record(payment: &Payment, to: String) -> PaymentRecord {
    let round = payment.state.final_round().map(|round| round.0);
    PaymentRecord {
        tx: payment.attempt.tx.to_string(),
        to,
        token: TokenName::Abc,
        amount: payment.amount.to_string(),
        fee: payment.attempt.fee.to_string(),
        private: false,
        top_up: None,
        carry_over: None,
        merges: 0,
        transfer: None,
        state: state(payment.state),
        round,
    }
}

pub(crate) fn parse_amount(text: &str) -> Result<Amount<Abc>, Error> {
    let amount = Amount::parse(text).map_err(|error| {
        Error::new("bad_amount", format!("{text} is not an amount of ABC: {error}"))
    })?;
    if amount.is_zero() {
        return Err(Error::new("bad_amount", "the amount is zero; nothing would be paid"));
    }
    Ok(amount)
}

pub(crate) fn bad_address(text: &str) -> Error {
    let shown: String = text.chars().take(80).collect();
    Error::new("bad_address", format!("{shown} is not an address; copy it again, whole"))
}
