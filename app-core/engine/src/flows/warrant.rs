//! Warrants: one that is proved stops all payments here, and everybody else is told.

use std::time::Duration;

use ledger::Conflict;
use light::LightError;
use net::LightNode;
use tokio::time::timeout;
use types::WorkerId;
use wire::chain::{ChainReply, ChainRequest, Object};
use wire::{Decode, Encode};

use crate::flows::crosscheck::{Other, PATIENCE};
use crate::{Engine, Fault};

/// How long those are waited for who are told: a program that ends at once would tell nobody.
const TELLING: Duration = Duration::from_secs(2);

impl Engine {
    /// Takes a warrant that a worker passes on. One about members that we do not trust, or that is
    /// resolved, is passed over.
    ///
    /// # Errors
    /// `conflict` once nothing is believed; `bad_proof` if it proves nothing, which no honest worker
    /// passes on.
    pub(crate) async fn take_warrant(&mut self, object: &Object) -> Result<(), Fault> {
        let conflict = Conflict::from_bytes(&object.0)?;
        let now = self.clock.now();
        match self.bound_mut()?.light.take_warrant(&conflict, now) {
            Ok(()) => {
                self.save_light().await?;
                Err(LightError::Frozen.into())
            }
            Err(
                LightError::Frozen
                | LightError::Settled
                | LightError::WrongMembers
                | LightError::TrustExpired(_),
            ) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Tells of what froze us, if that proves itself to others: the home worker, and two others,
    /// because the home worker may be who misled us. Each is told once while this program runs, and
    /// nothing fails here.
    pub(crate) async fn warn(&mut self, node: &LightNode) {
        let Some(warrant) = self.warrant() else { return };
        let home = node.worker();
        if self.warned.insert(home) {
            let (node, warrant) = (node.clone(), warrant.clone());
            self.warnings.spawn(async move {
                let told = timeout(PATIENCE, tell(&node, warrant)).await;
                (home, told.unwrap_or(false))
            });
        }
        let others = self.others().unwrap_or_default();
        let known = self.store.bootstrap().await.unwrap_or_default();
        for other in others {
            let worker = other.worker;
            if !self.warned.insert(worker) {
                continue;
            }
            let (other, warrant) = (Other::new(other, &known, node.clone()), warrant.clone());
            self.warnings.spawn(async move {
                let telling = async {
                    let Some(node) = other.reach().await else { return false };
                    let told = tell(&node, warrant).await;
                    node.close().await;
                    told
                };
                (worker, timeout(PATIENCE, telling).await.unwrap_or(false))
            });
        }
        timeout(TELLING, self.have_warned()).await.unwrap_or_default();
    }

    /// Waits until those have answered who are being told; who has not taken it is told again.
    async fn have_warned(&mut self) {
        while let Some(done) = self.warnings.join_next().await {
            if let Ok((worker, false)) = done {
                self.warned.remove(&worker);
            }
        }
    }

    /// Our home worker has told us of it: it knows.
    pub(crate) fn was_warned_by(&mut self, worker: WorkerId) {
        self.warned.insert(worker);
    }

    /// What froze us, in the form that convinces others; `None` if it does not.
    fn warrant(&mut self) -> Option<Object> {
        let light = &self.network.as_ref()?.light;
        let Some(conflict) = light.frozen() else {
            self.warned.clear();
            return None;
        };
        conflict.verify(light.chain()).ok().map(|()| Object(conflict.to_bytes()))
    }
}

async fn tell(node: &LightNode, warrant: Object) -> bool {
    let told = node.chain(ChainRequest::Warrant(warrant)).await;
    if let Err(error) = &told {
        tracing::info!(%error, "a worker does not take a warrant");
    }
    matches!(told, Ok(ChainReply::Warranted))
}
