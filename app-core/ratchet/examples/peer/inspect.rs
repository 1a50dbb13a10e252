//! What anybody can read from a message without a key.

use crate::{
    failure::Failure,
    request::{Request, base64},
};
use ratchet::{PreKeyMessage, SenderKeyDistribution, SenderKeyMessage, SignalMessage};
use serde_json::{Value, json};

pub(crate) fn inspect(request: &Request) -> Result<Value, Failure> {
    let body = request.bytes("body")?;
    let shown = match request.get("type").map(Value::to_string).as_deref() {
        Some("2" | "\"whisper\"") => whisper(&body),
        Some("3" | "\"prekey\"") => prekey(&body),
        Some("7" | "\"senderkey\"") => sender_key(&body),
        _ => distribution(&body),
    };
    shown.map_err(|error| Failure::of_bytes(error, &body))
}

fn version(body: &[u8]) -> u8 {
    body.first().copied().unwrap_or_default() >> 4
}

fn whisper(body: &[u8]) -> Result<Value, ratchet::RatchetError> {
    let message = SignalMessage::parse(body)?;
    Ok(json!({
        "version": version(body),
        "counter": message.counter(),
        "pq_ratchet": base64(message.pq_ratchet()),
        "ciphertext": base64(message.ciphertext()),
    }))
}

fn prekey(body: &[u8]) -> Result<Value, ratchet::RatchetError> {
    let message = PreKeyMessage::parse(body)?;
    Ok(json!({
        "version": version(body),
        "registration_id": message.registration_id(),
        "pre_key_id": message.one_time_id(),
        "signed_pre_key_id": message.signed_pre_key_id(),
    }))
}

fn sender_key(body: &[u8]) -> Result<Value, ratchet::RatchetError> {
    let message = SenderKeyMessage::parse(body)?;
    Ok(json!({
        "distribution_id": message.distribution_id().to_string(),
        "chain_id": message.chain_id(),
        "iteration": message.iteration(),
        "ciphertext": base64(message.ciphertext()),
    }))
}

fn distribution(body: &[u8]) -> Result<Value, ratchet::RatchetError> {
    let message = SenderKeyDistribution::parse(body)?;
    Ok(json!({
        "distribution_id": message.distribution_id().to_string(),
        "chain_id": message.chain_id(),
        "iteration": message.iteration(),
        "chain_key": base64(message.chain_key()),
    }))
}
