//! From a way to unlock to the database key, and back.

use crate::keychain::Keychain;
use crate::secret::{DatabaseKey, KeyFile, ProfileId};
use crate::wraps::{Argon, Way, Wraps};
use crate::{Profile, StoreError, files};
use argon2::{Algorithm, Argon2, Params, Version};
use keys::{Words, WrapKey};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

/// RFC 9106, second recommendation: 64 MiB, three passes, four lanes.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 4;
/// An altered file must not make us allocate or compute without end.
const MAX_MEMORY_KIB: u32 = 1024 * 1024;
const MAX_PASSES: u32 = 64;
const MAX_LANES: u32 = 64;

const BY_WORDS: &str = "words";
const BY_PASSPHRASE: &str = "passphrase";

/// What keeps the database key on this device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// The operating system's keychain.
    Keychain,
    /// A passphrase that the person chose.
    Passphrase,
    /// Only the rights of the file `device.key`.
    File,
}

impl Way {
    pub(crate) const fn protection(&self) -> Protection {
        match self {
            Self::Keychain => Protection::Keychain,
            Self::Passphrase { .. } => Protection::Passphrase,
            Self::File => Protection::File,
        }
    }
}

/// Makes the key available on this device, by the best way there is, and wraps it by the words.
/// `device.key` is written here, `wraps.bin` is left to the caller.
pub(crate) async fn protect(
    profile: &Profile,
    (id, key): (ProfileId, &DatabaseKey),
    words: &Words,
    passphrase: Option<&str>,
    keychain: &Keychain,
    rng: &mut (impl CryptoRng + Send),
) -> Result<Wraps, StoreError> {
    let by_words = key.wrap(&words.master().wrap_key(), id, BY_WORDS, rng);
    let way = match passphrase {
        Some(passphrase) => {
            let mut salt = [0; 16];
            rng.fill_bytes(&mut salt);
            let argon = Argon { memory_kib: MEMORY_KIB, passes: PASSES, lanes: LANES, salt };
            let by = derive(Zeroizing::new(passphrase.to_owned()), argon).await?;
            Way::Passphrase { argon, wrapped: key.wrap(&by, id, BY_PASSPHRASE, rng) }
        }
        None if keychain.keep(id, key).await => Way::Keychain,
        None => {
            files::replace(&profile.device_key(), &key.to_file(id))?;
            Way::File
        }
    };
    Ok(Wraps { id, check: key.check_value(id), by_words, way })
}

/// Removes what the former way to unlock has left behind, once `wraps.bin` names the new one.
pub(crate) async fn forget_former_way(
    profile: &Profile,
    (former, new): (&Wraps, &Wraps),
    keychain: &Keychain,
) -> Result<(), StoreError> {
    match (former.way.protection(), new.way.protection()) {
        (former, new) if former == new => {}
        (Protection::Keychain, _) => keychain.forget(new.id).await,
        (Protection::File, _) => files::remove(&profile.device_key())?,
        (Protection::Passphrase, _) => {}
    }
    Ok(())
}

/// The key, as this device gets it. The passphrase is asked for only where one is set.
///
/// # Errors
/// [`StoreError::NeedPassphrase`], [`StoreError::WrongKey`].
pub(crate) async fn unlock(
    profile: &Profile,
    wraps: &Wraps,
    passphrase: impl FnOnce() -> Option<Zeroizing<String>>,
    keychain: &Keychain,
) -> Result<DatabaseKey, StoreError> {
    let key = match &wraps.way {
        Way::Keychain => keychain.find(wraps.id).await,
        Way::Passphrase { argon, wrapped } => {
            let passphrase = passphrase().ok_or(StoreError::NeedPassphrase)?;
            let by = derive(passphrase, *argon).await?;
            DatabaseKey::unwrap(wrapped, &by, wraps.id, BY_PASSPHRASE)
        }
        Way::File => match files::read(&profile.device_key(), KeyFile::MAX_LEN)? {
            Some(bytes) => Some(DatabaseKey::from_file(&Zeroizing::new(bytes), wraps.id)?),
            None => None,
        },
    };
    key.and_then(|key| wraps.check(key)).ok_or(StoreError::WrongKey)
}

/// The key, by the recovery words.
///
/// # Errors
/// [`StoreError::WrongWords`] if they are another profile's.
pub(crate) fn unlock_by_words(wraps: &Wraps, words: &Words) -> Result<DatabaseKey, StoreError> {
    DatabaseKey::unwrap(&wraps.by_words, &words.master().wrap_key(), wraps.id, BY_WORDS)
        .and_then(|key| wraps.check(key))
        .ok_or(StoreError::WrongWords)
}

/// Argon2id. Runs beside the runtime: it takes a noticeable part of a second.
async fn derive(passphrase: Zeroizing<String>, argon: Argon) -> Result<WrapKey, StoreError> {
    let within = argon.memory_kib <= MAX_MEMORY_KIB
        && argon.passes <= MAX_PASSES
        && argon.lanes <= MAX_LANES;
    let params = Params::new(argon.memory_kib, argon.passes, argon.lanes, Some(32))
        .ok()
        .filter(|_| within)
        .ok_or(StoreError::DamagedProfile)?;
    let derived = tokio::task::spawn_blocking(move || {
        let mut key = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase.as_bytes(), &argon.salt, key.as_mut_slice())
            .map(|()| WrapKey::from_bytes(*key))
    });
    match derived.await {
        Ok(Ok(key)) => Ok(key),
        // The parameters were checked, so memory is what is missing.
        Ok(Err(_)) | Err(_) => Err(StoreError::Io(std::io::ErrorKind::OutOfMemory.into())),
    }
}
