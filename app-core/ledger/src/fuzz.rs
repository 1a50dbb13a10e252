//! Entry points for fuzzing: must never panic.
//!
//! Each takes arbitrary bytes and asserts what must hold of every value that they decode to.

use crate::credits::Credits;
use crate::epochs::Epoch;
use crate::names::{Due, Twins, Waiting};
use crate::registry::Managers;
use crate::scores::Scores;
use crate::workers::{Roster, WorkerRecord};
use crate::{
    Account, AccountProof, Action, BlockContext, Body, Certificate, CertifiedHeader, Chunk, Claim,
    Commitment, Committee, Conflict, Decision, Delegation, Entry, EntryKind, Evidence, Flags,
    Genesis, Gift, Header, HeaderRange, Member, NameAnswer, NameRecord, Params, Prices, Profile,
    RangeProof, Receipt, RedEnvelope, RegisteredName, Seats, Source, StateProof, SubName, Tip,
    Transaction, execute,
};
use name_rules::Name;
use std::collections::BTreeMap;
use types::{BlockId, ChainId, Round, Timestamp};
use wire::{Decode, Encode};

/// What decodes must encode to the same bytes: one value, one encoding.
fn round_trip<T: Decode + Encode>(bytes: &[u8]) {
    if let Ok(value) = T::from_bytes(bytes) {
        assert_eq!(value.to_bytes(), bytes);
    }
}

/// Genesis files; one that passes its check has a committee, a state and a supply.
pub fn fuzz_genesis(bytes: &[u8]) {
    round_trip::<Genesis>(bytes);
    if let Ok(genesis) = Genesis::parse(bytes) {
        assert!(Committee::new(genesis.committee().members().to_vec()).is_some());
        let state = genesis.state();
        let accounts = state.keys().filter(|key| key.starts_with(b"acct/")).count();
        assert_eq!(accounts, genesis.balances.len());
        assert!(genesis.supply() <= crate::MAX_SUPPLY);
    }
}

/// Headers with and without certificate.
pub fn fuzz_header(bytes: &[u8]) {
    round_trip::<Header>(bytes);
    round_trip::<CertifiedHeader>(bytes);
    round_trip::<Committee>(bytes);
    round_trip::<Seats>(bytes);
    round_trip::<Tip>(bytes);
    round_trip::<HeaderRange>(bytes);
}

/// Certificates; none passes against a committee of unusable keys.
pub fn fuzz_certificate(bytes: &[u8]) {
    round_trip::<Certificate>(bytes);
    let committee = Committee::new(
        (0..4).map(|member| Member { key: [member; 32], vrf: [member | 16; 32] }).collect(),
    );
    if let (Ok(certificate), Some(committee)) = (Certificate::from_bytes(bytes), committee) {
        assert!(certificate.verify(ChainId([0; 32]), &committee).is_err());
    }
}

/// Transactions; the fee does not depend on the witness.
pub fn fuzz_transaction(bytes: &[u8]) {
    round_trip::<Transaction>(bytes);
    round_trip::<Source>(bytes);
    round_trip::<Action>(bytes);
    if let Ok(mut tx) = Transaction::from_bytes(bytes) {
        let (id, fee) = (tx.id(), tx.fee_needed(&Prices::DEVNET));
        tx.witness.clear();
        assert_eq!((tx.id(), tx.fee_needed(&Prices::DEVNET)), (id, fee));
    }
}

/// Bodies; nobody can spend from an empty state.
pub fn fuzz_body(bytes: &[u8]) {
    round_trip::<Body>(bytes);
    round_trip::<Chunk>(bytes);
    if let Ok(body) = Body::from_bytes(bytes) {
        let context = BlockContext {
            chain: ChainId([0; 32]),
            round: Round(1),
            time: Timestamp(0),
            beacon: [0; 32],
            history: [0; 32],
            proposer: crate::NO_PROPOSER,
            params: &Params::DEVNET,
            circuit: None,
        };
        let outcome = execute(&BTreeMap::new(), &context, &body, &|_| false);
        assert!(outcome.is_err(), "there is no committee");
        for chunk in body.chunks() {
            assert!(chunk.verify(&body.root()));
        }
    }
}

/// Evidence and warrants; arbitrary bytes convict nobody.
pub fn fuzz_evidence(bytes: &[u8]) {
    round_trip::<Evidence>(bytes);
    round_trip::<Conflict>(bytes);
    if let Ok(evidence) = Evidence::from_bytes(bytes) {
        assert!(evidence.verify(ChainId([0; 32]), Some([0; 32])).is_err());
    }
    if let Ok(conflict) = Conflict::from_bytes(bytes) {
        assert!(conflict.verify(ChainId([0; 32])).is_err());
    }
}

/// Accounts, entries, receipts and what the state holds of the rings.
pub fn fuzz_records(bytes: &[u8]) {
    round_trip::<Managers>(bytes);
    round_trip::<Roster>(bytes);
    round_trip::<WorkerRecord>(bytes);
    round_trip::<Credits>(bytes);
    round_trip::<Scores>(bytes);
    round_trip::<Epoch>(bytes);
    round_trip::<Account>(bytes);
    round_trip::<Entry>(bytes);
    round_trip::<Receipt>(bytes);
}

/// Names in the state and answers about them; a record is within its bounds, and no answer follows
/// from a root of zeros.
pub fn fuzz_names(bytes: &[u8]) {
    round_trip::<NameRecord>(bytes);
    round_trip::<RegisteredName>(bytes);
    round_trip::<SubName>(bytes);
    round_trip::<Delegation>(bytes);
    round_trip::<Commitment>(bytes);
    round_trip::<NameAnswer>(bytes);
    round_trip_of_names(bytes);
    if let Ok(record) = NameRecord::from_bytes(bytes) {
        assert!(record.is_sound());
    }
    if let (Ok(answer), Ok(name)) = (NameAnswer::from_bytes(bytes), Name::parse("a.shop")) {
        assert!(answer.resolve(&name, &[0; 32], Timestamp(0)).is_err());
    }
}

/// What only the rules read and write.
fn round_trip_of_names(bytes: &[u8]) {
    round_trip::<Due>(bytes);
    round_trip::<Waiting>(bytes);
    round_trip::<Twins>(bytes);
}

/// What the state holds of profiles and red envelopes, what members are told of one, and the kinds
/// of entries.
pub fn fuzz_money(bytes: &[u8]) {
    round_trip::<Profile>(bytes);
    round_trip::<RedEnvelope>(bytes);
    round_trip::<Claim>(bytes);
    round_trip::<Gift>(bytes);
    round_trip::<Flags>(bytes);
    round_trip::<Decision>(bytes);
    round_trip::<EntryKind>(bytes);
}

/// Proofs; none leads to a root of zeros.
pub fn fuzz_proof(bytes: &[u8]) {
    round_trip::<StateProof>(bytes);
    round_trip::<RangeProof>(bytes);
    if let Ok(proof) = RangeProof::from_bytes(bytes) {
        assert!(!proof.verify(&[0; 32], Round(1), BlockId([0; 32])));
    }
    if let Ok(proof) = AccountProof::from_bytes(bytes) {
        assert_eq!(proof.to_bytes(), bytes);
        assert!(proof.verify(&[0; 32]).is_err());
    }
}
