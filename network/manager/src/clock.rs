//! The one place where this crate reads the wall clock.

use std::time::{SystemTime, UNIX_EPOCH};
use types::Timestamp;

/// Now; the epoch itself on a machine that believes to live before it.
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
