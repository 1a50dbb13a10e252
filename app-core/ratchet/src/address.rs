//! Service addresses: names that both sides may bind to the first messages of a session.
//!
//! A name takes part only if it is a service id as Signal writes them, a UUID with or without `PNI:`
//! before it. Any other name binds nothing, and a message that binds addresses is then refused.

use crate::{
    identity::{IdentityKey, IdentityKeyPair},
    uuid,
};
use core::fmt;

const SERVICE_ID_LEN: usize = 17;
const PNI: &str = "PNI:";
/// Devices have the numbers 1 to 127.
pub(crate) const DEVICES: core::ops::RangeInclusive<u32> = 1..=127;

/// A service id and a device: one byte of kind (0 account, 1 phone number), 16 bytes of UUID, one
/// byte of device.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ServiceAddress([u8; Self::LEN]);

impl ServiceAddress {
    /// Length in bytes.
    pub const LEN: usize = SERVICE_ID_LEN + 1;

    /// Reads a hyphenated UUID in letters of either case, perhaps behind `PNI:`, and a device from 1
    /// to 127.
    #[must_use]
    pub fn parse(name: &str, device: u8) -> Option<Self> {
        let (kind, uuid) = name.strip_prefix(PNI).map_or((0, name), |rest| (1, rest));
        let uuid = uuid::parse(uuid)?;
        let mut bytes = [kind; Self::LEN];
        let (service_id, end) = bytes.split_at_mut(SERVICE_ID_LEN);
        service_id.iter_mut().skip(1).zip(uuid).for_each(|(to, from)| *to = from);
        end.fill(device);
        DEVICES.contains(&u32::from(device)).then_some(Self(bytes))
    }

    /// Kind, UUID, device.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }

    /// Kind and UUID, without the device.
    #[must_use]
    pub const fn service_id(&self) -> &[u8; SERVICE_ID_LEN] {
        let [service_id @ .., _] = &self.0;
        service_id
    }
}

impl fmt::Debug for ServiceAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [kind, uuid @ .., device] = &self.0;
        let kind = if *kind == 0 { "" } else { PNI };
        write!(f, "{kind}{}.{device}", uuid::text(uuid))
    }
}

/// The two ends of a conversation, as one of them sees it.
#[derive(Debug, Clone, Copy)]
pub struct Ends<'a> {
    /// Our identity.
    pub ours: &'a IdentityKeyPair,
    /// Our address, if it is a service address.
    pub from: Option<ServiceAddress>,
    /// Theirs, if it is one.
    pub to: Option<ServiceAddress>,
}

impl Ends<'_> {
    /// What the first messages from us bind: our address, then theirs.
    pub(crate) fn bound_by_us(&self) -> Option<[u8; 2 * ServiceAddress::LEN]> {
        Some(joined(&self.from?, &self.to?))
    }

    /// What the first messages from them bind.
    pub(crate) fn bound_by_them(&self) -> Option<[u8; 2 * ServiceAddress::LEN]> {
        Some(joined(&self.to?, &self.from?))
    }

    /// True if we talk to ourselves, from device to device: nobody else can fill these chains, so
    /// that any number of messages may be missing.
    pub(crate) fn is_note_to_self(&self, remote: &IdentityKey) -> bool {
        let same =
            |(from, to): (ServiceAddress, ServiceAddress)| from.service_id() == to.service_id();
        self.ours.public() == *remote && self.from.zip(self.to).is_some_and(same)
    }
}

impl<'a> From<&'a IdentityKeyPair> for Ends<'a> {
    /// Without service addresses.
    fn from(ours: &'a IdentityKeyPair) -> Self {
        Self { ours, from: None, to: None }
    }
}

fn joined(first: &ServiceAddress, second: &ServiceAddress) -> [u8; 2 * ServiceAddress::LEN] {
    let mut bytes = [0; 2 * ServiceAddress::LEN];
    let both = first.0.iter().chain(&second.0);
    bytes.iter_mut().zip(both).for_each(|(to, from)| *to = *from);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    const UUID: &str = "9d0652a3-dcc3-4d11-975f-74d61598733f";

    #[test]
    fn service_ids_have_hyphens_and_letters_of_either_case() {
        let account = ServiceAddress::parse(UUID, 1).unwrap();
        assert_eq!(hex::encode(account.as_bytes()), "009d0652a3dcc34d11975f74d61598733f01");
        let number = ServiceAddress::parse(&format!("PNI:{UUID}"), 127).unwrap();
        assert_eq!(hex::encode(number.as_bytes()), "019d0652a3dcc34d11975f74d61598733f7f");
        assert_eq!(format!("{number:?}"), format!("PNI:{UUID}.127"));
        // The published library binds the same ones.
        assert_eq!(ServiceAddress::parse(&UUID.to_uppercase(), 1), Some(account));
        let upper = format!("PNI:{}", UUID.to_uppercase());
        assert_eq!(ServiceAddress::parse(&upper, 127), Some(number));
        for other in [
            "",
            "alice",
            "9d0652a3dcc34d11975f74d61598733f",
            "{9d0652a3-dcc3-4d11-975f-74d61598733f}",
            "9d0652a3-dcc3-4d11-975f-74d61598733",
            "9d0652a3-dcc3-4d11-975f-74d61598733f0",
            "9d0652a3-dcc3-4d11-975f-74d61598733g",
            "pni:9d0652a3-dcc3-4d11-975f-74d61598733f",
            "ACI:9d0652a3-dcc3-4d11-975f-74d61598733f",
        ] {
            assert_eq!(ServiceAddress::parse(other, 1), None, "{other}");
        }
        assert_eq!(ServiceAddress::parse(UUID, 0), None);
        assert_eq!(ServiceAddress::parse(UUID, 128), None);
    }

    #[test]
    fn talking_to_oneself_takes_the_same_identity_and_the_same_service_id() {
        let (ours, other) =
            (IdentityKeyPair::from_private([1; 32]), IdentityKeyPair::from_private([2; 32]));
        let (from, to) = (ServiceAddress::parse(UUID, 1), ServiceAddress::parse(UUID, 2));
        let ends = Ends { ours: &ours, from, to };
        assert!(ends.is_note_to_self(&ours.public()));
        assert!(!ends.is_note_to_self(&other.public()));
        assert!(!Ends::from(&ours).is_note_to_self(&ours.public()));
        let number = ServiceAddress::parse(&format!("PNI:{UUID}"), 2);
        assert!(!Ends { to: number, ..ends }.is_note_to_self(&ours.public()));
    }
}
