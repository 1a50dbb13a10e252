//! One process writes a profile at a time: an operating-system lock that dies with its holder.

use crate::{Profile, StoreError};
use std::fs::{File, OpenOptions, TryLockError};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How long [`crate::open`] waits for another process to let go of the profile.
pub const LOCK_WAIT: Duration = Duration::from_secs(10);

const RETRY: Duration = Duration::from_millis(25);

/// The profile is ours for as long as this value lives.
#[derive(Debug)]
pub(crate) struct Lock {
    /// Closing the file, also by dying, gives the lock back.
    _file: File,
}

impl Lock {
    /// Takes the lock of a profile whose folder exists; waits at most so long.
    ///
    /// # Errors
    /// [`StoreError::ProfileInUse`] when the wait is over.
    pub(crate) async fn take(profile: &Profile, wait: Duration) -> Result<Self, StoreError> {
        let file = open(profile)?;
        let deadline = Instant::now() + wait;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => sleep(RETRY).await,
                Err(TryLockError::WouldBlock) => return Err(StoreError::ProfileInUse),
                Err(TryLockError::Error(cause)) => return Err(cause.into()),
            }
        }
    }
}

fn open(profile: &Profile) -> Result<File, StoreError> {
    let mut options = OpenOptions::new();
    // The file stays empty and is never deleted: two processes must lock the same one.
    options.read(true).write(true).create(true).truncate(false);
    crate::files::private(&mut options);
    Ok(options.open(profile.lock())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_second_waits_and_then_gives_up_or_takes_over() {
        let dir = tempfile::tempdir().unwrap();
        let profile = Profile::new(dir.path());
        let first = Lock::take(&profile, Duration::ZERO).await.unwrap();
        let refused = Lock::take(&profile, Duration::from_millis(60)).await;
        assert!(matches!(refused, Err(StoreError::ProfileInUse)));

        let waiting = tokio::spawn(async move { Lock::take(&profile, LOCK_WAIT).await });
        tokio::task::yield_now().await;
        drop(first);
        waiting.await.unwrap().unwrap();
    }
}
