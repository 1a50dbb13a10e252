//! A whole bundle: what it does, and the proof and signatures that allow it.

use crate::{Effects, form};
use circuit::Signed;
use core::fmt;
use orchard::Proof;
use orchard::bundle::{Authorized, BundleVersion, Flags};
use orchard::note::TransmittedNoteCiphertext;
use orchard::note_encryption::NoteBytesData;
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// Bytes of a signature.
const SIGNATURE_LEN: usize = 64;

/// Proof and signatures, in the order of the witness: the proof, a signature for each spend, the
/// binding signature.
#[derive(Clone, PartialEq, Eq)]
pub struct Authorization {
    pub(crate) proof: Vec<u8>,
    pub(crate) spends: Vec<[u8; SIGNATURE_LEN]>,
    pub(crate) binding: [u8; SIGNATURE_LEN],
}

/// What a transaction carries. That its proof and signatures hold is what
/// [`crate::verify`] finds out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bundle {
    /// What it does.
    pub effects: Effects,
    /// What allows it.
    pub authorization: Authorization,
}

impl Authorization {
    /// Bytes that authorize so many actions.
    #[must_use]
    pub const fn len_for(actions: usize) -> usize {
        Proof::expected_proof_size(actions)
            .saturating_add(SIGNATURE_LEN.saturating_mul(actions.saturating_add(1)))
    }

    /// Reads what authorizes these effects; how long that is follows from the number of actions.
    ///
    /// # Errors
    /// [`DecodeError::TooShort`] if bytes are missing.
    pub fn decode_for(effects: &Effects, r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let actions = effects.actions().len();
        let proof = r.take(Proof::expected_proof_size(actions))?.to_vec();
        let spends = (0..actions).map(|_| r.fixed()).collect::<Result<_, _>>()?;
        Ok(Self { proof, spends, binding: r.fixed()? })
    }

    pub(crate) fn of(bundle: &Signed) -> Self {
        let given = bundle.authorization();
        Self {
            proof: given.proof().as_ref().to_vec(),
            spends: bundle.actions().iter().map(|action| action.authorization().into()).collect(),
            binding: given.binding_signature().into(),
        }
    }
}

impl Bundle {
    /// Bytes of a whole bundle with so many actions.
    #[must_use]
    pub const fn len_for(actions: usize) -> usize {
        Effects::len_for(actions).saturating_add(Authorization::len_for(actions))
    }

    /// The crate's form of this bundle; `None` if a check of [`form`] would refuse it.
    pub(crate) fn to_inner(&self) -> Option<Signed> {
        form::check(&self.effects).ok()?;
        form::check_authorization(self).ok()?;
        let actions = self.effects.actions.iter().zip(&self.authorization.spends);
        let actions = actions.map(|(action, signature)| inner_action(action, (*signature).into()));
        let actions = actions.collect::<Option<Vec<_>>>()?;
        let version = BundleVersion::ironwood_v3();
        let proof = Proof::new(self.authorization.proof.clone());
        Signed::try_from_parts(
            nonempty::NonEmpty::from_vec(actions)?,
            Flags::from_byte(self.effects.flags, version)?,
            self.effects.balance,
            Option::from(orchard::Anchor::from_bytes(self.effects.anchor.root.0))?,
            Authorized::from_parts(proof, self.authorization.binding.into()),
            version,
        )
        .ok()
    }
}

/// The crate's form of an action; `None` for one that [`form::check_points`] would refuse.
pub(crate) fn inner_action<T>(action: &crate::Action, signature: T) -> Option<orchard::Action<T>> {
    orchard::Action::from_parts(
        Option::from(orchard::note::Nullifier::from_bytes(&action.nullifier.0))?,
        action.rk.try_into().ok()?,
        Option::from(orchard::note::ExtractedNoteCommitment::from_bytes(&action.cmx.0))?,
        TransmittedNoteCiphertext {
            epk_bytes: action.epk,
            enc_ciphertext: NoteBytesData(action.enc),
            out_ciphertext: action.out,
        },
        Option::from(orchard::value::ValueCommitment::from_bytes(&action.cv))?,
        signature,
    )
    .ok()
}

impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Authorization({} spends)", self.spends.len())
    }
}

impl Encode for Authorization {
    fn encode(&self, w: &mut Writer) {
        w.fixed(&self.proof);
        self.spends.iter().for_each(|signature| w.fixed(signature));
        w.fixed(&self.binding);
    }
}

impl Encode for Bundle {
    fn encode(&self, w: &mut Writer) {
        self.effects.encode(w);
        self.authorization.encode(w);
    }
}

impl Decode for Bundle {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let effects = Effects::decode(r)?;
        let authorization = Authorization::decode_for(&effects, r)?;
        Ok(Self { effects, authorization })
    }
}
