//! Moving trust: to the newest header in one answer after a pause, header by header while somebody
//! looks; and holding the latest headers behind it.

use ledger::AccountProof;
use light::{Backfill, LightError, MAX_BACK, Step};
use net::{LightNode, NetError};
use store::{HeaderRow, LightChange, NetworkChange};
use types::{Address, Round, Timestamp};
use wire::chain::{ChainReply, ChainRequest, MAX_STEPS, Object};
use wire::{Decode, Encode};

use crate::flows::crosscheck::warrants;
use crate::observatory::Came;
use crate::{Engine, Fault};

/// More answers than this to one question lead nowhere.
const ANSWERS: usize = 64;

impl Engine {
    /// Trusts the newest header that the network has. Returns the round and clock of the network,
    /// as it says, and the proof of the account behind an address, which is still to be checked.
    pub(crate) async fn move_trust(
        &mut self,
        node: &LightNode,
        address: Option<Address>,
    ) -> Result<((Round, Timestamp), Option<AccountProof>), Fault> {
        if self.bound()?.light.frozen().is_some() {
            // Whoever froze it may have been stopped before that was saved.
            self.save_light().await?;
            return Err(LightError::Frozen.into());
        }
        if self.bound()?.light.needs_checkpoint(self.clock.now()) {
            self.find_checkpoint(node).await?;
        }
        let (mut tip, mut proof, mut warned, mut once_more) = (None, None, vec![], true);
        for _ in 0..ANSWERS {
            let trusted = self.bound()?.light.round();
            let moving = node.chain(ChainRequest::Light { trusted, address });
            // Both at once: after a pause one way there and back is all it takes.
            let (moved, said) = match tip {
                Some(_) => (moving.await?, None),
                None => {
                    let asking = node.chain(ChainRequest::Tip);
                    let (moved, said, told) = futures::join!(moving, asking, warrants(node));
                    warned = told;
                    (moved?, Some(said?))
                }
            };
            if let Some(said) = said {
                tip = Some(tip_of(said)?);
            }
            let ChainReply::Light { steps, account } = moved else {
                return Err(NetError::BadReply.into());
            };
            let taken = self.take_steps(&steps);
            self.save_light().await?;
            taken?;
            proof = account;
            let round = self.bound()?.light.round();
            // A block may have come between the two answers.
            let behind = tip.is_some_and(|(tip, _)| tip > round);
            let more = steps.len() >= MAX_STEPS && round > trusted;
            let again = more || (behind && std::mem::take(&mut once_more));
            if !again {
                break;
            }
        }
        // By now it is known who is trusted.
        for warrant in warned {
            let taken = self.take_warrant(&warrant).await;
            if taken.as_ref().is_err_and(Fault::is_distrust) {
                self.was_warned_by(node.worker());
            }
            taken?;
        }
        let tip = tip.ok_or(NetError::BadReply)?;
        let proof = proof.map(|object| AccountProof::from_bytes(&object.0)).transpose()?;
        Ok((tip, proof))
    }

    /// Takes what leads to the newest header. Who plans it well leaves out all but the boundaries
    /// and the last one: a worker could send every header of two weeks, and each must be checked.
    pub(crate) fn take_steps(&mut self, steps: &[Object]) -> Result<(), Fault> {
        let network = self.bound()?;
        let (known, params) = (network.light.round(), network.genesis.params);
        let last = steps.len().saturating_sub(1);
        for (at, step) in steps.iter().enumerate() {
            let step = Step::from_bytes(&step.0)?;
            if at != last && !params.is_boundary(step.round()) {
                return Err(NetError::BadReply.into());
            }
            // A header that came over the held stream meanwhile is no reason to refuse the rest.
            if step.round() > known {
                self.take_step(&step, Came::Fetched)??;
            }
        }
        Ok(())
    }

    /// Checks one header against what is trusted; saved by the next [`Self::save_light`].
    fn take_step(&mut self, step: &Step, came: Came) -> Result<Result<(), LightError>, Fault> {
        let (now, observatory) = (self.clock.now(), self.observatory.clone());
        let network = self.bound_mut()?;
        let before = network.light.round();
        if let Err(error) = network.light.advance(step, now) {
            return Ok(Err(error));
        }
        observatory.took(&network.light, before, came);
        let certificate = &step.header.certificate;
        let keep = step.next.is_some() || network.genesis.params.is_boundary(step.round());
        network.unsaved.push(HeaderRow {
            round: step.round(),
            header: step.header().to_bytes(),
            certificate: keep.then(|| certificate.to_bytes()),
        });
        Ok(Ok(()))
    }

    /// A header from the held stream, which may repeat what was fetched meanwhile, leave some out, or
    /// need more than it says.
    pub(crate) async fn take_told(&mut self, node: &LightNode, step: &Object) -> Result<(), Fault> {
        const SAVE_EVERY: usize = 60;
        let step = Step::from_bytes(&step.0)?;
        if step.round() <= self.bound()?.light.round() {
            return Ok(());
        }
        match self.take_step(&step, Came::Told)? {
            Ok(()) => {}
            Err(
                LightError::MustWalk(_)
                | LightError::NotEnoughTrust { .. }
                | LightError::WrongMembers,
            ) => {
                self.move_trust(node, None).await?;
            }
            Err(error) => return Err(error.into()),
        }
        if self.bound()?.unsaved.len() >= SAVE_EVERY || !self.link_follows_every() {
            self.save_light().await?;
        }
        Ok(())
    }

    /// Saves what is trusted together with the headers that it counts as held.
    pub(crate) async fn save_light(&mut self) -> Result<(), Fault> {
        let network = self.bound()?;
        let mut changes = vec![NetworkChange::SaveLight(network.light.to_bytes()).into()];
        if !network.unsaved.is_empty() {
            let bottom = network.light.window().bottom();
            changes.push(LightChange::AddHeaders(network.unsaved.clone()).into());
            changes.push(LightChange::ForgetHeaders(bottom).into());
        }
        let count = network.unsaved.len();
        self.store.apply(changes).await?;
        self.bound_mut()?.unsaved.drain(..count);
        Ok(())
    }

    /// Fetches one piece of the latest headers that are missing.
    pub(crate) async fn fill_gap(&mut self, node: &LightNode) -> Result<(), Fault> {
        let network = self.bound()?;
        let Some(gap) = network.light.window().gap() else { return Ok(()) };
        let most = u64::try_from(MAX_BACK).unwrap_or(u64::MAX);
        let max = u16::try_from(gap.missing.min(most)).unwrap_or(u16::MAX);
        let request = ChainRequest::Back { before: gap.last.next(), max };
        let ChainReply::Back(object) = node.chain(request).await? else {
            return Err(NetError::BadReply.into());
        };
        let back = Backfill::from_bytes(&object.0)?;
        let observatory = self.observatory.clone();
        let network = self.bound_mut()?;
        let (chain, interval) = (network.light.chain(), network.genesis.params.interval_ms);
        let headers = network.light.window_mut().fill(&back, chain, interval)?;
        observatory.filled(&headers);
        network.unsaved.extend(headers.iter().map(|header| HeaderRow {
            round: header.round,
            header: header.to_bytes(),
            certificate: None,
        }));
        self.save_light().await
    }
}

fn tip_of(reply: ChainReply) -> Result<(Round, Timestamp), NetError> {
    if let ChainReply::Tip { round, now } = reply {
        Ok((round, now))
    } else {
        Err(NetError::BadReply)
    }
}
