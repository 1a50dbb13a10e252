//! Committing to a profile: chat identity, devices and door of an account (`money-and-mail.md` B13).
//!
//! The profile itself lies with the workers; the ledger has its hash and how often it has changed,
//! so that nobody can be served an old list of devices.

use super::Act;
use crate::draft::Draft;
use crate::{Deltas, EntryKind, Rejection};
use types::Address;
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// Commits the source's account to a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SetProfile {
    /// The position of the source whose profile it is.
    pub source: u8,
    /// SHA-256 of the profile.
    pub hash: [u8; 32],
}

/// What the state says of an account's profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Profile {
    /// 1 for the first, one more for each that follows.
    pub sequence: u64,
    /// SHA-256 of the profile.
    pub hash: [u8; 32],
}

/// Where the profile of the account with this home address lies: `profile/` ‖ address.
#[must_use]
pub fn profile_key(home: Address) -> Vec<u8> {
    [b"profile/".as_slice(), &home.to_bytes()].concat()
}

impl Act for SetProfile {
    fn source(&self) -> Option<u8> {
        Some(self.source)
    }

    fn perform(&self, draft: &mut Draft<'_>) -> Result<(), Rejection> {
        let home = draft.home(self.source)?;
        let last = draft.read::<Profile>(&profile_key(home))?.map_or(0, |profile| profile.sequence);
        let sequence = last.checked_add(1).ok_or(Rejection::BadState("profile sequence"))?;
        draft.write(profile_key(home), &Profile { sequence, hash: self.hash });
        draft.enter(home, EntryKind::ProfileSet, Deltas::default(), None, false)
    }
}

impl Encode for SetProfile {
    fn encode(&self, w: &mut Writer) {
        w.u8(self.source);
        w.fixed(&self.hash);
    }
}

impl Decode for SetProfile {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { source: r.u8()?, hash: r.fixed()? })
    }
}

impl Encode for Profile {
    fn encode(&self, w: &mut Writer) {
        w.u64(self.sequence);
        w.fixed(&self.hash);
    }
}

impl Decode for Profile {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { sequence: r.u64()?, hash: r.fixed()? })
    }
}
