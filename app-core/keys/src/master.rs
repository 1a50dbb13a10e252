//! The seed behind the words, and every key derived from it.
//!
//! Each derivation has its own path or label, so that no key tells anything about another. They
//! are frozen by the vectors in the tests below.

use crate::bip32::Node;
use crate::secret::{Secret, redacted};
use crate::{BoardKey, EcdsaKey, Ed25519Key, EnvelopeKey, FalconKey, InboxKey, WrapKey};
use hkdf::{Hkdf, HmacImpl};
use hmac::Hmac;
use sha2::{Sha256, Sha512};
use zeroize::{Zeroize, Zeroizing};

/// m/44'/7341'/0'/0'/0': hardened throughout, so that no published key helps to find another.
const OPERATION_PATH: [u32; 5] = [44, 7341, 0, 0, 0];
/// BIP-39's number of rounds.
const ROUNDS: usize = 2048;

/// The BIP-39 seed of an account.
pub struct Master(Secret<64>);

redacted!(Master);

impl Master {
    /// BIP-39: PBKDF2-HMAC-SHA512 over the words with single spaces.
    pub(crate) fn new(words: &[&str], passphrase: &str) -> Self {
        let sentence = Zeroizing::new(words.join(" "));
        let salt = Zeroizing::new(["mnemonic", passphrase].concat());
        Self(Secret::fill(|seed| pbkdf2(sentence.as_bytes(), salt.as_bytes(), seed)))
    }

    /// The ECDSA operation key.
    #[must_use]
    pub fn operation_key(&self) -> EcdsaKey {
        let root = Node::master(self.0.bytes());
        let leaf = OPERATION_PATH.iter().fold(root, |node, index| node.hardened(*index));
        EcdsaKey::new(leaf.key())
    }

    /// The Falcon operation key. Slow: it searches for suitable polynomials.
    #[must_use]
    pub fn falcon_key(&self) -> FalconKey {
        FalconKey::from_seed(self.derive("bcm-falcon1024-v1").bytes())
    }

    /// The private key of the chat identity: a clamped X25519 scalar.
    #[must_use]
    pub fn chat_identity(&self) -> Zeroizing<[u8; 32]> {
        let mut scalar = Zeroizing::new(*self.derive("bcm-chat-identity-v1").bytes());
        if let [first, .., last] = scalar.as_mut_slice() {
            *first &= 0b1111_1000;
            *last = (*last & 0b0011_1111) | 0b0100_0000;
        }
        scalar
    }

    /// Signs what the account publishes in the directory.
    #[must_use]
    pub fn directory_key(&self) -> Ed25519Key {
        Ed25519Key::from_seed(*self.derive("bcm-directory-v1").bytes())
    }

    /// What the account's claim keys of red envelopes come of; the same on all its devices.
    #[must_use]
    pub fn envelope_key(&self) -> EnvelopeKey {
        EnvelopeKey::from_seed(*self.derive("bcm-envelope-key-v1").bytes())
    }

    /// Wraps the database key, so that the words alone open the history.
    #[must_use]
    pub fn wrap_key(&self) -> WrapKey {
        WrapKey::from_bytes(*self.derive("bcm-db-wrap-v1").bytes())
    }

    /// The seed of all accounts of the private pool. Not the seed of the words itself, so that
    /// other systems' wallets with the same words have other keys.
    #[must_use]
    pub fn shielded_seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(*self.derive("bcm-shielded-v1").bytes())
    }

    /// Opens the grant cards that are sealed to this account as a reviewer. `None` never happens.
    #[must_use]
    pub fn inbox_key(&self) -> Option<InboxKey> {
        InboxKey::from_seed(self.derive("bcm-review-inbox-v1").bytes())
    }

    /// What the commitment to the account's move is salted with (`ledger::CommitRotation`). Secret until
    /// the move opens it: an account moves once, so that one is enough, and every device of the account
    /// has the same.
    #[must_use]
    pub fn rotation_salt(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(*self.derive("bcm-rotation-v1").bytes())
    }

    /// What the boards follow from by which devices of the same words know of each other's payments.
    #[must_use]
    pub fn board_key(&self) -> BoardKey {
        BoardKey::from_seed(*self.derive("bcm-board-v1").bytes())
    }

    /// HKDF-SHA256 without salt.
    fn derive(&self, label: &str) -> Secret<32> {
        Secret::fill(|key| {
            let done = Hkdf::<Sha256>::new(None, self.0.bytes()).expand(label.as_bytes(), key);
            debug_assert!(done.is_ok(), "HKDF gives up to 8,160 bytes, this asks for 32");
        })
    }
}

/// RFC 8018 for exactly one block of output.
fn pbkdf2(password: &[u8], salt: &[u8], key: &mut [u8; 64]) {
    let keyed = <Hmac<Sha512> as HmacImpl>::new_from_slice(password);
    let mut mac = keyed.clone();
    HmacImpl::update(&mut mac, salt);
    HmacImpl::update(&mut mac, &1_u32.to_be_bytes());
    let mut block = HmacImpl::finalize(mac);
    key.copy_from_slice(&block);
    for _ in 1..ROUNDS {
        let mut mac = keyed.clone();
        HmacImpl::update(&mut mac, &block);
        block = HmacImpl::finalize(mac);
        key.iter_mut().zip(&block).for_each(|(to, from)| *to ^= from);
    }
    block.as_mut_slice().zeroize();
}

#[cfg(test)]
mod tests;
