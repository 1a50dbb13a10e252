//! Sessions and the messages in them.

use crate::{
    failure::Failure,
    keys,
    people::{Address, DEVICES, Person},
    request::{Request, base64},
};
use rand::rng;
use ratchet::{
    Bundle, Ends, IdentityKey, Incoming, KyberPublic, MessageKind, OneTimePublic, Opened,
    PreKeyMessage, PublicKey33, Sealed, SessionRecord, SignedPublic,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};
use types::Timestamp;
use zeroize::Zeroizing;

pub(crate) fn process_bundle(person: &mut Person, request: &Request) -> Result<Value, Failure> {
    let remote = request.address("remote")?;
    let bundle = bundle(&request.part("bundle")?)?;
    let now = now(request)?;
    person.expect(&remote, &bundle.identity)?;
    let Person { address, identity, registration_id, known, sessions, .. } = person;
    let ends = Ends { ours: identity, from: address.service(), to: remote.service() };
    with_record(sessions, &remote, &bundle.identity, |record| {
        record
            .initiate(ends, &bundle, *registration_id, now, &mut rng())
            .map_err(|error| Failure::of(error, "PreKey", &remote))
    })?;
    known.insert(remote, bundle.identity);
    Ok(json!({}))
}

/// Does something to the record with this identity, a new one if there is none or another's. A
/// record without a session is not kept.
fn with_record<T>(
    sessions: &mut BTreeMap<Address, SessionRecord>,
    remote: &Address,
    identity: &IdentityKey,
    change: impl FnOnce(&mut SessionRecord) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let old =
        sessions.get_mut(remote).filter(|old| old.identity().is_none_or(|key| key == identity));
    if let Some(record) = old {
        return change(record);
    }
    let mut record = SessionRecord::default();
    let done = change(&mut record)?;
    sessions.insert(remote.clone(), record);
    Ok(done)
}

fn bundle(request: &Request) -> Result<Bundle, Failure> {
    let key = |name| {
        let key = keys::public(request, name)?;
        PublicKey33::parse(key.as_bytes()).ok_or_else(|| keys::bad_key(key.as_bytes()))
    };
    // Both or neither.
    let one_time = match (request.get("pre_key_id"), request.get("pre_key")) {
        (None, None) => None,
        _ => Some(OneTimePublic { id: request.number("pre_key_id")?, key: key("pre_key")? }),
    };
    let device_id = request.number("device_id")?;
    if !DEVICES.contains(&u64::from(device_id)) {
        return Err(Failure::request("invalid argument: device ID is out of range"));
    }
    Ok(Bundle {
        registration_id: request.number("registration_id")?,
        device_id,
        identity: keys::public(request, "identity_key")?,
        signed: SignedPublic {
            id: request.number("signed_pre_key_id")?,
            key: key("signed_pre_key")?,
            signature: request.array("signed_pre_key_signature")?,
        },
        kyber: KyberPublic {
            id: request.number("kyber_pre_key_id")?,
            key: keys::kem_public(request, "kyber_pre_key")?,
            signature: request.array("kyber_pre_key_signature")?,
        },
        one_time,
    })
}

/// The time that a request names, or the clock's.
pub(crate) fn now(request: &Request) -> Result<Timestamp, Failure> {
    let clock = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let now: Option<u64> = request.maybe_number("now_ms")?;
    Ok(Timestamp(now.unwrap_or_else(|| clock().try_into().unwrap_or(u64::MAX))))
}

pub(crate) fn encrypt(person: &mut Person, request: &Request) -> Result<Value, Failure> {
    let remote = request.address("remote")?;
    let Sealed { kind, bytes } =
        seal(person, &remote, &request.bytes("plaintext")?, now(request)?)?;
    let name = match kind {
        MessageKind::Whisper => "whisper",
        MessageKind::PreKey => "prekey",
    };
    Ok(json!({ "type": kind.byte(), "type_name": name, "body": base64(bytes) }))
}

/// Encrypts in the current session with somebody.
pub(crate) fn seal(
    person: &mut Person,
    remote: &Address,
    plaintext: &[u8],
    now: Timestamp,
) -> Result<Sealed, Failure> {
    let Person { address, identity, known, sessions, .. } = person;
    let none = || Failure::no_session(remote);
    let record = sessions.get_mut(remote).ok_or_else(none)?;
    if known.get(remote).zip(record.identity()).is_some_and(|(known, key)| known != key) {
        return Err(Failure::untrusted(remote));
    }
    let ends = Ends { ours: identity, from: address.service(), to: remote.service() };
    let sealed = record
        .encrypt(ends, plaintext, now, &mut rng())
        .map_err(|error| Failure::of(error, "Whisper", remote))?;
    remember(known, remote, record);
    Ok(sealed)
}

/// Whom one has a conversation with one knows, even if one forgot.
fn remember(known: &mut BTreeMap<Address, IdentityKey>, remote: &Address, record: &SessionRecord) {
    known.extend(record.identity().map(|identity| (remote.clone(), *identity)));
}

pub(crate) fn decrypt(person: &mut Person, request: &Request) -> Result<Value, Failure> {
    let remote = request.address("remote")?;
    let kind = match request.get("type").map(Value::to_string).as_deref() {
        Some("2" | "\"whisper\"") => MessageKind::Whisper,
        Some("3" | "\"prekey\"") => MessageKind::PreKey,
        other => {
            let other = other.unwrap_or_default();
            return Err(Failure::request(format!("unsupported message type {other}")));
        }
    };
    let plaintext = open(person, &remote, kind, &request.bytes("body")?)?;
    Ok(json!({ "plaintext": base64(&*plaintext) }))
}

/// Decrypts what came from somebody.
pub(crate) fn open(
    person: &mut Person,
    remote: &Address,
    kind: MessageKind,
    bytes: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let opened =
        match Incoming::parse(kind, bytes).map_err(|error| Failure::of_message(error, bytes))? {
            Incoming::PreKey(message) => accept(person, remote, &message)?,
            Incoming::Whisper(message) => {
                let Person { address, identity, known, sessions, .. } = &mut *person;
                let none = || Failure::no_session(remote);
                let record = sessions.get_mut(remote).ok_or_else(none)?;
                let ends = Ends { ours: identity, from: address.service(), to: remote.service() };
                let opened = record
                    .decrypt(ends, &message, &mut rng())
                    .map_err(|error| Failure::of(error, "Whisper", remote))?;
                remember(known, remote, record);
                opened
            }
        };
    Ok(opened.plaintext)
}

fn accept(
    person: &mut Person,
    remote: &Address,
    message: &PreKeyMessage,
) -> Result<Opened, Failure> {
    person.expect(remote, message.identity())?;
    let Person { address, identity, shelf, known, sessions, .. } = person;
    let ends = Ends { ours: identity, from: address.service(), to: remote.service() };
    let opened = with_record(sessions, remote, message.identity(), |record| {
        let opened = match record.knows(message) {
            true => record.accept_known(ends, message, &mut rng()),
            false => record.accept(ends, shelf.find(message)?, message, &mut rng()),
        };
        opened.map_err(|error| Failure::of(error, "PreKey", remote))
    })?;
    known.insert(remote.clone(), *message.identity());
    if let Some(used) = opened.used {
        shelf.use_up(used);
    }
    Ok(opened)
}
