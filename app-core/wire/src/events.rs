//! The held stream: one per light node, to its home worker. The app says what it wants to hear of,
//! the worker tells; both send a beat now and then, so that a dead connection is noticed.

use crate::{Decode, DecodeError, Encode, Reader, Writer, chain::Object};
use types::{QueueId, Round};

/// Most queues one stream listens to.
pub const MAX_QUEUES: usize = 400;
/// The app sends a beat this often, in seconds; a worker hears nothing for three of them and hangs
/// up, and the other way round.
pub const BEAT_SECS: u64 = 30;

/// The right to hear of a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueRight {
    /// The queue's receive key.
    pub receive_key: [u8; 32],
    /// By that key over [`crate::mail::read_bytes`].
    pub signature: [u8; 64],
}

/// From app to worker under [`crate::protocol::EVENTS`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subscribe {
    /// Replaces what was asked for before on this stream.
    To {
        /// Queues to hear of; one that already holds envelopes is told at once.
        queues: Vec<QueueRight>,
        /// Headers from this round on, or none.
        headers_from: Option<Round>,
    },
    /// Still here.
    Beat,
}

/// From worker to app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// This queue holds something to pull.
    Mail(QueueId),
    /// The next `ledger::CertifiedHeader`.
    Header(Object),
    /// Answer to a beat.
    Beat,
}

impl Encode for QueueRight {
    fn encode(&self, w: &mut Writer) {
        w.fixed(&self.receive_key);
        w.fixed(&self.signature);
    }
}

impl Decode for QueueRight {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { receive_key: r.fixed()?, signature: r.fixed()? })
    }
}

impl Encode for Subscribe {
    fn encode(&self, w: &mut Writer) {
        match self {
            Self::To { queues, headers_from } => {
                w.u8(1);
                w.list(queues);
                w.option(headers_from.as_ref());
            }
            Self::Beat => w.u8(2),
        }
    }
}

impl Decode for Subscribe {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match r.u8()? {
            1 => Self::To { queues: r.list(MAX_QUEUES)?, headers_from: r.option()? },
            2 => Self::Beat,
            _ => return Err(DecodeError::BadValue("subscription")),
        })
    }
}

impl Encode for Event {
    fn encode(&self, w: &mut Writer) {
        match self {
            Self::Mail(queue) => {
                w.u8(1);
                queue.encode(w);
            }
            Self::Header(header) => {
                w.u8(2);
                header.encode(w);
            }
            Self::Beat => w.u8(3),
        }
    }
}

impl Decode for Event {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match r.u8()? {
            1 => Self::Mail(QueueId::decode(r)?),
            2 => Self::Header(Object::decode(r)?),
            3 => Self::Beat,
            _ => return Err(DecodeError::BadValue("event")),
        })
    }
}
