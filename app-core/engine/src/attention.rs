//! Whether somebody looks: while nobody does, one header a minute is enough.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

/// So long after the last look somebody may still be looking: whoever watches asks again with every
/// header.
const LASTS: Duration = Duration::from_secs(60);

/// Says that somebody looks at what the ledger tells. Clones are one.
#[derive(Debug, Clone, Default)]
pub struct Attention(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    last: Mutex<Option<Instant>>,
    woken: Notify,
}

impl Attention {
    /// Somebody looks now.
    pub fn look(&self) {
        let before = self.is_there();
        *self.0.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        if !before {
            self.0.woken.notify_one();
        }
    }

    /// True if somebody has looked a moment ago.
    pub(crate) fn is_there(&self) -> bool {
        let last = *self.0.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.is_some_and(|at| at.elapsed() < LASTS)
    }

    /// Until somebody begins to look.
    pub(crate) async fn begins(&self) {
        self.0.woken.notified().await;
    }
}
