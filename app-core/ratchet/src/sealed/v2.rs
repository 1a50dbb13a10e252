//! Version 2: the content is encrypted once, its key is wrapped for each recipient.
//!
//! A random secret determines everything that recipients share: the message's key pair and the
//! content key. A recipient unwraps the secret and must find the same key pair again, so all of
//! them read the same content or none. A tag proves to each who sealed it.

use super::content::SealedContent;
use crate::{
    IdentityKey, IdentityKeyPair, RatchetError,
    curve::{KeyPair, PublicKey33},
    kdf,
    secret::Secret,
};
use aes_gcm_siv::{Aes256GcmSiv, KeyInit, Nonce, aead::Aead};
use rand_core::CryptoRng;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// First byte of what a recipient gets.
pub(super) const VERSION: u8 = 0x22;
/// Length of a wrapped secret and its sender's tag.
pub(super) const WRAPPED_LEN: usize = SECRET_LEN + TAG_LEN;
/// Shortest that can follow the wrapped secrets: the message's key and the content's own tag.
pub(super) const SHARED_MIN: usize = SECRET_LEN + TAG_LEN;

const SECRET_LEN: usize = 32;
const TAG_LEN: usize = 16;
const KEY_TYPE: u8 = 0x05;
const PAIR: &[u8] = b"Sealed Sender v2: r (2023-08)";
const CONTENT: &[u8] = b"Sealed Sender v2: K";
const WRAP: &[u8] = b"Sealed Sender v2: DH";
const SENDER: &[u8] = b"Sealed Sender v2: DH-sender";

/// One message, before its secret is wrapped for anybody.
pub(super) struct Message {
    secret: Secret,
    pair: KeyPair,
}

impl Message {
    pub(super) fn new(rng: &mut impl CryptoRng) -> Self {
        let mut secret = Zeroizing::new([0; SECRET_LEN]);
        rng.fill_bytes(&mut *secret);
        Self::from_secret(Secret::new(*secret))
    }

    fn from_secret(secret: Secret) -> Self {
        let [pair] = kdf::hkdf(None, secret.as_bytes(), PAIR);
        Self { pair: KeyPair::from_private(*pair.as_bytes()), secret }
    }

    /// What all recipients share: the message's key and the encrypted content.
    pub(super) fn encrypt(&self, content: &[u8]) -> Result<Vec<u8>, RatchetError> {
        let encrypted = self.cipher().encrypt(&Nonce::default(), content);
        let encrypted = encrypted.map_err(|_| RatchetError::BadMessage)?;
        Ok([self.pair.public().u().as_slice(), &encrypted].concat())
    }

    /// The secret for one recipient, then the tag that proves the sender to them.
    pub(super) fn wrap(
        &self,
        ours: &IdentityKeyPair,
        to: &IdentityKey,
    ) -> Result<[u8; WRAPPED_LEN], RatchetError> {
        let key = self.pair.public();
        let mask = mask(&self.pair.agree(to.key())?, key, to);
        let wrapped = xor(self.secret.as_bytes(), &mask);
        let tag = sender_tag(&ours.pair().agree(to.key())?, key, &wrapped, [&ours.public(), to]);
        let mut out = [0; WRAPPED_LEN];
        out.iter_mut().zip(wrapped.into_iter().chain(tag)).for_each(|(to, from)| *to = from);
        Ok(out)
    }

    /// The key serves this one message, so its nonce may be zero.
    fn cipher(&self) -> Aes256GcmSiv {
        let [key] = kdf::hkdf(None, self.secret.as_bytes(), CONTENT);
        Aes256GcmSiv::new(key.as_bytes().into())
    }
}

/// Opens what stands behind the version byte.
pub(super) fn unseal(ours: &IdentityKeyPair, body: &[u8]) -> Result<SealedContent, RatchetError> {
    let (wrapped, rest) = body.split_first_chunk().ok_or(RatchetError::BadMessage)?;
    let (tag, rest) = rest.split_first_chunk::<TAG_LEN>().ok_or(RatchetError::BadMessage)?;
    let (u, encrypted) = rest.split_first_chunk().ok_or(RatchetError::BadMessage)?;
    let (us, key) = (ours.public(), public_key(u)?);

    let mask = mask(&ours.pair().agree(&key)?, &key, &us);
    let message = Message::from_secret(Secret::new(xor(wrapped, &mask)));
    if !bool::from(message.pair.public().u().ct_eq(u)) {
        return Err(RatchetError::BadMessage);
    }
    let content = message.cipher().decrypt(&Nonce::default(), encrypted);
    let content = SealedContent::parse(&content.map_err(|_| RatchetError::BadMessage)?)?;

    // Who wrapped the secret, and whether that is who the certificate says, are one question here.
    let sender = content.certificate.identity();
    let expected = sender_tag(&ours.pair().agree(sender.key())?, &key, wrapped, [sender, &us]);
    if expected.ct_eq(tag).into() { Ok(content) } else { Err(RatchetError::BadCertificate) }
}

/// Hides the secret on its way to this recipient.
fn mask(shared: &Secret, key: &PublicKey33, to: &IdentityKey) -> Secret {
    let parts = [shared.as_bytes().as_slice(), key.as_bytes(), to.as_bytes()];
    let [mask] = kdf::hkdf(None, &Zeroizing::new(parts.concat()), WRAP);
    mask
}

fn sender_tag(
    shared: &Secret,
    key: &PublicKey33,
    wrapped: &[u8; SECRET_LEN],
    [from, to]: [&IdentityKey; 2],
) -> [u8; TAG_LEN] {
    let [shared, key, from, to] =
        [shared.as_bytes().as_slice(), key.as_bytes(), from.as_bytes(), to.as_bytes()];
    let ikm = Zeroizing::new([shared, key, wrapped, from, to].concat());
    // The protocol takes 16 bytes; HKDF gives the same ones at the start of 32.
    let [whole] = kdf::hkdf(None, &ikm, SENDER);
    let mut tag = [0; TAG_LEN];
    tag.iter_mut().zip(whole.as_bytes()).for_each(|(to, from)| *to = *from);
    tag
}

fn xor(bytes: &[u8; SECRET_LEN], mask: &Secret) -> [u8; SECRET_LEN] {
    let mut out = *bytes;
    out.iter_mut().zip(mask.as_bytes()).for_each(|(byte, mask)| *byte ^= mask);
    out
}

fn public_key(u: &[u8; SECRET_LEN]) -> Result<PublicKey33, RatchetError> {
    PublicKey33::parse(&[[KEY_TYPE].as_slice(), u].concat()).ok_or(RatchetError::BadMessage)
}
