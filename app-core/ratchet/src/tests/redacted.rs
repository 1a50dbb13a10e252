//! What `{:?}` shows of everything that holds a secret.

use super::support::{Person, prekey_message};
use crate::{
    SessionRecord,
    attachment::{AttachmentKey, Encryptor, IncrementalMac, StreamDecryptor, Verifier},
    chain::{ChainKey, ReceivingChain, SendingChain},
    curve::KeyPair,
    kyber::KyberPrivateKey,
    pqxdh::{self, Agreed},
    secret::Secret,
    session::Session,
};
use core::fmt::Debug;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use wire::{Decode, Encode};

/// The text of a value with all its white space made one blank.
fn shown(value: &dyn Debug) -> String {
    format!("{value:#?}").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// True if four neighbouring bytes of the secret can be read, in hex or as a list of numbers.
fn shows(value: &dyn Debug, secret: &[u8]) -> bool {
    let texts = [format!("{value:?}"), shown(value)].map(|text| text.to_lowercase());
    secret.windows(4).any(|bytes| {
        let list = |separator: &str, number: fn(&u8) -> String| {
            bytes.iter().map(number).collect::<Vec<_>>().join(separator)
        };
        let forms = [
            hex::encode(bytes),
            list(", ", u8::to_string),
            list(", ", |byte| format!("{byte:#x}")),
            list(", ", |byte| format!("{byte:x}")),
            list(" ", |byte| format!("{byte:02x}")),
        ];
        forms.iter().any(|form| texts.iter().any(|text| text.contains(form)))
    })
}

#[track_caller]
fn check(value: &dyn Debug, secrets: &[&[u8]], expected: &str) {
    assert_eq!(format!("{value:?}"), expected);
    check_hidden(value, secrets);
}

#[track_caller]
fn check_hidden(value: &dyn Debug, secrets: &[&[u8]]) {
    assert!(secrets.iter().all(|secret| secret.len() >= 4 && !shows(value, secret)));
}

#[test]
fn a_leak_would_be_noticed() {
    /// Shows what it should not.
    #[derive(Debug)]
    struct Leaky {
        #[expect(dead_code, reason = "read by Debug alone")]
        key: [u8; 32],
    }
    let key: [u8; 32] = core::array::from_fn(|at| at as u8 * 7);
    assert!(shows(&Leaky { key }, &key));
    assert!(shows(&hex::encode(key), &key));
    assert!(shows(&hex::encode_upper(&key[9..13]), &key));
    assert!(shows(&format_args!("{:02x?}", &key[5..9]), &key));
    assert!(!shows(&Leaky { key: [1; 32] }, &key));
}

#[test]
fn secrets_and_identities() {
    let rng = &mut ChaCha20Rng::seed_from_u64(1);
    let bob = Person::new(2);
    let pair = KeyPair::generate(rng);
    check(&Secret::new([9; 32]), &[&[9; 32]], "Secret(..)");
    let private = pair.private().as_bytes().as_slice();
    let expected = format!("KeyPair {{ private: Secret(..), public: {:?} }}", pair.public());
    check(&pair, &[private], &expected);
    let private = bob.identity.pair().private().as_bytes().as_slice();
    check(&bob.identity, &[private], "IdentityKeyPair(..)");
}

#[test]
fn prekeys() {
    let bob = Person::new(2);
    let signed = bob.signed.pair().private().as_bytes().as_slice();
    let one_time = bob.one_time.pair().private().as_bytes().as_slice();
    let kyber = bob.kyber.private().to_bytes();
    check(&bob.signed, &[signed], "SignedPreKey { id: 11, .. }");
    check(&bob.one_time, &[one_time], "OneTimePreKey { id: 22, .. }");
    check(&bob.kyber, &[&kyber], "KyberPreKey { id: 33, .. }");
    check(bob.kyber.private(), &[&kyber], "KyberPrivateKey(..)");
    let stored = KyberPrivateKey::from_bytes(&kyber).unwrap();
    check(&stored, &[&kyber], "KyberPrivateKey(..)");
    let prekeys = crate::PreKeys { signed: &bob.signed, one_time: None, kyber: &bob.kyber };
    let expected = "PreKeys { signed: SignedPreKey { id: 11, .. }, one_time: None, \
                    kyber: KyberPreKey { id: 33, .. } }";
    check(&prekeys, &[signed, &kyber], expected);
}

#[test]
fn chains_and_what_comes_before_them() {
    let secret = |n: u8| core::array::from_fn(|at| (at as u8).wrapping_mul(37) ^ n);
    let secrets: [[u8; 32]; 3] = [secret(1), secret(2), secret(3)];
    let secrets: Vec<&[u8]> = secrets.iter().map(<[u8; 32]>::as_slice).collect();
    let new = |n| Secret::new(secret(n));
    let agreed = Agreed { root: new(1), chain: new(2), pq_auth: new(3) };
    let expected = "Agreed { root: Secret(..), chain: Secret(..), pq_auth: Secret(..) }";
    check(&agreed, &secrets, expected);
    check(&ChainKey::new(new(1)), &secrets, "ChainKey { key: Secret(..), index: 0 }");

    let pair = KeyPair::from_private(secret(2));
    let public = *pair.public();
    let sending = SendingChain { pair, chain: ChainKey::new(new(1)) };
    let expected = format!(
        "SendingChain {{ pair: KeyPair {{ private: Secret(..), public: {public:?} }}, \
         chain: ChainKey {{ key: Secret(..), index: 0 }} }}"
    );
    check(&sending, &[secrets[0], sending.pair.private().as_bytes()], &expected);

    let mut receiving = ReceivingChain::new(public, new(1));
    let found = receiving.find(1, false).unwrap();
    let jump = "Jump { passed: {0: Secret(..)}, next: ChainKey { key: Secret(..), index: 2 } }";
    check(&found, &secrets, &format!("Ahead(Secret(..), {jump})"));
    let advance = found.into_advance();
    check(&advance, &secrets, &format!("Jump({jump})"));
    receiving.apply(advance);
    let expected = format!(
        "ReceivingChain {{ ratchet_key: {public:?}, seeds: SkippingChain {{ chain: ChainKey {{ \
         key: Secret(..), index: 2 }}, skipped: {{0: Secret(..)}} }} }}"
    );
    check(&receiving, &secrets, &expected);
    check(&receiving.find(0, false).unwrap(), &secrets, "Kept(0, Secret(..))");
}

#[test]
fn records_and_opened_messages() {
    let (mut alice, bob) = (Person::new(1), Person::new(2));
    alice.initiate(&bob);
    let plaintext = b"nobody else may read this";
    let message = prekey_message(&alice.send(plaintext));
    let mut record = SessionRecord::default();
    check(&record, &[], "SessionRecord(0 sessions)");
    let prekeys = bob.prekeys(&message);
    let opened = record.accept(&bob.identity, prekeys, &message, &mut alice.rng).unwrap();
    let agreed = pqxdh::respond(&bob.identity, bob.prekeys(&message), &message).unwrap();
    let Agreed { root, chain, pq_auth } = &agreed;
    let secrets = [root, chain, pq_auth].map(|secret| secret.as_bytes().as_slice());
    check(&record, &secrets, "SessionRecord(1 sessions)");
    let expected = format!("Opened {{ used: {:?}, .. }}", opened.used);
    check(&opened, &[plaintext], &expected);
    assert!(shows(&plaintext, plaintext));
}

#[test]
fn sessions_and_their_changes() {
    let (mut alice, bob) = (Person::new(1), Person::new(2));
    alice.initiate(&bob);
    let message = prekey_message(&alice.send(b"hello"));
    let ends = (&bob.identity).into();
    let mut session = Session::respond(&ends, bob.prekeys(&message), &message).unwrap();
    assert_eq!(format!("{session:?}"), "Session(..)");
    let (_, change) = session.open(&ends, message.message(), &mut alice.rng).unwrap();
    assert_eq!(format!("{change:?}"), "Change(..)");
    session.apply(change);
    let changes = alice.record.take_changes();
    assert_eq!(format!("{changes:?}"), "[Put(..)]");
}

#[test]
fn attachments() {
    let rng = &mut ChaCha20Rng::seed_from_u64(1);
    let key = AttachmentKey::generate(rng);
    let (secret, file) = (key.to_bytes(), b"nobody else may see this");
    let secrets: [&[u8]; 2] = [secret.as_slice(), file];
    check(&key, &secrets, "AttachmentKey(..)");

    let mut blob = vec![];
    let mut encryptor = Encryptor::new(&key, file.len() as u64, rng).unwrap();
    encryptor.update(file, &mut blob).unwrap();
    check(&encryptor, &secrets, "Encryptor(..)");
    while encryptor.pad(&mut blob).unwrap() {}
    let sealed = encryptor.finish(&mut blob).unwrap();
    let expected = format!(
        "SealedAttachment {{ digest: {:?}, size: 24, \
         incremental: IncrementalMac(1 chunks of 65536 bytes) }}",
        sealed.digest
    );
    check(&sealed, &secrets, &expected);
    let carried = IncrementalMac::parse(65_536, &sealed.incremental.to_bytes()).unwrap();
    check(&carried, &[&carried.to_bytes()], "IncrementalMac(1 chunks of 65536 bytes)");

    let mut verifier = Verifier::new(&key);
    verifier.update(&blob).unwrap();
    check(&verifier, &secrets, "Verifier(..)");
    let verified = verifier.finish(&sealed.digest).unwrap();
    check(&verified, &secrets, "Verified(..)");
    let mut decryptor = verified.into_decryptor(sealed.size).unwrap();
    decryptor.update(&blob, &mut vec![]).unwrap();
    check(&decryptor, &secrets, "Decryptor(..)");
    let mut stream = StreamDecryptor::new(&key, sealed.size, sealed.digest, &carried).unwrap();
    stream.update(&blob, &mut vec![]).unwrap();
    check(&stream, &secrets, "StreamDecryptor(..)");
}
