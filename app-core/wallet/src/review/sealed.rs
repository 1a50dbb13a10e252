//! A card as a file (`money-and-mail.md` B9):
//! `"BCMG" ‖ version ‖ suite ‖ recipient key id ‖ enc ‖ ciphertext`.
//!
//! HPKE in base mode; `info` is "bcm-review-grant-v1" ‖ chain, the additional data is all that stands
//! before `enc`. The text is a length, the card, the proofs of carry-overs that there are, and zeros up
//! to a multiple of 1 KiB, so that its size does not tell how many months were given. The card's
//! signature does not cover the proofs: each vouches for itself.

use keys::{InboxKey, InboxPublicKey, SEAL_LEN, SealContext, Sealed};
use rand_core::CryptoRng;
use types::ChainId;
use wire::{Decode, DecodeError, Encode, Reader, Writer};
use zeroize::Zeroizing;

use super::card::GrantCard;
use super::proof::CarriedProof;

const MAGIC: [u8; 4] = *b"BCMG";
const VERSION: u8 = 2;
/// KEM 0x647a (X-Wing, draft 10), KDF HKDF-SHA256, AEAD ChaCha20-Poly1305.
const SUITE: u8 = 1;
const STEP: usize = 1024;
/// Most bytes of a sealed card: 48 months and a Falcon signature with all proofs stay below.
const MAX_LEN: usize = 32 * 1024;
/// Most proofs beside a card …
const MAX_PROOFS: usize = 64;
/// … and most bytes of them.
const MAX_PROOF_BYTES: usize = 20 * 1024;

/// A sealed card as its bytes say, not opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedCard {
    /// The first bytes of the fingerprint of the key that opens it.
    pub recipient: [u8; 8],
    sealed: Sealed,
}

/// What a sealed card holds.
#[derive(Debug)]
pub struct OpenedCard {
    /// The grant with its keys.
    pub card: GrantCard,
    /// Proofs of carry-overs into the accounts that it opens; nobody has judged them.
    pub proofs: Vec<CarriedProof>,
}

/// Seals a card to a reviewer, and with it the first of these proofs, as many as fit; `None` for a key
/// that is none.
pub fn seal_card(
    (card, proofs): (&GrantCard, &[CarriedProof]),
    to: &InboxPublicKey,
    chain: ChainId,
    rng: &mut impl CryptoRng,
) -> Option<SealedCard> {
    let recipient = key_id(to);
    let text = padded(&text_of(card, proofs))?;
    let (info, head) = (info(chain), head(recipient));
    let sealed = to.seal(&text, SealContext { info: &info, head: &head }, rng)?;
    Some(SealedCard { recipient, sealed })
}

/// The card, if it was sealed to this key on this network and nothing was changed.
#[must_use]
pub fn open_card(sealed: &SealedCard, key: &InboxKey, chain: ChainId) -> Option<OpenedCard> {
    let (info, head) = (info(chain), head(sealed.recipient));
    let text = key.open(&sealed.sealed, SealContext { info: &info, head: &head })?;
    OpenedCard::from_bytes(unpadded(&text)?).ok()
}

impl SealedCard {
    /// True if this key can open it.
    #[must_use]
    pub fn is_for(&self, key: &InboxPublicKey) -> bool {
        self.recipient == key_id(key)
    }
}

fn key_id(key: &InboxPublicKey) -> [u8; 8] {
    let [a, b, c, d, e, f, g, h, ..] = key.fingerprint();
    [a, b, c, d, e, f, g, h]
}

fn info(chain: ChainId) -> Vec<u8> {
    [b"bcm-review-grant-v1".as_slice(), &chain.0].concat()
}

fn head(recipient: [u8; 8]) -> Vec<u8> {
    [MAGIC.as_slice(), &[VERSION, SUITE], &recipient].concat()
}

fn text_of(card: &GrantCard, proofs: &[CarriedProof]) -> Zeroizing<Vec<u8>> {
    let mut left = MAX_PROOF_BYTES;
    let fits = |proof: &&CarriedProof| {
        let rest = left.checked_sub(proof.to_bytes().len());
        left = rest.unwrap_or(left);
        rest.is_some()
    };
    let proofs: Vec<CarriedProof> =
        proofs.iter().take(MAX_PROOFS).take_while(fits).cloned().collect();
    let mut w = Writer::new();
    write_text(card, &proofs, &mut w);
    Zeroizing::new(w.into_bytes())
}

fn write_text(card: &GrantCard, proofs: &[CarriedProof], w: &mut Writer) {
    card.encode(w);
    w.list(proofs);
}

fn padded(card: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let len = u32::try_from(card.len()).ok()?.to_be_bytes();
    let whole = card.len().checked_add(len.len())?.checked_next_multiple_of(STEP)?;
    // Reserved at once: growing would leave a copy behind.
    let mut text = Zeroizing::new(Vec::with_capacity(whole));
    text.extend_from_slice(&len);
    text.extend_from_slice(card);
    text.resize(whole, 0);
    Some(text)
}

/// What was padded, if nothing but zeros is behind it and no step too many.
fn unpadded(text: &[u8]) -> Option<&[u8]> {
    let (len, rest) = text.split_first_chunk::<4>()?;
    let len = usize::try_from(u32::from_be_bytes(*len)).ok()?;
    let (card, zeros) = rest.split_at_checked(len)?;
    let whole = len.checked_add(4)?.checked_next_multiple_of(STEP)?;
    (zeros.iter().all(|byte| *byte == 0) && whole == text.len()).then_some(card)
}

impl Encode for OpenedCard {
    fn encode(&self, w: &mut Writer) {
        write_text(&self.card, &self.proofs, w);
    }
}

impl Decode for OpenedCard {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { card: GrantCard::decode(r)?, proofs: r.list(MAX_PROOFS)? })
    }
}

impl Encode for SealedCard {
    fn encode(&self, w: &mut Writer) {
        w.fixed(&head(self.recipient));
        w.fixed(&self.sealed.enc[..]);
        w.bytes(&self.sealed.ciphertext);
    }
}

impl Decode for SealedCard {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if r.fixed()? != MAGIC {
            return Err(DecodeError::BadValue("no sealed card"));
        }
        if (r.u8()?, r.u8()?) != (VERSION, SUITE) {
            return Err(DecodeError::BadValue("version or suite of a sealed card"));
        }
        let recipient = r.fixed()?;
        let enc = Box::new(r.fixed::<SEAL_LEN>()?);
        Ok(Self { recipient, sealed: Sealed { enc, ciphertext: r.bytes(MAX_LEN)? } })
    }
}
