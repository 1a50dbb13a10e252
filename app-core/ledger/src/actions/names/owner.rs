//! What the owner of a name does with it: saying what it stands for, handing it on.

use super::{change, check_first_level, check_record, note, owned, twins};
use crate::actions::{Act, Signer};
use crate::draft::Draft;
use crate::entry::Deltas;
use crate::{EntryKind, NameRecord, NameRefusal, Params, RegisteredName, Rejection};
use name_rules::Name;
use types::{Address, Timestamp};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// Gives a name another record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateName {
    /// The position of the source that owns the name.
    pub source: u8,
    /// A first-level name.
    pub name: Name,
    /// What it is to stand for.
    pub record: NameRecord,
    /// The sequence that its owner has read.
    pub expected_sequence: u64,
}

/// Hands a name on. Both sides sign.
///
/// The record does not pass on: whoever pays the name must never pay its former owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferName {
    /// The position of the source that owns the name.
    pub source: u8,
    /// A first-level name.
    pub name: Name,
    /// An address of the new owner whose key is known to the ledger.
    pub to: Address,
    /// Whether all sub-names and delegations end. To oneself, this is all it does.
    pub clear: bool,
}

impl Act for UpdateName {
    fn source(&self) -> Option<u8> {
        Some(self.source)
    }

    fn check(&self, _: &Params) -> Result<(), Rejection> {
        check_first_level(&self.name)?;
        check_record(&self.record)
    }

    fn perform(&self, draft: &mut Draft<'_>) -> Result<(), Rejection> {
        let mut name = owned(draft, self.source, &self.name)?;
        let current = name.sequence;
        if self.expected_sequence != current {
            return Err(NameRefusal::StaleSequence { current }.into());
        }
        name.record = self.record.clone();
        change(draft, name)?;
        note(draft, self.source)
    }
}

impl Act for TransferName {
    fn source(&self) -> Option<u8> {
        Some(self.source)
    }

    fn signer(&self) -> Option<Signer> {
        Some(Signer::Address(self.to))
    }

    fn check(&self, _: &Params) -> Result<(), Rejection> {
        check_first_level(&self.name)
    }

    fn perform(&self, draft: &mut Draft<'_>) -> Result<(), Rejection> {
        let mut name = owned(draft, self.source, &self.name)?;
        let from = name.owner;
        let to = self.receiver(draft)?;
        if self.clear {
            clear(&mut name, draft.block.context().time)?;
        } else if to == from {
            return Err(Rejection::BadTransaction("nothing to hand on"));
        }
        if to == from {
            change(draft, name)?;
            return note(draft, self.source);
        }
        // Sold apart, two names that look alike would be what registration forbids.
        if !twins::others(draft, &self.name)?.is_empty() {
            return Err(NameRefusal::LooksLike.into());
        }
        name.owner = to;
        name.record = NameRecord::empty(name.record.ttl);
        change(draft, name)?;
        let signer = draft.source_address(self.source)?;
        draft.enter(from, EntryKind::NameOut, Deltas::default(), Some(self.to), false)?;
        draft.enter(to, EntryKind::NameIn, Deltas::default(), Some(signer), false)
    }
}

impl TransferName {
    /// The new owner's home, if its key may still sign for it and strongly enough.
    fn receiver(&self, draft: &mut Draft<'_>) -> Result<Address, Rejection> {
        let home = draft.home_of(self.to)?;
        let slot = draft.touch(home)?.slot(self.to).ok_or(Rejection::BadReveal)?;
        if slot.retired.is_some() {
            return Err(Rejection::KeyRetired);
        }
        draft.require_strongest(home, self.to)?;
        Ok(home)
    }
}

/// Ends all sub-names and delegations by one number.
fn clear(name: &mut RegisteredName, now: Timestamp) -> Result<(), Rejection> {
    if now <= name.bound_until {
        return Err(NameRefusal::Delegated.into());
    }
    name.zone = name.zone.checked_add(1).ok_or(Rejection::BadState("zone epoch"))?;
    Ok(())
}

impl Encode for UpdateName {
    fn encode(&self, w: &mut Writer) {
        w.u8(self.source);
        self.name.encode(w);
        self.record.encode(w);
        w.u64(self.expected_sequence);
    }
}

impl Decode for UpdateName {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            source: r.u8()?,
            name: Name::decode(r)?,
            record: NameRecord::decode(r)?,
            expected_sequence: r.u64()?,
        })
    }
}

impl Encode for TransferName {
    fn encode(&self, w: &mut Writer) {
        w.u8(self.source);
        self.name.encode(w);
        self.to.encode(w);
        w.bool(self.clear);
    }
}

impl Decode for TransferName {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            source: r.u8()?,
            name: Name::decode(r)?,
            to: Address::decode(r)?,
            clear: r.bool()?,
        })
    }
}
