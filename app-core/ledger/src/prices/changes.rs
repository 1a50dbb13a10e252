//! Prices that change: the tables of a network by their price epochs (`money-and-mail.md` B2).
//!
//! The genesis holds them all: the first, and from which epoch on which others hold. A transaction
//! names the table it was made for. Beside the present one the one before is good for as long as a
//! transaction can wait, so that no fee becomes wrong in flight, and no longer, or the cheaper of
//! two would be everybody's for ever.

use crate::{EXPIRY_ROUNDS, Params, Prices};
use types::{Abc, Amount, Round};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// Most changes of prices in a genesis.
pub const MAX_PRICE_CHANGES: usize = 8;

/// A table that replaces the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PriceChange {
    /// From the first round of this epoch on.
    pub epoch: u64,
    /// The table.
    pub prices: Prices,
}

/// All changes of prices, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PriceChanges([Option<PriceChange>; MAX_PRICE_CHANGES]);

impl PriceChanges {
    /// Prices that stay as they are.
    pub const NONE: Self = Self([None; MAX_PRICE_CHANGES]);

    /// These changes; `None` if they are more than [`MAX_PRICE_CHANGES`].
    #[must_use]
    pub fn new(changes: &[PriceChange]) -> Option<Self> {
        let mut all = Self::NONE;
        all.0.iter_mut().zip(changes).for_each(|(place, change)| *place = Some(*change));
        (changes.len() <= MAX_PRICE_CHANGES).then_some(all)
    }

    fn iter(&self) -> impl Iterator<Item = &PriceChange> + Clone {
        self.0.iter().flatten()
    }
}

impl Params {
    /// The price epoch of a round, and its table.
    #[must_use]
    pub fn prices_at(&self, round: Round) -> (u32, &Prices) {
        let reached = |change: &&PriceChange| change.epoch <= self.epoch_of(round);
        let changed = (1..).zip(self.price_changes.iter().take_while(reached));
        let last = changed.last().map(|(number, change)| (number, &change.prices));
        last.unwrap_or((0, &self.prices))
    }

    /// These parameters with the table of a price epoch in the place of the first; `None` unless a
    /// transaction of this round may name it.
    pub(crate) fn priced(&self, price_epoch: u32, round: Round) -> Option<Self> {
        // What was the present table when the oldest transaction was made that is still good.
        let before = Round(round.0.saturating_sub(EXPIRY_ROUNDS));
        let mut accepted = [self.prices_at(round), self.prices_at(before)].into_iter();
        let (_, prices) = accepted.find(|(number, _)| *number == price_epoch)?;
        Some(Self { prices: *prices, ..*self })
    }

    /// The most that a claim of a share costs without a source, by whichever table; `None` beyond
    /// 64 bits. No share is smaller, so that it can be claimed whatever the prices have become.
    #[must_use]
    pub fn claim(&self) -> Option<Amount<Abc>> {
        let later = self.price_changes.iter().map(|change| change.prices.claim());
        later.fold(self.prices.claim(), |most, claim| Some(most?.max(claim?)))
    }

    /// True if every table is sound, none changes the existential minimum, and each change comes
    /// when nothing can be in flight any more that was made before the last one.
    pub(crate) fn prices_are_sound(&self) -> bool {
        let tables = self.price_changes.iter().all(|PriceChange { prices, .. }| {
            prices.are_sound() && prices.existential == self.prices.existential
        });
        let epochs = self.price_changes.iter().map(|change| change.epoch);
        let apart = std::iter::once(0).chain(epochs.clone()).zip(epochs).all(|(last, next)| {
            let rounds = next.checked_sub(last).map(|n| n.saturating_mul(u64::from(self.epoch)));
            rounds.is_some_and(|rounds| rounds >= EXPIRY_ROUNDS)
        });
        tables && apart && self.prices.are_sound()
    }
}

impl Encode for PriceChange {
    fn encode(&self, w: &mut Writer) {
        w.u64(self.epoch);
        self.prices.encode(w);
    }
}

impl Decode for PriceChange {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { epoch: r.u64()?, prices: Prices::decode(r)? })
    }
}

impl Encode for PriceChanges {
    fn encode(&self, w: &mut Writer) {
        let changes: Vec<PriceChange> = self.iter().copied().collect();
        w.list(&changes);
    }
}

impl Decode for PriceChanges {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let changes: Vec<PriceChange> = r.list(MAX_PRICE_CHANGES)?;
        Self::new(&changes).ok_or(DecodeError::TooLong)
    }
}
