//! Tests of whole conversations, through the public interface where it suffices.

mod attachment;
mod attachment_refusal;
mod conversation;
mod golden;
mod group;
mod limits;
mod order;
mod primitives;
mod redacted;
mod refusal;
mod retry;
mod safety;
mod sealed;
mod sealed_golden;
mod sealed_refusal;
mod stored;
mod support;
mod tampering;
mod vectors;
