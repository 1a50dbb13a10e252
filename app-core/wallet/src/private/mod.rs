//! Money in the private pool, as its owner knows it: notes, what is asked for, and how both change.
//!
//! The stream of the pool log decides what is ours and what is spent ([`take_entries`]); a wish is
//! saved before anything is proved for it, and an attempt before it is sent, so that nothing is ever
//! paid twice (`money-and-mail.md` A9). Keys, stream, time and randomness are arguments.

mod carry;
mod choose;
mod merge;
mod model;
mod plan;
mod scan;
mod sweep;
mod top_up;

pub use carry::{CarryMove, carried_at, carry_batches, plan_carry, seal_carry};
pub use merge::{NoteMerge, next_merge, plan_merge, plan_merge_for, small_notes};
pub use model::{
    OwnNote, PoolState, PoolStep, PrivateAttempt, PrivateMoney, PrivatePayee, SpendingBundle,
    Spent, Transfer, TransferState, reference_of,
};
pub use shielded::Randomizer;

pub use plan::{PoolGround, Readiness, Ready, plan_transfer, seal_gift, seal_transfer};
pub use scan::{scanned_months, scanned_periods, take_entries};
pub use sweep::{MostPayable, most_payable, sweep_now};
pub use top_up::{plan_top_up, round_amount, seal_top_up};
