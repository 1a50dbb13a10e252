//! Balances and payments as pure functions.
//!
//! `engine` proves the account, calls [`plan`], saves the payment and only then submits it; when
//! headers have moved on it asks [`settle`] what became of it. Nothing here reads a clock, a socket
//! or a database.

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

mod destination;
pub mod fuzz;
mod gift;
mod link;
mod model;
mod moves;
mod plan;
pub mod private;
pub mod review;
mod rotation;
mod settle;
mod siblings;
mod signer;
mod split;
#[cfg(test)]
mod tests;

pub use destination::{Destination, DestinationError, DestinationKind};
pub use gift::{
    ClaimAttempt, CollectGround, FoundRest, GiftOrder, GiftPart, GiftState, GiftWish, Kept,
    KnownGift, Look, Owed, OwedId, Rest, Share, ShareTo, Taking, collect_fee, collect_to_account,
    order_gift, own_claim_key, plan_claim, plan_collect, plan_gift, seal_collect,
};
pub use link::{LinkError, MAX_LINK_MEMO, PaymentLink, is_link_memo};
pub use model::{
    Attempt, BookEntry, Change, Payment, PaymentKind, PaymentState, ProvedEntry, SavedAccount,
};
pub use moves::{Protection, migrate, migration_fee, sweep};
pub use plan::{Ground, Quote, Refusal, Wish, pending_out, plan, quote};
pub use rotation::{
    Rotation, RotationLink, RotationLinkError, commit_rotation, commitment_fee, committed_hash,
    dies_with_ecdsa, open_rotation, opening_fee,
};
pub use settle::{is_given_up, settle};
pub use shielded::{MadeEnvelope, NotPayable};
pub use shielded::{ShieldedAddress, ShieldedAddressError};
pub use siblings::{
    ANNOUNCED, Announced, DeviceId, Found, KnownIntent, Part, Post, Posted, SiblingChange, assemble,
};
pub use signer::{Keyring, is_key_shown, signer, strongest};
pub use split::{MAX_PARTS, split};
