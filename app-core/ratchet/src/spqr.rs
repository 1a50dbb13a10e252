//! The Sparse Post-Quantum Ratchet, version 1: one secret for every message, against an attacker
//! who can break elliptic curves.
//!
//! A session asks [`Spqr`] for a key before it derives its message keys, and hands on the few bytes
//! that travel with the message. Behind it are a key agreement that yields a secret now and then,
//! and a chain that makes these into a key for each message. Reading a message changes nothing:
//! what it would change comes back as a [`Change`], applied once the message has proven genuine.

mod agreement;
mod authenticator;
mod chain;
mod chunks;
mod encapsulator;
mod field;
pub(crate) mod fuzz;
mod kem;
mod keys;
mod message;
mod owner;
#[cfg(test)]
mod tests;

use crate::{RatchetError, secret::Secret};
use agreement::{Agreement, Turn};
use chain::{Chain, NewEpoch};
use core::fmt;
use keys::Advance;
use message::Message;
use rand_core::CryptoRng;
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// Messages of one epoch that may lie between the newest received and the next.
const MAX_JUMP: u32 = 25_000;

/// Who began the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// We did.
    AToB,
    /// The peer did.
    BToA,
}

/// The post-quantum ratchet of one session.
pub(crate) struct Spqr {
    direction: Direction,
    agreement: Agreement,
    chain: Chain,
}

/// How the ratchet changes once a message has proven genuine.
pub(crate) struct Change {
    agreement: Option<Agreement>,
    new_epoch: Option<NewEpoch>,
    advance: (u64, Advance),
}

impl Spqr {
    /// The first state, from the key that PQXDH agreed on for this.
    pub(crate) fn new(auth: &Secret, direction: Direction) -> Self {
        Self {
            direction,
            agreement: Agreement::start(auth, direction),
            chain: Chain::start(auth, direction),
        }
    }

    /// The bytes that go with the next message, and its key. Unchanged if it fails, which it does
    /// only at the last index.
    pub(crate) fn send(
        &mut self,
        rng: &mut impl CryptoRng,
    ) -> Result<(Vec<u8>, Secret), RatchetError> {
        let epoch = self.agreement.epoch();
        let key_epoch = epoch.saturating_sub(1);
        let (key, position) = self.chain.next(key_epoch)?;
        let (payload, Turn { next, agreed }) = self.agreement.send(rng)?;
        let message = Message { epoch, index: position.index(), payload };
        self.agreement = next;
        if let Some(secret) = agreed {
            self.chain.add(self.chain.prepare(&secret, self.direction));
        }
        self.chain.sent(key_epoch, position);
        Ok((message.to_bytes(), key))
    }

    /// The key of a message, and what it changes. The format also has messages without a key, of a
    /// version yet to come or by index 0; nobody sends them but who wants to do without this ratchet,
    /// so they are refused.
    ///
    /// A message that was read before is no `Duplicate` here: its bytes are proven by nothing yet,
    /// and may belong to another session of the same peer.
    pub(crate) fn receive(
        &self,
        message: &[u8],
        note_to_self: bool,
    ) -> Result<(Secret, Change), RatchetError> {
        let message = Message::parse(message)?;
        let key_epoch = message.epoch.saturating_sub(1);
        let max_jump = if note_to_self { u32::MAX } else { MAX_JUMP };
        let (key, advance) = self.chain.find(key_epoch, message.index, max_jump)?;
        let (agreement, agreed) = match self.agreement.receive(&message)? {
            None => (None, None),
            Some(Turn { next, agreed }) => (Some(next), agreed),
        };
        let new_epoch = agreed.map(|secret| self.chain.prepare(&secret, self.direction));
        Ok((key, Change { agreement, new_epoch, advance: (key_epoch, advance) }))
    }

    /// Does what a genuine message entails.
    pub(crate) fn apply(&mut self, change: Change) {
        if let Some(agreement) = change.agreement {
            self.agreement = agreement;
        }
        if let Some(new_epoch) = change.new_epoch {
            self.chain.add(new_epoch);
        }
        let (epoch, advance) = change.advance;
        self.chain.received(epoch, advance);
    }

    /// True if agreement and chain can belong together: a chain ends with the last secret agreed
    /// on, and only right after a change of epochs have we not yet sent in the last but one.
    fn is_possible(&self) -> bool {
        let before = self.agreement.epoch().saturating_sub(1);
        let newest = if self.agreement.has_agreed() { self.agreement.epoch() } else { before };
        let unsent =
            self.agreement.can_be_unsent() && self.chain.sending().checked_add(1) == Some(before);
        self.chain.newest() == Some(newest) && (self.chain.sending() == before || unsent)
    }
}

impl fmt::Debug for Spqr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spqr").field("epoch", &self.agreement.epoch()).finish_non_exhaustive()
    }
}

impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Change(..)")
    }
}

impl Encode for Spqr {
    fn encode(&self, writer: &mut Writer) {
        writer.bool(self.direction == Direction::AToB);
        self.agreement.encode(writer);
        self.chain.encode(writer);
    }
}

impl Decode for Spqr {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let direction = if reader.bool()? { Direction::AToB } else { Direction::BToA };
        let agreement = Agreement::decode(reader, direction)?;
        let state = Self { direction, agreement, chain: Chain::decode(reader)? };
        if state.is_possible() { Ok(state) } else { Err(DecodeError::BadValue("epochs")) }
    }
}
