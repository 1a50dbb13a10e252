//! Entry points for fuzzing: must never panic.

use crate::{
    Agreement, Backfill, Checkpoint, CompactHeader, LightState, RecordProof, Step, check_history,
};
use ledger::{Committee, Conflict, Entry, Genesis, Member, Params, Prices};
use types::{ChainId, Timestamp};
use wire::{Decode, Encode, Reader};

fn round_trip<T: Decode + Encode>(bytes: &[u8]) {
    if let Ok(value) = T::from_bytes(bytes) {
        assert_eq!(value.to_bytes(), bytes);
    }
}

/// Stored states; what decodes encodes to the same bytes.
pub fn fuzz_light_state(bytes: &[u8]) {
    round_trip::<LightState>(bytes);
}

/// All that servers and contacts send.
pub fn fuzz_answers(bytes: &[u8]) {
    round_trip::<Step>(bytes);
    round_trip::<RecordProof>(bytes);
    round_trip::<CompactHeader>(bytes);
    round_trip::<Backfill>(bytes);
    round_trip::<Checkpoint>(bytes);
    round_trip::<Conflict>(bytes);
}

/// A stored state, then a step, in every way there is: a refused one changes nothing.
pub fn fuzz_advance(bytes: &[u8]) {
    let mut reader = Reader::new(bytes);
    let Ok(state) = LightState::decode(&mut reader) else { return };
    let Ok(step) = Step::decode(&mut reader) else { return };
    offer(&state, &step);
}

/// Steps against a fixed state, the genesis of four keys: nothing that nobody signed is believed.
pub fn fuzz_verify(bytes: &[u8]) {
    let state = fixed();
    let mut reader = Reader::new(bytes);
    while let Ok(step) = Step::decode(&mut reader) {
        offer(&state, &step);
    }
}

fn offer(state: &LightState, step: &Step) {
    let now = state.time();
    for take in [LightState::jump, LightState::follow, LightState::advance] {
        let mut moved = state.clone();
        match take(&mut moved, step, now) {
            Ok(()) => assert_eq!(moved.round(), step.round()),
            Err(_) => assert_eq!(moved, *state),
        }
    }
    let mut compared = state.clone();
    if let Ok(Agreement::Conflict(_)) = compared.compare(step, now) {
        assert!(compared.frozen().is_some());
    }
    let checkpoint = Checkpoint::of(step.header());
    let mut begun = state.clone();
    if begun.restart(&checkpoint, step, now).is_err() {
        assert_eq!(begun, *state);
    }
}

/// The light state that [`fuzz_verify`] begins from.
#[must_use]
pub fn fixed() -> LightState {
    let members = KEYS.iter().map(|key| Member { key: *key, vrf: wire::hash("vrf", &[key]) });
    let genesis = Genesis {
        time: Timestamp(1_790_000_000_000),
        params: Params { prices: Prices::DEVNET, ..Params::DEVNET },
        managers: Vec::new(),
        workers: Vec::new(),
        faucet: None,
        balances: Vec::new(),
    };
    let mut state = LightState::new(&genesis);
    state.chain = ChainId([7; 32]);
    if let Some(committee) = Committee::new(members.collect()) {
        state.next = committee;
    }
    state
}

/// Public keys of the seeds 1, 2, 3 and 4, each in every byte.
const KEYS: [[u8; 32]; 4] = [
    *b"\x8a\x88\xe3\xdd\x74\x09\xf1\x95\xfd\x52\xdb\x2d\x3c\xba\x5d\x72\xca\x67\x09\xbf\x1d\x94\x12\x1b\xf3\x74\x88\x01\xb4\x0f\x6f\x5c",
    *b"\x81\x39\x77\x0e\xa8\x7d\x17\x5f\x56\xa3\x54\x66\xc3\x4c\x7e\xcc\xcb\x8d\x8a\x91\xb4\xee\x37\xa2\x5d\xf6\x0f\x5b\x8f\xc9\xb3\x94",
    *b"\xed\x49\x28\xc6\x28\xd1\xc2\xc6\xea\xe9\x03\x38\x90\x59\x95\x61\x29\x59\x27\x3a\x5c\x63\xf9\x36\x36\xc1\x46\x14\xac\x87\x37\xd1",
    *b"\xca\x93\xac\x17\x05\x18\x70\x71\xd6\x7b\x83\xc7\xff\x0e\xfe\x81\x08\xe8\xec\x45\x30\x57\x5d\x77\x26\x87\x93\x33\xdb\xda\xbe\x7c",
];

/// A history of entries: it cannot lead from nothing to the hash of nothing unless it is empty.
pub fn fuzz_history(bytes: &[u8]) {
    let mut reader = Reader::new(bytes);
    let mut entries = Vec::new();
    while let Ok(entry) = Entry::decode(&mut reader) {
        entries.push(entry);
    }
    let start = (0, [0; 32]);
    assert_eq!(check_history(start, &entries, start).is_ok(), entries.is_empty());
}
