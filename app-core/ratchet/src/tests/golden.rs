//! Frozen bytes: what is stored, published or sent must stay readable for every later version.

use super::support::{Person, say, talking};
use crate::{MessageKind, Sealed, SessionRecord};
use sha2::{Digest, Sha256};
use wire::{Decode, Encode};

/// Compares whole, in hex.
#[track_caller]
fn check(bytes: &[u8], expected: &str) {
    assert_eq!(hex::encode(bytes), hex::encode(unhex(expected)));
}

fn unhex(text: &str) -> Vec<u8> {
    hex::decode(text.replace(char::is_whitespace, "")).unwrap()
}

/// Compares by length and SHA-256: for what holds a Kyber key or ciphertext.
#[track_caller]
fn check_long(bytes: &[u8], len: usize, expected: &str) {
    assert_eq!((bytes.len(), hex::encode(Sha256::digest(bytes))), (len, expected.to_owned()));
}

#[test]
fn prekeys_and_bundles() {
    let bob = Person::new(2);
    check(
        &bob.signed.to_bytes(),
        "0000000b28f8ccb495646e17340d11bb581b17d3180d67443ccd0bdd8d0f6107eab8de6605ca8b1b4de47ee9\
         8f116acfa4791afc0baa7a12702411456b2208a828adb68c714a1956c66eca78094583755c593e03b8feff4d\
         2e5f6968c41e454a5969fcb512918945d8a19a7ae0376b54fb7a0053cce39d05ccf7085a3428acd18bb0933a\
         06",
    );
    check(
        &bob.one_time.to_bytes(),
        "0000001630aed62230d2cd2fdbf39745e1b1b1568b6e51101597ac4dc2b43ca3e4e9826e05a0e7697778edaf\
         a237b5f250bbb3d36e3a71487811fe266215052630bd164e7d",
    );
    check_long(
        &bob.kyber.to_bytes(),
        4805,
        "5c5f7d24d131bd9d6f1df6a4320a2ad1768b6baad474a7c600b4872c096f2eea",
    );
    check_long(
        &bob.bundle().base_bytes(),
        1780,
        "8aee988b0e64182484faaa11b04af46b7adfcefe3acc67f6e0b2edb81c14a53e",
    );
    let bundle = bob.bundle_with_one_time();
    check(
        &bundle.one_time.unwrap().to_bytes(),
        "0000001605a0e7697778edafa237b5f250bbb3d36e3a71487811fe266215052630bd164e7d",
    );
    check_long(
        &bundle.to_bytes(),
        1818,
        "9578219bb16a1919f98cae27a2c3c1888cac078005f6ab8ea22d37ac53748164",
    );
}

#[test]
fn an_unanswered_session_and_its_message() {
    let (mut alice, mut bob) = (Person::new(1), Person::new(2));
    check(&alice.record.to_bytes(), "0100000000");
    alice.initiate(&bob);
    check_long(
        &alice.record.to_bytes(),
        1913,
        "96afd981e1023572db0601eb5feabf8c0d0d644433f1d2fb6e21f830e371478c",
    );
    let first = say(&mut alice, &mut bob, b"first");
    check_long(
        &first.bytes,
        1720,
        "371dc24b7d4739d57ef03a07695312b7a270ff6a982b8dfcc163aac76df1e5a5",
    );
}

/// A message that Bob lacks, and his record without it.
const SKIPPED: &str = "440a2105481199095e1c77aefd4de663beda61968e4d4d680e45e0e7de0c3265ca48e4671000180022101406\
    9405f548d3b61ea8db4dc849c9a2949fd61a8d57b0ce";
const RECORD: &str = "010000000105c9561fe32c63944f32911110e14dc210d15c4c3402f82a05f1c5c8334172216b05f0862f757e\
    e8369653579893cc07779044fcfafa48ccb949215d6d9109745a3e004d3eb089ab1420040870d1007476e27f\
    f0fea365d350a3eef71a511d6584416d52ced59a36bbe35652e8f4d42cf9c5ee94235e436613a1d3e1336f5a\
    9b062206b0b30e631ddc794c61d1be9dd8773523c42dea50404a553d108fa39bb497457705d36e2729df0fd2\
    a6e8f4ceab9a4d0cf39c20b92187a8c02f9cc75800bd11ee668b72f3668edfd81c93be17789377599f117e53\
    a5e365721882374cea01e260030000000000000000000000020572c39b061eec774fe74d61b7d8566eae383a\
    79d626e5e2c2896cce4a51558137a91d6ab92bb267650f912df7ac876012739962780b76ba10720991db3f9e\
    4b96000000010000000005481199095e1c77aefd4de663beda61968e4d4d680e45e0e7de0c3265ca48e4674d\
    4329b5c42d380a649d29e692bcedc830a50b6f60a6ad507100e5e8359c8add00000002000000010000000018\
    dfa32e257663a14a0553782633c723087c9c3ee3a57038b17e01540c1e7b4e00";

#[test]
fn an_answered_session_and_its_message() {
    let (mut alice, mut bob) = talking();
    let skipped = alice.send(b"skipped");
    say(&mut alice, &mut bob, b"third");
    check(&skipped.bytes, SKIPPED);
    check(&bob.record.to_bytes(), RECORD);
}

#[test]
fn a_frozen_session_reads_on() {
    let mut bob = Person::new(2);
    bob.record = SessionRecord::from_bytes(&unhex(RECORD)).unwrap();
    let skipped = Sealed { kind: MessageKind::Whisper, bytes: unhex(SKIPPED) };
    assert_eq!(bob.receive(&skipped), Ok(b"skipped".to_vec()));
}
