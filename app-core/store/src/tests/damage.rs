//! A profile that cannot be read is told apart by cause, and is never written.

use super::{create, folder, open, save};
use crate::keychain::Keychain;
use crate::profile::recover_with;
use crate::{NetworkChange, Profile, Store, StoreError, database};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// A closed profile.
async fn made() -> (tempfile::TempDir, PathBuf, Profile) {
    let (temporary, dir) = folder();
    create(&dir, None).await.unwrap().close().await;
    let profile = Profile::new(&dir);
    (temporary, dir, profile)
}

fn state(path: &Path) -> Option<(Vec<u8>, SystemTime)> {
    let bytes = fs::read(path).ok()?;
    Some((bytes, fs::metadata(path).unwrap().modified().unwrap()))
}

/// Opening fails as expected and leaves all files of the profile as they are.
async fn check(dir: &Path, expected: fn(&StoreError) -> bool) {
    let profile = Profile::new(dir);
    let files = [profile.database(), profile.wraps(), profile.device_key()];
    let before = files.each_ref().map(|path| state(path));
    let error = open(dir).await.err().unwrap();
    assert!(expected(&error), "{error:?}");
    let words = super::words(1);
    // Recovering writes only what it can read.
    if !matches!(error, StoreError::WrongKey) {
        let recovered = recover_with(dir, &words, None, &Keychain::Absent, &mut super::rng()).await;
        assert!(recovered.is_err());
    }
    assert!(files.each_ref().map(|path| state(path)) == before, "a file has changed");
}

const fn damaged(error: &StoreError) -> bool {
    matches!(error, StoreError::DamagedProfile)
}

const fn newer(error: &StoreError) -> bool {
    matches!(error, StoreError::ProfileNewer)
}

const fn wrong_key(error: &StoreError) -> bool {
    matches!(error, StoreError::WrongKey)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_truncated_database_is_damaged() {
    let (_temporary, dir, profile) = made().await;
    let whole = fs::read(profile.database()).unwrap();
    for length in [0, 1, 100, 4096, whole.len() / 2, whole.len() - 1] {
        fs::write(profile.database(), &whole[..length]).unwrap();
        check(&dir, damaged).await;
    }
    fs::write(profile.database(), whole).unwrap();
    open(&dir).await.unwrap().close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_changed_byte_is_noticed_wherever_it_is() {
    let (_temporary, dir, profile) = made().await;
    let whole = fs::read(profile.database()).unwrap();
    for at in [0, 20, 5000, whole.len() / 2, whole.len() - 1] {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        fs::write(profile.database(), changed).unwrap();
        check(&dir, damaged).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_missing_or_foreign_file_is_damage() {
    let (_temporary, dir, profile) = made().await;
    let (_other_temporary, _, other) = {
        let (temporary, dir) = folder();
        let words = super::words(2);
        let alice = (&words, "bob");
        let mut rng = <rand::rngs::StdRng as rand::SeedableRng>::seed_from_u64(8);
        let made = crate::profile::create_with(&dir, alice, None, &Keychain::Absent, &mut rng);
        made.await.unwrap().close().await;
        let profile = Profile::new(&dir);
        (temporary, dir, profile)
    };
    let whole = fs::read(profile.database()).unwrap();
    fs::copy(other.database(), profile.database()).unwrap();
    check(&dir, damaged).await;
    fs::remove_file(profile.database()).unwrap();
    check(&dir, damaged).await;
    assert!(matches!(create(&dir, None).await, Err(StoreError::ProfileExists)));
    fs::write(profile.database(), whole).unwrap();

    fs::copy(other.device_key(), profile.device_key()).unwrap();
    check(&dir, wrong_key).await;
    fs::write(profile.device_key(), "no key").unwrap();
    check(&dir, wrong_key).await;

    fs::remove_file(profile.wraps()).unwrap();
    check(&dir, damaged).await;
    assert!(matches!(create(&dir, None).await, Err(StoreError::ProfileExists)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn changed_wraps_are_damage_and_newer_ones_are_newer() {
    let (_temporary, dir, profile) = made().await;
    let whole = fs::read(profile.wraps()).unwrap();
    let mut changed = whole.clone();
    changed[40] ^= 1;
    fs::write(profile.wraps(), changed).unwrap();
    check(&dir, damaged).await;
    let mut changed = whole;
    changed[10] = 2;
    fs::write(profile.wraps(), changed).unwrap();
    check(&dir, newer).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_newer_database_is_left_alone() {
    let (_temporary, dir, profile) = made().await;
    let store = open(&dir).await.unwrap();
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'of tomorrow', 1, x'00', 0)",
    )
    .execute(&mut *store.connection().await.unwrap())
    .await
    .unwrap();
    // Also right after a crash, with the newest pages still in the write-ahead log.
    let [database, log, _] = database::files_of(&profile.database());
    let crashed = (fs::read(&database).unwrap(), fs::read(&log).unwrap());
    store.close().await;
    check(&dir, newer).await;
    fs::write(&database, crashed.0).unwrap();
    fs::write(&log, &crashed.1).unwrap();
    check(&dir, newer).await;
    assert_eq!(fs::read(&log).unwrap(), crashed.1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_migration_that_has_changed_since_is_an_old_form() {
    let (_temporary, dir, _) = made().await;
    let store = open(&dir).await.unwrap();
    sqlx::query("UPDATE _sqlx_migrations SET checksum = x'00'")
        .execute(&mut *store.connection().await.unwrap())
        .await
        .unwrap();
    store.close().await;
    check(&dir, |error| matches!(error, StoreError::OldFormat)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_was_applied_survives_a_crash() {
    let (_temporary, dir, profile) = made().await;
    let store = open(&dir).await.unwrap();
    save(&store, vec![NetworkChange::AddBootstrap("one".to_owned())]).await;
    // A killed process leaves exactly the files as they are now.
    let [database, log, _] = database::files_of(&profile.database());
    let crashed = (fs::read(&database).unwrap(), fs::read(&log).unwrap());
    store.close().await;
    fs::write(&database, crashed.0).unwrap();
    fs::write(&log, crashed.1).unwrap();
    let store = open(&dir).await.unwrap();
    assert_eq!(store.bootstrap().await.unwrap(), ["one"]);
    store.close().await;
}

/// The limit is each connection's own, so it is set on all that there can be.
async fn limit_pages(store: &Store, pragma: &'static str) {
    let mut all = Vec::new();
    for _ in 0..database::CONNECTIONS {
        all.push(store.connection().await.unwrap());
    }
    for connection in &mut all {
        sqlx::query(pragma).execute(&mut **connection).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_full_disk_changes_nothing() {
    let (_temporary, dir, _) = made().await;
    let store = open(&dir).await.unwrap();
    save(&store, vec![NetworkChange::AddBootstrap("one".to_owned())]).await;
    limit_pages(&store, "PRAGMA max_page_count = 1").await;
    let too_much = vec![
        NetworkChange::AddBootstrap("two".to_owned()).into(),
        NetworkChange::AddBootstrap("x".repeat(1_000_000)).into(),
    ];
    let refused = store.apply(too_much).await;
    assert!(matches!(refused, Err(StoreError::DiskFull)), "{refused:?}");
    assert_eq!(store.bootstrap().await.unwrap(), ["one"]);
    // There is room again: every connection works.
    limit_pages(&store, "PRAGMA max_page_count = 100000").await;
    for _ in 0..8 {
        save(&store, vec![NetworkChange::ConfirmWords]).await;
    }
    save(&store, vec![NetworkChange::AddBootstrap("three".to_owned())]).await;
    assert_eq!(store.bootstrap().await.unwrap(), ["one", "three"]);
    store.close().await;
}
