//! How many files and connections the process may have open. Systems often begin with 1,024, fewer
//! than the connections that a node takes: whoever opened that many would keep it from its own files.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// More than a node's connections and files, and those of a small devnet.
const ENOUGH: u64 = 8192;

/// Raises the limit as far as the system lets us, and no further than needed.
pub(crate) fn raise() {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = maximum.map_or(ENOUGH, |maximum| maximum.min(ENOUGH));
    if current.is_some_and(|current| current < wanted) {
        let limit = Rlimit { current: Some(wanted), maximum };
        if let Err(error) = setrlimit(Resource::Nofile, limit) {
            tracing::warn!(%error, "the limit of open files stays low");
        }
    }
}
