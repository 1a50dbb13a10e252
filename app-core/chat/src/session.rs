//! The sessions with a contact as rows: what has changed in a record becomes changes.

use ratchet::SessionRecord;
use types::OpenId;
use wire::Encode;
use zeroize::Zeroizing;

use crate::Change;

/// The record is one row for now, under a name that is no base key.
const WHOLE: [u8; 33] = [0; 33];

/// What is to be saved after a record of sessions with this contact has moved on.
#[must_use]
pub fn session_changes(contact: OpenId, record: &SessionRecord) -> Vec<Change> {
    let state = Zeroizing::new(record.to_bytes());
    vec![Change::SaveSession { contact, name: WHOLE, state }]
}
