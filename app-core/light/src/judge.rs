//! The rule of trust alone, over times, hashes and counts (`acp-corrections.md` A4, A5, A12, A21).
//!
//! It sees neither keys nor signatures: [`crate::verify`] counts those. So the same lines can be
//! held against the test vectors of other light clients.
//!
//! What it rests on: fewer than a third of every committee of the last [`Limits::trusting_ms`] are
//! faulty, also after they have left. More than a third of them having signed, an honest one did,
//! and it only commits to headers that name the real committee; of that one a quorum is demanded.

use crate::LightError;
use ledger::{CertificateError, HeaderError};
use types::{BlockId, Round, Timestamp};

/// How long and how exactly trust lasts, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How old a trusted header may be: less than half the time that bonds stay locked.
    pub trusting_ms: u64,
    /// How far clocks may be apart.
    pub drift_ms: u64,
}

impl Limits {
    /// The ledger's: 14 days and 10 seconds.
    pub const LEDGER: Self = Self { trusting_ms: 14 * 24 * 3_600_000, drift_ms: 10_000 };
}

/// What is trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Base {
    pub(crate) round: Round,
    pub(crate) time: Timestamp,
    pub(crate) block: BlockId,
    /// Who decides the next round.
    pub(crate) next: [u8; 32],
}

/// What a header claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Claim {
    pub(crate) round: Round,
    pub(crate) time: Timestamp,
    pub(crate) parent: BlockId,
    pub(crate) committee: [u8; 32],
    /// True if the base has announced who decides it: it is of the epoch that follows the base.
    pub(crate) announced: bool,
}

/// Who has signed, every signature verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) signed: usize,
    pub(crate) members: usize,
    /// Of those that signed, how many the base trusts, by their signing keys.
    pub(crate) known: usize,
    pub(crate) trusted: usize,
}

/// By what a header came to be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trust {
    /// By a quorum of the committee that the base announced.
    Announced,
    /// By more than a third of it, and a quorum of another one.
    Skipped,
}

/// Judges a claim; counts signatures only if nothing else is wrong with it.
pub(crate) fn judge(
    base: &Base,
    claim: &Claim,
    (limits, now): (Limits, Timestamp),
    count: impl FnOnce() -> Result<Tally, LightError>,
) -> Result<Trust, LightError> {
    check_age(base, limits, now)?;
    check_place(base, claim)?;
    let tally = count()?;
    if tally.signed.saturating_mul(3) <= tally.members.saturating_mul(2) {
        return Err(CertificateError::BelowQuorum.into());
    }
    let trust = if claim.announced || claim.committee == base.next {
        Trust::Announced
    } else {
        Trust::Skipped
    };
    if trust == Trust::Skipped && tally.known.saturating_mul(3) <= tally.trusted {
        return Err(LightError::NotEnoughTrust { known: tally.known, trusted: tally.trusted });
    }
    // Judged last: only a decided header says anything about our clock.
    if claim.time > now.plus_millis(limits.drift_ms) {
        return Err(LightError::FutureHeader { header: claim.time, now });
    }
    Ok(trust)
}

fn check_age(base: &Base, limits: Limits, now: Timestamp) -> Result<(), LightError> {
    if now.plus_millis(limits.drift_ms) < base.time {
        return Err(LightError::FutureHeader { header: base.time, now });
    }
    if now >= base.time.plus_millis(limits.trusting_ms) {
        return Err(LightError::TrustExpired(base.time));
    }
    Ok(())
}

fn check_place(base: &Base, claim: &Claim) -> Result<(), HeaderError> {
    if claim.round <= base.round {
        return Err(HeaderError::WrongRound);
    }
    if claim.time <= base.time {
        return Err(HeaderError::TooEarly);
    }
    // Never falls through to counting: another committee in an announced epoch is a forgery.
    if claim.announced && claim.committee != base.next {
        return Err(HeaderError::WrongCommittee);
    }
    if claim.round == base.round.next() && claim.parent != base.block {
        return Err(HeaderError::WrongParent);
    }
    Ok(())
}
