//! Whom this process plays: any number of people, each with keys, sessions and groups of their own.

use crate::{
    failure::Failure,
    keys,
    prekeys::Shelf,
    request::{Request, base64},
};
use core::fmt;
use rand::RngExt;
use ratchet::{
    DistributionId, IdentityKey, IdentityKeyPair, SenderKeyRecord, ServiceAddress, SessionRecord,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(crate) const DEVICES: core::ops::RangeInclusive<u64> = 1..=127;
const REGISTRATION_IDS: core::ops::RangeInclusive<u32> = 1..=16380;
const DEFAULT: &str = "default";

/// A name and one of its devices.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Address {
    pub(crate) name: String,
    pub(crate) device: u8,
}

impl Address {
    pub(crate) fn new(name: String, device: u64) -> Result<Self, Failure> {
        let number = u8::try_from(device).ok().filter(|_| DEVICES.contains(&device));
        match number {
            Some(device) => Ok(Self { name, device }),
            None => {
                let message = format!("protocol address is invalid: {name}.{device}");
                Err(Failure::new("InvalidProtocolAddress", message))
            }
        }
    }

    /// What messages bind, if the name is a service id.
    pub(crate) fn service(&self) -> Option<ServiceAddress> {
        ServiceAddress::parse(&self.name, self.device)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.name, self.device)
    }
}

/// All of them by the name that requests use.
#[derive(Default)]
pub(crate) struct People(BTreeMap<String, Person>);

/// One of them.
pub(crate) struct Person {
    pub(crate) address: Address,
    pub(crate) registration_id: u32,
    pub(crate) identity: IdentityKeyPair,
    pub(crate) shelf: Shelf,
    /// Whose key was seen first under an address; another one is refused.
    pub(crate) known: BTreeMap<Address, IdentityKey>,
    pub(crate) sessions: BTreeMap<Address, SessionRecord>,
    pub(crate) sender_keys: BTreeMap<(Address, DistributionId), SenderKeyRecord>,
}

impl People {
    /// Makes a person, and forgets who had this name before.
    pub(crate) fn create(&mut self, request: &Request) -> Result<Value, Failure> {
        let address = request.as_address()?;
        let private = match request.get("identity_private") {
            Some(_) => request.array("identity_private")?,
            None => rand::random(),
        };
        let registration_id = match request.maybe_number("registration_id")? {
            Some(id) => id,
            None => rand::rng().random_range(REGISTRATION_IDS),
        };
        let person = Person {
            address,
            registration_id,
            identity: IdentityKeyPair::from_private(private),
            shelf: Shelf::default(),
            known: BTreeMap::new(),
            sessions: BTreeMap::new(),
            sender_keys: BTreeMap::new(),
        };
        let reply = json!({
            "name": person.address.name,
            "device_id": person.address.device,
            "registration_id": registration_id,
            "identity_public": base64(person.identity.public().as_bytes()),
            "identity_private": base64(keys::clamped(private)),
        });
        let name = request.maybe_text("user")?.unwrap_or(DEFAULT);
        self.0.insert(name.to_owned(), person);
        Ok(reply)
    }

    /// Whom a request is about.
    pub(crate) fn person(&mut self, request: &Request) -> Result<&mut Person, Failure> {
        let name = request.maybe_text("user")?.unwrap_or(DEFAULT);
        let unknown = || Failure::request(format!("no such user: {name} (use create_identity)"));
        self.0.get_mut(name).ok_or_else(unknown)
    }
}

impl Person {
    /// Refuses a key that is not the one first seen under this address.
    pub(crate) fn expect(&self, address: &Address, key: &IdentityKey) -> Result<(), Failure> {
        match self.known.get(address) {
            Some(known) if known != key => Err(Failure::untrusted(address)),
            Some(_) | None => Ok(()),
        }
    }
}
