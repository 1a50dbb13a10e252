//! What Signal's published library wrote for a group.

use super::read;
use crate::{
    DistributionId, RatchetError, SenderKeyDistribution, SenderKeyMessage, SenderKeyRecord,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::Value as Json;

const VECTORS: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/interop/vectors.json"));

fn vectors() -> Json {
    serde_json::from_str::<Json>(VECTORS).unwrap()["sender_keys"].take()
}

fn bytes(json: &Json) -> Vec<u8> {
    BASE64_STANDARD.decode(json.as_str().unwrap()).unwrap()
}

fn index(json: &Json) -> usize {
    json.as_u64().unwrap().try_into().unwrap()
}

fn member(distribution: &Json) -> SenderKeyRecord {
    let mut record = SenderKeyRecord::default();
    record.process(&SenderKeyDistribution::parse(&bytes(distribution)).unwrap());
    record
}

#[test]
fn distribution_messages_are_written_as_they_were_read() {
    let vectors = vectors();
    for (name, iteration) in [("skdm", 0), ("skdm_at_9", 9)] {
        let theirs = bytes(&vectors[name]);
        let distribution = SenderKeyDistribution::parse(&theirs).unwrap();
        assert_eq!(distribution.to_bytes().as_slice(), theirs);
        assert_eq!(distribution.iteration(), iteration);
        assert_eq!(distribution.distribution_id().to_string(), vectors["distribution_id"]);
    }
}

#[test]
fn messages_say_where_they_belong() {
    let vectors = vectors();
    let distribution = SenderKeyDistribution::parse(&bytes(&vectors["skdm"])).unwrap();
    for vector in vectors["messages"].as_array().unwrap() {
        let message = SenderKeyMessage::parse(&bytes(&vector["body"])).unwrap();
        let id = DistributionId::parse(vectors["distribution_id"].as_str().unwrap());
        assert_eq!(Some(message.distribution_id()), id);
        assert_eq!(message.chain_id(), distribution.chain_id());
        assert_eq!(message.iteration() as usize, index(&vector["n"]));
        assert_eq!(message.ciphertext().len(), 16);
    }
}

#[test]
fn messages_are_read_in_any_order_from_the_start_and_from_the_middle() {
    let vectors = vectors();
    let mut seen = [0; 2];
    for (from, order) in [("skdm", "deliver_from_start"), ("skdm_at_9", "deliver_from_9")] {
        let mut member = member(&vectors[from]);
        for step in vectors[order].as_array().unwrap() {
            let message = &vectors["messages"][index(&step["n"])];
            let duplicate = match step["expect"].as_str().unwrap() {
                "plaintext" => false,
                "duplicate" => true,
                other => panic!("{other}"),
            };
            let expected = if duplicate {
                Err(RatchetError::Duplicate)
            } else {
                Ok(bytes(&message["plaintext"]))
            };
            assert_eq!(read(&mut member, &bytes(&message["body"])), expected);
            seen[usize::from(duplicate)] += 1;
        }
    }
    assert!(seen[0] > 0 && seen[1] > 0);
}

#[test]
fn a_spoilt_signature_is_refused() {
    let vectors = vectors();
    let mut member = member(&vectors["skdm"]);
    let spoilt = bytes(&vectors["bad_signature"]);
    assert_eq!(read(&mut member, &spoilt), Err(RatchetError::BadSignature));
    for message in vectors["messages"].as_array().unwrap() {
        let read = read(&mut member, &bytes(&message["body"]));
        assert_eq!(read, Ok(bytes(&message["plaintext"])));
    }
}
