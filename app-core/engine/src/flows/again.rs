//! What could not be read is asked for again, and what a contact could not read is sent again
//! (ADR 14).

use std::collections::BTreeMap;
use std::time::Duration;

use chat::{Change, Contact, LOOK_BACK_MS, Standing, ask_again, say_again, session_changes};
use ratchet::PublicKey33;
use tokio::time::Instant;
use types::{OpenId, Timestamp};

use crate::{Engine, Fault};

/// Within this time the same is asked or answered once.
const PAUSE: Duration = Duration::from_secs(60);
/// And so much in all for one contact: what is begun anew may fail once more, with another key.
const TURNS: usize = 3;

/// What was done for whom within the last minute, and about which ratchet key.
#[derive(Debug, Default)]
pub(crate) struct Lately(BTreeMap<OpenId, Vec<(Option<PublicKey33>, Instant)>>);

/// Something that has its turn so often and not oftener. It counts once it is saved: what was not,
/// because somebody stopped waiting for it, is done the next time.
#[derive(Debug)]
pub(crate) enum Turn {
    /// A contact is asked for what it sent under this ratchet key.
    Asked(OpenId, PublicKey33),
    /// A contact gets once more what it could not read under this ratchet key.
    Answered(OpenId, Option<PublicKey33>),
    /// A contact that reads elsewhere gets everything once more.
    Moved(OpenId),
}

impl Lately {
    /// True if it was not done lately, nor too much else for this contact.
    fn allows(&self, contact: OpenId, about: Option<&PublicKey33>, now: Instant) -> bool {
        let lately: Vec<_> = self.since(contact, now).collect();
        lately.len() < TURNS && lately.iter().all(|done| about.is_none() || done.as_ref() != about)
    }

    /// It was done, and is saved.
    fn note(&mut self, contact: OpenId, about: Option<PublicKey33>, now: Instant) {
        self.0.retain(|_, done| {
            done.retain(|(_, at)| now.duration_since(*at) < PAUSE);
            !done.is_empty()
        });
        self.0.entry(contact).or_default().push((about, now));
    }

    /// What was done for this contact within the last minute.
    fn since(
        &self,
        contact: OpenId,
        now: Instant,
    ) -> impl Iterator<Item = Option<PublicKey33>> + '_ {
        let done = self.0.get(&contact).into_iter().flatten();
        done.filter(move |(_, at)| now.duration_since(*at) < PAUSE).map(|(about, _)| *about)
    }
}

impl Engine {
    /// What has its turn was saved.
    pub(crate) fn note(&mut self, turn: Turn) {
        let now = Instant::now();
        match turn {
            Turn::Asked(contact, key) => self.asked.note(contact, Some(key), now),
            Turn::Answered(contact, key) => self.answered.note(contact, key, now),
            Turn::Moved(contact) => self.moved.note(contact, None, now),
        }
    }

    /// Asks a contact for what it sent under this ratchet key and no session of ours can read.
    pub(crate) fn ask(
        &self,
        contact: &Contact,
        unread: &PublicKey33,
    ) -> (Vec<Change>, Option<Turn>) {
        let heard = contact.standing != Standing::Declined;
        if !heard || !self.asked.allows(contact.account, Some(unread), Instant::now()) {
            return (vec![], None);
        }
        tracing::info!("a contact is asked to send something again");
        (self.request(contact, unread), Some(Turn::Asked(contact.account, *unread)))
    }

    fn request(&self, contact: &Contact, unread: &PublicKey33) -> Vec<Change> {
        match ask_again(contact, self.ours(), unread, self.clock.now(), &mut rand::rng()) {
            Ok(request) => vec![Change::AddOutgoing(request)],
            Err(error) => {
                tracing::warn!(%error, "a contact cannot be asked");
                vec![]
            }
        }
    }

    /// A contact could not read what we sent under this ratchet key. If we still send under it, the
    /// session is broken and a fresh one will begin.
    pub(crate) async fn answer(
        &self,
        contact: &Contact,
        unread: Option<PublicKey33>,
    ) -> Result<(Vec<Change>, Option<Turn>), Fault> {
        let (account, now) = (contact.account, Instant::now());
        let heard = contact.standing != Standing::Declined;
        if !heard || !self.answered.allows(account, unread.as_ref(), now) {
            return Ok((vec![], None));
        }
        let mut record = self.session(account).await?;
        if unread.is_none_or(|unread| record.ratchet_key() == Some(&unread)) {
            record.archive();
        }
        let mut changes = session_changes(account, &mut record);
        changes.extend(self.missed(account).await?);
        // What we asked ourselves may still wait to leave, and was dropped with the rest.
        for asked in self.asked.since(account, now).flatten() {
            changes.extend(self.request(contact, &asked));
        }
        Ok((changes, Some(Turn::Answered(account, unread))))
    }

    /// A contact reads elsewhere than before: it has begun anew, and knows nothing of us.
    pub(crate) async fn say_again_to_moved(
        &self,
        account: OpenId,
    ) -> Result<(Vec<Change>, Option<Turn>), Fault> {
        if !self.moved.allows(account, None, Instant::now()) {
            return Ok((vec![], None));
        }
        Ok((self.missed(account).await?, Some(Turn::Moved(account))))
    }

    /// Everything that a contact may have missed, to be sent again.
    async fn missed(&self, account: OpenId) -> Result<Vec<Change>, Fault> {
        tracing::info!("a contact may have missed something; it is sent again");
        let now = self.clock.now();
        let since = Timestamp(now.0.saturating_sub(LOOK_BACK_MS));
        let missed = self.store.unconfirmed(account, since).await?;
        let queues = self.store.queues().await?;
        let queue = queues.iter().find(|queue| queue.contact == Some(account));
        let mut said = say_again(account, queue, missed, &self.me()?, (now, &mut rand::rng()));
        said.extend(self.letters_again(account).await?);
        Ok(said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_has_its_turn_once_a_minute_and_nothing_has_more_than_three() {
        let (mut lately, start) = (Lately::default(), Instant::now());
        let (bob, carol) = (OpenId([1; 32]), OpenId([2; 32]));
        let rng = &mut rand::rng();
        let [one, two, three, four] = [(); 4].map(|()| {
            let key = ratchet::IdentityKeyPair::generate(rng).public();
            PublicKey33::parse(key.as_bytes()).unwrap()
        });
        let almost = start + PAUSE - Duration::from_millis(1);
        assert!(lately.allows(bob, Some(&one), start));
        lately.note(bob, Some(one), start);
        assert!(!lately.allows(bob, Some(&one), almost));
        assert!(lately.allows(bob, Some(&one), start + PAUSE));
        assert!(lately.allows(carol, Some(&one), start), "each contact for itself");
        assert!(lately.allows(bob, Some(&two), start), "another session");
        lately.note(bob, Some(two), almost);
        lately.note(bob, Some(three), almost);
        assert!(!lately.allows(bob, Some(&four), almost));
        assert!(!lately.allows(bob, None, almost));
        assert!(lately.allows(bob, Some(&four), start + PAUSE));
        assert!(!lately.allows(bob, Some(&two), start + PAUSE));
        assert_eq!(lately.since(bob, start + PAUSE).count(), 2);
    }
}
