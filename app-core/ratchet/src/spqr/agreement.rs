//! The key agreement: epoch after epoch, one side sends a key and the other a ciphertext.
//!
//! It spreads over as many messages as that takes, and the sides change with every epoch. Nothing
//! here changes anything: what a message brings is a new agreement, which takes the old one's
//! place once the message has proven genuine.

use super::{
    Direction,
    authenticator::{Agreed, Authenticator},
    encapsulator::Encapsulator,
    message::{Message, Payload},
    owner::{self, Owner},
};
use crate::{RatchetError, secret::Secret};
use rand_core::CryptoRng;
use std::sync::Arc;
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// Where the agreement stands.
pub(super) struct Agreement {
    epoch: u64,
    authenticator: Arc<Authenticator>,
    side: Side,
}

/// What we are in this epoch.
enum Side {
    Owner(Owner),
    Encapsulator(Encapsulator),
}

/// An agreement that takes another's place.
pub(super) struct Turn {
    pub(super) next: Agreement,
    /// The secret that was agreed on for the epoch behind the last one that has a secret.
    pub(super) agreed: Option<Secret>,
}

impl Agreement {
    /// The first epoch, from the key that PQXDH agreed on for this.
    pub(super) fn start(key: &Secret, direction: Direction) -> Self {
        let side = match direction {
            Direction::AToB => Side::Owner(Owner::KeysUnsampled),
            Direction::BToA => Side::Encapsulator(Encapsulator::start()),
        };
        Self { epoch: 1, authenticator: Arc::new(Authenticator::start(key)), side }
    }

    /// The epoch under way.
    pub(super) const fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The next message's part in this.
    pub(super) fn send(&self, rng: &mut impl CryptoRng) -> Result<(Payload, Turn), RatchetError> {
        match &self.side {
            Side::Owner(owner) => {
                let (payload, next) = owner.send(self.epoch, &self.authenticator, rng);
                Ok((payload, self.turn(Side::Owner(next))))
            }
            Side::Encapsulator(encapsulator) => {
                let sent = encapsulator.send(self.epoch, &self.authenticator, rng)?;
                let side = Side::Encapsulator(sent.next);
                let turn = match sent.agreed {
                    None => self.turn(side),
                    Some(agreed) => self.agreed(self.epoch, side, agreed),
                };
                Ok((sent.payload, turn))
            }
        }
    }

    /// What a message brings; `None` for no change.
    pub(super) fn receive(&self, message: &Message) -> Result<Option<Turn>, RatchetError> {
        if message.epoch < self.epoch {
            return Ok(None);
        }
        if message.epoch > self.epoch {
            return self.follow(message.epoch).map(Some);
        }
        match &self.side {
            Side::Owner(owner) => {
                match owner.receive(self.epoch, &self.authenticator, message.payload)? {
                    owner::Step::Stay => Ok(None),
                    owner::Step::Next(next) => Ok(Some(self.turn(Side::Owner(next)))),
                    owner::Step::Agreed(agreed) => {
                        let side = Side::Encapsulator(Encapsulator::start());
                        Ok(Some(self.agreed(self.next_epoch()?, side, agreed)))
                    }
                }
            }
            Side::Encapsulator(encapsulator) => {
                let next =
                    encapsulator.receive(self.epoch, &self.authenticator, message.payload)?;
                Ok(next.map(|next| self.turn(Side::Encapsulator(next))))
            }
        }
    }

    /// True if the secret of the epoch under way is known already.
    pub(super) const fn has_agreed(&self) -> bool {
        match &self.side {
            Side::Owner(_) => false,
            Side::Encapsulator(encapsulator) => encapsulator.has_agreed(),
        }
    }

    /// True if it can have come to this without our sending anything in this epoch.
    pub(super) const fn can_be_unsent(&self) -> bool {
        match &self.side {
            Side::Owner(owner) => matches!(owner, Owner::KeysUnsampled),
            Side::Encapsulator(encapsulator) => !encapsulator.has_agreed(),
        }
    }

    /// The peer has gone on to the next epoch, so it has our ciphertext.
    fn follow(&self, epoch: u64) -> Result<Turn, RatchetError> {
        let done = match &self.side {
            Side::Owner(_) => false,
            Side::Encapsulator(encapsulator) => encapsulator.is_last(),
        };
        if !done || epoch != self.next_epoch()? {
            return Err(RatchetError::BadMessage);
        }
        Ok(Turn {
            next: Self { epoch, ..self.with(Side::Owner(Owner::KeysUnsampled)) },
            agreed: None,
        })
    }

    fn turn(&self, side: Side) -> Turn {
        Turn { next: self.with(side), agreed: None }
    }

    fn agreed(&self, epoch: u64, side: Side, agreed: Agreed) -> Turn {
        let next = Self { epoch, authenticator: Arc::new(agreed.authenticator), side };
        Turn { next, agreed: Some(agreed.secret) }
    }

    fn with(&self, side: Side) -> Self {
        Self { epoch: self.epoch, authenticator: Arc::clone(&self.authenticator), side }
    }

    fn next_epoch(&self) -> Result<u64, RatchetError> {
        self.epoch.checked_add(1).ok_or(RatchetError::BadMessage)
    }

    /// Reads one of a party with this direction.
    pub(super) fn decode(
        reader: &mut Reader<'_>,
        direction: Direction,
    ) -> Result<Self, DecodeError> {
        let epoch = reader.u64()?;
        if epoch == 0 {
            return Err(DecodeError::BadValue("epoch"));
        }
        let authenticator = Arc::new(Authenticator::decode(reader)?);
        // The initiator owns the key in odd epochs, the responder in even ones.
        let odd = !epoch.is_multiple_of(2);
        let side = match (direction, odd) {
            (Direction::AToB, true) | (Direction::BToA, false) => {
                Side::Owner(Owner::decode(reader)?)
            }
            (Direction::AToB, false) | (Direction::BToA, true) => {
                Side::Encapsulator(Encapsulator::decode(reader)?)
            }
        };
        Ok(Self { epoch, authenticator, side })
    }
}

impl Encode for Agreement {
    fn encode(&self, writer: &mut Writer) {
        writer.u64(self.epoch);
        self.authenticator.encode(writer);
        match &self.side {
            Side::Owner(owner) => owner.encode(writer),
            Side::Encapsulator(encapsulator) => encapsulator.encode(writer),
        }
    }
}
