//! The form in which one message goes to many: a list of recipients, then what they all share.
//!
//! Whoever delivers it splits it into what each recipient gets. It learns who receives, never who
//! sends or what.

use super::{content::SealedContent, v2};
use crate::{IdentityKey, IdentityKeyPair, RatchetError, proto::put_varint};
use core::ops::RangeInclusive;
use rand_core::CryptoRng;
use std::collections::{BTreeMap, BTreeSet};
use wire::{DecodeError, Reader};

/// Recipients are named by the 17 bytes of a service id.
const VERSION: u8 = 0x23;
/// The older form, which names them by the 16 bytes of a UUID.
const VERSION_BY_UUID: u8 = 0x22;
const EXCLUDED: u8 = 0;
const DEVICES: RangeInclusive<u8> = 1..=127;
const MORE: u16 = 0x8000;
const REGISTRATION: u16 = 0x3fff;

/// Somebody to seal for.
#[derive(Clone, Copy)]
pub struct Recipient<'a> {
    /// Kind, then UUID.
    pub service_id: [u8; 17],
    /// Each device, 1 to 127, with its registration id, at most 16383.
    pub devices: &'a [(u8, u16)],
    /// One for all devices.
    pub identity: &'a IdentityKey,
}

impl core::fmt::Debug for Recipient<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Recipient(..)")
    }
}

/// What one recipient of a split message gets, on each of the devices.
#[derive(Clone, PartialEq, Eq)]
pub struct Received<'a> {
    /// Kind, then UUID.
    pub service_id: [u8; 17],
    /// Each device with its registration id.
    pub devices: Vec<(u8, u16)>,
    wrapped: [u8; v2::WRAPPED_LEN],
    shared: &'a [u8],
}

impl Received<'_> {
    /// The message, to be read by [`super::unseal`].
    #[must_use]
    pub fn message(&self) -> Vec<u8> {
        [&[v2::VERSION], self.wrapped.as_slice(), self.shared].concat()
    }
}

impl core::fmt::Debug for Received<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Received(..)")
    }
}

/// Seals once for many, in version 2. The excluded are named without being able to read it, so that
/// whoever delivers can see that nobody was forgotten.
///
/// # Errors
/// [`RatchetError::BadCertificate`] for a certificate that is not of `ours`;
/// [`RatchetError::BadMessage`] for a recipient without devices, for a device or registration id
/// out of range, for a name of another kind, and for anybody named twice; [`RatchetError::BadKey`] for
/// a key that nobody can agree with.
pub fn seal_for_many(
    ours: &IdentityKeyPair,
    recipients: &[Recipient<'_>],
    excluded: &[[u8; 17]],
    content: &SealedContent,
    rng: &mut impl CryptoRng,
) -> Result<Vec<u8>, RatchetError> {
    super::check_certificate(ours, content)?;
    check_names(recipients, excluded)?;
    let message = v2::Message::new(rng);
    let mut out = vec![VERSION];
    put_varint(&mut out, recipients.len().saturating_add(excluded.len()) as u64);
    for recipient in recipients {
        out.extend_from_slice(&recipient.service_id);
        put_devices(&mut out, recipient.devices)?;
        out.extend_from_slice(&message.wrap(ours, recipient.identity)?);
    }
    for service_id in excluded {
        out.extend_from_slice(service_id);
        out.push(EXCLUDED);
    }
    out.extend(message.encrypt(&content.to_bytes())?);
    Ok(out)
}

fn check_names(recipients: &[Recipient<'_>], excluded: &[[u8; 17]]) -> Result<(), RatchetError> {
    let mut seen = BTreeSet::new();
    let mut names = recipients.iter().map(|recipient| &recipient.service_id).chain(excluded);
    let good = names.all(|name| is_service_id(name) && seen.insert(name));
    if good { Ok(()) } else { Err(RatchetError::BadMessage) }
}

/// True for an account's and for a phone number's.
fn is_service_id([kind, ..]: &[u8; 17]) -> bool {
    *kind <= 1
}

fn put_devices(out: &mut Vec<u8>, devices: &[(u8, u16)]) -> Result<(), RatchetError> {
    let mut seen = BTreeSet::new();
    let good = |(id, registration): &(u8, u16)| {
        DEVICES.contains(id) && *registration <= REGISTRATION && seen.insert(*id)
    };
    let (last, others) = devices.split_last().ok_or(RatchetError::BadMessage)?;
    if !devices.iter().all(good) {
        return Err(RatchetError::BadMessage);
    }
    for (id, registration) in others {
        out.push(*id);
        out.extend((registration | MORE).to_be_bytes());
    }
    out.push(last.0);
    out.extend(last.1.to_be_bytes());
    Ok(())
}

/// Splits a message for many into what each recipient gets; the excluded are left out. Nothing of
/// it is authenticated before a recipient opens it.
///
/// # Errors
/// [`RatchetError::UnknownVersion`] for another form, [`RatchetError::BadMessage`] for damaged
/// bytes, a device out of range or somebody who is excluded and named again.
pub fn split(sent: &[u8]) -> Result<Vec<Received<'_>>, RatchetError> {
    let (version, body) = sent.split_first().ok_or(RatchetError::BadMessage)?;
    match *version {
        VERSION => read(body, read_service_id),
        VERSION_BY_UUID => read(body, read_uuid),
        _ => return Err(RatchetError::UnknownVersion),
    }
    .map_err(|_| RatchetError::BadMessage)
}

fn read(
    body: &[u8],
    read_name: fn(&mut Reader<'_>) -> Result<[u8; 17], DecodeError>,
) -> Result<Vec<Received<'_>>, DecodeError> {
    let mut reader = Reader::new(body);
    let (mut all, mut named) = (vec![], BTreeMap::new());
    for _ in 0..read_count(&mut reader)? {
        let service_id = read_name(&mut reader)?;
        let devices = read_devices(&mut reader)?;
        // Whoever has devices may be named again with others, but is not excluded.
        let excluded = devices.is_empty();
        if named.insert(service_id, excluded).is_some_and(|before| before || excluded) {
            return Err(DecodeError::BadValue("excluded recipient"));
        }
        if !devices.is_empty() {
            let wrapped = reader.fixed()?;
            all.push(Received { service_id, devices, wrapped, shared: &[] });
        }
    }
    let shared = reader.take(reader.left())?;
    if shared.len() < v2::SHARED_MIN {
        return Err(DecodeError::TooShort);
    }
    all.iter_mut().for_each(|received| received.shared = shared);
    Ok(all)
}

fn read_service_id(reader: &mut Reader<'_>) -> Result<[u8; 17], DecodeError> {
    let service_id = reader.fixed()?;
    if is_service_id(&service_id) {
        Ok(service_id)
    } else {
        Err(DecodeError::BadValue("service id"))
    }
}

/// The UUID of an account, which is kind 0 of the service ids.
fn read_uuid(reader: &mut Reader<'_>) -> Result<[u8; 17], DecodeError> {
    let mut service_id = [0; 17];
    let uuid = reader.fixed::<16>()?;
    service_id.iter_mut().skip(1).zip(uuid).for_each(|(to, from)| *to = from);
    Ok(service_id)
}

/// A varint of at most 28 bits, as short as it can be.
fn read_count(reader: &mut Reader<'_>) -> Result<u32, DecodeError> {
    let mut count = 0;
    for shift in [0, 7, 14, 21] {
        let byte = reader.u8()?;
        if byte == 0 && shift > 0 {
            return Err(DecodeError::BadValue("count"));
        }
        count |= u32::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(count);
        }
    }
    Err(DecodeError::TooLong)
}

/// None for somebody who is excluded.
fn read_devices(reader: &mut Reader<'_>) -> Result<Vec<(u8, u16)>, DecodeError> {
    let mut devices = vec![];
    loop {
        let id = reader.u8()?;
        if id == EXCLUDED && devices.is_empty() {
            return Ok(devices);
        }
        if !DEVICES.contains(&id) || devices.iter().any(|(other, _)| *other == id) {
            return Err(DecodeError::BadValue("device"));
        }
        let registration = reader.u16()?;
        devices.push((id, registration & REGISTRATION));
        if registration & MORE == 0 {
            return Ok(devices);
        }
    }
}
