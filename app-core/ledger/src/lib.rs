//! The ledger's rules as pure functions: genesis, transactions, blocks, accounts, certificates and
//! state proofs.
//!
//! Managers execute blocks with this crate and the light node checks them with it, so that both
//! follow one text. It reads no clock, holds no key and touches no disk: state comes in through
//! [`StateView`], changes go out as a map.
//!
//! Hashes are SHA-256 behind a domain tag ([`wire::hash`]); each type names its own tag.

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

mod account;
mod account_proof;
mod actions;
mod beacon;
mod block;
mod body;
mod bonds;
mod certificate;
mod committee;
mod conflict;
mod credits;
mod draft;
mod entry;
mod epochs;
mod evidence;
mod execution;
mod flags;
pub mod fuzz;
mod genesis;
mod gift;
mod header;
mod judgement;
mod late_vote;
mod merkle;
mod mmr;
mod names;
mod params;
mod pool;
mod pots;
mod prices;
mod registry;
mod rejection;
mod round_start;
mod scores;
mod seats;
mod state;
mod state_proof;
mod statement;
mod succession;
#[cfg(test)]
mod tests;
mod transact;
mod transaction;
mod witness;
mod workers;

pub use account::{Account, KeySlot, MAX_SLOTS};
pub use account_proof::AccountProof;
pub use actions::{
    Action, AddKey, CLAIM_LEVELS, Claim, ClaimEnvelope, ClaimTree, CollectEnvelope, CommitName,
    CommitRotation, Convert, CreateEnvelope, Decide, DelegateLabel, MAX_SHARES, OpenRotation, Pay,
    PayAll, Profile, ROTATION_ROUNDS, RateService, ReclaimDeposit, RedEnvelope, RedEnvelopeId,
    RefundTo, RegisterManager, RegisterName, RegisterWorker, RenewName, ReportEvidence, RetireKey,
    RingAction, RingRefusal, SetProfile, SetSubName, TransferName, UnregisterManager,
    UnregisterWorker, UpdateName, claim_key, claim_leaf, envelope_key, lucky_range, lucky_share,
    possession_input, profile_key, reveal_rank, rotation_hash, rotation_key,
};
pub use beacon::{first_beacon, leader_order, next_beacon, next_beacon_empty, ticket_input};
pub use block::Draw;
pub use body::{Body, CHUNK, Chunk, MAX_BODY, MAX_BODY_TRANSACTIONS, Receipt, receipts_root};
pub use certificate::{Certificate, CertificateError, Step};
pub use committee::{Committee, MAX_MEMBERS, MIN_MEMBERS, Member};
pub use conflict::{Conflict, ConflictError, Summons};
pub use draft::Changes;
pub use entry::{Delta, Deltas, Entry, EntryKind};
pub use epochs::noted_history;
pub use evidence::{Evidence, Foreign, Offence, SignedNewView, SignedProposal, SignedVote};
pub use execution::{BlockContext, Circuit, Execution, Outcome, Verified, check, execute};
pub use flags::{Consent, Decision, Flag, Flags, flags_key};
pub use genesis::{FirstManager, FirstWorker, Genesis, GenesisError, MAX_SUPPLY};
pub use gift::{Gift, GiftTree, MAX_CLAIMERS, MAX_GREETING};
pub use header::{CertifiedHeader, Header, HeaderError, NO_PROPOSER, Tip};
pub use judgement::EvidenceError;
pub use late_vote::LateVote;
pub use merkle::{MerklePath, merkle_path, merkle_root};
pub use mmr::{HeaderRange, RangeNode, RangePlaces, RangeProof, range_peaks, range_places};
pub use names::{
    AnswerError, Commitment, Delegation, FoundName, GRACE_MS, MAX_COMMITMENT, MAX_TWINS,
    MIN_COMMITMENT, NameAnswer, NameRecord, NameRefusal, NameState, NotPayable, RENEWAL_MS,
    RegisteredName, Resolved, Standing, SubAnswer, SubName, YEAR_MS, commit_hash, commitment_key,
    delegation_key, first_level, name_deposit, name_key, name_price, sub_name_key, twins_key,
};
pub use params::Params;
pub use pool::{finished_tree_key, flags, nullifier_key, pool, pool_key, pool_tree_key};
pub use pots::Pot;
pub use prices::{MAX_PRICE_CHANGES, PriceChange, PriceChanges, Prices};
pub use registry::{MAX_MANAGERS, Registration, managers, managers_key};
pub use rejection::Rejection;
pub use round_start::alarm;
pub use scores::MAX_SCORE;
pub use seats::{Seat, Seats};
pub use state::{StateView, account_key, account_of, alias_key, cell_key, home_of, open_id_key};
pub use state_proof::{EMPTY_SUBTREE, ProofError, StateProof, leaf_hash, node_hash};
pub use statement::{ENGINE_ACP, Place};
pub use transaction::{
    EXPIRY_ROUNDS, MAX_ACTIONS, MAX_SOURCES, MAX_TRANSACTION, Source, Transaction,
};
pub use workers::{MAX_WORKERS, WorkerRecord, worker_ids, worker_key, workers, workers_key};
