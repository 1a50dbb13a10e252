//! The managers that decide, in the order in which they propose.
//!
//! Genesis makes it, certificates are checked against it, headers name its hash.

use types::Round;
use wire::{Decode, DecodeError, Encode, Reader, Writer, hash};

/// Fewest members: below four, not one may be faulty.
pub const MIN_MEMBERS: usize = 4;
/// Most members.
pub const MAX_MEMBERS: usize = 100;

/// Ed25519 keys of the members; a member's number is its position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committee(Vec<[u8; 32]>);

impl Committee {
    /// A committee of these members, `None` unless there are [`MIN_MEMBERS`] to [`MAX_MEMBERS`] of
    /// them, all different.
    #[must_use]
    pub fn new(members: Vec<[u8; 32]>) -> Option<Self> {
        let mut sorted = members.clone();
        sorted.sort_unstable();
        sorted.dedup();
        let fits = (MIN_MEMBERS..=MAX_MEMBERS).contains(&members.len());
        (fits && sorted.len() == members.len()).then_some(Self(members))
    }

    /// For members that a genesis check has passed or will refuse.
    pub(crate) const fn unchecked(members: Vec<[u8; 32]>) -> Self {
        Self(members)
    }

    /// What headers name: SHA-256("acp-com" ‖ count u16 ‖ keys).
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        hash("acp-com", &[&self.to_bytes()])
    }

    /// How many members there are.
    #[must_use]
    pub fn size(&self) -> usize {
        self.0.len()
    }

    /// How many of them decide: more than two thirds, never none.
    #[must_use]
    pub fn quorum(&self) -> usize {
        (self.size().saturating_mul(2) / 3).saturating_add(1)
    }

    /// The key of a member.
    #[must_use]
    pub fn member(&self, member: u16) -> Option<&[u8; 32]> {
        self.0.get(usize::from(member))
    }

    /// All keys, in order.
    #[must_use]
    pub fn members(&self) -> &[[u8; 32]] {
        &self.0
    }

    /// The number of the member with this key.
    #[must_use]
    pub fn position(&self, key: &[u8; 32]) -> Option<u16> {
        self.0.iter().position(|member| member == key).and_then(|at| u16::try_from(at).ok())
    }

    /// Who proposes in this round: (round − 1) mod size.
    #[must_use]
    pub fn proposer(&self, round: Round) -> u16 {
        let size = u64::try_from(self.size()).unwrap_or(u64::MAX);
        let member = round.0.saturating_sub(1).checked_rem(size).unwrap_or_default();
        u16::try_from(member).unwrap_or_default()
    }
}

impl Encode for Committee {
    fn encode(&self, w: &mut Writer) {
        w.u16(u16::try_from(self.size()).unwrap_or(u16::MAX));
        self.0.iter().for_each(|member| w.fixed(member));
    }
}

impl Decode for Committee {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let count = usize::from(r.u16()?);
        if count > MAX_MEMBERS {
            return Err(DecodeError::TooLong);
        }
        let members = (0..count).map(|_| r.fixed()).collect::<Result<_, _>>()?;
        Self::new(members).ok_or(DecodeError::BadValue("committee"))
    }
}
