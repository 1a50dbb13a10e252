//! What a person can do, one file per domain: parse, call, make a record of the result.

pub(crate) mod account;
mod chat;
mod contact;
mod money;
mod sync;
