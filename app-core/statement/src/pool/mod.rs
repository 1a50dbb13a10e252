//! The private part of a statement: the notes of some period accounts, the bundles that spend them,
//! and what proves both (`money-and-mail.md` A3, B8).
//!
//! That a listed note exists, and whether and when it is spent, follows from the checkpoint alone.
//! That nothing sent is missing needs the viewing keys, that nothing received is missing the stream
//! of all bundles as well.

mod annex;
mod carried;
mod check;
mod form;
mod json;
mod keys;
mod log;
mod received;
mod sent;

pub use annex::{Annex, Carry, CarryEvidence};
pub use form::{PoolAccount, PoolCell, PoolNote, PoolOutput, PoolPart, PoolSpend};
pub use keys::ReviewKeys;
pub use log::{LogRun, LogStep};
pub use received::{Stream, write_stream};
pub use sent::{memo_text, opened};

pub(crate) use carried::{carried_forward, opening_balance};
pub(crate) use check::check;
pub(crate) use json::{month, read_period, signed};
pub(crate) use received::{in_stream, is_whole_log, received};
pub(crate) use sent::{own_marks, sent};

/// A device whose newest header is old may give out a month's addresses so long before it begins,
/// in milliseconds.
const EARLY: u64 = 2 * 86_400_000;
