//! Showing one payment to one person (`money-and-mail.md` B6), and nothing else.
//!
//! The payer gives away the key of that one output, the payee the note; each opens this action
//! and no other. That the action is final, and who asked, is checked around this. What binds a
//! disclosure to its payer or payee is a signature or a proof over [`DisclosureDigest`].

use crate::note::commitment_of;
use crate::secret::{Secret, redacted};
use crate::{
    Action, AddressProof, Draft, Memo, Note, Nullifier, Scanner, Scope, SpendingKey, ViewingKey,
    inner_action, recover,
};
use orchard::note_encryption::IronwoodDomain;
use orchard::primitives::redpallas::{Signature, SpendAuth, VerificationKey};
use pasta_curves::group::ff::PrimeField;
use pasta_curves::pallas;
use rand_core::CryptoRng;
use subtle::ConstantTimeEq;
use types::Amount;
use wire::{Decode, DecodeError, Encode, Reader, Writer, hash};
use zcash_note_encryption::{Domain, EphemeralKeyBytes, OutgoingCipherKey};

/// What opens one output.
#[derive(Clone, PartialEq, Eq)]
pub enum Opening {
    /// Given by the payer: the key of this output.
    Payer([u8; 32]),
    /// Given by the payee: the note. Its rho is neither written nor believed but taken from the action.
    Payee(Note),
}

/// What an output paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The note.
    pub note: Note,
    /// What it says; `None` if it cannot be read, or if the payee's opening does not reach it.
    pub memo: Option<Memo>,
}

/// What is signed under a disclosure: SHA-256("bcm-payment-disclosure-v1" ‖ all of it before the
/// signature).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DisclosureDigest([u8; 32]);

/// What turned the account's key into the one-time key of one spend. Kept with a payment it lets
/// the payer sign for that payment later; it does not come back from the words.
pub struct Randomizer(Secret<32>);

impl Clone for Randomizer {
    fn clone(&self) -> Self {
        Self(Secret::new(self.0.bytes()))
    }
}

impl PartialEq for Randomizer {
    fn eq(&self, other: &Self) -> bool {
        self.0.bytes().ct_eq(other.0.bytes()).into()
    }
}

impl Eq for Randomizer {}

redacted!(Randomizer);
redacted!(Opening);

impl DisclosureDigest {
    /// The digest of a disclosure's bytes up to its signature.
    #[must_use]
    pub fn of(disclosure: &[u8]) -> Self {
        Self(hash("bcm-payment-disclosure-v1", &[disclosure]))
    }

    /// What an operation key signs.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Proves that one receives what is paid to the address of this note. `None` for a note of
    /// another account.
    pub fn prove_payee(
        &self,
        key: &ViewingKey,
        note: &Note,
        rng: &mut dyn CryptoRng,
    ) -> Option<AddressProof> {
        AddressProof::make(key, note, &self.0, rng)
    }

    /// True if whoever receives what is paid to the note's address made this proof for this digest.
    #[must_use]
    pub fn is_by_payee(&self, proof: &AddressProof, note: &Note) -> bool {
        proof.holds(note, &self.0)
    }

    /// Signs as one who authorised a spend of the payment's bundle.
    pub fn sign_as_payer(
        &self,
        key: &SpendingKey,
        randomizer: &Randomizer,
        rng: &mut dyn CryptoRng,
    ) -> Option<[u8; 64]> {
        let alpha: Option<pallas::Scalar> = pallas::Scalar::from_repr(*randomizer.0.bytes()).into();
        let signer = key.authorizing().randomize(&alpha?);
        Some((&signer.sign(rng, &self.0)).into())
    }

    /// True if one who authorised the spend of this action signed the digest. For the spend of a
    /// padding action that says no more than "made the bundle".
    #[must_use]
    pub fn is_by_payer(&self, signature: &[u8; 64], action: &Action) -> bool {
        let key = VerificationKey::<SpendAuth>::try_from(*action.spend_key());
        key.is_ok_and(|key| key.verify(&self.0, &Signature::from(*signature)).is_ok())
    }
}

impl Opening {
    /// The payer's opening of an output; `None` if the account did not pay it, or not so that its
    /// own keys open it.
    #[must_use]
    pub fn by_payer(key: &ViewingKey, action: &Action) -> Option<Self> {
        let (full, action) = (key.inner()?, inner_action(action, ())?);
        let keys = [Scope::External, Scope::Internal]
            .map(|by| recover::outgoing_cipher_key(&full.to_ovk(by.inner()), &action));
        let key = keys.into_iter().find(|key| recover::open(key, &action).is_some())?;
        Some(Self::Payer(key.0))
    }

    /// The payee's opening of an output; `None` if it is not to this account.
    #[must_use]
    pub fn by_payee(key: &ViewingKey, action: &Action) -> Option<Self> {
        let scanner = Scanner::of_accounts(core::slice::from_ref(key))?;
        let found = scanner.scan(&[action.compact()]).into_iter().next()?;
        Some(Self::Payee(found.note))
    }

    /// Opens the output of this action; `None` if this opens another, or nothing.
    #[must_use]
    pub fn open(&self, action: &Action) -> Option<Opened> {
        let inner = inner_action(action, ())?;
        match self {
            Self::Payer(key) => {
                let key = OutgoingCipherKey(*key);
                let note = recover::open(&key, &inner)?;
                Some(Opened { note: Note::of(&note), memo: recover::memo(&key, &inner) })
            }
            Self::Payee(note) => {
                let told = Note { rho: action.nullifier(), ..note.clone() };
                let note = told.inner()?;
                let epk = EphemeralKeyBytes(inner.encrypted_note().epk_bytes);
                let esk = IronwoodDomain::derive_esk(&note)?;
                let made = IronwoodDomain::ka_derive_public(&note, &esk);
                let same_epk = bool::from(IronwoodDomain::epk_bytes(&made).ct_eq(&epk));
                let same_cmx = commitment_of(&note) == action.commitment();
                let memo = payee_memo(&note, &inner);
                (same_epk && same_cmx).then_some(Opened { note: told, memo })
            }
        }
    }
}

/// The memo, decrypted with what the note itself gives: [esk]pk_d.
fn payee_memo(note: &orchard::Note, action: &orchard::Action<()>) -> Option<Memo> {
    let (esk, pk_d) = (IronwoodDomain::derive_esk(note)?, IronwoodDomain::get_pk_d(note));
    let domain = IronwoodDomain::for_action(action);
    let opened =
        zcash_note_encryption::try_output_recovery_with_pkd_esk(&domain, pk_d, esk, action);
    let (_, _, memo) = opened?;
    Memo::read(&memo).ok()
}

impl Draft {
    /// What the payer keeps, for each real spend of the draft with the index of its action.
    #[must_use]
    pub fn randomizers(&self) -> Vec<(usize, Randomizer)> {
        let actions = self.inner.actions().iter().enumerate();
        let real = actions.filter(|(_, action)| action.spend().dummy_sk().is_none());
        real.filter_map(|(place, action)| {
            let alpha = action.spend().alpha().as_ref()?.to_repr();
            Some((place, Randomizer(Secret::new(&alpha))))
        })
        .collect()
    }
}

/// Into the encrypted profile, beside the payment.
impl Encode for Randomizer {
    fn encode(&self, w: &mut Writer) {
        w.fixed(self.0.bytes());
    }
}

impl Decode for Randomizer {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let bytes = r.fixed()?;
        let alpha: Option<pallas::Scalar> = pallas::Scalar::from_repr(bytes).into();
        if alpha.is_none() {
            return Err(DecodeError::BadValue("randomizer"));
        }
        Ok(Self(Secret::new(&bytes)))
    }
}

/// The payee's note as it stands in a disclosure: 43 B recipient, 8 B value, 32 B seed. The rho is the
/// nullifier of the action and so never in the file.
fn paid_note(r: &mut Reader<'_>) -> Result<Note, DecodeError> {
    let (receiver, value) = (r.fixed()?, Amount::decode(r)?);
    let note = Note { receiver, value, rho: Nullifier([0; 32]), seed: r.fixed()? };
    if note.inner().is_some() { Ok(note) } else { Err(DecodeError::BadValue("opened note")) }
}

impl Encode for Opening {
    fn encode(&self, w: &mut Writer) {
        match self {
            Self::Payer(key) => {
                w.u8(1);
                w.fixed(key);
            }
            Self::Payee(note) => {
                w.u8(2);
                w.fixed(&note.receiver);
                note.value.encode(w);
                w.fixed(&note.seed);
            }
        }
    }
}

impl Decode for Opening {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match r.u8()? {
            1 => Ok(Self::Payer(r.fixed()?)),
            2 => paid_note(r).map(Self::Payee),
            _ => Err(DecodeError::BadValue("opening")),
        }
    }
}
