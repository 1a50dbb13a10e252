//! The way to Falcon once ECDSA is switched off (`money-and-mail.md` A10, "Switch-off rule"): somebody
//! else's account commits to the move, and a hundred rounds later the account moves itself.
//!
//! What the two tell each other is a hash: who commits learns nothing of the account that is to move.

mod link;

use keys::{FalconKey, PublicKey};
use ledger::{Account, Action, CommitRotation, OpenRotation, ROTATION_ROUNDS, Source, Transaction};
use rand_core::CryptoRng;
use types::{Abc, AddressKind, Amount, Round, Timestamp};
use wire::Decode;

use crate::moves::{pair, payment};
use crate::plan::{affordable, draft, sign};
use crate::signer::is_key_shown;
use crate::{Ground, Keyring, Payment, PaymentKind, Protection, Refusal};

pub use link::{RotationLink, RotationLinkError};

/// How far an account is on its way to Falcon after the switch-off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotation {
    /// Its Falcon key signs, or its ECDSA key still does: it moves like any account, or has moved.
    NotNeeded,
    /// Its ECDSA key was shown on the ledger before: whoever can compute the private key of it could
    /// move the account as well, so that nothing moves it any more.
    KeyShown,
    /// Nobody has committed to its move yet.
    Needed,
    /// Somebody has; it can move from this round on.
    Waits(Round),
    /// It can move.
    Ready,
}

impl Rotation {
    /// What the proved account says, and the round in which its commitment was made, as proved: `round`
    /// is the newest one, and ECDSA is off in the next if `is_off`.
    #[must_use]
    pub fn of(
        account: Option<&Account>,
        is_off: bool,
        committed: Option<Round>,
        round: Round,
    ) -> Self {
        if !is_off || Protection::of(account) != Protection::None {
            return Self::NotNeeded;
        }
        if is_key_shown(account) {
            return Self::KeyShown;
        }
        match committed.map(|since| since.plus(ROTATION_ROUNDS)) {
            None => Self::Needed,
            Some(from) if from > round.next() => Self::Waits(from),
            Some(_) => Self::Ready,
        }
    }
}

/// What committing to somebody's move costs the account whose first key this is.
///
/// # Errors
/// As for [`commit_rotation`].
pub fn commitment_fee(
    hash: [u8; 32],
    ground: Ground<'_>,
    first: &PublicKey,
) -> Result<Amount<Abc>, Refusal> {
    commitment(hash, ground, first).map(|transaction| transaction.fee)
}

/// Signs the commitment to somebody else's move: all it does to our account is to cost the fee. `own` is
/// what our own account would have to be committed to.
///
/// # Errors
/// [`Refusal::OwnRotation`] if it is our account that is to move, which must not sign before it does;
/// [`Refusal::Insufficient`]; nothing has been signed then.
pub fn commit_rotation(
    (hash, own): ([u8; 32], [u8; 32]),
    ground: Ground<'_>,
    keys: &Keyring<'_>,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Result<Payment, Refusal> {
    if hash == own {
        return Err(Refusal::OwnRotation);
    }
    let transaction = commitment(hash, ground, &keys.ecdsa.public())?;
    let payer = transaction.sources.first().ok_or(Refusal::ForeignKey)?.address;
    let attempt = sign(transaction, keys, rng)?;
    // It goes nowhere: what is said of it is the account that pays.
    Ok(payment((PaymentKind::Commit, payer, Amount::ZERO), attempt, now, rng))
}

fn commitment(
    hash: [u8; 32],
    ground: Ground<'_>,
    first: &PublicKey,
) -> Result<Transaction, Refusal> {
    let commit = CommitRotation { source: 0, hash };
    let transaction = draft(vec![Action::CommitRotation(commit)], ground, first)?;
    affordable(first.address(), Amount::ZERO, &transaction, ground)?;
    Ok(transaction)
}

/// The hash that a payment commits to, if it is a commitment.
#[must_use]
pub fn committed_hash(payment: &Payment) -> Option<[u8; 32]> {
    if payment.kind != PaymentKind::Commit {
        return None;
    }
    let transaction = Transaction::from_bytes(&payment.attempt.bytes).ok()?;
    transaction.actions.iter().find_map(|action| {
        if let Action::CommitRotation(commit) = action { Some(commit.hash) } else { None }
    })
}

/// True for what no block takes after the switch-off: signed by an ECDSA key, and no move that opens a
/// commitment.
#[must_use]
pub fn dies_with_ecdsa(payment: &Payment) -> bool {
    let Ok(transaction) = Transaction::from_bytes(&payment.attempt.bytes) else { return false };
    let is_weak = |source: &Source| source.address.kind == AddressKind::Ecdsa;
    let opens = |action: &Action| matches!(action, Action::OpenRotation(_));
    transaction.sources.iter().any(is_weak) && !transaction.actions.iter().any(opens)
}

/// What moving costs the account whose first key the other one is, with its commitment opened.
///
/// # Errors
/// [`Refusal::Insufficient`].
pub fn opening_fee(
    ground: Ground<'_>,
    first: &PublicKey,
    falcon: &PublicKey,
) -> Result<Amount<Abc>, Refusal> {
    // Salts are of one length.
    opening(ground, first, falcon, [0; 32]).map(|transaction| transaction.fee)
}

/// Signs the move of an account whose ECDSA key no block has shown, after the switch-off: the Falcon key
/// joins, the ECDSA key ends, and the commitment made in this round is opened. Payments that the ECDSA
/// key has signed before can be in no block any more and do not count; `ground` must be proved since.
///
/// # Errors
/// [`Refusal`] says why not; nothing has been signed then.
pub fn open_rotation(
    ground: Ground<'_>,
    ecdsa: &keys::EcdsaKey,
    (falcon, salt): (&FalconKey, &[u8; 32]),
    committed: Option<Round>,
    (now, rng): (Timestamp, &mut impl CryptoRng),
) -> Result<Payment, Refusal> {
    match Rotation::of(ground.account, true, committed, ground.round) {
        Rotation::NotNeeded => return Err(Refusal::FalconJoined),
        Rotation::KeyShown => return Err(Refusal::KeyShown),
        Rotation::Needed => return Err(Refusal::RotationNeeded),
        Rotation::Waits(from) => {
            let left = from.0.saturating_sub(ground.round.next().0);
            return Err(Refusal::RotationWaits { from, left });
        }
        Rotation::Ready => {}
    }
    let (first, new) = (ecdsa.public(), falcon.public());
    let transaction = opening(ground, &first, &new, *salt)?;
    let attempt = sign(transaction, &Keyring { ecdsa, falcon: Some(falcon) }, rng)?;
    Ok(payment((PaymentKind::Migrate, new.address(), Amount::ZERO), attempt, now, rng))
}

fn opening(
    ground: Ground<'_>,
    first: &PublicKey,
    falcon: &PublicKey,
    salt: [u8; 32],
) -> Result<Transaction, Refusal> {
    let ground = Ground { open: &[], ..ground };
    let mut actions = pair(ground.account, first, falcon);
    actions.push(Action::OpenRotation(OpenRotation { source: 0, salt }));
    let transaction = draft(actions, ground, first)?;
    affordable(falcon.address(), Amount::ZERO, &transaction, ground)?;
    Ok(transaction)
}
