//! The library's stored form of a signed key, so that a script can move prekeys between peers:
//! protobuf with id = 1, public = 2, private = 3, signature = 4, time in milliseconds = 5.

use crate::failure::Failure;

const VARINT: u8 = 0;
const FIXED64: u8 = 1;
const BYTES: u8 = 2;

/// A signed key, its bytes as they travel.
#[derive(Default)]
pub(crate) struct Stored {
    pub(crate) id: u32,
    pub(crate) public: Vec<u8>,
    pub(crate) private: Vec<u8>,
    pub(crate) signature: Vec<u8>,
    pub(crate) timestamp: u64,
}

impl Stored {
    pub(crate) fn write(&self) -> Vec<u8> {
        let mut out = vec![1 << 3 | VARINT];
        put_varint(&mut out, u64::from(self.id));
        for (number, bytes) in [(2, &self.public), (3, &self.private), (4, &self.signature)] {
            out.push(number << 3 | BYTES);
            put_varint(&mut out, bytes.len() as u64);
            out.extend_from_slice(bytes);
        }
        out.push(5 << 3 | FIXED64);
        out.extend_from_slice(&self.timestamp.to_le_bytes());
        out
    }

    pub(crate) fn read(bytes: &[u8]) -> Result<Self, Failure> {
        let wrong = || Failure::new("InvalidMessage", "protobuf encoding was invalid");
        let mut rest = bytes;
        let mut read = Self::default();
        while let Some((tag, behind)) = rest.split_first() {
            rest = behind;
            let (number, kind) = (tag >> 3, tag & 7);
            match kind {
                VARINT => {
                    let value = varint(&mut rest).ok_or_else(wrong)?;
                    if number == 1 {
                        read.id = u32::try_from(value).map_err(|_| wrong())?;
                    }
                }
                FIXED64 => {
                    let (value, behind) = rest.split_first_chunk().ok_or_else(wrong)?;
                    rest = behind;
                    read.timestamp = u64::from_le_bytes(*value);
                }
                BYTES => {
                    let length = varint(&mut rest).and_then(|length| usize::try_from(length).ok());
                    let (value, behind) = length
                        .and_then(|length| rest.split_at_checked(length))
                        .ok_or_else(wrong)?;
                    rest = behind;
                    match number {
                        2 => read.public = value.to_vec(),
                        3 => read.private = value.to_vec(),
                        4 => read.signature = value.to_vec(),
                        _ => {}
                    }
                }
                _ => return Err(wrong()),
            }
        }
        Ok(read)
    }
}

fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if *byte < 0x80 {
            return Some(value);
        }
    }
    None
}
