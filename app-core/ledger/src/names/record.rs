//! What the owner of a name writes into it.

use types::{Address, OpenId};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// What a name stands for. Shielded addresses are never published: payers ask for one over chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameRecord {
    /// How long an answer may be kept, in seconds: [`Self::MIN_TTL`] to [`Self::MAX_TTL`].
    pub ttl: u32,
    /// An account.
    pub open_id: Option<OpenId>,
    /// Where payments go.
    pub address: Option<Address>,
    /// SHA-256 of a chat identity's public key.
    pub chat_key: Option<[u8; 32]>,
    /// Multiaddrs or URLs, the preferred one first.
    pub services: Vec<String>,
    /// The id of a CUBE package.
    pub package: Option<[u8; 32]>,
    /// Words for people.
    pub text: String,
}

impl NameRecord {
    /// The shortest time to live: a minute.
    pub const MIN_TTL: u32 = 60;
    /// The longest time to live: seven days.
    pub const MAX_TTL: u32 = 7 * 24 * 3600;
    /// Most service addresses.
    pub const MAX_SERVICES: usize = 8;
    /// Most bytes of one service address.
    pub const MAX_SERVICE: usize = 255;
    /// Most bytes of the whole record as it is kept.
    pub const MAX_LEN: usize = 4096;

    /// A record that says nothing, for so many seconds.
    #[must_use]
    pub const fn empty(ttl: u32) -> Self {
        Self {
            ttl,
            open_id: None,
            address: None,
            chat_key: None,
            services: Vec::new(),
            package: None,
            text: String::new(),
        }
    }

    /// Whether every field is within its bounds and the whole is not too long.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        (Self::MIN_TTL..=Self::MAX_TTL).contains(&self.ttl)
            && self.services.len() <= Self::MAX_SERVICES
            && self.services.iter().all(|service| is_service(service))
            && self.text.chars().all(|char| char == '\n' || !char.is_control())
            && self.to_bytes().len() <= Self::MAX_LEN
    }
}

/// One word without control characters: a list of them stays a list wherever it is printed.
fn is_service(text: &str) -> bool {
    (1..=NameRecord::MAX_SERVICE).contains(&text.len())
        && !text.chars().any(|char| char.is_control() || char.is_whitespace())
}

impl Encode for NameRecord {
    fn encode(&self, w: &mut Writer) {
        w.u32(self.ttl);
        w.option(self.open_id.as_ref());
        w.option(self.address.as_ref());
        w.option(self.chat_key.as_ref());
        w.u32(u32::try_from(self.services.len()).unwrap_or(u32::MAX));
        self.services.iter().for_each(|service| w.text(service));
        w.option(self.package.as_ref());
        w.text(&self.text);
    }
}

/// Refuses what is not [`NameRecord::is_sound`].
impl Decode for NameRecord {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let record = Self {
            ttl: r.u32()?,
            open_id: r.option()?,
            address: r.option()?,
            chat_key: r.option()?,
            services: read_services(r)?,
            package: r.option()?,
            text: r.text(Self::MAX_LEN)?,
        };
        if record.is_sound() { Ok(record) } else { Err(DecodeError::BadValue("name record")) }
    }
}

fn read_services(r: &mut Reader<'_>) -> Result<Vec<String>, DecodeError> {
    let count = usize::try_from(r.u32()?).map_err(|_| DecodeError::TooLong)?;
    if count > NameRecord::MAX_SERVICES {
        return Err(DecodeError::TooLong);
    }
    (0..count).map(|_| r.text(NameRecord::MAX_SERVICE)).collect()
}
