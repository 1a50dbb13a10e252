//! Money into the pool: a transaction of its own, of a round amount, paid by the account.
//!
//! What it shows is that this account has put so much in, and nothing of what becomes of it. A payment
//! is never part of it (`money-and-mail.md` A4, B2; `shielded-pool.md` 2.5).

use crate::plan::{affordable, draft as order_of, intent, sign};
use crate::private::choose::split;
use crate::{Ground, Keyring, Payment, PaymentKind, PaymentState, Refusal};
use keys::PublicKey;
use ledger::Transaction;
use rand_core::CryptoRng;
use shielded::{Anchor, Draft, Memo, Output, Plan, Purpose, SpendingKey, ViewingKey};
use types::{Abc, Amount, Timestamp};

/// Into how many notes a top-up is split: payments need not wait for one another then, and two cost
/// no more than one.
const PARTS: usize = 2;

/// The amount to put in if so much is needed: the next of 1, 2, 5, 10, 20, 50 … ABC, or of as many
/// thousandths; if the account does not have it, what is needed and no more.
#[must_use]
pub fn round_amount(needed: Amount<Abc>, available: Amount<Abc>) -> Amount<Abc> {
    let mut step: u64 = 1_000;
    while let Some(next) = step.checked_mul(10) {
        for times in [1, 2, 5] {
            let amount = Amount::new(step.saturating_mul(times));
            if amount >= needed {
                return if amount <= available { amount } else { needed };
            }
        }
        step = next;
    }
    needed
}

/// What the bundle of a top-up is to be, if the account can pay it.
///
/// # Errors
/// [`Refusal`]; nothing is signed then.
pub fn plan_top_up(
    amount: Amount<Abc>,
    (ground, first): (Ground<'_>, &PublicKey),
    (key, anchor): (&ViewingKey, Anchor),
    id: &[u8],
) -> Result<Plan, Refusal> {
    if amount.is_zero() {
        return Err(Refusal::Zero);
    }
    let to = key.own_address(ground.chain, id).ok_or(Refusal::PoolUnknown)?;
    let mut order = order_of(vec![], ground, first)?;
    let (_, prices) = ground.prices();
    order.fee = order.fee_with(prices, PARTS).unwrap_or(Amount::new(u64::MAX));
    affordable(first.address(), amount, &order, ground)?;
    let output = |amount| Output { to, amount, memo: Memo::Empty, purpose: Purpose::Change };
    let outputs = split(amount, PARTS).filter(|part| !part.is_zero()).map(output).collect();
    Ok(Plan { anchor, spends: vec![], outputs })
}

/// Signs the top-up that was proved, by the account's key, with its lowest free nonce.
///
/// # Errors
/// [`Refusal`] if the account cannot pay it any more.
pub fn seal_top_up<R: CryptoRng>(
    (amount, draft): (Amount<Abc>, Draft),
    ground: Ground<'_>,
    keys: &Keyring<'_>,
    spending: &SpendingKey,
    (now, rng): (Timestamp, &mut R),
) -> Result<Payment, Refusal> {
    let first = keys.ecdsa.public();
    let order = order_of(vec![], ground, &first)?;
    let (_, prices) = ground.prices();
    let mut order = Transaction {
        version: Transaction::WITH_BUNDLE,
        bundle: Some(Box::new(draft.unsigned())),
        ..order
    };
    order.fee = order.fee_needed(prices).unwrap_or(Amount::new(u64::MAX));
    affordable(first.address(), amount, &order, ground)?;
    let bundle = draft.sign(order.id(), spending, rng).map_err(|_| Refusal::PoolUnknown)?;
    order.bundle = Some(Box::new(bundle));
    let attempt = sign(order, keys, rng)?;
    let (kind, state) = (PaymentKind::TopUp, PaymentState::Queued);
    let (intent, to) = (intent(rng), first.address());
    Ok(Payment {
        intent,
        kind,
        to,
        contact: None,
        amount,
        memo: None,
        created: now,
        attempt,
        state,
    })
}
