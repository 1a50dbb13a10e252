//! The layout of a post-quantum ratchet's message: field 5 of a whisper message.
//!
//! A version byte, then epoch, index, kind and perhaps a numbered chunk; numbers are varints.
//! Not protobuf.

use super::chunks::Chunk;
use crate::{RatchetError, proto::put_varint};

/// The version that is spoken.
const VERSION: u8 = 1;

/// One message. Its key belongs to the epoch before its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Message {
    /// From 1.
    pub(super) epoch: u64,
    /// From 1. Of 0, by which senders once said that they mixed in no key, there is none.
    pub(super) index: u32,
    pub(super) payload: Payload,
}

/// What a message carries of the key agreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Payload {
    None,
    /// Of the header of a key.
    Header(Chunk),
    /// Of the key itself.
    Key(Chunk),
    /// Of the key itself; the ciphertext's first part has arrived.
    KeyAndAck(Chunk),
    /// The ciphertext's first part has arrived.
    Ack,
    /// Of the ciphertext's first part.
    Ct1(Chunk),
    /// Of the ciphertext's second part.
    Ct2(Chunk),
}

impl Message {
    /// Reads a message. Bytes behind it belong to later versions.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, RatchetError> {
        // A whisper message without the field is of version 0.
        let (version, rest) = bytes.split_first().unwrap_or((&0, &[]));
        match *version {
            0 => Err(RatchetError::OldVersion),
            VERSION => Self::parse_body(rest).ok_or(RatchetError::BadMessage),
            2.. => Err(RatchetError::UnknownVersion),
        }
    }

    fn parse_body(mut rest: &[u8]) -> Option<Self> {
        let epoch = take_varint(&mut rest).filter(|epoch| *epoch > 0)?;
        let index = u32::try_from(take_varint(&mut rest)?).ok()?;
        let (kind, mut rest) = rest.split_first()?;
        let mut chunk = || {
            let number = u16::try_from(take_varint(&mut rest)?).ok()?;
            rest.first_chunk().map(|data| Chunk { number, data: *data })
        };
        let payload = match *kind {
            0 => Payload::None,
            1 => Payload::Header(chunk()?),
            2 => Payload::Key(chunk()?),
            3 => Payload::KeyAndAck(chunk()?),
            4 => Payload::Ack,
            5 => Payload::Ct1(chunk()?),
            6 => Payload::Ct2(chunk()?),
            7.. => return None,
        };
        Some(Self { epoch, index, payload })
    }

    pub(super) fn to_bytes(self) -> Vec<u8> {
        let mut out = vec![VERSION];
        put_varint(&mut out, self.epoch);
        put_varint(&mut out, u64::from(self.index));
        let (kind, chunk) = match self.payload {
            Payload::None => (0, None),
            Payload::Header(chunk) => (1, Some(chunk)),
            Payload::Key(chunk) => (2, Some(chunk)),
            Payload::KeyAndAck(chunk) => (3, Some(chunk)),
            Payload::Ack => (4, None),
            Payload::Ct1(chunk) => (5, Some(chunk)),
            Payload::Ct2(chunk) => (6, Some(chunk)),
        };
        out.push(kind);
        if let Some(chunk) = chunk {
            put_varint(&mut out, u64::from(chunk.number));
            out.extend_from_slice(&chunk.data);
        }
        out
    }
}

impl Payload {
    pub(super) const fn header(self) -> Option<Chunk> {
        match self {
            Self::Header(chunk) => Some(chunk),
            Self::None | Self::Key(_) | Self::KeyAndAck(_) | Self::Ack => None,
            Self::Ct1(_) | Self::Ct2(_) => None,
        }
    }

    /// A chunk of the key, with or without an acknowledgement.
    pub(super) const fn key(self) -> Option<Chunk> {
        match self {
            Self::Key(chunk) | Self::KeyAndAck(chunk) => Some(chunk),
            Self::None | Self::Header(_) | Self::Ack | Self::Ct1(_) | Self::Ct2(_) => None,
        }
    }

    /// True if the ciphertext's first part has arrived, whatever else comes along.
    pub(super) const fn acknowledges(self) -> bool {
        match self {
            Self::KeyAndAck(_) | Self::Ack => true,
            Self::None | Self::Header(_) | Self::Key(_) | Self::Ct1(_) | Self::Ct2(_) => false,
        }
    }

    pub(super) const fn ct1(self) -> Option<Chunk> {
        match self {
            Self::Ct1(chunk) => Some(chunk),
            Self::None | Self::Header(_) | Self::Key(_) | Self::KeyAndAck(_) => None,
            Self::Ack | Self::Ct2(_) => None,
        }
    }

    pub(super) const fn ct2(self) -> Option<Chunk> {
        match self {
            Self::Ct2(chunk) => Some(chunk),
            Self::None | Self::Header(_) | Self::Key(_) | Self::KeyAndAck(_) => None,
            Self::Ack | Self::Ct1(_) => None,
        }
    }
}

/// At most ten bytes; the tenth has room for one bit.
fn take_varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        if shift == 63 && *byte > 1 {
            return None;
        }
        value |= u64::from(byte & 0x7f) << shift;
        if *byte < 0x80 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CHUNK: Chunk = Chunk { number: 300, data: [7; 32] };

    fn check(text: &str, expected: Result<Message, RatchetError>) {
        let seven = "07".repeat(32);
        let bytes = hex::decode(text.replace("..", &seven)).unwrap();
        assert_eq!(Message::parse(&bytes), expected, "{text}");
        if let Ok(message) = expected {
            assert_eq!(hex::encode(message.to_bytes()), hex::encode(bytes));
        }
    }

    fn message(epoch: u64, index: u32, payload: Payload) -> Result<Message, RatchetError> {
        Ok(Message { epoch, index, payload })
    }

    #[test]
    fn every_kind_has_its_bytes() {
        check("01010100", message(1, 1, Payload::None));
        check("0180017f01ac02..", message(128, 127, Payload::Header(CHUNK)));
        check("01010102ac02..", message(1, 1, Payload::Key(CHUNK)));
        check("01010103ac02..", message(1, 1, Payload::KeyAndAck(CHUNK)));
        check("01010104", message(1, 1, Payload::Ack));
        check("01010105ac02..", message(1, 1, Payload::Ct1(CHUNK)));
        check("0101ffffffff0f06ac02..", message(1, u32::MAX, Payload::Ct2(CHUNK)));
        check("01ffffffffffffffffff010000", message(u64::MAX, 0, Payload::None));
        let last = Chunk { number: u16::MAX, ..CHUNK };
        check("01010101ffff03..", message(1, 1, Payload::Header(last)));
    }

    #[test]
    fn damaged_messages_are_refused() {
        for bad in [
            "01",                           // nothing but a version
            "0101",                         // no index
            "010101",                       // no kind
            "01000100",                     // epoch 0
            "01010107",                     // no such kind
            "01010101",                     // no chunk
            "0101010180",                   // a varint that breaks off
            "01010101808004..",             // chunk 65536
            "01018080808010 00",            // index 2^32
            "01ffffffffffffffffff020100",   // 65 bits
            "0180808080808080808080010100", // eleven bytes
            "0101010100 07",                // a short chunk
        ] {
            check(&bad.replace(' ', ""), Err(RatchetError::BadMessage));
        }
    }

    #[test]
    fn only_version_1_is_read() {
        check("", Err(RatchetError::OldVersion));
        check("00010100", Err(RatchetError::OldVersion));
        for later in ["02", "02010100", "ff"] {
            check(later, Err(RatchetError::UnknownVersion));
        }
    }

    #[test]
    fn bytes_behind_a_message_are_passed_over() {
        let plain = Message::parse(&[1, 1, 1, 0]);
        assert_eq!(Message::parse(&[1, 1, 1, 0, 9, 9]), plain);
        assert_eq!(Message::parse(&[1, 0x81, 0, 0x81, 0x80, 0, 0]), plain, "long varints");
    }

    proptest! {
        #[test]
        fn never_panics(bytes: Vec<u8>) {
            let _ = Message::parse(&bytes);
            let _ = Message::parse(&[&[1], bytes.as_slice()].concat());
        }
    }
}
