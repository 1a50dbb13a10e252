//! The managers that decide, in ascending order of their signing keys.
//!
//! Genesis and the ring's rules make committees, certificates are checked against them, headers
//! name the hash of their own and of the next one (`acp-corrections.md` C.1, C.2).

use wire::{Decode, DecodeError, Encode, Reader, Writer, hash};

/// Fewest members: below four, not one may be faulty.
pub const MIN_MEMBERS: usize = 4;
/// Most members.
pub const MAX_MEMBERS: usize = 100;

/// The two keys of a manager. They are never the same key: the schemes share how nonces are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Member {
    /// Ed25519: signs votes, and is what evidence names.
    pub key: [u8; 32],
    /// RFC 9381: draws tickets.
    pub vrf: [u8; 32],
}

impl Member {
    /// True if both keys are points that only one secret stands behind: a key of small order would
    /// let anybody sign, or make tickets that nobody drew.
    #[must_use]
    pub(crate) fn is_usable(&self) -> bool {
        is_strong(&self.key) && keys::vrf_key_is_valid(&self.vrf)
    }
}

fn is_strong(key: &[u8; 32]) -> bool {
    ed25519_dalek::VerifyingKey::from_bytes(key).is_ok_and(|key| !key.is_weak())
}

/// The members of a committee; a member's number is its position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committee(Vec<Member>);

impl Committee {
    /// A committee of these members in any order, `None` unless there are [`MIN_MEMBERS`] to
    /// [`MAX_MEMBERS`] of them and every key occurs once.
    #[must_use]
    pub fn new(mut members: Vec<Member>) -> Option<Self> {
        members.sort_unstable();
        let mut keys: Vec<_> = members.iter().flat_map(|member| [member.key, member.vrf]).collect();
        let all = keys.len();
        keys.sort_unstable();
        keys.dedup();
        let fits = (MIN_MEMBERS..=MAX_MEMBERS).contains(&members.len());
        (fits && keys.len() == all).then_some(Self(members))
    }

    /// For members that a genesis check has passed or will refuse.
    pub(crate) fn unchecked(mut members: Vec<Member>) -> Self {
        members.sort_unstable();
        Self(members)
    }

    /// What headers name: SHA-256("acp-com" ‖ count u16 ‖ (signing key ‖ VRF key) of each).
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        hash("acp-com", &[&self.to_bytes()])
    }

    /// How many members there are.
    #[must_use]
    pub fn size(&self) -> usize {
        self.0.len()
    }

    /// How many of them decide: ⌊2N/3⌋ + 1.
    #[must_use]
    pub fn quorum(&self) -> usize {
        (self.size().saturating_mul(2) / 3).saturating_add(1)
    }

    /// How many of them may be faulty: ⌊(N − 1)/3⌋.
    #[must_use]
    pub fn faults(&self) -> usize {
        self.size().saturating_sub(1) / 3
    }

    /// The keys of a member.
    #[must_use]
    pub fn member(&self, member: u16) -> Option<&Member> {
        self.0.get(usize::from(member))
    }

    /// All members, in order.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        &self.0
    }

    /// The number of the member with this signing key.
    #[must_use]
    pub fn position(&self, key: &[u8; 32]) -> Option<u16> {
        let at = self.0.binary_search_by(|member| member.key.cmp(key)).ok()?;
        u16::try_from(at).ok()
    }
}

impl Encode for Member {
    fn encode(&self, w: &mut Writer) {
        w.fixed(&self.key);
        w.fixed(&self.vrf);
    }
}

impl Decode for Member {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { key: r.fixed()?, vrf: r.fixed()? })
    }
}

impl Encode for Committee {
    fn encode(&self, w: &mut Writer) {
        w.u16(u16::try_from(self.size()).unwrap_or(u16::MAX));
        self.0.iter().for_each(|member| member.encode(w));
    }
}

/// Refuses members out of order: one committee has one encoding.
impl Decode for Committee {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let count = usize::from(r.u16()?);
        if count > MAX_MEMBERS {
            return Err(DecodeError::TooLong);
        }
        let members = (0..count).map(|_| Member::decode(r)).collect::<Result<Vec<_>, _>>()?;
        let in_order = members.is_sorted();
        let committee = Self::new(members).filter(|_| in_order);
        committee.ok_or(DecodeError::BadValue("committee"))
    }
}
