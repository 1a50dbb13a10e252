//! Becoming a manager, and ceasing to be one.

use super::super::{Act, Signer};
use super::RingRefusal;
use crate::draft::Draft;
use crate::registry::{MANAGERS, Managers, used_key};
use crate::seats::{NEXT_SEATS, SEATS};
use crate::{Member, Params, Registration, Rejection, Seats, bonds, cell_key};
use types::{Abc, Address, Amount, ChainId, Round};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// Becomes a manager: locks a bond, and may be given a seat from the next epoch's choice on.
///
/// The signing key signs a slot of its own and the key for tickets proves [`possession_input`], so
/// that nobody registers a key it does not hold: each serves once, and whoever sees another's
/// registration under way could take its keys away for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RegisterManager {
    /// The position of the source whose account the bond belongs to.
    pub source: u8,
    /// The manager's keys, never registered before.
    pub member: Member,
    /// The proof of the key for tickets over [`possession_input`].
    pub possession: [u8; 80],
    /// At least [`Params::manager_bond`].
    pub bond: Amount<Abc>,
}

/// What the key for tickets proves when a manager registers: `bcm-vrf-key` ‖ chain ‖ home address of
/// the account ‖ signing key.
#[must_use]
pub fn possession_input(chain: ChainId, home: Address, key: &[u8; 32]) -> Vec<u8> {
    [b"bcm-vrf-key".as_slice(), &chain.0, &home.to_bytes(), key].concat()
}

/// Wants no seat any more: leaves the committee when the churn limit lets it, and gets its bond
/// back [`Params::unbonding_ms`] later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnregisterManager {
    /// The position of the source that registered.
    pub source: u8,
}

impl Act for RegisterManager {
    fn source(&self) -> Option<u8> {
        Some(self.source)
    }

    fn debit(&self, _: &Params) -> u128 {
        u128::from(self.bond.units())
    }

    fn signer(&self) -> Option<Signer> {
        Some(Signer::Ed25519(self.member.key))
    }

    fn check(&self, params: &Params) -> Result<(), Rejection> {
        let least = Amount::new(params.manager_bond);
        if self.bond < least {
            return Err(Rejection::BelowMinimum { least });
        }
        if self.member.is_usable() && self.member.key != self.member.vrf {
            Ok(())
        } else {
            Err(Rejection::BadTransaction("unusable key of a manager"))
        }
    }

    fn perform(&self, draft: &mut Draft<'_>) -> Result<(), Rejection> {
        let account = draft.home(self.source)?;
        let context = draft.block.context();
        let since = context.round;
        for key in [&self.member.key, &self.member.vrf] {
            if draft.read::<Round>(&used_key(key))?.is_some() {
                return Err(RingRefusal::KeyUsed.into());
            }
            draft.write(used_key(key), &since);
        }
        let input = possession_input(context.chain, account, &self.member.key);
        if keys::vrf_verify(&self.member.vrf, &input, &self.possession).is_none() {
            return Err(RingRefusal::NotPossessed.into());
        }
        let mut managers: Managers = draft.read(&cell_key(MANAGERS))?.unwrap_or_default();
        if !managers.of_account(draft, account)?.is_empty() {
            return Err(RingRefusal::AlreadyRegistered.into());
        }
        let registration = Registration {
            member: self.member,
            account,
            bond: self.bond,
            since,
            reputation: 1,
            leaving: false,
            jailed: false,
            left: None,
        };
        managers.add(registration).ok_or(RingRefusal::Full)?;
        draft.write(cell_key(MANAGERS), &managers);
        bonds::lock(draft, account, self.bond)
    }
}

impl Act for UnregisterManager {
    fn source(&self) -> Option<u8> {
        Some(self.source)
    }

    fn perform(&self, draft: &mut Draft<'_>) -> Result<(), Rejection> {
        let account = draft.home(self.source)?;
        let mut managers: Managers = draft.read(&cell_key(MANAGERS))?.unwrap_or_default();
        let mut mine = managers.of_account(draft, account)?.into_iter();
        let manager = mine.find(|manager| manager.wants_seat());
        let manager = manager.ok_or(RingRefusal::NotRegistered)?;
        manager.leaving = true;
        // Without a seat, and with none to come, the clock of its bond starts at once.
        if !has_seat(draft, &manager.member.key)? {
            manager.left = Some(draft.block.context().time);
        }
        draft.write(cell_key(MANAGERS), &managers);
        bonds::leave(draft, account)
    }
}

fn has_seat(draft: &Draft<'_>, key: &[u8; 32]) -> Result<bool, Rejection> {
    for cell in [SEATS, NEXT_SEATS] {
        let seats = draft.read::<Seats>(&cell_key(cell))?;
        if seats.is_some_and(|seats| seats.committee().position(key).is_some()) {
            return Ok(true);
        }
    }
    Ok(false)
}

impl Encode for RegisterManager {
    fn encode(&self, w: &mut Writer) {
        w.u8(self.source);
        self.member.encode(w);
        w.fixed(&self.possession);
        self.bond.encode(w);
    }
}

impl Decode for RegisterManager {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            source: r.u8()?,
            member: Member::decode(r)?,
            possession: r.fixed()?,
            bond: Amount::decode(r)?,
        })
    }
}
