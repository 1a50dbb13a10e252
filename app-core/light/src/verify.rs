//! The exact checks of a step against what is trusted (`acp-corrections.md`, light client 1 to 6):
//! members, signatures and who of them is trusted. The rule itself is [`crate::judge`].

use crate::judge::{Base, Claim, Limits, Tally, Trust, judge};
use crate::{LightError, Step};
use ledger::{CertifiedHeader, Committee, HeaderError, Params};
use types::{BlockId, ChainId, Round, Timestamp};

/// What a step is checked against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Anchor {
    pub(crate) round: Round,
    pub(crate) time: Timestamp,
    pub(crate) block: BlockId,
    /// Who decides the next round.
    pub(crate) next: Committee,
}

/// What holds for every header of the network, and the time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame<'a> {
    pub(crate) chain: ChainId,
    pub(crate) params: &'a Params,
    pub(crate) now: Timestamp,
}

/// A step that is believed.
#[derive(Debug)]
pub(crate) struct Judged {
    /// Who decided it.
    pub(crate) committee: Committee,
    /// Who decides the next round.
    pub(crate) next: Committee,
    pub(crate) trust: Trust,
}

/// Checks a step; nothing of it counts unless all of it holds.
pub(crate) fn verify(anchor: &Anchor, step: &Step, frame: Frame<'_>) -> Result<Judged, LightError> {
    let header = step.header();
    let base = Base {
        round: anchor.round,
        time: anchor.time,
        block: anchor.block,
        next: anchor.next.hash(),
    };
    let params = frame.params;
    let claim = Claim {
        round: header.round,
        time: header.time,
        parent: header.parent,
        committee: header.committee,
        announced: params.epoch_of(header.round) == params.epoch_of(anchor.round.next()),
    };
    let known = (base.next == header.committee).then_some(&anchor.next);
    let (committee, next) = members(step, known, params)?;
    let limits = (Limits::LEDGER, frame.now);
    let trust = judge(&base, &claim, limits, || {
        header.check(frame.chain, &committee)?;
        count(&step.header, &committee, &anchor.next)
    })?;
    Ok(Judged { committee, next, trust })
}

/// The two lists of a step, each the one that the header names. `known` is a list with that hash.
pub(crate) fn members(
    step: &Step,
    known: Option<&Committee>,
    params: &Params,
) -> Result<(Committee, Committee), LightError> {
    let header = step.header();
    let committee = match (&step.committee, known) {
        (Some(list), _) if list.hash() == header.committee => list.clone(),
        (None, Some(known)) => known.clone(),
        (Some(_), _) | (None, None) => return Err(LightError::WrongMembers),
    };
    let changes = header.committee != header.next_committee;
    let next = match &step.next {
        None if !changes => committee.clone(),
        Some(list) if changes && list.hash() == header.next_committee => list.clone(),
        Some(_) | None => return Err(LightError::WrongMembers),
    };
    if changes && !params.is_boundary(header.round) {
        return Err(HeaderError::WrongCommittee.into());
    }
    Ok((committee, next))
}

/// Verifies every signature, then counts the signers that are trusted.
fn count(
    header: &CertifiedHeader,
    committee: &Committee,
    trusted: &Committee,
) -> Result<Tally, LightError> {
    header.verify(committee)?;
    let signers = header.certificate.signers();
    let keys = signers.iter().filter_map(|signer| committee.member(*signer));
    let known = keys.filter(|member| trusted.position(&member.key).is_some()).count();
    Ok(Tally { signed: signers.len(), members: committee.size(), known, trusted: trusted.size() })
}
