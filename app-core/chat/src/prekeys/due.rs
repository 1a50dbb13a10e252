//! When prekeys are made, renewed and forgotten.
//!
//! The signed prekey and the Kyber prekey of last resort serve two days. One-time prekeys that nobody
//! fetches are withdrawn after sixty. Whatever is not handed out any more is kept for thirty days, as
//! long as mail may lie in a mailbox, and then forgotten: somebody may have been given it just before,
//! and what he wrote with it at once arrives by then. A longer memory for one-time prekeys would open
//! nothing: a first message names the signed prekey of its time too, and that one is gone by then.
//! Withdrawing them brings new lasting ones with it, so that this is so for the last one given, too.

use types::Timestamp;
use wire::directory::{Holding, MAX_AT_ONCE};

use crate::{Change, KeptPreKey, PreKeyKind};

const DAY_MS: u64 = 24 * 3600 * 1000;
/// How long lasting prekeys serve.
const SERVES_MS: u64 = 2 * DAY_MS;
/// How long one-time prekeys wait for somebody to fetch them.
const WAITS_MS: u64 = 60 * DAY_MS;
/// How long a prekey is kept that is not handed out any more.
const KEPT_MS: u64 = 30 * DAY_MS;
/// Fewer one-time prekeys of a kind than this at the worker, and more are published.
const FEW: u32 = 20;
/// So many of each kind are there then, in the end.
const FULL: u32 = 50;
/// No more are made while so many of a kind are kept: somebody who fetches them only to drain them
/// is not to fill our disk. The prekey of last resort serves meanwhile.
const MOST: usize = 500;
/// More than one publication never brings.
const AT_ONCE: u32 = MAX_AT_ONCE as u32;

/// What the next publication is to bring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// A new signed prekey and a new Kyber prekey of last resort.
    pub lasting: bool,
    /// Nothing that was published before is to be handed out any more.
    pub afresh: bool,
    /// So many new one-time Curve25519 prekeys.
    pub one_time: u32,
    /// So many new one-time Kyber prekeys.
    pub kyber: u32,
}

impl PreKeyKind {
    /// True for those that are handed out again and again.
    pub(crate) const fn is_lasting(self) -> bool {
        match self {
            Self::Signed | Self::Kyber => true,
            Self::OneTime | Self::OneTimeKyber => false,
        }
    }
}

/// What is to be published now, by what we keep, the number of our last confirmed publication and
/// what the worker says it holds; `None` if nothing is.
///
/// A worker that holds nothing, or the publication of another installation of this account (a device
/// that was lost, whose prekeys nobody can use), gets everything afresh.
#[must_use]
pub fn wanted(
    kept: &[KeptPreKey],
    publication: u64,
    holding: Option<Holding>,
    now: Timestamp,
) -> Option<Wanted> {
    let served = |kept: &&KeptPreKey| kept.replaced.is_none();
    let old = |kept: &KeptPreKey, age| differs(kept.created, now, age);
    let waited =
        kept.iter().filter(served).any(|kept| !kept.kind.is_lasting() && old(kept, WAITS_MS));
    let ours = holding.filter(|holding| holding.sequence == publication && !waited);
    let afresh = ours.is_none();
    let renewed = [PreKeyKind::Signed, PreKeyKind::Kyber]
        .into_iter()
        .any(|kind| current(kept, kind).is_none_or(|kept| old(kept, SERVES_MS)));
    let lasting = afresh || renewed;
    let (one_time, kyber) = ours.map_or((0, 0), |ours| (ours.one_time, ours.kyber));
    let few = one_time.min(kyber) < FEW;
    let more = |left: u32, kind| {
        let room = MOST.saturating_sub(kept.iter().filter(|kept| kept.kind == kind).count());
        let room = u32::try_from(room).unwrap_or(u32::MAX);
        if few { FULL.saturating_sub(left).min(AT_ONCE).min(room) } else { 0 }
    };
    let (one_time, kyber) =
        (more(one_time, PreKeyKind::OneTime), more(kyber, PreKeyKind::OneTimeKyber));
    let wanted = Wanted { lasting, afresh, one_time, kyber };
    (lasting || one_time > 0 || kyber > 0).then_some(wanted)
}

/// The prekey of this kind that is handed out now: the one made last.
#[must_use]
pub fn current(kept: &[KeptPreKey], kind: PreKeyKind) -> Option<&KeptPreKey> {
    kept.iter().rev().find(|kept| kept.kind == kind && kept.replaced.is_none())
}

/// A number above every earlier publication's, also above those of another installation and those
/// whose answer never came.
#[must_use]
pub fn next_number(publication: u64, holding: Option<Holding>, now: Timestamp) -> u64 {
    let held = holding.map_or(0, |holding| holding.sequence);
    publication.max(held).saturating_add(1).max(now.0)
}

/// Forgets what is not handed out any more for long enough. To be asked for when the mailboxes are
/// empty: what has come in time is then opened.
#[must_use]
pub fn overdue(kept: &[KeptPreKey], now: Timestamp) -> Vec<Change> {
    let due = |KeptPreKey { kind, id, replaced, .. }: &KeptPreKey| {
        let (kind, id, since) = (*kind, *id, (*replaced)?);
        if since > now {
            // Written down by a clock that was ahead: it counts from now.
            Some(Change::ReplacePreKey { kind, id, since: now })
        } else {
            (now.millis_since(since) >= KEPT_MS).then_some(Change::RemovePreKey { kind, id })
        }
    };
    kept.iter().filter_map(due).collect()
}

/// True if the times lie so far apart, whichever is the earlier one: a key of the future was made
/// under a clock that was ahead, and would otherwise serve until that day.
fn differs(made: Timestamp, now: Timestamp, millis: u64) -> bool {
    made.0.abs_diff(now.0) >= millis
}
