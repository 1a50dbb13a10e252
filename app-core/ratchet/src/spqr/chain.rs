//! The chain of epochs: from the secrets agreed on, a key for each message in each direction.

use super::{
    Direction,
    keys::{Advance, Position, Receiving},
};
use crate::{RatchetError, kdf, secret::Secret};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

// Two blanks, as everybody has them.
const START: &[u8] = b"Signal PQ Ratchet V1 Chain  Start";
const ADD_EPOCH: &[u8] = b"Signal PQ Ratchet V1 Chain Add Epoch";
/// The epoch before the one that we send in, that one, and the one after it.
const MAX_EPOCHS: u8 = 3;
/// While a message is sent that begins an epoch, there is one more.
const ROOM: usize = 4;

/// All keys that are kept.
pub(super) struct Chain {
    /// What the next epoch starts from.
    next_root: Secret,
    /// The epoch of the last message sent.
    sending: u64,
    /// From the one before `sending`, without gaps. Never more than there is room for: growing would
    /// leave copies behind that nobody wipes.
    epochs: Vec<Epoch>,
}

/// The keys of one epoch.
struct Epoch {
    /// Gone once we send in a later one.
    sending: Option<Position>,
    receiving: Receiving,
}

/// An epoch that will join the chain.
pub(super) struct NewEpoch {
    next_root: Secret,
    epoch: Epoch,
}

impl Chain {
    /// Epoch 0, from the key that PQXDH agreed on for this.
    pub(super) fn start(key: &Secret, direction: Direction) -> Self {
        let NewEpoch { next_root, epoch } =
            NewEpoch::derive(kdf::hkdf(None, key.as_bytes(), START), direction);
        let mut epochs = Vec::with_capacity(ROOM);
        epochs.push(epoch);
        Self { next_root, sending: 0, epochs }
    }

    /// The epoch behind the newest, by the secret that was agreed on for it.
    pub(super) fn prepare(&self, secret: &Secret, direction: Direction) -> NewEpoch {
        let root = self.next_root.as_bytes().as_slice();
        NewEpoch::derive(kdf::hkdf(Some(root), secret.as_bytes(), ADD_EPOCH), direction)
    }

    pub(super) fn add(&mut self, new: NewEpoch) {
        self.next_root = new.next_root;
        self.epochs.push(new.epoch);
    }

    /// The key of the next message that we send in an epoch, and the position of that message.
    pub(super) fn next(&self, epoch: u64) -> Result<(Secret, Position), RatchetError> {
        let position = self.get(epoch).and_then(|epoch| epoch.sending.as_ref());
        position.and_then(Position::step).ok_or(RatchetError::SessionTooOld)
    }

    /// Notes that a message was sent. The first one in an epoch ends the older ones: what was sent
    /// to us in the last can still be read, all before it is forgotten.
    pub(super) fn sent(&mut self, epoch: u64, position: Position) {
        if epoch > self.sending {
            let before = self.oldest();
            self.sending = epoch;
            let forgotten = usize::try_from(self.oldest().saturating_sub(before));
            let forgotten = forgotten.unwrap_or(usize::MAX).min(self.epochs.len());
            // Turned round first: what is cut off is wiped where it lies, and nothing is copied.
            self.epochs.rotate_left(forgotten);
            self.epochs.truncate(self.epochs.len().saturating_sub(forgotten));
            if let Some(older) = epoch.checked_sub(1).and_then(|older| self.get_mut(older)) {
                older.sending = None;
            }
        }
        if let Some(epoch) = self.get_mut(epoch) {
            epoch.sending = Some(position);
        }
    }

    /// Finds the key of a message that was sent to us.
    pub(super) fn find(
        &self,
        epoch: u64,
        index: u32,
        max_jump: u32,
    ) -> Result<(Secret, Advance), RatchetError> {
        let epoch = self.get(epoch).ok_or(RatchetError::BadMessage)?;
        epoch.receiving.find(index, max_jump)
    }

    /// Does what finding a genuine message's key entails.
    pub(super) fn received(&mut self, epoch: u64, advance: Advance) {
        if let Some(epoch) = self.get_mut(epoch) {
            epoch.receiving.apply(advance);
        }
    }

    /// The epoch of the last message sent.
    pub(super) const fn sending(&self) -> u64 {
        self.sending
    }

    /// The last epoch that there is.
    pub(super) fn newest(&self) -> Option<u64> {
        let behind = u64::try_from(self.epochs.len().checked_sub(1)?).ok()?;
        self.oldest().checked_add(behind)
    }

    fn get(&self, epoch: u64) -> Option<&Epoch> {
        self.epochs.get(self.place(epoch)?)
    }

    fn get_mut(&mut self, epoch: u64) -> Option<&mut Epoch> {
        let place = self.place(epoch)?;
        self.epochs.get_mut(place)
    }

    fn place(&self, epoch: u64) -> Option<usize> {
        usize::try_from(epoch.checked_sub(self.oldest())?).ok()
    }

    const fn oldest(&self) -> u64 {
        self.sending.saturating_sub(1)
    }
}

impl NewEpoch {
    fn derive(okm: [Secret; 3], direction: Direction) -> Self {
        let [next_root, a_to_b, b_to_a] = okm;
        let (sending, receiving) = match direction {
            Direction::AToB => (a_to_b, b_to_a),
            Direction::BToA => (b_to_a, a_to_b),
        };
        let epoch =
            Epoch { sending: Some(Position::new(sending)), receiving: Receiving::new(receiving) };
        Self { next_root, epoch }
    }
}

impl Encode for Chain {
    fn encode(&self, writer: &mut Writer) {
        self.next_root.encode(writer);
        writer.u64(self.sending);
        writer.u8(u8::try_from(self.epochs.len()).unwrap_or(u8::MAX));
        for epoch in &self.epochs {
            if let Some(sending) = &epoch.sending {
                sending.encode(writer);
            }
            epoch.receiving.encode(writer);
        }
    }
}

impl Decode for Chain {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let (next_root, sending) = (Secret::decode(reader)?, reader.u64()?);
        let mut chain = Self { next_root, sending, epochs: Vec::with_capacity(ROOM) };
        let count = reader.u8()?;
        if count > MAX_EPOCHS {
            return Err(DecodeError::TooLong);
        }
        for number in (chain.oldest()..=u64::MAX).take(usize::from(count)) {
            // Which epochs can still be sent in needs no mark.
            let sending = if number < sending { None } else { Some(Position::decode(reader)?) };
            let epoch = Epoch { sending, receiving: Receiving::decode(reader)? };
            chain.epochs.push(epoch);
        }
        Ok(chain)
    }
}
