//! The sessions with a contact as rows: what has changed in a record becomes changes.

use ratchet::{SessionChange, SessionRecord};
use types::OpenId;

use crate::Change;

/// What is to be saved after a record of sessions with this contact has moved on.
#[must_use]
pub fn session_changes(contact: OpenId, record: &mut SessionRecord) -> Vec<Change> {
    let changes = record.take_changes().into_iter().map(|change| match change {
        SessionChange::Put { name, state } => Change::SaveSession { contact, name, state },
        SessionChange::Remove { name } => Change::RemoveSession { contact, name },
    });
    changes.collect()
}
