//! Every byte of a message is changed once: it is refused, or the byte meant nothing.

use super::support::{Person, say, talking};
use crate::{Sealed, SessionRecord, fuzz};
use wire::Encode;

/// All messages that differ from this one in one byte.
fn tampered(sealed: &Sealed, mask: u8) -> impl Iterator<Item = Sealed> {
    (0..sealed.bytes.len()).map(move |position| {
        let mut other = sealed.clone();
        other.bytes[position] ^= mask;
        other
    })
}

#[test]
fn no_byte_of_a_whisper_message_can_change() {
    for new_chain in [false, true] {
        let (mut alice, mut bob) = talking();
        if !new_chain {
            say(&mut alice, &mut bob, b"first of its chain");
        }
        let sealed = alice.send(b"the amount is 100");
        for mask in [0x01, 0x80, 0xff] {
            for other in tampered(&sealed, mask) {
                bob.receive(&other).unwrap_err();
            }
        }
        for len in 0..sealed.bytes.len() {
            let other = Sealed { bytes: sealed.bytes[..len].to_vec(), ..sealed.clone() };
            bob.receive(&other).unwrap_err();
        }
        assert_eq!(bob.receive(&sealed), Ok(b"the amount is 100".to_vec()));
    }
}

#[test]
fn a_changed_prekey_message_is_refused_or_says_the_same() {
    let (mut alice, mut bob) = (Person::new(1), Person::new(2));
    alice.initiate(&bob);
    let sealed = alice.send(b"the amount is 100");
    let mut same = 0;
    for other in tampered(&sealed, 0x01) {
        if let Ok(plaintext) = bob.receive(&other) {
            assert_eq!(plaintext, b"the amount is 100");
            bob.record = SessionRecord::default();
            same += 1;
        }
    }
    // The low half of the version, the registration id's two bytes and its tag, which then is an
    // unknown field's: the parts that nothing depends on.
    assert!((3..=5).contains(&same), "{same}");
}

#[test]
fn a_changed_prekey_message_of_a_known_session_is_refused_or_says_the_same() {
    let (mut alice, mut bob) = (Person::new(1), Person::new(2));
    alice.initiate(&bob);
    say(&mut alice, &mut bob, b"first");
    let sealed = alice.send(b"second");
    let before = bob.record.states();
    for other in tampered(&sealed, 0x10) {
        if let Ok(plaintext) = bob.receive(&other) {
            assert_eq!(plaintext, b"second");
            bob.record = SessionRecord::load(&before).unwrap();
        }
    }
    assert_eq!(bob.receive(&sealed), Ok(b"second".to_vec()));
}

#[test]
fn fuzz_entries_take_real_and_changed_bytes() {
    let (mut alice, bob) = talking();
    let mut seeds = vec![alice.send(b"whisper").bytes, alice.record.states().remove(0).to_vec()];
    alice.initiate(&bob);
    seeds.push(alice.send(b"prekey").bytes);
    seeds.push(bob.bundle().base_bytes());
    seeds.push(bob.bundle_with_one_time().to_bytes());
    seeds.extend([bob.signed.to_bytes(), bob.one_time.to_bytes(), bob.kyber.to_bytes()]);
    for seed in &seeds {
        for position in (0..seed.len()).step_by(31) {
            let mut bytes = seed.clone();
            bytes[position] ^= 0x55;
            fuzz::fuzz_whisper(&bytes);
            fuzz::fuzz_prekey(&bytes);
            fuzz::fuzz_stored(&bytes);
            fuzz::fuzz_bundle(&bytes);
        }
        fuzz::fuzz_decrypt(seed);
    }
}
