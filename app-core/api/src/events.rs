//! What may have changed, told to everybody who shows it: one rule for every screen, ask again.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::broadcast::{self, error::RecvError};
use types::OpenId;

use crate::Topic;

/// Events that a slow reader may fall behind before some are lost; it is told then.
const KEPT: usize = 256;
/// Between two events of the same kind.
const PAUSE: Duration = Duration::from_millis(5);

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
    /// An event of this topic.
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
            Err(RecvError::Lagged(_)) => Some(Event::of(Topic::All)),
            Err(RecvError::Closed) => None,
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

    /// Rings for every contact about whom something new is to be shown, once for what comes together,
    /// until the profile is closed.
    pub(crate) async fn ring_for_shown(self, mut shown: broadcast::Receiver<OpenId>) {
        loop {
            let mut contacts = BTreeSet::new();
            match shown.recv().await {
                Ok(contact) => drop(contacts.insert(contact)),
                Err(RecvError::Lagged(_)) => self.ring(Topic::Chat),
                Err(RecvError::Closed) => return,
            }
            while let Ok(contact) = shown.try_recv() {
                contacts.insert(contact);
            }
            self.ring(Topic::Contacts);
            for contact in contacts {
                // An error means that nobody listens.
                let _ = self.0.send(Event { topic: Topic::Chat, id: Some(contact.to_string()) });
            }
            tokio::time::sleep(PAUSE).await;
        }
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
