//! Sealed sender, both versions.

use crate::{
    failure::Failure,
    groups, keys, messages,
    people::{Address, Person},
    request::{Request, base64},
};
use rand::rng;
use ratchet::{
    Authority, ContentHint, ContentKind, IdentityKey, PublicKey33, RatchetError, Recipient,
    SealedContent, Sender, SenderCertificate, seal, seal_for_many, split, unseal,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use types::Timestamp;

/// When certificates end and messages arrive, unless a request says otherwise.
const EXPIRES: u64 = 4_102_444_800_000;
const ARRIVES: u64 = 1_700_000_000_000;

pub(crate) fn make_certificates(person: &mut Person, request: &Request) -> Result<Value, Failure> {
    let rng = &mut rng();
    let (root, server) = (rand::random(), rand::random());
    let number = request.maybe_number("server_key_id")?.unwrap_or(1);
    let authority = Authority::from_private(root, server, number, rng);
    let sender = Sender {
        name: request.maybe_text("sender_uuid")?.unwrap_or(&person.address.name),
        e164: request.maybe_text("sender_e164")?,
        device: u32::from(person.address.device),
        identity: &person.identity.public(),
    };
    let expires = request.maybe_number("expires")?.unwrap_or(EXPIRES);
    let certificate = authority.issue(sender, Timestamp(expires), rng)?;
    Ok(json!({
        "trust_root_public": base64(authority.root().as_bytes()),
        "trust_root_private": base64(keys::clamped(root)),
        "server_certificate": base64(authority.server_certificate().to_bytes()),
        "sender_certificate": base64(certificate.to_bytes()),
    }))
}

pub(crate) fn encrypt(person: &mut Person, request: &Request) -> Result<Value, Failure> {
    let remote = request.address("remote")?;
    let certificate = certificate(request)?;
    let now = messages::now(request)?;
    let sealed = messages::seal(person, &remote, &request.bytes("plaintext")?, now)?;
    let content = SealedContent {
        kind: sealed.kind.into(),
        certificate,
        content: sealed.bytes,
        hint: ContentHint::Default,
        group: None,
    };
    let to = identity(person, &remote)?;
    Ok(json!({ "body": base64(seal(&person.identity, to, &content, &mut rng())?) }))
}

fn certificate(request: &Request) -> Result<SenderCertificate, Failure> {
    Ok(SenderCertificate::parse(&request.bytes("sender_certificate")?)?)
}

fn identity<'a>(person: &'a Person, remote: &Address) -> Result<&'a IdentityKey, Failure> {
    let record = person.sessions.get(remote);
    record.and_then(|record| record.identity()).ok_or_else(|| Failure::no_session(remote))
}

pub(crate) fn decrypt(person: &mut Person, request: &Request) -> Result<Value, Failure> {
    let content = opened(person, request)?;
    let root = keys::public(request, "trust_root_public")?;
    let root = PublicKey33::parse(root.as_bytes()).ok_or_else(|| keys::bad_key(&[]))?;
    let now = Timestamp(request.maybe_number("timestamp")?.unwrap_or(ARRIVES));
    let SealedContent { kind, certificate, content, .. } = content;
    certificate.validate(&root, now)?;
    let ours = request.maybe_text("local_uuid")?.unwrap_or(&person.address.name);
    if certificate.is_of(ours, u32::from(person.address.device)) {
        return Err(RatchetError::OwnMessage.into());
    }
    let sender = Address::new(certificate.sender().to_owned(), u64::from(certificate.device()))?;
    let kind = kind.message_kind().ok_or_else(|| {
        Failure::new("InvalidMessage", "invalid sealed sender message: not between two")
    })?;
    let plaintext = messages::open(person, &sender, kind, &content)?;
    Ok(json!({
        "plaintext": base64(&*plaintext),
        "sender_uuid": sender.name,
        "sender_device": sender.device,
    }))
}

/// The inside of a sealed message to this person.
fn opened(person: &Person, request: &Request) -> Result<SealedContent, Failure> {
    let body = request.bytes("body")?;
    let version = body.first().copied().unwrap_or_default() >> 4;
    unseal(&person.identity, &body).map_err(|error| match Failure::from(error) {
        Failure { code: code @ "UnrecognizedCiphertextVersion", .. } => {
            Failure::new(code, format!("unknown sealed sender message version {version}"))
        }
        Failure { code: code @ "InvalidMessage", message } => {
            Failure::new(code, format!("invalid sealed sender message: {message}"))
        }
        other => other,
    })
}

pub(crate) fn encrypt_for_many(person: &mut Person, request: &Request) -> Result<Value, Failure> {
    let certificate = certificate(request)?;
    // The devices of each account, in order.
    let mut accounts = BTreeMap::<[u8; 17], (Address, Vec<(u8, u16)>)>::new();
    for remote in request.list("recipients")? {
        let remote = remote.as_address()?;
        let service = remote.service().ok_or_else(|| {
            let message = format!("protocol address is invalid: {remote}");
            Failure::new("InvalidProtocolAddress", message)
        })?;
        let record = person.sessions.get(&remote);
        let registration = record
            .and_then(|record| record.remote_registration_id())
            .ok_or_else(|| Failure::no_session(&remote))?;
        let registration = u16::try_from(registration).map_err(|_| {
            Failure::new("InvalidRegistrationId", format!("invalid registration id of {remote}"))
        })?;
        let device = (remote.device, registration);
        let (_, devices) = accounts.entry(*service.service_id()).or_insert((remote, vec![]));
        devices.push(device);
    }
    let content = SealedContent {
        kind: ContentKind::SenderKey,
        certificate,
        content: groups::seal(person, request)?,
        hint: ContentHint::Implicit,
        group: request.maybe_bytes("group_id")?,
    };
    let mut recipients = vec![];
    for (service_id, (remote, devices)) in &accounts {
        let identity = identity(person, remote)?;
        recipients.push(Recipient { service_id: *service_id, devices, identity });
    }
    let sent = seal_for_many(&person.identity, &recipients, &[], &content, &mut rng())?;
    Ok(json!({ "sent": base64(sent) }))
}

/// What the only recipient of a message for many gets.
pub(crate) fn single(request: &Request) -> Result<Value, Failure> {
    let sent = request.bytes("sent")?;
    let received = split(&sent)?;
    match received.as_slice() {
        [one] => Ok(json!({ "body": base64(one.message()) })),
        several => Err(Failure::request(format!("only one recipient, not {}", several.len()))),
    }
}

pub(crate) fn open(person: &mut Person, request: &Request) -> Result<Value, Failure> {
    let SealedContent { kind, certificate, content, hint, group } = opened(person, request)?;
    // The library numbers kinds as messages are numbered, not as they are sealed.
    let number = match kind {
        ContentKind::Whisper => 2,
        ContentKind::PreKey => 3,
        ContentKind::SenderKey => 7,
        ContentKind::Plaintext => 8,
    };
    Ok(json!({
        "type": number,
        "contents": base64(content),
        "content_hint": hint as u8,
        "group_id": group.map(base64),
        "sender_certificate": base64(certificate.to_bytes()),
    }))
}
