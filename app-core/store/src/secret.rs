//! The database key: made once at random, never shown, wiped on drop.

use crate::StoreError;
use core::fmt;
use keys::WrapKey;
use rand_core::CryptoRng;
use wire::{Decode, DecodeError, Encode, Reader, Writer};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Names one profile to its keychain entry and its wraps; says nothing about the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ProfileId(pub(crate) [u8; 16]);

impl ProfileId {
    pub(crate) fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut id = [0; 16];
        rng.fill_bytes(&mut id);
        Self(id)
    }
}

/// The raw 32-byte key of the database.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(crate) struct DatabaseKey([u8; 32]);

impl fmt::Debug for DatabaseKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DatabaseKey(…)")
    }
}

impl DatabaseKey {
    pub(crate) fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut key = Self([0; 32]);
        rng.fill_bytes(&mut key.0);
        key
    }

    pub(crate) fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The key as SQLCipher takes it without deriving another one from it.
    pub(crate) fn pragma(&self) -> Zeroizing<String> {
        let digits = Zeroizing::new(hex::encode(self.0));
        Zeroizing::new(format!("\"x'{}'\"", digits.as_str()))
    }

    /// Lets a wrong key be told apart from a damaged database. A hash of a random key of 256 bits
    /// gives nothing away.
    pub(crate) fn check_value(&self, id: ProfileId) -> [u8; 32] {
        wire::hash("bcm-db-check-v1", &[&id.0, &self.0])
    }

    /// Wraps the key; `way` says for which of the ways to unlock.
    pub(crate) fn wrap(
        &self,
        by: &WrapKey,
        id: ProfileId,
        way: &str,
        rng: &mut impl CryptoRng,
    ) -> Vec<u8> {
        by.wrap(&self.0, &context(id, way), rng)
    }

    /// Undoes [`DatabaseKey::wrap`]; `None` with another key, profile or way.
    pub(crate) fn unwrap(wrapped: &[u8], by: &WrapKey, id: ProfileId, way: &str) -> Option<Self> {
        let key = by.unwrap(wrapped, &context(id, way)).ok()?;
        Self::from_slice(&key)
    }

    /// The form in the keychain and in `device.key`.
    pub(crate) fn to_file(&self, id: ProfileId) -> Zeroizing<Vec<u8>> {
        let mut writer = Writer::new();
        writer.u16(FILE_VERSION);
        writer.fixed(&id.0);
        writer.fixed(&self.0);
        Zeroizing::new(writer.into_bytes())
    }

    /// Reads [`DatabaseKey::to_file`].
    ///
    /// # Errors
    /// [`StoreError::WrongKey`] for anything else, and for the key of another profile.
    pub(crate) fn from_file(bytes: &[u8], id: ProfileId) -> Result<Self, StoreError> {
        let file = KeyFile::from_bytes(bytes).map_err(|_| StoreError::WrongKey)?;
        if file.id == id { Ok(file.key) } else { Err(StoreError::WrongKey) }
    }
}

const FILE_VERSION: u16 = 1;

/// What `device.key` and the keychain hold.
pub(crate) struct KeyFile {
    id: ProfileId,
    key: DatabaseKey,
}

impl KeyFile {
    /// No valid one is longer.
    pub(crate) const MAX_LEN: u64 = 64;
}

impl Decode for KeyFile {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if reader.u16()? != FILE_VERSION {
            return Err(DecodeError::BadValue("version of the key file"));
        }
        Ok(Self { id: ProfileId(reader.fixed()?), key: DatabaseKey(reader.fixed()?) })
    }
}

impl Encode for KeyFile {
    fn encode(&self, writer: &mut Writer) {
        writer.fixed(&self.key.to_file(self.id));
    }
}

fn context(id: ProfileId, way: &str) -> Vec<u8> {
    [b"bcm-db-key-v1".as_slice(), &id.0, way.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    const ID: ProfileId = ProfileId([7; 16]);

    #[test]
    fn key_is_not_printed() {
        assert_eq!(format!("{:?}", DatabaseKey([0xab; 32])), "DatabaseKey(…)");
    }

    #[test]
    fn key_file_is_pinned_and_belongs_to_its_profile() {
        let key = DatabaseKey([0xab; 32]);
        let bytes = key.to_file(ID);
        assert_eq!(hex::encode(&bytes), format!("0001{}{}", "07".repeat(16), "ab".repeat(32)));
        assert_eq!(DatabaseKey::from_file(&bytes, ID).unwrap().0, key.0);
        let other = DatabaseKey::from_file(&bytes, ProfileId([8; 16]));
        assert!(matches!(other, Err(StoreError::WrongKey)));
        assert!(matches!(DatabaseKey::from_file(&bytes[1..], ID), Err(StoreError::WrongKey)));
    }

    #[test]
    fn a_wrap_opens_with_its_key_profile_and_way_only() {
        let mut rng = rand::rngs::StdRng::seed_from_u64(1);
        let (key, by) = (DatabaseKey([1; 32]), WrapKey::from_bytes([2; 32]));
        let wrapped = key.wrap(&by, ID, "words", &mut rng);
        let open = |by: &WrapKey, id, way| DatabaseKey::unwrap(&wrapped, by, id, way);
        assert_eq!(open(&by, ID, "words").unwrap().0, key.0);
        assert!(open(&WrapKey::from_bytes([3; 32]), ID, "words").is_none());
        assert!(open(&by, ProfileId([8; 16]), "words").is_none());
        assert!(open(&by, ID, "passphrase").is_none());
    }
}
