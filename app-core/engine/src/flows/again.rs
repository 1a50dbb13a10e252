//! What could not be read is asked for again, and what a contact could not read is sent again
//! (ADR 14).

use std::collections::BTreeMap;
use std::time::Duration;

use chat::{Change, Contact, LOOK_BACK_MS, Standing, ask_again, say_again, session_changes};
use ratchet::PublicKey33;
use tokio::time::Instant;
use types::{OpenId, Timestamp};

use crate::{Engine, Fault};

/// How long a contact is neither asked nor answered once more.
const PAUSE: Duration = Duration::from_secs(60);

/// Whom something was done for within the last minute.
#[derive(Debug, Default)]
pub(crate) struct Lately(BTreeMap<OpenId, Instant>);

impl Lately {
    /// True if it was not done lately; from now on it was.
    fn first(&mut self, contact: OpenId, now: Instant) -> bool {
        self.0.retain(|_, done| now.duration_since(*done) < PAUSE);
        let first = !self.0.contains_key(&contact);
        self.0.entry(contact).or_insert(now);
        first
    }
}

impl Engine {
    /// Asks a contact for what it sent under this ratchet key and no session of ours can read.
    pub(crate) fn ask(&mut self, contact: &Contact, unread: &PublicKey33) -> Vec<Change> {
        let heard = contact.standing != Standing::Declined;
        if !heard || !self.asked.first(contact.account, Instant::now()) {
            return vec![];
        }
        let now = self.clock.now();
        match ask_again(contact, self.ours(), unread, now, &mut rand::rng()) {
            Ok(request) => {
                tracing::info!("a contact is asked to send something again");
                vec![Change::AddOutgoing(request)]
            }
            Err(error) => {
                tracing::warn!(%error, "a contact cannot be asked");
                vec![]
            }
        }
    }

    /// A contact could not read what we sent under this ratchet key. If we still send under it, the
    /// session is broken and a fresh one will begin.
    pub(crate) async fn answer(
        &mut self,
        contact: &Contact,
        unread: Option<&PublicKey33>,
    ) -> Result<Vec<Change>, Fault> {
        let account = contact.account;
        let heard = contact.standing != Standing::Declined;
        if !heard || !self.answered.first(account, Instant::now()) {
            return Ok(vec![]);
        }
        let mut record = self.session(account).await?;
        if unread.is_none_or(|unread| record.ratchet_key() == Some(unread)) {
            record.archive();
        }
        let mut changes = session_changes(account, &mut record);
        changes.extend(self.missed(account).await?);
        Ok(changes)
    }

    /// A contact reads elsewhere than before: it has begun anew, and knows nothing of us.
    pub(crate) async fn moved(&mut self, account: OpenId) -> Result<Vec<Change>, Fault> {
        if self.answered.first(account, Instant::now()) {
            self.missed(account).await
        } else {
            Ok(vec![])
        }
    }

    /// Everything that a contact may have missed, to be sent again.
    async fn missed(&self, account: OpenId) -> Result<Vec<Change>, Fault> {
        tracing::info!("a contact may have missed something; it is sent again");
        let now = self.clock.now();
        let since = Timestamp(now.0.saturating_sub(LOOK_BACK_MS));
        let missed = self.store.unconfirmed(account, since).await?;
        let queues = self.store.queues().await?;
        let queue = queues.iter().find(|queue| queue.contact == Some(account));
        Ok(say_again(account, queue, missed, &self.me()?, (now, &mut rand::rng())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_has_its_turn_once_a_minute() {
        let (mut lately, start) = (Lately::default(), Instant::now());
        let (bob, carol) = (OpenId([1; 32]), OpenId([2; 32]));
        assert!(lately.first(bob, start));
        assert!(lately.first(carol, start + PAUSE / 2));
        assert!(!lately.first(bob, start + PAUSE - Duration::from_millis(1)));
        assert!(lately.first(bob, start + PAUSE));
        assert!(!lately.first(carol, start + PAUSE));
        assert!(!lately.first(bob, start + PAUSE), "the minute begins anew");
    }
}
