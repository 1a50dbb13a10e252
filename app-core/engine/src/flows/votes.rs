//! Learning who has signed the latest headers: the certificates that trust did not need.

use light::Step;
use net::{LightNode, NetError};
use wire::Decode;
use wire::chain::{ChainReply, ChainRequest};

use crate::observatory::Observatory;
use crate::{Engine, Fault};

/// As many as are looked at closely.
const MOST: u16 = 60;
/// More gaps than this within them are left to those who have time.
const PIECES: usize = 4;

impl Engine {
    /// Fetches the latest headers and their certificates as far as they are not known.
    ///
    /// # Errors
    /// Whatever keeps the home worker from answering, or makes its answer worthless.
    pub async fn fetch_votes(&mut self) -> Result<(), Fault> {
        let node = self.attach().await?;
        for _ in 0..PIECES {
            if !self.lacks_latest()? {
                break;
            }
            self.fill_gap(&node).await?;
        }
        fetch(&self.observatory, &node).await
    }

    /// True if some of the headers are missing that are looked at closely.
    fn lacks_latest(&self) -> Result<bool, Fault> {
        let light = &self.bound()?.light;
        let close = light.round().0.saturating_sub(u64::from(MOST));
        Ok(light.window().gap().is_some_and(|gap| gap.last.0 > close))
    }
}

/// Nothing is believed that does not certify a header which is trusted already.
async fn fetch(observatory: &Observatory, node: &LightNode) -> Result<(), Fault> {
    let Some(from) = observatory.with(|seen| seen.first_without_votes()) else { return Ok(()) };
    let request = ChainRequest::Headers { from, max: MOST };
    let ChainReply::Headers(steps) = node.chain(request).await? else {
        return Err(NetError::BadReply.into());
    };
    for step in steps.into_iter().take(usize::from(MOST)) {
        witness(observatory, Step::from_bytes(&step.0)?)?;
    }
    Ok(())
}

fn witness(observatory: &Observatory, step: Step) -> Result<(), Fault> {
    observatory.with(|seen| {
        let hash = step.header().committee;
        let told = step.committee.filter(|told| told.hash() == hash);
        // Headers that are not trusted yet come later, by another way; and nobody makes us check the
        // same one again and again.
        if seen.round_mut(step.header.header.round).is_none_or(|sighting| sighting.votes.is_some())
        {
            return Ok(());
        }
        let Some(committee) = told.or_else(|| seen.committee(&hash).cloned()) else {
            return Ok(());
        };
        let Some(sighting) = seen.round_mut(step.header.header.round) else { return Ok(()) };
        sighting.witness(&step.header, &committee)?;
        seen.know(committee);
        Ok(())
    })
}
