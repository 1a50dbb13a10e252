//! Proving that an opening balance is one's own (`money-and-mail.md` B5).
//!
//! A payment from somebody else with the memo `carry-over` would pass as an opening balance. So
//! every action's one-time key signs that this bundle is a move to oneself, padding included, and
//! the owner proves that the new address is his. Both are possible only while the bundle is made.

use crate::effects::MAX_ACTIONS;
use crate::{AddressProof, Draft, Effects, Note, Period, SpendingKey, ViewingKey};
use orchard::keys::SpendAuthorizingKey;
use orchard::primitives::redpallas::{Signature, SpendAuth, VerificationKey};
use rand_core::CryptoRng;
use types::{ChainId, OpenId, TxId};
use wire::{Decode, DecodeError, Encode, Reader, Writer, hash};

/// Which move is claimed to be one to oneself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CarryClaim {
    /// The chain.
    pub chain: ChainId,
    /// The transaction that moves the balance.
    pub transaction: TxId,
    /// The account that says it is all its own.
    pub account: OpenId,
    /// From this period account …
    pub from: Period,
    /// … to this one.
    pub to: Period,
}

/// That whoever authorised every input of a bundle calls it a move to himself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarryProof {
    signatures: Vec<[u8; 64]>,
    owner: AddressProof,
}

impl CarryClaim {
    /// SHA-256("bcm-carry-v1" ‖ chain ‖ tx id ‖ OpenID ‖ from u32 ‖ to u32).
    fn digest(&self) -> [u8; 32] {
        let (from, to) = (self.from.index().to_be_bytes(), self.to.index().to_be_bytes());
        let parts = [&self.chain.0[..], &self.transaction.0, &self.account.0, &from, &to];
        hash("bcm-carry-v1", &parts)
    }
}

impl CarryProof {
    /// True if every action of these effects signs the claim and the note, which one of them makes,
    /// lies at an address of whoever made the proof. That the effects are those of the
    /// transaction is the caller's to check.
    #[must_use]
    pub fn holds(&self, claim: &CarryClaim, effects: &Effects, note: &Note) -> bool {
        let digest = claim.digest();
        let made = effects.actions().iter().any(|action| {
            note.rho == action.nullifier() && note.commitment() == Some(action.commitment())
        });
        let signed = self.signatures.len() == effects.actions().len()
            && effects.actions().iter().zip(&self.signatures).all(|(action, signature)| {
                let key = VerificationKey::<SpendAuth>::try_from(*action.spend_key());
                key.is_ok_and(|key| key.verify(&digest, &Signature::from(*signature)).is_ok())
            });
        made && signed && self.owner.holds(note, &digest)
    }
}

impl Draft {
    /// Makes the proof for a draft that carries a balance over, before [`Draft::sign`]: `key` is
    /// that of the old account, `next` that of the new one. `None` if the draft does anything but
    /// making one note for `next` out of notes of `key`.
    pub fn prove_carry(
        &self,
        claim: &CarryClaim,
        (key, next): (&SpendingKey, &ViewingKey),
        rng: &mut dyn CryptoRng,
    ) -> Option<CarryProof> {
        let [made] = self.made() else { return None };
        if (claim.from, claim.to) != (key.period(), next.period()) {
            return None;
        }
        let digest = claim.digest();
        let authorizing = key.authorizing();
        let mut signatures = Vec::new();
        for action in self.inner.actions() {
            let spend = action.spend();
            let padding = spend.dummy_sk().as_ref().map(SpendAuthorizingKey::from);
            let signer = padding.as_ref().unwrap_or(&authorizing);
            let signer = signer.randomize(spend.alpha().as_ref()?);
            if VerificationKey::from(&signer) != *spend.rk() {
                return None;
            }
            signatures.push((&signer.sign(&mut *rng, &digest)).into());
        }
        let owner = AddressProof::make(next, &made.note, &digest, rng)?;
        Some(CarryProof { signatures, owner })
    }
}

impl Encode for CarryProof {
    fn encode(&self, w: &mut Writer) {
        w.list(&self.signatures);
        self.owner.encode(w);
    }
}

impl Decode for CarryProof {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { signatures: r.list(MAX_ACTIONS)?, owner: AddressProof::decode(r)? })
    }
}
