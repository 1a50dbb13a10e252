//! Review keys: what an owner signs for a reviewer, and what a reviewer believes of it
//! (`review-keys.md`; `money-and-mail.md` A4, B8, B9).
//!
//! A grant says who may see which months of which account, and why; it is signed by the account's
//! strongest operation key over everything, the grantee and the digests of the keys included. The
//! keys lie beside it. Nothing here opens a session, a file or the ledger: flows of the engine do.

mod card;
mod grant;
mod model;
mod owner;
mod pool;
mod pool_fees;
mod pool_line;
mod proof;
mod reviewer;
mod sealed;
mod standing;
#[cfg(test)]
mod tests;

pub use card::{GrantCard, GrantedKey};
pub use grant::{
    GrantFault, GrantTerms, Grantee, KeyDigest, MAX_CASE, MAX_GRANT_KEYS, MAX_PURPOSE, ReviewGrant,
    Serial, Strength, contact_fingerprint,
};
pub use model::{GivenGrant, ReceivedGrant, ReviewChange, ShownPayment, Tip};
pub use owner::{BadMonths, GrantState, GrantWish, months_of, periods_of, viewing_key};
pub use pool::{KeyName, ReviewKeys, ReviewedNote, ReviewedStep, Sighting};
pub use pool_fees::{Leaving, PoolFees};
pub use pool_line::{PoolLine, PoolLineKind, PoolMove};
pub use proof::{CarriedProof, CarriedProofs, MAX_KEPT_PROOFS, MAX_PROOFS};
pub use reviewer::{ReviewerCard, digits};
pub use sealed::{OpenedCard, SealedCard, open_card, seal_card};
pub use shielded::{LogPlace, Month, Nullifier, Period};
pub use standing::StandingKey;
