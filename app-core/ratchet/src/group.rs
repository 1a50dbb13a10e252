//! Sender keys: one encryption for a whole group.
//!
//! Each sending device has a chain of its own for a group and hands it to the members inside their
//! sessions. From then on one message, signed by the sender, is for all of them. Unlike a session a
//! chain only moves forward: whoever has once held it reads all that follows, so when somebody leaves
//! the sender starts a new record. `chat` keeps one [`SenderKeyRecord`] for each sending device and
//! distribution, its own included, and stores it after every call.

mod distribution;
mod id;
mod message;
mod record;
mod sender_key;

pub use distribution::SenderKeyDistribution;
pub use id::DistributionId;
pub use message::SenderKeyMessage;
pub use record::SenderKeyRecord;

use crate::RatchetError;

/// Protocol version in the high half; the low half is the highest version its writer knows.
const VERSION: u8 = 0x33;

/// What stands behind the version byte.
const fn body(bytes: &[u8]) -> Result<&[u8], RatchetError> {
    match bytes {
        [] => Err(RatchetError::BadMessage),
        [version, body @ ..] => match *version >> 4 {
            0..=2 => Err(RatchetError::OldVersion),
            3 => Ok(body),
            4.. => Err(RatchetError::UnknownVersion),
        },
    }
}
