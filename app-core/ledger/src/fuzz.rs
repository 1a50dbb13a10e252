//! Entry points for fuzzing: must never panic.
//!
//! Each takes arbitrary bytes and asserts what must hold of every value that they decode to.

use crate::{
    Account, AccountProof, Action, BlockContext, Body, Certificate, CertifiedHeader, Committee,
    Entry, Genesis, Header, Prices, Receipt, Source, StateProof, Transaction, execute,
};
use std::collections::BTreeMap;
use types::{ChainId, Round};
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
        assert_eq!(genesis.state().len(), genesis.balances.len());
        assert!(genesis.supply() <= crate::MAX_SUPPLY);
    }
}

/// Headers with and without certificate.
pub fn fuzz_header(bytes: &[u8]) {
    round_trip::<Header>(bytes);
    round_trip::<CertifiedHeader>(bytes);
    round_trip::<Committee>(bytes);
}

/// Certificates; none passes against a committee of unusable keys.
pub fn fuzz_certificate(bytes: &[u8]) {
    round_trip::<Certificate>(bytes);
    let committee = Committee::new((0..4).map(|member| [member; 32]).collect());
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
    if let Ok(body) = Body::from_bytes(bytes) {
        let context =
            BlockContext { chain: ChainId([0; 32]), round: Round(1), prices: &Prices::DEVNET };
        let outcome = execute(&BTreeMap::new(), &context, &body);
        assert!(outcome.is_err() || body.transactions.is_empty());
    }
}

/// Accounts, entries and receipts.
pub fn fuzz_records(bytes: &[u8]) {
    round_trip::<Account>(bytes);
    round_trip::<Entry>(bytes);
    round_trip::<Receipt>(bytes);
}

/// Proofs; none leads to a root of zeros.
pub fn fuzz_proof(bytes: &[u8]) {
    round_trip::<StateProof>(bytes);
    if let Ok(proof) = AccountProof::from_bytes(bytes) {
        assert_eq!(proof.to_bytes(), bytes);
        assert!(proof.verify(&[0; 32]).is_err());
    }
}
