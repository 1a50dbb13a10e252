//! What a person asks of the private pool: an address, money into it, a payment out of it.

use std::time::Duration;

use rand_core::Rng;
use shielded::{NotPayable, ShieldedAddress};
use store::Store;
use tokio::time::Instant;
use types::{Abc, Address, Amount, MessageId, OpenId};
use wallet::Refusal;
use wallet::private::{PrivatePayee, Readiness, Transfer, TransferState, round_amount};

use crate::flows::pay::left;
use crate::flows::private::next::add;
use crate::{Code, Engine, Fault};

/// Whom private money is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recipient {
    /// An address in the pool.
    Private(ShieldedAddress),
    /// An account's address; how much and whom everybody sees, not who pays.
    Public(Address),
}

/// A wish that was saved, and what it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paying {
    /// The wish, as far as it got.
    pub transfer: Transfer,
    /// What it costs beside the amount.
    pub fee: Amount<Abc>,
    /// What has to go before it.
    pub first: First,
}

/// What has to be done before a payment out of the pool, each in a transaction of its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct First {
    /// What is put into the pool, because there is not enough: everybody sees that, and who did.
    pub top_up: Option<Amount<Abc>>,
    /// What former months' accounts hold and moves on to the present one.
    pub carry_over: Option<Amount<Abc>>,
    /// How often several notes are made one, because a bundle takes no more of them.
    pub merges: usize,
}

/// What has become of a transfer, by what is saved now: the transfer once it is final, `None` while
/// it may still become so.
///
/// # Errors
/// `expired` if it can never happen any more.
pub async fn transfer_outcome(store: &Store, intent: [u8; 16]) -> Result<Option<Transfer>, Fault> {
    let Some(transfer) = store.transfer(intent).await? else { return Ok(None) };
    match transfer.state {
        TransferState::Final(_) => Ok(Some(transfer)),
        TransferState::Planned | TransferState::Queued | TransferState::Submitted => Ok(None),
        TransferState::Expired => {
            if let Some(amount) = store.asked_top_up(intent).await? {
                return Err(top_up_needed(amount));
            }
            let words = "the payment came about in no block in time; nothing was paid";
            Err(Fault::refused("expired", words))
        }
        TransferState::Cancelled => {
            Err(Fault::refused("cancelled", "the payment was called off; nothing was paid"))
        }
    }
}

/// More would have to be put into the pool than whoever pays was told.
fn top_up_needed(amount: Amount<Abc>) -> Fault {
    let words = format!(
        "{amount} would have to go into the private pool first, which everybody sees; nothing was \
         paid: pay again if that is all right"
    );
    Fault::refused("top_up_needed", &words)
}

/// What a person asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrivateWanted {
    /// Whom.
    pub to: Recipient,
    /// The contact that it is for, if one was named.
    pub contact: Option<OpenId>,
    /// How much.
    pub amount: Amount<Abc>,
    /// What for.
    pub memo: Option<String>,
    /// The request of that contact that it pays.
    pub request: Option<MessageId>,
    /// What the person was told goes into the pool first; more is asked again. `None` if whoever asks
    /// is told now.
    pub top_up: Option<Amount<Abc>>,
}

impl Engine {
    /// Saves a wish to pay out of the pool, proves it and submits it. If the pool does not hold
    /// enough, a round amount is put in first; the payment then waits for the anchor that has it. It
    /// comes back as far as it got, and goes on with every header.
    ///
    /// # Errors
    /// `insufficient_funds`, `bad_amount`, `bad_address`, `wrong_network`; nothing is saved then.
    pub async fn pay_privately(
        &mut self,
        wanted: PrivateWanted,
        patience: Duration,
    ) -> Result<Paying, Fault> {
        let paying = self.begin_private(wanted, patience).await?;
        self.go_on_with(paying, patience).await
    }

    /// Goes on with a wish that was saved, as far as it gets now.
    pub(crate) async fn go_on_with(
        &mut self,
        paying: Paying,
        patience: Duration,
    ) -> Result<Paying, Fault> {
        // It is saved, and goes out sooner or later: a failure now would make people pay again.
        if !patience.is_zero()
            && let Err(fault) = self.finish_private().await
        {
            tracing::warn!(code = fault.code(), "a private payment waits");
        }
        let transfer = self.wish(paying.transfer.intent).await?;
        Ok(Paying { transfer, ..paying })
    }

    /// The same, but comes back once the wish is saved and its proof is begun. Whoever keeps listening
    /// finishes it.
    ///
    /// # Errors
    /// As for [`Engine::pay_privately`]; `top_up_needed` if more has to be put in than was agreed to.
    pub async fn begin_private(
        &mut self,
        wanted: PrivateWanted,
        patience: Duration,
    ) -> Result<Paying, Fault> {
        self.check_signs()?;
        let end = Instant::now() + patience;
        let fresh = self.stand_on_proved(patience).await?;
        self.check_pool_runs()?;
        let looking = if fresh { left(end) } else { Duration::ZERO };
        let (request, contact) = (wanted.request, wanted.contact);
        if let Some((contact, request)) = contact.zip(request) {
            self.check_open((contact, request)).await?;
        }
        let told = wanted.top_up;
        let (wish, payee_exists) = self.wished(wanted, looking).await?;
        let pays = request.map(|request| wallet::Change::PaysRequest(wish.intent, request));
        self.save_wish((wish, pays), payee_exists, told, patience).await
    }

    /// Saves a wish with what it is for, and begins its proof.
    pub(crate) async fn save_wish(
        &mut self,
        (wish, what_for): (Transfer, Option<wallet::Change>),
        payee_exists: bool,
        told: Option<Amount<Abc>>,
        patience: Duration,
    ) -> Result<Paying, Fault> {
        let (fee, first) = self.check_affordable(&wish, payee_exists).await?;
        let (intent, needed) = (wish.intent, first.top_up.unwrap_or(Amount::ZERO));
        if told.is_some_and(|told| needed > told) {
            return Err(top_up_needed(needed));
        }
        let agreed = wallet::Change::AgreeTopUp(intent, told.unwrap_or(needed));
        let saved = wallet::Change::SaveTransfer(Box::new(wish));
        let changes = [saved, agreed].into_iter().chain(what_for).map(Into::into).collect();
        self.store.apply(changes).await?;
        self.paying = true;
        if !patience.is_zero()
            && let Err(fault) = self.begin_proof().await
        {
            tracing::warn!(code = fault.code(), "a private payment waits");
        }
        Ok(Paying { transfer: self.wish(intent).await?, fee, first })
    }

    /// What a person asks for as a wish that is not saved, and whether its payee has a record.
    pub(crate) async fn wished(
        &mut self,
        wanted: PrivateWanted,
        patience: Duration,
    ) -> Result<(Transfer, bool), Fault> {
        let PrivateWanted { to, contact, amount, memo, .. } = wanted;
        let (to, payee_exists) = match to {
            Recipient::Private(address) => {
                self.check_private_payee(&address).await?;
                (PrivatePayee::Private(address), true)
            }
            Recipient::Public(address) => {
                let (address, exists) = self.looked_up(None, address, patience).await?;
                (PrivatePayee::Public(address), exists)
            }
        };
        let mut intent = [0; 16];
        rand::rng().fill_bytes(&mut intent);
        let (created, state) = (self.bound()?.light.time(), TransferState::Planned);
        let wish = Transfer { intent, to, contact, amount, memo, created, attempt: None, state };
        Ok((wish, payee_exists))
    }

    async fn wish(&self, intent: [u8; 16]) -> Result<Transfer, Fault> {
        let saved = self.store.transfer(intent).await?;
        saved.ok_or_else(|| Fault::new(Code::Internal, "a transfer that was saved is not there"))
    }

    /// What a wish costs, and what has to go before it; all of it is there.
    pub(crate) async fn check_affordable(
        &self,
        wish: &Transfer,
        payee_exists: bool,
    ) -> Result<(Amount<Abc>, First), Fault> {
        let none = First::default();
        let (needed, available) = match self.ready(wish, payee_exists).await {
            Ok(Readiness::Ready(ready)) => return Ok((ready.order.fee, none)),
            Ok(Readiness::Waits { fee }) => return Ok((fee, none)),
            Ok(Readiness::Merges { fee, merges }) => return Ok((fee, First { merges, ..none })),
            Err(Refusal::Insufficient { needed, available }) => (needed, available),
            Err(refusal) => return Err(refusal.into()),
        };
        let fee = needed.minus(wish.amount).unwrap_or(Amount::ZERO);
        let former = self.to_carry_over().await?.into_iter().fold(Amount::ZERO, add);
        let first = First { carry_over: Some(former).filter(|it| !it.is_zero()), ..none };
        let available = self.left_for(wish, available).await?;
        let missing = needed.minus(available).unwrap_or(Amount::ZERO);
        if missing.is_zero() {
            return Ok((fee, first));
        }
        let (free, costs) = self.free_to_put_in().await?;
        if missing <= free {
            return Ok((fee, First { top_up: Some(round_amount(missing, free)), ..first }));
        }
        let available = [free, costs].into_iter().fold(available, add);
        Err(Refusal::Insufficient { needed: add(needed, costs), available }.into())
    }

    pub(crate) async fn check_private_payee(&self, address: &ShieldedAddress) -> Result<(), Fault> {
        let network = self.bound()?;
        let payable = address.check_payable(network.home.chain, network.light.time());
        payable.map_err(|error| {
            let code = match error {
                NotPayable::OtherNetwork => Code::WrongNetwork,
                NotPayable::Ended => Code::BadAddress,
            };
            Fault::new(code, error.to_string())
        })?;
        let own = self.pool_key(self.present_period().await?)?.viewing_key();
        if own.scope_of(address).is_some() { Err(Refusal::ToSelf.into()) } else { Ok(()) }
    }
}
