//! What the managers have done, out of headers and certificates that were checked here.
//!
//! The explorer shows it. A header that is trusted already tells when a round was and who proposed
//! its block; who has signed it is told by a certificate, which anybody may bring: it is checked
//! whole against the committee that the trusted header names.

use crate::{LightError, LightState};
use ledger::{CertifiedHeader, Committee, Header};
use std::collections::{BTreeMap, BTreeSet};
use types::{BlockId, Round, Timestamp};

/// Of so many of the newest rounds a [`ManagerRecord`] says how each manager voted.
pub const MARKS: usize = 30;

/// A trusted header, as far as a survey needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// The round.
    pub round: Round,
    /// The header's time.
    pub time: Timestamp,
    /// The header's id.
    pub block: BlockId,
    /// [`Committee::hash`] of who decided it.
    pub committee: [u8; 32],
    /// The number of the member that proposed it; `None` for an empty block.
    pub proposer: Option<u16>,
    /// Who has signed it; `None` as long as no certificate was checked.
    pub votes: Option<Votes>,
}

/// Whose votes a certificate holds. It ends with a quorum: who is missing may just have been later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Votes {
    /// The view that decided the round.
    pub view: u32,
    /// The numbers of the members, in order.
    pub signers: Vec<u16>,
}

/// Committees by their hash.
pub type Committees = BTreeMap<[u8; 32], Committee>;

/// What the headers of some rounds tell.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Survey {
    /// A line for each round, oldest first.
    pub rounds: Vec<RoundLine>,
    /// A record for each member of the known committees, by its key.
    pub managers: Vec<ManagerRecord>,
}

/// One round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoundLine {
    /// The round.
    pub round: Round,
    /// The header's time.
    pub time: Timestamp,
    /// Milliseconds since the round before; `None` if that one is not among the headers.
    pub gap_ms: Option<u64>,
    /// True for the block that has no proposer.
    pub empty: bool,
    /// Who proposed it; `None` for an empty block or a committee that is not known.
    pub proposer: Option<[u8; 32]>,
    /// The view that decided it, if its certificate is known.
    pub view: Option<u32>,
    /// How many have signed it, if its certificate is known.
    pub signers: Option<usize>,
    /// How many could have; `None` for a committee that is not known.
    pub members: Option<usize>,
}

/// What one manager has done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManagerRecord {
    /// Its signing key.
    pub key: [u8; 32],
    /// In how many certificates its vote stands.
    pub signed: u64,
    /// Of how many that were checked, of rounds it was a member in.
    pub of: u64,
    /// How many of the blocks it has proposed.
    pub proposed: u64,
    /// The newest [`MARKS`] rounds, oldest first.
    pub marks: Vec<Mark>,
}

/// What is known of a manager's vote in one round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Its vote is part of the certificate.
    Signed,
    /// The certificate was complete without it.
    Absent,
    /// It was no member.
    Outside,
    /// The certificate was not looked at, or the committee is not known.
    Unknown,
}

impl Sighting {
    /// A header that is trusted, without its certificate.
    #[must_use]
    pub fn of(header: &Header) -> Self {
        Self {
            round: header.round,
            time: header.time,
            block: header.id(),
            committee: header.committee,
            proposer: (!header.is_empty_block()).then_some(header.proposer),
            votes: None,
        }
    }

    /// Learns who has signed from whatever certificate somebody shows.
    ///
    /// # Errors
    /// [`LightError::WrongHistory`] if it is of another header, [`LightError::WrongMembers`] if the
    /// committee is not the one that the trusted header names, and [`LightError::Certificate`];
    /// nothing has changed then.
    pub fn witness(
        &mut self,
        shown: &CertifiedHeader,
        committee: &Committee,
    ) -> Result<(), LightError> {
        if shown.header.id() != self.block {
            return Err(LightError::WrongHistory);
        }
        if committee.hash() != self.committee {
            return Err(LightError::WrongMembers);
        }
        shown.verify(committee)?;
        self.votes = Some(Votes::of(shown));
        Ok(())
    }
}

impl Votes {
    fn of(certified: &CertifiedHeader) -> Self {
        let certificate = &certified.certificate;
        Self { view: certificate.view, signers: certificate.signers() }
    }
}

impl LightState {
    /// The trusted header with its votes, and who decided it: both were checked when it came.
    #[must_use]
    pub fn sighting(&self) -> Option<(Sighting, &Committee)> {
        let head = self.head.as_ref()?;
        let votes = Some(Votes::of(&head.certified));
        Some((Sighting { votes, ..Sighting::of(&head.certified.header) }, &head.committee))
    }
}

/// Sums up these rounds, oldest first.
#[must_use]
pub fn survey(sightings: &[Sighting], committees: &Committees) -> Survey {
    let mut rounds = Vec::with_capacity(sightings.len());
    let mut before: Option<&Sighting> = None;
    for sighting in sightings {
        rounds.push(line(sighting, before, committees.get(&sighting.committee)));
        before = Some(sighting);
    }
    Survey { rounds, managers: records(sightings, committees) }
}

fn line(
    sighting: &Sighting,
    before: Option<&Sighting>,
    committee: Option<&Committee>,
) -> RoundLine {
    let last = before.filter(|last| last.round.next() == sighting.round);
    let proposer = sighting.proposer.and_then(|number| committee?.member(number));
    RoundLine {
        round: sighting.round,
        time: sighting.time,
        gap_ms: last.map(|last| sighting.time.millis_since(last.time)),
        empty: sighting.proposer.is_none(),
        proposer: proposer.map(|member| member.key),
        view: sighting.votes.as_ref().map(|votes| votes.view),
        signers: sighting.votes.as_ref().map(|votes| votes.signers.len()),
        members: committee.map(Committee::size),
    }
}

fn records(sightings: &[Sighting], committees: &Committees) -> Vec<ManagerRecord> {
    let used: BTreeSet<&[u8; 32]> = sightings.iter().map(|sighting| &sighting.committee).collect();
    let known = used.into_iter().filter_map(|hash| committees.get(hash));
    let keys: BTreeSet<[u8; 32]> =
        known.flat_map(Committee::members).map(|member| member.key).collect();
    keys.into_iter().map(|key| record(key, sightings, committees)).collect()
}

fn record(key: [u8; 32], sightings: &[Sighting], committees: &Committees) -> ManagerRecord {
    // A number means a member of one committee only.
    let places: BTreeMap<&[u8; 32], Option<u16>> =
        committees.iter().map(|(hash, committee)| (hash, committee.position(&key))).collect();
    let mut record = ManagerRecord { key, signed: 0, of: 0, proposed: 0, marks: Vec::new() };
    let shown = sightings.len().saturating_sub(MARKS);
    for (index, sighting) in sightings.iter().enumerate() {
        let mark = mark(sighting, places.get(&sighting.committee).copied());
        if matches!(mark, Mark::Signed | Mark::Absent) {
            record.of = record.of.saturating_add(1);
        }
        if mark == Mark::Signed {
            record.signed = record.signed.saturating_add(1);
        }
        let place = places.get(&sighting.committee).copied().flatten();
        if place.is_some() && sighting.proposer == place {
            record.proposed = record.proposed.saturating_add(1);
        }
        if index >= shown {
            record.marks.push(mark);
        }
    }
    record
}

/// `place` is the manager's number in the round's committee; the outer `None` if that is not known.
fn mark(sighting: &Sighting, place: Option<Option<u16>>) -> Mark {
    match (place, &sighting.votes) {
        (None, _) | (Some(Some(_)), None) => Mark::Unknown,
        (Some(None), _) => Mark::Outside,
        (Some(Some(number)), Some(votes)) if votes.signers.binary_search(&number).is_ok() => {
            Mark::Signed
        }
        (Some(Some(_)), Some(_)) => Mark::Absent,
    }
}
