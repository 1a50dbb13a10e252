//! Proving that one could open what is paid to an address, without opening anything.
//!
//! A Schnorr proof for the address (d, pk_d), whose pk_d is ivk times the point of d
//! (`money-and-mail.md` B6): `g = GroupHash("z.cash:Orchard-gd", d)`, `R = [k]g`,
//! `c = SHA-512("bcm-addr-own-v1" ‖ D ‖ address ‖ R) mod r`, `z = k + c·ivk`; it holds if
//! `[z]g = R + [c]pk_d`. `D` is a digest under a tag of ours, never bytes from outside.

use crate::secret::Secret;
use crate::{Note, Scope, ViewingKey};
use orchard::keys::Scope as InnerScope;
use pasta_curves::arithmetic::CurveExt;
use pasta_curves::group::ff::{FromUniformBytes, PrimeField};
use pasta_curves::group::{Group, GroupEncoding};
use pasta_curves::pallas::{Point, Scalar};
use rand_core::CryptoRng;
use sha2::{Digest, Sha512};
use wire::{Decode, DecodeError, Encode, Reader, Writer};
use zeroize::Zeroize;

/// That whoever made it holds the incoming key of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AddressProof {
    commitment: [u8; 32],
    response: [u8; 32],
}

impl AddressProof {
    /// Proves it for the address that this note was paid to. `None` if it is none of the key's.
    #[allow(clippy::arithmetic_side_effects, reason = "a group and its field do not overflow")]
    pub(crate) fn make(
        key: &ViewingKey,
        note: &Note,
        digest: &[u8; 32],
        rng: &mut dyn CryptoRng,
    ) -> Option<Self> {
        let full = key.inner()?;
        let address = note.inner()?.recipient();
        let scope = Scope::of(full.scope_for_address(&address)?);
        let incoming = match scope {
            Scope::External => full.to_ivk(InnerScope::External),
            Scope::Internal => full.to_ivk(InnerScope::Internal),
        };
        let mut bytes = incoming.to_bytes();
        let secret = Secret::<32>::new(bytes.last_chunk()?);
        bytes.zeroize();
        let ivk = scalar(secret.bytes())?;
        let (base, k) = (base_of(&note.receiver)?, nonce(secret.bytes(), digest, rng));
        let commitment = (base * k).to_bytes();
        let response = k + challenge(digest, &note.receiver, &commitment) * ivk;
        Some(Self { commitment, response: response.to_repr() })
    }

    /// True if it holds for the address that this note was paid to.
    pub(crate) fn holds(&self, note: &Note, digest: &[u8; 32]) -> bool {
        self.check(&note.receiver, digest).is_some()
    }

    #[allow(clippy::arithmetic_side_effects, reason = "a group and its field do not overflow")]
    fn check(&self, receiver: &[u8; 43], digest: &[u8; 32]) -> Option<()> {
        let (base, owner) = (base_of(receiver)?, point(receiver.last_chunk()?)?);
        let (commitment, response) = (point(&self.commitment)?, scalar(&self.response)?);
        let c = challenge(digest, receiver, &self.commitment);
        (base * response == commitment + owner * c).then_some(())
    }
}

/// The point that an address's diversifier stands for, as the circuit's protocol defines it.
fn base_of(receiver: &[u8; 43]) -> Option<Point> {
    let diversifier = receiver.first_chunk::<11>()?;
    let hash = Point::hash_to_curve("z.cash:Orchard-gd");
    let base = hash(diversifier);
    Some(if bool::from(base.is_identity()) { hash(&[]) } else { base })
}

fn challenge(digest: &[u8; 32], receiver: &[u8; 43], commitment: &[u8; 32]) -> Scalar {
    let mut hasher = Sha512::new();
    for part in [b"bcm-addr-own-v1".as_slice(), digest, receiver, commitment] {
        hasher.update(part);
    }
    Scalar::from_uniform_bytes(&hasher.finalize().into())
}

/// A nonce from fresh randomness and from the secret and the message: with bad randomness it still
/// is one that nobody guesses, and never the same for two messages.
fn nonce(ivk: &[u8; 32], digest: &[u8; 32], rng: &mut dyn CryptoRng) -> Scalar {
    let mut fresh = [0; 32];
    rng.fill_bytes(&mut fresh);
    let mut hasher = Sha512::new();
    for part in [b"bcm-addr-own-nonce-v1".as_slice(), ivk, digest, &fresh] {
        hasher.update(part);
    }
    fresh.zeroize();
    Scalar::from_uniform_bytes(&hasher.finalize().into())
}

/// A point that is not the identity, from its one encoding.
fn point(bytes: &[u8; 32]) -> Option<Point> {
    let point: Option<Point> = Point::from_bytes(bytes).into();
    point.filter(|point| !bool::from(point.is_identity()))
}

fn scalar(bytes: &[u8; 32]) -> Option<Scalar> {
    Scalar::from_repr(*bytes).into()
}

impl Encode for AddressProof {
    fn encode(&self, w: &mut Writer) {
        w.fixed(&self.commitment);
        w.fixed(&self.response);
    }
}

impl Decode for AddressProof {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let proof = Self { commitment: r.fixed()?, response: r.fixed()? };
        let good = point(&proof.commitment).is_some() && scalar(&proof.response).is_some();
        if good { Ok(proof) } else { Err(DecodeError::BadValue("address proof")) }
    }
}
