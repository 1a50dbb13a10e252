//! One line of an account's history, and the running hash over all of them.
//!
//! Execution writes entries, light nodes and statements check them (`money-and-mail.md` B7). What is
//! hashed here can never change: a new kind of entry gets a new tag byte, which may carry fields of
//! its own.

use crate::RedEnvelopeId;
use types::{Abc, Abit, Address, Amount, Round, TxId};
use wire::{Decode, DecodeError, Encode, Reader, Writer, hash};

/// One change of one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number in the account's history, from 1, without gaps.
    pub counter: u64,
    /// The round that made it final, 0 for the genesis.
    pub round: Round,
    /// The transaction; the chain id for the genesis. What a round does by itself names the
    /// transaction that asked for it.
    pub tx: TxId,
    /// The transaction's position in its block; 0 for what a round does by itself.
    pub index: u32,
    /// What happened.
    pub kind: EntryKind,
    /// By how much the balances changed.
    pub delta: Deltas,
    /// Who stands on the other side, as the transaction names it.
    pub counterparty: Option<Address>,
    /// ABC afterwards.
    pub abc: Amount<Abc>,
    /// ABIT afterwards.
    pub abit: Amount<Abit>,
    /// Bonded ABC afterwards.
    pub bonded: Amount<Abc>,
    /// The account's nonce afterwards.
    pub nonce: u64,
    /// True if the payer used an address whose key is retired, and should be told the new one.
    pub via_retired: bool,
}

/// What happened to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A balance of the genesis file.
    Genesis,
    /// A payment received.
    PayIn,
    /// A payment made, without its fee.
    PayOut,
    /// The fee of a transaction.
    Fee,
    /// A deposit on a committed name.
    NameCommit,
    /// Such a deposit that came back.
    NameDeposit,
    /// The price of a name registered.
    NameRegister,
    /// The price of a name renewed, one's own or not.
    NameRenew,
    /// A record, a sub-name or a delegation written; no money moves.
    NameChange,
    /// A name handed on.
    NameOut,
    /// A name received.
    NameIn,
    /// ABC turned into ABIT.
    Converted,
    /// All there was, moved to another account.
    MovedOut,
    /// All that another account had.
    MovedIn,
    /// A key joined the account; the counterparty is its address.
    KeyAdded,
    /// A key signs nothing any more; the counterparty is its address.
    KeyRetired,
    /// The last entry of a record without keys: its balances went to the account whose key stands
    /// behind its address.
    FoldedOut,
    /// What lay at the address of a key that has joined the account; the counterparty is that
    /// address.
    FoldedIn {
        /// How many entries the closed record has.
        count: u64,
        /// Its running hash over them.
        history: [u8; 32],
    },
    /// The account commits to another profile.
    ProfileSet,
    /// Money put into a red envelope.
    EnvelopeOut {
        /// Which.
        envelope: RedEnvelopeId,
    },
    /// A share of a red envelope, without the fee of its claim.
    EnvelopeIn {
        /// Which.
        envelope: RedEnvelopeId,
    },
    /// What nobody claimed of a red envelope.
    EnvelopeBack {
        /// Which.
        envelope: RedEnvelopeId,
    },
    /// Money put into the private pool.
    PoolIn,
    /// Money that came out of the private pool.
    PoolOut,
    /// A manager's part of the fees of an epoch.
    Reward,
    /// A bond locked.
    Bond,
    /// Leaving a ring; the bond stays locked for the unbonding time.
    Leave,
    /// A bond returned to the balance.
    BondReturned,
    /// A bond lost for an offence.
    Slash,
    /// A part of a lost bond, for reporting the offence.
    EvidenceReward,
}

/// The changes of all balances by one entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Deltas {
    /// Of the transferable balance.
    pub abc: Delta,
    /// Of the service balance.
    pub abit: Delta,
    /// Of the bonded balance.
    pub bonded: Delta,
}

/// A signed number of smallest units; zero has one form only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Delta {
    negative: bool,
    units: u64,
}

impl Delta {
    /// An increase.
    #[must_use]
    pub const fn plus(units: u64) -> Self {
        Self { negative: false, units }
    }

    /// A decrease.
    #[must_use]
    pub const fn minus(units: u64) -> Self {
        Self { negative: units != 0, units }
    }

    /// True for a decrease.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.negative
    }

    /// The size of the change in smallest units.
    #[must_use]
    pub const fn units(self) -> u64 {
        self.units
    }

    /// The change as a number that sums of changes can be made of.
    #[must_use]
    pub fn signed(self) -> i128 {
        let units = i128::from(self.units);
        if self.negative { units.saturating_neg() } else { units }
    }
}

impl Entry {
    /// The running hash with this entry: SHA-256("bcm-entry-v1" ‖ previous ‖ entry).
    #[must_use]
    pub fn next_hash(&self, previous: &[u8; 32]) -> [u8; 32] {
        hash("bcm-entry-v1", &[previous, &self.to_bytes()])
    }
}

impl Encode for Entry {
    fn encode(&self, w: &mut Writer) {
        w.u64(self.counter);
        self.round.encode(w);
        self.tx.encode(w);
        w.u32(self.index);
        self.kind.encode(w);
        self.delta.encode(w);
        w.option(self.counterparty.as_ref());
        self.abc.encode(w);
        self.abit.encode(w);
        self.bonded.encode(w);
        w.u64(self.nonce);
        w.bool(self.via_retired);
    }
}

impl Decode for Entry {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            counter: r.u64()?,
            round: Round::decode(r)?,
            tx: TxId::decode(r)?,
            index: r.u32()?,
            kind: EntryKind::decode(r)?,
            delta: Deltas::decode(r)?,
            counterparty: r.option()?,
            abc: Amount::decode(r)?,
            abit: Amount::decode(r)?,
            bonded: Amount::decode(r)?,
            nonce: r.u64()?,
            via_retired: r.bool()?,
        })
    }
}

impl EntryKind {
    /// Its name, for files and logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Genesis => "genesis",
            Self::PayIn => "pay_in",
            Self::PayOut => "pay_out",
            Self::Fee => "fee",
            Self::NameCommit => "name_commit",
            Self::NameDeposit => "name_deposit",
            Self::NameRegister => "name_register",
            Self::NameRenew => "name_renew",
            Self::NameChange => "name_change",
            Self::NameOut => "name_out",
            Self::NameIn => "name_in",
            Self::Converted => "converted",
            Self::MovedOut => "moved_out",
            Self::MovedIn => "moved_in",
            Self::KeyAdded => "key_added",
            Self::KeyRetired => "key_retired",
            Self::FoldedOut => "folded_out",
            Self::FoldedIn { .. } => "folded_in",
            Self::ProfileSet => "profile_set",
            Self::PoolIn => "pool_in",
            Self::PoolOut => "pool_out",
            Self::EnvelopeOut { .. } => "envelope_out",
            Self::EnvelopeIn { .. } => "envelope_in",
            Self::EnvelopeBack { .. } => "envelope_back",
            Self::Reward => "reward",
            Self::Bond => "bond",
            Self::Leave => "leave",
            Self::BondReturned => "bond_returned",
            Self::Slash => "slash",
            Self::EvidenceReward => "evidence_reward",
        }
    }

    const fn tag(self) -> u8 {
        match self {
            Self::Genesis => 1,
            Self::PayIn => 2,
            Self::PayOut => 3,
            Self::Fee => 4,
            Self::NameCommit => 20,
            Self::NameDeposit => 21,
            Self::NameRegister => 22,
            Self::NameRenew => 23,
            Self::NameChange => 24,
            Self::NameOut => 25,
            Self::NameIn => 26,
            Self::Converted => 5,
            Self::MovedOut => 6,
            Self::MovedIn => 7,
            Self::KeyAdded => 8,
            Self::KeyRetired => 9,
            Self::FoldedOut => 10,
            Self::FoldedIn { .. } => 11,
            Self::ProfileSet => 12,
            Self::PoolIn => 13,
            Self::PoolOut => 14,
            Self::EnvelopeOut { .. } => 30,
            Self::EnvelopeIn { .. } => 31,
            Self::EnvelopeBack { .. } => 32,
            Self::Reward => 40,
            Self::Bond => 41,
            Self::BondReturned => 42,
            Self::Slash => 43,
            Self::EvidenceReward => 44,
            Self::Leave => 45,
        }
    }
}

impl Encode for EntryKind {
    fn encode(&self, w: &mut Writer) {
        w.u8(self.tag());
        match self {
            Self::FoldedIn { count, history } => {
                w.u64(*count);
                w.fixed(history);
            }
            Self::EnvelopeOut { envelope }
            | Self::EnvelopeIn { envelope }
            | Self::EnvelopeBack { envelope } => envelope.encode(w),
            Self::Genesis
            | Self::PayIn
            | Self::PayOut
            | Self::Fee
            | Self::Converted
            | Self::MovedOut
            | Self::MovedIn
            | Self::KeyAdded
            | Self::KeyRetired
            | Self::FoldedOut
            | Self::ProfileSet
            | Self::PoolIn
            | Self::PoolOut
            | Self::NameCommit
            | Self::NameDeposit
            | Self::NameRegister
            | Self::NameRenew
            | Self::NameChange
            | Self::NameOut
            | Self::NameIn
            | Self::Reward
            | Self::Bond
            | Self::BondReturned
            | Self::Slash
            | Self::EvidenceReward
            | Self::Leave => {}
        }
    }
}

impl Decode for EntryKind {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match r.u8()? {
            1 => Self::Genesis,
            2 => Self::PayIn,
            3 => Self::PayOut,
            4 => Self::Fee,
            20 => Self::NameCommit,
            21 => Self::NameDeposit,
            22 => Self::NameRegister,
            23 => Self::NameRenew,
            24 => Self::NameChange,
            25 => Self::NameOut,
            26 => Self::NameIn,
            5 => Self::Converted,
            6 => Self::MovedOut,
            7 => Self::MovedIn,
            8 => Self::KeyAdded,
            9 => Self::KeyRetired,
            10 => Self::FoldedOut,
            11 => Self::FoldedIn { count: r.u64()?, history: r.fixed()? },
            12 => Self::ProfileSet,
            13 => Self::PoolIn,
            14 => Self::PoolOut,
            30 => Self::EnvelopeOut { envelope: RedEnvelopeId::decode(r)? },
            31 => Self::EnvelopeIn { envelope: RedEnvelopeId::decode(r)? },
            32 => Self::EnvelopeBack { envelope: RedEnvelopeId::decode(r)? },
            40 => Self::Reward,
            41 => Self::Bond,
            42 => Self::BondReturned,
            43 => Self::Slash,
            44 => Self::EvidenceReward,
            45 => Self::Leave,
            _ => return Err(DecodeError::BadValue("kind of entry")),
        })
    }
}

impl Encode for Deltas {
    fn encode(&self, w: &mut Writer) {
        self.abc.encode(w);
        self.abit.encode(w);
        self.bonded.encode(w);
    }
}

impl Decode for Deltas {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { abc: Delta::decode(r)?, abit: Delta::decode(r)?, bonded: Delta::decode(r)? })
    }
}

impl Encode for Delta {
    fn encode(&self, w: &mut Writer) {
        w.bool(self.negative);
        w.u64(self.units);
    }
}

impl Decode for Delta {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let (negative, units) = (r.bool()?, r.u64()?);
        if negative && units == 0 {
            return Err(DecodeError::BadValue("negative zero"));
        }
        Ok(Self { negative, units })
    }
}
