//! Which headers a server sends to somebody who is behind.
//!
//! Over a few epochs every boundary, so that each step has the full quorum of a committee that the
//! step before announced. Over more of them by halving: where more than a third of the members
//! still sign, one step is enough.

use crate::{Step, WALKED_EPOCHS};
use ledger::{Committee, Params};
use types::Round;

/// Most steps of one answer; who needs more asks again from the last one.
pub const MAX_ROUTE: usize = 1024;

/// The steps from one round to another, in order; they end with `tip` unless a header is missing or
/// there are more than [`MAX_ROUTE`]. `fetch` gives the whole step of a round.
#[must_use]
pub fn route(
    trusted: Round,
    tip: Round,
    params: &Params,
    fetch: &mut dyn FnMut(Round) -> Option<Step>,
) -> Vec<Step> {
    // Who decides the round after the trusted one is what its reader knows.
    let first = if trusted < tip { fetch(trusted.next()) } else { None };
    let Some(mut known) = first.and_then(|step| step.committee) else { return Vec::new() };
    let (mut at, mut steps) = (trusted, Vec::new());
    while at < tip && steps.len() < MAX_ROUTE {
        let Some(step) = farthest(at, tip, params, &known, fetch) else { break };
        at = step.round();
        let decided = known.hash();
        let next = step.next.clone().or_else(|| step.committee.clone());
        let Some(next) = next else { break };
        known = next;
        steps.push(step.known(&decided));
    }
    steps
}

/// The farthest step towards the tip that somebody takes who trusts this committee.
fn farthest(
    at: Round,
    tip: Round,
    params: &Params,
    known: &Committee,
    fetch: &mut dyn FnMut(Round) -> Option<Step>,
) -> Option<Step> {
    let first = params.epoch_of(at.next());
    let mut last = params.epoch_of(tip);
    if last == first {
        return fetch(tip);
    }
    if last.saturating_sub(first) <= WALKED_EPOCHS {
        return fetch(boundary(first, params));
    }
    let mut step = fetch(tip)?;
    while !is_trusted(&step, known) {
        last = first.midpoint(last);
        // So near, a jump is refused; the next boundary may make the tip trusted.
        let near = last.saturating_sub(first) <= WALKED_EPOCHS;
        step = fetch(boundary(if near { first } else { last }, params))?;
        if near {
            break;
        }
    }
    Some(step)
}

/// The last round of an epoch.
fn boundary(epoch: u64, params: &Params) -> Round {
    let first = epoch.saturating_add(1).saturating_mul(u64::from(params.epoch));
    Round(first.saturating_sub(1))
}

/// True if more than a third of the known members have signed it.
fn is_trusted(step: &Step, known: &Committee) -> bool {
    let Some(committee) = &step.committee else { return false };
    let signers = step.header.certificate.signers().into_iter();
    let keys = signers.filter_map(|signer| committee.member(signer));
    let count = keys.filter(|member| known.position(&member.key).is_some()).count();
    count.saturating_mul(3) > known.size()
}
