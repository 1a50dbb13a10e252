//! What may have changed, told to everybody who shows it: one rule for every screen, ask again.

use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;

use crate::Topic;

/// Events that a slow reader may fall behind before some are lost; it is told then.
const KEPT: usize = 256;

/// Something may have changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct Event {
    /// What.
    pub topic: Topic,
    /// Of whom, if it concerns one contact only.
    pub id: Option<String>,
}

impl Event {
    /// An event that concerns the whole topic.
    #[must_use]
    pub const fn of(topic: Topic) -> Self {
        Self { topic, id: None }
    }
}

/// Events from now on.
pub struct Events(broadcast::Receiver<Event>);

impl Events {
    /// The next event; [`Topic::All`] in place of those that came too fast. `None` once there will
    /// be no more.
    pub async fn next(&mut self) -> Option<Event> {
        match self.0.recv().await {
            Ok(event) => Some(event),
            Err(broadcast::error::RecvError::Lagged(_)) => Some(Event::of(Topic::All)),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }
}

/// Where events come from. Nobody may listen.
#[derive(Clone)]
pub(crate) struct Bell(broadcast::Sender<Event>);

impl Bell {
    pub(crate) fn new() -> Self {
        Self(broadcast::Sender::new(KEPT))
    }

    pub(crate) fn events(&self) -> Events {
        Events(self.0.subscribe())
    }

    pub(crate) fn ring(&self, topic: Topic) {
        // An error means that nobody listens.
        let _ = self.0.send(Event::of(topic));
    }

    pub(crate) fn ring_for(&self, topic: Topic, id: String) {
        let _ = self.0.send(Event { topic, id: Some(id) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_falls_behind_is_told_to_ask_for_everything() {
        let bell = Bell::new();
        let mut events = bell.events();
        bell.ring(Topic::Chat);
        assert_eq!(events.next().await, Some(Event::of(Topic::Chat)));
        (0..=KEPT).for_each(|_| bell.ring(Topic::Light));
        assert_eq!(events.next().await, Some(Event::of(Topic::All)));
        drop(bell);
        while let Some(event) = events.next().await {
            assert_eq!(event, Event::of(Topic::Light));
        }
    }
}
