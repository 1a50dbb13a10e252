//! The whisper message: one encrypted message under a ratchet key.
//!
//! It keeps the bytes that its MAC covers, because the MAC is over what was received, not over a new
//! encoding of it.

use super::{VERSION, body, required};
use crate::{
    RatchetError,
    curve::PublicKey33,
    identity::IdentityKey,
    kdf,
    proto::{Fields, put_bytes, put_uint32},
    secret::Secret,
};
use subtle::ConstantTimeEq;

const MAC_LEN: usize = 8;
/// More than everything around the ciphertext takes.
const AROUND: usize = 160;

/// A whisper message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignalMessage {
    ratchet_key: PublicKey33,
    counter: u32,
    previous_counter: u32,
    ciphertext: Vec<u8>,
    pq_ratchet: Vec<u8>,
    addresses: Option<Vec<u8>>,
    authenticated: Vec<u8>,
    mac: [u8; MAC_LEN],
}

/// What a whisper message is written from.
pub(crate) struct Whisper<'a> {
    pub(crate) ratchet_key: &'a PublicKey33,
    pub(crate) counter: u32,
    pub(crate) previous_counter: u32,
    pub(crate) ciphertext: &'a [u8],
    pub(crate) pq_ratchet: &'a [u8],
    pub(crate) addresses: Option<&'a [u8]>,
}

impl Whisper<'_> {
    /// The whole message with its MAC.
    pub(crate) fn write(&self, mac_key: &Secret, from: &IdentityKey, to: &IdentityKey) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.ciphertext.len().saturating_add(AROUND));
        out.push(VERSION);
        put_bytes(&mut out, 1, self.ratchet_key.as_bytes());
        put_uint32(&mut out, 2, self.counter);
        put_uint32(&mut out, 3, self.previous_counter);
        put_bytes(&mut out, 4, self.ciphertext);
        if !self.pq_ratchet.is_empty() {
            put_bytes(&mut out, 5, self.pq_ratchet);
        }
        if let Some(addresses) = self.addresses {
            put_bytes(&mut out, 6, addresses);
        }
        let mac = mac(mac_key, from, to, &out);
        out.extend_from_slice(&mac);
        out
    }
}

fn mac(key: &Secret, from: &IdentityKey, to: &IdentityKey, message: &[u8]) -> [u8; MAC_LEN] {
    let whole = kdf::hmac(key, &[from.as_bytes(), to.as_bytes(), message]);
    let mut short = [0; MAC_LEN];
    short.iter_mut().zip(whole.iter()).for_each(|(to, from)| *to = *from);
    short
}

impl SignalMessage {
    /// Reads one; see [`crate::Incoming::parse`].
    ///
    /// # Errors
    /// As there.
    pub fn parse(bytes: &[u8]) -> Result<Self, RatchetError> {
        let (authenticated, mac) =
            bytes.split_last_chunk::<MAC_LEN>().ok_or(RatchetError::BadMessage)?;
        let mut fields = Fields::new(body(authenticated)?);
        let (mut ratchet_key, mut counter, mut previous_counter) = (None, None, 0);
        let (mut ciphertext, mut pq_ratchet, mut addresses) = (None, vec![], None);
        while let Some((number, value)) = fields.next()? {
            match number {
                1 => ratchet_key = Some(value.bytes()?),
                2 => counter = Some(value.uint32()?),
                3 => previous_counter = value.uint32()?,
                4 => ciphertext = Some(value.bytes()?),
                5 => pq_ratchet = value.bytes()?.to_vec(),
                6 => addresses = Some(value.bytes()?.to_vec()),
                _ => {}
            }
        }
        Ok(Self {
            ratchet_key: required(ratchet_key.and_then(PublicKey33::parse))?,
            counter: required(counter)?,
            previous_counter,
            ciphertext: required(ciphertext)?.to_vec(),
            pq_ratchet,
            addresses,
            authenticated: authenticated.to_vec(),
            mac: *mac,
        })
    }

    /// The sender's ratchet key.
    #[must_use]
    pub const fn ratchet_key(&self) -> &PublicKey33 {
        &self.ratchet_key
    }

    /// The message's place in the chain of its ratchet key.
    #[must_use]
    pub const fn counter(&self) -> u32 {
        self.counter
    }

    /// The last place used in the sender's chain before; nobody needs it.
    #[must_use]
    pub const fn previous_counter(&self) -> u32 {
        self.previous_counter
    }

    /// The encrypted content.
    #[must_use]
    pub fn ciphertext(&self) -> &[u8] {
        &self.ciphertext
    }

    /// What the sender's post-quantum ratchet says; empty where it has none.
    #[must_use]
    pub fn pq_ratchet(&self) -> &[u8] {
        &self.pq_ratchet
    }

    /// Service ids of both sides, if the sender bound them to the message.
    #[must_use]
    pub fn addresses(&self) -> Option<&[u8]> {
        self.addresses.as_deref()
    }

    pub(crate) fn has_mac(&self, key: &Secret, from: &IdentityKey, to: &IdentityKey) -> bool {
        mac(key, from, to, &self.authenticated).ct_eq(&self.mac).into()
    }
}
