//! Who asked for a command, and whether anybody still waits for it.
//!
//! A command that has begun goes on whatever its asker does: half of it done is worse than either.
//! One that still waits for its turn is not begun for somebody who has gone, who would do it again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

tokio::task_local! {
    static ASKER: Asker;
}

/// Whoever waits for a command.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asker(Arc<AtomicBool>);

/// Notes, when it is dropped, that nobody waits any more.
struct Waiting(Asker);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Relaxed);
    }
}

impl Asker {
    /// Who asked for the command that runs here; somebody who never goes, outside of one.
    pub(crate) fn current() -> Self {
        ASKER.try_with(Clone::clone).unwrap_or_default()
    }

    pub(crate) fn has_gone(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Runs a command in a task of its own, so that it comes to its end even if this is dropped. `None`
/// if it was cut off, by the end of the program or by a bug.
pub(crate) async fn run<T: Send + 'static>(
    command: impl Future<Output = T> + Send + 'static,
) -> Option<T> {
    let asker = Asker::default();
    let _waiting = Waiting(asker.clone());
    tokio::spawn(ASKER.scope(asker, command)).await.ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::oneshot;

    #[tokio::test]
    async fn a_command_outlives_its_asker_and_knows_it() {
        let (go, may_go) = oneshot::channel::<()>();
        let (tell, told) = oneshot::channel();
        let command = run(async move {
            let asker = Asker::current();
            let before = asker.has_gone();
            may_go.await.unwrap();
            tell.send((before, asker.has_gone())).unwrap();
        });
        tokio::select! {
            biased;
            _ = command => panic!("it waits"),
            () = tokio::task::yield_now() => {}
        }
        tokio::task::yield_now().await;
        go.send(()).unwrap();
        assert_eq!(told.await.unwrap(), (false, true));
    }
}
