//! What a bundle of the pool costs: the fee stands nowhere in it, only what leaves the pool in all.

use ledger::{Action, Params, Pay, Transaction};
use shielded::{Effects, ViewingKey, envelope_made};
use types::{Abc, Address, AddressKind, Amount, ChainId, Round};

use crate::GiftOrder;

/// What bundles of so many actions cost when they leave the pool by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolFees {
    /// If everything stays in the pool.
    pub plain: Amount<Abc>,
    /// If the transaction also pays one public address.
    pub paying: Amount<Abc>,
    /// If it makes a red envelope.
    pub giving: Amount<Abc>,
}

/// What money may leave the pool for, beside the fee.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaving {
    /// A public address, if more leaves than the fee.
    Paid,
    /// A red envelope.
    Given,
}

impl Leaving {
    /// What a bundle takes money out of the pool for that one of these accounts has made: its change
    /// says so.
    pub fn of<'a>(accounts: impl IntoIterator<Item = &'a ViewingKey>, effects: &Effects) -> Self {
        let gives = |key: &ViewingKey| envelope_made(key, effects).is_some();
        if accounts.into_iter().any(gives) { Self::Given } else { Self::Paid }
    }
}

impl PoolFees {
    /// The fees of a bundle with so many actions in a block of this round.
    #[must_use]
    pub fn of(params: &Params, round: Round, actions: usize) -> Self {
        let (price_epoch, prices) = params.prices_at(round);
        let fee = |does: Vec<Action>| {
            let order = Transaction {
                version: Transaction::WITH_BUNDLE,
                chain: ChainId([0; 32]),
                expiry: round,
                price_epoch,
                sources: vec![],
                fee: Amount::ZERO,
                actions: does,
                bundle: None,
                witness: vec![],
            };
            order.fee_with(prices, actions).unwrap_or(Amount::ZERO)
        };
        let to = Address { kind: AddressKind::Ecdsa, payload: [0; 20] };
        let pay = Action::Pay(Pay { source: 0, to, amount: Amount::ZERO });
        // All of them are equally long.
        let gift = GiftOrder { shares: 1, lucky: false, root: [0; 32], rest: [0; 32], rounds: 0 };
        let give = gift.action(Amount::ZERO, round);
        Self { plain: fee(vec![]), paying: fee(vec![pay]), giving: fee(vec![give]) }
    }

    /// What leaves the pool is the fee, and what the transaction pays in public.
    #[must_use]
    pub fn split_off(self, left: u64, leaving: Leaving) -> (u64, u64) {
        let fee = match leaving {
            Leaving::Paid if left == self.plain.units() => return (left, 0),
            Leaving::Paid => self.paying,
            Leaving::Given => self.giving,
        };
        match left.checked_sub(fee.units()) {
            Some(public) if public > 0 => (fee.units(), public),
            Some(_) | None => (left, 0),
        }
    }
}
