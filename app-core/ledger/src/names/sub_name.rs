//! Sub-names, and who may write them beside the owner of the first-level name.
//!
//! Both lie under the first-level name's key and its zone epoch: one higher epoch ends all of them
//! with one write. There are no wildcards, and no term of their own: they end with their first level.

use crate::{NameRecord, first_level};
use name_rules::Name;
use types::{Address, Timestamp};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// A sub-name in the state, under [`sub_name_key`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubName {
    /// One more with each change; never begins again within its zone epoch.
    pub sequence: u64,
    /// What it stands for; `None` once it has been taken away, which is the same as its absence.
    pub record: Option<NameRecord>,
}

/// The right to write one label and all below it, under [`delegation_key`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delegation {
    /// Who has it.
    pub to: Address,
    /// Its last moment; not beyond the first-level name's term.
    pub until: Timestamp,
    /// Whether the owner can take it back before; if not, the owner does not write there either.
    pub revocable: bool,
}

impl Delegation {
    /// Whether it holds at this moment.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        now <= self.until
    }

    /// Whether this one, given instead of `other`, takes nothing away from its holder.
    pub(crate) fn extends(&self, other: &Self) -> bool {
        self.to == other.to && !self.revocable && self.until >= other.until
    }
}

/// Where a sub-name of a zone epoch lies: `sub/` ‖ first-level name's key ‖ epoch ‖ its own key.
#[must_use]
pub fn sub_name_key(name: &Name, zone: u64) -> Vec<u8> {
    under_zone(b"sub/", name, zone, &name.key())
}

/// Where the delegation of the label that a sub-name belongs to lies: `delegate/` ‖ first-level
/// name's key ‖ zone epoch ‖ key of the name of two labels.
#[must_use]
pub fn delegation_key(name: &Name, zone: u64) -> Vec<u8> {
    under_zone(b"delegate/", name, zone, &label_of(name).key())
}

fn under_zone(kind: &[u8], name: &Name, zone: u64, key: &[u8; 32]) -> Vec<u8> {
    [kind, &first_level(name).key(), &zone.to_be_bytes(), key].concat()
}

/// The last two labels of a sub-name.
fn label_of(name: &Name) -> Name {
    let mut label = name.clone();
    while let Some(parent) = label.parent() {
        if parent.is_first_level() {
            break;
        }
        label = parent;
    }
    label
}

impl Encode for SubName {
    fn encode(&self, w: &mut Writer) {
        w.u64(self.sequence);
        w.option(self.record.as_ref());
    }
}

impl Decode for SubName {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { sequence: r.u64()?, record: r.option()? })
    }
}

impl Encode for Delegation {
    fn encode(&self, w: &mut Writer) {
        self.to.encode(w);
        self.until.encode(w);
        w.bool(self.revocable);
    }
}

impl Decode for Delegation {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { to: Address::decode(r)?, until: Timestamp::decode(r)?, revocable: r.bool()? })
    }
}
