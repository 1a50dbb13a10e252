//! Raw keys, agreements and signatures.

use crate::{
    failure::Failure,
    people::Person,
    request::{Request, base64},
};
use rand::rng;
use ratchet::{IdentityKey, IdentityKeyPair, KyberPublicKey};
use serde_json::{Value, json};
use x25519_dalek::{PublicKey, StaticSecret};

/// A private key as the library shows it: with the bits in place that every private key has.
pub(crate) fn clamped(private: [u8; 32]) -> [u8; 32] {
    curve25519_dalek::scalar::clamp_integer(private)
}

/// A public key, or what is wrong with these bytes.
pub(crate) fn public(request: &Request, name: &str) -> Result<IdentityKey, Failure> {
    let bytes = request.bytes(name)?;
    IdentityKey::parse(&bytes).ok_or_else(|| bad_key(&bytes))
}

pub(crate) fn bad_key(bytes: &[u8]) -> Failure {
    let kind = bytes.first().copied().unwrap_or_default();
    Failure::new("InvalidKey", format!("bad key type <{kind:#04x}> or length <{}>", bytes.len()))
}

pub(crate) fn generate() -> Value {
    let private = clamped(rand::random());
    let public = IdentityKeyPair::from_private(private).public();
    json!({ "private_key": base64(private), "public_key": base64(public.as_bytes()) })
}

pub(crate) fn public_of(request: &Request) -> Result<Value, Failure> {
    let pair = IdentityKeyPair::from_private(request.array("private_key")?);
    Ok(json!({ "public_key": base64(pair.public().as_bytes()) }))
}

/// The crate keeps agreements to itself; this is the same primitive with the same check.
pub(crate) fn agree(request: &Request) -> Result<Value, Failure> {
    let private = StaticSecret::from(request.array::<32>("private_key")?);
    let public = public(request, "public_key")?;
    let [_, u @ ..] = *public.as_bytes();
    let shared = private.diffie_hellman(&PublicKey::from(u));
    if shared.was_contributory() {
        Ok(json!({ "shared": base64(shared.as_bytes()) }))
    } else {
        Err(Failure::new("InvalidKey", "invalid key agreement"))
    }
}

pub(crate) fn sign_with(request: &Request) -> Result<Value, Failure> {
    let pair = IdentityKeyPair::from_private(request.array("private_key")?);
    Ok(signature(&pair, &request.bytes("message")?))
}

pub(crate) fn sign(person: &mut Person, request: &Request) -> Result<Value, Failure> {
    Ok(signature(&person.identity, &request.bytes("message")?))
}

pub(crate) fn sign_alternate(person: &mut Person, request: &Request) -> Result<Value, Failure> {
    let signature = person.identity.sign_alternate(&public(request, "other")?, &mut rng());
    Ok(json!({ "signature": base64(signature) }))
}

pub(crate) fn verify(request: &Request) -> Result<Value, Failure> {
    let message = request.bytes("message")?;
    verdict(request, |key, signature| key.verify(&message, signature))
}

pub(crate) fn verify_alternate(request: &Request) -> Result<Value, Failure> {
    let other = public(request, "other")?;
    verdict(request, |key, signature| key.verify_alternate(&other, signature))
}

pub(crate) fn check_kem(request: &Request) -> Result<Value, Failure> {
    let key = kem_public(request, "kem_public")?;
    Ok(json!({ "serialized": base64(key.as_bytes()) }))
}

/// A Kyber public key, or what is wrong with these bytes.
pub(crate) fn kem_public(request: &Request, name: &str) -> Result<KyberPublicKey, Failure> {
    let bytes = request.bytes(name)?;
    let wrong = || {
        let kind = bytes.first().copied().unwrap_or_default();
        let message = format!("bad KEM key type <{kind:#04x}> or bad KEM key <{}>", bytes.len());
        Failure::new("InvalidKey", message)
    };
    KyberPublicKey::parse(&bytes).ok_or_else(wrong)
}

fn signature(pair: &IdentityKeyPair, message: &[u8]) -> Value {
    json!({ "signature": base64(pair.sign(message, &mut rng())) })
}

/// A signature of another length is simply wrong.
fn verdict(
    request: &Request,
    verify: impl Fn(&IdentityKey, &[u8; 64]) -> bool,
) -> Result<Value, Failure> {
    let key = public(request, "public_key")?;
    let signature = <[u8; 64]>::try_from(request.bytes("signature")?);
    Ok(json!({ "valid": signature.is_ok_and(|signature| verify(&key, &signature)) }))
}
