//! Making, opening and recovering a profile.
//!
//! A profile exists from the moment its database has its final name; that rename is the last step
//! of making it. Whatever a crash leaves behind earlier is thrown away by the next attempt.

use crate::keychain::Keychain;
use crate::lock::{LOCK_WAIT, Lock};
use crate::secret::{DatabaseKey, ProfileId};
use crate::wraps::Wraps;
use crate::{Profile, Store, StoreError, database, files, unlock};
use keys::Words;
use rand_core::CryptoRng;
use std::path::Path;
use std::time::{Duration, SystemTime};
use types::Timestamp;
use zeroize::Zeroizing;

/// Makes a profile for the account of these words, and opens it. With a passphrase the key lies
/// nowhere on the device; else in the keychain if there is one that lasts; else in `device.key`.
///
/// # Errors
/// [`StoreError::ProfileExists`] if there is one, finished or damaged; nothing is overwritten.
pub async fn create(
    dir: &Path,
    words: &Words,
    name: &str,
    passphrase: Option<&str>,
    rng: &mut (impl CryptoRng + Send),
) -> Result<Store, StoreError> {
    create_with(dir, (words, name), passphrase, &Keychain::System, rng).await
}

/// Opens the profile of this folder. The passphrase is asked for only if one is set.
///
/// # Errors
/// [`StoreError`] says what is the matter; no file is written unless the profile opens.
pub async fn open(
    dir: &Path,
    passphrase: impl FnOnce() -> Option<Zeroizing<String>>,
) -> Result<Store, StoreError> {
    open_within(dir, LOCK_WAIT, passphrase).await
}

/// As [`open`], but waits at most so long for another process to let go of the profile.
///
/// # Errors
/// As [`open`].
pub async fn open_within(
    dir: &Path,
    wait: Duration,
    passphrase: impl FnOnce() -> Option<Zeroizing<String>>,
) -> Result<Store, StoreError> {
    open_with(dir, wait, passphrase, &Keychain::System).await
}

/// Opens a profile by its words when every other way is lost, and protects it anew.
///
/// # Errors
/// [`StoreError::WrongWords`] if they are not this profile's; else as [`open`].
pub async fn recover(
    dir: &Path,
    words: &Words,
    passphrase: Option<&str>,
    rng: &mut (impl CryptoRng + Send),
) -> Result<Store, StoreError> {
    recover_with(dir, words, passphrase, &Keychain::System, rng).await
}

pub(crate) async fn create_with(
    dir: &Path,
    (words, name): (&Words, &str),
    passphrase: Option<&str>,
    keychain: &Keychain,
    rng: &mut (impl CryptoRng + Send),
) -> Result<Store, StoreError> {
    let profile = Profile::new(dir);
    files::make_dir(dir)?;
    let lock = Lock::take(&profile, LOCK_WAIT).await?;
    clear_half_made(&profile)?;

    let (id, key) = (ProfileId::generate(rng), DatabaseKey::generate(rng));
    let pool = database::make(&profile.unfinished_database(), &key).await?;
    if let Err(error) = crate::apply::insert_profile(&pool, words, name, now()).await {
        pool.close().await;
        return Err(error);
    }
    database::seal(pool).await?;

    let wraps = unlock::protect(&profile, (id, &key), words, passphrase, keychain, rng).await?;
    wraps.save(&profile)?;
    files::rename(&profile.unfinished_database(), &profile.database())?;
    finish(profile, &wraps, &key, lock).await
}

pub(crate) async fn open_with(
    dir: &Path,
    wait: Duration,
    passphrase: impl FnOnce() -> Option<Zeroizing<String>>,
    keychain: &Keychain,
) -> Result<Store, StoreError> {
    let (profile, wraps, lock) = find(dir, wait).await?;
    let key = unlock::unlock(&profile, &wraps, passphrase, keychain).await?;
    finish(profile, &wraps, &key, lock).await
}

pub(crate) async fn recover_with(
    dir: &Path,
    words: &Words,
    passphrase: Option<&str>,
    keychain: &Keychain,
    rng: &mut (impl CryptoRng + Send),
) -> Result<Store, StoreError> {
    let (profile, former, lock) = find(dir, LOCK_WAIT).await?;
    let key = unlock::unlock_by_words(&former, words)?;
    // A database that cannot be opened is not protected anew: the old ways stay as they are.
    database::open(&profile.database(), &key).await?.close().await;

    let secret = (former.id, &key);
    let wraps = unlock::protect(&profile, secret, words, passphrase, keychain, rng).await?;
    wraps.save(&profile)?;
    unlock::forget_former_way(&profile, (&former, &wraps), keychain).await?;
    finish(profile, &wraps, &key, lock).await
}

/// The profile of this folder, locked, with its wraps.
async fn find(dir: &Path, wait: Duration) -> Result<(Profile, Wraps, Lock), StoreError> {
    let profile = Profile::new(dir);
    // Asked before the lock is taken: a folder without a profile is left without a lock file.
    if !profile.database().exists() && !profile.wraps().exists() {
        return Err(StoreError::NoProfile);
    }
    let lock = Lock::take(&profile, wait).await?;
    match (profile.database().exists(), Wraps::load(&profile)?) {
        (true, Some(wraps)) => Ok((profile, wraps, lock)),
        (false, _) if is_half_made(&profile) => Err(StoreError::NoProfile),
        (false, Some(_)) | (_, None) => Err(StoreError::DamagedProfile),
    }
}

async fn finish(
    profile: Profile,
    wraps: &Wraps,
    key: &DatabaseKey,
    lock: Lock,
) -> Result<Store, StoreError> {
    let connections = database::open(&profile.database(), key).await?;
    files::make_dir(&profile.log())?;
    Ok(Store::new(profile, wraps.way.protection(), connections, lock))
}

/// True for a folder without a profile, or where making one was interrupted. Wraps alone are what
/// is left of a real profile whose database was removed.
fn is_half_made(profile: &Profile) -> bool {
    !profile.database().exists()
        && (profile.unfinished_database().exists() || !profile.wraps().exists())
}

/// Throws away what an interrupted attempt left: nobody has used its key yet.
fn clear_half_made(profile: &Profile) -> Result<(), StoreError> {
    if !is_half_made(profile) {
        return Err(StoreError::ProfileExists);
    }
    files::remove(&profile.wraps())?;
    files::remove(&profile.device_key())?;
    // SQLite would take a log that belongs to another database for one of the new.
    let [_, stale_log, stale_index] = database::files_of(&profile.database());
    let [unfinished, log, index] = database::files_of(&profile.unfinished_database());
    // The database itself goes last: its presence is what says that the rest may go.
    for file in [stale_log, stale_index, log, index, unfinished] {
        files::remove(&file)?;
    }
    Ok(())
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
