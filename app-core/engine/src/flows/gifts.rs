//! Following red envelopes: what the ledger's records prove of each, until nothing can change.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chat::Standing;
use futures::future::join_all;
use ledger::{Claim, RedEnvelope, claim_key, envelope_key};
use light::{LightError, RecordProof};
use net::{LightNode, NetError};
use rand::RngExt;
use types::{Amount, OpenId, Round};
use wallet::{GiftPart, GiftState, KnownGift, Look, Share, own_claim_key};
use wire::Decode;
use wire::chain::{ChainReply, ChainRequest};

use crate::{Code, Engine, Fault};

/// How often a proof is asked for before its node is refused: for three blocks or so.
const LOOKS: u32 = 15;
/// Between two of them.
const LOOK: Duration = Duration::from_millis(200);

/// How many records are asked for at a time.
const AT_ONCE: usize = 16;
/// How long all of them are looked at in one go.
pub(super) const IN_ALL: Duration = Duration::from_secs(3);

/// Which red envelopes are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    /// All that may still change.
    Open,
    /// Those of which nothing was ever proved.
    New,
}

impl Engine {
    /// Sends on our claims, looks at red envelopes, and saves what is proved of each. It ends in its
    /// time, however much others have told us of: the rest comes next time.
    pub(crate) async fn follow_gifts(
        &mut self,
        node: &LightNode,
        which: Which,
    ) -> Result<(), Fault> {
        self.collect_for_account().await?;
        self.submit_claims(node).await?;
        let mut gifts = self.store.open_gifts().await?;
        // Each costs questions to the network: those of strangers wait until they are accepted, or
        // until one is to be claimed.
        let strangers = self.strangers().await?;
        gifts.retain(|known| known.seen > Round(0) || !strangers.contains(&known.contact));
        let rests = self.due_rests().await?;
        self.gifts_open = !gifts.is_empty() || !rests.is_empty();
        // Not always the same ones first, if there is no time for all.
        let first = rand::rng().random_range(0..gifts.len().max(1));
        gifts.rotate_left(first);
        let looking = async {
            for known in gifts {
                if which == Which::New && known.seen > Round(0) {
                    continue;
                }
                match self.follow_gift(node, known).await {
                    // One that cannot be proved now is no reason to leave the others alone.
                    Err(fault) if fault.is_elsewhere() && !fault.is_offline() => {
                        tracing::info!(code = fault.code(), "a red envelope is looked at later");
                    }
                    done => done?,
                }
            }
            Ok::<(), Fault>(())
        };
        tokio::time::timeout(IN_ALL, looking).await.unwrap_or(Ok(()))?;
        match which {
            Which::Open => self.follow_found_rests(node, rests).await,
            Which::New => Ok(()),
        }
    }

    /// Who asks to be a contact, and is none yet.
    async fn strangers(&self) -> Result<BTreeSet<OpenId>, Fault> {
        let contacts = self.store.contacts().await?;
        let asking = contacts.iter().filter(|contact| contact.standing != Standing::Accepted);
        Ok(asking.map(|contact| contact.account).collect())
    }

    /// Looks at one of which nothing was ever proved, if the network answers in this time.
    pub(crate) async fn look_at_new_gift(
        &mut self,
        known: KnownGift,
        patience: Duration,
    ) -> Result<(), Fault> {
        if known.seen > Round(0) || patience.is_zero() || self.is_known_offline() {
            return Ok(());
        }
        let looking = async {
            let node = self.attach().await?;
            self.follow_gift(&node, known).await
        };
        let looked = tokio::time::timeout(patience, looking).await;
        self.judge(looked)
    }

    async fn follow_gift(&mut self, node: &LightNode, known: KnownGift) -> Result<(), Fault> {
        let chain = self.bound()?.home.chain;
        let own = own_claim_key(&known, &self.keys.envelope, chain).map(|key| key.public());
        let before = mark(&known);
        let look = self.look_at_gift(node, &known).await?;
        let after = known.after(look, own.as_ref());
        let expected = after.state == GiftState::Queued && after.seen <= after.gift.by;
        let moving = match after.share(own.as_ref()) {
            Share::Claiming | Share::Collecting(_) => true,
            Share::Waits(_) => self.is_worth_collecting(after.owed(GiftPart::Share)),
            Share::NotOurs | Share::Unclaimed | Share::Got(_) | Share::Stays(_) | Share::Missed => {
                false
            }
        };
        let rest = after.rest.as_ref().is_some_and(|rest| rest.taking.attempt.is_some());
        let rest = rest || self.is_worth_collecting(after.owed(GiftPart::Rest));
        self.paying |= expected || moving || rest;
        if mark(&after) != before {
            self.store.apply(vec![wallet::Change::SaveGift(Box::new(after)).into()]).await?;
        }
        Ok(())
    }

    async fn look_at_gift(&mut self, node: &LightNode, known: &KnownGift) -> Result<Look, Fault> {
        let (chain, fees) = {
            let network = self.bound()?;
            let next = network.light.round().next();
            let prices = network.genesis.params.prices_at(next).1;
            (network.home.chain, prices.claim().zip(prices.waiting_claim()))
        };
        let key = envelope_key(known.id());
        let (round, record) = self.prove_record::<RedEnvelope>(node, key, Round(0)).await?;
        let mut claims = BTreeMap::new();
        for keys in known.to_look_at(chain, (round, record.as_ref())).chunks(AT_ONCE) {
            let places: Vec<Vec<u8>> = keys.iter().map(claim_key).collect();
            let asked = join_all(places.iter().map(|place| ask_for_record(node, place))).await;
            for ((key, place), asked) in keys.iter().zip(places).zip(asked) {
                // Not before the record: that there is no claim means something only at its time.
                let (_, claim) = self.prove_answered::<Claim>(node, place, asked, round).await?;
                claims.insert(*key, claim);
            }
        }
        // What comes back is there in the very round in which the record goes.
        let over = record.is_none() && round > known.gift.expiry;
        let rest = match known.rest.as_ref().filter(|rest| over && !rest.is_over()) {
            Some(rest) => {
                let place = claim_key(&rest.taking.key);
                let asked = ask_for_record(node, &place).await;
                Some(self.prove_answered::<Claim>(node, place, asked, round).await?.1)
            }
            None => None,
        };
        let claim_fees = fees.unwrap_or((Amount::ZERO, Amount::ZERO));
        Ok(Look { chain, round, record, claims, rest, claim_fees })
    }

    /// What the state holds under a key, proved under a header that we have checked and that is not
    /// older than this round.
    pub(crate) async fn prove_record<T: Decode>(
        &mut self,
        node: &LightNode,
        key: Vec<u8>,
        since: Round,
    ) -> Result<(Round, Option<T>), Fault> {
        let answered = ask_for_record(node, &key).await;
        self.prove_answered(node, key, answered, since).await
    }

    /// The same by what was answered, or else asked again.
    async fn prove_answered<T: Decode>(
        &mut self,
        node: &LightNode,
        key: Vec<u8>,
        mut answered: Result<RecordProof, Fault>,
        since: Round,
    ) -> Result<(Round, Option<T>), Fault> {
        for _ in 0..LOOKS {
            let proof = answered?;
            if proof.round > self.bound()?.light.round() {
                self.follow_headers(node).await?;
            }
            match self.bound()?.light.check_record(&key, &proof) {
                Ok(value) if proof.round >= since => {
                    let value = value.map(T::from_bytes).transpose()?;
                    return Ok((proof.round, value));
                }
                // Another manager, a block behind; or a header that we have not got yet.
                Ok(_) | Err(LightError::UnknownRoot(_)) => {}
                Err(error) => return Err(error.into()),
            }
            tokio::time::sleep(LOOK).await;
            answered = ask_for_record(node, &key).await;
        }
        Err(Fault::new(Code::BadProof, "the node proves only what is long past"))
    }
}

async fn ask_for_record(node: &LightNode, key: &[u8]) -> Result<RecordProof, Fault> {
    let request = ChainRequest::Record { key: key.to_vec() };
    let ChainReply::Record(object) = node.chain(request).await? else {
        return Err(NetError::BadReply.into());
    };
    Ok(RecordProof::from_bytes(&object.0)?)
}

/// What of a red envelope is worth saving when it changes. That nothing has changed a round later is
/// not.
fn mark(known: &KnownGift) -> impl PartialEq + use<> {
    let over = known.seen > known.gift.expiry;
    let seen = known.seen > Round(0);
    let attempts = (known.attempt.clone(), known.taking.clone(), known.rest.clone());
    (known.state, known.record, known.claims.clone(), attempts, over, seen)
}
