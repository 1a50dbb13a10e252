//! An answer about a name, and what follows from it (`money-and-mail.md` A11).
//!
//! Whoever sent it plays no part: the keys are computed from the name that was asked for, the proofs
//! stand under a root that the caller has certified, and the header's time is the clock. So the last
//! moment for which an answer is good is the same for everybody it is handed on to.

use crate::{
    NameRecord, ProofError, RegisteredName, Standing, StateProof, SubName, name_key, sub_name_key,
};
use name_rules::Name;
use types::{Address, Round, Timestamp};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// "There is no such name" is believed for so long, and money follows no older answer: a minute.
const FRESH_MS: u64 = 60_000;
/// Service addresses change sooner than a time to live would have it: a day.
const SERVICES_MS: u64 = 24 * 3_600_000;

/// What the state of one round holds about a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameAnswer {
    /// The round whose header has the state root.
    pub round: Round,
    /// The first-level name, `None` if nobody has ever had it.
    pub first: Option<RegisteredName>,
    /// That it is so, under [`name_key`].
    pub proof: StateProof,
    /// The sub-name: there exactly when one was asked for and its first-level name is held.
    pub sub: Option<SubAnswer>,
}

/// The second half of an answer about a sub-name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubAnswer {
    /// The sub-name, `None` if there is none in the present zone epoch.
    pub value: Option<SubName>,
    /// That it is so, under [`sub_name_key`].
    pub proof: StateProof,
}

/// Why an answer says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// Something in it does not follow from the state.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// It leaves the sub-name out, or says something about one that was not asked for.
    #[error("not an answer to what was asked")]
    OtherQuestion,
}

/// What a name stands for, at the time of a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// What was found.
    pub state: NameState,
    /// The time of the header.
    pub time: Timestamp,
    /// The last moment at which it may be used without asking again.
    pub good_until: Timestamp,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NameState {
    /// A live name.
    Live(FoundName),
    /// A name whose term is over: to be read and shown as expiring, not to be paid.
    Grace(FoundName),
    /// No such name.
    Absent,
}

/// A name that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundName {
    /// The home address of the account that owns it, of the first-level name for a sub-name.
    pub owner: Address,
    /// Where to pay: the record's address; a first-level name without one is its owner's account.
    pub pay_to: Option<Address>,
    /// What it stands for.
    pub record: NameRecord,
    /// The zone epoch of its first-level name.
    pub zone: u64,
    /// Grows with each change within the zone epoch.
    pub sequence: u64,
}

impl FoundName {
    /// What must never go down from one answer to the next.
    #[must_use]
    pub const fn version(&self) -> (u64, u64) {
        (self.zone, self.sequence)
    }
}

/// Why no money follows an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotPayable {
    /// Its header is more than a minute old, or it was not good for so long.
    #[error("the answer is too old to pay by")]
    Stale,
    /// A later one has been seen before: somebody shows an old state.
    #[error("a newer answer is known")]
    WentBack,
    /// The name's term is over.
    #[error("the name is in grace")]
    Grace,
    /// There is no such name.
    #[error("no such name")]
    Absent,
    /// It names nobody to pay.
    #[error("the name has no address")]
    NoAddress,
}

impl NameAnswer {
    /// What follows for a name from a certified header's state root and time.
    ///
    /// # Errors
    /// [`AnswerError`] if nothing follows.
    pub fn resolve(
        &self,
        name: &Name,
        root: &[u8; 32],
        time: Timestamp,
    ) -> Result<Resolved, AnswerError> {
        let value = self.first.as_ref().map(Encode::to_bytes);
        self.proof.verify(root, &name_key(name), value.as_deref())?;
        let held = self.first.as_ref().filter(|first| first.is_held(time));
        let wants_sub = held.is_some() && !name.is_first_level();
        if self.sub.is_some() != wants_sub {
            return Err(AnswerError::OtherQuestion);
        }
        let found = match (held, &self.sub) {
            (Some(first), Some(sub)) => sub.check(name, first.zone, root)?.map(|sub| (first, sub)),
            (Some(first), None) => Some((first, of_first(first))),
            (None, _) => None,
        };
        Ok(found.map_or_else(|| absent(time), |(first, found)| present(first, found, time)))
    }
}

impl SubAnswer {
    fn check(
        &self,
        name: &Name,
        zone: u64,
        root: &[u8; 32],
    ) -> Result<Option<(Option<Address>, NameRecord, u64)>, ProofError> {
        let value = self.value.as_ref().map(Encode::to_bytes);
        self.proof.verify(root, &sub_name_key(name, zone), value.as_deref())?;
        let found = |sub: &SubName| {
            let record = sub.record.clone()?;
            Some((record.address, record, sub.sequence))
        };
        Ok(self.value.as_ref().and_then(found))
    }
}

fn of_first(first: &RegisteredName) -> (Option<Address>, NameRecord, u64) {
    (first.record.address.or(Some(first.owner)), first.record.clone(), first.sequence)
}

fn absent(time: Timestamp) -> Resolved {
    Resolved { state: NameState::Absent, time, good_until: time.plus_millis(FRESH_MS) }
}

fn present(
    first: &RegisteredName,
    (pay_to, record, sequence): (Option<Address>, NameRecord, u64),
    time: Timestamp,
) -> Resolved {
    let kept = time.plus_secs(u64::from(record.ttl));
    let dialled =
        if record.services.is_empty() { kept } else { kept.min(time.plus_millis(SERVICES_MS)) };
    let found = FoundName { owner: first.owner, pay_to, record, zone: first.zone, sequence };
    let (state, end) = match first.standing(time) {
        Standing::Live => (NameState::Live(found), first.term),
        Standing::Grace => (NameState::Grace(found), first.kept_until()),
        Standing::Lapsed => return absent(time),
    };
    Resolved { state, time, good_until: dialled.min(end) }
}

impl Resolved {
    /// Whether it may still be used, but for money and first contacts.
    #[must_use]
    pub fn is_good(&self, now: Timestamp) -> bool {
        now <= self.good_until
    }

    /// The name and whom to pay, if this answer may be paid by: it is live, at most a minute old,
    /// and not behind `seen`, the highest [`FoundName::version`] ever had of this name.
    ///
    /// # Errors
    /// [`NotPayable`] says why not; [`NotPayable::WentBack`] is to be reported.
    pub fn for_payment(
        &self,
        now: Timestamp,
        seen: Option<(u64, u64)>,
    ) -> Result<(&FoundName, Address), NotPayable> {
        if now.millis_since(self.time) > FRESH_MS || !self.is_good(now) {
            return Err(NotPayable::Stale);
        }
        let found = match &self.state {
            NameState::Live(found) | NameState::Grace(found) => found,
            NameState::Absent => return Err(NotPayable::Absent),
        };
        if seen.is_some_and(|seen| found.version() < seen) {
            return Err(NotPayable::WentBack);
        }
        if matches!(self.state, NameState::Grace(_)) {
            return Err(NotPayable::Grace);
        }
        found.pay_to.map(|to| (found, to)).ok_or(NotPayable::NoAddress)
    }
}

impl Encode for NameAnswer {
    fn encode(&self, w: &mut Writer) {
        self.round.encode(w);
        w.option(self.first.as_ref());
        self.proof.encode(w);
        w.option(self.sub.as_ref());
    }
}

impl Decode for NameAnswer {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            round: Round::decode(r)?,
            first: r.option()?,
            proof: StateProof::decode(r)?,
            sub: r.option()?,
        })
    }
}

impl Encode for SubAnswer {
    fn encode(&self, w: &mut Writer) {
        w.option(self.value.as_ref());
        self.proof.encode(w);
    }
}

impl Decode for SubAnswer {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { value: r.option()?, proof: StateProof::decode(r)? })
    }
}
