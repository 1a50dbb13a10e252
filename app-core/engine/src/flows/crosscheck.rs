//! Cross-checking: two other workers are asked for the header that we trust, and for newer ones. What
//! they certify must be the same; if it is not, nothing is believed any more.

use std::time::Duration;

use light::{Agreement, LightError, Step};
use net::{Bootstrap, LightNode};
use tokio::time::Instant;
use types::{Round, WorkerId};
use wire::Decode;
use wire::chain::{ChainReply, ChainRequest, Object};

use crate::flows::attach::reach;
use crate::{Engine, Fault, Observatory};

/// Between two checks, while somebody looks.
const EVERY: Duration = Duration::from_secs(60);
/// How long another worker may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(8);
/// How long a payment waits for what they say.
const BEFORE_PAYING: Duration = Duration::from_millis(1500);
/// How many are asked.
const OTHERS: usize = 2;
/// Addresses of one worker that are tried.
const ADDRESSES: usize = 2;

/// So many rounds behind what another worker can prove, ours withholds something.
const WITHHELD: u64 = 16;

/// What another worker has answered; nothing of it is checked yet.
#[derive(Debug)]
pub(crate) struct Answer {
    /// What we trusted when it was asked.
    ours: Step,
    /// Its header of that round.
    step: Option<Step>,
    /// What leads from there to its newest header.
    newer: Vec<Object>,
    /// Warrants that it keeps.
    warrants: Vec<Object>,
}

impl Engine {
    /// Takes what others have answered, and asks again when it is time. Nobody waits for it.
    pub(crate) async fn cross_check(&mut self, node: &LightNode) -> Result<(), Fault> {
        while let Some(answer) = self.checks.try_join_next() {
            self.take_checked(node, answer.ok().flatten()).await?;
        }
        let due = self.crossed.is_none_or(|at| at.elapsed() >= EVERY);
        if due && self.checks.is_empty() {
            self.crossed = Some(Instant::now());
            self.ask_others(node).await?;
        }
        Ok(())
    }

    /// Asks others before money moves, unless they were asked lately: whoever runs one command at a
    /// time would never hear of them. Who does not answer soon holds up no payment.
    ///
    /// # Errors
    /// `conflict` once nothing is believed, and whatever else keeps us from saving what they say.
    pub(crate) async fn check_before_paying(&mut self) -> Result<(), Fault> {
        let asking = async {
            let node = self.attach().await?;
            self.cross_check(&node).await?;
            while let Some(answer) = self.checks.join_next().await {
                self.take_checked(&node, answer.ok().flatten()).await?;
            }
            Ok::<_, Fault>(())
        };
        match tokio::time::timeout(BEFORE_PAYING, asking).await {
            Ok(Err(fault)) if !fault.is_elsewhere() => Err(fault),
            Ok(_) | Err(_) => Ok(()),
        }
    }

    async fn take_checked(
        &mut self,
        node: &LightNode,
        answer: Option<Answer>,
    ) -> Result<(), Fault> {
        let Some(answer) = answer else { return Ok(()) };
        let taken = self.take_answer(answer).await;
        if taken.is_err() {
            self.warn(node).await;
        }
        taken
    }

    async fn ask_others(&mut self, node: &LightNode) -> Result<(), Fault> {
        let Some(ours) = self.bound()?.light.step() else { return Ok(()) };
        self.observatory.asks_others();
        let known = self.store.bootstrap().await?;
        for other in self.others()? {
            let other = Other::new(other, &known, node.clone());
            let (ours, seen) = (ours.clone(), self.observatory.clone());
            self.checks.spawn(async move {
                let asking = other.answer(ours, &seen);
                tokio::time::timeout(PATIENCE, asking).await.ok().flatten()
            });
        }
        Ok(())
    }

    async fn take_answer(&mut self, answer: Answer) -> Result<(), Fault> {
        let Answer { ours, step, newer, warrants } = answer;
        if let Some(step) = step {
            self.compare(&ours, &step).await?;
        }
        for warrant in warrants {
            match self.take_warrant(&warrant).await {
                Err(fault) if fault.is_elsewhere() => {
                    tracing::info!("another worker's warrant proves nothing");
                }
                done => done?,
            }
        }
        self.take_withheld(&newer).await
    }

    /// Headers that our own worker should have told of long ago are taken from whoever has them.
    async fn take_withheld(&mut self, newer: &[Object]) -> Result<(), Fault> {
        let round = self.bound()?.light.round();
        let newest = newer.last().and_then(|object| Step::from_bytes(&object.0).ok());
        if newest.is_none_or(|newest| newest.round() < round.plus(WITHHELD)) {
            return Ok(());
        }
        let taken = self.take_steps(newer);
        self.save_light().await?;
        match taken {
            Err(fault) if fault.is_elsewhere() => {
                tracing::info!(code = fault.code(), "another worker's headers prove nothing");
                Ok(())
            }
            Ok(()) => {
                tracing::warn!("the home worker withholds headers");
                Ok(())
            }
            other => other,
        }
    }

    async fn compare(&mut self, ours: &Step, step: &Step) -> Result<(), Fault> {
        let now = self.clock.now();
        match self.bound_mut()?.light.compare_with(ours, step, now) {
            Ok(Agreement::Conflict(_)) => {
                self.save_light().await?;
                Err(LightError::Frozen.into())
            }
            Ok(Agreement::Same | Agreement::Ahead) => {
                self.observatory.agreed();
                Ok(())
            }
            Ok(Agreement::Behind) => {
                // We have moved on; of a round that we still know it was the same header.
                if self.bound()?.light.time_of(step.round()).is_some() {
                    self.observatory.agreed();
                }
                Ok(())
            }
            Err(LightError::Frozen) => Err(LightError::Frozen.into()),
            Err(error) => {
                // It speaks against that worker alone.
                tracing::info!(%error, "another worker's header proves nothing");
                Ok(())
            }
        }
    }

    /// Other workers of the genesis, a different pair each time.
    pub(crate) fn others(&self) -> Result<Vec<Bootstrap>, Fault> {
        let network = self.bound()?;
        let mut all: Vec<WorkerId> =
            network.genesis.workers.iter().map(|worker| worker.id).collect();
        all.retain(|worker| *worker != network.home.worker);
        let turn = usize::try_from(network.light.round().0).unwrap_or_default();
        let start = turn.checked_rem(all.len()).unwrap_or_default();
        all.rotate_left(start);
        let other = |worker| Bootstrap { worker, ..network.home.clone() };
        Ok(all.into_iter().take(OTHERS).map(other).collect())
    }
}

/// Another worker, and what leads to it.
pub(crate) struct Other {
    node: Bootstrap,
    /// Where it was when we heard of it ourselves: our home worker may not want us to find it.
    known: Vec<String>,
    home: LightNode,
}

impl Other {
    /// `saved` are the addresses that the profile remembers.
    pub(crate) fn new(node: Bootstrap, saved: &[String], home: LightNode) -> Self {
        let saved = saved.iter().filter_map(|text| Bootstrap::parse(text).ok());
        let same = saved.filter(|at| at.worker == node.worker && at.chain == node.chain);
        Self { known: same.map(|at| at.addresses).collect(), node, home }
    }

    /// A connection of its own. That it is the right worker its key proves.
    pub(crate) async fn reach(&self) -> Option<LightNode> {
        for addresses in self.known.iter().take(ADDRESSES) {
            if let Some(node) = self.reach_at(addresses.clone()).await {
                return Some(node);
            }
        }
        let located = self.home.chain(ChainRequest::Locate(self.node.worker)).await.ok()?;
        let ChainReply::Located(addresses) = located else { return None };
        self.reach_at(addresses.into_iter().next()?).await
    }

    async fn reach_at(&self, addresses: String) -> Option<LightNode> {
        reach(&Bootstrap { addresses, ..self.node.clone() }).await.ok()
    }

    async fn answer(self, ours: Step, seen: &Observatory) -> Option<Answer> {
        let node = self.reach().await?;
        let round = ours.round();
        let (step, newer, warrants) =
            futures::join!(header(&node, round), newer(&node, round), warrants(&node));
        seen.met(node.connections());
        node.close().await;
        Some(Answer { ours, step, newer, warrants })
    }
}

async fn header(node: &LightNode, round: Round) -> Option<Step> {
    let answer = node.chain(ChainRequest::Headers { from: round, max: 1 }).await;
    let ChainReply::Headers(steps) = answer.ok()? else { return None };
    Step::from_bytes(&steps.first()?.0).ok()
}

async fn newer(node: &LightNode, trusted: Round) -> Vec<Object> {
    match node.chain(ChainRequest::Light { trusted, address: None }).await {
        Ok(ChainReply::Light { steps, .. }) => steps,
        Ok(_) | Err(_) => vec![],
    }
}

/// The warrants that a node keeps; one that has none to tell, or does not know what they are, has
/// none.
pub(crate) async fn warrants(node: &LightNode) -> Vec<Object> {
    match node.chain(ChainRequest::Warrants).await {
        Ok(ChainReply::Warrants(warrants)) => warrants,
        Ok(_) | Err(_) => vec![],
    }
}
