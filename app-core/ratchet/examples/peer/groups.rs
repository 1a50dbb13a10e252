//! Groups: sender keys handed out and used.

use crate::{
    failure::Failure,
    people::Person,
    request::{Request, base64},
};
use rand::rng;
use ratchet::{DistributionId, RatchetError, SenderKeyDistribution, SenderKeyMessage};
use serde_json::{Value, json};

/// The library's number for a group message.
const SENDER_KEY: u8 = 7;

fn distribution(request: &Request) -> Result<DistributionId, Failure> {
    let text = request.text("distribution_id")?;
    let wrong = || Failure::request(format!("invalid UUID: '{text}'"));
    DistributionId::parse(text).ok_or_else(wrong)
}

fn failure(error: RatchetError, id: DistributionId) -> Failure {
    match Failure::from(error) {
        Failure { code: code @ "NoSenderKeyState", message } => {
            Failure::new(code, format!("{message} {id}"))
        }
        other => other,
    }
}

pub(crate) fn create(person: &mut Person, request: &Request) -> Result<Value, Failure> {
    let id = distribution(request)?;
    let record = person.sender_keys.entry((person.address.clone(), id)).or_default();
    let skdm = record.distribute(id, &mut rng()).map_err(|error| failure(error, id))?;
    Ok(json!({ "skdm": base64(&*skdm.to_bytes()) }))
}

pub(crate) fn process(person: &mut Person, request: &Request) -> Result<Value, Failure> {
    let body = request.bytes("skdm")?;
    let skdm =
        SenderKeyDistribution::parse(&body).map_err(|error| Failure::of_bytes(error, &body))?;
    let name = (request.address("sender")?, skdm.distribution_id());
    person.sender_keys.entry(name).or_default().process(&skdm);
    Ok(json!({}))
}

pub(crate) fn encrypt(person: &mut Person, request: &Request) -> Result<Value, Failure> {
    let body = seal(person, request)?;
    Ok(json!({ "type": SENDER_KEY, "type_name": "senderkey", "body": base64(body) }))
}

/// The message for the group that a request names.
pub(crate) fn seal(person: &mut Person, request: &Request) -> Result<Vec<u8>, Failure> {
    let id = distribution(request)?;
    let record = person.sender_keys.get_mut(&(person.address.clone(), id));
    let none = || failure(RatchetError::NoSenderKey, id);
    let sealed = record.ok_or_else(none)?.encrypt(&request.bytes("plaintext")?, &mut rng());
    sealed.map_err(|error| failure(error, id))
}

pub(crate) fn decrypt(person: &mut Person, request: &Request) -> Result<Value, Failure> {
    let body = request.bytes("body")?;
    let message =
        SenderKeyMessage::parse(&body).map_err(|error| Failure::of_bytes(error, &body))?;
    let id = message.distribution_id();
    let record = person.sender_keys.get_mut(&(request.address("sender")?, id));
    let none = || failure(RatchetError::NoSenderKey, id);
    let opened = record.ok_or_else(none)?.decrypt(&message);
    Ok(json!({ "plaintext": base64(&*opened.map_err(|error| failure(error, id))?) }))
}

pub(crate) fn reset(person: &mut Person, request: &Request) -> Result<Value, Failure> {
    let name = (request.address("sender")?, distribution(request)?);
    person.sender_keys.remove(&name);
    Ok(json!({}))
}
