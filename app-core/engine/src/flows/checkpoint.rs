//! After two weeks away: a checkpoint from this release, or the same from two contacts, asked for by
//! itself; and answering contacts who ask.

use chat::{Standing, Vouched};
use ledger::{Genesis, Header, RangeProof};
use light::{Checkpoint, RELEASED, Step, agree};
use net::{LightNode, NetError};
use store::{LightChange, NetworkChange, VouchRow};
use types::{OpenId, Round};
use wallet::{Payment, PaymentState};
use wire::chain::{ChainReply, ChainRequest};
use wire::{Decode, Encode};

use crate::flows::flags::SeenFlags;
use crate::{Code, Engine, Fault};

/// A contact that has not answered is asked again after so many milliseconds.
const ASK_AGAIN_MS: u64 = 24 * 3_600_000;
/// Most contacts that are asked at a time.
const ASKED: usize = 12;

impl Engine {
    /// The newest header that is trusted, for others to begin from.
    ///
    /// # Errors
    /// `no_network` before any header was checked, `conflict` if none is believed.
    pub fn checkpoint(&self) -> Result<Checkpoint, Fault> {
        let light = &self.bound()?.light;
        if light.frozen().is_some() {
            return Err(light::LightError::Frozen.into());
        }
        let header = light.header().ok_or_else(|| {
            Fault::new(Code::NoNetwork, "no header has been checked yet; run sync first")
        })?;
        Ok(Checkpoint::of(header))
    }

    /// Begins anew from a checkpoint that a person vouches for.
    ///
    /// # Errors
    /// `wrong_network`, `bad_proof`, `checkpoint_needed` if it is too old itself, `no_network`.
    pub async fn use_checkpoint(&mut self, checkpoint: Checkpoint) -> Result<(), Fault> {
        let node = self.attach().await?;
        self.begin_from(&node, &checkpoint).await?;
        self.distrust = None;
        self.move_trust(&node, None).await.map(|_| ())
    }

    async fn begin_from(&mut self, node: &LightNode, checkpoint: &Checkpoint) -> Result<(), Fault> {
        if checkpoint.chain != self.bound()?.light.chain() {
            let words = "this checkpoint belongs to another network than the profile";
            return Err(Fault::new(Code::WrongNetwork, words));
        }
        let request = ChainRequest::Headers { from: checkpoint.round, max: 1 };
        let ChainReply::Headers(steps) = node.chain(request).await? else {
            return Err(NetError::BadReply.into());
        };
        let step = steps.first().ok_or(NetError::BadReply)?;
        let (step, now) = (Step::from_bytes(&step.0)?, self.clock.now());
        let mut light = self.bound()?.light.clone();
        let unproved = if light.frozen().is_some() { self.unproved().await? } else { vec![] };
        light.restart(checkpoint, &step, now)?;
        let row = store::HeaderRow {
            round: step.round(),
            header: step.header().to_bytes(),
            certificate: Some(step.header.certificate.to_bytes()),
        };
        // What was held may be of another chain, and must not be taken for proved for a moment.
        let mut changes: Vec<store::Change> = vec![
            NetworkChange::SaveLight(light.to_bytes()).into(),
            LightChange::ForgetHeaders(Round(u64::MAX)).into(),
            LightChange::AddHeaders(vec![row]).into(),
            LightChange::ForgetVouches.into(),
        ];
        changes.extend(unproved.into_iter().map(Into::into));
        self.store.apply(changes).await?;
        let network = self.bound_mut()?;
        network.light = light;
        network.unsaved.clear();
        (self.pool_read, self.flags) = (Round(0), SeenFlags::default());
        self.observatory.forget();
        Ok(())
    }

    /// What the wallet took for proved by headers that may be of the wrong branch, wherever that
    /// began: account and history, and what became of payments.
    async fn unproved(&self) -> Result<Vec<wallet::Change>, Fault> {
        let mut changes = vec![wallet::Change::ForgetProved];
        for payment in self.store.payments().await? {
            let judged = matches!(payment.state, PaymentState::Final(_) | PaymentState::Expired);
            if judged {
                let state = PaymentState::Submitted;
                changes.push(wallet::Change::SavePayment(Payment { state, ..payment }));
            }
        }
        Ok(changes)
    }

    /// Begins from a checkpoint that there is; else asks for one.
    pub(crate) async fn find_checkpoint(&mut self, node: &LightNode) -> Result<(), Fault> {
        let (round, chain) = (self.bound()?.light.round(), self.bound()?.light.chain());
        // Only answers to what was asked, the same of all: nobody outdoes the others by himself
        // choosing a newer round.
        let answer = |vouch: VouchRow| {
            let answer = Checkpoint::from_bytes(&vouch.answer?).ok()?;
            (answer.round == vouch.asked).then_some(answer)
        };
        let answers: Vec<Checkpoint> =
            self.store.vouches().await?.into_iter().filter_map(answer).collect();
        let released = RELEASED.iter().filter(|released| released.chain == chain).copied();
        let known = released.chain(agree(&answers)).filter(|known| known.round >= round);
        for checkpoint in known.collect::<Vec<_>>() {
            match self.begin_from(node, &checkpoint).await {
                Ok(()) => return Ok(()),
                Err(fault) if fault.is_offline() => return Err(fault),
                Err(fault) => tracing::info!(code = fault.code(), "a checkpoint is of no use"),
            }
        }
        self.ask_contacts(node).await?;
        Err(checkpoint_needed())
    }

    /// Asks accepted contacts which header the ledger has in a recent round, the same of all.
    async fn ask_contacts(&mut self, node: &LightNode) -> Result<(), Fault> {
        let now = self.clock.now();
        let asked = self.store.vouches().await?;
        let lately = asked.iter().filter(|row| now.millis_since(row.asked_at) < ASK_AGAIN_MS);
        let lately: Vec<_> = lately.filter(|row| row.asked > Round(0)).collect();
        let round = match lately.iter().map(|row| row.asked).max() {
            Some(round) => round,
            None => self.recent_boundary(node).await?,
        };
        let mut changes: Vec<store::Change> = vec![];
        let contacts = self.store.contacts().await?;
        let willing = contacts.iter().filter(|contact| contact.standing == Standing::Accepted);
        for contact in willing.take(ASKED) {
            let contact = contact.account;
            if lately.iter().any(|row| row.contact == contact && row.asked == round) {
                continue;
            }
            changes.push(chat::ask_checkpoint(contact, round, now, &mut rand::rng()).into());
            changes.push(LightChange::Asked { contact, round, at: now }.into());
        }
        if changes.is_empty() { Ok(()) } else { Ok(self.store.apply(changes).await?) }
    }

    /// The last round of an epoch that is over for everybody.
    async fn recent_boundary(&self, node: &LightNode) -> Result<Round, Fault> {
        let ChainReply::Tip { round, .. } = node.chain(ChainRequest::Tip).await? else {
            return Err(NetError::BadReply.into());
        };
        let Genesis { params, time, .. } = &self.bound()?.genesis;
        // However far the worker says that it is, there was no time for more.
        let age = self.clock.now().millis_since(*time);
        let most = age.checked_div(u64::from(params.interval_ms)).unwrap_or_default();
        let first = params.epoch_of(round.min(Round(most))).saturating_mul(u64::from(params.epoch));
        Ok(Round(first.saturating_sub(1).max(1)))
    }

    /// Answers the contacts that have asked, by what we trust ourselves. What our worker cannot show
    /// us stays unanswered: whoever asks for it must not stop the rest of the mail.
    pub(crate) async fn vouch_for_asked(&mut self, node: &LightNode) -> Result<(), Fault> {
        let asked: Vec<(OpenId, Round)> =
            std::mem::take(&mut *self.asked_of_us()).into_iter().collect();
        for (contact, round) in asked {
            let checkpoint = match self.checkpoint_at(node, round).await {
                Err(fault) if fault.is_elsewhere() => {
                    tracing::info!(code = fault.code(), "a contact's question is not answered");
                    None
                }
                known => known?,
            };
            let Some(checkpoint) = checkpoint else { continue };
            let Checkpoint { round, header, committee, time, .. } = checkpoint;
            let vouched = Vouched { round, header, committee, time };
            let answer = chat::vouch(contact, vouched, self.clock.now(), &mut rand::rng());
            self.store.apply(vec![answer.into()]).await?;
        }
        Ok(())
    }

    /// What our own light node knows of a round: from the headers that it holds, or proved under the
    /// newest of them. `None` if it cannot say.
    pub(crate) async fn checkpoint_at(
        &mut self,
        node: &LightNode,
        round: Round,
    ) -> Result<Option<Checkpoint>, Fault> {
        let light = &self.bound()?.light;
        let stale = light.needs_checkpoint(self.clock.now()) || light.frozen().is_some();
        let under = light.round();
        if stale || round > under || round == Round(0) {
            return Ok(None);
        }
        if round == under {
            return Ok(light.header().map(Checkpoint::of));
        }
        let header = self.header_at(node, round).await?;
        Ok(Some(Checkpoint::of(&header)))
    }

    /// A header of an earlier round: as held, or proved under the newest one.
    pub(crate) async fn header_at(&self, node: &LightNode, round: Round) -> Result<Header, Fault> {
        if let Some(bytes) = self.store.header(round).await? {
            return Ok(Header::from_bytes(&bytes)?);
        }
        Ok(self.proved_header(node, round).await?.0)
    }

    /// A header before the newest one, with its way to that.
    pub(crate) async fn proved_header(
        &self,
        node: &LightNode,
        round: Round,
    ) -> Result<(Header, RangeProof), Fault> {
        let light = &self.bound()?.light;
        let under = light.round();
        let request = ChainRequest::HeaderAt { round, under };
        let ChainReply::HeaderAt { header, path } = node.chain(request).await? else {
            return Err(NetError::BadReply.into());
        };
        let (header, path) = (Header::from_bytes(&header.0)?, RangeProof::from_bytes(&path.0)?);
        light.check_header(under, &header, &path)?;
        if header.round == round { Ok((header, path)) } else { Err(NetError::BadReply.into()) }
    }
}

pub(crate) fn checkpoint_needed() -> Fault {
    Fault::new(
        Code::CheckpointNeeded,
        "this profile was away for more than two weeks, so that the network's signatures no longer \
         prove anything to it: update the app, or wait until two contacts have answered, or bring a \
         checkpoint with checkpoint --use",
    )
}
