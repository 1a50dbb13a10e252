//! What a person can do, one file per domain: parse, call, make a record of the result.

pub(crate) mod account;
mod chat;
pub(crate) mod contact;
mod explorer;
mod light;
mod money;
mod waiting;
