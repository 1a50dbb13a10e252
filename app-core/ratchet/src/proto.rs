//! The part of protobuf that the message formats need.
//!
//! Readers follow the ordinary rules: any order, unknown fields skipped, the last value of a field
//! wins. Groups, long out of use, are refused rather than skipped.

use crate::RatchetError;

const VARINT: u64 = 0;
const FIXED64: u64 = 1;
const BYTES: u64 = 2;
const FIXED32: u64 = 5;

/// One field's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    Varint(u64),
    Bytes(&'a [u8]),
    Fixed64(u64),
    /// Four bytes, which none of our fields is.
    Fixed32,
}

impl<'a> Value<'a> {
    /// A `uint32`; as everywhere in protobuf, higher bits are dropped.
    pub(crate) const fn uint32(self) -> Result<u32, RatchetError> {
        match self {
            Self::Varint(value) => Ok(value as u32),
            Self::Bytes(_) | Self::Fixed64(_) | Self::Fixed32 => Err(RatchetError::BadMessage),
        }
    }

    pub(crate) const fn uint64(self) -> Result<u64, RatchetError> {
        match self {
            Self::Varint(value) => Ok(value),
            Self::Bytes(_) | Self::Fixed64(_) | Self::Fixed32 => Err(RatchetError::BadMessage),
        }
    }

    pub(crate) const fn fixed64(self) -> Result<u64, RatchetError> {
        match self {
            Self::Fixed64(value) => Ok(value),
            Self::Varint(_) | Self::Bytes(_) | Self::Fixed32 => Err(RatchetError::BadMessage),
        }
    }

    pub(crate) const fn bytes(self) -> Result<&'a [u8], RatchetError> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            Self::Varint(_) | Self::Fixed64(_) | Self::Fixed32 => Err(RatchetError::BadMessage),
        }
    }
}

/// Reads field after field.
#[derive(Debug)]
pub(crate) struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The next field's number and value; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<(u32, Value<'a>)>, RatchetError> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let tag = self.varint()?;
        let number = u32::try_from(tag >> 3).map_err(|_| RatchetError::BadMessage)?;
        if number == 0 || tag > u64::from(u32::MAX) {
            return Err(RatchetError::BadMessage);
        }
        let value = match tag & 7 {
            VARINT => Value::Varint(self.varint()?),
            FIXED64 => {
                let (value, rest) = self.0.split_first_chunk().ok_or(RatchetError::BadMessage)?;
                self.0 = rest;
                Value::Fixed64(u64::from_le_bytes(*value))
            }
            BYTES => {
                let len = usize::try_from(self.varint()?).map_err(|_| RatchetError::BadMessage)?;
                Value::Bytes(self.take(len)?)
            }
            FIXED32 => self.take(4).map(|_| Value::Fixed32)?,
            _ => return Err(RatchetError::BadMessage),
        };
        Ok(Some((number, value)))
    }

    fn take(&mut self, len: usize) -> Result<&'a [u8], RatchetError> {
        let (head, tail) = self.0.split_at_checked(len).ok_or(RatchetError::BadMessage)?;
        self.0 = tail;
        Ok(head)
    }

    /// At most ten bytes; the tenth has room for one bit.
    fn varint(&mut self) -> Result<u64, RatchetError> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.0.split_first().ok_or(RatchetError::BadMessage)?;
            self.0 = rest;
            if shift == 63 && *byte > 1 {
                break;
            }
            value |= u64::from(byte & 0x7f) << shift;
            if *byte < 0x80 {
                return Ok(value);
            }
        }
        Err(RatchetError::BadMessage)
    }
}

/// Appends a `uint32` field, zero included.
pub(crate) fn put_uint32(out: &mut Vec<u8>, number: u8, value: u32) {
    put_varint(out, u64::from(number) << 3 | VARINT);
    put_varint(out, u64::from(value));
}

/// Appends a `uint64` field, zero included.
pub(crate) fn put_uint64(out: &mut Vec<u8>, number: u8, value: u64) {
    put_varint(out, u64::from(number) << 3 | VARINT);
    put_varint(out, value);
}

/// Appends a `fixed64` field, zero included.
pub(crate) fn put_fixed64(out: &mut Vec<u8>, number: u8, value: u64) {
    put_varint(out, u64::from(number) << 3 | FIXED64);
    out.extend_from_slice(&value.to_le_bytes());
}

/// Appends a `bytes` field, empty included.
pub(crate) fn put_bytes(out: &mut Vec<u8>, number: u8, bytes: &[u8]) {
    put_varint(out, u64::from(number) << 3 | BYTES);
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

pub(crate) fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read_all(bytes: &[u8]) -> Result<Vec<(u32, Value<'_>)>, RatchetError> {
        let mut fields = Fields::new(bytes);
        let mut all = vec![];
        while let Some(field) = fields.next()? {
            all.push(field);
        }
        Ok(all)
    }

    #[test]
    fn known_bytes() {
        let mut out = vec![];
        put_uint32(&mut out, 1, 150);
        put_bytes(&mut out, 2, b"testing");
        assert_eq!(hex::encode(&out), "089601120774657374696e67");
        let expected = vec![(1, Value::Varint(150)), (2, Value::Bytes(b"testing"))];
        assert_eq!(read_all(&out), Ok(expected));
    }

    #[test]
    fn every_wire_type_is_skipped_but_groups() {
        assert_eq!(read_all(&[0x0d, 1, 2, 3, 4]), Ok(vec![(1, Value::Fixed32)]));
        let eight = Value::Fixed64(0x0807_0605_0403_0201);
        assert_eq!(read_all(&[0x09, 1, 2, 3, 4, 5, 6, 7, 8]), Ok(vec![(1, eight)]));
        for bad in [
            &[0x0b_u8, 0x0c] as &[u8], // a group
            &[0x0e],                   // wire type 6
            &[0x00, 0x00],             // field 0
            &[0x08],                   // no value
            &[0x0a, 5, 1],             // too few bytes
            &[0x0d, 1],                // too few bytes
            &[0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02], // 65 bits
            &[0x80, 0x80, 0x80, 0x80, 0x80, 0x01, 0], // a field number beyond 29 bits
        ] {
            assert_eq!(read_all(bad), Err(RatchetError::BadMessage), "{bad:02x?}");
        }
    }

    #[test]
    fn a_value_of_the_wrong_type_is_refused() {
        assert_eq!(Value::Fixed32.uint32(), Err(RatchetError::BadMessage));
        assert_eq!(Value::Bytes(&[]).uint32(), Err(RatchetError::BadMessage));
        assert_eq!(Value::Varint(1).bytes(), Err(RatchetError::BadMessage));
        assert_eq!(Value::Varint(u64::MAX).uint32(), Ok(u32::MAX));
    }

    proptest! {
        #[test]
        fn reads_back_what_was_written(number in 1_u8.., value: u32, bytes: Vec<u8>) {
            let mut out = vec![];
            put_bytes(&mut out, number, &bytes);
            put_uint32(&mut out, number, value);
            let number = u32::from(number);
            let expected =
                vec![(number, Value::Bytes(&bytes)), (number, Value::Varint(u64::from(value)))];
            prop_assert_eq!(read_all(&out), Ok(expected));
        }

        #[test]
        fn never_panics(bytes: Vec<u8>) {
            let _ = read_all(&bytes);
        }
    }
}
