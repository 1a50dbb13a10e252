//! Moving to Falcon (`money-and-mail.md` A10): in place, or by paying everything to a Falcon address.

use keys::{FalconKey, PublicKey};
use ledger::{Account, Action, AddKey, PayAll, RetireKey};
use rand_core::CryptoRng;
use types::{Abc, Address, AddressKind, Amount, Timestamp};

use crate::plan::{available, draft, free_nonce, intent, sign};
use crate::signer::{Keyring, knows, strongest};
use crate::{Attempt, Ground, Payment, PaymentKind, PaymentState, Refusal};

/// How far an account has moved to Falcon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// Its ECDSA key signs alone.
    None,
    /// A Falcon key signs as well; the ECDSA key can still pay, so nothing is safe yet.
    Beside,
    /// Only Falcon keys sign.
    Moved,
}

impl Protection {
    /// What the proved account says.
    #[must_use]
    pub fn of(account: Option<&Account>) -> Self {
        let signs = |kind| {
            account.is_some_and(|account| account.active().any(|slot| slot.key.kind() == kind))
        };
        match (signs(AddressKind::Falcon), signs(AddressKind::Ecdsa)) {
            (true, false) => Self::Moved,
            (true, true) => Self::Beside,
            (false, _) => Self::None,
        }
    }
}

/// What moving in place to this Falcon key costs the account whose first key the other one is.
///
/// # Errors
/// As for [`migrate`].
pub fn migration_fee(
    ground: Ground<'_>,
    first: &PublicKey,
    falcon: &PublicKey,
) -> Result<Amount<Abc>, Refusal> {
    let transaction = draft(pair(ground.account, first, falcon), ground, first)?;
    let (needed, available) = (transaction.fee, available(ground.account, ground.open));
    if needed > available { Err(Refusal::Insufficient { needed, available }) } else { Ok(needed) }
}

/// Signs the move in place: the Falcon key joins, the ECDSA key ends, in one transaction. Of an account
/// that has both, only the ECDSA key ends. One that has moved is not to be moved again: see
/// [`Protection`].
///
/// # Errors
/// [`Refusal`] says why not; nothing has been signed then.
pub fn migrate(
    ground: Ground<'_>,
    keys: &Keyring<'_>,
    falcon: &FalconKey,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Result<Payment, Refusal> {
    let (first, new) = (keys.ecdsa.public(), falcon.public());
    last_in_order(ground)?;
    migration_fee(ground, &first, &new)?;
    let transaction = draft(pair(ground.account, &first, &new), ground, &first)?;
    let keys = Keyring { falcon: Some(falcon), ..*keys };
    let attempt = sign(transaction, &keys, rng)?;
    let wish = (PaymentKind::Migrate, new.address(), Amount::ZERO);
    Ok(payment(wish, attempt, now, rng))
}

/// Signs the sweep: whatever ABC the account holds when its turn comes, less the fee, goes to a Falcon
/// address of somebody else's.
///
/// # Errors
/// [`Refusal`] says why not; nothing has been signed then.
pub fn sweep(
    to: Address,
    ground: Ground<'_>,
    keys: &Keyring<'_>,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Result<Payment, Refusal> {
    let first = keys.ecdsa.public();
    if to.kind != AddressKind::Falcon {
        return Err(Refusal::NotFalcon);
    }
    if knows(ground, to) {
        return Err(Refusal::ToSelf);
    }
    last_in_order(ground)?;
    let transaction = draft(vec![Action::PayAll(PayAll { source: 0, to })], ground, &first)?;
    let available = available(ground.account, ground.open);
    let (_, prices) = ground.prices();
    let least = if ground.payee_exists { 1 } else { prices.existential.max(1) };
    let needed = transaction.fee.plus(Amount::new(least)).unwrap_or(Amount::new(u64::MAX));
    let amount = available.minus(transaction.fee).filter(|_| needed <= available);
    let amount = amount.ok_or(Refusal::Insufficient { needed, available })?;
    let attempt = sign(transaction, keys, rng)?;
    Ok(payment((PaymentKind::Sweep, to, amount), attempt, now, rng))
}

/// What is signed for with a higher nonce would find its key ended, or nothing left.
fn last_in_order(ground: Ground<'_>) -> Result<(), Refusal> {
    let nonce = free_nonce(ground.account, ground.open);
    let behind = ground.open.iter().any(|payment| payment.attempt.nonce > nonce);
    if behind { Err(Refusal::PaymentUnderWay) } else { Ok(()) }
}

/// What is left to do until only the Falcon key signs.
pub(crate) fn pair(
    account: Option<&Account>,
    first: &PublicKey,
    falcon: &PublicKey,
) -> Vec<Action> {
    let retire = Action::RetireKey(RetireKey { source: 0, address: first.address() });
    let beside = account.and_then(strongest) == Some(falcon);
    if beside {
        return vec![retire];
    }
    vec![Action::AddKey(AddKey { source: 0, key: falcon.clone() }), retire]
}

pub(crate) fn payment(
    (kind, to, amount): (PaymentKind, Address, Amount<Abc>),
    attempt: Attempt,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Payment {
    let (intent, state) = (intent(rng), PaymentState::Queued);
    Payment { intent, kind, to, contact: None, amount, memo: None, created: now, attempt, state }
}
