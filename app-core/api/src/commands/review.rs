//! Review keys: given, stopped, received, looked at.

use std::time::Duration;

use chat::Delivery;
use engine::{GrantTo, Granted, Granting};
use ledger::{Account, Genesis};
use types::{Abc, Abit, Amount, MessageId, OpenId, Timestamp};
use wallet::review::{
    GivenGrant, GrantState as State, GrantTerms, GrantWish, Month, ReceivedGrant, ReviewerCard,
    Serial, Strength, digits, months_of,
};

use crate::commands::contact::Names;
use crate::commands::months::{month_name, parse_months};
use crate::params::{ReviewGrant, ReviewPreview};
use crate::{
    App, EntryRemark, Error, GivenRecord, GrantDelivery, GrantPreview, GrantRecord, GrantState,
    GrantStrength, Grants, OneGrant, Reviewed, ReviewedPool, ReviewerRecord, when,
};

/// Fewer digits than this name nobody's account.
const SHORT: usize = 12;

impl App {
    /// Signs a grant and sends it to a contact, or seals it to a reviewer's card.
    ///
    /// # Errors
    /// `bad_months`, `bad_purpose`, `bad_reviewer`, `needs_chat`, `unknown_contact`,
    /// `ambiguous_contact`; `not_private` for one payment, which everybody can see already.
    pub(crate) async fn review_grant(&self, wish: ReviewGrant) -> Result<GivenRecord, Error> {
        if wish.strength == "payment" {
            return self.show_payment(wish).await;
        }
        let ReviewGrant { to, months, strength, until, purpose, case, .. } = wish;
        let wish = parse_wish(&strength, months.as_deref(), until.as_deref())?;
        let (to, name) = self.grantee(&to).await?;
        let granting = Granting { to, name, wish, purpose, case };
        let patience = self.patience();
        let Granted { given, letter, file } =
            self.ask(move |engine| Box::pin(engine.grant(granting, patience))).await?;
        let delivery = match letter {
            None => GrantDelivery::File,
            Some(letter) => self.delivery_of(letter).await?,
        };
        let grant = self.given_record(&given);
        Ok(GivenRecord { grant, delivery, card: file.map(|file| hex(&file)) })
    }

    /// How far something about review keys got.
    pub(super) async fn delivery_of(&self, letter: MessageId) -> Result<GrantDelivery, Error> {
        Ok(match self.inner().store.letter_delivery(letter).await? {
            Some(Delivery::Sent | Delivery::Delivered) => GrantDelivery::Sent,
            Some(Delivery::Queued | Delivery::Failed | Delivery::Received) | None => {
                GrantDelivery::Queued
            }
        })
    }

    /// What would be given, before anything is signed.
    ///
    /// # Errors
    /// As for [`App::review_grant`].
    pub(crate) async fn review_preview(&self, wish: ReviewPreview) -> Result<GrantPreview, Error> {
        let ReviewPreview { to, months, strength, until } = wish;
        let wish = parse_wish(&strength, months.as_deref(), until.as_deref())?;
        let (to, grantee) = self.grantee(&to).await?;
        let now = self.now_month()?;
        let months = months_of(&wish, self.first_month().await?, now)
            .map_err(|bad| Error::new("bad_months", bad.to_string()))?;
        let digits = match to {
            GrantTo::Reviewer(card) => card.digits(),
            GrantTo::Contact(account) => {
                let contact = self.find(&account.to_string()).await?;
                self.inner().writer.safety(&contact).await?.digits
            }
        };
        let months = months.into_iter().map(month_name).collect();
        Ok(GrantPreview { grantee, digits, months, now: month_name(now) })
    }

    /// Takes a sealed card, in hex.
    ///
    /// # Errors
    /// `bad_card`, `card_of_another`, `wrong_network`.
    pub(crate) async fn review_import(&self, card: &str) -> Result<OneGrant, Error> {
        let bad = || Error::new("bad_card", "this is no grant card; take the file as it came");
        let bytes = unhex(card.trim()).ok_or_else(bad)?;
        // Cards belong to a network, which a new profile does not know yet.
        self.refresh(true).await?;
        let importing =
            self.ask(move |engine| Box::pin(async move { engine.import_card(&bytes).await }));
        let serial = importing.await?;
        let received = self.inner().store.grant_received(serial).await?;
        let account = received.map(|received| received.grant.terms.account);
        // Whether the account's key has signed it, only the ledger knows.
        self.look(account, self.patience()).await?;
        let names = self.names().await?;
        let received = self.inner().store.grant_received(serial).await?.ok_or_else(bad)?;
        Ok(OneGrant { grant: self.received_record(&received, &names) })
    }

    /// Stops a grant: nothing new is seen with it.
    ///
    /// # Errors
    /// `unknown_grant`, `too_many_stops`.
    pub(crate) async fn review_stop(&self, serial: &str) -> Result<OneGrant, Error> {
        let serial = self.given_serial(serial).await?;
        let patience = self.patience();
        let given = self.ask(move |engine| Box::pin(engine.stop_grant(serial, patience))).await?;
        Ok(OneGrant { grant: self.given_record(&given) })
    }

    /// All grants, given and received.
    ///
    /// # Errors
    /// What a person must act on.
    pub async fn review_list(&self, sync: bool) -> Result<Grants, Error> {
        let synced = self.refresh(sync).await?;
        let (store, names) = (&self.inner().store, self.names().await?);
        let given = store.grants_given().await?;
        let received = store.grants_received().await?;
        let (shown, taken, asked) = self.payments(&names).await?;
        let given = given.iter().map(|given| self.given_record(given)).chain(shown);
        let received = received.iter().map(|it| self.received_record(it, &names)).chain(taken);
        Ok(Grants { given: given.collect(), received: received.collect(), asked, synced })
    }

    /// A reviewed account, by a contact's name, an OpenID or a grant's number: what our own light node
    /// has proved of it.
    ///
    /// # Errors
    /// `unknown_grant`; what a person must act on.
    pub async fn review_show(&self, whose: &str, sync: bool) -> Result<Reviewed, Error> {
        self.inner().attention.look();
        let refreshed = self.refresh(sync).await?;
        let (account, grants) = self.reviewed_account(whose).await?;
        let patience = if sync { self.patience() } else { Duration::ZERO };
        let synced = self.look(Some(account), patience).await? && refreshed;
        let store = &self.inner().store;
        let (saved, names) = (store.reviewed(account).await?, self.names().await?);
        let round = saved.as_ref().map_or(0, |saved| saved.round.0);
        let record = saved.and_then(|saved| saved.account);
        let reviewed = store.reviewed_history(account).await?;
        let remarks: Vec<_> = reviewed.iter().map(|it| it.remark.map(remark)).collect();
        let rows = reviewed.into_iter().map(|it| it.row).collect();
        let mut entries = self.history_entries(rows, &names).await?;
        entries.iter_mut().zip(remarks).for_each(|(entry, remark)| entry.remark = remark);
        let Private { pool, pool_round, balance, months, receipt_months } =
            self.private_side(account).await?;
        let claimed_by = store.claimed_by_others(account).await?;
        Ok(Reviewed {
            account: account.to_string(),
            name: owner(&names, account),
            grants: grants.iter().map(Serial::to_string).collect(),
            tokens: tokens(record.as_ref(), balance),
            entries,
            undisclosed_outflow: store.undisclosed_outflow(account).await?.to_string(),
            round,
            synced,
            pool,
            pool_round,
            months,
            receipt_months,
            claimed_by: claimed_by.into_iter().map(|account| owner(&names, account)).collect(),
            refused_proofs: store.refused_proofs(account).await?,
        })
    }

    /// How far the granted keys have read in the pool, and what they say is there.
    async fn private_side(&self, account: OpenId) -> Result<Private, Error> {
        let store = &self.inner().store;
        let (keys, reads) =
            (store.review_keys(account).await?, store.reviewed_reads(account).await?);
        let round = |name| reads.iter().find(|read| read.name == name).map(|read| read.round.0);
        let rounds: Option<Vec<u64>> = keys.names().map(round).collect();
        // A key that has not begun may still show what is older than all that is here.
        let pool_round = rounds.and_then(|rounds| rounds.into_iter().min());
        let (both, receipts) = keys.months();
        let pool = match (pool_round, both.is_empty()) {
            (None, _) => ReviewedPool::NotScanned,
            (Some(_), true) => ReviewedPool::Receipts,
            (Some(_), false) => ReviewedPool::Months,
        };
        let notes = store.reviewed_notes(account).await?;
        let unspent = notes.iter().filter(|(_, spent)| spent.is_none());
        let units = unspent.map(|(note, _)| note.value.units()).fold(0, u64::saturating_add);
        Ok(Private {
            pool,
            pool_round,
            balance: Amount::new(units),
            months: both.into_iter().map(month_name).collect(),
            receipt_months: receipts.into_iter().map(month_name).collect(),
        })
    }

    /// What others seal grants to.
    ///
    /// # Errors
    /// `no_network` for a profile that never saw its network.
    pub(crate) async fn review_card(&self) -> Result<ReviewerRecord, Error> {
        let card = self.ask(|engine| Box::pin(engine.reviewer_card())).await?;
        Ok(ReviewerRecord { card: card.to_text(), digits: card.digits() })
    }

    async fn look(&self, account: Option<OpenId>, patience: Duration) -> Result<bool, Error> {
        let Some(account) = account.filter(|_| !patience.is_zero()) else { return Ok(false) };
        self.ask(move |engine| Box::pin(engine.look_at_reviewed(account, patience))).await
    }

    /// To whom, and by which name: a contact, or the text of a reviewer's card.
    pub(super) async fn grantee(&self, to: &str) -> Result<(GrantTo, String), Error> {
        if to.trim_start().starts_with(ReviewerCard::PREFIX) {
            let bad =
                || Error::new("bad_reviewer", "this is no whole reviewer's card; copy it again");
            let card = ReviewerCard::parse(to.trim()).ok_or_else(bad)?;
            let name = Some(card.name.clone()).filter(|name| chat::is_name(name));
            let name = name.unwrap_or_else(|| short(card.account()));
            return Ok((GrantTo::Reviewer(Box::new(card)), name));
        }
        let account = self.find(to).await?.account;
        let name = self.names().await?.of(account)?.name;
        Ok((GrantTo::Contact(account), name.chars().take(60).collect()))
    }

    async fn given_serial(&self, text: &str) -> Result<Serial, Error> {
        let given = self.inner().store.grants_given().await?;
        let serials = given.iter().map(|given| given.grant.terms.serial);
        by_digits(serials, text).ok_or_else(unknown)
    }

    /// The account that is meant, and the grants that open it.
    pub(crate) async fn reviewed_account(
        &self,
        whose: &str,
    ) -> Result<(OpenId, Vec<Serial>), Error> {
        let received = self.inner().store.grants_received().await?;
        let serials = received.iter().map(|it| it.grant.terms.serial);
        let by_serial = by_digits(serials, whose).and_then(|serial| {
            let of = received.iter().find(|it| it.grant.terms.serial == serial);
            of.map(|it| it.grant.terms.account)
        });
        let account = match by_serial.or_else(|| OpenId::parse(whose)) {
            Some(account) => account,
            None => self.find(whose).await?.account,
        };
        let of = received.iter().filter(|it| it.grant.terms.account == account);
        let grants: Vec<Serial> = of.map(|it| it.grant.terms.serial).collect();
        if grants.is_empty() { Err(unknown()) } else { Ok((account, grants)) }
    }

    fn given_record(&self, given: &GivenGrant) -> GrantRecord {
        let (terms, stopped) = (&given.grant.terms, given.stopped);
        self.grant_record(terms, (stopped, None), "me".to_owned())
    }

    fn received_record(&self, received: &ReceivedGrant, names: &Names) -> GrantRecord {
        let terms = &received.grant.terms;
        let of = (received.stopped, received.proved);
        self.grant_record(terms, of, owner(names, terms.account))
    }

    fn grant_record(
        &self,
        terms: &GrantTerms,
        (stopped, proved): (Option<Timestamp>, Option<bool>),
        owner: String,
    ) -> GrantRecord {
        let now = self
            .now_month()
            .unwrap_or_else(|_| terms.months.last().copied().unwrap_or(Month::FIRST));
        GrantRecord {
            serial: terms.serial.to_string(),
            account: terms.account.to_string(),
            grantee: terms.grantee.name.clone(),
            strength: strength(terms.strength),
            months: terms.months.iter().copied().map(month_name).collect(),
            until: terms.until.map(month_name),
            purpose: terms.purpose.clone(),
            case: terms.case.clone(),
            issued: when::format(terms.issued),
            state: match State::of(terms, stopped.is_some(), now) {
                State::Active => GrantState::Active,
                State::Ended => GrantState::Ended,
                State::Stopped => GrantState::Stopped,
            },
            owner,
            digits: digits(&terms.grantee.fingerprint),
            stopped: stopped.map(when::format),
            proved,
            tx: None,
            not_after: None,
            payment: None,
        }
    }

    /// The month of the newest certified header.
    fn now_month(&self) -> Result<Month, Error> {
        let time = self.said().light.map(|light| light.time);
        time.and_then(Month::of).ok_or_else(bad_time)
    }

    /// The month in which the ledger began.
    async fn first_month(&self) -> Result<Month, Error> {
        let network = self.inner().store.network().await?;
        let genesis = network.and_then(|network| Genesis::parse(&network.genesis).ok());
        genesis.and_then(|genesis| Month::of(genesis.time)).ok_or_else(bad_time)
    }
}

fn parse_wish(
    strength: &str,
    months: Option<&str>,
    until: Option<&str>,
) -> Result<GrantWish, Error> {
    let strength = Strength::parse(strength).ok_or_else(|| {
        let words = "a strength is period, incoming, standing, full or payment";
        Error::new("usage", words)
    })?;
    let (from, to) = match months {
        Some(months) => parse_months(months)?,
        None if strength == Strength::Full => (None, None),
        None => return Err(Error::new("usage", "say which months, such as 2026-11")),
    };
    let until = match until {
        Some(until) => parse_months(until)?.0,
        None => None,
    };
    Ok(GrantWish { strength, from, to, until })
}

fn by_digits(serials: impl Iterator<Item = Serial>, text: &str) -> Option<Serial> {
    let digits = text.trim().to_ascii_lowercase();
    let fits = serials.filter(|serial| serial.to_string().starts_with(&digits));
    match fits.collect::<Vec<_>>().as_slice() {
        [serial] if digits.len() >= 8 => Some(*serial),
        _ => None,
    }
}

fn owner(names: &Names, account: OpenId) -> String {
    names.of(account).map_or_else(|_| short(account), |record| record.name)
}

fn short(account: OpenId) -> String {
    account.to_string().chars().take(SHORT).collect()
}

/// What granted keys say of the private pool.
struct Private {
    pool: ReviewedPool,
    pool_round: Option<u64>,
    balance: Amount<Abc>,
    months: Vec<String>,
    receipt_months: Vec<String>,
}

const fn remark(remark: store::Remark) -> EntryRemark {
    match remark {
        store::Remark::Unreadable => EntryRemark::Unreadable,
        store::Remark::Stated => EntryRemark::Stated,
        store::Remark::Proved => EntryRemark::Proved,
        store::Remark::Undisclosed => EntryRemark::Undisclosed,
    }
}

fn tokens(record: Option<&Account>, private: Amount<Abc>) -> Vec<crate::TokenBalance> {
    let zero = (Amount::<Abc>::ZERO, Amount::<Abit>::ZERO);
    let (abc, abit) = record.map_or(zero, |record| (record.abc, record.abit));
    crate::commands::money::token_balances((abc, private), abit)
}

const fn strength(strength: Strength) -> GrantStrength {
    match strength {
        Strength::Period => GrantStrength::Period,
        Strength::Incoming => GrantStrength::Incoming,
        Strength::Standing => GrantStrength::Standing,
        Strength::Full => GrantStrength::Full,
    }
}

fn unknown() -> Error {
    Error::new("unknown_grant", "no such grant; see review list")
}

fn bad_time() -> Error {
    Error::new("no_network", "the month is not known before the network was reached once")
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|digit| digit.to_digit(16).and_then(|value| u8::try_from(value).ok()))
        .collect();
    let digits = digits?;
    let (pairs, rest) = digits.as_chunks::<2>();
    rest.is_empty().then(|| pairs.iter().map(|[high, low]| (high << 4) | low).collect())
}
