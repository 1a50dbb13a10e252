//! Safety numbers of our contacts. They need no network and no turn of the engine, and some
//! milliseconds of a processor, which are taken where they hold nobody up.

use chat::{Change, Contact, Incomparable};
use ratchet::{RatchetError, SafetyNumber};

use crate::{Code, Fault, Writer};

/// What we show of a safety number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Safety {
    /// Sixty digits, the same on both sides.
    pub digits: String,
    /// What a code for cameras holds.
    pub payload: String,
}

impl Writer {
    /// The safety number of ourselves and a contact.
    ///
    /// # Errors
    /// `internal`, which is a bug.
    pub async fn safety(&self, contact: &Contact) -> Result<Safety, Fault> {
        let number = self.number(contact).await?;
        Ok(Safety { digits: number.digits(), payload: chat::scannable(&number) })
    }

    /// True if what somebody showed is the contact's side of our safety number, which counts as
    /// compared then.
    ///
    /// # Errors
    /// `bad_payload` for our own or one that nobody shows; `upgrade_needed` for one of another
    /// version.
    pub async fn compare(&self, contact: &Contact, payload: &str) -> Result<bool, Fault> {
        let matches = chat::compare(&self.number(contact).await?, payload)?;
        if matches {
            self.mark_compared(contact, true).await?;
        }
        Ok(matches)
    }

    /// Notes that the safety number counts as compared, or does not any more.
    ///
    /// # Errors
    /// Codes of the store.
    pub async fn mark_compared(&self, contact: &Contact, compared: bool) -> Result<(), Fault> {
        let contact = contact.account;
        Ok(self.store.apply(vec![Change::SetCompared { contact, compared }.into()]).await?)
    }

    async fn number(&self, contact: &Contact) -> Result<SafetyNumber, Fault> {
        let (own, card) = ((self.own.open_id(), self.identity), contact.card.clone());
        let counting = move || chat::safety_number(own, &card);
        let bug = || Fault::new(Code::Internal, "the safety number cannot be worked out");
        let number = tokio::task::spawn_blocking(counting).await.map_err(|_| bug())?;
        number.map_err(|_: RatchetError| bug())
    }
}

impl From<Incomparable> for Fault {
    fn from(why: Incomparable) -> Self {
        let (code, sentence) = match why {
            Incomparable::NoPayload => (
                Code::BadPayload,
                "this is no safety number's text; copy all that your contact's app shows",
            ),
            Incomparable::Own => (
                Code::BadPayload,
                "this is your own text; compare the one that your contact's app shows",
            ),
            Incomparable::OtherVersion => (
                Code::UpgradeNeeded,
                "one of the two apps is too old to compare; update both, and compare again",
            ),
        };
        Self::new(code, sentence)
    }
}
