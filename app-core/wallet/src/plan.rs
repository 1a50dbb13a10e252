//! From a wish to a signed transaction.

use keys::{EcdsaKey, PublicKey};
use ledger::{Account, Action, Pay, Prices, Source, Transaction};
use rand_core::CryptoRng;
use std::collections::BTreeSet;
use types::{Abc, Address, Amount, ChainId, OpenId, Round, Timestamp};
use wire::Encode;

use crate::{Attempt, Payment, PaymentState};

/// How many rounds a payment may wait for its block (`money-and-mail.md` A9).
const PATIENCE: u64 = 600;

/// What a person asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// Where the money goes.
    pub to: Address,
    /// The contact it is for, if it was named.
    pub contact: Option<OpenId>,
    /// What the payee gets.
    pub amount: Amount<Abc>,
    /// What it is for.
    pub memo: Option<String>,
}

/// What is proved or saved when the wish is made.
#[derive(Debug, Clone, Copy)]
pub struct Ground<'a> {
    /// The network.
    pub chain: ChainId,
    /// Its prices.
    pub prices: &'a Prices,
    /// The newest round whose header has been checked.
    pub round: Round,
    /// Our account as proved; `None` while nobody has paid it.
    pub account: Option<&'a Account>,
    /// Whether the payee has a record on the ledger, as proved.
    pub payee_exists: bool,
    /// Our payments that are neither final nor dead.
    pub open: &'a [Payment],
}

/// Why a wish cannot be granted. Amounts are in it so that the person can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nothing at all is no payment.
    #[error("the amount is zero")]
    Zero,
    /// The payee is the payer.
    #[error("this is your own address")]
    ToSelf,
    /// Less is left than amount and fee.
    #[error("{needed} ABC needed with the fee, {available} ABC available")]
    Insufficient {
        /// Amount and fee.
        needed: Amount<Abc>,
        /// Final balance less what is under way.
        available: Amount<Abc>,
    },
    /// The ledger takes no smaller payment, or none to an address that nobody has used.
    #[error("at least {0} ABC must be paid to this address")]
    BelowMinimum(Amount<Abc>),
}

/// What a payment would cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quote {
    /// Where the money would go.
    pub to: Address,
    /// What the payee would get.
    pub amount: Amount<Abc>,
    /// What it would cost beside that.
    pub fee: Amount<Abc>,
    /// Both together.
    pub total: Amount<Abc>,
    /// Final balance less what is under way.
    pub available: Amount<Abc>,
}

/// What it would cost the account behind this key to pay an address now. Signs nothing; [`plan`]
/// asks the same question, so that it says neither another fee nor another refusal.
///
/// # Errors
/// [`Refusal`] says why it cannot be paid.
pub fn quote(
    to: Address,
    amount: Amount<Abc>,
    ground: Ground<'_>,
    own: &PublicKey,
) -> Result<Quote, Refusal> {
    priced(to, amount, ground, own).map(|(_, quote)| quote)
}

/// Signs a payment for a wish, with the lowest free nonce.
///
/// # Errors
/// [`Refusal`] says why not; nothing has been signed then.
pub fn plan(
    wish: Wish,
    ground: Ground<'_>,
    key: &EcdsaKey,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Result<Payment, Refusal> {
    let (mut transaction, Quote { fee, .. }) = priced(wish.to, wish.amount, ground, &key.public())?;
    transaction.witness = vec![key.sign(&transaction.sighash()).to_vec()];
    let mut intent = [0; 16];
    rng.fill_bytes(&mut intent);
    let attempt = Attempt {
        tx: transaction.id(),
        bytes: transaction.to_bytes(),
        fee,
        nonce: free_nonce(ground.account, ground.open),
        expiry: transaction.expiry,
    };
    let Wish { to, contact, amount, memo } = wish;
    let state = PaymentState::Queued;
    Ok(Payment { intent, to, contact, amount, memo, created: now, attempt, state })
}

/// The transaction without a signature, and what it costs, if it may be signed.
fn priced(
    to: Address,
    amount: Amount<Abc>,
    ground: Ground<'_>,
    own: &PublicKey,
) -> Result<(Transaction, Quote), Refusal> {
    if amount.is_zero() {
        return Err(Refusal::Zero);
    }
    if to == own.address() || ground.account.is_some_and(|account| account.home == to) {
        return Err(Refusal::ToSelf);
    }
    let transaction = draft(to, amount, ground, own);
    let fee = transaction.fee;
    let available = available(ground.account, ground.open);
    let total = amount.plus(fee).unwrap_or(Amount::new(u64::MAX));
    if total > available {
        return Err(Refusal::Insufficient { needed: total, available });
    }
    let least = least(ground);
    if amount < least {
        return Err(Refusal::BelowMinimum(least));
    }
    Ok((transaction, Quote { to, amount, fee, total, available }))
}

/// What open payments will take, fees included.
#[must_use]
pub fn pending_out(open: &[Payment]) -> Amount<Abc> {
    open.iter().fold(Amount::ZERO, |sum, payment| {
        let whole = payment.amount.plus(payment.attempt.fee);
        whole.and_then(|whole| sum.plus(whole)).unwrap_or(Amount::new(u64::MAX))
    })
}

fn available(account: Option<&Account>, open: &[Payment]) -> Amount<Abc> {
    let total = account.map_or(Amount::ZERO, |account| account.abc);
    total.minus(pending_out(open)).unwrap_or(Amount::ZERO)
}

fn least(ground: Ground<'_>) -> Amount<Abc> {
    // Prices of a genesis that was checked do not overflow.
    let least = ground.prices.least_pay().unwrap_or(Amount::new(u64::MAX));
    let new = Amount::new(ground.prices.existential);
    if ground.payee_exists { least } else { least.max(new) }
}

/// The lowest nonce that no payment under way uses. The ledger takes nonces in order: behind one that
/// a dead payment has left free, all others would wait until they are dead, too.
fn free_nonce(account: Option<&Account>, open: &[Payment]) -> u64 {
    let used: BTreeSet<u64> = open.iter().map(|payment| payment.attempt.nonce).collect();
    let proved = account.map_or(0, |account| account.nonce);
    (proved..u64::MAX).find(|nonce| !used.contains(nonce)).unwrap_or(u64::MAX)
}

/// The transaction with its fee, still without a signature.
fn draft(to: Address, amount: Amount<Abc>, ground: Ground<'_>, own: &PublicKey) -> Transaction {
    let nonce = free_nonce(ground.account, ground.open);
    // The first transaction of an account shows its key; an open one before it does so.
    let shown = ground.account.is_some_and(|account| !account.slots.is_empty());
    let first = !shown && ground.open.iter().all(|payment| payment.attempt.nonce > nonce);
    let mut transaction = Transaction {
        version: 1,
        chain: ground.chain,
        expiry: ground.round.plus(PATIENCE),
        price_epoch: 0,
        sources: vec![Source {
            address: own.address(),
            nonce,
            reveal: first.then_some(own.clone()),
        }],
        fee: Amount::ZERO,
        actions: vec![Action::Pay(Pay { source: 0, to, amount })],
        witness: vec![vec![0; own.signature_len()]],
    };
    transaction.fee = transaction.fee_needed(ground.prices).unwrap_or(Amount::new(u64::MAX));
    transaction
}
