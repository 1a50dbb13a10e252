//! Conversations as pure functions: cards, invites, contents, envelopes, and what each step changes.
//!
//! `engine` loads what a step needs, calls it, saves the returned [`Change`]s in one transaction and
//! only then lets anything leave the device. Nothing here reads a clock, a socket or a database.

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

mod again;
mod ask;
mod card;
mod content;
mod envelope;
pub mod fuzz;
mod invite;
mod letter;
mod model;
pub mod prekeys;
mod queue;
mod receive;
mod review;
mod route;
mod safety;
mod send;
mod session;
mod showing;
mod standing;
#[cfg(test)]
mod tests;
mod unsent;

pub use again::{LOOK_BACK_MS, Unconfirmed, say_again};
pub use ask::{
    Closed, KnownRequest, PaymentRequest, RequestState, Settlement, close_request, write_request,
    write_settlement,
};
pub use card::{BadCard, Card, MAX_NAME, is_name, look};
pub use content::{Body, Content, Hello, MAX_TEXT, Vouched};
pub use envelope::{NotAnEnvelope, TooLong, open_envelope, seal_envelope};
pub use invite::{Invite, InviteError};
pub use letter::{Letter, Ours, SealedLetter, Unreadable, Unsealed, ask_again, certificate};
pub use model::{
    Change, Contact, Delivery, Direction, KeptPreKey, Message, Outgoing, PaymentRef, Pending,
    PreKeyKind, Queue,
};
pub use receive::{Refused, Taken, take};
pub use review::{MAX_REVIEW, Review, ReviewLetter, write_review};
pub use route::Route;
pub use safety::{Incomparable, compare, safety_number, scannable};
pub use send::{
    Me, SealError, acknowledged, add_contact, ask_checkpoint, ask_private_address, greet, hello,
    is_hello, keys_changed, merge, receipt, seal, tell_envelope_key, tell_private_address,
    unsendable, vouch, write, write_gift, write_payment,
};
pub use session::session_changes;
pub use showing::{
    Answer, AnswerPart, KnownShowing, MAX_ASKED, MAX_PARTS, PaymentChallenge, ShowingChange,
    ShowingState, answer_message, close_showing, write_answer, write_challenge,
};
pub use standing::{Standing, accept, decline};
pub use unsent::{given_up, retell, retry};
