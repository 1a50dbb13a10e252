//! How a manager that takes a state comes to trust its header: by the light node's rules, from its
//! own last block, or from the genesis, or from a checkpoint that its operator has named.

use super::{Way, boundary};
use crate::config::Vouched;
use abns::{AbnsError, ChainStore, Ground, Horizon};
use ledger::{Genesis, HeaderError};
use light::{Checkpoint, LightError, LightState, Step};
use types::{Round, Timestamp};

/// Trust on its way to a boundary.
pub(crate) struct Course {
    /// The own tip.
    own: Round,
    trust: Trust,
}

enum Trust {
    /// A checkpoint whose header is still to be shown.
    Named(Vouched),
    Known(Box<LightState>),
}

/// Where the course leads: a header that is trusted, and what a file begins with there.
pub(crate) type Destination = Ground;

/// Why a way is of no use.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Astray {
    #[error("it does not go on")]
    Ends,
    #[error("a step of it: {0}")]
    Step(#[from] LightError),
    #[error("what it leads to does not belong to its last header")]
    OtherGround,
    #[error("it leads to no boundary far enough ahead")]
    NotFar,
}

impl From<HeaderError> for Astray {
    fn from(error: HeaderError) -> Self {
        Self::Step(error.into())
    }
}

impl Course {
    /// Begins at the own tip; at the checkpoint, if the tip is too old to trust by.
    ///
    /// # Errors
    /// [`LightError::TrustExpired`] if there is no checkpoint then.
    pub(crate) fn begin(
        store: &ChainStore,
        (genesis, checkpoint): (&Genesis, Option<Vouched>),
        now: Timestamp,
    ) -> Result<Result<Self, LightError>, AbnsError> {
        let own = store.tip().round;
        let light = match own_step(store, own)? {
            Some(step) => {
                let checkpoint = Checkpoint::of(step.header());
                LightState::from_checkpoint(&checkpoint, &step, genesis, now)
            }
            None => Ok(LightState::new(genesis)),
        };
        let light = match light {
            Ok(light) if light.needs_checkpoint(now) => Err(LightError::TrustExpired(light.time())),
            other => other,
        };
        let trust = match (light, checkpoint.filter(|checkpoint| checkpoint.round > own)) {
            (Ok(light), _) => Trust::Known(Box::new(light)),
            (Err(LightError::TrustExpired(_)), Some(checkpoint)) => Trust::Named(checkpoint),
            (Err(error), _) => return Ok(Err(error)),
        };
        Ok(Ok(Self { own, trust }))
    }

    /// What to ask for: the way from this header on; true if that one itself is to be shown.
    pub(crate) fn question(&self) -> (Round, bool) {
        match &self.trust {
            Trust::Named(checkpoint) => (checkpoint.round, true),
            Trust::Known(light) => (light.round(), false),
        }
    }

    /// True if a peer has shown what was asked for: it begins where the course stands.
    pub(crate) fn is_answered_by(&self, way: &Way) -> bool {
        way.steps.first().is_none_or(|first| match &self.trust {
            Trust::Named(checkpoint) => first.round() == checkpoint.round,
            Trust::Known(light) => first.round() > light.round(),
        })
    }

    /// Goes on by what a peer has shown; the destination, once it is reached.
    ///
    /// # Errors
    /// [`Astray`]; the course is void then.
    pub(crate) fn go(
        &mut self,
        way: Way,
        genesis: &Genesis,
        now: Timestamp,
    ) -> Result<Option<Destination>, Astray> {
        let mut steps = way.steps.iter();
        if let Trust::Named(Vouched { round, header }) = self.trust {
            let first = steps.next().ok_or(Astray::Ends)?;
            let checkpoint = Checkpoint::of(first.header());
            if (checkpoint.round, checkpoint.header) != (round, header) {
                return Err(LightError::BadCheckpoint.into());
            }
            let light = LightState::from_checkpoint(&checkpoint, first, genesis, now)?;
            self.trust = Trust::Known(Box::new(light));
        }
        let Trust::Known(light) = &mut self.trust else { return Err(Astray::Ends) };
        if steps.len() == 0 {
            return Err(Astray::Ends);
        }
        for step in steps {
            light.advance(step, now)?;
        }
        let (Some(ground), Some(last)) = (way.ground, way.steps.last()) else { return Ok(None) };
        // Its own certificate proves nothing: that of the step was verified.
        let ground = Ground { block: last.header.clone(), ..ground };
        if ground.check(genesis).is_err() {
            return Err(Astray::OtherGround);
        }
        let params = &genesis.params;
        let least = least(u64::from(params.epoch)).saturating_sub(u64::from(params.epoch));
        let far = ground.block.header.round >= self.own.plus(least);
        if far && boundary(params, last.round()) == Some(last.round()) {
            Ok(Some(ground))
        } else {
            Err(Astray::NotFar)
        }
    }
}

/// Rounds that every manager keeps: the boundary behind the newest is among them as long as it takes
/// to hand its state over.
pub(crate) const fn least(epoch: u64) -> u64 {
    let epochs = epoch.saturating_mul(2);
    if epochs > Horizon::LEAST { epochs } else { Horizon::LEAST }
}

/// The own tip with the members around it; `None` at the genesis.
fn own_step(store: &ChainStore, own: Round) -> Result<Option<Step>, AbnsError> {
    if own == Round(0) {
        return Ok(None);
    }
    let step = crate::answer::step(store, own);
    store.check()?;
    step.map(Some).ok_or_else(|| AbnsError::Damaged("the tip has no header".to_owned()))
}
