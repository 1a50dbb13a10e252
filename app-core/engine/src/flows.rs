//! What an engine does, one verb per file. Each flow saves its progress step by step: it may be
//! dropped at any await and taken up again.

pub(crate) mod again;
pub(crate) mod ask;
pub(crate) mod attach;
pub(crate) mod checkpoint;
pub(crate) mod collect;
pub(crate) mod contact;
pub(crate) mod crosscheck;
pub(crate) mod deliver;
pub(crate) mod faucet;
pub(crate) mod flags;
pub(crate) mod follow;
pub(crate) mod gifts;
pub(crate) mod give;
pub(crate) mod invite;
pub(crate) mod keys;
pub(crate) mod listen;
pub(crate) mod moves;
pub(crate) mod pay;
pub(crate) mod pool;
pub(crate) mod prekeys;
pub(crate) mod private;
pub(crate) mod proofs;
pub(crate) mod read;
pub(crate) mod receive;
pub(crate) mod renew;
pub(crate) mod rests;
pub(crate) mod review;
pub(crate) mod reviewed;
pub(crate) mod reviewed_pool;
pub(crate) mod rotation;
pub(crate) mod siblings;
pub(crate) mod statement;
pub(crate) mod sync;
#[cfg(test)]
mod tests;
pub(crate) mod trust;
pub(crate) mod votes;
pub(crate) mod warrant;
