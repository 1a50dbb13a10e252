//! Prekeys: published, moved between peers, used up.

use crate::{
    failure::Failure,
    people::Person,
    request::{Request, base64},
    stored::Stored,
};
use rand::rng;
use ratchet::{
    Bundle, IdentityKeyPair, KyberPreKey, OneTimePreKey, OneTimePublic, PreKeyMessage, PreKeys,
    SignedPreKey, UsedPreKeys,
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use wire::{Decode, Encode};

/// When the keys claim to be made; nobody looks at it.
/// Bytes before the private half of a stored prekey.
const HEAD: usize = 5;
const MADE: u64 = 1_700_000_000_000;
const KYBER_TYPE: u8 = 8;

/// Somebody's prekeys by number.
#[derive(Default)]
pub(crate) struct Shelf {
    one_time: BTreeMap<u32, OneTimePreKey>,
    signed: BTreeMap<u32, SignedPreKey>,
    kyber: BTreeMap<u32, KyberPreKey>,
    /// The Kyber keys that serve once.
    kyber_once: BTreeSet<u32>,
    /// How many one-time, signed and Kyber keys got the next free number.
    numbered: [u32; 3],
    /// Which keys began a session, in order. The same ones never begin another.
    used: Vec<UsedPreKeys>,
}

impl Shelf {
    /// The keys that a message names, to begin its session with.
    pub(crate) fn find(&self, message: &PreKeyMessage) -> Result<PreKeys<'_>, Failure> {
        let none =
            |what: &str, id: u32| Failure::new("InvalidPreKeyId", format!("no {what} prekey {id}"));
        let (signed_id, kyber_id) = (message.signed_pre_key_id(), message.kyber_id());
        let one_time = |id| self.one_time.get(&id).ok_or_else(|| none("one-time", id));
        let keys = PreKeys {
            one_time: message.one_time_id().map(one_time).transpose()?,
            signed: self.signed.get(&signed_id).ok_or_else(|| none("signed", signed_id))?,
            kyber: self.kyber.get(&kyber_id).ok_or_else(|| none("kyber", kyber_id))?,
        };
        let again = |used: &UsedPreKeys| {
            (used.kyber, used.signed, used.base_key) == (kyber_id, signed_id, *message.base_key())
        };
        if self.used.iter().any(again) {
            let what = "invalid PreKey message: kyber prekey reused with the same base key";
            return Err(Failure::new("InvalidMessage", what));
        }
        Ok(keys)
    }

    /// Takes away what served its one session.
    pub(crate) fn use_up(&mut self, used: UsedPreKeys) {
        if let Some(id) = used.one_time {
            self.one_time.remove(&id);
        }
        if self.kyber_once.contains(&used.kyber) {
            self.kyber.remove(&used.kyber);
        }
        self.used.push(used);
    }
}

/// The number that a request names, or the next free one.
fn number(request: &Request, name: &str, numbered: &mut u32) -> Result<u32, Failure> {
    if let Some(wanted) = request.maybe_number(name)? {
        return Ok(wanted);
    }
    *numbered = numbered.saturating_add(1);
    Ok(*numbered)
}

pub(crate) fn publish(person: &mut Person, request: &Request) -> Result<Value, Failure> {
    let Person { address, registration_id, identity, shelf, .. } = person;
    let rng = &mut rng();
    let [one_time_ids, signed_ids, kyber_ids] = &mut shelf.numbered;
    let one_time = match request.flag("one_time", true) {
        true => Some(OneTimePreKey::generate(number(request, "pre_key_id", one_time_ids)?, rng)),
        false => None,
    };
    let id = number(request, "signed_pre_key_id", signed_ids)?;
    let signed =
        shelf.signed.entry(id).or_insert_with(|| SignedPreKey::generate(id, identity, rng));
    let id = number(request, "kyber_pre_key_id", kyber_ids)?;
    let kyber = shelf.kyber.entry(id).or_insert_with(|| KyberPreKey::generate(id, identity, rng));
    if request.flag("kyber_one_time", false) {
        shelf.kyber_once.insert(id);
    }
    let mut bundle =
        Bundle::new(*registration_id, u32::from(address.device), identity, signed, kyber);
    let mut secrets = secrets(signed, kyber)?;
    if let Some(one_time) = one_time {
        bundle.one_time = Some(OneTimePublic::from(&one_time));
        let stored = one_time.to_bytes();
        secrets["pre_key_private"] = Value::from(base64(part(&stored, HEAD, 32)?));
        shelf.one_time.insert(one_time.id(), one_time);
    }
    let bundle = shown(&bundle);
    match request.flag("with_private", false) {
        true => Ok(json!({ "bundle": bundle, "secrets": secrets })),
        false => Ok(json!({ "bundle": bundle })),
    }
}

fn shown(bundle: &Bundle) -> Value {
    let mut shown = json!({
        "registration_id": bundle.registration_id,
        "device_id": bundle.device_id,
        "identity_key": base64(bundle.identity.as_bytes()),
        "signed_pre_key_id": bundle.signed.id,
        "signed_pre_key": base64(bundle.signed.key.as_bytes()),
        "signed_pre_key_signature": base64(bundle.signed.signature),
        "kyber_pre_key_id": bundle.kyber.id,
        "kyber_pre_key": base64(bundle.kyber.key.as_bytes()),
        "kyber_pre_key_signature": base64(bundle.kyber.signature),
    });
    if let Some(OneTimePublic { id, key }) = bundle.one_time {
        shown["pre_key_id"] = Value::from(id);
        shown["pre_key"] = Value::from(base64(key.as_bytes()));
    }
    shown
}

/// The private halves, which only the stored form has: format, number, private half, public half, signature.
fn secrets(signed: &SignedPreKey, kyber: &KyberPreKey) -> Result<Value, Failure> {
    let stored = signed.to_bytes();
    let signed = Stored {
        id: signed.id(),
        public: signed.public().as_bytes().to_vec(),
        private: part(&stored, HEAD, 32)?.to_vec(),
        signature: signed.signature().to_vec(),
        timestamp: MADE,
    };
    let stored = kyber.to_bytes();
    let kyber = Stored {
        id: kyber.id(),
        public: kyber.public().as_bytes().to_vec(),
        private: [&[KYBER_TYPE], part(&stored, HEAD, 3168)?].concat(),
        signature: kyber.signature().to_vec(),
        timestamp: MADE,
    };
    Ok(json!({
        "signed_pre_key_private": base64(&signed.private),
        "signed_pre_key_record": base64(signed.write()),
        "kyber_pre_key_private": base64(&kyber.private),
        "kyber_pre_key_record": base64(kyber.write()),
    }))
}

fn part(bytes: &[u8], at: usize, length: usize) -> Result<&[u8], Failure> {
    let wrong = || Failure::new("InternalError", "a stored prekey has another form");
    bytes.split_at_checked(at).and_then(|(_, rest)| rest.get(..length)).ok_or_else(wrong)
}

pub(crate) fn import(person: &mut Person, request: &Request) -> Result<Value, Failure> {
    let given = |id: &str, key: &str| request.get(id).is_some() && request.get(key).is_some();
    if given("pre_key_id", "pre_key_private") {
        let id: u32 = request.number("pre_key_id")?;
        let pair = pair(request.array("pre_key_private")?);
        let stored = [head(id).as_slice(), &pair].concat();
        person.shelf.one_time.insert(id, read(&stored)?);
    }
    if given("signed_pre_key_id", "signed_pre_key_private") {
        let id: u32 = request.number("signed_pre_key_id")?;
        let private = request.array("signed_pre_key_private")?;
        let public = IdentityKeyPair::from_private(private).public();
        let signature = person.identity.sign(public.as_bytes(), &mut rng());
        let stored = [head(id).as_slice(), &pair(private), &signature].concat();
        person.shelf.signed.insert(id, read(&stored)?);
    }
    if let Some(record) = request.maybe_bytes("kyber_pre_key_record")? {
        let Stored { id, public, private, signature, .. } = Stored::read(&record)?;
        let private = private.strip_prefix(&[KYBER_TYPE]).unwrap_or(&private);
        let stored = [head(id).as_slice(), private, &public, &signature].concat();
        person.shelf.kyber.insert(id, read(&stored)?);
    }
    Ok(json!({}))
}

/// What stands before the private half of a stored prekey: its format and number.
fn head(id: u32) -> [u8; HEAD] {
    let [a, b, c, d] = id.to_be_bytes();
    [1, a, b, c, d]
}

/// A key pair as prekeys store it.
fn pair(private: [u8; 32]) -> Vec<u8> {
    let public = IdentityKeyPair::from_private(private).public();
    [crate::keys::clamped(private).as_slice(), public.as_bytes()].concat()
}

fn read<T: Decode>(stored: &[u8]) -> Result<T, Failure> {
    T::from_bytes(stored).map_err(|error| Failure::new("InvalidKey", format!("bad key: {error}")))
}

pub(crate) fn status(person: &mut Person, _: &Request) -> Result<Value, Failure> {
    let shelf = &person.shelf;
    let used = |used: &UsedPreKeys| {
        let (kyber, signed) = (used.kyber, used.signed);
        json!({ "kyber_pre_key_id": kyber, "signed_pre_key_id": signed })
    };
    Ok(json!({
        "one_time_left": shelf.one_time.keys().collect::<Vec<_>>(),
        "signed": shelf.signed.keys().collect::<Vec<_>>(),
        "kyber": shelf.kyber.keys().collect::<Vec<_>>(),
        "kyber_used": shelf.used.iter().map(used).collect::<Vec<_>>(),
    }))
}
