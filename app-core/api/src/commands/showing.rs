//! Challenges to show a payment: asking somebody, declining, and what of payments was shown and taken.

use chat::{Answer, KnownShowing, Message};
use engine::ShowingWish;
use types::OpenId;
use wallet::review::{ReviewerCard, ShownPayment as Given, digits};

use crate::commands::contact::Names;
use crate::commands::payment_shown::shown_payment;
use crate::commands::review::hex;
use crate::params::ReviewChallenge;
use crate::{
    App, ChallengeRecord, Error, GrantRecord, GrantState, GrantStrength, OneShowing, ShowingRecord,
    ShowingState, when,
};

/// For so many days a challenge counts if nothing is said.
const DAYS: u32 = 30;
/// Fewer digits of an id than this name no challenge.
const MIN_DIGITS: usize = 8;

impl App {
    /// Asks a contact to show a payment; or says what to ask somebody else with.
    ///
    /// # Errors
    /// `bad_purpose`, `bad_days`, `unknown_contact`, `ambiguous_contact`; `no_network` for a profile
    /// that never saw its network.
    pub(crate) async fn review_challenge(
        &self,
        wish: ReviewChallenge,
    ) -> Result<ChallengeRecord, Error> {
        let ReviewChallenge { to, which, purpose, days, wait } = wish;
        // Cards belong to a network, which a new profile does not know yet.
        self.refresh(to.is_none()).await?;
        let card = self.ask(|engine| Box::pin(engine.reviewer_card()));
        let card: ReviewerCard = card.await?;
        let contact = match to {
            Some(to) => Some(self.find(&to).await?),
            None => None,
        };
        let (which, purpose) = (which.unwrap_or_default(), purpose.unwrap_or_default());
        let wish = ShowingWish { which, purpose, days: days.unwrap_or(DAYS) };
        let known = self.inner().writer.challenge(contact.as_ref(), wish).await?;
        if let Some(contact) = contact {
            self.written(contact.account, wait).await;
        }
        Ok(ChallengeRecord {
            challenge: hex(&known.asked.challenge),
            verifier: hex(&card.inbox.fingerprint()),
            digits: card.digits(),
            card: card.to_text(),
            showing: self.showing_record(known, &self.names().await?)?,
        })
    }

    /// Closes a challenge: a contact's is declined, our own is withdrawn.
    ///
    /// # Errors
    /// `unknown_challenge`, `challenge_closed`.
    pub(crate) async fn review_decline(&self, id: &str, wait: bool) -> Result<OneShowing, Error> {
        let digits = id.trim().to_ascii_lowercase();
        let find = |all: Vec<KnownShowing>| {
            let mut fits = all.into_iter().filter(|it| it.id.to_string().starts_with(&digits));
            fits.next().filter(|_| digits.len() >= MIN_DIGITS)
        };
        let unknown = || Error::new("unknown_challenge", "no such challenge; see review list");
        let store = &self.inner().store;
        let mut found = find(store.showings().await?);
        if found.is_none() && !self.inner().offline {
            self.refresh(true).await?;
            found = find(store.showings().await?);
        }
        let known = found.ok_or_else(unknown)?;
        self.inner().writer.close_challenge(&known).await?;
        if let Some(contact) = known.contact {
            self.written(contact, wait).await;
        }
        let all = store.showings().await?.into_iter();
        let mut same = all.filter(|it| (it.id, it.contact) == (known.id, known.contact));
        let known = same.next().ok_or_else(unknown)?;
        Ok(OneShowing { showing: self.showing_record(known, &self.names().await?)? })
    }

    /// The challenge of a contact that is answered: the one that is named, or the only one.
    ///
    /// # Errors
    /// `not_asked`, `ambiguous_challenge`.
    pub(super) async fn open_challenge(
        &self,
        contact: OpenId,
        named: Option<[u8; 32]>,
    ) -> Result<KnownShowing, Error> {
        let now = self.now();
        let fits = |it: &KnownShowing| {
            let named_or_open = match named {
                Some(challenge) => it.asked.challenge == challenge,
                None => it.state(now) == chat::ShowingState::Open,
            };
            !it.made && it.contact == Some(contact) && named_or_open
        };
        let mut found = self.inner().store.showings().await?;
        found.retain(fits);
        if found.is_empty() && !self.inner().offline {
            // What asks for it may still be in the mailbox.
            self.refresh(true).await?;
            found = self.inner().store.showings().await?;
            found.retain(fits);
        }
        match (found.len(), found.pop()) {
            (1, Some(known)) => Ok(known),
            (2.., Some(_)) => {
                let words = "this contact has asked more than once; name the challenge";
                Err(Error::new("ambiguous_challenge", words))
            }
            _ => {
                let words = "this contact has not asked to be shown a payment, or its time is over";
                Err(Error::new("not_asked", words))
            }
        }
    }

    /// The challenge that a message brings or answers.
    pub(super) async fn showing_of(
        &self,
        message: &Message,
        names: &Names,
    ) -> Result<Option<ShowingRecord>, Error> {
        let Message { contact, request, payment, .. } = message;
        let Some(request) = request.filter(|_| payment.is_none()) else { return Ok(None) };
        for made in [true, false] {
            if let Some(known) = self.inner().store.showing(*contact, (request, made)).await? {
                return Ok(Some(self.showing_record(known, names)?));
            }
        }
        Ok(None)
    }

    /// The payments that we have shown, those that were shown to us, and who is to show whom one.
    pub(super) async fn payments(
        &self,
        names: &Names,
    ) -> Result<(Vec<GrantRecord>, Vec<GrantRecord>, Vec<ShowingRecord>), Error> {
        let store = &self.inner().store;
        let given = store.payments_shown().await?.iter().map(|it| self.shown_record(it)).collect();
        let (mut taken, mut asked) = (vec![], vec![]);
        for known in store.showings().await? {
            let (account, purpose) = (known.contact, known.asked.purpose.clone());
            let record = self.showing_record(known, names)?;
            match &record.payment {
                Some(_) => taken.push(taken_record(record, account, purpose)),
                None => asked.push(record),
            }
        }
        Ok((given, taken, asked))
    }

    pub(super) fn shown_record(&self, shown: &Given) -> GrantRecord {
        let own = self.inner().own.0.to_string();
        GrantRecord {
            serial: shown.serial.to_string(),
            grantee: shown.name.clone(),
            purpose: shown.purpose.clone(),
            case: shown.case.clone(),
            issued: when::format(shown.issued),
            state: if shown.not_after < self.now() {
                GrantState::Ended
            } else {
                GrantState::Active
            },
            owner: "me".to_owned(),
            digits: digits(&shown.verifier),
            tx: Some(shown.tx.to_string()),
            not_after: Some(when::format(shown.not_after)),
            ..one_payment(own)
        }
    }

    fn showing_record(&self, known: KnownShowing, names: &Names) -> Result<ShowingRecord, Error> {
        let state = state(known.state(self.now()));
        let contact = known.contact.map(|contact| names.of(contact)).transpose()?;
        let contact = contact.map(|contact| contact.name);
        let (code, why, payment) = match known.answer {
            Answer::Refused { code, words } => (Some(code), Some(words), None),
            Answer::Proved(report) => (None, None, shown_payment(&report)),
            Answer::None | Answer::Given => (None, None, None),
        };
        Ok(ShowingRecord {
            id: known.id.to_string(),
            from: if known.made { "me".to_owned() } else { contact.clone().unwrap_or_default() },
            contact,
            challenge: hex(&known.asked.challenge),
            which: known.asked.which,
            purpose: known.asked.purpose,
            time: when::format(known.told),
            not_after: when::format(known.asked.not_after),
            state,
            code,
            why,
            payment,
        })
    }
}

fn taken_record(record: ShowingRecord, account: Option<OpenId>, purpose: String) -> GrantRecord {
    let payment = record.payment;
    let said = payment.as_ref().map(|it| it.said.clone());
    let not_after = payment.as_ref().map(|it| it.not_after.clone());
    GrantRecord {
        serial: record.id,
        grantee: "me".to_owned(),
        purpose: if purpose.is_empty() { said.unwrap_or_default() } else { purpose },
        issued: record.time,
        owner: record.contact.unwrap_or_default(),
        proved: Some(true),
        not_after,
        payment,
        ..one_payment(account.map(|account| account.to_string()).unwrap_or_default())
    }
}

/// A grant that opens one payment of this account.
fn one_payment(account: String) -> GrantRecord {
    GrantRecord {
        serial: String::new(),
        account,
        grantee: String::new(),
        strength: GrantStrength::Payment,
        months: vec![],
        until: None,
        purpose: String::new(),
        case: None,
        issued: String::new(),
        state: GrantState::Active,
        owner: String::new(),
        digits: String::new(),
        stopped: None,
        proved: None,
        tx: None,
        not_after: None,
        payment: None,
    }
}

const fn state(state: chat::ShowingState) -> ShowingState {
    match state {
        chat::ShowingState::Open => ShowingState::Open,
        chat::ShowingState::Answered => ShowingState::Answered,
        chat::ShowingState::Proved => ShowingState::Proved,
        chat::ShowingState::Refused => ShowingState::Refused,
        chat::ShowingState::Declined => ShowingState::Declined,
        chat::ShowingState::Withdrawn => ShowingState::Withdrawn,
        chat::ShowingState::Expired => ShowingState::Expired,
    }
}
