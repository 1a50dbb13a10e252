//! Which key signs for the account, now and behind a move that is under way.

use keys::{EcdsaKey, FalconKey, PublicKey};
use ledger::{Account, Action, Transaction};
use rand_core::CryptoRng;
use types::{Address, AddressKind};
use wire::Decode;

use crate::{Ground, Payment, PaymentKind, Refusal};

/// The operation keys that follow from the words.
#[derive(Debug, Clone, Copy)]
pub struct Keyring<'a> {
    /// The first one, which names the account.
    pub ecdsa: &'a EcdsaKey,
    /// The one that it moves to. It takes long to make: `None` where [`signer`] says that it is not
    /// needed.
    pub falcon: Option<&'a FalconKey>,
}

impl Keyring<'_> {
    /// A signature by the key behind this address, `None` if it is not here. What is signed is a hash
    /// under a tag of its own.
    #[must_use]
    pub fn sign(
        &self,
        address: Address,
        sighash: &[u8; 32],
        rng: &mut impl CryptoRng,
    ) -> Option<Vec<u8>> {
        if self.ecdsa.public().address() == address {
            return Some(self.ecdsa.sign(sighash).to_vec());
        }
        let falcon = self.falcon.filter(|key| key.public().address() == address)?;
        Some(falcon.sign(sighash, rng).to_vec())
    }
}

/// The key that signs what is planned next, for the account whose first key this is.
///
/// # Errors
/// [`Refusal::ForeignKey`] if it can be none of ours.
pub fn signer(ground: Ground<'_>, first: &PublicKey) -> Result<PublicKey, Refusal> {
    signer_at(crate::plan::free_nonce(ground.account, ground.open), ground, first)
}

/// The strongest key that is active once all nonces before this one are used up.
pub(crate) fn signer_at(
    nonce: u64,
    ground: Ground<'_>,
    first: &PublicKey,
) -> Result<PublicKey, Refusal> {
    // One whose nonce was taken by another device's transaction adds nothing any more.
    let proved = ground.account.map_or(0, |account| account.nonce);
    let before =
        ground.open.iter().filter(|payment| (proved..nonce).contains(&payment.attempt.nonce));
    if let Some(key) = before.filter_map(added).next_back() {
        return Ok(key);
    }
    match ground.account {
        Some(account) if !account.slots.is_empty() => {
            strongest(account).cloned().ok_or(Refusal::ForeignKey)
        }
        Some(_) | None => Ok(first.clone()),
    }
}

/// True once a block has shown a key of this account: until then nobody knows more of it than a hash,
/// which no quantum computer undoes.
#[must_use]
pub fn is_key_shown(account: Option<&Account>) -> bool {
    account.is_some_and(|account| !account.slots.is_empty())
}

/// The key that signs for an account: Falcon before ECDSA (`money-and-mail.md` A1), the newest one of
/// a kind; `None` if it has none yet.
#[must_use]
pub fn strongest(account: &Account) -> Option<&PublicKey> {
    let keys = account.active().map(|slot| &slot.key);
    keys.max_by_key(|key| match key.kind() {
        AddressKind::Ecdsa => 0,
        AddressKind::Falcon => 1,
    })
}

/// True if an address belongs to our account: its home, a key that it has or had, or one that is about
/// to join it.
pub(crate) fn knows(ground: Ground<'_>, address: Address) -> bool {
    let own = |account: &Account| account.home == address || account.slot(address).is_some();
    let joins = |payment: &Payment| added(payment).is_some_and(|key| key.address() == address);
    ground.account.is_some_and(own) || ground.open.iter().any(joins)
}

/// The key that a move in place adds.
fn added(payment: &Payment) -> Option<PublicKey> {
    if payment.kind != PaymentKind::Migrate {
        return None;
    }
    let transaction = Transaction::from_bytes(&payment.attempt.bytes).ok()?;
    transaction.actions.iter().find_map(joining).cloned()
}

/// The key that an action adds.
pub(crate) fn joining(action: &Action) -> Option<&PublicKey> {
    if let Action::AddKey(add) = action { Some(&add.key) } else { None }
}
