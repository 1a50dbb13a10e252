//! Making, opening and recovering a profile.

use super::{alice, create, folder, open, rng, words};
use crate::keychain::Keychain;
use crate::profile::{create_with, open_with, recover_with};
use crate::{Profile, Protection, StoreError};
use std::path::Path;
use std::time::Duration;
use zeroize::Zeroizing;

async fn open_by(dir: &Path, passphrase: Option<&str>) -> Result<crate::Store, StoreError> {
    let answer = passphrase.map(|text| Zeroizing::new(text.to_owned()));
    open_with(dir, Duration::ZERO, || answer, &Keychain::Absent).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_profile_is_made_and_opens_again() {
    let (_temporary, dir) = folder();
    assert!(matches!(open(&dir).await, Err(StoreError::NoProfile)));
    assert!(!dir.exists());
    let store = create(&dir, None).await.unwrap();
    assert_eq!(store.protection(), Protection::File);
    drop(store);

    let store = open(&dir).await.unwrap();
    let profile = store.identity().await.unwrap();
    assert_eq!(profile.words.entropy(), &[1; 32]);
    assert_eq!((profile.name.as_str(), profile.words_confirmed), ("alice", false));
    assert_eq!(profile.publication, 0);
    assert!(store.network().await.unwrap().is_none());
    store.close().await;
    assert!(matches!(create(&dir, None).await, Err(StoreError::ProfileExists)));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn nobody_else_can_read_the_files_and_nothing_is_left_over() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let (_temporary, dir) = folder();
    // Also when the folder was made beforehand.
    std::fs::create_dir(&dir).unwrap();
    let store = create(&dir, None).await.unwrap();
    assert_eq!(mode(&dir), 0o700);
    assert_eq!(mode(&store.profile().log()), 0o700);
    for entry in std::fs::read_dir(&dir).unwrap() {
        let path = entry.unwrap().path();
        assert!(path.is_dir() || mode(&path) == 0o600, "{}", path.display());
    }
    store.close().await;
    let mut names: Vec<_> = std::fs::read_dir(&dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["device.key", "lock", "log", "profile.db", "wraps.bin"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn content_is_encrypted_on_disk() {
    let (_temporary, store) = alice().await;
    let profile = store.profile().clone();
    store.close().await;
    let bytes = std::fs::read(profile.database()).unwrap();
    assert!(!bytes.starts_with(b"SQLite"));
    assert!(!bytes.windows(5).any(|part| part == b"alice"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_passphrase_is_asked_for_and_must_be_right() {
    let (_temporary, dir) = folder();
    let store = create(&dir, Some("hunter42")).await.unwrap();
    assert_eq!(store.protection(), Protection::Passphrase);
    drop(store);
    assert!(!Profile::new(&dir).device_key().exists());
    assert!(matches!(open_by(&dir, None).await, Err(StoreError::NeedPassphrase)));
    assert!(matches!(open_by(&dir, Some("hunter43")).await, Err(StoreError::WrongKey)));
    open_by(&dir, Some("hunter42")).await.unwrap().close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_keychain_is_used_unless_a_passphrase_is_set() {
    let keychain = Keychain::Given(keyring_core::mock::Store::new().unwrap());
    let asked = || -> Option<Zeroizing<String>> { panic!("no passphrase was set") };
    let (_temporary, dir) = folder();
    let alice = (&words(1), "alice");
    let store = create_with(&dir, alice, None, &keychain, &mut rng()).await.unwrap();
    assert_eq!(store.protection(), Protection::Keychain);
    drop(store);
    assert!(!Profile::new(&dir).device_key().exists());
    drop(open_with(&dir, Duration::ZERO, asked, &keychain).await.unwrap());
    let without = open_with(&dir, Duration::ZERO, asked, &Keychain::Absent).await;
    assert!(matches!(without, Err(StoreError::WrongKey)));

    let (_temporary, dir) = folder();
    let store = create_with(&dir, alice, Some("p"), &keychain, &mut rng()).await.unwrap();
    assert_eq!(store.protection(), Protection::Passphrase);
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn words_open_a_profile_whose_key_is_lost_and_protect_it_anew() {
    let (_temporary, dir) = folder();
    drop(create(&dir, None).await.unwrap());
    let profile = Profile::new(&dir);
    std::fs::remove_file(profile.device_key()).unwrap();
    assert!(matches!(open(&dir).await, Err(StoreError::WrongKey)));

    let recover = async |seed, passphrase| {
        recover_with(&dir, &words(seed), passphrase, &Keychain::Absent, &mut rng()).await
    };
    assert!(matches!(recover(2, None).await, Err(StoreError::WrongWords)));
    let store = recover(1, None).await.unwrap();
    assert_eq!(store.protection(), Protection::File);
    drop(store);
    drop(open(&dir).await.unwrap());

    let store = recover(1, Some("new")).await.unwrap();
    assert_eq!(store.protection(), Protection::Passphrase);
    drop(store);
    assert!(!profile.device_key().exists());
    let store = open_by(&dir, Some("new")).await.unwrap();
    assert_eq!(store.identity().await.unwrap().name, "alice");
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn one_process_at_a_time() {
    let (_temporary, store) = alice().await;
    let dir = store.profile().dir().to_owned();
    assert!(matches!(open(&dir).await, Err(StoreError::ProfileInUse)));
    let clone = store.clone();
    drop(store);
    assert!(matches!(open(&dir).await, Err(StoreError::ProfileInUse)));
    let left = clone.clone();
    clone.close().await;
    // A clone that somebody still holds reads and writes nothing, and keeps nobody out.
    open(&dir).await.unwrap().close().await;
    assert!(matches!(left.identity().await, Err(StoreError::Closed)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_an_interrupted_attempt_left_is_made_anew() {
    for crash in ["no database yet", "database only", "all but the last rename", "temporary"] {
        let (_temporary, dir) = folder();
        create(&dir, None).await.unwrap().close().await;
        let profile = Profile::new(&dir);
        let (database, unfinished) = (profile.database(), profile.unfinished_database());
        match crash {
            "no database yet" => {
                std::fs::remove_file(&database).unwrap();
                std::fs::remove_file(profile.wraps()).unwrap();
                std::fs::write(dir.join("profile.db-wal"), "of another database").unwrap();
            }
            "database only" => {
                std::fs::rename(&database, &unfinished).unwrap();
                std::fs::remove_file(profile.wraps()).unwrap();
                std::fs::remove_file(profile.device_key()).unwrap();
            }
            "all but the last rename" => std::fs::rename(&database, &unfinished).unwrap(),
            _ => {
                std::fs::rename(&database, &unfinished).unwrap();
                std::fs::rename(profile.wraps(), dir.join("wraps.bin.tmp")).unwrap();
            }
        }
        assert!(matches!(open(&dir).await, Err(StoreError::NoProfile)), "{crash}");
        drop(create(&dir, None).await.unwrap());
        open(&dir).await.unwrap().close().await;
        assert!(!unfinished.exists());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_is_neither_logged_nor_printed() {
    use std::sync::{Arc, Mutex};
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);
    impl std::io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .init();

    let (_temporary, dir) = folder();
    drop(create(&dir, None).await.unwrap());
    let store = open(&dir).await.unwrap();
    tracing::info!("the end of the log");
    let file = std::fs::read(store.profile().device_key()).unwrap();
    let key = hex::encode(&file[file.len() - 32..]);
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(text.contains("the end of the log"));
    for shown in [text, format!("{store:?}"), format!("{:?}", StoreError::WrongKey)] {
        assert!(!shown.to_lowercase().contains(&key));
    }
    store.close().await;
}
