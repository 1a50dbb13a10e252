//! What a person can do, one file per domain: parse, call, make a record of the result.

pub(crate) mod account;
mod address;
mod ask;
mod chat;
pub(crate) mod contact;
mod envelope;
mod explorer;
pub(crate) mod file;
mod light;
mod money;
mod months;
mod moves;
mod pay;
mod payment_shown;
mod private;
mod review;
mod rotation;
mod showing;
mod statement;
mod transfer;
mod waiting;
