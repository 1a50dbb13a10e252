//! Fuzzing of every decoder of foreign bytes, without anything but stable Rust.
//!
//! [`TARGETS`] collects the entry points of the crates. A test replays the corpus with a fixed set
//! of mutations; the binary `fuzz` (`cargo xtask fuzz`) goes on for as long as one likes and adds
//! each input that panics to the corpus.

mod corpus;
mod mutate;
pub mod seeds;

pub use corpus::{Entry, load, save};
pub use mutate::{Dice, mutate};

use std::panic::{AssertUnwindSafe, catch_unwind};

/// A name, which is the folder of its corpus, and the function that must not panic.
pub type Target = (&'static str, fn(&[u8]));

/// Every entry point: crate, then what it reads.
pub const TARGETS: &[Target] = &[
    ("abns-chunk", abns::fuzz::fuzz_chunk),
    ("abns-rows", abns::fuzz::fuzz_rows),
    ("acp-message", acp::fuzz::fuzz_message),
    ("acp-verify", acp::fuzz::fuzz_verify),
    ("acp-wal-record", acp::fuzz::fuzz_wal_record),
    ("api-rpc", api::fuzz::fuzz_rpc),
    ("chat-content", chat::fuzz::fuzz_content),
    ("chat-envelope", chat::fuzz::fuzz_envelope),
    ("chat-invite", chat::fuzz::fuzz_invite),
    ("chat-invite-text", chat::fuzz::fuzz_invite_text),
    ("chat-safety-text", chat::fuzz::fuzz_safety_text),
    ("keys-address", keys::fuzz::fuzz_address),
    ("keys-public-key", keys::fuzz::fuzz_public_key),
    ("keys-unwrap", keys::fuzz::fuzz_unwrap),
    ("keys-vrf", keys::fuzz::fuzz_vrf),
    ("keys-words", keys::fuzz::fuzz_words),
    ("ledger-body", ledger::fuzz::fuzz_body),
    ("ledger-certificate", ledger::fuzz::fuzz_certificate),
    ("ledger-evidence", ledger::fuzz::fuzz_evidence),
    ("ledger-genesis", ledger::fuzz::fuzz_genesis),
    ("ledger-header", ledger::fuzz::fuzz_header),
    ("ledger-money", ledger::fuzz::fuzz_money),
    ("ledger-names", ledger::fuzz::fuzz_names),
    ("ledger-proof", ledger::fuzz::fuzz_proof),
    ("ledger-records", ledger::fuzz::fuzz_records),
    ("ledger-transaction", ledger::fuzz::fuzz_transaction),
    ("light-advance", light::fuzz::fuzz_advance),
    ("light-answers", light::fuzz::fuzz_answers),
    ("light-history", light::fuzz::fuzz_history),
    ("light-state", light::fuzz::fuzz_light_state),
    ("light-verify", light::fuzz::fuzz_verify),
    ("manager-evidence", manager::fuzz::fuzz_offences),
    ("manager-frame", manager::fuzz::fuzz_frame),
    ("manager-wal", manager::fuzz::fuzz_wal),
    ("name-rules-name", name_rules::fuzz::fuzz_name),
    ("net-bootstrap", net::fuzz::fuzz_bootstrap),
    ("net-frames", net::fuzz::fuzz_frames),
    ("node-committees", node::chunks::fuzz_committees),
    ("ratchet-attachment", ratchet::fuzz::fuzz_attachment),
    ("ratchet-bundle", ratchet::fuzz::fuzz_bundle),
    ("ratchet-certificates", ratchet::fuzz::fuzz_certificates),
    ("ratchet-decrypt", ratchet::fuzz::fuzz_decrypt),
    ("ratchet-group-decrypt", ratchet::fuzz::fuzz_group_decrypt),
    ("ratchet-prekey", ratchet::fuzz::fuzz_prekey),
    ("ratchet-retry", ratchet::fuzz::fuzz_retry),
    ("ratchet-scannable", ratchet::fuzz::fuzz_scannable),
    ("ratchet-sealed-content", ratchet::fuzz::fuzz_sealed_content),
    ("ratchet-sender-key-distribution", ratchet::fuzz::fuzz_sender_key_distribution),
    ("ratchet-sender-key-message", ratchet::fuzz::fuzz_sender_key_message),
    ("ratchet-sender-key-record", ratchet::fuzz::fuzz_sender_key_record),
    ("ratchet-split", ratchet::fuzz::fuzz_split),
    ("ratchet-spqr-message", ratchet::fuzz::fuzz_spqr_message),
    ("ratchet-spqr-receive", ratchet::fuzz::fuzz_spqr_receive),
    ("ratchet-spqr-state", ratchet::fuzz::fuzz_spqr_state),
    ("ratchet-stored", ratchet::fuzz::fuzz_stored),
    ("ratchet-unseal", ratchet::fuzz::fuzz_unseal),
    ("ratchet-whisper", ratchet::fuzz::fuzz_whisper),
    ("shielded-address", shielded::fuzz::fuzz_address),
    ("shielded-bundle", shielded::fuzz::fuzz_bundle),
    ("shielded-claims", shielded::fuzz::fuzz_claims),
    ("shielded-log", shielded::fuzz::fuzz_log),
    ("shielded-pool", shielded::fuzz::fuzz_pool),
    ("shielded-wallet", shielded::fuzz::fuzz_wallet),
    ("statement-file", statement::fuzz::fuzz_statement),
    ("statement-payment", statement::fuzz::fuzz_payment),
    ("store-key-file", store::fuzz::fuzz_key_file),
    ("store-wraps", store::fuzz::fuzz_wraps),
    ("wallet-private", wallet::fuzz::fuzz_private),
    ("wallet-destination", wallet::fuzz::fuzz_destination),
    ("wallet-link", wallet::fuzz::fuzz_link),
    ("wallet-post", wallet::fuzz::fuzz_post),
    ("wallet-rotation", wallet::fuzz::fuzz_rotation),
    ("wallet-card", wallet::fuzz::fuzz_card),
    ("wallet-proofs", wallet::fuzz::fuzz_proofs),
    ("wallet-reviewer", wallet::fuzz::fuzz_reviewer),
    ("wallet-sealed-card", wallet::fuzz::fuzz_sealed_card),
    ("wallet-standing-key", wallet::fuzz::fuzz_standing_key),
    ("wire-chain", wire::fuzz::fuzz_chain),
    ("wire-directory", wire::fuzz::fuzz_directory),
    ("wire-events", wire::fuzz::fuzz_events),
    ("wire-mail", wire::fuzz::fuzz_mail),
    ("wire-roster", wire::fuzz::fuzz_roster),
    ("wire-store", wire::fuzz::fuzz_store),
];

/// Gives one input to one target; false if it panicked.
#[must_use]
pub fn survives(target: fn(&[u8]), input: &[u8]) -> bool {
    catch_unwind(AssertUnwindSafe(|| target(input))).is_ok()
}
