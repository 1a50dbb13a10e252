//! Paying: plan on proved state, save, submit, tell the contact; and waiting until it is final.

use std::time::Duration;

use chat::{Contact, PaymentRef};
use ledger::Account;
use net::{CallError, LightNode, NetError};
use store::{Change, Store};
use tokio::time::Instant;
use types::{Abc, Address, Amount, OpenId, Round, TxId};
use wallet::{Ground, Payment, PaymentState, Wish, plan};
use wire::chain::{ChainReply, ChainRequest, Object};
use wire::code;

use crate::flows::sync::Progress;
use crate::writer::not_declined;
use crate::{Code, Engine, Fault};

/// What a transaction is planned on, as proved and saved last.
pub(crate) struct Known {
    pub(crate) account: Option<Account>,
    pub(crate) open: Vec<Payment>,
    pub(crate) payee_exists: bool,
}

/// Who is to be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payee {
    /// A contact, who is told of it over chat.
    Contact(OpenId),
    /// An address.
    Address(Address),
}

/// What a person asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Who is to be paid.
    pub payee: Payee,
    /// How much.
    pub amount: Amount<Abc>,
    /// What for.
    pub memo: Option<String>,
}

impl Engine {
    /// Saves a payment and submits it. It comes back `Queued` if no node took it in this time; it
    /// is then submitted with the next sync, and never twice.
    ///
    /// # Errors
    /// `insufficient_funds`, `bad_amount`, `bad_address`, `unknown_contact`; nothing is saved then.
    pub async fn pay(&mut self, wanted: Wanted, patience: Duration) -> Result<Payment, Fault> {
        let end = Instant::now() + patience;
        let fresh = self.stand_on_proved(patience).await?;
        let (contact, to) = recipient(&self.store, wanted.payee).await?;
        let looking = if fresh { left(end) } else { Duration::ZERO };
        let (to, payee_exists) = self.looked_up(contact.as_ref(), to, looking).await?;
        let payment = self.planned(to, &wanted, payee_exists).await?;
        let mut changes: Vec<Change> = vec![wallet::Change::SavePayment(payment.clone()).into()];
        if let Some(contact) = &contact {
            changes.extend(self.word_of_keys(contact.account, &payment).await?);
            let told = PaymentRef { tx: payment.attempt.tx, amount: payment.amount };
            let memo = wanted.memo.as_deref().unwrap_or_default();
            let now = self.clock.now();
            let notice = chat::write_payment(contact, told, memo, now, &mut rand::rng());
            changes.extend(notice.into_iter().map(Into::into));
        }
        self.go(payment.attempt.tx, changes, (contact.map(|contact| contact.account), end)).await
    }

    /// Saves a payment with what belongs to it, submits it, and says how far that got.
    pub(crate) async fn go(
        &mut self,
        tx: TxId,
        changes: Vec<Change>,
        (contact, end): (Option<OpenId>, Instant),
    ) -> Result<Payment, Fault> {
        self.store.apply(changes).await?;
        self.paying = true;
        // It is saved, and goes out sooner or later: a failure now is none of the payment, and to
        // report one would make people pay again.
        if let Err(fault) = self.submit_and_tell(contact, left(end)).await {
            tracing::warn!(code = fault.code(), "a payment waits");
        }
        saved(&self.store, tx).await
    }

    /// Brings the ledger up to date before money moves, since what is proved now is better ground than
    /// what was proved last time, and asks others whether they know better. True if it is the newest.
    ///
    /// # Errors
    /// `conflict` if the ledger is not to be believed; codes of the store.
    pub(crate) async fn stand_on_proved(&mut self, patience: Duration) -> Result<bool, Fault> {
        self.check_not_frozen()?;
        let fresh = self.catch_up_ledger(patience).await?;
        if fresh {
            self.check_before_paying().await?;
        }
        self.check_not_frozen()?;
        Ok(fresh)
    }

    /// Nothing is paid once the managers have contradicted themselves.
    pub(crate) fn check_not_frozen(&self) -> Result<(), Fault> {
        let frozen = self.network.as_ref().is_some_and(|it| it.light.frozen().is_some());
        if frozen { Err(light::LightError::Frozen.into()) } else { Ok(()) }
    }

    /// Submits every payment that is neither final nor dead; the same bytes as ever, unless they would
    /// only show a key. Then looks up what contacts say about their keys.
    pub(crate) async fn submit_open(&mut self, node: &LightNode) -> Result<(), Fault> {
        self.check_not_frozen()?;
        for payment in self.store.open_payments().await? {
            if payment.state == PaymentState::Submitted && !self.is_stale(&payment)? {
                continue;
            }
            if self.only_shows_key(node, &payment).await? {
                continue;
            }
            let object = Object(payment.attempt.bytes.clone());
            match node.chain(ChainRequest::Submit(object)).await {
                Ok(ChainReply::Submitted(_)) => {
                    let state = PaymentState::Submitted;
                    let saved = wallet::Change::SavePayment(Payment { state, ..payment });
                    self.store.apply(vec![saved.into()]).await?;
                }
                Ok(_) => return Err(NetError::BadReply.into()),
                // A node's refusal proves nothing: the payment dies by its expiry alone.
                Err(CallError::Failure(failure)) if failure.code != code::UNAVAILABLE => {
                    tracing::warn!(code = failure.code, "a node refuses a payment");
                }
                Err(error) => return Err(error.into()),
            }
        }
        self.look_up_keys(node).await
    }

    pub(crate) async fn planned(
        &mut self,
        to: Address,
        wanted: &Wanted,
        payee_exists: bool,
    ) -> Result<Payment, Fault> {
        let known = self.known(payee_exists).await?;
        self.make_signer(&known).await?;
        let contact = match wanted.payee {
            Payee::Contact(account) => Some(account),
            Payee::Address(_) => None,
        };
        let wish = Wish { to, contact, amount: wanted.amount, memo: wanted.memo.clone() };
        let (ground, keys) = (self.ground(&known)?, self.ring()?);
        Ok(plan(wish, ground, &keys, self.clock.now(), &mut rand::rng())?)
    }

    /// What is saved of our account and payments.
    pub(crate) async fn known(&self, payee_exists: bool) -> Result<Known, Fault> {
        let account = self.store.account().await?.and_then(|saved| saved.account);
        Ok(Known { account, open: self.store.open_payments().await?, payee_exists })
    }

    pub(crate) fn ground<'a>(&'a self, known: &'a Known) -> Result<Ground<'a>, Fault> {
        let network = self.bound()?;
        Ok(Ground {
            chain: network.home.chain,
            params: &network.genesis.params,
            round: network.light.round(),
            account: known.account.as_ref(),
            payee_exists: known.payee_exists,
            open: &known.open,
        })
    }

    /// Whether the payee has a record, and the address by which to pay a contact, as far as both can
    /// be proved in this time. A payee of whom nothing is proved counts as new, which asks for the
    /// larger minimum; a contact of whom nothing is proved is paid where it was last.
    pub(crate) async fn looked_up(
        &mut self,
        contact: Option<&Contact>,
        to: Address,
        patience: Duration,
    ) -> Result<(Address, bool), Fault> {
        let asked = contact.map_or(to, Contact::address);
        let asking = async {
            let node = self.attach().await?;
            self.prove(&node, asked).await
        };
        let proved = tokio::time::timeout(patience, asking).await;
        let Ok(Ok(proved)) = proved else { return Ok((to, false)) };
        let exists = proved.account.is_some();
        match contact {
            Some(contact) => Ok((self.keep_keys(contact, &proved).await?, exists)),
            None => Ok((to, exists)),
        }
    }

    /// A submitted payment that no block took for this long may have been forgotten by the node.
    fn is_stale(&self, payment: &Payment) -> Result<bool, Fault> {
        const FORGOTTEN: u64 = 5;
        let round = self.bound()?.light.round();
        let submitted_at = Round(payment.attempt.expiry.0.saturating_sub(600));
        Ok(round > submitted_at.plus(FORGOTTEN))
    }

    pub(crate) async fn submit_and_tell(
        &mut self,
        contact: Option<OpenId>,
        patience: Duration,
    ) -> Result<(), Fault> {
        if patience.is_zero() || self.is_known_offline() {
            return Ok(());
        }
        let progress = Progress::default();
        let sending = async {
            let node = self.attach().await?;
            self.tell_before_sending(&node).await?;
            self.submit_open(&node).await?;
            self.send_to(&node, contact, &progress).await
        };
        let sent = tokio::time::timeout(patience, sending).await;
        self.judge(sent)
    }
}

/// What has become of a payment, by what is proved and saved now: the payment once it is final,
/// `None` while it may still become so.
///
/// # Errors
/// `expired` if it can never happen any more.
pub async fn outcome(store: &Store, tx: TxId) -> Result<Option<Payment>, Fault> {
    let payment = saved(store, tx).await?;
    match payment.state {
        PaymentState::Final(_) => Ok(Some(payment)),
        PaymentState::Queued | PaymentState::Submitted => Ok(None),
        PaymentState::Expired => {
            let words = "no block has the payment, and none can have it any more; nothing was paid";
            Err(Fault::refused("expired", words))
        }
    }
}

/// Whom a payee means, and the address that is paid.
pub(crate) async fn recipient(
    store: &Store,
    payee: Payee,
) -> Result<(Option<Contact>, Address), Fault> {
    let account = match payee {
        Payee::Address(address) => return Ok((None, address)),
        Payee::Contact(account) => account,
    };
    let unknown = || Fault::new(Code::UnknownContact, "no such contact; see contact list");
    let contact = store.contact(account).await?.ok_or_else(unknown)?;
    not_declined(&contact)?;
    let address = store.key_address(account).await?.unwrap_or_else(|| contact.address());
    Ok((Some(contact), address))
}

async fn saved(store: &Store, tx: TxId) -> Result<Payment, Fault> {
    let saved = store.payment_by_tx(tx).await?;
    saved.ok_or_else(|| Fault::new(Code::Internal, "a payment that was saved is not there"))
}

pub(crate) fn left(end: Instant) -> Duration {
    end.saturating_duration_since(Instant::now())
}
