//! Who has registered as a manager, with a bond (`acp-corrections.md` A5, A20).
//!
//! One cell holds all registrations. A registration stays after its key has lost its seat, until the
//! bond is unlocked: only a bonded key can be punished for what it signs.

use crate::draft::Draft;
use crate::{Member, Rejection, Seats, StateView, cell_key};
use types::{Abc, Address, Amount, Round, Timestamp};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// Most registrations at a time, those included whose bond is still locked.
pub const MAX_MANAGERS: usize = 400;

pub(crate) const MANAGERS: &str = "managers";

/// A registered manager.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// Its keys.
    pub member: Member,
    /// The home address, when it registered, of the account that the bond and the rewards belong to.
    pub account: Address,
    /// What is left of its bond.
    pub bond: Amount<Abc>,
    /// When it registered. Only managers of earlier epochs are drawn: no key can be made to fit a
    /// seed that is known.
    pub since: Round,
    /// 0 to [`Seats::MAX_REPUTATION`]; changes at the beginning of an epoch only.
    pub reputation: u8,
    /// It wants no seat any more.
    pub leaving: bool,
    /// It was convicted and gets no seat any more.
    pub jailed: bool,
    /// The time of the header from which on no committee holds it, once it is to have no seat any
    /// more. The bond is unlocked [`crate::Params::unbonding_ms`] later.
    pub left: Option<Timestamp>,
}

impl Registration {
    /// True if it may be given a seat.
    #[must_use]
    pub const fn wants_seat(&self) -> bool {
        !self.leaving && !self.jailed
    }

    /// True if its bond is to be returned, or there is nothing left to return.
    pub(crate) fn is_over(&self, now: Timestamp, unbonding_ms: u64) -> bool {
        let unlocked = |left: Timestamp| {
            self.bond.is_zero() || left.0.checked_add(unbonding_ms).is_some_and(|due| due <= now.0)
        };
        self.left.is_some_and(unlocked)
    }
}

/// All registrations, in ascending order of their signing keys.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Managers(Vec<Registration>);

impl Managers {
    /// Those of the genesis, which a genesis check has passed or will refuse.
    pub(crate) fn unchecked(mut registrations: Vec<Registration>) -> Self {
        registrations.sort_unstable_by_key(|registration| registration.member.key);
        Self(registrations)
    }

    pub(crate) fn all(&self) -> &[Registration] {
        &self.0
    }

    pub(crate) fn all_mut(&mut self) -> &mut [Registration] {
        &mut self.0
    }

    /// Adds one; `None` if there is no room.
    pub(crate) fn add(&mut self, registration: Registration) -> Option<()> {
        let at = self.0.partition_point(|known| known.member.key < registration.member.key);
        (self.0.len() < MAX_MANAGERS).then(|| self.0.insert(at, registration))
    }

    /// Takes out those that are over: their bonds are to be returned.
    pub(crate) fn take_ended(&mut self, now: Timestamp, unbonding_ms: u64) -> Vec<Registration> {
        let is_over = |registration: &Registration| registration.is_over(now, unbonding_ms);
        let (over, rest) = std::mem::take(&mut self.0).into_iter().partition(is_over);
        self.0 = rest;
        over
    }

    pub(crate) fn by_key(&self, key: &[u8; 32]) -> Option<&Registration> {
        let at = self.0.binary_search_by(|known| known.member.key.cmp(key)).ok()?;
        self.0.get(at)
    }

    pub(crate) fn by_key_mut(&mut self, key: &[u8; 32]) -> Option<&mut Registration> {
        let at = self.0.binary_search_by(|known| known.member.key.cmp(key)).ok()?;
        self.0.get_mut(at)
    }

    /// Those whose bonds belong to the account with this home now.
    pub(crate) fn of_account(
        &mut self,
        draft: &Draft<'_>,
        home: Address,
    ) -> Result<Vec<&mut Registration>, Rejection> {
        let mut found = Vec::new();
        for registration in &mut self.0 {
            if draft.home_of(registration.account)? == home {
                found.push(registration);
            }
        }
        Ok(found)
    }
}

/// Where all registered managers lie, for whoever has them proved.
#[must_use]
pub fn managers_key() -> Vec<u8> {
    cell_key(MANAGERS)
}

/// All registered managers, in ascending order of their signing keys.
///
/// # Errors
/// [`Rejection::BadState`] if the state is damaged.
pub fn managers(view: &dyn StateView) -> Result<Vec<Registration>, Rejection> {
    let bytes = view.get(&cell_key(MANAGERS));
    let managers = bytes.map(|bytes| Managers::from_bytes(&bytes)).transpose();
    let managers = managers.map_err(|_| Rejection::BadState("managers"))?;
    Ok(managers.unwrap_or_default().0)
}

/// Where it is noted that a key, for signing or for tickets, was registered: `ring-key/` ‖ key. The
/// note is never removed, so that whoever leaves cannot come back as somebody without a past.
pub(crate) fn used_key(key: &[u8; 32]) -> Vec<u8> {
    [b"ring-key/".as_slice(), key].concat()
}

impl Encode for Registration {
    fn encode(&self, w: &mut Writer) {
        self.member.encode(w);
        self.account.encode(w);
        self.bond.encode(w);
        self.since.encode(w);
        w.u8(self.reputation);
        w.bool(self.leaving);
        w.bool(self.jailed);
        w.option(self.left.as_ref());
    }
}

impl Decode for Registration {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let registration = Self {
            member: Member::decode(r)?,
            account: Address::decode(r)?,
            bond: Amount::decode(r)?,
            since: Round::decode(r)?,
            reputation: r.u8()?,
            leaving: r.bool()?,
            jailed: r.bool()?,
            left: r.option()?,
        };
        if registration.reputation > Seats::MAX_REPUTATION {
            return Err(DecodeError::BadValue("reputation"));
        }
        Ok(registration)
    }
}

impl Encode for Managers {
    fn encode(&self, w: &mut Writer) {
        w.list(&self.0);
    }
}

impl Decode for Managers {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let all: Vec<Registration> = r.list(MAX_MANAGERS)?;
        let ascending =
            all.iter().zip(all.iter().skip(1)).all(|(a, b)| a.member.key < b.member.key);
        if ascending { Ok(Self(all)) } else { Err(DecodeError::BadValue("managers")) }
    }
}
