//! Sender keys and safety numbers.

use super::{Predictable, round_trip};
use crate::{
    DistributionId, IdentityKeyPair, SafetyNumber, SenderKeyDistribution, SenderKeyMessage,
    SenderKeyRecord, compare_scannable,
    curve::KeyPair,
    proto::{put_bytes, put_uint32},
    xeddsa,
};
use wire::Encode;

/// Reads foreign bytes as a group message.
pub fn fuzz_sender_key_message(bytes: &[u8]) {
    if let Ok(message) = SenderKeyMessage::parse(bytes) {
        assert!(message.ciphertext().len() < bytes.len());
        assert!(SenderKeyRecord::default().decrypt(&message).is_err());
    }
}

/// Reads foreign bytes as a distribution message: it is written as one that says the same, and
/// taking it in is remembered.
pub fn fuzz_sender_key_distribution(bytes: &[u8]) {
    let Ok(distribution) = SenderKeyDistribution::parse(bytes) else { return };
    let written = distribution.to_bytes();
    let again = SenderKeyDistribution::parse(&written);
    assert!(again.is_ok_and(|again| again.to_bytes() == written));
    let mut record = SenderKeyRecord::default();
    record.process(&distribution);
    round_trip::<SenderKeyRecord>(&record.to_bytes());
    let once = record.to_bytes();
    record.process(&distribution);
    assert_eq!(record.to_bytes(), once);
}

/// Reads foreign bytes as stored sender keys; whatever is read must be written as the same bytes.
pub fn fuzz_sender_key_record(bytes: &[u8]) {
    round_trip::<SenderKeyRecord>(bytes);
}

/// Gives foreign bytes to a member of a group: as they are, then signed by a sender who means harm,
/// then as such a sender's ciphertext. Only what is read changes anything.
pub fn fuzz_group_decrypt(bytes: &[u8]) {
    let rng = &mut Predictable(0);
    let (id, pair) = (DistributionId([7; 16]), KeyPair::generate(rng));
    let Ok(mut distribution) = SenderKeyRecord::default().distribute(id, rng) else { return };
    distribution.signing_key = *pair.public();
    let mut member = SenderKeyRecord::default();
    member.process(&distribution);

    let mut body = vec![0x33];
    put_bytes(&mut body, 1, &id.0);
    put_uint32(&mut body, 2, distribution.chain_id());
    put_uint32(&mut body, 3, bytes.first().copied().unwrap_or_default().into());
    put_bytes(&mut body, 4, bytes);
    let [signed, sealed] =
        [bytes, &body].map(|part| [part, &xeddsa::sign(pair.private(), part, rng)].concat());
    for message in [bytes, &signed, &sealed] {
        let Ok(message) = SenderKeyMessage::parse(message) else { continue };
        let before = member.to_bytes();
        let refused = member.decrypt(&message).is_err();
        assert_eq!(member.to_bytes() == before, refused);
        assert!(refused || member.decrypt(&message).is_err());
    }
}

/// Compares foreign bytes with the payload of a QR code; both sides come to the same result.
pub fn fuzz_scannable(bytes: &[u8]) {
    let [alice, bob] = [[1; 32], [2; 32]].map(|key| IdentityKeyPair::from_private(key).public());
    let Ok(number) = SafetyNumber::new(2, 2, (b"alice", &alice), (b"bob", &bob)) else { return };
    let ours = number.scannable();
    assert_eq!(compare_scannable(&ours, bytes), compare_scannable(bytes, &ours));
    assert!(
        compare_scannable(&ours, bytes) != Ok(true) || compare_scannable(bytes, bytes) == Ok(false)
    );
}
