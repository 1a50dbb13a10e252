//! What a bundle of the pool costs: the fee stands nowhere in it, only what leaves the pool in all.

use ledger::{Action, Params, Pay, Transaction};
use types::{Abc, Address, AddressKind, Amount, ChainId, Round};

/// What bundles of so many actions cost when they leave the pool by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolFees {
    /// If everything stays in the pool.
    pub plain: Amount<Abc>,
    /// If the transaction also pays one public address.
    pub paying: Amount<Abc>,
}

impl PoolFees {
    /// The fees of a bundle with so many actions in a block of this round.
    #[must_use]
    pub fn of(params: &Params, round: Round, actions: usize) -> Self {
        let (price_epoch, prices) = params.prices_at(round);
        let fee = |pays: Vec<Action>| {
            let order = Transaction {
                version: Transaction::WITH_BUNDLE,
                chain: ChainId([0; 32]),
                expiry: round,
                price_epoch,
                sources: vec![],
                fee: Amount::ZERO,
                actions: pays,
                bundle: None,
                witness: vec![],
            };
            order.fee_with(prices, actions).unwrap_or(Amount::ZERO)
        };
        let to = Address { kind: AddressKind::Ecdsa, payload: [0; 20] };
        let pay = Action::Pay(Pay { source: 0, to, amount: Amount::ZERO });
        Self { plain: fee(vec![]), paying: fee(vec![pay]) }
    }

    /// What leaves the pool is the fee, and what the transaction pays in public.
    #[must_use]
    pub fn split_off(self, left: u64) -> (u64, u64) {
        if left == self.plain.units() {
            return (left, 0);
        }
        match left.checked_sub(self.paying.units()) {
            Some(public) if public > 0 => (self.paying.units(), public),
            Some(_) | None => (left, 0),
        }
    }
}
