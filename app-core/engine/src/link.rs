//! The connection to the home worker and what is heard over it.

use net::LightNode;
use tokio::sync::mpsc;
use wire::events::Event;

/// One held connection.
pub(crate) struct Link {
    pub(crate) node: LightNode,
    /// The stream of events, while somebody listens.
    pub(crate) events: Option<mpsc::Receiver<Event>>,
    /// True if it tells of every header, not of one a minute.
    pub(crate) every: bool,
}

impl Link {
    /// The stream, if somebody listens, and whether it tells of every header.
    pub(crate) fn listening(&mut self) -> Option<(&mut mpsc::Receiver<Event>, bool)> {
        let every = self.every;
        self.events.as_mut().map(|events| (events, every))
    }
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
