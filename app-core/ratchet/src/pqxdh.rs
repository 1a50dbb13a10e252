//! PQXDH: how both sides come to the same first keys.
//!
//! The order of the agreements is fixed and the same on both sides; everything the session ever uses
//! follows from them.

use crate::{
    RatchetError, bundle::Bundle, curve::KeyPair, identity::IdentityKeyPair, kdf,
    message::PreKeyMessage, prekeys::PreKeys, secret::Secret,
};
use zeroize::Zeroizing;

/// The keys that a session begins with.
#[derive(Debug)]
pub(crate) struct Agreed {
    pub(crate) root: Secret,
    /// The chain of the responder's signed prekey.
    pub(crate) chain: Secret,
    /// Authenticates the post-quantum ratchet.
    pub(crate) pq_auth: Secret,
}

/// The initiator's side; `kem` is the secret that was encapsulated to the bundle's Kyber key.
pub(crate) fn initiate(
    ours: &IdentityKeyPair,
    base: &KeyPair,
    bundle: &Bundle,
    kem: &Secret,
) -> Result<Agreed, RatchetError> {
    let signed = &bundle.signed.key;
    let agreements =
        [ours.pair().agree(signed)?, base.agree(bundle.identity.key())?, base.agree(signed)?];
    let one_time = bundle.one_time.map(|one_time| base.agree(&one_time.key)).transpose()?;
    Ok(derive(&agreements, one_time.as_ref(), kem))
}

/// The responder's side, from a first message and the prekeys that it names.
pub(crate) fn respond(
    ours: &IdentityKeyPair,
    prekeys: PreKeys<'_>,
    message: &PreKeyMessage,
) -> Result<Agreed, RatchetError> {
    let named = prekeys.signed.id() == message.signed_pre_key_id()
        && prekeys.kyber.id() == message.kyber_id()
        && prekeys.one_time.map(|one_time| one_time.id()) == message.one_time_id();
    if !named {
        return Err(RatchetError::MissingPreKey);
    }
    let base = message.base();
    if !base.is_sound() {
        return Err(RatchetError::BadMessage);
    }
    let signed = prekeys.signed.pair();
    let agreements =
        [signed.agree(message.identity().key())?, ours.pair().agree(base)?, signed.agree(base)?];
    let one_time = prekeys.one_time.map(|key| key.pair().agree(base)).transpose()?;
    let kem = prekeys.kyber.private().decapsulate(message.kyber_ciphertext());
    Ok(derive(&agreements, one_time.as_ref(), &kem))
}

fn derive(agreements: &[Secret; 3], one_time: Option<&Secret>, kem: &Secret) -> Agreed {
    // Reserved at once: growing would leave copies behind that nobody wipes.
    let mut secrets = Zeroizing::new(Vec::with_capacity(6 * 32));
    secrets.extend_from_slice(&[0xff; 32]);
    for secret in agreements.iter().chain(one_time).chain([kem]) {
        secrets.extend_from_slice(secret.as_bytes());
    }
    let [root, chain, pq_auth] = kdf::agreement(&secrets);
    Agreed { root, chain, pq_auth }
}
