//! What a reviewer shows: the key that cards are sealed to, and who says that it is his.

use keys::{InboxPublicKey, PublicKey};
use rand_core::CryptoRng;
use types::{ChainId, OpenId};
use wire::{Decode, DecodeError, Encode, Reader, Writer, hash};

use crate::Keyring;

const VERSION: u8 = 1;
const MAX_NAME: usize = 64;
/// Most letters of the text: decoding takes longer than proportionally.
const MAX_TEXT: usize = 6_000;
/// Longest signature of any key.
const MAX_SIGNATURE: usize = 1_280;

/// Name, inbox key, chat identity and account, bound by the account's first operation key. Whoever
/// seals to it compares the digits of its fingerprint first, as with a safety number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewerCard {
    /// As the reviewer calls himself; shown, never trusted.
    pub name: String,
    /// What cards are sealed to.
    pub inbox: InboxPublicKey,
    /// The key of his chats.
    pub identity: [u8; 33],
    /// The account's first operation key: its OpenID follows.
    pub operation_key: PublicKey,
    chain: ChainId,
    signature: Vec<u8>,
}

impl ReviewerCard {
    /// What its text begins with.
    pub const PREFIX: &str = "bcmr:";

    /// Text to be given away: `bcmr:` and Base58Check.
    #[must_use]
    pub fn to_text(&self) -> String {
        let text = bs58::encode(self.to_bytes()).with_check().into_string();
        [Self::PREFIX, &text].concat()
    }

    /// Reads what [`ReviewerCard::to_text`] writes; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix(Self::PREFIX)?;
        if text.len() > MAX_TEXT {
            return None;
        }
        Self::from_bytes(&bs58::decode(text).with_check(None).into_vec().ok()?).ok()
    }

    /// Signs a reviewer's card.
    pub fn sign(
        name: &str,
        (inbox, identity): (InboxPublicKey, [u8; 33]),
        chain: ChainId,
        keys: &Keyring<'_>,
        rng: &mut impl CryptoRng,
    ) -> Option<Self> {
        let (name, operation_key) = (name.to_owned(), keys.ecdsa.public());
        let signature = vec![];
        let unsigned = Self { name, inbox, identity, operation_key, chain, signature };
        let address = unsigned.operation_key.address();
        let signature = keys.sign(address, &unsigned.sighash(), rng)?;
        Some(Self { signature, ..unsigned })
    }

    /// Whose card it is.
    #[must_use]
    pub fn account(&self) -> OpenId {
        self.operation_key.open_id()
    }

    /// True if nothing was changed and it belongs to this network.
    #[must_use]
    pub fn holds(&self, chain: ChainId) -> bool {
        self.chain == chain && self.operation_key.verify(&self.sighash(), &self.signature)
    }

    /// What both sides compare: 30 digits.
    #[must_use]
    pub fn digits(&self) -> String {
        digits(&self.inbox.fingerprint())
    }

    fn sighash(&self) -> [u8; 32] {
        let mut w = Writer::new();
        self.encode_unsigned(&mut w);
        hash("bcm-reviewer-card-v1", &[&w.into_bytes()])
    }

    fn encode_unsigned(&self, w: &mut Writer) {
        w.u8(VERSION);
        self.chain.encode(w);
        w.text(&self.name);
        self.inbox.encode(w);
        w.fixed(&self.identity);
        self.operation_key.encode(w);
    }
}

/// A fingerprint as people compare it: six groups of five digits, each from five bytes.
#[must_use]
pub fn digits(fingerprint: &[u8; 32]) -> String {
    let groups = fingerprint.chunks_exact(5).map(|five| {
        let number = five.iter().fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
        format!("{:05}", number.rem_euclid(100_000))
    });
    groups.collect::<Vec<_>>().join(" ")
}

impl Encode for ReviewerCard {
    fn encode(&self, w: &mut Writer) {
        self.encode_unsigned(w);
        w.bytes(&self.signature);
    }
}

impl Decode for ReviewerCard {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if r.u8()? != VERSION {
            return Err(DecodeError::BadValue("version of reviewer card"));
        }
        Ok(Self {
            chain: ChainId::decode(r)?,
            name: r.text(MAX_NAME)?,
            inbox: InboxPublicKey::decode(r)?,
            identity: r.fixed()?,
            operation_key: PublicKey::decode(r)?,
            signature: r.bytes(MAX_SIGNATURE)?,
        })
    }
}
