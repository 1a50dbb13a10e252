//! Every bit is changed once: what is read is what was written, or nothing.

use super::{Sender, read};
use crate::{RatchetError, SenderKeyDistribution, SenderKeyRecord, fuzz};
use wire::{Decode, Encode};

fn flipped(bytes: &[u8], bit: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[bit / 8] ^= 1 << (bit % 8);
    bytes
}

#[test]
fn no_bit_of_a_message_can_change() {
    for passed in [0, 300] {
        let mut alice = Sender::new(1);
        let mut bob = alice.member();
        alice.pass(passed);
        let message = alice.send(b"the amount is 100");
        for bit in 0..message.len() * 8 {
            read(&mut bob, &flipped(&message, bit)).unwrap_err();
        }
        for len in 0..message.len() {
            read(&mut bob, &message[..len]).unwrap_err();
        }
        let longer = [message.as_slice(), &[0]].concat();
        read(&mut bob, &longer).unwrap_err();
        assert_eq!(read(&mut bob, &message), Ok(b"the amount is 100".to_vec()));
    }
}

/// A distribution message is not signed: the session that carries it is what authenticates it. Even
/// so only its chain key can make a message say something else, which is then rubbish that happens to
/// be padded well.
#[test]
fn a_changed_distribution_message_lets_nobody_read_anything_else() {
    let mut alice = Sender::new(1);
    let distribution = alice.distribution().to_bytes();
    let message = alice.send(b"the amount is 100");
    // Its end: the chain key, two bytes before the signing key, and that.
    let end = distribution.len() - 33;
    let chain_key = (end - 34) * 8..(end - 2) * 8;
    let (mut same, mut rubbish) = (vec![], 0);
    for bit in 0..distribution.len() * 8 {
        let Ok(other) = SenderKeyDistribution::parse(&flipped(&distribution, bit)) else {
            continue;
        };
        let mut bob = SenderKeyRecord::default();
        bob.process(&other);
        match read(&mut bob, &message) {
            Ok(text) if text == b"the amount is 100" => same.push(bit),
            Ok(_) => {
                assert!(chain_key.contains(&bit), "bit {bit}");
                rubbish += 1;
            }
            Err(_) => {}
        }
    }
    // Signal's library takes exactly the same ones: the low half of the version, which nobody reads;
    // the bits of the chain id beyond the 32nd, in the last of its five bytes; and the top bit of the
    // signing key's u-coordinate, which arithmetic drops.
    assert_eq!(distribution.len(), 96);
    assert_eq!(same, [0, 1, 2, 3, 24 * 8 + 4, 24 * 8 + 5, 24 * 8 + 6, 95 * 8 + 7]);
    assert!(rubbish < 8, "{rubbish}");
}

#[test]
fn a_changed_distribution_message_does_not_change_a_known_chain() {
    let mut alice = Sender::new(1);
    let mut bob = alice.member();
    let distribution = alice.distribution().to_bytes();
    let message = alice.send(b"the amount is 100");
    read(&mut bob, &alice.send(b"read")).unwrap();
    let before = bob.to_bytes();
    for bit in 0..distribution.len() * 8 {
        let Ok(other) = SenderKeyDistribution::parse(&flipped(&distribution, bit)) else {
            continue;
        };
        bob.process(&other);
        match read(&mut bob, &message) {
            Ok(text) => assert_eq!(text, b"the amount is 100", "bit {bit}"),
            // Another signing key: for this chain id there is one key only.
            Err(error) => assert_eq!(error, RatchetError::BadSignature, "bit {bit}"),
        }
        bob = SenderKeyRecord::from_bytes(&before).unwrap();
    }
}

#[test]
fn a_distribution_message_is_not_cut_short() {
    let distribution = Sender::new(1).distribution().to_bytes();
    for len in 0..distribution.len() {
        SenderKeyDistribution::parse(&distribution[..len]).unwrap_err();
    }
}

#[test]
fn fuzz_entries_take_real_and_changed_bytes() {
    let mut alice = Sender::new(1);
    let mut bob = alice.member();
    alice.pass(2);
    let message = alice.send(b"hello");
    read(&mut bob, &message).unwrap();
    let [distribution, records] = [
        vec![alice.distribution().to_bytes().to_vec()],
        vec![alice.record.to_bytes(), bob.to_bytes()],
    ];
    for seed in [vec![message], distribution, records].concat() {
        for bit in (0..seed.len() * 8).step_by(37) {
            for bytes in [seed.clone(), flipped(&seed, bit)] {
                fuzz::fuzz_sender_key_message(&bytes);
                fuzz::fuzz_sender_key_distribution(&bytes);
                fuzz::fuzz_sender_key_record(&bytes);
                fuzz::fuzz_group_decrypt(&bytes);
            }
        }
    }
}
