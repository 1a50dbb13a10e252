//! Vectors recorded from Signal's own implementation: every chunk, every message, every key.

use super::{PHASES, phase, reloaded};
use crate::{
    secret::Secret,
    spqr::{Direction, Spqr, chunks},
};
use core::convert::Infallible;
use rand_core::{TryCryptoRng, TryRng};
use serde_json::Value as Json;
use std::collections::BTreeMap;

const VECTORS: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/interop/spqr-vectors.json"));

fn vectors() -> Json {
    serde_json::from_str(VECTORS).unwrap()
}

fn bytes(json: &Json) -> Vec<u8> {
    hex::decode(json.as_str().unwrap()).unwrap()
}

fn list(json: &Json) -> &[Json] {
    json.as_array().unwrap()
}

/// Random bytes that were recorded, in order, and no more than there are.
struct Recorded(Vec<u8>);

impl TryRng for Recorded {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        panic!("only bytes are drawn")
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        panic!("only bytes are drawn")
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        bytes.copy_from_slice(&self.0.drain(..bytes.len()).collect::<Vec<_>>());
        Ok(())
    }
}

impl TryCryptoRng for Recorded {}

#[test]
fn every_chunk_is_the_recorded_one() {
    let mut seen = 0;
    for vector in list(&vectors()["chunks"]) {
        let message = bytes(&vector["message"]);
        for chunk in list(&vector["chunks"]) {
            let number = chunk["index"].as_u64().unwrap().try_into().unwrap();
            let found = match message.len() {
                96 => chunk_of::<3>(&message, number),
                160 => chunk_of::<5>(&message, number),
                960 => chunk_of::<30>(&message, number),
                1152 => chunk_of::<36>(&message, number),
                other => panic!("a message of {other} bytes"),
            };
            assert_eq!(found.as_slice(), bytes(&chunk["data"]));
            seen += 1;
        }
    }
    assert_eq!(seen, 36);
}

fn chunk_of<const N: usize>(message: &[u8], number: u16) -> chunks::Block {
    let (blocks, _) = message.as_chunks();
    chunks::Outgoing::<N>::new(blocks.try_into().unwrap()).chunk(number).data
}

#[test]
fn every_transcript_is_replayed_byte_for_byte() {
    let mut seen = [false; PHASES];
    for transcript in list(&vectors()["transcripts"]) {
        replay(transcript, &mut seen);
    }
    let missed: Vec<usize> = (0..PHASES).filter(|phase| !seen[*phase]).collect();
    assert_eq!(missed, Vec::<usize>::new());
}

fn replay(transcript: &Json, seen: &mut [bool; PHASES]) {
    let key = Secret::new(bytes(&transcript["auth_key"]).try_into().unwrap());
    let mut parties = BTreeMap::from([
        ("A", Spqr::new(&key, Direction::AToB)),
        ("B", Spqr::new(&key, Direction::BToA)),
    ]);
    let mut messages = BTreeMap::new();
    for event in list(&transcript["events"]) {
        let number = event["n"].as_u64().unwrap();
        let (party, key) = match event["op"].as_str().unwrap() {
            "send" => {
                let party = parties.get_mut(event["from"].as_str().unwrap()).unwrap();
                let mut random = Recorded(bytes(&event["random"]));
                let (message, key) = party.send(&mut random).unwrap();
                assert_eq!(hex::encode(&message), event["msg"].as_str().unwrap(), "{number}");
                assert!(random.0.is_empty());
                messages.insert(number, message);
                (party, key)
            }
            "recv" => {
                let party = parties.get_mut(event["to"].as_str().unwrap()).unwrap();
                let (key, change) = party.receive(&messages[&number], false).unwrap();
                party.apply(change);
                (party, key)
            }
            other => panic!("no such event: {other}"),
        };
        assert_eq!(hex::encode(key.as_bytes()), event["key"].as_str().unwrap());
        *party = reloaded(party);
        seen[phase(party)] = true;
    }
    let highest = parties.values().map(|party| party.agreement.epoch()).max();
    assert_eq!(highest, transcript["highest_epoch"].as_u64());
}
