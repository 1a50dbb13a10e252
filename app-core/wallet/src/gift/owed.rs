//! What waits for us under a key of the ledger, taken in one way whoever knows of it: our share of a
//! red envelope, what came back of one that we gave, and what came back of one of which a profile that
//! was restored from its words knows only what its own change says.

use keys::{ClaimKey, EnvelopeKey};
use ledger::{Claim, RedEnvelopeId};
use shielded::MadeEnvelope;
use types::{Abc, Amount, ChainId, OpenId, Round};

use super::{ClaimAttempt, GiftPart, KnownGift, Rest, ShareTo};
use crate::Change;

/// What may come back of a red envelope that this account has given out of the private pool, and of
/// which this profile knows nothing else: another device gave it, or this account before it was
/// restored from its words. Its change told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundRest {
    /// Where its key comes from, and its end.
    pub made: MadeEnvelope,
    /// The digest of the bundle that made it.
    pub bundle: [u8; 32],
    /// What comes back.
    pub rest: Rest,
}

/// Names what waits under a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwedId {
    /// A part of a red envelope, as told by this contact.
    Part(RedEnvelopeId, OpenId, GiftPart),
    /// What came back of one that this profile does not know, by its key.
    Found([u8; 32]),
}

/// What waits under a key, and nothing is under way for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owed {
    /// What it is.
    pub id: OwedId,
    /// Of which red envelope.
    pub envelope: RedEnvelopeId,
    /// Who gave it; `None` for what comes back to us.
    pub giver: Option<OpenId>,
    /// Its key.
    pub key: [u8; 32],
    /// Where it is to go.
    pub to: ShareTo,
    /// How much it is.
    pub amount: Amount<Abc>,
}

/// What a profile keeps of something that waits.
#[derive(Debug, PartialEq, Eq)]
pub enum Kept {
    /// The red envelope that it is a part of.
    Part(Box<KnownGift>, GiftPart),
    /// What has come back of one that it does not know.
    Found(Box<FoundRest>),
}

impl FoundRest {
    /// Of a red envelope that a bundle of ours has made.
    #[must_use]
    pub fn new(
        (made, bundle): (MadeEnvelope, [u8; 32]),
        (chain, own): (ChainId, &EnvelopeKey),
    ) -> Self {
        let key = own.refund_key(chain, &made.root).public();
        Self { made, bundle, rest: Rest::new(key) }
    }

    /// True if the ledger tells in this round what has come back, and that is not known for good.
    #[must_use]
    pub fn is_due(&self, round: Round) -> bool {
        round > self.made.expiry && !self.rest.is_over()
    }

    /// Takes the key's record as proved in this round. Before the end it says nothing.
    #[must_use]
    pub fn after(mut self, claim: Option<Claim>, round: Round) -> Self {
        if self.is_due(round) {
            self.rest.take(claim, round);
        }
        self
    }

    /// What waits, and nothing is under way for.
    #[must_use]
    pub const fn owed(&self) -> Option<Owed> {
        let Some(Claim::Waiting { envelope, amount }) = self.rest.claim else { return None };
        if self.rest.taking.attempt.is_some() {
            return None;
        }
        let (key, to) = (self.rest.taking.key, self.rest.taking.to);
        Some(Owed { id: OwedId::Found(key), envelope, giver: None, key, to, amount })
    }
}

impl KnownGift {
    /// What waits of a part, and nothing is under way for.
    #[must_use]
    pub fn owed(&self, part: GiftPart) -> Option<Owed> {
        let (to, amount) = self.to_collect(part)?;
        let (envelope, key) = (self.id(), self.taking_of(part)?.key);
        let giver = match part {
            GiftPart::Share => Some(self.contact),
            GiftPart::Rest => None,
        };
        let id = OwedId::Part(envelope, self.contact, part);
        Some(Owed { id, envelope, giver, key, to, amount })
    }
}

impl Kept {
    /// What waits, and nothing is under way for.
    #[must_use]
    pub fn owed(&self) -> Option<Owed> {
        match self {
            Self::Part(known, part) => known.owed(*part),
            Self::Found(found) => found.owed(),
        }
    }

    /// The key that signs for it.
    #[must_use]
    pub fn key(&self, own: &EnvelopeKey, chain: ChainId) -> Option<ClaimKey> {
        match self {
            Self::Part(known, part) => known.key_of(*part, own, chain),
            Self::Found(found) => found.rest.signer(&found.made.root, own, chain),
        }
    }

    /// What is to be saved before that which takes it is sent, with the digest of its bundle if it
    /// has one.
    #[must_use]
    pub fn taken_by(self, attempt: ClaimAttempt, bundle: Option<[u8; 32]>) -> Change {
        match self {
            Self::Part(mut known, part) => {
                if let Some(taking) = known.taking_of_mut(part) {
                    taking.attempt = Some(attempt);
                }
                if let Some(rest) = known.rest.as_mut().filter(|_| part == GiftPart::Rest) {
                    rest.bundle = bundle.or(rest.bundle);
                }
                Change::SaveGift(known)
            }
            Self::Found(mut found) => {
                found.rest.taking.attempt = Some(attempt);
                found.rest.bundle = bundle.or(found.rest.bundle);
                Change::SaveFoundRest(found)
            }
        }
    }
}
