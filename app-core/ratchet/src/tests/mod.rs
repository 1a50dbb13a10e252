//! Tests of whole conversations, through the public interface where it suffices.

mod conversation;
mod golden;
mod limits;
mod order;
mod refusal;
mod stored;
mod support;
mod tampering;
mod vectors;
