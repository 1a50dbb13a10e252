//! Names (BC-DNS): registering by commitment and reveal, keeping, changing and handing them on
//! (`money-and-mail.md` B4).
//!
//! What a name costs goes to [`crate::Pot::Fees`]: it pays those who keep it, as any fee does. Names
//! live by the block's time; nothing is done when a term ends.

mod commit;
mod owner;
mod register;
mod sub;
mod twins;

#[cfg(test)]
pub(crate) use commit::SWEEP;
pub(crate) use commit::sweep;
pub use commit::{CommitName, ReclaimDeposit};
pub use owner::{TransferName, UpdateName};
pub use register::{RegisterName, RenewName, reveal_rank};
pub use sub::{DelegateLabel, SetSubName};

use crate::draft::Draft;
use crate::entry::Deltas;
use crate::{EntryKind, NameRecord, NameRefusal, RegisteredName, Rejection, Standing, name_key};
use name_rules::Name;

/// The first-level name as it stands, lapsed or not.
fn read(draft: &Draft<'_>, name: &Name) -> Result<Option<RegisteredName>, Rejection> {
    draft.read(&name_key(name))
}

/// The first-level name, if it belongs to somebody.
fn held(draft: &Draft<'_>, name: &Name) -> Result<RegisteredName, Rejection> {
    let now = draft.block.context().time;
    let name = read(draft, name)?.filter(|name| name.is_held(now));
    name.ok_or(NameRefusal::Unknown.into())
}

/// The first-level name, if it is live.
fn live(draft: &Draft<'_>, name: &Name) -> Result<RegisteredName, Rejection> {
    let name = held(draft, name)?;
    match name.standing(draft.block.context().time) {
        Standing::Live => Ok(name),
        Standing::Grace | Standing::Lapsed => Err(NameRefusal::InGrace.into()),
    }
}

/// The first-level name, if it is live and the source owns it.
fn owned(draft: &Draft<'_>, source: u8, name: &Name) -> Result<RegisteredName, Rejection> {
    let name = live(draft, name)?;
    if name.owner == draft.home(source)? { Ok(name) } else { Err(NameRefusal::NotOwner.into()) }
}

/// Writes a first-level name with the next sequence.
fn change(draft: &mut Draft<'_>, mut name: RegisteredName) -> Result<(), Rejection> {
    let next = name.sequence.checked_add(1);
    name.sequence = next.ok_or(Rejection::BadState("sequence of a name"))?;
    draft.write(name_key(&name.name), &name);
    Ok(())
}

/// A line in the history of a source that moves no money beside the fee.
fn note(draft: &mut Draft<'_>, source: u8) -> Result<(), Rejection> {
    let home = draft.home(source)?;
    draft.enter(home, EntryKind::NameChange, Deltas::default(), None, false)
}

fn check_first_level(name: &Name) -> Result<(), Rejection> {
    if name.is_first_level() {
        Ok(())
    } else {
        Err(Rejection::BadTransaction("not a first-level name"))
    }
}

fn check_record(record: &NameRecord) -> Result<(), Rejection> {
    if record.is_sound() { Ok(()) } else { Err(NameRefusal::BadRecord.into()) }
}
