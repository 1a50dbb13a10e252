//! The connection to the home worker and what is heard over it.

use net::LightNode;
use tokio::sync::mpsc;
use wire::events::Event;

/// One held connection.
pub(crate) struct Link {
    pub(crate) node: LightNode,
    /// The stream of events, while somebody listens.
    pub(crate) events: Option<mpsc::Receiver<Event>>,
}

/// Something that a front end may want to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happening {
    /// Messages came, or their states moved.
    Chat,
    /// A header was checked; balances and payments may have moved.
    Ledger,
    /// The connection is gone; what is sent now waits.
    Offline,
}
