//! From a wish to a signed transaction.

use keys::PublicKey;
use ledger::{Account, Action, Params, Pay, Prices, Source, Transaction};
use rand_core::CryptoRng;
use std::collections::BTreeSet;
use types::{Abc, Address, Amount, ChainId, OpenId, Round, Timestamp};
use wire::Encode;

use crate::signer::{Keyring, is_key_shown, joining, knows, signer_at};
use crate::{Attempt, Payment, PaymentKind, PaymentState};

/// How many rounds a payment may wait for its block (`money-and-mail.md` A9).
pub(crate) const PATIENCE: u64 = 600;

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
    /// Its parameters, prices among them.
    pub params: &'a Params,
    /// The newest round whose header has been checked.
    pub round: Round,
    /// Our account as proved; `None` while nobody has paid it.
    pub account: Option<&'a Account>,
    /// Whether the payee has a record on the ledger, as proved.
    pub payee_exists: bool,
    /// Our payments that are neither final nor dead.
    pub open: &'a [Payment],
}

impl<'a> Ground<'a> {
    /// The price epoch of the next block, and its table.
    pub(crate) fn prices(&self) -> (u32, &'a Prices) {
        self.params.prices_at(self.round.next())
    }
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
    /// Only a Falcon address is safe from quantum computers.
    #[error("everything is moved to a Falcon address only; it begins with F")]
    NotFalcon,
    /// A payment under way would be lost behind the move.
    #[error("a payment is under way; it has to be final first")]
    PaymentUnderWay,
    /// A key signs for the account that does not follow from these words.
    #[error("this account is signed for by a key that this profile does not have")]
    ForeignKey,
    /// After the switch-off: the ECDSA key stands on the ledger.
    #[error(
        "ECDSA is switched off, and the ledger shows this account's ECDSA key since it signed first: \
         whoever can compute private keys could move the account as well, so that nobody moves it any \
         more"
    )]
    KeyShown,
    /// After the switch-off: a Falcon key signs already.
    #[error("this account has a Falcon key already")]
    FalconJoined,
    /// After the switch-off: nobody has committed to the move.
    #[error("ECDSA is switched off: somebody else's account has to commit to this move first")]
    RotationNeeded,
    /// After the switch-off: the commitment is too young.
    #[error("the move is committed to; it can be made from round {} on, in {left} rounds", .from.0)]
    RotationWaits {
        /// The first round that may hold it.
        from: Round,
        /// How many rounds are left until then.
        left: u64,
    },
    /// The account that is to move would have to sign before.
    #[error(
        "this commits to the move of your own account, whose key must not sign before: somebody \
         else's account has to pay for it"
    )]
    OwnRotation,
    /// A red envelope has 1 to 100 shares.
    #[error("a red envelope has 1 to 100 shares")]
    Shares,
    /// The pool is not known well enough to spend from it.
    #[error("the private pool has to be read first; try again")]
    PoolUnknown,
    /// Each share must be worth more than its claim costs.
    #[error("at least {0} ABC must be in a red envelope of so many shares")]
    SharesTooSmall(Amount<Abc>),
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

/// What it would cost the account whose first key this is to pay an address now. Signs nothing; [`plan`]
/// asks the same question, so that it says neither another fee nor another refusal.
///
/// # Errors
/// [`Refusal`] says why it cannot be paid.
pub fn quote(
    to: Address,
    amount: Amount<Abc>,
    ground: Ground<'_>,
    first: &PublicKey,
) -> Result<Quote, Refusal> {
    priced(to, amount, ground, first).map(|(_, quote)| quote)
}

/// Signs a payment for a wish, with the lowest free nonce and the strongest key that will be active
/// then.
///
/// # Errors
/// [`Refusal`] says why not; nothing has been signed then.
pub fn plan(
    wish: Wish,
    ground: Ground<'_>,
    keys: &Keyring<'_>,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Result<Payment, Refusal> {
    let (transaction, _) = priced(wish.to, wish.amount, ground, &keys.ecdsa.public())?;
    signed(wish, transaction, keys, (now, rng))
}

/// Signs the one transaction of a wish.
pub(crate) fn signed<R: CryptoRng>(
    wish: Wish,
    transaction: Transaction,
    keys: &Keyring<'_>,
    (now, rng): (Timestamp, &mut R),
) -> Result<Payment, Refusal> {
    let attempt = sign(transaction, keys, rng)?;
    let Wish { to, contact, amount, memo } = wish;
    let (kind, intent) = (PaymentKind::Pay, intent(rng));
    let state = PaymentState::Queued;
    Ok(Payment { intent, kind, to, contact, amount, memo, created: now, attempt, state })
}

/// Names a new wish.
pub(crate) fn intent(rng: &mut impl CryptoRng) -> [u8; 16] {
    let mut intent = [0; 16];
    rng.fill_bytes(&mut intent);
    intent
}

/// The attempt of a transaction with one source: its key signs, then every key that it adds.
pub(crate) fn sign(
    mut transaction: Transaction,
    keys: &Keyring<'_>,
    rng: &mut impl CryptoRng,
) -> Result<Attempt, Refusal> {
    let source = transaction.sources.first().ok_or(Refusal::ForeignKey)?;
    let nonce = source.nonce;
    let mut signers = vec![source.address];
    signers.extend(transaction.actions.iter().filter_map(joining).map(PublicKey::address));
    let sighash = transaction.sighash();
    let slots = signers.into_iter().map(|address| keys.sign(address, &sighash, rng));
    transaction.witness = slots.collect::<Option<_>>().ok_or(Refusal::ForeignKey)?;
    Ok(Attempt {
        tx: transaction.id(),
        bytes: transaction.to_bytes(),
        fee: transaction.fee,
        nonce,
        expiry: transaction.expiry,
    })
}

/// The transaction without a signature, and what it costs, if it may be signed.
fn priced(
    to: Address,
    amount: Amount<Abc>,
    ground: Ground<'_>,
    first: &PublicKey,
) -> Result<(Transaction, Quote), Refusal> {
    if amount.is_zero() {
        return Err(Refusal::Zero);
    }
    if to == first.address() || knows(ground, to) {
        return Err(Refusal::ToSelf);
    }
    let transaction = draft(vec![Action::Pay(Pay { source: 0, to, amount })], ground, first)?;
    let quote = affordable(to, amount, &transaction, ground)?;
    let least = least(ground);
    if amount < least {
        return Err(Refusal::BelowMinimum(least));
    }
    Ok((transaction, quote))
}

/// What a transaction that takes this amount costs, if there is as much.
pub(crate) fn affordable(
    to: Address,
    amount: Amount<Abc>,
    transaction: &Transaction,
    ground: Ground<'_>,
) -> Result<Quote, Refusal> {
    let fee = transaction.fee;
    let available = available(ground.account, ground.open);
    let total = amount.plus(fee).unwrap_or(Amount::new(u64::MAX));
    if total > available {
        return Err(Refusal::Insufficient { needed: total, available });
    }
    Ok(Quote { to, amount, fee, total, available })
}

/// What open payments will take, fees included.
#[must_use]
pub fn pending_out(open: &[Payment]) -> Amount<Abc> {
    open.iter().fold(Amount::ZERO, |sum, payment| {
        let whole = payment.amount.plus(payment.attempt.fee);
        whole.and_then(|whole| sum.plus(whole)).unwrap_or(Amount::new(u64::MAX))
    })
}

/// Final money that nothing under way takes. A sweep takes whatever is there when its turn comes.
pub(crate) fn available(account: Option<&Account>, open: &[Payment]) -> Amount<Abc> {
    if open.iter().any(|payment| payment.kind == PaymentKind::Sweep) {
        return Amount::ZERO;
    }
    let total = account.map_or(Amount::ZERO, |account| account.abc);
    total.minus(pending_out(open)).unwrap_or(Amount::ZERO)
}

fn least(ground: Ground<'_>) -> Amount<Abc> {
    least_for(ground.params, ground.round, ground.payee_exists)
}

/// The least that an address may be paid.
pub(crate) fn least_for(params: &Params, round: Round, payee_exists: bool) -> Amount<Abc> {
    // Prices of a genesis that was checked do not overflow.
    let (_, prices) = params.prices_at(round.next());
    let least = prices.least_pay().unwrap_or(Amount::new(u64::MAX));
    let new = Amount::new(prices.existential);
    if payee_exists { least } else { least.max(new) }
}

/// The lowest nonce that no payment under way uses. The ledger takes nonces in order: behind one that
/// a dead payment has left free, all others would wait until they are dead, too.
pub(crate) fn free_nonce(account: Option<&Account>, open: &[Payment]) -> u64 {
    let used: BTreeSet<u64> = open.iter().map(|payment| payment.attempt.nonce).collect();
    let proved = account.map_or(0, |account| account.nonce);
    (proved..u64::MAX).find(|nonce| !used.contains(nonce)).unwrap_or(u64::MAX)
}

/// A transaction of our account with its fee, still without signatures.
pub(crate) fn draft(
    actions: Vec<Action>,
    ground: Ground<'_>,
    first: &PublicKey,
) -> Result<Transaction, Refusal> {
    let nonce = free_nonce(ground.account, ground.open);
    let key = signer_at(nonce, ground, first)?;
    // The first transaction of an account shows its key; an open one before it does so.
    let reveal = !is_key_shown(ground.account)
        && ground.open.iter().all(|payment| payment.attempt.nonce > nonce);
    let (price_epoch, prices) = ground.prices();
    let mut transaction = Transaction {
        version: Transaction::VERSION,
        chain: ground.chain,
        expiry: ground.round.plus(PATIENCE),
        price_epoch,
        bundle: None,
        sources: vec![Source {
            address: key.address(),
            nonce,
            reveal: reveal.then(|| key.clone()),
        }],
        fee: Amount::ZERO,
        actions,
        witness: vec![],
    };
    transaction.fee = transaction.fee_needed(prices).unwrap_or(Amount::new(u64::MAX));
    Ok(transaction)
}
