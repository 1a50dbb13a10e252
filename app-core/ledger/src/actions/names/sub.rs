//! Writing sub-names, and letting others write them.

use super::{check_record, live, note, owned};
use crate::actions::Act;
use crate::draft::Draft;
use crate::{
    Delegation, NameRecord, NameRefusal, Params, RegisteredName, Rejection, SubName,
    delegation_key, first_level, name_key, sub_name_key,
};
use name_rules::Name;
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// The labels of a name whose last label but one is delegated: itself and its first level.
const DELEGATED_LABELS: usize = 2;

/// Writes a sub-name, or takes it away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetSubName {
    /// The position of the source that owns the first-level name or has the label delegated.
    pub source: u8,
    /// A sub-name.
    pub name: Name,
    /// What it is to stand for; `None` takes it away.
    pub record: Option<NameRecord>,
}

/// Gives the right to write one label and all below it to an account, or takes it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DelegateLabel {
    /// The position of the source that owns the first-level name.
    pub source: u8,
    /// A name of two labels.
    pub name: Name,
    /// To whom, until when and how; `None` takes it back.
    pub delegation: Option<Delegation>,
}

impl Act for SetSubName {
    fn source(&self) -> Option<u8> {
        Some(self.source)
    }

    fn check(&self, _: &Params) -> Result<(), Rejection> {
        if self.name.is_first_level() {
            return Err(Rejection::BadTransaction("not a sub-name"));
        }
        self.record.as_ref().map_or(Ok(()), check_record)
    }

    fn perform(&self, draft: &mut Draft<'_>) -> Result<(), Rejection> {
        let first = live(draft, &self.name)?;
        self.check_right(draft, &first)?;
        let key = sub_name_key(&self.name, first.zone);
        let former: Option<SubName> = draft.read(&key)?;
        let nothing = former.as_ref().is_none_or(|former| former.record.is_none());
        if self.record.is_none() && nothing {
            return Err(NameRefusal::Unknown.into());
        }
        let sequence = former.map_or(0, |former| former.sequence).checked_add(1);
        let sequence = sequence.ok_or(Rejection::BadState("sequence of a sub-name"))?;
        draft.write(key, &SubName { sequence, record: self.record.clone() });
        note(draft, self.source)
    }
}

impl SetSubName {
    /// The owner writes unless a delegation is for good, its holder while it holds.
    fn check_right(&self, draft: &Draft<'_>, first: &RegisteredName) -> Result<(), Rejection> {
        let home = draft.home(self.source)?;
        let delegation = delegation(draft, &self.name, first.zone)?;
        if let Some(delegation) = delegation {
            // Not kept as a home: the address may have become another account's since.
            if draft.home_of(delegation.to)? == home {
                return Ok(());
            }
            if first.owner == home && !delegation.revocable {
                return Err(NameRefusal::Delegated.into());
            }
        }
        if first.owner == home { Ok(()) } else { Err(NameRefusal::NotOwner.into()) }
    }
}

/// The delegation that a sub-name falls under, if there is one that holds.
fn delegation(draft: &Draft<'_>, name: &Name, zone: u64) -> Result<Option<Delegation>, Rejection> {
    let now = draft.block.context().time;
    let found: Option<Delegation> = draft.read(&delegation_key(name, zone))?;
    Ok(found.filter(|delegation| delegation.is_live(now)))
}

impl Act for DelegateLabel {
    fn source(&self) -> Option<u8> {
        Some(self.source)
    }

    fn check(&self, _: &Params) -> Result<(), Rejection> {
        if self.name.labels().count() == DELEGATED_LABELS {
            Ok(())
        } else {
            Err(Rejection::BadTransaction("not a name of two labels"))
        }
    }

    fn perform(&self, draft: &mut Draft<'_>) -> Result<(), Rejection> {
        let first = owned(draft, self.source, &first_level(&self.name))?;
        let former = delegation(draft, &self.name, first.zone)?;
        if let Some(former) = former.filter(|former| !former.revocable)
            && !self.delegation.is_some_and(|new| new.extends(&former))
        {
            return Err(NameRefusal::Delegated.into());
        }
        let key = delegation_key(&self.name, first.zone);
        match self.delegation {
            Some(new) => {
                bind(draft, first, new)?;
                draft.write(key, &new);
            }
            None if former.is_some() => draft.remove(key),
            None => return Err(NameRefusal::Unknown.into()),
        }
        note(draft, self.source)
    }
}

/// Checks how long a delegation is to hold, and keeps the zone as long as one that cannot be taken
/// back: clearing it would take it back.
fn bind(
    draft: &mut Draft<'_>,
    mut first: RegisteredName,
    new: Delegation,
) -> Result<(), Rejection> {
    if new.until <= draft.block.context().time || new.until > first.term {
        return Err(NameRefusal::BadUntil.into());
    }
    if !new.revocable && new.until > first.bound_until {
        first.bound_until = new.until;
        draft.write(name_key(&first.name), &first);
    }
    Ok(())
}

impl Encode for SetSubName {
    fn encode(&self, w: &mut Writer) {
        w.u8(self.source);
        self.name.encode(w);
        w.option(self.record.as_ref());
    }
}

impl Decode for SetSubName {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { source: r.u8()?, name: Name::decode(r)?, record: r.option()? })
    }
}

impl Encode for DelegateLabel {
    fn encode(&self, w: &mut Writer) {
        w.u8(self.source);
        self.name.encode(w);
        w.option(self.delegation.as_ref());
    }
}

impl Decode for DelegateLabel {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { source: r.u8()?, name: Name::decode(r)?, delegation: r.option()? })
    }
}
