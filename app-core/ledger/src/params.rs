//! The parameters of a network: fixed by its genesis, read by every rule.

use crate::{PriceChanges, Prices};
use types::Round;
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// Rounds are counted in epochs of a multiple of this many.
const EPOCH_UNIT: u32 = 60;
const MAX_EPOCH: u32 = 604_800;
const MAX_INTERVAL_MS: u32 = 3_600_000;
/// The next committee is fixed this many rounds before it takes over.
const FREEZE: u64 = 10;

/// What the rules of a network depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Params {
    /// The least time between two blocks, in milliseconds.
    pub interval_ms: u32,
    /// Rounds of an epoch; a multiple of 60. Epoch e holds the rounds e·E to e·E + E − 1, round 0
    /// being the genesis.
    pub epoch: u32,
    /// How long a bond stays locked after its key has left the committee, in milliseconds.
    pub unbonding_ms: u64,
    /// The least bond of a manager, in smallest units of ABC.
    pub manager_bond: u64,
    /// The least bond of a worker, in smallest units of ABC.
    pub worker_bond: u64,
    /// Most actions of one block: a valid block must re-execute well within a view.
    pub block_actions: u32,
    /// What a name of 1, 2, 3, 4, and 5 or more characters costs a year, in smallest units of ABC.
    pub names: [u64; 5],
    /// SHA-256 of the Unicode tables that decide which names there can be.
    pub name_tables: [u8; 32],
    /// What transactions cost.
    pub prices: Prices,
    /// What they cost later.
    pub price_changes: PriceChanges,
}

impl Params {
    /// The devnet's: a block a second, an epoch a minute.
    pub const DEVNET: Self = Self {
        interval_ms: 1000,
        epoch: 60,
        unbonding_ms: 28 * 24 * 3_600_000,
        manager_bond: 1_000_000_000,
        worker_bond: 100_000_000,
        block_actions: 10_000,
        names: [50_000_000, 20_000_000, 10_000_000, 2_000_000, 500_000],
        name_tables: name_rules::tables_hash(),
        prices: Prices::DEVNET,
        price_changes: PriceChanges::NONE,
    };

    /// The epoch of a round.
    #[must_use]
    pub fn epoch_of(&self, round: Round) -> u64 {
        round.0.checked_div(u64::from(self.epoch)).unwrap_or_default()
    }

    /// The place of a round in its epoch, from 0.
    #[must_use]
    pub fn offset(&self, round: Round) -> u64 {
        round.0.checked_rem(u64::from(self.epoch)).unwrap_or_default()
    }

    /// True for the last round of an epoch: its header names another next committee, if there is one.
    #[must_use]
    pub fn is_boundary(&self, round: Round) -> bool {
        self.offset(round.next()) == 0
    }

    /// True for the first round of an epoch, in which the new committee takes over.
    #[must_use]
    pub fn is_first(&self, round: Round) -> bool {
        self.offset(round) == 0
    }

    /// True for the round that keeps the seed of the next committee: the one after two thirds of the
    /// epoch, because the beacon of a round is known when the round is over.
    #[must_use]
    pub fn is_seed(&self, round: Round) -> bool {
        let thirds = u64::from(self.epoch).saturating_mul(2) / 3;
        self.offset(round) == thirds.saturating_add(1)
    }

    /// True for the round whose state fixes the next committee: ten before the end of the epoch.
    #[must_use]
    pub fn is_freeze(&self, round: Round) -> bool {
        self.offset(round.plus(FREEZE)) == 0
    }

    /// True if every value is within its bounds.
    pub(crate) fn are_sound(&self) -> bool {
        let epochs = (EPOCH_UNIT..=MAX_EPOCH).contains(&self.epoch)
            && self.epoch.checked_rem(EPOCH_UNIT) == Some(0);
        epochs
            && (1..=MAX_INTERVAL_MS).contains(&self.interval_ms)
            && self.block_actions > 0
            && self.names.iter().all(|price| *price <= crate::MAX_SUPPLY.units())
            && self.prices_are_sound()
    }
}

impl Encode for Params {
    fn encode(&self, w: &mut Writer) {
        w.u32(self.interval_ms);
        w.u32(self.epoch);
        w.u64(self.unbonding_ms);
        w.u64(self.manager_bond);
        w.u64(self.worker_bond);
        w.u32(self.block_actions);
        self.names.iter().for_each(|price| w.u64(*price));
        w.fixed(&self.name_tables);
        self.prices.encode(w);
        self.price_changes.encode(w);
    }
}

impl Decode for Params {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            interval_ms: r.u32()?,
            epoch: r.u32()?,
            unbonding_ms: r.u64()?,
            manager_bond: r.u64()?,
            worker_bond: r.u64()?,
            block_actions: r.u32()?,
            names: [r.u64()?, r.u64()?, r.u64()?, r.u64()?, r.u64()?],
            name_tables: r.fixed()?,
            prices: Prices::decode(r)?,
            price_changes: PriceChanges::decode(r)?,
        })
    }
}
