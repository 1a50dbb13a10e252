//! BIP-32 for secp256k1, hardened steps only: that is all our one path needs.
//!
//! [`crate::Master`] walks from [`Node::master`] to the operation key. Where BIP-32 calls a result
//! invalid (one chance in 2^127) the step is repeated as SLIP-0010 says, so that it cannot fail.

use hkdf::HmacImpl;
use hmac::Hmac;
use k256::elliptic_curve::ff::PrimeField;
use k256::{NonZeroScalar, Scalar};
use sha2::Sha512;
use zeroize::{Zeroize, Zeroizing};

const HARDENED: u32 = 1 << 31;

/// A private key and its chain code.
pub(crate) struct Node {
    key: Zeroizing<NonZeroScalar>,
    chain: Zeroizing<[u8; 32]>,
}

impl Node {
    pub(crate) fn master(seed: &[u8]) -> Self {
        let mut halves = Halves::new(b"Bitcoin seed", &[seed]);
        loop {
            if let Some(node) = halves.node(&Scalar::ZERO) {
                return node;
            }
            halves = Halves::new(b"Bitcoin seed", &[&*halves.left, &*halves.right]);
        }
    }

    pub(crate) fn hardened(&self, index: u32) -> Self {
        let index = (index | HARDENED).to_be_bytes();
        let key = Zeroizing::new(<[u8; 32]>::from(self.key.to_repr()));
        let mut halves = Halves::new(&*self.chain, &[&[0], &*key, &index]);
        loop {
            if let Some(node) = halves.node(&self.key) {
                return node;
            }
            halves = Halves::new(&*self.chain, &[&[1], &*halves.right, &index]);
        }
    }

    pub(crate) fn key(&self) -> &NonZeroScalar {
        &self.key
    }
}

/// One HMAC-SHA512: what is added to the parent's key, and the new chain code.
struct Halves {
    left: Zeroizing<[u8; 32]>,
    right: Zeroizing<[u8; 32]>,
}

impl Halves {
    fn new(key: &[u8], parts: &[&[u8]]) -> Self {
        let mut mac = <Hmac<Sha512> as HmacImpl>::new_from_slice(key);
        parts.iter().for_each(|part| HmacImpl::update(&mut mac, part));
        let mut output = HmacImpl::finalize(mac);
        let mut halves = Self { left: Zeroizing::default(), right: Zeroizing::default() };
        let bytes = halves.left.iter_mut().chain(halves.right.iter_mut());
        bytes.zip(&output).for_each(|(to, from)| *to = *from);
        output.as_mut_slice().zeroize();
        halves
    }

    /// `None` if the left half is no scalar or the sum is zero.
    #[expect(clippy::arithmetic_side_effects, reason = "modulo the group order")]
    fn node(&self, parent: &Scalar) -> Option<Node> {
        let offset = Zeroizing::new(Scalar::from_repr((*self.left).into()).into_option()?);
        let key = NonZeroScalar::new(*offset + parent).into_option()?;
        Some(Node { key: Zeroizing::new(key), chain: self.right.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The private key and chain code inside an `xprv…`, whose own checksum guards the vector.
    fn expected(xprv: &str) -> ([u8; 32], [u8; 32]) {
        let bytes = bs58::decode(xprv).with_check(None).into_vec().unwrap();
        (bytes[46..78].try_into().unwrap(), bytes[13..45].try_into().unwrap())
    }

    #[track_caller]
    fn check(seed: &str, path: &[u32], xprv: &str) {
        let root = Node::master(&hex::decode(seed).unwrap());
        let node = path.iter().fold(root, |node, index| node.hardened(*index));
        assert_eq!((node.key.to_repr().into(), *node.chain), expected(xprv));
    }

    #[test]
    fn bip32_vectors_hold() {
        let first = "000102030405060708090a0b0c0d0e0f";
        check(
            first,
            &[],
            "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi",
        );
        check(
            first,
            &[0],
            "xprv9uHRZZhk6KAJC1avXpDAp4MDc3sQKNxDiPvvkX8Br5ngLNv1TxvUxt4cV1rGL5hj6KCesnDYUhd7oWgT11eZG7XnxHrnYeSvkzY7d2bhkJ7",
        );
    }

    #[test]
    fn leading_zeros_are_kept() {
        let third = "4b381541583be4423346c643850da4b320e46a87ae3d2a4e6da11eba819cd4acba45d239319ac14f863b8d5ab5a0d0c64d2e8a1e7d1457df2e5a3c51c73235be";
        check(
            third,
            &[],
            "xprv9s21ZrQH143K25QhxbucbDDuQ4naNntJRi4KUfWT7xo4EKsHt2QJDu7KXp1A3u7Bi1j8ph3EGsZ9Xvz9dGuVrtHHs7pXeTzjuxBrCmmhgC6",
        );
        check(
            third,
            &[0],
            "xprv9uPDJpEQgRQfDcW7BkF7eTya6RPxXeJCqCJGHuCJ4GiRVLzkTXBAJMu2qaMWPrS7AANYqdq6vcBcBUdJCVVFceUvJFjaPdGZ2y9WACViL4L",
        );
        let fourth = "3ddd5602285899a946114506157c7997e5444528f3003f6134712147db19b678";
        check(
            fourth,
            &[],
            "xprv9s21ZrQH143K48vGoLGRPxgo2JNkJ3J3fqkirQC2zVdk5Dgd5w14S7fRDyHH4dWNHUgkvsvNDCkvAwcSHNAQwhwgNMgZhLtQC63zxwhQmRv",
        );
        check(
            fourth,
            &[0],
            "xprv9vB7xEWwNp9kh1wQRfCCQMnZUEG21LpbR9NPCNN1dwhiZkjjeGRnaALmPXCX7SgjFTiCTT6bXes17boXtjq3xLpcDjzEuGLQBM5ohqkao9G",
        );
        check(
            fourth,
            &[0, 1],
            "xprv9xJocDuwtYCMNAo3Zw76WENQeAS6WGXQ55RCy7tDJ8oALr4FWkuVoHJeHVAcAqiZLE7Je3vZJHxspZdFHfnBEjHqU5hG1Jaj32dVoS6XLT1",
        );
    }
}
