//! Red envelopes: made, claimed, listed.

use engine::{Giving, Taker, Who};
use ledger::{MAX_GREETING, RedEnvelopeId};
use std::collections::BTreeSet;
use types::{OpenId, Timestamp, TxId};
use wallet::{GiftState, KnownGift, Share, ShareTo};

use crate::commands::contact::Names;
use crate::commands::money::parse_amount;
use crate::params::EnvelopeCreate;
use crate::{
    App, ClaimedEnvelope, ClaimedShare, Envelope, EnvelopeState, Envelopes, Error, OneEnvelope,
    ShareState, when,
};

/// Fewer digits of an id than this name no red envelope.
const MIN_DIGITS: usize = 8;
/// How long a red envelope is open, where the ledger's own end is not known.
const OPEN_MS: u64 = 24 * 3600 * 1000;

impl App {
    /// Makes a red envelope and tells the contact of it. With `wait`, the ledger has had its time to
    /// take it; that it has not is no failure of what is saved.
    ///
    /// # Errors
    /// `unknown_contact`, `ambiguous_contact`, `bad_amount`, `bad_shares`, `insufficient_funds`,
    /// `message_too_long`.
    pub(crate) async fn envelope_create(&self, wish: EnvelopeCreate) -> Result<OneEnvelope, Error> {
        let EnvelopeCreate { to, amount, shares, lucky, text, wait } = wish;
        let contact = self.find(&to).await?.account;
        let total = parse_amount(&amount)?;
        let greeting = text.unwrap_or_default();
        if greeting.len() > MAX_GREETING {
            let limit = format!("the words of a red envelope have at most {MAX_GREETING} bytes");
            return Err(Error::new("message_too_long", limit));
        }
        // The wallet refuses none at all and too many alike.
        let shares = u8::try_from(shares).unwrap_or(u8::MAX);
        let giving = Giving { contact, total, shares, lucky, greeting };
        let patience = self.patience();
        let giving = self.ask(move |engine| Box::pin(engine.give(giving, patience)));
        let id = giving.await?;
        if wait && !self.inner().offline {
            self.wait_for_envelope(id).await?;
        }
        self.one_envelope(id).await
    }

    /// Claims our share of a red envelope, into the private pool unless it is to be `public`. With
    /// `wait`, what it brings is known when this returns, and mostly it is there.
    ///
    /// # Errors
    /// `unknown_envelope`, `no_share`, `already_claimed`, `envelope_empty`, `envelope_over`,
    /// `envelope_not_yet`, `below_minimum`, `below_fee`; with `wait` also `timeout`: the claim stays valid.
    pub(crate) async fn envelope_claim(
        &self,
        id: &str,
        public: bool,
        wait: bool,
    ) -> Result<ClaimedEnvelope, Error> {
        let id = match self.find_envelope(id).await {
            // What tells of it may still be in the mailbox.
            Err(unknown) if unknown.code == "unknown_envelope" && !self.inner().offline => {
                self.refresh(true).await?;
                self.find_envelope(id).await?
            }
            found => found?,
        };
        let to = if public { ShareTo::Account } else { ShareTo::Pool };
        let patience = self.patience();
        self.ask(move |engine| Box::pin(engine.claim(id, to, patience))).await?;
        if wait && !self.inner().offline {
            self.wait_for_share(id).await?;
        }
        let OneEnvelope { envelope } = self.one_envelope(id).await?;
        let got = envelope.got.clone();
        Ok(ClaimedEnvelope { envelope, got })
    }

    /// All red envelopes that this profile knows of.
    ///
    /// # Errors
    /// What a person must act on.
    pub async fn envelope_list(&self, sync: bool) -> Result<Envelopes, Error> {
        self.inner().attention.look();
        let synced = self.refresh(sync).await?;
        let names = self.names().await?;
        let mut envelopes = vec![];
        for known in self.inner().store.gifts().await? {
            envelopes.push(self.envelope_record(&known, &names).await?);
        }
        Ok(Envelopes { envelopes, synced })
    }

    /// The red envelope that a message brings.
    pub(crate) async fn envelope_of(
        &self,
        contact: OpenId,
        id: Option<RedEnvelopeId>,
        names: &Names,
    ) -> Result<Option<Envelope>, Error> {
        let Some(id) = id else { return Ok(None) };
        match self.inner().store.gift_of(contact, id).await? {
            Some(known) => Ok(Some(self.envelope_record(&known, names).await?)),
            None => Ok(None),
        }
    }

    async fn one_envelope(&self, id: RedEnvelopeId) -> Result<OneEnvelope, Error> {
        let gone = || Error::new("internal", "a red envelope that was saved is not there");
        let known = self.inner().store.gift(id).await?.ok_or_else(gone)?;
        let envelope = self.envelope_record(&known, &self.names().await?).await?;
        Ok(OneEnvelope { envelope })
    }

    async fn find_envelope(&self, text: &str) -> Result<RedEnvelopeId, Error> {
        let digits = text.trim().to_ascii_lowercase();
        let gifts = self.inner().store.gifts().await?;
        let ids = gifts.iter().map(KnownGift::id).filter(|id| name(*id).starts_with(&digits));
        let ids = ids.collect::<BTreeSet<_>>();
        match (ids.first(), ids.len()) {
            (Some(id), 1) if digits.len() >= MIN_DIGITS => Ok(*id),
            _ => {
                let words = "no red envelope with this id; see envelope list";
                Err(Error::new("unknown_envelope", words))
            }
        }
    }

    async fn envelope_record(&self, known: &KnownGift, names: &Names) -> Result<Envelope, Error> {
        let contact = names.of(known.contact)?.name;
        let writer = &self.inner().writer;
        let share = writer.share(known).await?;
        let takers = writer.takers(known).await?;
        let gift = &known.gift;
        let me = || "me".to_owned();
        Ok(Envelope {
            id: name(known.id()),
            from: if known.made { me() } else { contact.clone() },
            text: gift.greeting.clone(),
            total: gift.total.to_string(),
            left: known.left().to_string(),
            shares: gift.shares,
            lucky: gift.lucky,
            claimed: takers.into_iter().map(|taker| claimed(taker, &contact)).collect(),
            state: state(known.state),
            expires: when::format(self.expires(known)),
            share: share_state(share),
            got: match share {
                Share::Got(amount)
                | Share::Waits(amount)
                | Share::Collecting(amount)
                | Share::Stays(amount) => Some(amount.to_string()),
                Share::NotOurs | Share::Unclaimed | Share::Claiming | Share::Missed => None,
            },
            to_pool: known.taking.as_ref().is_some_and(|taking| taking.to == ShareTo::Pool),
            key_shared: gift.seed.is_some(),
            contact,
        })
    }

    /// The time of the last round for claims, if the ledger goes on as it should.
    fn expires(&self, known: &KnownGift) -> Timestamp {
        let Some(light) = self.said().light else { return known.told.plus_millis(OPEN_MS) };
        let interval = u64::from(light.interval_ms);
        let rounds = |from: u64, to: u64| to.saturating_sub(from).saturating_mul(interval);
        let (now, end) = (light.round.0, known.gift.expiry.0);
        let later = light.time.plus_millis(rounds(now, end));
        Timestamp(later.0.saturating_sub(rounds(end, now)))
    }
}

fn name(id: RedEnvelopeId) -> String {
    TxId(id.0).to_string()
}

fn claimed(taker: Taker, contact: &str) -> ClaimedShare {
    let who = match taker.who {
        Who::Me => Some("me".to_owned()),
        Who::Contact(_) => Some(contact.to_owned()),
        Who::Somebody => None,
    };
    ClaimedShare { who, amount: taker.amount.map(|amount| amount.to_string()) }
}

const fn state(state: GiftState) -> EnvelopeState {
    match state {
        GiftState::Queued => EnvelopeState::Queued,
        GiftState::Open => EnvelopeState::Open,
        GiftState::Done => EnvelopeState::Done,
        GiftState::Refunded => EnvelopeState::Refunded,
        GiftState::Failed => EnvelopeState::Failed,
    }
}

const fn share_state(share: Share) -> ShareState {
    match share {
        Share::NotOurs => ShareState::None,
        Share::Unclaimed => ShareState::Unclaimed,
        Share::Claiming => ShareState::Claiming,
        Share::Got(_) => ShareState::Got,
        Share::Waits(_) => ShareState::Waiting,
        Share::Collecting(_) => ShareState::Collecting,
        Share::Stays(_) => ShareState::TooSmall,
        Share::Missed => ShareState::Missed,
    }
}
