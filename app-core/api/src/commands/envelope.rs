//! Red envelopes: made, claimed, listed.

use engine::{Giving, Taker, Who, transfer_outcome};
use ledger::{MAX_GREETING, RedEnvelopeId};
use std::collections::BTreeSet;
use types::{Abc, Amount, OpenId, Timestamp, TxId};
use wallet::private::{PrivatePayee, Transfer, TransferState};
use wallet::{GiftState, KnownGift, Rest, Share, ShareTo};

use crate::commands::contact::Names;
use crate::commands::money::parse_amount;
use crate::commands::pay::{LOOK, told};
use crate::commands::transfer::intent_text;
use crate::params::EnvelopeCreate;
use crate::{
    App, ClaimedEnvelope, ClaimedShare, Envelope, EnvelopeState, Envelopes, Error, OneEnvelope,
    QuoteRecord, ShareState, Shown, when,
};

/// Fewer digits of an id than this name no red envelope.
const MIN_DIGITS: usize = 8;
/// How long a red envelope is open, where the ledger's own end is not known.
const OPEN_MS: u64 = 24 * 3600 * 1000;

impl App {
    /// Makes a red envelope and tells the contact of it, out of the private pool unless it is to be
    /// `public`. With `wait`, the ledger has had its time to take it; that it has not is no failure of
    /// what is saved.
    ///
    /// # Errors
    /// `unknown_contact`, `ambiguous_contact`, `bad_amount`, `bad_shares`, `insufficient_funds`,
    /// `message_too_long`.
    pub(crate) async fn envelope_create(&self, wish: EnvelopeCreate) -> Result<OneEnvelope, Error> {
        let EnvelopeCreate { to, amount, shares, lucky, text, public, background, top_up, wait } =
            wish;
        let giving = self.giving((&to, &amount, shares), lucky, text).await?;
        let (patience, wait) = (self.patience(), wait && !self.inner().offline);
        if public {
            let giving = self.ask(move |engine| Box::pin(engine.give(giving, patience)));
            let id = giving.await?;
            if wait {
                self.wait_for_envelope(id).await?;
            }
            return self.one_envelope(id).await;
        }
        let agreed = told(top_up.as_deref())?;
        let asked = if background {
            self.ask(move |engine| Box::pin(engine.begin_gift(giving, agreed, patience))).await?
        } else {
            self.ask(move |engine| Box::pin(engine.give_privately(giving, agreed, patience)))
                .await?
        };
        let mut transfer = asked.transfer;
        if wait && !background {
            transfer = self.wait_for_given(transfer).await?;
        }
        match (&transfer.attempt, transfer.state) {
            (Some(attempt), _) => self.one_envelope(RedEnvelopeId::of(attempt.tx, 0)).await,
            (None, TransferState::Planned) => {
                let names = self.names().await?;
                let planned = self.planned_envelope(&transfer, &names).await?;
                let gone = || Error::new("internal", "a wish that was saved is not there");
                Ok(OneEnvelope { envelope: planned.ok_or_else(gone)? })
            }
            (None, _) => {
                // Says why.
                transfer_outcome(&self.inner().store, transfer.intent).await?;
                Err(Error::new("expired", "the red envelope came about in no block in time"))
            }
        }
    }

    /// What a red envelope would cost and show; nothing is signed or saved.
    ///
    /// # Errors
    /// As for [`App::envelope_create`].
    pub(crate) async fn envelope_quote(&self, wish: EnvelopeCreate) -> Result<QuoteRecord, Error> {
        let EnvelopeCreate { to, amount, shares, lucky, text, public, .. } = wish;
        let giving = self.giving((&to, &amount, shares), lucky, text).await?;
        let (contact, patience) = (Some(giving.contact), self.patience().min(LOOK));
        if !public {
            let asking = self.ask(move |engine| Box::pin(engine.quote_gift(giving, patience)));
            return self.quote_record(asking.await?, contact).await;
        }
        let asking = self.ask(move |engine| Box::pin(engine.quote_public_gift(giving, patience)));
        let quote = self.quote_record(asking.await?, contact).await?;
        Ok(QuoteRecord { private: false, shows: Shown::All, ..quote })
    }

    async fn giving(
        &self,
        (to, amount, shares): (&str, &str, u32),
        lucky: bool,
        text: Option<String>,
    ) -> Result<Giving, Error> {
        let contact = self.find(to).await?.account;
        let total = parse_amount(amount)?;
        let greeting = text.unwrap_or_default();
        if greeting.len() > MAX_GREETING {
            let limit = format!("the words of a red envelope have at most {MAX_GREETING} bytes");
            return Err(Error::new("message_too_long", limit));
        }
        // The wallet refuses none at all and too many alike.
        let shares = u8::try_from(shares).unwrap_or(u8::MAX);
        Ok(Giving { contact, total, shares, lucky, greeting })
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
        for transfer in self.inner().store.unsigned_transfers().await? {
            envelopes.extend(self.planned_envelope(&transfer, &names).await?);
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

    /// A red envelope of ours for which nothing is signed yet; `None` for any other wish.
    async fn planned_envelope(
        &self,
        transfer: &Transfer,
        names: &Names,
    ) -> Result<Option<Envelope>, Error> {
        let (PrivatePayee::Envelope(order), Some(contact)) = (transfer.to, transfer.contact) else {
            return Ok(None);
        };
        if transfer.state != TransferState::Planned {
            return Ok(None);
        }
        let gift = self.inner().store.gift_of_transfer(transfer.intent).await?;
        Ok(Some(Envelope {
            id: transfer.reference().to_string(),
            contact: names.of(contact)?.name,
            from: "me".to_owned(),
            text: transfer.memo.clone().unwrap_or_default(),
            total: transfer.amount.to_string(),
            left: transfer.amount.to_string(),
            shares: order.shares,
            lucky: order.lucky,
            claimed: vec![],
            state: EnvelopeState::Queued,
            expires: when::format(transfer.created.plus_millis(OPEN_MS)),
            share: ShareState::None,
            got: None,
            to_pool: true,
            key_shared: gift.is_some_and(|gift| gift.seed.is_some()),
            private: true,
            back: None,
            transfer: Some(intent_text(&transfer.intent)),
        }))
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
            private: known.rest.is_some(),
            back: known.rest.as_ref().and_then(came_back).map(|amount| amount.to_string()),
            transfer: None,
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

/// What waits for us of what nobody claimed, or has come back.
fn came_back(rest: &Rest) -> Option<Amount<Abc>> {
    rest.waits().or_else(|| rest.taken().filter(|amount| !amount.is_zero()))
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
