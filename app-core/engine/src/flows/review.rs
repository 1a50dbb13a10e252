//! Giving review keys: a grant is signed, saved with what carries it, and only then sent. A standing
//! grant gets each new period account's key; one that is stopped really ends, because the account
//! behind it changes (`money-and-mail.md` A4, B9). With a key goes what proves the balance that its
//! account began with.

use std::collections::BTreeMap;
use std::time::Duration;

use chat::{Content, Review, ReviewLetter, write_review};
use keys::PublicKey;
use ledger::Account;
use store::Change;
use tokio::time::Instant;
use types::{MessageId, OpenId, Timestamp};
use wallet::review::{
    BadMonths, GivenGrant, GrantCard, GrantState, GrantTerms, GrantWish, GrantedKey, Grantee,
    Month, Period, ReviewChange, ReviewGrant, ReviewerCard, Serial, StandingKey, Strength,
    contact_fingerprint, months_of, periods_of, seal_card,
};
use wallet::{Refusal, strongest};
use wire::{Decode, Encode};
use zeroize::Zeroizing;

use crate::flows::pay::{Payee, left, recipient};
use crate::{Code, Engine, Fault};

/// What was not confirmed within this time is sent once more …
const AGAIN_MS: u64 = 24 * 3600 * 1000;
/// … but not for ever.
const TTL_MS: u64 = 90 * AGAIN_MS;

/// To whom a grant goes.
#[derive(Debug, Clone)]
pub enum GrantTo {
    /// A contact, over chat.
    Contact(OpenId),
    /// The owner of a reviewer's card, as a sealed file.
    Reviewer(Box<ReviewerCard>),
}

/// What an owner wants to give.
#[derive(Debug, Clone)]
pub struct Granting {
    /// To whom.
    pub to: GrantTo,
    /// The grantee's name, as the owner knows it.
    pub name: String,
    /// What is opened.
    pub wish: GrantWish,
    /// What for.
    pub purpose: String,
    /// The case that it belongs to.
    pub case: Option<String>,
}

/// A grant that is saved.
#[derive(Debug)]
pub struct Granted {
    /// The grant.
    pub given: GivenGrant,
    /// What carries it over chat.
    pub letter: Option<MessageId>,
    /// The sealed card, if it goes as a file.
    pub file: Option<Vec<u8>>,
}

impl Engine {
    /// Signs and saves a grant, and sends it on its way or seals it.
    ///
    /// # Errors
    /// `bad_months`, `bad_purpose`, `needs_chat` for a standing grant as a file, `unknown_contact`;
    /// nothing is saved then.
    pub async fn grant(
        &mut self,
        granting: Granting,
        patience: Duration,
    ) -> Result<Granted, Fault> {
        let end = Instant::now() + patience;
        self.stand_on_proved(patience).await?;
        let contact = self.check_grantee(&granting).await?;
        let card = self.signed_card(&granting).await?;
        let chain = self.bound()?.home.chain;
        let file = match &granting.to {
            GrantTo::Contact(_) => None,
            GrantTo::Reviewer(reviewer) => {
                let proofs = self.proofs_into(&card.keys).await?;
                let sealed = (&card, &proofs[..]);
                let sealed = seal_card(sealed, &reviewer.inbox, chain, &mut rand::rng());
                Some(sealed.ok_or_else(bad_reviewer)?.to_bytes())
            }
        };
        let last = card.keys.last().map(GrantedKey::period).ok_or(BadMonths)?;
        let letter = contact.map(|contact| self.letter(contact, Review::Card(secret(&card))));
        let id = letter.as_ref().map(|letter| letter.id);
        let tip = (0, card.grant.digest());
        let given = GivenGrant { grant: card.grant, contact, stopped: None, tip, last };
        let mut changes: Vec<Change> = vec![ReviewChange::AddGiven(Box::new(given.clone())).into()];
        changes.extend(letter.into_iter().flat_map(|letter| self.on_its_way(letter)));
        changes.extend(self.proofs_due(std::slice::from_ref(&given), (&[], &[])).await?);
        self.store.apply(changes).await?;
        if let Some(contact) = contact {
            self.flush(contact, left(end)).await;
        }
        Ok(Granted { given, letter: id, file })
    }

    /// Stops a grant. If it opens the present period account, another one takes over, so that its
    /// holder sees nothing of what comes now; further standing grants get that one's key with it.
    /// What was given stays given.
    ///
    /// # Errors
    /// `unknown_grant`; `too_many_stops` after 63 in a month.
    pub async fn stop_grant(
        &mut self,
        serial: Serial,
        patience: Duration,
    ) -> Result<GivenGrant, Fault> {
        let end = Instant::now() + patience;
        self.catch_up_ledger(patience).await?;
        let given = self.given(serial).await?;
        if given.stopped.is_some() {
            return Ok(given);
        }
        let (present, now) = (self.present_period().await?, self.clock.now());
        let mut changes: Vec<Change> = vec![ReviewChange::StopGiven(serial, now).into()];
        let goes_on = GrantState::of(&given.grant.terms, false, present.month());
        if goes_on == GrantState::Active && given.last >= present {
            let next = present.after_stop().ok_or_else(too_many_stops)?;
            changes.push(ReviewChange::BeginPeriod(next).into());
            changes.extend(self.keys_due(next, Some(serial)).await?);
        }
        if let Some(contact) = given.contact {
            let stopped = Review::Stopped { serial: serial.0, since: now };
            changes.extend(self.on_its_way(self.letter(contact, stopped)));
        }
        self.store.apply(changes).await?;
        match given.contact {
            Some(contact) => self.flush(contact, left(end)).await,
            None => self.flush_waiting(left(end)).await,
        }
        self.given(serial).await
    }

    /// Issues the keys that standing grants are due, with all proofs of carry-overs that were not handed
    /// over yet, and sends once more what nobody has confirmed.
    pub(crate) async fn tend_grants(&self) -> Result<(), Fault> {
        let mut changes = self.keys_due(self.present_period().await?, None).await?;
        let now = self.clock.now();
        let before = Timestamp(now.0.saturating_sub(AGAIN_MS));
        for letter in self.store.unconfirmed_letters(before).await? {
            let written = Content::from_bytes(&letter.content).map(|content| content.time);
            if written.is_ok_and(|written| now.millis_since(written) < TTL_MS) {
                changes.extend(self.on_its_way(letter));
            }
        }
        if changes.is_empty() { Ok(()) } else { Ok(self.store.apply(changes).await?) }
    }

    async fn given(&self, serial: Serial) -> Result<GivenGrant, Fault> {
        let mut all = self.store.grants_given().await?.into_iter();
        let unknown =
            || Fault::refused("unknown_grant", "no grant with this number; see review list");
        all.find(|given| given.grant.terms.serial == serial).ok_or_else(unknown)
    }

    /// The contact that it goes to, if it goes over chat.
    async fn check_grantee(&self, granting: &Granting) -> Result<Option<OpenId>, Fault> {
        let fits = granting.purpose.len() <= wallet::review::MAX_PURPOSE
            && granting
                .case
                .as_ref()
                .is_none_or(|case| (1..=wallet::review::MAX_CASE).contains(&case.len()));
        if !fits || granting.purpose.trim().is_empty() {
            let words = "say in up to 280 bytes what the review is for, and the case in up to 64";
            return Err(Fault::refused("bad_purpose", words));
        }
        match &granting.to {
            GrantTo::Contact(account) => {
                let (contact, _) = recipient(&self.store, Payee::Contact(*account)).await?;
                Ok(contact.map(|contact| contact.account))
            }
            GrantTo::Reviewer(_) if granting.wish.strength == Strength::Standing => {
                let words = "a standing grant sends a new key each month, so it needs a contact";
                Err(Fault::refused("needs_chat", words))
            }
            GrantTo::Reviewer(card) if card.holds(self.bound()?.home.chain) => Ok(None),
            GrantTo::Reviewer(_) => Err(bad_reviewer()),
        }
    }

    async fn signed_card(&self, granting: &Granting) -> Result<GrantCard, Fault> {
        let Granting { to, name, wish, purpose, case } = granting;
        let network = self.bound()?;
        let first = Month::of(network.genesis.time).ok_or(BadMonths)?;
        let months = months_of(wish, first, self.present_month()?)?;
        let keys = self.keys_of(&months, wish.strength).await?;
        let fingerprint = match to {
            GrantTo::Reviewer(card) => card.inbox.fingerprint(),
            GrantTo::Contact(account) => {
                let contact = self.store.contact(*account).await?;
                let contact =
                    contact.ok_or_else(|| Fault::new(Code::UnknownContact, "no contact"))?;
                contact_fingerprint(contact.card.identity.as_bytes())
            }
        };
        let account = self.signing_account().await?;
        let terms = GrantTerms {
            chain: network.home.chain,
            account: self.keys.account(),
            home: account.as_ref().map_or(self.keys.address(), |account| account.home),
            strength: wish.strength,
            months,
            until: wish.until,
            grantee: Grantee { name: name.clone(), fingerprint },
            purpose: purpose.clone(),
            case: case.clone(),
            issued: network.light.time(),
            round: network.light.round(),
            serial: Serial::generate(&mut rand::rng()),
        };
        let digests = keys.iter().map(GrantedKey::digest).collect();
        let by = (account.as_ref(), &self.ring()?);
        let grant = ReviewGrant::sign(terms, digests, by, &mut rand::rng());
        Ok(GrantCard { grant: grant.ok_or(Refusal::ForeignKey)?, keys })
    }

    async fn keys_of(
        &self,
        months: &[Month],
        strength: Strength,
    ) -> Result<Vec<GrantedKey>, Fault> {
        let mut stops = BTreeMap::new();
        for month in months {
            stops.insert(*month, self.store.period_stops(*month).await?);
        }
        let periods = periods_of(months, |month| stops.get(&month).copied().unwrap_or_default())?;
        let keyless = || Fault::new(Code::Internal, "a month without a key");
        let key = |period| {
            let viewing = self.pool_key(period)?.viewing_key();
            GrantedKey::of(viewing, strength).ok_or_else(keyless)
        };
        periods.into_iter().map(key).collect()
    }

    /// What grants are due once this is the present period account, but for one of them: standing ones
    /// a key, all the proofs of carry-overs.
    async fn keys_due(&self, present: Period, but: Option<Serial>) -> Result<Vec<Change>, Fault> {
        let (mut changes, mut grants) = (vec![], self.store.grants_given().await?);
        grants.retain(|given| but != Some(given.grant.terms.serial));
        for given in &mut grants {
            let terms = &given.grant.terms;
            let goes_on = terms.strength == Strength::Standing && given.stopped.is_none();
            if let Some(contact) = given.contact.filter(|_| goes_on)
                && given.last < present
            {
                match self.further_keys(given, contact, present).await {
                    Ok((keys, last)) => {
                        changes.extend(keys);
                        given.last = last;
                    }
                    // Another key signs for the account by now: that stops no grant, and no sync.
                    Err(fault) if fault.code == Code::OtherKeys => {
                        tracing::warn!("a standing grant gets no further key");
                    }
                    Err(fault) => return Err(fault),
                }
            }
        }
        changes.extend(self.proofs_due(&grants, (&[], &[])).await?);
        Ok(changes)
    }

    /// The keys of a standing grant up to the present period account, and the last of them.
    async fn further_keys(
        &self,
        given: &GivenGrant,
        contact: OpenId,
        present: Period,
    ) -> Result<(Vec<Change>, Period), Fault> {
        let (serial, until) = (given.grant.terms.serial, given.grant.terms.until);
        let account = self.signing_account().await?;
        let round = self.bound()?.light.round();
        let (mut tip, mut last, mut changes) = (given.tip, given.last, vec![]);
        for period in self.periods_behind(given.last, present).await? {
            if until.is_some_and(|until| until < period.month()) {
                break;
            }
            let key = self.pool_key(period)?.viewing_key();
            let of = (serial, tip.0.saturating_add(1), tip.1);
            let by = (account.as_ref(), &self.ring()?);
            let issued = StandingKey::sign(of, (key, round), by, &mut rand::rng());
            let issued = issued.ok_or(Refusal::ForeignKey)?;
            (tip, last) = ((issued.number, issued.digest()), period);
            changes.push(ReviewChange::Issued { serial, tip, last }.into());
            let review = Review::Key(Zeroizing::new(issued.to_bytes()));
            changes.extend(self.on_its_way(self.letter(contact, review)));
        }
        Ok((changes, last))
    }

    /// The period accounts from behind this one up to the present one.
    async fn periods_behind(&self, last: Period, present: Period) -> Result<Vec<Period>, Fault> {
        let (mut periods, mut month) = (vec![], last.month());
        while month <= present.month() {
            let stops = self.store.period_stops(month).await?;
            let stops = if month == present.month() {
                // The one that is about to begin is not saved yet.
                let first = Period::first_of(month).index();
                u8::try_from(present.index().saturating_sub(first)).unwrap_or(stops)
            } else {
                stops
            };
            periods.extend(periods_of(&[month], |_| stops)?);
            if month.next() == month {
                break;
            }
            month = month.next();
        }
        periods.retain(|period| *period > last && *period <= present);
        Ok(periods)
    }

    /// Our account as last proved, with the key at hand that signs for it.
    pub(crate) async fn signing_account(&self) -> Result<Option<Account>, Fault> {
        let account = self.store.account().await?.and_then(|saved| saved.account);
        let own = self.keys.operation.public();
        let signer = account.as_ref().and_then(strongest);
        let other = |key: &&PublicKey| **key != own;
        if let Some(key) = signer.filter(other)
            && self.falcon().await?.public() != *key
        {
            return Err(Refusal::ForeignKey.into());
        }
        Ok(account)
    }

    pub(super) fn letter(&self, contact: OpenId, review: Review) -> ReviewLetter {
        write_review(contact, review, self.clock.now(), &mut rand::rng())
    }

    /// Kept until it is confirmed, and put onto the pile that leaves.
    pub(super) fn on_its_way(&self, letter: ReviewLetter) -> [Change; 2] {
        let (send, sent) = (letter.send(), self.clock.now());
        [chat::Change::KeepLetter { letter, sent }.into(), send.into()]
    }
}

fn secret(card: &GrantCard) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(card.to_bytes())
}

fn bad_reviewer() -> Fault {
    Fault::refused("bad_reviewer", "this is no reviewer's card of this network; ask for it again")
}

fn too_many_stops() -> Fault {
    Fault::refused(
        "too_many_stops",
        "63 grants were stopped this month; the next can be in the next month",
    )
}

impl From<BadMonths> for Fault {
    fn from(bad: BadMonths) -> Self {
        Fault::refused("bad_months", &bad.to_string())
    }
}
