//! The message keys of one epoch in one direction.
//!
//! Looking for a key never changes anything; what finding it would change comes back as an
//! [`Advance`], applied once the message has proven genuine.

use crate::{RatchetError, kdf, secret::Secret};
use std::collections::BTreeMap;
use wire::{Decode, DecodeError, Encode, Reader, Writer};

const NEXT: &[u8] = b"Signal PQ Ratchet V1 Chain Next";
/// How far back from the newest message received a missing one may still arrive.
const WINDOW: u32 = 2_000;

/// Where a chain of keys stands.
pub(super) struct Position {
    key: Secret,
    /// Of the last message; 0 before the first.
    index: u32,
}

impl Position {
    /// The start of a chain.
    pub(super) const fn new(key: Secret) -> Self {
        Self { key, index: 0 }
    }

    pub(super) const fn index(&self) -> u32 {
        self.index
    }

    /// The key of the next message and the position of that message; `None` at the last index.
    pub(super) fn step(&self) -> Option<(Secret, Self)> {
        let ([key, message_key], index) = self.derive()?;
        Some((message_key, Self { key, index }))
    }

    /// The position of the next message; `None` at the last index.
    fn skip(&self) -> Option<Self> {
        let ([key], index) = self.derive()?;
        Some(Self { key, index })
    }

    /// The key behind the next message, then perhaps that message's own, and its index.
    fn derive<const N: usize>(&self) -> Option<([Secret; N], u32)> {
        let index = self.index.checked_add(1)?;
        let info = [&index.to_be_bytes(), NEXT].concat();
        Some((kdf::hkdf(None, self.key.as_bytes(), &info), index))
    }
}

/// The keys to read messages with.
pub(super) struct Receiving {
    at: Position,
    /// Keys of missing messages, all within the window.
    missing: BTreeMap<u32, Secret>,
}

/// How the keys change once the message is genuine.
pub(super) enum Advance {
    /// The key of this missing message is used up.
    Take(u32),
    Jump {
        passed: BTreeMap<u32, Secret>,
        at: Position,
    },
}

impl Receiving {
    pub(super) const fn new(key: Secret) -> Self {
        Self { at: Position::new(key), missing: BTreeMap::new() }
    }

    /// Finds the key of a message, at most `max_jump` behind the newest one received.
    pub(super) fn find(
        &self,
        index: u32,
        max_jump: u32,
    ) -> Result<(Secret, Advance), RatchetError> {
        let ahead = index.checked_sub(self.at.index).filter(|ahead| *ahead > 0);
        let Some(ahead) = ahead else {
            let key = self.missing.get(&index).ok_or(RatchetError::BadMessage)?;
            return Ok((Secret::new(*key.as_bytes()), Advance::Take(index)));
        };
        if ahead > max_jump {
            return Err(RatchetError::TooFarAhead);
        }
        // As in a chain of the Double Ratchet: nothing is proven yet, so nothing is worked out that is
        // not kept.
        let mut at = Position { key: Secret::new(*self.at.key.as_bytes()), index: self.at.index };
        while at.index.saturating_add(1) < oldest(index) {
            at = at.skip().ok_or(RatchetError::TooFarAhead)?;
        }
        let mut passed = BTreeMap::new();
        loop {
            let (key, next) = at.step().ok_or(RatchetError::TooFarAhead)?;
            if next.index >= index {
                return Ok((key, Advance::Jump { passed, at: next }));
            }
            passed.insert(next.index, key);
            at = next;
        }
    }

    /// Does what finding a genuine message's key entails.
    pub(super) fn apply(&mut self, advance: Advance) {
        match advance {
            Advance::Take(index) => {
                self.missing.remove(&index);
            }
            Advance::Jump { passed, at } => {
                let oldest = oldest(at.index);
                while self.missing.first_entry().is_some_and(|first| *first.key() < oldest) {
                    self.missing.pop_first();
                }
                self.missing.extend(passed);
                self.at = at;
            }
        }
    }
}

/// The oldest message that may be missing when the newest one has this index.
const fn oldest(newest: u32) -> u32 {
    newest.saturating_sub(WINDOW)
}

impl Encode for Position {
    fn encode(&self, writer: &mut Writer) {
        self.key.encode(writer);
        writer.u32(self.index);
    }
}

impl Decode for Position {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { key: Secret::decode(reader)?, index: reader.u32()? })
    }
}

impl Encode for Receiving {
    fn encode(&self, writer: &mut Writer) {
        self.at.encode(writer);
        writer.u16(u16::try_from(self.missing.len()).unwrap_or(u16::MAX));
        for (index, key) in &self.missing {
            // The distance to the newest message, which is never more than the window.
            writer.u16(u16::try_from(self.at.index.saturating_sub(*index)).unwrap_or(u16::MAX));
            key.encode(writer);
        }
    }
}

impl Decode for Receiving {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let at = Position::decode(reader)?;
        let mut missing = BTreeMap::new();
        let mut least = oldest(at.index).max(1);
        for _ in 0..reader.u16()? {
            let index = at.index.checked_sub(u32::from(reader.u16()?));
            let index = index.filter(|index| (least..at.index).contains(index));
            let index = index.ok_or(DecodeError::BadValue("index of a missing message"))?;
            missing.insert(index, Secret::decode(reader)?);
            least = index.saturating_add(1);
        }
        Ok(Self { at, missing })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start() -> Receiving {
        Receiving::new(Secret::new([2; 32]))
    }

    fn receive(keys: &mut Receiving, index: u32) -> Result<[u8; 32], RatchetError> {
        let (key, advance) = keys.find(index, 25_000)?;
        keys.apply(advance);
        let stored = keys.to_bytes();
        assert_eq!(Receiving::from_bytes(&stored).unwrap().to_bytes(), stored);
        Ok(*key.as_bytes())
    }

    #[test]
    fn any_order_gives_the_senders_keys_and_each_once() {
        let (mut forward, mut backward) = (start(), start());
        let mut sending = Position::new(Secret::new([2; 32]));
        for index in 1..10 {
            let (key, next) = sending.step().unwrap();
            sending = next;
            assert_eq!(receive(&mut forward, index), Ok(*key.as_bytes()));
        }
        let again: Vec<_> = (1..10).rev().map(|n| receive(&mut backward, n).unwrap()).collect();
        assert_eq!(again.len(), 9);
        assert_eq!(forward.to_bytes(), backward.to_bytes());
        for index in 0..10 {
            assert_eq!(receive(&mut forward, index), Err(RatchetError::BadMessage));
        }
        let mut third = start();
        let keys: Vec<_> = (1..10).map(|n| receive(&mut third, n).unwrap()).rev().collect();
        assert_eq!(keys, again);
    }

    #[test]
    fn a_jump_of_25000_is_the_last_one_allowed() {
        let mut keys = start();
        receive(&mut keys, 1).unwrap();
        let before = keys.to_bytes();
        for too_far in [25_002, u32::MAX] {
            assert_eq!(receive(&mut keys, too_far), Err(RatchetError::TooFarAhead));
        }
        assert_eq!(keys.to_bytes(), before);
        receive(&mut keys, 25_001).unwrap();
        receive(&mut keys, 25_002).unwrap();
    }

    #[test]
    fn a_jump_in_a_note_to_self_has_no_limit() {
        let (key, advance) = start().find(60_000, u32::MAX).unwrap();
        let mut keys = start();
        keys.apply(advance);
        let mut steps = start();
        for index in [25_000, 50_000] {
            receive(&mut steps, index).unwrap();
        }
        assert_eq!(receive(&mut steps, 60_000), Ok(*key.as_bytes()));
        assert_eq!(keys.to_bytes(), steps.to_bytes());
    }

    #[test]
    fn only_the_newest_2000_missing_messages_can_arrive() {
        let mut keys = start();
        receive(&mut keys, 3_001).unwrap();
        assert_eq!(keys.missing.len(), 2_000);
        assert_eq!(receive(&mut keys, 1_000), Err(RatchetError::BadMessage));
        receive(&mut keys, 1_001).unwrap();
        // The window follows the newest message, however few are missing.
        receive(&mut keys, 3_003).unwrap();
        assert_eq!(keys.missing.len(), 1_999);
        assert_eq!(receive(&mut keys, 1_002), Err(RatchetError::BadMessage));
        receive(&mut keys, 1_003).unwrap();
        receive(&mut keys, 3_002).unwrap();
        receive(&mut keys, 9_000).unwrap();
        assert_eq!(receive(&mut keys, 3_000), Err(RatchetError::BadMessage));
        assert_eq!(keys.missing.len(), 2_000);
    }

    #[test]
    fn the_last_index_ends_the_chain() {
        let mut keys = start();
        keys.at.index = u32::MAX - 1;
        assert!(keys.at.step().unwrap().1.step().is_none());
        receive(&mut keys, u32::MAX).unwrap();
        assert_eq!(receive(&mut keys, u32::MAX), Err(RatchetError::BadMessage));
    }

    #[test]
    fn stored_indexes_must_rise_and_lie_in_the_window() {
        let mut keys = start();
        receive(&mut keys, 4).unwrap();
        receive(&mut keys, 1).unwrap();
        let good = keys.to_bytes();
        // Two are missing, 2 and 3, of 34 bytes each; what is stored is their distance to 4.
        for (from_end, distance) in [(68, 1_u16), (68, 0), (68, 4), (34, 0), (34, 2), (34, 3)] {
            let mut bad = good.clone();
            let at = bad.len() - from_end;
            bad[at..at + 2].copy_from_slice(&distance.to_be_bytes());
            let refused = Receiving::from_bytes(&bad).map(drop);
            assert_eq!(refused, Err(DecodeError::BadValue("index of a missing message")));
        }
        let mut keys = start();
        receive(&mut keys, 1).unwrap();
        receive(&mut keys, 2_002).unwrap();
        let mut bad = keys.to_bytes();
        assert_eq!(bad[38..40], 2_000_u16.to_be_bytes());
        bad[38..40].copy_from_slice(&2_001_u16.to_be_bytes());
        let refused = Receiving::from_bytes(&bad).map(drop);
        assert_eq!(refused, Err(DecodeError::BadValue("index of a missing message")));
    }
}
