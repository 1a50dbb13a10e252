//! `wraps.bin`: the database key, wrapped by the recovery words, and how this device unlocks it.
//!
//! The file is small, is replaced as a whole, and carries its own checksum and a check value of the
//! key: a damaged file, a wrong key and a newer version are three different answers.

use crate::secret::{DatabaseKey, ProfileId};
use crate::{Profile, StoreError, files};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

const MAGIC: &[u8; 9] = b"bcm-wraps";
const VERSION: u16 = 1;
/// No valid file comes near it.
const MAX_FILE: u64 = 4096;
const MAX_WRAP: usize = 256;
const CHECKSUM: usize = 32;

/// The content of `wraps.bin`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Wraps {
    pub(crate) id: ProfileId,
    /// [`DatabaseKey::check_value`].
    pub(crate) check: [u8; 32],
    /// The key, wrapped by the recovery words.
    pub(crate) by_words: Vec<u8>,
    /// How this device gets the key.
    pub(crate) way: Way,
}

/// How this device gets the key.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// It lies in the operating system's keychain, under the profile's id.
    Keychain,
    /// Wrapped by a key derived from a passphrase.
    Passphrase { argon: Argon, wrapped: Vec<u8> },
    /// It lies in `device.key`.
    File,
}

/// What Argon2id needs beside the passphrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Argon {
    pub(crate) memory_kib: u32,
    pub(crate) passes: u32,
    pub(crate) lanes: u32,
    pub(crate) salt: [u8; 16],
}

impl Wraps {
    /// Reads the file; `None` if there is none.
    ///
    /// # Errors
    /// [`StoreError::DamagedProfile`], [`StoreError::ProfileNewer`] or [`StoreError::OldFormat`].
    pub(crate) fn load(profile: &Profile) -> Result<Option<Self>, StoreError> {
        match files::read(&profile.wraps(), MAX_FILE)? {
            Some(bytes) => Self::parse(&bytes).map(Some),
            None => Ok(None),
        }
    }

    /// Writes the file durably.
    pub(crate) fn save(&self, profile: &Profile) -> Result<(), StoreError> {
        Ok(files::replace(&profile.wraps(), &self.to_bytes())?)
    }

    /// Lets this key through, and no other.
    pub(crate) fn check(&self, key: DatabaseKey) -> Option<DatabaseKey> {
        (key.check_value(self.id) == self.check).then_some(key)
    }

    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, StoreError> {
        let mut reader = Reader::new(bytes);
        if reader.fixed()? != *MAGIC {
            return Err(StoreError::DamagedProfile);
        }
        // A newer version may have another checksum: the version is read first.
        match reader.u16()? {
            0 => Err(StoreError::OldFormat),
            VERSION => Ok(Self::from_bytes(bytes)?),
            _ => Err(StoreError::ProfileNewer),
        }
    }
}

impl Encode for Wraps {
    fn encode(&self, writer: &mut Writer) {
        let mut body = Writer::new();
        body.fixed(MAGIC);
        body.u16(VERSION);
        body.fixed(&self.id.0);
        body.fixed(&self.check);
        body.bytes(&self.by_words);
        self.way.encode(&mut body);
        let body = body.into_bytes();
        writer.fixed(&body);
        writer.fixed(&checksum(&body));
    }
}

impl Decode for Wraps {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut rest = reader.clone();
        let body = rest.take(rest.left().saturating_sub(CHECKSUM))?;
        if rest.fixed()? != checksum(body) {
            return Err(DecodeError::BadValue("checksum"));
        }
        if reader.fixed()? != *MAGIC || reader.u16()? != VERSION {
            return Err(DecodeError::BadValue("form of the wraps"));
        }
        let wraps = Self {
            id: ProfileId(reader.fixed()?),
            check: reader.fixed()?,
            by_words: reader.bytes(MAX_WRAP)?,
            way: Way::decode(reader)?,
        };
        reader.take(CHECKSUM)?;
        Ok(wraps)
    }
}

impl Encode for Way {
    fn encode(&self, writer: &mut Writer) {
        match self {
            Self::Keychain => writer.u8(1),
            Self::Passphrase { argon, wrapped } => {
                writer.u8(2);
                writer.u32(argon.memory_kib);
                writer.u32(argon.passes);
                writer.u32(argon.lanes);
                writer.fixed(&argon.salt);
                writer.bytes(wrapped);
            }
            Self::File => writer.u8(3),
        }
    }
}

impl Decode for Way {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match reader.u8()? {
            1 => Self::Keychain,
            2 => Self::Passphrase {
                argon: Argon {
                    memory_kib: reader.u32()?,
                    passes: reader.u32()?,
                    lanes: reader.u32()?,
                    salt: reader.fixed()?,
                },
                wrapped: reader.bytes(MAX_WRAP)?,
            },
            3 => Self::File,
            _ => return Err(DecodeError::BadValue("way to unlock")),
        })
    }
}

fn checksum(body: &[u8]) -> [u8; CHECKSUM] {
    wire::hash("bcm-wraps-sum-v1", &[body])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Wraps {
        let argon = Argon { memory_kib: 65536, passes: 3, lanes: 4, salt: [4; 16] };
        Wraps {
            id: ProfileId([1; 16]),
            check: [2; 32],
            by_words: vec![3; 4],
            way: Way::Passphrase { argon, wrapped: vec![5; 4] },
        }
    }

    #[test]
    fn bytes_are_pinned_and_read_back() {
        let body = concat!(
            "62636d2d7772617073",
            "0001",
            "01010101010101010101010101010101",
            "0202020202020202020202020202020202020202020202020202020202020202",
            "00000004",
            "03030303",
            "02",
            "00010000",
            "00000003",
            "00000004",
            "04040404040404040404040404040404",
            "00000004",
            "05050505",
        );
        let bytes = example().to_bytes();
        let (start, sum) = bytes.split_at(bytes.len() - CHECKSUM);
        assert_eq!(hex::encode(start), body);
        assert_eq!(sum, checksum(start));
        assert_eq!(Wraps::parse(&bytes).unwrap(), example());
        for way in [Way::Keychain, Way::File] {
            let wraps = Wraps { way, ..example() };
            assert_eq!(Wraps::parse(&wraps.to_bytes()).unwrap(), wraps);
        }
    }

    #[test]
    fn every_changed_or_missing_byte_is_noticed() {
        let bytes = example().to_bytes();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert!(Wraps::parse(&changed).is_err(), "byte {at}");
            assert!(matches!(Wraps::parse(&bytes[..at]), Err(StoreError::DamagedProfile)));
        }
        assert!(Wraps::parse(&[bytes, vec![0]].concat()).is_err());
    }

    #[test]
    fn a_newer_version_says_so() {
        let mut bytes = example().to_bytes();
        bytes[10] = 2;
        assert!(matches!(Wraps::parse(&bytes), Err(StoreError::ProfileNewer)));
    }
}
