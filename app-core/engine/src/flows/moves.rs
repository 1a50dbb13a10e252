//! Moving to Falcon: in place, or by paying everything to a Falcon address (`money-and-mail.md` A10).
//!
//! Both are payments: saved before they are sent, the same bytes until they are final or provably dead,
//! never two at a time. Asked for again, what is under way or done is found, and nothing is signed.

use std::time::Duration;

use keys::FalconKey;
use tokio::time::Instant;
use types::{Address, Amount};
use wallet::{
    Change, Payment, PaymentKind, PaymentState, Protection, Refusal, migrate, signer, sweep,
};

use crate::flows::pay::{Known, left};
use crate::{Code, Engine, Fault};

/// What became of a wish to move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moved {
    /// It is under way.
    Now(Box<Payment>),
    /// There was nothing left to do.
    Before,
}

impl Engine {
    /// Moves the account to its Falcon key in place: it joins, the ECDSA key ends.
    ///
    /// # Errors
    /// `insufficient_funds` for less than the fee, `move_under_way` behind a payment or a sweep that is
    /// not final, `other_keys`; nothing is saved then.
    pub async fn migrate(&mut self, patience: Duration) -> Result<Moved, Fault> {
        let end = Instant::now() + patience;
        self.stand_on_proved(patience).await?;
        let known = self.known(false).await?;
        // Also by another device, while an attempt of this one can only die.
        if Protection::of(known.account.as_ref()) == Protection::Moved {
            return Ok(Moved::Before);
        }
        if let Some(open) = under_way(&known, PaymentKind::Migrate) {
            return self.go(open.attempt.tx, vec![], (None, end)).await.map(now);
        }
        if under_way(&known, PaymentKind::Sweep).is_some() {
            return Err(sweep_under_way());
        }
        // The former key signs the move.
        self.check_ecdsa()?;
        let falcon = self.falcon().await?;
        let (ground, keys, now) = (self.ground(&known)?, self.ring()?, self.clock.now());
        let payment = migrate(ground, &keys, falcon, now, &mut rand::rng())?;
        self.begin(payment, end).await
    }

    /// Pays everything to a Falcon address; to the account's own one it is [`Engine::migrate`].
    ///
    /// # Errors
    /// `bad_address` for one that is none of Falcon's, `insufficient_funds`, `move_under_way`,
    /// `other_keys`; nothing is saved then.
    pub async fn sweep(&mut self, to: Address, patience: Duration) -> Result<Moved, Fault> {
        if to == self.falcon().await?.public().address() {
            return self.migrate(patience).await;
        }
        let end = Instant::now() + patience;
        let fresh = self.stand_on_proved(patience).await?;
        let mut known = self.known(false).await?;
        if let Some(open) = under_way(&known, PaymentKind::Sweep) {
            let (tx, same) = (open.attempt.tx, open.to == to);
            if !same {
                return Err(sweep_under_way());
            }
            return self.go(tx, vec![], (None, end)).await.map(now);
        }
        if self.is_swept(&known, to).await? {
            return Ok(Moved::Before);
        }
        let looking = if fresh { left(end) } else { Duration::ZERO };
        (_, known.payee_exists) = self.looked_up(None, to, looking).await?;
        self.make_signer(&known).await?;
        let (ground, keys, now) = (self.ground(&known)?, self.ring()?, self.clock.now());
        let payment = sweep(to, ground, &keys, now, &mut rand::rng())?;
        self.begin(payment, end).await
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

    async fn begin(&mut self, payment: Payment, end: Instant) -> Result<Moved, Fault> {
        let tx = payment.attempt.tx;
        let changes = vec![Change::SavePayment(payment).into()];
        self.go(tx, changes, (None, end)).await.map(now)
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
