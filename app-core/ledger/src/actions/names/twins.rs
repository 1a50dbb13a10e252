//! Names that look alike: all live ones of a skeleton belong to one owner.

use crate::draft::Draft;
use crate::names::Twins;
use crate::{RegisteredName, Rejection, twins_key};
use name_rules::Name;

/// The names that belong to somebody and look like this one, itself among them.
pub(super) fn all(draft: &Draft<'_>, name: &Name) -> Result<Vec<RegisteredName>, Rejection> {
    let now = draft.block.context().time;
    let twins = draft.read::<Twins>(&twins_key(name))?.unwrap_or_default();
    let mut all = Vec::new();
    for key in twins.keys() {
        let twin: Option<RegisteredName> = draft.read(&key)?;
        all.extend(twin.filter(|twin| twin.is_held(now)));
    }
    Ok(all)
}

/// The same without the name itself.
pub(super) fn others(draft: &Draft<'_>, name: &Name) -> Result<Vec<RegisteredName>, Rejection> {
    let mut others = all(draft, name)?;
    others.retain(|twin| twin.name != *name);
    Ok(others)
}

/// Lists a name beside the others that look like it; those that have lapsed are dropped.
pub(super) fn list(draft: &mut Draft<'_>, name: &Name, others: &[RegisteredName]) {
    let keys = others.iter().map(|twin| twin.name.key()).chain([name.key()]);
    draft.write(twins_key(name), &Twins(keys.collect()));
}
