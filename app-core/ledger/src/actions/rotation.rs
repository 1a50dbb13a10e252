//! The way out once ECDSA is switched off: for a key that was never shown, and announced before
//! (`money-and-mail.md` A10, "Switch-off rule").
//!
//! Whoever can compute a private key from a public one sees it for the first time in the very
//! transaction that moves it, and could send one of his own. He cannot have committed to it a hundred
//! rounds before.

use super::{Act, Action, Signer};
use crate::draft::Draft;
use crate::witness::signers;
use crate::{AddKey, Flag, Flags, Rejection, RetireKey, Transaction, flags_key};
use ::keys::PublicKey;
use types::{Address, AddressKind, Round};
use wire::{Decode, DecodeError, Encode, Reader, Writer, hash};

/// How many rounds lie between a commitment and the move at least.
pub const ROTATION_ROUNDS: u64 = 100;

/// Commits to moving an account from one key to another; any account pays for it, and which one is
/// moved is not seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommitRotation {
    /// The position of the source that pays.
    pub source: u8,
    /// [`rotation_hash`].
    pub hash: [u8; 32],
}

/// Opens a commitment behind the two actions that make the move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenRotation {
    /// The position of the source that is moved.
    pub source: u8,
    /// What its commitment was made with.
    pub salt: [u8; 32],
}

/// What a commitment is: SHA-256("bcm-rotate-v1" ‖ home ‖ ECDSA key ‖ Falcon key ‖ salt).
#[must_use]
pub fn rotation_hash(home: Address, old: &PublicKey, new: &PublicKey, salt: &[u8; 32]) -> [u8; 32] {
    hash("bcm-rotate-v1", &[&home.to_bytes(), &old.to_bytes(), &new.to_bytes(), salt])
}

/// Where the round lies in which a commitment was made: `rotation/` ‖ hash.
#[must_use]
pub fn rotation_key(hash: &[u8; 32]) -> Vec<u8> {
    [b"rotation/".as_slice(), hash].concat()
}

impl Act for CommitRotation {
    fn source(&self) -> Option<u8> {
        Some(self.source)
    }

    /// All it does to the account is to cost the fee.
    fn needs_strongest(&self) -> bool {
        false
    }

    /// Whoever copies a commitment does not hinder it: the first one counts.
    fn perform(&self, draft: &mut Draft<'_>) -> Result<(), Rejection> {
        let key = rotation_key(&self.hash);
        if draft.read::<Round>(&key)?.is_none() {
            draft.write(key, &draft.block.context().round);
        }
        Ok(())
    }
}

impl Act for OpenRotation {
    fn source(&self) -> Option<u8> {
        Some(self.source)
    }

    fn perform(&self, draft: &mut Draft<'_>) -> Result<(), Rejection> {
        let (home, now) = (draft.home(self.source)?, draft.block.context().round);
        let account = draft.peek(home)?.ok_or(Rejection::NoRotation)?;
        // Both keys came with this transaction, and the first is over.
        let [old, new] = account.slots.as_slice() else { return Err(Rejection::NoRotation) };
        if (old.added, old.retired, new.added, new.retired) != (now, Some(now), now, None) {
            return Err(Rejection::NoRotation);
        }
        let key = rotation_key(&rotation_hash(home, &old.key, &new.key, &self.salt));
        let since = draft.read::<Round>(&key)?.ok_or(Rejection::NoRotation)?;
        if since.plus(ROTATION_ROUNDS) > now {
            return Err(Rejection::NoRotation);
        }
        draft.remove(key);
        Ok(())
    }
}

/// Refuses every ECDSA signature once they are switched off, but for that of the move.
pub(crate) fn check_signers(draft: &Draft<'_>, tx: &Transaction) -> Result<(), Rejection> {
    let flags = draft.read::<Flags>(&flags_key())?.unwrap_or_default();
    if !flags.is_off(Flag::EcdsaOff, draft.block.context().round) {
        return Ok(());
    }
    let is_weak = |kind| kind == AddressKind::Ecdsa;
    let beside = signers(tx).any(|signer| match signer {
        Signer::Key(key) => is_weak(key.kind()),
        Signer::Address(address) => is_weak(address.kind),
        Signer::Ed25519(_) => false,
    });
    let sources = tx.sources.iter().enumerate();
    let mut weak = sources.filter(|(_, source)| is_weak(source.address.kind));
    let passes = match (weak.next(), weak.next()) {
        (None, _) => true,
        (Some((at, source)), None) => source.reveal.is_some() && moves(tx, at, source.address),
        (Some(_), Some(_)) => false,
    };
    if passes && !beside { Ok(()) } else { Err(Rejection::EcdsaOff) }
}

/// True for exactly the move of this source, with its commitment.
fn moves(tx: &Transaction, at: usize, address: Address) -> bool {
    let here = |source: u8| usize::from(source) == at;
    matches!(
        tx.actions.as_slice(),
        [
            Action::AddKey(AddKey { source: adds, key }),
            Action::RetireKey(RetireKey { source: retires, address: retired }),
            Action::OpenRotation(OpenRotation { source: opens, .. }),
        ] if [*adds, *retires, *opens].into_iter().all(here)
            && *retired == address
            && key.kind() == AddressKind::Falcon
    )
}

impl Encode for CommitRotation {
    fn encode(&self, w: &mut Writer) {
        w.u8(self.source);
        w.fixed(&self.hash);
    }
}

impl Decode for CommitRotation {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { source: r.u8()?, hash: r.fixed()? })
    }
}

impl Encode for OpenRotation {
    fn encode(&self, w: &mut Writer) {
        w.u8(self.source);
        w.fixed(&self.salt);
    }
}

impl Decode for OpenRotation {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { source: r.u8()?, salt: r.fixed()? })
    }
}
