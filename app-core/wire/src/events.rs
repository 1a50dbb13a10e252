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
        /// Which headers to tell of.
        headers: Follow,
    },
    /// Still here.
    Beat,
}

/// Which headers a stream tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Follow {
    /// None.
    None,
    /// Each one from this round on, in order.
    Every(Round),
    /// The newest one, once a minute: nothing is being looked at.
    Minute,
}

/// From worker to app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// This queue holds something to pull.
    Mail(QueueId),
    /// A `light::Step`, as [`Follow`] asks for them.
    Header(Object),
    /// Answer to a beat.
    Beat,
    /// A `ledger::Conflict`: the managers have certified two headers that contradict each other.
    Warrant(Object),
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
            Self::To { queues, headers } => {
                w.u8(1);
                w.list(queues);
                headers.encode(w);
            }
            Self::Beat => w.u8(2),
        }
    }
}

impl Decode for Subscribe {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match r.u8()? {
            1 => Self::To { queues: r.list(MAX_QUEUES)?, headers: Follow::decode(r)? },
            2 => Self::Beat,
            _ => return Err(DecodeError::BadValue("subscription")),
        })
    }
}

impl Encode for Follow {
    fn encode(&self, w: &mut Writer) {
        match self {
            Self::None => w.u8(0),
            Self::Every(from) => {
                w.u8(1);
                from.encode(w);
            }
            Self::Minute => w.u8(2),
        }
    }
}

impl Decode for Follow {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match r.u8()? {
            0 => Self::None,
            1 => Self::Every(Round::decode(r)?),
            2 => Self::Minute,
            _ => return Err(DecodeError::BadValue("headers to follow")),
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
            Self::Warrant(conflict) => {
                w.u8(4);
                conflict.encode(w);
            }
        }
    }
}

impl Decode for Event {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match r.u8()? {
            1 => Self::Mail(QueueId::decode(r)?),
            2 => Self::Header(Object::decode(r)?),
            3 => Self::Beat,
            4 => Self::Warrant(Object::decode(r)?),
            _ => return Err(DecodeError::BadValue("event")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check<T: Encode + Decode + PartialEq + core::fmt::Debug>(value: &T, bytes: &[u8]) {
        assert_eq!(value.to_bytes(), bytes);
        assert_eq!(T::from_bytes(bytes).as_ref(), Ok(value));
    }

    #[test]
    fn the_bytes_of_the_held_stream_are_frozen() {
        let to = |headers| Subscribe::To { queues: vec![], headers };
        check(&to(Follow::None), &[1, 0, 0, 0, 0, 0]);
        check(&to(Follow::Every(Round(258))), &[1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 2]);
        check(&to(Follow::Minute), &[1, 0, 0, 0, 0, 2]);
        check(&Subscribe::Beat, &[2]);
        check(&Event::Header(Object(vec![9])), &[2, 0, 0, 0, 1, 9]);
        check(&Event::Beat, &[3]);
        check(&Event::Warrant(Object(vec![9])), &[4, 0, 0, 0, 1, 9]);
        assert_eq!(Follow::from_bytes(&[3]), Err(DecodeError::BadValue("headers to follow")));
    }
}
