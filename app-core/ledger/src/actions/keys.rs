//! The keys of an account: a new one joins, an old one ends (`money-and-mail.md` A1).
//!
//! An account keeps its home address, its OpenID and its history whatever keys come and go. A public
//! key occurs once on the chain, ever; its address becomes an alias that is never deleted, so that
//! every payment to any address of the account credits it.

use super::{Act, Signer};
use crate::draft::Draft;
use crate::{Account, Delta, Deltas, EntryKind, KeySlot, MAX_SLOTS, Rejection, alias_key};
use ::keys::PublicKey;
use types::{Address, AddressKind, Amount};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// Adds a key to the source's account; the key signs as well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddKey {
    /// The position of the source whose account it joins.
    pub source: u8,
    /// The key; no account has ever had it.
    pub key: PublicKey,
}

/// Ends a key of the source's account, for ever and at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetireKey {
    /// The position of the source whose key it is.
    pub source: u8,
    /// The address of the key; payments to it go on crediting the account.
    pub address: Address,
}

impl Act for AddKey {
    fn source(&self) -> Option<u8> {
        Some(self.source)
    }

    /// Proof of possession: over account, nonce and chain, as all of them are in the sighash.
    fn signer(&self) -> Option<Signer> {
        Some(Signer::Key(self.key.clone()))
    }

    fn perform(&self, draft: &mut Draft<'_>) -> Result<(), Rejection> {
        let (home, address) = (draft.home(self.source)?, self.key.address());
        check_unused(draft, &self.key)?;
        fold(draft, address, home)?;
        let added = draft.block.context().round;
        let account = draft.touch(home)?;
        if account.slots.len() >= MAX_SLOTS {
            return Err(Rejection::TooManyKeys);
        }
        account.slots.push(KeySlot { key: self.key.clone(), added, retired: None });
        draft.write(alias_key(address), &home);
        if self.key.kind() == AddressKind::Falcon {
            draft.signed_by_strongest(home);
        }
        draft.enter(home, EntryKind::KeyAdded, Deltas::default(), Some(address), false)
    }
}

impl Act for RetireKey {
    fn source(&self) -> Option<u8> {
        Some(self.source)
    }

    fn perform(&self, draft: &mut Draft<'_>) -> Result<(), Rejection> {
        let home = draft.home(self.source)?;
        let round = draft.block.context().round;
        let account = draft.touch(home)?;
        let active = account.active().count();
        let mut slots = account.slots.iter_mut();
        let slot = slots.find(|slot| slot.key.address() == self.address);
        let slot = slot.ok_or(Rejection::UnknownKey)?;
        if slot.retired.is_some() {
            return Err(Rejection::KeyRetired);
        }
        if active <= 1 {
            return Err(Rejection::LastKey);
        }
        slot.retired = Some(round);
        draft.enter(home, EntryKind::KeyRetired, Deltas::default(), Some(self.address), false)
    }
}

/// Refuses a key that an account has or has had, be it as its first, as a later one or in this
/// very transaction.
fn check_unused(draft: &Draft<'_>, key: &PublicKey) -> Result<(), Rejection> {
    let address = key.address();
    let is_alias = draft.read::<Address>(&alias_key(address))?.is_some();
    let is_home = draft.peek(address)?.is_some_and(|account| !account.slots.is_empty());
    if is_alias || is_home { Err(Rejection::KeyInUse) } else { Ok(()) }
}

/// Moves what lies at an address without keys into an account and closes that record, so that
/// nobody can hinder a key by paying its address first.
fn fold(draft: &mut Draft<'_>, from: Address, into: Address) -> Result<(), Rejection> {
    let Some(dust) = draft.peek(from)?.filter(|record| record.counter > 0) else {
        return Ok(());
    };
    let record = draft.touch(from)?;
    (record.abc, record.abit, record.bonded) = (Amount::ZERO, Amount::ZERO, Amount::ZERO);
    let out = deltas(&dust, Delta::minus);
    draft.enter(from, EntryKind::FoldedOut, out, Some(into), false)?;
    let closed = draft.touch(from)?;
    let kind = EntryKind::FoldedIn { count: closed.counter, history: closed.history };

    let too_much = Rejection::BadTransaction("balance beyond 64 bits");
    let account = draft.touch(into)?;
    account.abc = account.abc.plus(dust.abc).ok_or(too_much)?;
    account.abit = account.abit.plus(dust.abit).ok_or(too_much)?;
    account.bonded = account.bonded.plus(dust.bonded).ok_or(too_much)?;
    draft.enter(into, kind, deltas(&dust, Delta::plus), Some(from), false)
}

fn deltas(of: &Account, sign: fn(u64) -> Delta) -> Deltas {
    Deltas {
        abc: sign(of.abc.units()),
        abit: sign(of.abit.units()),
        bonded: sign(of.bonded.units()),
    }
}

impl Encode for AddKey {
    fn encode(&self, w: &mut Writer) {
        w.u8(self.source);
        self.key.encode(w);
    }
}

impl Decode for AddKey {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { source: r.u8()?, key: PublicKey::decode(r)? })
    }
}

impl Encode for RetireKey {
    fn encode(&self, w: &mut Writer) {
        w.u8(self.source);
        self.address.encode(w);
    }
}

impl Decode for RetireKey {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { source: r.u8()?, address: Address::decode(r)? })
    }
}
