//! A first-level name that has been registered, and the index of names that look alike.
//!
//! Nothing is written when a name's term ends: whether it is live follows from the block's time. Its
//! record stays, so that the next owner goes on with its sequence and its zone epoch.

use crate::NameRecord;
use name_rules::Name;
use types::{Address, Round, Timestamp};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

const VERSION: u8 = 1;
const DAY_MS: u64 = 24 * 3_600_000;

/// The term of a name in milliseconds: 365 days.
pub const YEAR_MS: u64 = 365 * DAY_MS;
/// A name can be renewed so many milliseconds before the end of its term: 90 days.
pub const RENEWAL_MS: u64 = 90 * DAY_MS;
/// After its term a name is kept for its owner for so many milliseconds: 30 days.
pub const GRACE_MS: u64 = 30 * DAY_MS;
/// Most live names that look alike; they all belong to one owner.
pub const MAX_TWINS: usize = 8;

/// A first-level name in the state, under [`name_key`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredName {
    /// The name.
    pub name: Name,
    /// The home address of the account that owns it.
    pub owner: Address,
    /// The round of the reveal; a transfer or a renewal does not change it.
    pub registered: Round,
    /// The round and the hash of the commitment that won it; the lesser one wins a block.
    pub won_by: (Round, [u8; 32]),
    /// The last moment of its term.
    pub term: Timestamp,
    /// Sub-names of other zone epochs have ended.
    pub zone: u64,
    /// Until then sub-names cannot be cleared: somebody holds a delegation for good.
    pub bound_until: Timestamp,
    /// One more with each change of record, owner or zone; never begins again.
    pub sequence: u64,
    /// What its owner says.
    pub record: NameRecord,
}

/// Where a name stands in its life at some moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Within its term.
    Live,
    /// Up to 30 days behind its term: resolves for reading, can be renewed and nothing else.
    Grace,
    /// Free for whoever commits and reveals.
    Lapsed,
}

impl RegisteredName {
    /// Where the name stands at this moment.
    #[must_use]
    pub fn standing(&self, now: Timestamp) -> Standing {
        if now <= self.term {
            Standing::Live
        } else if now <= self.kept_until() {
            Standing::Grace
        } else {
            Standing::Lapsed
        }
    }

    /// Whether it belongs to its owner at this moment, live or in grace.
    #[must_use]
    pub fn is_held(&self, now: Timestamp) -> bool {
        self.standing(now) != Standing::Lapsed
    }

    /// The last moment of its grace.
    #[must_use]
    pub const fn kept_until(&self) -> Timestamp {
        self.term.plus_millis(GRACE_MS)
    }

    /// From when on it can be renewed.
    #[must_use]
    pub const fn renewable_from(&self) -> Timestamp {
        Timestamp(self.term.0.saturating_sub(RENEWAL_MS))
    }
}

/// The first-level name that a name belongs to: itself, or the one that all its owners lead to.
#[must_use]
pub fn first_level(name: &Name) -> Name {
    let mut first = name.clone();
    while let Some(parent) = first.parent() {
        first = parent;
    }
    first
}

/// Where the first-level name of a name lies: `name/` ‖ its key.
#[must_use]
pub fn name_key(name: &Name) -> Vec<u8> {
    key_of(&first_level(name).key())
}

fn key_of(key: &[u8; 32]) -> Vec<u8> {
    [b"name/".as_slice(), key].concat()
}

/// Where the names that look like this one are listed: `name-looks/` ‖ skeleton key.
#[must_use]
pub fn twins_key(name: &Name) -> Vec<u8> {
    [b"name-looks/".as_slice(), &name.skeleton_key()].concat()
}

/// The keys of names with one skeleton; some may have lapsed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Twins(pub(crate) Vec<[u8; 32]>);

impl Twins {
    /// Where each of them lies.
    pub(crate) fn keys(&self) -> impl Iterator<Item = Vec<u8>> {
        self.0.iter().map(key_of)
    }
}

impl Encode for RegisteredName {
    fn encode(&self, w: &mut Writer) {
        w.u8(VERSION);
        self.name.encode(w);
        self.owner.encode(w);
        self.registered.encode(w);
        self.won_by.0.encode(w);
        w.fixed(&self.won_by.1);
        self.term.encode(w);
        w.u64(self.zone);
        self.bound_until.encode(w);
        w.u64(self.sequence);
        self.record.encode(w);
    }
}

impl Decode for RegisteredName {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if r.u8()? != VERSION {
            return Err(DecodeError::BadValue("version of a name"));
        }
        Ok(Self {
            name: Name::decode(r)?,
            owner: Address::decode(r)?,
            registered: Round::decode(r)?,
            won_by: (Round::decode(r)?, r.fixed()?),
            term: Timestamp::decode(r)?,
            zone: r.u64()?,
            bound_until: Timestamp::decode(r)?,
            sequence: r.u64()?,
            record: NameRecord::decode(r)?,
        })
    }
}

impl Encode for Twins {
    fn encode(&self, w: &mut Writer) {
        w.list(&self.0);
    }
}

impl Decode for Twins {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.list(MAX_TWINS).map(Self)
    }
}
