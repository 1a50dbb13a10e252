//! Frozen bytes: what is stored, published or sent must stay readable for every later version.

use super::support::{Person, say, talking};
use crate::{MessageKind, Sealed, SessionRecord};
use sha2::{Digest, Sha256};
use wire::Encode;

/// Compares whole, in hex.
#[track_caller]
fn check(bytes: &[u8], expected: &str) {
    assert_eq!(hex::encode(bytes), hex::encode(unhex(expected)));
}

/// What is stored of the only session.
fn only_state(person: &Person) -> Vec<u8> {
    let states = person.record.states();
    assert_eq!(states.len(), 1);
    states[0].to_vec()
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
        "010000000b28f8ccb495646e17340d11bb581b17d3180d67443ccd0bdd8d0f6107eab8de6605ca8b1b4de47ee9\
         8f116acfa4791afc0baa7a12702411456b2208a828adb68c714a1956c66eca78094583755c593e03b8feff4d\
         2e5f6968c41e454a5969fcb512918945d8a19a7ae0376b54fb7a0053cce39d05ccf7085a3428acd18bb0933a\
         06",
    );
    check(
        &bob.one_time.to_bytes(),
        "010000001630aed62230d2cd2fdbf39745e1b1b1568b6e51101597ac4dc2b43ca3e4e9826e05a0e7697778edaf\
         a237b5f250bbb3d36e3a71487811fe266215052630bd164e7d",
    );
    check_long(
        &bob.kyber.to_bytes(),
        4806,
        "c26ba2780cc5c6519fece723b0c18b480905bb5b08dd1909355c21c1d336a832",
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
    assert!(alice.record.states().is_empty());
    alice.initiate(&bob);
    check_long(
        &only_state(&alice),
        2078,
        "7d30f5262a6d6df43b419b9d7626f909ea463e3b95e0a4798c445b3c1f2e8bcb",
    );
    let first = say(&mut alice, &mut bob, b"first");
    check_long(
        &first.bytes,
        1759,
        "322069cc0ed1f17764c941f782f49362b347343addf18ede2b75612a90bd80ff",
    );
}

/// A message that Bob lacks, and his record without it.
const SKIPPED: &str = "440a2105cca08e0ab02878e14803bba55dcce9f5776f62be6e94a6e1871d705f2ed40e38100018002210eeb3\
    b422858123199564d214a6b321532a250101020101643ebdb20c5de91ad7f5dd152483dd9df582b066e90bff\
    d4f3f5ef839590a20cef17ca60028c8708";
const RECORD: &str = "0200000000000000000005c9561fe32c63944f32911110e14dc210d15c4c3402f82a05f1c5c8334172216b00\
    0004d205f0862f757ee8369653579893cc07779044fcfafa48ccb949215d6d9109745a3ee729f12d379a4fdf\
    33b2833d5ed874a9819b21b044f2fa7e4fda8b69fa655c32b0b30e631ddc794c61d1be9dd8773523c42dea50\
    404a553d108fa39bb497457705d36e2729df0fd2a6e8f4ceab9a4d0cf39c20b92187a8c02f9cc75800bd11ee\
    66457f411c72e3425bb1a45a05c5cc7abf8509dfa0750822eb7ba7d2002fee6acc0000000000000000000000\
    020572c39b061eec774fe74d61b7d8566eae383a79d626e5e2c2896cce4a51558137a91d6ab92bb267650f91\
    2df7ac876012739962780b76ba10720991db3f9e4b96000000010000000005cca08e0ab02878e14803bba55d\
    cce9f5776f62be6e94a6e1871d705f2ed40e385262dd18f7e2ffae4c127c489b29036eb84a4b8dcc12166c94\
    1cfa5537cd48ea0000000200000001000000001b126e54b55bffc32a404190f7c78e9143481c4cc4134f0266\
    6947aaf50b5ccc00000000000000000001e8c5c2897c005f6cd843cbeedf89d11e596261143f2ce5c57028c0\
    dbd3974d2994814ee576f16436d4fb22e3487dc7467b82bd34f5c1c61383a6344d9df0dde000000000020000\
    4ffc508fc5b97a43b5c7f7c2077a4e8c1dc19d329dda12b4f0fb7871e5a420d100022f27ffa57e726e2f866b\
    93265445405a909b80dac27143897c2d3c51ffca6f1e1719d17eb769442efc4a6c0dcfa640cab34f6a7f1840\
    4534ed7cc50c96e274a8000000000000000001c2ed09cb4895565d9d1ffc9c78019bf1be17bbc368a74597c1\
    73494040d0ae220000000134ff64023c9aa41c73ec263ca5a4ffe07adbc80c476d2aa07043616c4679b24a00\
    000003000100011fbeada4b3f40ce71b9d42d3f6456c1ebb6a85619b69ceea7024c14413f98e56";

#[test]
fn an_answered_session_and_its_message() {
    let (mut alice, mut bob) = talking();
    let skipped = alice.send(b"skipped");
    say(&mut alice, &mut bob, b"third");
    check(&skipped.bytes, SKIPPED);
    check(&only_state(&bob), RECORD);
}

#[test]
fn a_frozen_session_reads_on() {
    let mut bob = Person::new(2);
    bob.record = SessionRecord::load([unhex(RECORD)]).unwrap();
    let skipped = Sealed { kind: MessageKind::Whisper, bytes: unhex(SKIPPED) };
    assert_eq!(bob.receive(&skipped), Ok(b"skipped".to_vec()));
}
