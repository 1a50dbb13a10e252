//! Moving to Falcon: in place, or by paying everything to a Falcon address (`money-and-mail.md` A10).
//!
//! Both are payments: saved before they are sent, the same bytes until they are final or provably dead,
//! never two at a time. Asked for again, what is under way or done is found, and nothing is signed.
//! What lies in the private pool goes along if that is asked for, in a transaction of its own.

use std::time::Duration;

use keys::FalconKey;
use tokio::time::Instant;
use types::{Address, AddressKind, Amount};
use wallet::private::{PrivatePayee, Transfer};
use wallet::{
    Change, Payment, PaymentKind, PaymentState, Protection, Refusal, dies_with_ecdsa, is_key_shown,
    migrate, signer, sweep,
};

use crate::flows::pay::{Known, left};
use crate::flows::private::sweep::PoolSweep;
use crate::{Code, Engine, Fault};

/// What became of a wish to move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moved {
    /// It is under way.
    Now(Box<Payment>),
    /// There was nothing left to do.
    Before,
    /// The account holds nothing that could be moved; only with the pool, which does.
    Nothing,
}

/// What became of a wish to move everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Swept {
    /// The account's part.
    pub account: Moved,
    /// The private pool's part: under way, or done; `None` if there is none.
    pub pool: Option<Transfer>,
}

impl Moved {
    /// True if the account's part is over, or was begun with this wish.
    fn is_over_or(&self, intent: &[u8; 16]) -> bool {
        match self {
            Self::Now(payment) => payment.intent == *intent,
            Self::Before | Self::Nothing => true,
        }
    }
}

impl Engine {
    /// Moves the account to its Falcon key in place: it joins, the ECDSA key ends.
    ///
    /// # Errors
    /// `insufficient_funds` for less than the fee, `move_under_way` behind a payment or a sweep that is
    /// not final, `other_keys`; once ECDSA is switched off `key_shown` if that is too late,
    /// `rotation_needed` and `rotation_waits` before it can be done; nothing is saved then.
    pub async fn migrate(&mut self, patience: Duration) -> Result<Moved, Fault> {
        let end = Instant::now() + patience;
        self.stand_on_proved(patience).await?;
        self.move_in_place(None, end).await
    }

    /// Pays everything to a Falcon address, with `with_pool` what lies in the private pool as well; the
    /// account itself, to its own one, moves in place. Of the pool only the wish is saved, and its proof
    /// begun: whoever keeps listening finishes it.
    ///
    /// # Errors
    /// `bad_address` for one that is none of Falcon's, `insufficient_funds`, `move_under_way`,
    /// `other_keys`, `pool_stopped`; nothing is saved then.
    pub async fn sweep(
        &mut self,
        to: Address,
        with_pool: bool,
        patience: Duration,
    ) -> Result<Swept, Fault> {
        if to.kind != AddressKind::Falcon {
            return Err(Refusal::NotFalcon.into());
        }
        let end = Instant::now() + patience;
        let fresh = self.stand_on_proved(patience).await?;
        let known = self.known(false).await?;
        let pool_open = self.open_pool_sweep().await?;
        if under_way(&known, PaymentKind::Sweep).is_some_and(|open| open.to != to)
            || pool_open.is_some_and(|open| open.to != PrivatePayee::Sweep(to))
        {
            return Err(sweep_under_way());
        }
        let looking = if fresh { left(end) } else { Duration::ZERO };
        let (_, exists) = self.looked_up(None, to, looking).await?;
        let pool = if with_pool { self.pool_sweep(to, exists).await? } else { None };
        let account = if to == self.falcon().await?.public().address() {
            self.move_in_place(pool.as_ref(), end).await?
        } else {
            self.sweep_account((to, exists), pool.as_ref(), end).await?
        };
        if let Some(PoolSweep::New(_)) = pool {
            self.paying = true;
            // It is saved: what fails now is done later.
            if !patience.is_zero()
                && let Err(fault) = self.begin_proof().await
            {
                tracing::warn!(code = fault.code(), "a sweep of the private pool waits");
            }
        }
        let transfer = match pool {
            Some(pool) => self.store.transfer(pool.transfer().intent).await?,
            None => None,
        };
        // What is over belongs to this only if it was begun with it, or if all of it is over.
        let belongs =
            |transfer: &Transfer| transfer.state.is_open() || account.is_over_or(&transfer.intent);
        let pool = transfer.filter(belongs);
        Ok(Swept { account, pool })
    }

    async fn move_in_place(
        &mut self,
        pool: Option<&PoolSweep>,
        end: Instant,
    ) -> Result<Moved, Fault> {
        let known = self.known(false).await?;
        // Also by another device, while an attempt of this one can only die.
        if Protection::of(known.account.as_ref()) == Protection::Moved {
            self.save_beside(pool).await?;
            return Ok(Moved::Before);
        }
        if !is_key_shown(known.account.as_ref()) {
            self.look_at_flags_again(end).await;
        }
        // What the ECDSA key has signed can be in no block after the switch-off.
        let is_off = self.is_ecdsa_off();
        let over = is_off && self.is_proved_since_off().await?;
        let open = known.open.iter().filter(|open| !(over && dies_with_ecdsa(open)));
        let under_way = |kind| open.clone().find(|payment| payment.kind == kind);
        if let Some(open) = under_way(PaymentKind::Migrate) {
            return self.go(open.attempt.tx, beside(pool), (None, end)).await.map(now);
        }
        if under_way(PaymentKind::Sweep).is_some() {
            return Err(sweep_under_way());
        }
        // The former key signs the move, unless the account has both.
        if is_off && Protection::of(known.account.as_ref()) == Protection::None {
            return self.rotate(&known, pool, end).await;
        }
        let falcon = self.falcon().await?;
        let (ground, keys, now) = (self.ground(&known)?, self.ring()?, self.clock.now());
        let payment = migrate(ground, &keys, falcon, now, &mut rand::rng())?;
        self.begin(payment, pool, end).await
    }

    async fn sweep_account(
        &mut self,
        (to, payee_exists): (Address, bool),
        pool: Option<&PoolSweep>,
        end: Instant,
    ) -> Result<Moved, Fault> {
        let known = self.known(payee_exists).await?;
        if let Some(open) = under_way(&known, PaymentKind::Sweep) {
            return self.go(open.attempt.tx, beside(pool), (None, end)).await.map(now);
        }
        if self.is_swept(&known, to).await? {
            self.save_beside(pool).await?;
            return Ok(Moved::Before);
        }
        self.make_signer(&known).await?;
        let (ground, keys, now) = (self.ground(&known)?, self.ring()?, self.clock.now());
        let planned = sweep(to, ground, &keys, now, &mut rand::rng());
        match planned {
            Ok(payment) => self.begin(payment, pool, end).await,
            Err(Refusal::Insufficient { .. }) if pool.is_some() => {
                self.save_beside(pool).await?;
                Ok(Moved::Nothing)
            }
            Err(refusal) => Err(refusal.into()),
        }
    }

    /// Looks at what somebody has paid to the address of the Falcon key before the account moves to it.
    /// It joins the account then; until then it is nobody's but the key's, and shown apart.
    ///
    /// # Errors
    /// `no_network`, `bad_proof`; codes of the store.
    pub async fn look_at_falcon(&mut self, patience: Duration) -> Result<(), Fault> {
        let account = self.store.account().await?.and_then(|saved| saved.account);
        let address = self.falcon().await?.public().address();
        if account.is_some_and(|account| account.slot(address).is_some()) {
            return Ok(());
        }
        let looking = async {
            let node = self.attach().await?;
            self.prove(&node, address).await
        };
        let Ok(proved) = tokio::time::timeout(patience, looking).await else { return Ok(()) };
        let proved = proved?;
        let apart = proved.account.filter(|account| account.home == address);
        let amount = apart.map_or(Amount::ZERO, |account| account.abc);
        if amount == self.store.waiting().await? {
            return Ok(());
        }
        Ok(self.store.apply(vec![Change::SaveWaiting(proved.round, amount).into()]).await?)
    }

    /// Both halves of a sweep are saved at once, as one wish.
    pub(super) async fn begin(
        &mut self,
        payment: Payment,
        pool: Option<&PoolSweep>,
        end: Instant,
    ) -> Result<Moved, Fault> {
        let tx = payment.attempt.tx;
        let intent = match pool.map(PoolSweep::transfer).filter(|wish| wish.state.is_open()) {
            Some(wish) if self.is_wanting(wish.intent).await? => wish.intent,
            Some(_) | None => payment.intent,
        };
        let mut changes = beside(pool);
        changes.push(Change::SavePayment(Payment { intent, ..payment }).into());
        self.go(tx, changes, (None, end)).await.map(now)
    }

    /// True if the account's part of this wish was never paid: it has no attempt, or dead ones.
    async fn is_wanting(&self, intent: [u8; 16]) -> Result<bool, Fault> {
        let dead = |payment: &Payment| payment.state == PaymentState::Expired;
        let all = self.store.payments().await?;
        Ok(all.iter().filter(|payment| payment.intent == intent).all(dead))
    }

    async fn save_beside(&self, pool: Option<&PoolSweep>) -> Result<(), Fault> {
        Ok(self.store.apply(beside(pool)).await?)
    }

    /// True if the last sweep went to this address and nothing has come in since.
    async fn is_swept(&self, known: &Known, to: Address) -> Result<bool, Fault> {
        let empty = known.account.as_ref().is_some_and(|account| account.abc.is_zero());
        let last = self.store.last_payment(PaymentKind::Sweep).await?;
        let done = |last: Payment| last.to == to && matches!(last.state, PaymentState::Final(_));
        Ok(empty && last.is_some_and(done))
    }

    /// The Falcon key.
    pub(crate) async fn falcon(&self) -> Result<&FalconKey, Fault> {
        Ok(self.keys.falcon_of(&self.store.identity().await?.words))
    }

    /// Has the key ready that signs what is planned next.
    pub(crate) async fn make_signer(&self, known: &Known) -> Result<(), Fault> {
        let key = signer(self.ground(known)?, &self.keys.operation.public())?;
        if key == self.keys.operation.public() {
            return self.check_ecdsa();
        }
        if self.falcon().await?.public() == key { Ok(()) } else { Err(Refusal::ForeignKey.into()) }
    }
}

/// What is to be saved of the pool's part.
fn beside(pool: Option<&PoolSweep>) -> Vec<store::Change> {
    pool.map(PoolSweep::changes).unwrap_or_default()
}

fn now(payment: Payment) -> Moved {
    Moved::Now(Box::new(payment))
}

fn under_way(known: &Known, kind: PaymentKind) -> Option<&Payment> {
    known.open.iter().find(|payment| payment.kind == kind)
}

fn sweep_under_way() -> Fault {
    let words = "everything is on its way to another address; wait until that is final";
    Fault::new(Code::MoveUnderWay, words)
}
