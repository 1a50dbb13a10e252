//! Cross-checking: two other workers are asked for the header that we trust. What they certify must
//! be the same; if it is not, nothing is believed any more.

use std::time::Duration;

use light::{Agreement, Conflict, Step};
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
const PATIENCE: Duration = Duration::from_secs(8);
/// How many are asked.
const OTHERS: usize = 2;

impl Engine {
    /// Takes what others have answered, and asks again when it is time. Nobody waits for it.
    pub(crate) async fn cross_check(&mut self, node: &LightNode) -> Result<(), Fault> {
        while let Some(answer) = self.checks.try_join_next() {
            if let Ok(Some(step)) = answer {
                self.compare(&step).await?;
            }
        }
        let due = self.crossed.is_none_or(|at| at.elapsed() >= EVERY);
        if due && self.checks.is_empty() {
            self.crossed = Some(Instant::now());
            self.observatory.asks_others();
            let round = self.bound()?.light.round();
            for other in self.others()? {
                let (home, seen) = (node.clone(), self.observatory.clone());
                self.checks.spawn(async move {
                    let asking = step_of(home, other, round, &seen);
                    tokio::time::timeout(PATIENCE, asking).await.ok().flatten()
                });
            }
        }
        Ok(())
    }

    /// Takes a warning that a worker passes on; one that proves nothing is dropped.
    pub(crate) async fn take_warrant(&mut self, object: &Object) -> Result<(), Fault> {
        let Ok(conflict) = Conflict::from_bytes(&object.0) else { return Ok(()) };
        if self.bound_mut()?.light.take_warrant(&conflict).is_err() {
            return Ok(());
        }
        self.save_light().await?;
        Err(light::LightError::Frozen.into())
    }

    async fn compare(&mut self, step: &Step) -> Result<(), Fault> {
        let now = self.clock.now();
        match self.bound_mut()?.light.compare(step, now) {
            Ok(Agreement::Conflict(_)) => {
                self.save_light().await?;
                Err(light::LightError::Frozen.into())
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
            Err(error) => {
                // It speaks against that worker alone.
                tracing::info!(%error, "another worker's header proves nothing");
                Ok(())
            }
        }
    }

    /// Other workers of the genesis, a different pair each time.
    fn others(&self) -> Result<Vec<Bootstrap>, Fault> {
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

/// Another worker's header of a round, over a connection of its own.
async fn step_of(
    home: LightNode,
    other: Bootstrap,
    round: Round,
    seen: &Observatory,
) -> Option<Step> {
    let located = home.chain(ChainRequest::Locate(other.worker)).await.ok()?;
    let ChainReply::Located(addresses) = located else { return None };
    let at = addresses.into_iter().next()?;
    let node = reach(&Bootstrap { addresses: at, ..other }).await.ok()?;
    let answer = node.chain(ChainRequest::Headers { from: round, max: 1 }).await;
    seen.met(node.connections());
    node.close().await;
    let ChainReply::Headers(steps) = answer.ok()? else { return None };
    Step::from_bytes(&steps.first()?.0).ok()
}
