//! What stands for signatures and draws: keyed fast hashes under secrets that the world hands to
//! their owner only. The adversary's code holds its own members' tokens and no others, so it can
//! try to forge and fails, like with real keys, at a thousandth of the price.

use crate::random::Random;
use acp::Scheme;
use ledger::Member;

const FOLDS: [u64; 2] = [0xa076_1d64_78bd_642f, 0xe703_7ed1_a0b4_28db];

/// The secrets of one member.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tokens {
    sign: [u64; 2],
    draw: [u64; 2],
}

impl Tokens {
    /// A member of its own, and the keys by which others know it.
    pub(crate) fn generate(random: &mut Random) -> (Self, Member) {
        let sign = [random.next() | 1, random.next() | 1];
        let draw = [random.next() | 1, random.next() | 1];
        (Self { sign, draw }, Member { key: random.bytes(), vrf: random.bytes() })
    }

    /// True if this member has signed these bytes.
    pub(crate) fn signed(&self, bytes: &[u8], signature: &[u8; 64]) -> bool {
        widen(hash(self.sign, bytes)) == *signature
    }

    /// True if this is the member's draw.
    pub(crate) fn drew(&self, input: &[u8], proof: &[u8; 80]) -> bool {
        self.prove(input) == *proof
    }
}

impl Scheme for Tokens {
    fn sign(&self, bytes: &[u8]) -> [u8; 64] {
        widen(hash(self.sign, bytes))
    }

    fn prove(&self, input: &[u8]) -> [u8; 80] {
        widen(hash(self.draw, input))
    }

    fn output(&self, proof: &[u8; 80]) -> [u8; 64] {
        output(proof)
    }
}

/// The output behind a draw that has been checked.
pub(crate) fn output(proof: &[u8; 80]) -> [u8; 64] {
    let [seed, _] = hash(FOLDS, proof);
    let mut random = Random::new(seed);
    let mut bytes = [0; 64];
    for chunk in bytes.chunks_mut(8) {
        chunk.copy_from_slice(&random.next().to_be_bytes());
    }
    bytes
}

/// 128 bits of these bytes under this key. Fast, and no protection against anybody who computes.
pub(crate) fn hash(key: [u64; 2], bytes: &[u8]) -> [u64; 2] {
    let [mut first, mut second] = key;
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    first ^= length;
    let [fold_first, fold_second] = FOLDS;
    let (words, rest) = bytes.as_chunks::<8>();
    let mut last = [0; 8];
    for (to, from) in last.iter_mut().zip(rest) {
        *to = *from;
    }
    for word in words.iter().chain([&last]) {
        let word = u64::from_le_bytes(*word);
        first = fold(first.rotate_left(23) ^ word, fold_first);
        second = fold(second.rotate_left(41) ^ word ^ key[0], fold_second);
    }
    [fold(first ^ key[1], fold_second), fold(second ^ first, fold_first)]
}

const fn fold(a: u64, b: u64) -> u64 {
    let product = (a as u128).wrapping_mul(b as u128);
    (product as u64).wrapping_add((product >> 64) as u64)
}

fn widen<const LENGTH: usize>(hash: [u64; 2]) -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    for (to, from) in bytes.chunks_mut(8).zip(hash) {
        to.copy_from_slice(&from.to_be_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_holds_for_its_member_and_its_bytes_only() {
        let mut random = Random::new(1);
        let ((alice, _), (bob, _)) = (Tokens::generate(&mut random), Tokens::generate(&mut random));
        let token = alice.sign(b"prepare");
        assert!(alice.signed(b"prepare", &token));
        assert!(!alice.signed(b"prepar", &token));
        assert!(!alice.signed(b"prepare\0", &token));
        assert!(!bob.signed(b"prepare", &token));
        assert!(alice.drew(b"prepare", &alice.prove(b"prepare")));
        assert_ne!(alice.prove(b"prepare")[..16], token[..16], "a draw is no signature");
    }
}
