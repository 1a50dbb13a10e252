//! What the state holds about one account.
//!
//! Execution writes it, light nodes prove it. Its layout has room for key changes (`money-and-mail.md`
//! A1): an account is found by its home address and keeps that, its OpenID and its history for life.

use keys::PublicKey;
use types::{Abc, Abit, Address, Amount, OpenId, Round};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// Most key slots of one account, retired ones included.
pub const MAX_SLOTS: usize = 4;
const VERSION: u8 = 1;

/// An account's record in the state tree, under [`crate::account_key`] of its home address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its first address, by which it is found for ever.
    pub home: Address,
    /// Set by the first signature; `None` while the account has only received.
    pub open_id: Option<OpenId>,
    /// The keys that have signed for it, oldest first; empty while it has only received.
    pub slots: Vec<KeySlot>,
    /// The nonce that its next transaction must carry, whichever key signs.
    pub nonce: u64,
    /// Transferable balance.
    pub abc: Amount<Abc>,
    /// Service balance.
    pub abit: Amount<Abit>,
    /// What is bonded by managers and workers.
    pub bonded: Amount<Abc>,
    /// How many entries its history has.
    pub counter: u64,
    /// The running hash over those entries ([`crate::Entry::next_hash`]), zeros before the first.
    pub history: [u8; 32],
}

/// One key of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySlot {
    /// The key.
    pub key: PublicKey,
    /// The round in which it became the account's.
    pub added: Round,
    /// The round from which it signs nothing any more.
    pub retired: Option<Round>,
}

impl Account {
    /// An account that nobody has paid yet.
    #[must_use]
    pub const fn empty(home: Address) -> Self {
        Self {
            home,
            open_id: None,
            slots: Vec::new(),
            nonce: 0,
            abc: Amount::ZERO,
            abit: Amount::ZERO,
            bonded: Amount::ZERO,
            counter: 0,
            history: [0; 32],
        }
    }

    /// The slots whose keys still sign.
    pub fn active(&self) -> impl Iterator<Item = &KeySlot> {
        self.slots.iter().filter(|slot| slot.retired.is_none())
    }

    /// The slot whose key stands behind this address, retired or not.
    #[must_use]
    pub fn slot(&self, address: Address) -> Option<&KeySlot> {
        self.slots.iter().find(|slot| slot.key.address() == address)
    }
}

impl Encode for Account {
    fn encode(&self, w: &mut Writer) {
        w.u8(VERSION);
        self.home.encode(w);
        w.option(self.open_id.as_ref());
        w.list(&self.slots);
        w.u64(self.nonce);
        self.abc.encode(w);
        self.abit.encode(w);
        self.bonded.encode(w);
        w.u64(self.counter);
        w.fixed(&self.history);
    }
}

impl Decode for Account {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if r.u8()? != VERSION {
            return Err(DecodeError::BadValue("account version"));
        }
        Ok(Self {
            home: Address::decode(r)?,
            open_id: r.option()?,
            slots: r.list(MAX_SLOTS)?,
            nonce: r.u64()?,
            abc: Amount::decode(r)?,
            abit: Amount::decode(r)?,
            bonded: Amount::decode(r)?,
            counter: r.u64()?,
            history: r.fixed()?,
        })
    }
}

impl Encode for KeySlot {
    fn encode(&self, w: &mut Writer) {
        self.key.encode(w);
        self.added.encode(w);
        w.option(self.retired.as_ref());
    }
}

impl Decode for KeySlot {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { key: PublicKey::decode(r)?, added: Round::decode(r)?, retired: r.option()? })
    }
}
