//! Whether we want to hear of a contact. Strangers ask; adding, writing, paying or saying so accepts
//! them; whoever is declined is not heard any more. The contact is never told.

use types::OpenId;

use crate::{Change, Contact};

/// Whether we want to hear of a contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// We added it, wrote to it, or said that we want to hear of it.
    Accepted,
    /// A stranger who used an invite of ours and waits for our decision.
    Request,
    /// We do not want to hear of it: nothing that it says is saved or confirmed.
    Declined,
}

/// We want to hear of a contact, whatever we said before.
#[must_use]
pub const fn accept(contact: OpenId) -> Change {
    Change::SetStanding { contact, standing: Standing::Accepted }
}

/// We do not want to hear of a contact any more. What it has said stays; its session and queue stay,
/// so that it can be accepted again.
#[must_use]
pub const fn decline(contact: OpenId) -> Change {
    Change::SetStanding { contact, standing: Standing::Declined }
}

/// Whoever gets an answer is accepted with it.
pub(crate) fn accept_request(contact: &Contact) -> Option<Change> {
    (contact.standing == Standing::Request).then(|| accept(contact.account))
}
