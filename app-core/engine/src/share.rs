//! How we stand to a red envelope, by what is proved and saved now.

use keys::Claimer;
use ledger::{Claim, Genesis, RedEnvelopeId};
use types::{Abc, Amount, ChainId, OpenId};
use wallet::{GiftPart, KnownGift, Share, ShareTo, collect_fee, own_claim_key};
use wire::Decode;

use crate::flows::attach::no_network_yet;
use crate::flows::give::not_claimed;
use crate::{Fault, Writer};

/// One who has claimed a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taker {
    /// Who, as far as we can tell.
    pub who: Who,
    /// The share without the fee of its claim; `None` until it is drawn.
    pub amount: Option<Amount<Abc>>,
}

/// Whose a claim key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Our own.
    Me,
    /// The contact's in whose chat it is.
    Contact(OpenId),
    /// Of somebody whose envelope key we do not know.
    Somebody,
}

impl Writer {
    /// Our share of a red envelope.
    ///
    /// # Errors
    /// `no_network` for a profile that never saw its network.
    pub async fn share(&self, known: &KnownGift) -> Result<Share, Fault> {
        let network = self.store.network().await?.ok_or_else(no_network_yet)?;
        let key = own_claim_key(known, &self.envelope, network.chain);
        let share = known.share(key.map(|key| key.public()).as_ref());
        let waits = known.to_collect(GiftPart::Share);
        let (Share::Waits(_), Some((to, amount))) = (share, waits) else {
            return Ok(share);
        };
        let params = Genesis::from_bytes(&network.genesis)?.params;
        let fee = collect_fee(&params, known.seen, to);
        Ok(if fee.is_some_and(|fee| amount > fee) { share } else { Share::Stays(amount) })
    }

    /// Who has claimed shares of a red envelope.
    ///
    /// # Errors
    /// `no_network` for a profile that never saw its network; codes of the store.
    pub async fn takers(&self, known: &KnownGift) -> Result<Vec<Taker>, Fault> {
        if known.claims.is_empty() {
            return Ok(vec![]);
        }
        let chain = self.chain().await?;
        let own = own_claim_key(known, &self.envelope, chain).map(|key| key.public());
        let theirs = self.store.envelope_key(known.contact).await?;
        let keys = known.gift.keys(chain);
        let who = |key: &[u8; 32]| match keys.get(key) {
            _ if own.as_ref() == Some(key) => Who::Me,
            Some(Claimer::Member(member)) if Some(*member) == theirs => Who::Contact(known.contact),
            // Only its one reader was told the seed, and only its maker knows which one that is.
            Some(Claimer::Given(_)) if known.made => Who::Contact(known.contact),
            Some(Claimer::Member(_) | Claimer::Given(_)) | None => Who::Somebody,
        };
        let taker = |(key, claim): (&[u8; 32], &Claim)| {
            let amount = match claim {
                Claim::Drawing { .. } | Claim::Reserved { .. } => None,
                Claim::Waiting { amount, .. }
                | Claim::Paid { amount, .. }
                | Claim::Collected { amount, .. } => Some(*amount),
            };
            Taker { who: who(key), amount }
        };
        Ok(known.claims.iter().map(taker).collect())
    }

    /// What has become of our claim: our share once it is proved, `None` while it may still come; and
    /// whether it is ours for good, or still on its way into the pool.
    ///
    /// # Errors
    /// `envelope_empty`, `envelope_over`, `unknown_envelope` if it can never come any more.
    pub async fn claimed(&self, id: RedEnvelopeId) -> Result<Option<(Amount<Abc>, bool)>, Fault> {
        let Some(known) = self.store.gift(id).await? else { return Ok(None) };
        // What came back of one of ours, once it is to go to the account.
        if let Some(rest) = known.rest.as_ref().filter(|rest| rest.taking.to == ShareTo::Account) {
            return Ok(rest.taken().map(|amount| (amount, true)));
        }
        match self.share(&known).await? {
            Share::Got(amount) | Share::Stays(amount) => Ok(Some((amount, true))),
            Share::Waits(amount) => {
                let pool = known.taking.is_some_and(|taking| taking.to == ShareTo::Pool);
                Ok(Some((amount, !pool)))
            }
            Share::Collecting(amount) => Ok(Some((amount, false))),
            Share::Claiming => Ok(None),
            share @ (Share::NotOurs | Share::Unclaimed | Share::Missed) => {
                Err(not_claimed(share, known.state))
            }
        }
    }

    async fn chain(&self) -> Result<ChainId, Fault> {
        let network = self.store.network().await?;
        Ok(network.ok_or_else(no_network_yet)?.chain)
    }
}
