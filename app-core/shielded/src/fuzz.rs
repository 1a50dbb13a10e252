//! Entry points for fuzzing: must never panic.

use crate::{
    Action, AddressProof, Bundle, CarryProof, CompactAction, Effects, Frontier, IncomingKey,
    LogEntry, LogPlace, Memo, Note, Opening, Pool, Randomizer, ShieldedAddress, ViewingKey,
    Witness, Witnesses, compact_digest, follow_log,
};
use wire::{Decode, Encode, Reader};

fn round_trip<T: Decode + Encode>(bytes: &[u8]) {
    if let Ok(value) = T::from_bytes(bytes) {
        assert_eq!(value.to_bytes(), bytes);
    }
}

/// Bundles: what decodes encodes to the same bytes, is well-formed, and is one for the circuit.
pub fn fuzz_bundle(bytes: &[u8]) {
    round_trip::<Effects>(bytes);
    round_trip::<Action>(bytes);
    if let Ok(bundle) = Bundle::from_bytes(bytes) {
        assert_eq!(bundle.to_bytes(), bytes);
        assert!(bundle.to_inner().is_some());
        assert_eq!(bundle.effects.halves().compact, compact_digest(&bundle.effects.compact()));
    }
}

/// What a wallet reads from servers, from others and from its own database.
pub fn fuzz_wallet(bytes: &[u8]) {
    round_trip::<CompactAction>(bytes);
    round_trip::<Note>(bytes);
    round_trip::<Witness>(bytes);
    round_trip::<Witnesses>(bytes);
    round_trip::<ViewingKey>(bytes);
    round_trip::<IncomingKey>(bytes);
    round_trip::<ShieldedAddress>(bytes);
    let mut r = Reader::new(bytes);
    if let Ok(memo) = r.fixed()
        && let Ok(read) = Memo::read(&memo)
    {
        assert_eq!(read.to_bytes(), Some(memo));
    }
}

/// What others claim about payments.
pub fn fuzz_claims(bytes: &[u8]) {
    round_trip::<AddressProof>(bytes);
    round_trip::<CarryProof>(bytes);
    round_trip::<Opening>(bytes);
    round_trip::<Randomizer>(bytes);
}

/// What a node answers about the log: as many entries as there are bytes for, and a place.
pub fn fuzz_log(bytes: &[u8]) {
    round_trip::<LogEntry>(bytes);
    round_trip::<LogPlace>(bytes);
    let mut r = Reader::new(bytes);
    let mut entries = Vec::new();
    while let Ok(entry) = LogEntry::decode(&mut r) {
        entries.push(entry);
    }
    let mut pool = Pool::genesis();
    for entry in &entries {
        pool.log(entry.round, entry.index, &entry.halves());
    }
    assert_eq!(follow_log(LogPlace::START, &entries, &pool), Ok(()));
}

/// The pool's cells in the state.
pub fn fuzz_pool(bytes: &[u8]) {
    round_trip::<Pool>(bytes);
    round_trip::<Frontier>(bytes);
}

/// Addresses as text.
pub fn fuzz_address(bytes: &[u8]) {
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    if let Ok(address) = ShieldedAddress::parse(text) {
        assert_eq!(address.to_string(), text.to_ascii_lowercase());
    }
}
