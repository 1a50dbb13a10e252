//! Where nodes listen: a worker tells the managers, everybody asks them.

use crate::{Decode, DecodeError, Encode, Reader, Writer};

/// Most addresses of one node.
pub const MAX_ADDRESSES: usize = 8;
/// Most bytes of one address.
pub const MAX_ADDRESS: usize = 256;

/// Sent by a worker to a manager under [`crate::protocol::ROSTER`]; the connection proves who sends
/// it. The answer is a `Reply<Heard>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// Multiaddrs without `/p2p`.
    pub addresses: Vec<String>,
}

/// The manager has noted an announcement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heard;

impl Encode for Announcement {
    fn encode(&self, w: &mut Writer) {
        write_addresses(w, &self.addresses);
    }
}

impl Decode for Announcement {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { addresses: read_addresses(r)? })
    }
}

impl Encode for Heard {
    fn encode(&self, _: &mut Writer) {}
}

impl Decode for Heard {
    fn decode(_: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self)
    }
}

pub(crate) fn write_addresses(w: &mut Writer, addresses: &[String]) {
    w.u8(u8::try_from(addresses.len()).unwrap_or(u8::MAX));
    addresses.iter().for_each(|address| w.text(address));
}

pub(crate) fn read_addresses(r: &mut Reader<'_>) -> Result<Vec<String>, DecodeError> {
    let count = usize::from(r.u8()?);
    if count > MAX_ADDRESSES {
        return Err(DecodeError::TooLong);
    }
    (0..count).map(|_| r.text(MAX_ADDRESS)).collect()
}
