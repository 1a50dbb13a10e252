//! Version 1: sealed for one recipient, by two agreements.
//!
//! The first, with a key made for this message, hides who sends; the second, with the sender's
//! identity, hides the content and proves who sealed it.

use super::content::SealedContent;
use crate::{
    IdentityKey, IdentityKeyPair, RatchetError,
    curve::{KeyPair, PublicKey33},
    kdf,
    proto::{Fields, put_bytes},
    secret::Secret,
};
use aes::Aes256;
use ctr::{
    Ctr32BE,
    cipher::{KeyIvInit, StreamCipher},
};
use rand_core::CryptoRng;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

const VERSION: u8 = 0x11;
const SALT: &[u8] = b"UnidentifiedDelivery";
const MAC_LEN: usize = 10;

pub(super) fn seal(
    ours: &IdentityKeyPair,
    to: &IdentityKey,
    content: &[u8],
    rng: &mut impl CryptoRng,
) -> Result<Vec<u8>, RatchetError> {
    let ephemeral = KeyPair::generate(rng);
    let shared = ephemeral.agree(to.key())?;
    let [chain, cipher, mac] = outer_keys(to, ephemeral.public(), &shared);
    let encrypted_static = encrypt(&cipher, &mac, ours.public().as_bytes())?;

    let shared = ours.pair().agree(to.key())?;
    let [cipher, mac] = inner_keys(&chain, &encrypted_static, &shared);
    let encrypted_message = encrypt(&cipher, &mac, content)?;

    let mut out = vec![VERSION];
    put_bytes(&mut out, 1, ephemeral.public().as_bytes());
    put_bytes(&mut out, 2, &encrypted_static);
    put_bytes(&mut out, 3, &encrypted_message);
    Ok(out)
}

/// Opens what stands behind the version byte.
pub(super) fn unseal(ours: &IdentityKeyPair, body: &[u8]) -> Result<SealedContent, RatchetError> {
    let (ephemeral, encrypted_static, encrypted_message) = parse(body)?;
    let shared = ours.pair().agree(&ephemeral)?;
    let [chain, cipher, mac] = outer_keys(&ours.public(), &ephemeral, &shared);
    let sender = decrypt(&cipher, &mac, encrypted_static)?;
    let sender = IdentityKey::parse(&sender).ok_or(RatchetError::BadMessage)?;

    let shared = ours.pair().agree(sender.key())?;
    let [cipher, mac] = inner_keys(&chain, encrypted_static, &shared);
    let content = SealedContent::parse(&decrypt(&cipher, &mac, encrypted_message)?)?;
    // Otherwise whoever holds somebody's certificate could write in their name.
    if *content.certificate.identity() == sender {
        Ok(content)
    } else {
        Err(RatchetError::BadCertificate)
    }
}

fn parse(body: &[u8]) -> Result<(PublicKey33, &[u8], &[u8]), RatchetError> {
    let mut fields = Fields::new(body);
    let (mut ephemeral, mut encrypted_static, mut encrypted_message) = (None, None, None);
    while let Some((number, value)) = fields.next()? {
        match number {
            1 => ephemeral = Some(value.bytes()?),
            2 => encrypted_static = Some(value.bytes()?),
            3 => encrypted_message = Some(value.bytes()?),
            _ => {}
        }
    }
    ephemeral
        .and_then(PublicKey33::parse)
        .zip(encrypted_static)
        .zip(encrypted_message)
        .map(|((ephemeral, sender), message)| (ephemeral, sender, message))
        .ok_or(RatchetError::BadMessage)
}

/// Chain, cipher and MAC key of the layer that hides the sender.
fn outer_keys(to: &IdentityKey, ephemeral: &PublicKey33, shared: &Secret) -> [Secret; 3] {
    let salt = [SALT, to.as_bytes(), ephemeral.as_bytes()].concat();
    kdf::hkdf(Some(&salt), shared.as_bytes(), b"")
}

/// Cipher and MAC key of the layer that hides the content.
fn inner_keys(chain: &Secret, encrypted_static: &[u8], shared: &Secret) -> [Secret; 2] {
    let salt = Zeroizing::new([chain.as_bytes(), encrypted_static].concat());
    let [_, cipher, mac] = kdf::hkdf(Some(&salt), shared.as_bytes(), b"");
    [cipher, mac]
}

fn encrypt(cipher: &Secret, mac: &Secret, plaintext: &[u8]) -> Result<Vec<u8>, RatchetError> {
    let mut out = apply_keystream(cipher, plaintext)?;
    let mac = short_mac(mac, &out);
    out.extend_from_slice(&mac);
    Ok(out)
}

fn decrypt(cipher: &Secret, mac: &Secret, sealed: &[u8]) -> Result<Vec<u8>, RatchetError> {
    let (ciphertext, theirs) =
        sealed.split_last_chunk::<MAC_LEN>().ok_or(RatchetError::BadMessage)?;
    if !bool::from(short_mac(mac, ciphertext).ct_eq(theirs)) {
        return Err(RatchetError::BadMessage);
    }
    apply_keystream(cipher, ciphertext)
}

fn short_mac(key: &Secret, ciphertext: &[u8]) -> [u8; MAC_LEN] {
    let whole = kdf::hmac(key, &[ciphertext]);
    let mut short = [0; MAC_LEN];
    short.iter_mut().zip(whole.iter()).for_each(|(to, from)| *to = *from);
    short
}

/// AES-256-CTR from zero: each of these keys serves one message. Fails beyond 64 GiB.
fn apply_keystream(key: &Secret, text: &[u8]) -> Result<Vec<u8>, RatchetError> {
    let mut text = text.to_vec();
    Ctr32BE::<Aes256>::new(key.as_bytes().into(), &[0; 16].into())
        .try_apply_keystream(&mut text)
        .map_err(|_| RatchetError::BadMessage)?;
    Ok(text)
}
