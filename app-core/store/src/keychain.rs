//! The operating system's keychain, where there is one that keeps keys over a restart.
//!
//! Every call runs on a thread of its own and is given up after a while: a keychain may wait for a
//! person who is not there. Nothing here ever fails; without a keychain the caller goes on.

use crate::secret::{DatabaseKey, ProfileId};
#[cfg(target_os = "linux")]
use keyring_core::CredentialPersistence;
use keyring_core::{CredentialStore, Entry};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;
use zeroize::Zeroizing;

const SERVICE: &str = "bcm";
/// Long enough for a person to unlock the keychain.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where keys may be kept outside the profile's folder.
#[derive(Debug, Clone)]
pub(crate) enum Keychain {
    /// The one of the operating system, if it has one.
    System,
    /// This one; for tests.
    #[cfg(test)]
    Given(Arc<CredentialStore>),
    /// None at all; for tests.
    #[cfg(test)]
    Absent,
}

impl Keychain {
    /// Keeps the key; true once it has been read back.
    pub(crate) async fn keep(&self, id: ProfileId, key: &DatabaseKey) -> bool {
        let secret = key.to_file(id);
        self.ask(id, move |entry| {
            entry.set_secret(&secret).ok()?;
            let kept = Zeroizing::new(entry.get_secret().ok()?);
            if survives_restart(entry) && *kept == *secret {
                return Some(());
            }
            entry.delete_credential().ok()?;
            None
        })
        .await
        .is_some()
    }

    /// The key, if the keychain has it and lets us read it.
    pub(crate) async fn find(&self, id: ProfileId) -> Option<DatabaseKey> {
        let secret = self.ask(id, |entry| entry.get_secret().ok().map(Zeroizing::new)).await?;
        DatabaseKey::from_file(&secret, id).ok()
    }

    /// Forgets the key.
    pub(crate) async fn forget(&self, id: ProfileId) {
        self.ask(id, |entry| entry.delete_credential().ok()).await;
    }

    async fn ask<T: Send + 'static>(
        &self,
        id: ProfileId,
        question: impl FnOnce(&Entry) -> Option<T> + Send + 'static,
    ) -> Option<T> {
        let keychain = self.clone();
        let (answer, answered) = oneshot::channel();
        // Not `spawn_blocking`: a runtime waits for such a task before it ends, perhaps forever.
        let thread = std::thread::Builder::new().name("keychain".into());
        thread
            .spawn(move || {
                let given = keychain.entry(id).and_then(|entry| question(&entry));
                // Nobody listens any more when this took too long.
                answer.send(given).unwrap_or_default();
            })
            .ok()?;
        tokio::time::timeout(PATIENCE, answered).await.ok()?.ok()?
    }

    fn entry(&self, id: ProfileId) -> Option<Entry> {
        let store = match self {
            Self::System => system()?,
            #[cfg(test)]
            Self::Given(store) => Arc::clone(store),
            #[cfg(test)]
            Self::Absent => return None,
        };
        store.build(SERVICE, &hex::encode(id.0), None).ok()
    }
}

#[cfg(target_os = "linux")]
fn system() -> Option<Arc<CredentialStore>> {
    // The kernel's keyutils are left out on purpose: they forget everything at a restart.
    let store: Arc<CredentialStore> = zbus_secret_service_keyring_store::Store::new().ok()?;
    matches!(store.persistence(), CredentialPersistence::UntilDelete).then_some(store)
}

#[cfg(not(target_os = "linux"))]
fn system() -> Option<Arc<CredentialStore>> {
    None
}

/// False for what lies in the Secret Service's `session` collection, which is memory only. The
/// place of an entry is part of its `Debug` form and of nothing else.
fn survives_restart(entry: &Entry) -> bool {
    let place = entry.get_credential().map(|found| format!("{found:?}")).unwrap_or_default();
    !place.contains("/collection/session/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    const ID: ProfileId = ProfileId([9; 16]);

    #[tokio::test]
    async fn a_kept_key_is_found_until_it_is_forgotten() {
        let keychain = Keychain::Given(keyring_core::mock::Store::new().unwrap());
        let key = DatabaseKey::generate(&mut rand::rngs::StdRng::seed_from_u64(1));
        assert!(keychain.find(ID).await.is_none());
        assert!(keychain.keep(ID, &key).await);
        let found = keychain.find(ID).await.unwrap();
        assert_eq!(found.check_value(ID), key.check_value(ID));
        keychain.forget(ID).await;
        assert!(keychain.find(ID).await.is_none());
    }

    #[tokio::test]
    async fn without_a_keychain_nothing_is_kept_and_nothing_fails() {
        let key = DatabaseKey::generate(&mut rand::rngs::StdRng::seed_from_u64(1));
        assert!(!Keychain::Absent.keep(ID, &key).await);
        assert!(Keychain::Absent.find(ID).await.is_none());
        Keychain::Absent.forget(ID).await;
    }
}
