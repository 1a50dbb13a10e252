//! Proofs, made beside everything else, one at a time; and what is done with one that is finished.

use std::sync::OnceLock;

use ledger::Transaction;
use net::{CallError, LightNode, NetError};
use shielded::{BuildError, Draft, Period, Plan, ProvingKey, SpendingKey, ViewingKey};
use store::Change;
use tokio::task::JoinHandle;
use types::{Abc, Amount, Round};
use wallet::private::{
    OwnNote, PoolGround, PoolState, PrivatePayee, Readiness, Transfer, TransferState,
    plan_transfer, seal_carry, seal_top_up, seal_transfer,
};
use wallet::{ANNOUNCED, Announced, OwedId, Refusal};
use wire::chain::{ChainReply, ChainRequest, Object};
use wire::code;

use crate::flows::private::PoolWork;
use crate::{Code, Engine, Fault};

/// A transaction that no block took for so many rounds may have been forgotten by the node.
const FORGOTTEN: u64 = 5;

/// What a proof is for.
pub(in crate::flows) enum Work {
    /// A transfer, by its intent, and the transaction that it becomes.
    Transfer([u8; 16], Box<Transaction>),
    /// So much into the pool; the payment that needs it, unless the person asked for it.
    TopUp(Amount<Abc>, Option<[u8; 16]>),
    /// What a former period account holds, into the present one; the transaction that it becomes.
    CarryOver(Box<Transfer>, Box<Transaction>),
    /// A share of a red envelope, or what came back of one, into the pool; the transaction that it
    /// becomes.
    Collect(OwedId, Box<Transaction>),
    /// Several notes into one; the transaction that it becomes.
    Merge(Box<Transfer>, Box<Transaction>),
    /// Nothing any more: whoever wanted it has called it off.
    Dropped,
}

/// A proof that is being made.
pub(crate) struct Proving {
    work: Work,
    period: Period,
    /// The notes that it spends.
    spends: Announced,
    task: Option<JoinHandle<Result<Draft, BuildError>>>,
    done: Option<Result<Draft, BuildError>>,
}

impl Proving {
    fn begin(work: Work, plan: Plan, key: ViewingKey, round: Round) -> Self {
        let period = key.period();
        let notes = plan.spends.iter().filter_map(|spend| key.nullifier(&spend.note)).collect();
        let spends = Announced { notes, until: round.plus(ANNOUNCED) };
        let task = tokio::task::spawn_blocking(move || prove(&plan, &key));
        Self { work, period, spends, task: Some(task), done: None }
    }

    /// The notes that it is about to spend, for which wish, and that wish unless it is saved.
    pub(in crate::flows) fn announces(&self) -> Option<([u8; 16], Option<&Transfer>, &Announced)> {
        match &self.work {
            Work::Transfer(intent, _) => Some((*intent, None, &self.spends)),
            Work::CarryOver(wish, _) | Work::Merge(wish, _) => {
                Some((wish.intent, Some(wish), &self.spends))
            }
            Work::TopUp(..) | Work::Collect(..) | Work::Dropped => None,
        }
    }

    /// Waits until the proof is made. May be dropped and called again.
    pub(crate) async fn wait(&mut self) {
        if let Some(task) = &mut self.task {
            // A task that fell over has made no proof.
            self.done = Some(task.await.unwrap_or(Err(BuildError::Proof)));
            self.task = None;
        }
    }

    /// True until somebody has waited for it.
    pub(crate) fn is_under_way(&self) -> bool {
        self.task.is_some()
    }

    /// What it is for, if anybody still wants it.
    pub(crate) fn work(&self) -> Option<PoolWork> {
        match &self.work {
            Work::Transfer(intent, _) => Some(PoolWork::Transfer(*intent)),
            Work::TopUp(amount, _) => Some(PoolWork::TopUp(*amount)),
            Work::CarryOver(..) => Some(PoolWork::CarryOver),
            Work::Collect(..) => Some(PoolWork::Share),
            Work::Merge(..) => Some(PoolWork::Merge),
            Work::Dropped => None,
        }
    }

    /// True for money that goes into the pool for a payment only.
    pub(crate) fn is_for_payment(&self) -> bool {
        matches!(self.work, Work::TopUp(_, Some(_)))
    }

    /// A proof cannot be stopped; what it makes is thrown away.
    pub(crate) fn drop_result(&mut self) {
        self.work = Work::Dropped;
    }

    pub(super) fn is_done(&self) -> bool {
        self.task.as_ref().is_none_or(JoinHandle::is_finished)
    }
}

fn prove(plan: &Plan, key: &ViewingKey) -> Result<Draft, BuildError> {
    // It takes some seconds and cannot be kept on disk.
    static KEY: OnceLock<ProvingKey> = OnceLock::new();
    let mut rng = rand::rng();
    let mut draft = Draft::build(plan, key, &mut rng)?;
    draft.prove(KEY.get_or_init(ProvingKey::build), &mut rng)?;
    Ok(draft)
}

impl Engine {
    /// Begins a proof.
    pub(in crate::flows) fn begin_proving(&mut self, work: Work, plan: Plan, key: ViewingKey) {
        let round = self.network.as_ref().map_or(Round(0), |network| network.light.round());
        self.proving = Some(Proving::begin(work, plan, key, round));
    }

    /// What is saved of the pool: how far it was read, our notes but for those that siblings have
    /// announced, what is under way.
    pub(in crate::flows) async fn pool_ground(
        &self,
    ) -> Result<(PoolState, Vec<OwnNote>, Vec<Transfer>), Refusal> {
        let (state, notes, open) = self.saved_pool_ground().await?;
        Ok((state, self.not_announced(notes), open))
    }

    /// The same with all our notes.
    pub(super) async fn saved_pool_ground(
        &self,
    ) -> Result<(PoolState, Vec<OwnNote>, Vec<Transfer>), Refusal> {
        let unknown = |_| Refusal::PoolUnknown;
        let state = self.store.pool_state().await.ok().flatten().ok_or(Refusal::PoolUnknown)?;
        let notes = self.store.unspent_notes().await.map_err(unknown)?;
        let open = self.store.open_transfers().await.map_err(unknown)?;
        Ok((state, notes, open))
    }

    pub(super) fn ground_in_pool<'a>(
        &'a self,
        key: &'a ViewingKey,
        (state, notes, open): (&'a PoolState, &'a [OwnNote], &'a [Transfer]),
        payee_exists: bool,
    ) -> Result<PoolGround<'a>, Fault> {
        let network = self.bound()?;
        Ok(PoolGround {
            chain: network.home.chain,
            params: &network.genesis.params,
            // No bundle lies between what is saved and what was read last.
            round: state.round.max(self.pool_read),
            payee_exists,
            key,
            notes,
            open,
            tree: &state.tree,
        })
    }

    /// What can be done for a wish now. Notes that a sibling has announced are left to it; what cannot be
    /// paid without them waits.
    pub(crate) async fn ready(
        &self,
        wish: &Transfer,
        payee_exists: bool,
    ) -> Result<Readiness, Refusal> {
        let unknown = |_| Refusal::PoolUnknown;
        let (state, all, open) = self.saved_pool_ground().await?;
        let period = self.present_period().await.map_err(unknown)?;
        let key = self.pool_key(period).map_err(unknown)?.viewing_key();
        let plan = |notes: &[OwnNote]| {
            let saved = (&state, notes, &open[..]);
            plan_transfer(wish, self.ground_in_pool(&key, saved, payee_exists).map_err(unknown)?)
        };
        let notes = self.not_announced(all.clone());
        match plan(&notes) {
            Err(Refusal::Insufficient { .. }) if notes.len() < all.len() => match plan(&all)? {
                Readiness::Ready(ready) => Ok(Readiness::Waits { fee: ready.order.fee }),
                Readiness::Waits { fee } | Readiness::Merges { fee, .. } => {
                    Ok(Readiness::Waits { fee })
                }
            },
            planned => planned,
        }
    }

    /// Those of these notes that no sibling is about to spend.
    pub(super) fn not_announced(&self, mut notes: Vec<OwnNote>) -> Vec<OwnNote> {
        let announced = self.announced_elsewhere(None);
        notes.retain(|note| !announced.contains(&note.nullifier));
        notes
    }

    /// Signs and saves what a finished proof was made for. True if that was a top-up, which is sent
    /// with the account's payments, or a share, which is sent with the claims.
    pub(crate) async fn keep_proof(&mut self) -> Result<bool, Fault> {
        if !self.proving.as_ref().is_some_and(Proving::is_done) {
            return Ok(false);
        }
        let Some(mut proving) = self.proving.take() else { return Ok(false) };
        proving.wait().await;
        if let Some((wish, _, spends)) = proving.announces()
            && self.is_taken(wish, &spends.notes).await?
        {
            // Whoever wants it is planned anew, with other notes.
            tracing::info!("a sibling spends the same notes");
            return Ok(false);
        }
        let Proving { work, period, done, .. } = proving;
        let not_made = || Fault::new(Code::Internal, "a proof could not be made");
        let draft = || done.and_then(Result::ok).ok_or_else(not_made);
        self.check_signs()?;
        let key = self.pool_key(period)?;
        let (changes, topped) = match work {
            Work::Dropped => return Ok(false),
            Work::Transfer(intent, order) => {
                let wish = self.store.transfer(intent).await?;
                let Some(wish) = wish.filter(|wish| wish.state == TransferState::Planned) else {
                    return Ok(false);
                };
                if period != self.present_period().await? {
                    // Nothing is paid out of a former account: what it holds is carried over first.
                    return Ok(false);
                }
                if let PrivatePayee::Envelope(gift) = wish.to {
                    let made = (*order, draft()?);
                    (self.sealed_gift((wish, gift.root), made, &key).await?, false)
                } else {
                    let sealed = seal_transfer(*order, draft()?, &key, &mut rand::rng());
                    let attempt = Some(sealed.map_err(|_| not_made())?);
                    let saved = Transfer { attempt, state: TransferState::Queued, ..wish };
                    let told = self.word_of_transfer(&saved).await?;
                    let saved = wallet::Change::SaveTransfer(Box::new(saved));
                    let changes: Vec<Change> = told.into_iter().chain([saved.into()]).collect();
                    (changes, false)
                }
            }
            Work::CarryOver(wish, order) => {
                let next = self.pool_key(self.present_period().await?)?.viewing_key();
                if wish.to != PrivatePayee::CarryOver(next.period()) {
                    return Ok(false);
                }
                let by = (self.keys.account(), &key, &next);
                let attempt = seal_carry(*order, draft()?, by, &mut rand::rng());
                let attempt = Some(attempt.map_err(|_| not_made())?);
                let saved = Transfer { attempt, state: TransferState::Queued, ..*wish };
                (vec![wallet::Change::SaveTransfer(Box::new(saved)).into()], false)
            }
            Work::Collect(id, order) => {
                let saved = self.sealed_share(id, (*order, draft()?), &key).await?;
                let Some(saved) = saved else { return Ok(false) };
                (vec![saved.into()], true)
            }
            Work::Merge(wish, order) => {
                if period != self.present_period().await? {
                    return Ok(false);
                }
                let sealed = seal_transfer(*order, draft()?, &key, &mut rand::rng());
                let attempt = Some(sealed.map_err(|_| not_made())?);
                let saved = Transfer { attempt, state: TransferState::Queued, ..*wish };
                (vec![wallet::Change::SaveTransfer(Box::new(saved)).into()], false)
            }
            Work::TopUp(amount, wish) => {
                if let Some(wish) = wish
                    && !self.is_agreed(wish, amount).await?
                {
                    return Ok(false);
                }
                (self.sealed_top_up((amount, wish), draft()?, &key).await?, true)
            }
        };
        self.store.apply(changes).await?;
        Ok(topped)
    }

    /// What is to be saved of money that goes into the pool, for a wish that needs it there or by itself.
    async fn sealed_top_up(
        &mut self,
        (amount, wish): (Amount<Abc>, Option<[u8; 16]>),
        draft: Draft,
        key: &SpendingKey,
    ) -> Result<Vec<Change>, Fault> {
        let known = self.known(true).await?;
        self.make_signer(&known).await?;
        let (ground, ring, now) = (self.ground(&known)?, self.ring()?, self.clock.now());
        let payment = seal_top_up((amount, draft), ground, &ring, key, (now, &mut rand::rng()))?;
        self.paying = true;
        let used = wish.map(|wish| wallet::Change::PutsInFor(payment.intent, wish));
        let saved = wallet::Change::SavePayment(payment);
        Ok([saved].into_iter().chain(used).map(Into::into).collect())
    }

    /// Submits every transfer that was proved and may still come; the same bytes as ever.
    pub(crate) async fn submit_transfers(&mut self, node: &LightNode) -> Result<(), Fault> {
        self.check_not_frozen()?;
        let round = self.bound()?.light.round();
        for transfer in self.store.open_transfers().await? {
            let Some(attempt) = &transfer.attempt else { continue };
            let sent = transfer.state == TransferState::Submitted;
            // It expires 600 rounds behind its anchor, which may be a dozen old.
            let stale = round.plus(600) > attempt.expiry.plus(FORGOTTEN + 12);
            if sent && !stale {
                continue;
            }
            match node.chain(ChainRequest::Submit(Object(attempt.bytes.clone()))).await {
                Ok(ChainReply::Submitted(_)) => {
                    let state = TransferState::Submitted;
                    let saved = Transfer { state, ..transfer };
                    let saved = wallet::Change::SaveTransfer(Box::new(saved));
                    self.store.apply(vec![saved.into()]).await?;
                }
                Ok(_) => return Err(NetError::BadReply.into()),
                // A node's refusal proves nothing: it dies by the log and its expiry alone.
                Err(CallError::Failure(failure)) if failure.code != code::UNAVAILABLE => {
                    tracing::warn!(code = failure.code, "a node refuses a private payment");
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}
