//! Signing a red envelope, and a claim of a share.

use keys::{ClaimKey, Claimer, EnvelopeKey};
use ledger::{
    Action, ClaimEnvelope, CreateEnvelope, Gift, GiftTree, MAX_SHARES, Params, Prices, RefundTo,
    Transaction,
};
use rand_core::CryptoRng;
use types::{Abc, Address, Amount, ChainId, OpenId, Round, Timestamp};
use wire::Encode;
use zeroize::Zeroizing;

use super::{ClaimAttempt, KnownGift};
use crate::plan::{PATIENCE, affordable, draft, signed};
use crate::signer::Keyring;
use crate::{Ground, Payment, Refusal, Wish};

/// What a person wants to give.
#[derive(Debug)]
pub struct GiftWish {
    /// The contact in whose chat it is.
    pub contact: OpenId,
    /// All of it.
    pub total: Amount<Abc>,
    /// In how many shares.
    pub shares: u8,
    /// True if chance is to divide it.
    pub lucky: bool,
    /// What is said with it.
    pub greeting: String,
    /// The last round that may hold a claim.
    pub expiry: Round,
    /// Envelope keys of those who may claim; `None` for the one member whose key is not known, who
    /// is given a claim key of its own.
    pub members: Vec<Option<[u8; 32]>>,
}

/// Signs a red envelope, and says what its members are to be told.
///
/// # Errors
/// [`Refusal`] says why not; nothing has been signed then.
pub fn plan_gift<R: CryptoRng>(
    wish: GiftWish,
    ground: Ground<'_>,
    keys: &Keyring<'_>,
    (now, rng): (Timestamp, &mut R),
) -> Result<(Payment, KnownGift), Refusal> {
    let first = keys.ecdsa.public();
    let home = ground.account.map_or(first.address(), |account| account.home);
    let mut salt = [0; 32];
    rng.fill_bytes(&mut salt);
    let (claimers, seed) = claimers(&wish.members, rng);
    let root = GiftTree::new(ground.chain, &salt, &claimers).root();
    let GiftWish { contact, total, shares, lucky, greeting, expiry, .. } = wish;
    check(total, shares, ground.prices().1)?;
    let refund_to = RefundTo::Account(home);
    let create = CreateEnvelope { source: 0, total, shares, lucky, root, expiry, refund_to };
    let transaction = draft(vec![Action::CreateEnvelope(create)], ground, &first)?;
    affordable(home, total, &transaction, ground)?;
    let memo = Some(greeting.clone()).filter(|text| !text.is_empty());
    let wish = Wish { to: home, contact: Some(contact), amount: total, memo };
    let payment = signed(wish, transaction, keys, (now, rng))?;
    let (tx, by) = (payment.attempt.tx, payment.attempt.expiry);
    let gift = Gift { tx, by, total, shares, lucky, expiry, salt, claimers, greeting, seed };
    Ok((payment, KnownGift::told(gift, contact, true, now)))
}

/// What the ledger asks of a red envelope.
pub(crate) fn check(total: Amount<Abc>, shares: u8, prices: &Prices) -> Result<(), Refusal> {
    if total.is_zero() {
        return Err(Refusal::Zero);
    }
    if !(1..=MAX_SHARES).contains(&shares) {
        return Err(Refusal::Shares);
    }
    // Prices of a genesis that was checked do not overflow.
    let share = prices.claim().and_then(|fee| fee.plus(Amount::new(1)));
    let least = share.and_then(|share| share.units().checked_mul(u64::from(shares)));
    let least = Amount::new(least.unwrap_or(u64::MAX));
    if total < least { Err(Refusal::SharesTooSmall(least)) } else { Ok(()) }
}

pub(super) fn claimers(
    members: &[Option<[u8; 32]>],
    rng: &mut impl CryptoRng,
) -> (Vec<Claimer>, Option<Zeroizing<[u8; 32]>>) {
    let mut given = None;
    let mut claimers: Vec<_> = members
        .iter()
        .map(|member| match member {
            Some(key) => Claimer::Member(*key),
            None => {
                let mut seed = Zeroizing::new([0; 32]);
                rng.fill_bytes(seed.as_mut_slice());
                let key = ClaimKey::given(*seed).public();
                given = Some(seed);
                Claimer::Given(key)
            }
        })
        .collect();
    claimers.sort_unstable();
    claimers.dedup();
    (claimers, given)
}

/// Signs a claim of our share, which waits under its key if nobody is to be paid; `None` if the red envelope has none for this key, or if no fee can be
/// told.
#[must_use]
pub fn plan_claim(
    gift: &Gift,
    key: &ClaimKey,
    (chain, params, round): (ChainId, &Params, Round),
    pay_to: Option<Address>,
) -> Option<ClaimAttempt> {
    let (index, path) = gift.tree(chain).path(&key.public())?;
    let (envelope, key_bytes) = (gift.id(), key.public());
    let claim = ClaimEnvelope { envelope, key: key_bytes, index, path, pay_to };
    let (price_epoch, prices) = params.prices_at(round.next());
    let mut transaction = Transaction {
        version: Transaction::VERSION,
        chain,
        expiry: round.plus(PATIENCE).min(gift.expiry),
        price_epoch,
        sources: vec![],
        fee: Amount::ZERO,
        actions: vec![Action::ClaimEnvelope(Box::new(claim))],
        bundle: None,
        witness: vec![vec![0; 64]],
    };
    transaction.fee = transaction.fee_needed(prices)?;
    transaction.witness = vec![key.sign(&transaction.sighash()).to_vec()];
    let (tx, bytes, expiry) = (transaction.id(), transaction.to_bytes(), transaction.expiry);
    Some(ClaimAttempt { tx, bytes, expiry, taken: None })
}

/// The claim key that this account has in a red envelope, if it has one. The key that we have made
/// for somebody whose own is not known is not ours to use.
#[must_use]
pub fn own_claim_key(known: &KnownGift, own: &EnvelopeKey, chain: ChainId) -> Option<ClaimKey> {
    let gift = &known.gift;
    if gift.claimers.contains(&Claimer::Member(own.public())) {
        return own.claim_key(chain, &gift.salt);
    }
    let seed = gift.seed.as_ref().filter(|_| !known.made)?;
    let given = ClaimKey::given(**seed);
    gift.claimers.contains(&Claimer::Given(given.public())).then_some(given)
}
