//! The way to Falcon once ECDSA is switched off (`money-and-mail.md` A10, "Switch-off rule"): our own
//! account's, to whose move somebody else commits, and our commitments to the moves of others.
//!
//! Both stand on the record of the commitment, proved now: nothing is opened too early, where a block
//! would not take it and the key would be shown for nothing, and nothing is paid for twice.

use std::time::Duration;

use ledger::{rotation_hash, rotation_key};
use net::NetError;
use tokio::time::{Instant, timeout};
use types::{Abc, Amount, RotationId, Round};
use wallet::{
    Payment, PaymentKind, PaymentState, Refusal, Rotation, RotationLink, commit_rotation,
    commitment_fee, committed_hash, open_rotation,
};
use zeroize::Zeroizing;

use crate::flows::moves::Moved;
use crate::flows::pay::{Known, left};
use crate::flows::private::sweep::PoolSweep;
use crate::{Code, Engine, Fault};

/// How many rounds a proof of a commitment, or that there is none, may be old.
const FRESH: u64 = 10;

/// How far our own account is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnRotation {
    /// What somebody else's account has to commit to.
    pub link: RotationLink,
    /// How far that is.
    pub stage: Rotation,
    /// The newest round.
    pub round: Round,
}

/// A commitment to the move of somebody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Committed {
    /// Our account pays for it; that is under way.
    Now(Box<Payment>),
    /// It was made before, in this round, by our account or another one.
    Before(Round, Option<Box<Payment>>),
}

/// What committing would mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RotationQuote {
    /// What would be committed to.
    pub link: RotationLink,
    /// What our account would pay for it, and whether it holds that.
    pub fee: (Amount<Abc>, bool),
    /// What there is of it already: nothing is to be paid then.
    pub committed: Option<Committed>,
}

impl Engine {
    /// How far our account is on its way to Falcon after the switch-off.
    ///
    /// # Errors
    /// `no_network`; codes of the store.
    pub async fn rotation(&mut self, patience: Duration) -> Result<OwnRotation, Fault> {
        let end = Instant::now() + patience;
        self.catch_up_ledger(patience).await?;
        self.look_at_flags_again(end).await;
        let (link, _) = self.own_rotation().await?;
        let (known, is_off) = (self.known(false).await?, self.is_ecdsa_off());
        let stage =
            |committed, round| Rotation::of(known.account.as_ref(), is_off, committed, round);
        let round = self.bound()?.light.round();
        if stage(None, round) != Rotation::Needed {
            return Ok(OwnRotation { link, stage: stage(None, round), round });
        }
        let committed = self.committed(link.hash, end).await?;
        let round = self.bound()?.light.round();
        Ok(OwnRotation { link, stage: stage(committed, round), round })
    }

    /// What it would cost to commit to what a text asks for.
    ///
    /// # Errors
    /// `bad_rotation`, `wrong_network`, `own_rotation`, `no_network`, `ecdsa_off`, `other_keys`.
    pub async fn rotation_quote(
        &mut self,
        text: &str,
        patience: Duration,
    ) -> Result<RotationQuote, Fault> {
        let end = Instant::now() + patience;
        let link = self.read_rotation(text)?;
        self.catch_up_ledger(patience).await?;
        let committed = self.commitment(link.hash, end).await?;
        let known = self.known(false).await?;
        let first = self.keys.operation.public();
        let fee = match commitment_fee(link.hash.0, self.ground(&known)?, &first) {
            Ok(fee) => (fee, true),
            Err(Refusal::Insufficient { needed, .. }) => (needed, false),
            Err(refusal) => return Err(refusal.into()),
        };
        if committed.is_none() {
            self.make_signer(&known).await?;
        }
        Ok(RotationQuote { link, fee, committed })
    }

    /// Has our account pay for the commitment that a text asks for. Asked for again, what is under way or
    /// done is found, and nothing is signed.
    ///
    /// # Errors
    /// `insufficient_funds`, and those of [`Engine::rotation_quote`]; nothing is saved then.
    pub async fn commit_rotation(
        &mut self,
        text: &str,
        patience: Duration,
    ) -> Result<Committed, Fault> {
        let end = Instant::now() + patience;
        let link = self.read_rotation(text)?;
        self.stand_on_proved(patience).await?;
        match self.commitment(link.hash, end).await? {
            Some(Committed::Now(open)) => {
                let again = self.go(open.attempt.tx, vec![], (None, end)).await?;
                return Ok(Committed::Now(Box::new(again)));
            }
            Some(before @ Committed::Before(..)) => return Ok(before),
            None => {}
        }
        let known = self.known(false).await?;
        self.make_signer(&known).await?;
        let hashes = (link.hash.0, self.own_rotation().await?.0.hash.0);
        let (ground, keys, now) = (self.ground(&known)?, self.ring()?, self.clock.now());
        let payment = commit_rotation(hashes, ground, &keys, now, &mut rand::rng())?;
        let (tx, saved) = (payment.attempt.tx, wallet::Change::SavePayment(payment));
        let payment = self.go(tx, vec![saved.into()], (None, end)).await?;
        Ok(Committed::Now(Box::new(payment)))
    }

    /// Moves our account with its commitment, if its key was never shown; with what belongs to it of the
    /// private pool.
    pub(super) async fn rotate(
        &mut self,
        known: &Known,
        pool: Option<&PoolSweep>,
        end: Instant,
    ) -> Result<Moved, Fault> {
        self.check_signs()?;
        let (link, salt) = self.own_rotation().await?;
        let round = self.bound()?.light.round();
        let hidden = Rotation::of(known.account.as_ref(), true, None, round) == Rotation::Needed;
        let committed = if hidden { self.committed(link.hash, end).await? } else { None };
        if hidden && !self.is_proved_since_off().await? {
            let words = "the account has to be looked up first; try again";
            return Err(Fault::new(Code::NoNetwork, words));
        }
        let keys = (self.falcon().await?, &*salt);
        let (ground, ecdsa, now) = (self.ground(known)?, &self.keys.operation, self.clock.now());
        let planned = open_rotation(ground, ecdsa, keys, committed, (now, &mut rand::rng()));
        match planned {
            Err(refusal @ Refusal::RotationNeeded) => {
                let words = format!(
                    "{refusal}. Give this text to somebody whose account has a Falcon key, for bcm \
                     rotation commit: {} - then migrate again, 100 rounds after it is final",
                    link.text()
                );
                Err(Fault { message: words, ..refusal.into() })
            }
            planned => self.begin(planned?, pool, end).await,
        }
    }

    /// True if the account was proved since ECDSA is off, so that no payment signed by an ECDSA key can
    /// come to it any more.
    pub(crate) async fn is_proved_since_off(&self) -> Result<bool, Fault> {
        let Some(off) = self.flags.flags.ecdsa_off else { return Ok(false) };
        let saved = self.store.account().await?;
        Ok(saved.is_some_and(|saved| saved.round.next() >= off))
    }

    /// Learns what was switched off in the last minute: what is signed in vain would only show the key.
    pub(crate) async fn look_at_flags_again(&mut self, end: Instant) {
        if left(end).is_zero() || self.is_known_offline() || self.is_ecdsa_off() {
            return;
        }
        let looking = async {
            let node = self.attach().await?;
            self.look_at_flags_now(&node).await
        };
        if let Ok(Err(fault)) = timeout(left(end), looking).await {
            tracing::info!(code = fault.code(), "what is switched off is looked at later");
        }
    }

    /// A text that asks for a commitment on our network.
    fn read_rotation(&self, text: &str) -> Result<RotationLink, Fault> {
        Ok(RotationLink::parse(text, self.bound()?.home.chain)?)
    }

    /// What our own move is committed to, and its salt.
    async fn own_rotation(&self) -> Result<(RotationLink, Zeroizing<[u8; 32]>), Fault> {
        let words = self.store.identity().await?.words;
        let salt = words.master().rotation_salt();
        let (first, falcon) = (self.keys.operation.public(), self.keys.falcon_of(&words).public());
        let hash = rotation_hash(first.address(), &first, &falcon, &salt);
        let chain = self.bound()?.home.chain;
        Ok((RotationLink { chain, hash: RotationId(hash) }, salt))
    }

    /// What there is of a commitment: ours, or one that is proved.
    async fn commitment(
        &mut self,
        hash: RotationId,
        end: Instant,
    ) -> Result<Option<Committed>, Fault> {
        let mut all = self.store.payments().await?;
        // Once it is opened, its record is gone: what we have paid for is not paid again.
        all.retain(|payment| payment.kind == PaymentKind::Commit);
        for payment in all.into_iter().rev().filter(|one| committed_hash(one) == Some(hash.0)) {
            match payment.state {
                PaymentState::Final(round) => {
                    return Ok(Some(Committed::Before(round, Some(Box::new(payment)))));
                }
                PaymentState::Queued | PaymentState::Submitted => {
                    return Ok(Some(Committed::Now(Box::new(payment))));
                }
                PaymentState::Expired => {}
            }
        }
        let since = self.committed(hash, end).await?;
        Ok(since.map(|since| Committed::Before(since, None)))
    }

    /// The round in which somebody committed to this, as proved now.
    async fn committed(&mut self, hash: RotationId, end: Instant) -> Result<Option<Round>, Fault> {
        let asking = async {
            let node = self.attach().await?;
            let since = Round(self.bound()?.light.round().0.saturating_sub(FRESH));
            self.prove_record::<Round>(&node, rotation_key(&hash.0), since).await
        };
        let late = |_| Err(NetError::Timeout.into());
        let (_, committed) = timeout(left(end), asking).await.unwrap_or_else(late)?;
        Ok(committed)
    }
}
