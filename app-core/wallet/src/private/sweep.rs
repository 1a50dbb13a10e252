//! Everything that the pool holds, to one account (`money-and-mail.md` A10).
//!
//! How much that is shows when its turn comes, as for the account's own sweep: merges and carry-overs
//! before it cost something, and more may have come in. Until it is signed its amount is what was
//! foreseen.

use crate::private::choose::most;
use crate::private::plan::{blank, free_notes};
use crate::private::{PoolGround, PrivatePayee, Transfer};
use ledger::{Action, Pay};
use types::{Abc, Address, Amount};

/// The most that the pool can pay to one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MostPayable {
    /// What arrives.
    pub amount: Amount<Abc>,
    /// What that costs, merges included.
    pub fee: Amount<Abc>,
    /// How often several notes are made one first, each time in a transaction of its own.
    pub merges: usize,
}

/// The most that an account can be paid out of the pool: with the free notes of the present period
/// account, and one more of each amount that is yet to come there. `None` if that is nothing, or less
/// than the ledger lets this address be paid. Notes that are worth less than they cost stay.
#[must_use]
pub fn most_payable(
    to: Address,
    ground: PoolGround<'_>,
    coming: &[Amount<Abc>],
) -> Option<MostPayable> {
    let (_, prices) = ground.params.prices_at(ground.round.next());
    let amount = Amount::ZERO;
    let order = blank(ground, vec![Action::Pay(Pay { source: 0, to, amount })]);
    let own = free_notes(ground, &[0; 16], |period| period == ground.key.period());
    let values = own.iter().map(|note| note.note.value).chain(coming.iter().copied());
    let (amount, all) = most(values.collect(), &order, prices)?;
    let least = crate::plan::least_for(ground.params, ground.round, ground.payee_exists);
    let found = MostPayable { amount, fee: all.fee, merges: all.merges };
    Some(found).filter(|found| found.amount >= least)
}

/// A sweep that is not signed yet, with the amount that the pool can pay now; `None` if there is
/// nothing to pay any more.
#[must_use]
pub fn sweep_now(wish: &Transfer, ground: PoolGround<'_>) -> Option<Transfer> {
    let PrivatePayee::Sweep(to) = wish.to else { return None };
    // Below what a new address must be paid, it was let through because its payee is none.
    let new = crate::plan::least_for(ground.params, ground.round, false);
    let ground = PoolGround { payee_exists: wish.amount < new, ..ground };
    let most = most_payable(to, ground, &[])?;
    Some(Transfer { amount: most.amount, ..wish.clone() })
}
