//! What of single payments that are asked for and shown needs no network: challenges made and closed.

use chat::{
    Answer, Contact, KnownShowing, PaymentChallenge, ShowingChange, ShowingState, close_showing,
    write_challenge,
};
use rand::Rng;
use types::{MessageId, Timestamp};

use crate::writer::not_declined;
use crate::{Fault, Writer};

const DAY_MS: u64 = 86_400_000;
/// For so many days a challenge or a disclosure counts at most.
pub(crate) const MOST_DAYS: u32 = 366;
/// For so long what lapsed is still shown as such.
const KEPT_MS: u64 = 30 * DAY_MS;

/// What somebody is to show us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShowingWish {
    /// Which payment is meant, in words.
    pub which: String,
    /// What for.
    pub purpose: String,
    /// For how many days the challenge counts.
    pub days: u32,
}

impl Writer {
    /// Makes a fresh challenge, which is remembered until it has lapsed, and asks a contact with it; it
    /// leaves with the next [`crate::Engine::flush`] or [`crate::Engine::sync`]. Without a contact it
    /// is for us to hand over.
    ///
    /// # Errors
    /// `bad_purpose`, `bad_days`; `unknown_contact` for one that was declined; codes of the store.
    pub async fn challenge(
        &self,
        contact: Option<&Contact>,
        wish: ShowingWish,
    ) -> Result<KnownShowing, Fault> {
        let ShowingWish { which, purpose, days } = wish;
        let silent = which.trim().is_empty() || purpose.trim().is_empty();
        let long = which.len().max(purpose.len()) > chat::MAX_ASKED;
        if contact.is_some() && silent || long {
            let words =
                "say which payment you want to see, and what for, each in at most 280 bytes";
            return Err(Fault::refused("bad_purpose", words));
        }
        let (mut challenge, mut id) = ([0; 32], [0; MessageId::LEN]);
        rand::rng().fill_bytes(&mut challenge);
        rand::rng().fill_bytes(&mut id);
        let now = self.clock.now();
        let not_after = now.plus_millis(span(days)?);
        let asked = PaymentChallenge { challenge, which, purpose, not_after };
        let mut known = KnownShowing {
            id: MessageId(id),
            contact: None,
            made: true,
            asked: asked.clone(),
            told: now,
            closed: None,
            answer: Answer::None,
        };
        let old = Timestamp(now.0.saturating_sub(KEPT_MS));
        let mut changes: Vec<store::Change> =
            vec![chat::Change::from(ShowingChange::Forget(old)).into()];
        match contact {
            None => {
                let add = ShowingChange::Add(Box::new(known.clone()));
                changes.push(chat::Change::from(add).into());
            }
            Some(contact) => {
                not_declined(contact)?;
                let (message, told) = write_challenge(contact, asked, now, &mut rand::rng());
                (known.id, known.contact) = (message.id, Some(contact.account));
                changes.extend(told.into_iter().map(Into::into));
            }
        }
        self.store.apply(changes).await?;
        Ok(known)
    }

    /// Closes a challenge that nobody has answered: a contact's is declined, our own is withdrawn.
    /// Done twice, it is done.
    ///
    /// # Errors
    /// `challenge_closed` for one that is answered; codes of the store.
    pub async fn close_challenge(&self, known: &KnownShowing) -> Result<(), Fault> {
        match known.state(self.clock.now()) {
            ShowingState::Open | ShowingState::Expired | ShowingState::Refused => {}
            ShowingState::Declined | ShowingState::Withdrawn => return Ok(()),
            ShowingState::Answered | ShowingState::Proved => {
                return Err(Fault::refused("challenge_closed", "this challenge is answered"));
            }
        }
        let changes = close_showing(known, self.clock.now(), &mut rand::rng());
        Ok(self.store.apply(changes.into_iter().map(Into::into).collect()).await?)
    }
}

/// So many days in milliseconds.
///
/// # Errors
/// `bad_days`.
pub(crate) fn span(days: u32) -> Result<u64, Fault> {
    if days == 0 || days > MOST_DAYS {
        return Err(Fault::refused("bad_days", "it counts for 1 to 366 days"));
    }
    Ok(u64::from(days).saturating_mul(DAY_MS))
}
