//! Bodies of final blocks on their way (`acp.md` 4 "Data availability"): managers bring them to the
//! five workers that own them ([`Pusher`]), archives fetch all of them and bring back what an owner
//! has lost ([`Archive`]), everybody fetches what is missing ([`Stores::body`]).
//!
//! What is a chunk of a final block is decided in `worker` and `ledger`; nothing here is believed
//! because of who said it. A body's owners are the nearest to its block's id, so that whoever knows
//! a header knows whom to ask.

mod answer;
mod archive;
mod committees;
mod fetch;
mod gate;
mod parcel;
mod placement;
mod progress;
mod pusher;
mod start;
mod stores;

pub use answer::{offer, serve_store, tend};
pub use archive::{Archive, Patrolled, Pulled};
pub use committees::{Committees, fuzz_committees};
pub use fetch::FetchError;
pub use parcel::{BadParcel, Parcel};
pub use pusher::{Duties, Pusher};
pub use start::{Keeping, keep, place};
pub use stores::{StoreError, Stores};

use futures::future::BoxFuture;
use ledger::{Body, CertifiedHeader};
use std::future::Future;
use std::sync::Arc;
use tokio::sync::watch;
use types::{Round, WorkerId};

/// A manager cannot read its own blocks now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the own blocks cannot be read now")]
pub struct Unreadable;

/// A manager's own blocks.
pub trait Chain: Send + Sync + 'static {
    /// The final header of a round; `None` ahead of the tip.
    fn header(
        &self,
        round: Round,
    ) -> impl Future<Output = Result<Option<CertifiedHeader>, Unreadable>> + Send;
    /// Its body; `None` ahead of the tip, and for one that is too old to be kept.
    fn body(&self, round: Round) -> impl Future<Output = Result<Option<Body>, Unreadable>> + Send;
    /// The newest final round, as it grows.
    fn tip(&self) -> watch::Receiver<Round>;
}

/// Where an archive learns which blocks are final.
pub trait Headers: Send + Sync + 'static {
    /// The newest final round, as it grows.
    fn tip(&self) -> watch::Receiver<Round>;
    /// Certified headers from this round on, in order, at most so many; none if they cannot be had
    /// now. Nothing is stored before the store itself has checked them.
    fn headers(&self, from: Round, max: u16) -> impl Future<Output = Vec<CertifiedHeader>> + Send;
}

/// The nodes that hold bodies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Nodes {
    /// All workers of the network, archives included: the owners are among them.
    pub workers: Vec<WorkerId>,
    /// Those that keep everything.
    pub archives: Vec<WorkerId>,
    /// Those that have made the bodies and keep the latest.
    pub managers: Vec<WorkerId>,
}

/// The nodes there are now, as the ledger names them.
pub type Roster = Arc<dyn Fn() -> Nodes + Send + Sync>;
/// Where a node listens: multiaddrs without `/p2p`, none if nobody knows.
pub type Locate = Arc<dyn Fn(WorkerId) -> BoxFuture<'static, Vec<String>> + Send + Sync>;
