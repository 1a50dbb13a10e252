//! Curve25519 keys and their agreement.
//!
//! Everything here is RFC 7748 plus Signal's one-byte key type. An agreement that yields zero is
//! refused everywhere; a base key is held to more, see [`PublicKey33::is_sound`].

use crate::{RatchetError, secret::Secret};
use curve25519_dalek::{montgomery::MontgomeryPoint, scalar::clamp_integer};
use rand_core::CryptoRng;
use wire::{Decode, DecodeError, Encode, Reader, Writer};
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

const KEY_TYPE: u8 = 0x05;

/// A Curve25519 public key as it travels: the type byte 5, then the u-coordinate.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct PublicKey33([u8; Self::LEN]);

impl PublicKey33 {
    /// Length in bytes.
    pub const LEN: usize = 33;

    /// Reads exactly 33 bytes that begin with 5; any u-coordinate is taken as it is.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let bytes: [u8; Self::LEN] = bytes.try_into().ok()?;
        let [kind, ..] = bytes;
        (kind == KEY_TYPE).then_some(Self(bytes))
    }

    /// Type byte and u-coordinate.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }

    fn from_u(u: [u8; 32]) -> Self {
        let mut bytes = [KEY_TYPE; Self::LEN];
        bytes.iter_mut().skip(1).zip(u).for_each(|(to, from)| *to = from);
        Self(bytes)
    }

    pub(crate) const fn u(&self) -> &[u8; 32] {
        let [_, u @ ..] = &self.0;
        u
    }

    /// True for a reduced u-coordinate of a point on the curve without a small-order part. Without
    /// it one agreement could be named by several base keys.
    pub(crate) fn is_sound(&self) -> bool {
        is_reduced(self.u())
            && MontgomeryPoint(*self.u()).to_edwards(0).is_some_and(|point| point.is_torsion_free())
    }
}

/// True below 2^255 − 19, which is `ed ff … ff 7f` in little-endian order.
fn is_reduced(u: &[u8; 32]) -> bool {
    let [first, middle @ .., last] = u;
    let at_the_top = *last == 0x7f && middle.iter().all(|byte| *byte == 0xff) && *first >= 0xed;
    *last < 0x80 && !at_the_top
}

impl Encode for PublicKey33 {
    fn encode(&self, writer: &mut Writer) {
        writer.fixed(&self.0);
    }
}

impl Decode for PublicKey33 {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Self::parse(reader.take(Self::LEN)?).ok_or(DecodeError::BadValue("public key"))
    }
}

/// A private key with its public key.
#[derive(Debug)]
pub(crate) struct KeyPair {
    private: Secret,
    public: PublicKey33,
}

impl KeyPair {
    pub(crate) fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut private = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *private);
        Self::from_private(*private)
    }

    /// Clamps the bytes first.
    pub(crate) fn from_private(private: [u8; 32]) -> Self {
        let private = Zeroizing::new(clamp_integer(private));
        let u = PublicKey::from(&StaticSecret::from(*private)).to_bytes();
        Self { private: Secret::new(*private), public: PublicKey33::from_u(u) }
    }

    /// The same pair once more, for a session that sends with a signed prekey.
    pub(crate) const fn copy(&self) -> Self {
        Self { private: Secret::new(*self.private.as_bytes()), public: self.public }
    }

    pub(crate) const fn public(&self) -> &PublicKey33 {
        &self.public
    }

    pub(crate) const fn private(&self) -> &Secret {
        &self.private
    }

    /// The X25519 agreement; refuses a key that makes it zero.
    pub(crate) fn agree(&self, theirs: &PublicKey33) -> Result<Secret, RatchetError> {
        let ours = StaticSecret::from(*self.private.as_bytes());
        let shared = ours.diffie_hellman(&PublicKey::from(*theirs.u()));
        if shared.was_contributory() {
            Ok(Secret::new(shared.to_bytes()))
        } else {
            Err(RatchetError::BadKey)
        }
    }
}

impl Encode for KeyPair {
    fn encode(&self, writer: &mut Writer) {
        self.private.encode(writer);
        self.public.encode(writer);
    }
}

impl Decode for KeyPair {
    /// Trusts that the two halves belong together: only our own storage is read here, and working
    /// the public key out again for every stored session would cost more than a decryption.
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let private = Secret::decode(reader)?;
        if clamp_integer(*private.as_bytes()) != *private.as_bytes() {
            return Err(DecodeError::BadValue("private key"));
        }
        Ok(Self { private, public: PublicKey33::decode(reader)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> [u8; 32] {
        hex::decode(hex).unwrap().try_into().unwrap()
    }

    #[track_caller]
    fn check_agreement(private: &str, u: &str, expected: &str) {
        let pair = KeyPair::from_private(bytes(private));
        let shared = pair.agree(&PublicKey33::from_u(bytes(u))).unwrap();
        assert_eq!(hex::encode(shared.as_bytes()), expected);
    }

    #[test]
    fn rfc_7748_section_5_2() {
        check_agreement(
            "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
            "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
            "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552",
        );
        check_agreement(
            "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
            "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
            "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957",
        );
    }

    #[test]
    fn rfc_7748_section_6_1() {
        let alice = "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a";
        let bob = "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb";
        let alice_public = "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a";
        let bob_public = "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f";
        let shared = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";
        assert_eq!(KeyPair::from_private(bytes(alice)).public.u(), &bytes(alice_public));
        assert_eq!(KeyPair::from_private(bytes(bob)).public.u(), &bytes(bob_public));
        check_agreement(alice, bob_public, shared);
        check_agreement(bob, alice_public, shared);
    }

    #[test]
    fn rfc_7748_iterated() {
        let (mut k, mut u) = ([0; 32], [0; 32]);
        (k[0], u[0]) = (9, 9);
        for round in 1..=1000 {
            let next = *KeyPair::from_private(k).agree(&PublicKey33::from_u(u)).unwrap().as_bytes();
            (k, u) = (next, k);
            if round == 1 {
                let one = "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079";
                assert_eq!(hex::encode(k), one);
            }
        }
        let thousand = "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51";
        assert_eq!(hex::encode(k), thousand);
    }

    /// Every u-coordinate of small order, among them the ones written without reduction.
    const SMALL_ORDER: [&str; 7] = [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ];

    #[test]
    fn an_agreement_of_zero_is_refused() {
        let pair = KeyPair::from_private([7; 32]);
        for u in SMALL_ORDER {
            let point = PublicKey33::from_u(bytes(u));
            assert_eq!(pair.agree(&point).unwrap_err(), RatchetError::BadKey, "{u}");
            assert!(!point.is_sound(), "{u}");
        }
    }

    #[test]
    fn only_reduced_points_of_the_large_subgroup_are_sound() {
        let pair = KeyPair::from_private([7; 32]);
        assert!(pair.public.is_sound());
        let mut top_bit = *pair.public.u();
        top_bit[31] |= 0x80;
        assert!(!PublicKey33::from_u(top_bit).is_sound());

        let torsion = curve25519_dalek::constants::EIGHT_TORSION;
        let point = MontgomeryPoint(*pair.public.u()).to_edwards(0).unwrap();
        for part in &torsion[1..] {
            let mixed = PublicKey33::from_u((point + part).to_montgomery().to_bytes());
            assert!(!mixed.is_sound());
        }
        // 9 + p: the base point, written without reduction.
        let mut unreduced = [0xff; 32];
        (unreduced[0], unreduced[31]) = (0xf6, 0x7f);
        assert!(!PublicKey33::from_u(unreduced).is_sound());
        assert!(!is_reduced(&unreduced));
        // 2 lies on the twist.
        let mut twist = [0; 32];
        twist[0] = 2;
        assert!(!PublicKey33::from_u(twist).is_sound());
    }

    #[test]
    fn public_keys_have_one_form() {
        let pair = KeyPair::from_private([7; 32]);
        let good = pair.public.as_bytes();
        assert_eq!(PublicKey33::parse(good), Some(pair.public));
        assert_eq!(PublicKey33::parse(&good[..32]), None);
        assert_eq!(PublicKey33::parse(&[good.as_slice(), &[0]].concat()), None);
        let mut other_type = *good;
        other_type[0] = 6;
        assert_eq!(PublicKey33::parse(&other_type), None);
    }

    #[test]
    fn stored_pairs_read_back_and_loose_private_keys_are_refused() {
        let pair = KeyPair::from_private([7; 32]);
        let stored = pair.to_bytes();
        assert_eq!(KeyPair::from_bytes(&stored).unwrap().to_bytes(), stored);
        let mut loose = stored;
        loose[0] |= 1;
        let refused = KeyPair::from_bytes(&loose).unwrap_err();
        assert_eq!(refused, DecodeError::BadValue("private key"));
        assert!(format!("{pair:?}").contains("Secret(..)"));
    }
}
