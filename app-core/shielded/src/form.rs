//! What can be told from a bundle alone, before any proof is looked at: each rule a function.
//!
//! The circuit's crate proves that spends are owned and values add up; it does not know how many
//! actions there may be, which flags we allow, or how much money there is (`shielded-pool.md` 2.4).

use crate::effects::{Action, Effects, MAX_ACTIONS, POOL_VERSION};
use crate::{Bundle, Nullifier, points};
use orchard::Proof;
use std::collections::BTreeSet;

/// More than all money there can be: 18 × 10^9 ABC in smallest units (`money-and-mail.md` B3).
const MAX_BALANCE: u64 = 18_000_000_000_000_000;
/// Actions of a bundle, padding included: a private fee depends on nothing else (B2).
const SIZES: [usize; 4] = [2, 4, 8, MAX_ACTIONS];
/// Real spends and outputs, to any address: a payment.
pub(crate) const FLAGS_PAYMENT: u8 = 0b111;
/// No real spend: value enters the pool.
pub(crate) const FLAGS_SHIELDING: u8 = 0b110;

/// Why a bundle is none, whatever state the ledger is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Not of the one version of the pool.
    #[error("unknown version of the pool")]
    Version,
    /// Not padded to 2, 4, 8 or 16 actions.
    #[error("a bundle has 2, 4, 8 or 16 actions")]
    Count,
    /// Flags that neither a payment nor a shielding bundle has.
    #[error("flags that are not allowed")]
    Flags,
    /// More crosses the border of the pool than there is money.
    #[error("more value than there is")]
    Balance,
    /// A field that is no canonical point, or the identity where that is not allowed.
    #[error("a field that is no point of the curve")]
    Point,
    /// Another length of proof, or number of signatures, than the number of actions asks for.
    #[error("proof or signatures of another length")]
    Proof,
    /// Two actions spend the same note.
    #[error("a note spent twice in one bundle")]
    NullifierTwice,
}

impl Malformed {
    /// The code of this refusal.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Version => "bad_pool_version",
            Self::Count => "bad_action_count",
            Self::Flags => "bad_bundle_flags",
            Self::Balance => "bad_value_balance",
            Self::Point => "bad_point",
            Self::Proof => "bad_proof_length",
            Self::NullifierTwice => "nullifier_twice",
        }
    }
}

/// All rules of this module that effects are held to.
///
/// # Errors
/// The first that is broken.
pub fn check(effects: &Effects) -> Result<(), Malformed> {
    check_version(effects)?;
    check_count(effects)?;
    check_flags(effects)?;
    check_balance(effects)?;
    effects.actions.iter().try_for_each(check_points)?;
    if !points::is_field_element(&effects.anchor.root.0) {
        return Err(Malformed::Point);
    }
    check_nullifiers(effects)
}

/// The pool's version is the one that runs.
///
/// # Errors
/// [`Malformed::Version`].
pub const fn check_version(effects: &Effects) -> Result<(), Malformed> {
    if effects.version == POOL_VERSION { Ok(()) } else { Err(Malformed::Version) }
}

/// There are actions, at most [`MAX_ACTIONS`], and as many as padding gives.
///
/// # Errors
/// [`Malformed::Count`].
pub fn check_count(effects: &Effects) -> Result<(), Malformed> {
    if is_size(effects.actions.len()) { Ok(()) } else { Err(Malformed::Count) }
}

/// A bundle has 2, 4, 8 or 16 actions.
pub(crate) fn is_size(actions: usize) -> bool {
    SIZES.contains(&actions)
}

/// A payment (spends, outputs, any address) or a shielding bundle (no spends). Everything else is
/// refused: switched-off outputs, payments to oneself alone, reserved bits.
///
/// # Errors
/// [`Malformed::Flags`].
pub const fn check_flags(effects: &Effects) -> Result<(), Malformed> {
    match effects.flags {
        FLAGS_PAYMENT | FLAGS_SHIELDING => Ok(()),
        _ => Err(Malformed::Flags),
    }
}

/// What crosses the border is no more than all money there can be, in either direction; and
/// without a spend nothing can leave.
///
/// # Errors
/// [`Malformed::Balance`].
pub const fn check_balance(effects: &Effects) -> Result<(), Malformed> {
    let leaves_from_nothing = effects.flags == FLAGS_SHIELDING && effects.balance > 0;
    if effects.balance.unsigned_abs() > MAX_BALANCE || leaves_from_nothing {
        return Err(Malformed::Balance);
    }
    Ok(())
}

/// Every field is the one encoding of what it should be; `rk` and `epk` are not the identity.
///
/// # Errors
/// [`Malformed::Point`].
pub fn check_points(action: &Action) -> Result<(), Malformed> {
    let good = points::is_point(&action.cv)
        && points::is_field_element(&action.nullifier.0)
        && points::is_spend_key(&action.rk)
        && points::is_field_element(&action.cmx.0)
        && points::is_agreement_key(&action.epk);
    if good { Ok(()) } else { Err(Malformed::Point) }
}

/// No note is spent twice within the bundle.
///
/// # Errors
/// [`Malformed::NullifierTwice`].
pub fn check_nullifiers(effects: &Effects) -> Result<(), Malformed> {
    let distinct: BTreeSet<Nullifier> = effects.nullifiers().collect();
    let all = distinct.len() == effects.actions.len();
    if all { Ok(()) } else { Err(Malformed::NullifierTwice) }
}

/// The proof has the one length that a proof for so many actions has, and each spend a signature.
///
/// # Errors
/// [`Malformed::Proof`].
pub fn check_authorization(bundle: &Bundle) -> Result<(), Malformed> {
    let actions = bundle.effects.actions.len();
    let given = &bundle.authorization;
    let good =
        given.proof.len() == Proof::expected_proof_size(actions) && given.spends.len() == actions;
    if good { Ok(()) } else { Err(Malformed::Proof) }
}
