//! The private pool: its bundles, its rules, its keys, and how wallets make and find notes.
//!
//! Only this room and `circuit`, below it, name the `orchard` crate, of which they use one circuit. What
//! that proves is that crate's affair; what it does not (`shielded-pool.md` 2.4) stands in
//! [`form`] and [`PoolBlock`], one function for each rule. Values in, values out: randomness is an
//! argument, the state is asked through [`Records`]. Nothing here leaves a check out on request.

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

mod address;
mod block;
mod build;
mod bundle;
mod carry;
mod compact;
mod disclosure;
mod effects;
mod flow;
pub mod form;
pub mod fuzz;
mod ids;
mod keys;
mod log;
mod memo;
mod note;
mod ownership;
mod period;
mod points;
mod pool;
mod receipt;
mod recover;
mod scan;
mod secret;
mod stored;
mod tree;
mod verify;
mod witness;

pub use ::circuit::{ProvingKey, VerifyingKey};
pub use address::{NotPayable, ShieldedAddress, ShieldedAddressError, network_of};
pub use block::{Damaged, PoolBlock, PoolChanges, Records, Refusal};
pub use build::{BuildError, Draft, Made, Output, Plan, Purpose, Spend};
pub(crate) use bundle::inner_action;
pub use bundle::{Authorization, Bundle};
pub use carry::{CarryClaim, CarryProof};
pub use compact::{COMPACT_ACTION_LEN, CompactAction, compact_digest};
pub use disclosure::{DisclosureDigest, Opened, Opening, Randomizer};
pub use effects::{ACTION_LEN, Action, Effects, Halves, MAX_ACTIONS, POOL_VERSION};
pub use flow::{Flow, flow};
pub use form::Malformed;
pub use ids::{Anchor, Commitment, Nullifier, Root};
pub use keys::{IncomingKey, Scope, SpendingKey, ViewingKey};
pub use log::{LogEntry, LogError, LogPlace, MAX_ENTRY_LEN, follow_log};
pub use memo::{MAX_TEXT, MEMO_LEN, MadeEnvelope, Memo};
pub use note::Note;
pub use ownership::AddressProof;
pub use period::{Month, Period};
pub use pool::{Pool, PoolRules};
pub use receipt::{ReceiptError, check_receipt};
pub use recover::{Sent, recover};
pub use scan::{Found, Scanner, envelope_made};
pub use tree::{Frontier, TreeFull};
pub use verify::{sighash, verify, verify_all, verify_batch};
pub use witness::{PIECE_LEVEL, SHARD_LEVEL, Witness, WitnessError, Witnesses, anchor_round};

#[cfg(test)]
mod tests;
