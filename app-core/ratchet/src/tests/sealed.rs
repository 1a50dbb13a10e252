//! Sealed messages arrive, at one recipient and at many, and are those of Signal's library.

use super::support::NOW;
use crate::{
    Authority, ContentHint, ContentKind, IdentityKey, IdentityKeyPair, PublicKey33, Recipient,
    SealedContent, Sender, SenderCertificate,
    proto::{Fields, put_bytes, put_fixed64, put_uint32},
    seal, seal_for_many, split, unseal,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use proptest::prelude::*;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use serde_json::Value as Json;
use wire::{Decode, DecodeError, Encode};

pub(super) const NAME: &str = "9d0652a3-dcc3-4d11-975f-74d61598733f";
const BOB: [u8; 17] = [0xb0; 17];
const CAROL: [u8; 17] = [0xca; 17];

/// Alice seals, an authority vouches for her, Bob and Carol read.
pub(super) struct Cast {
    pub(super) alice: IdentityKeyPair,
    pub(super) bob: IdentityKeyPair,
    pub(super) carol: IdentityKeyPair,
    pub(super) authority: Authority,
    pub(super) rng: ChaCha20Rng,
}

impl Cast {
    pub(super) fn new() -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(9);
        let [alice, bob, carol] = [(); 3].map(|()| IdentityKeyPair::generate(&mut rng));
        Self { alice, bob, carol, authority: Authority::generate(7, &mut rng), rng }
    }

    pub(super) fn certificate(&mut self) -> SenderCertificate {
        let identity = self.alice.public();
        let sender = Sender { name: NAME, e164: Some("+100"), device: 2, identity: &identity };
        self.authority.issue(sender, NOW, &mut self.rng).unwrap()
    }

    pub(super) fn content(&mut self) -> SealedContent {
        SealedContent {
            kind: ContentKind::Whisper,
            certificate: self.certificate(),
            content: b"sealed".to_vec(),
            hint: ContentHint::Resendable,
            group: Some(b"group".to_vec()),
        }
    }

    pub(super) fn seal_for_bob(&mut self, content: &SealedContent) -> Vec<u8> {
        seal(&self.alice, &self.bob.public(), content, &mut self.rng).unwrap()
    }

    /// To two devices of Bob and one of Carol, and not to Dave.
    pub(super) fn seal_for_both(&mut self, content: &SealedContent) -> Vec<u8> {
        let (bob, carol) = (self.bob.public(), self.carol.public());
        let recipients =
            [recipient(BOB, &[(1, 0x3fff), (127, 2)], &bob), recipient(CAROL, &[(3, 0)], &carol)];
        let dave = service_id([0xda; 17]);
        seal_for_many(&self.alice, &recipients, &[dave], content, &mut self.rng).unwrap()
    }
}

pub(super) fn recipient<'a>(
    name: [u8; 17],
    devices: &'a [(u8, u16)],
    identity: &'a IdentityKey,
) -> Recipient<'a> {
    Recipient { service_id: service_id(name), devices, identity }
}

/// An account's: kind 0.
fn service_id(mut name: [u8; 17]) -> [u8; 17] {
    name[0] = 0;
    name
}

#[test]
fn one_recipient_reads_what_was_sealed() {
    let mut cast = Cast::new();
    let content = cast.content();
    let sealed = cast.seal_for_bob(&content);
    let opened = unseal(&cast.bob, &sealed).unwrap();
    assert_eq!(opened, content);
    let certificate = &opened.certificate;
    assert_eq!(certificate.validate(cast.authority.root(), NOW), Ok(()));
    assert_eq!((certificate.sender(), certificate.e164()), (NAME, Some("+100")));
    assert_eq!((certificate.device(), certificate.expires()), (2, NOW));
    assert_eq!(certificate.identity(), &cast.alice.public());
    assert_eq!(certificate.server(), cast.authority.server_certificate());
    assert_eq!(certificate.server().id(), 7);
    assert!(certificate.is_of(NAME, 2) && !certificate.is_of(NAME, 1));
    assert!(!certificate.is_of("somebody else", 2));
    assert_ne!(cast.seal_for_bob(&content), sealed, "each message has its own key");
}

#[test]
fn many_recipients_read_what_was_sealed_once_and_the_excluded_do_not() {
    let mut cast = Cast::new();
    let content = cast.content();
    let sent = cast.seal_for_both(&content);
    let parts = split(&sent).unwrap();
    let [to_bob, to_carol] = parts.as_slice() else { panic!("{parts:?}") };
    assert_eq!(to_bob.service_id, service_id(BOB));
    assert_eq!(to_bob.devices, [(1, 0x3fff), (127, 2)]);
    assert_eq!(to_carol.service_id, service_id(CAROL));
    assert_eq!(to_carol.devices, [(3, 0)]);
    assert_eq!(unseal(&cast.bob, &to_bob.message()), Ok(content.clone()));
    assert_eq!(unseal(&cast.carol, &to_carol.message()), Ok(content));
}

#[test]
fn the_older_sent_form_with_uuids_is_split_as_well() {
    let mut cast = Cast::new();
    let content = cast.content();
    let bob = cast.bob.public();
    let recipients = [recipient(BOB, &[(1, 5)], &bob)];
    let sent = seal_for_many(&cast.alice, &recipients, &[], &content, &mut cast.rng).unwrap();
    assert_eq!(sent[..3], [0x23, 1, 0]);
    let older = [&[0x22, 1], &sent[3..]].concat();
    assert_eq!(split(&older), split(&sent));
}

#[test]
fn contents_may_be_empty_or_large() {
    let mut cast = Cast::new();
    for len in [0, 1, 1_000_000] {
        let content = SealedContent { content: vec![0x5a; len], group: None, ..cast.content() };
        let sealed = cast.seal_for_bob(&content);
        assert_eq!(unseal(&cast.bob, &sealed).as_ref(), Ok(&content));
        let sent = cast.seal_for_both(&content);
        assert_eq!(unseal(&cast.bob, &split(&sent).unwrap()[0].message()), Ok(content));
    }
}

#[test]
fn nobody_but_the_sender_is_needed_for_a_certificate_of_their_own() {
    let mut cast = Cast::new();
    let own = SenderCertificate::of_own(&cast.alice, NAME, 1, NOW, &mut cast.rng).unwrap();
    let own = SenderCertificate::parse(&own.to_bytes()).unwrap();
    assert_eq!(own.validate_own(NOW), Ok(()));
    assert_eq!(own.identity(), &cast.alice.public());
    assert_eq!((own.sender(), own.e164(), own.device()), (NAME, None, 1));
    let content = SealedContent { certificate: own, ..cast.content() };
    let sealed = cast.seal_for_bob(&content);
    assert_eq!(unseal(&cast.bob, &sealed), Ok(content));
}

#[test]
fn a_stored_authority_vouches_on() {
    let mut cast = Cast::new();
    let root = *cast.authority.root();
    let stored = cast.authority.to_bytes();
    cast.authority = Authority::from_bytes(&stored).unwrap();
    assert_eq!(cast.authority.to_bytes(), stored);
    assert_eq!(cast.certificate().validate(&root, NOW), Ok(()));

    let again = Authority::from_private([1; 32], [2; 32], 3, &mut cast.rng);
    assert_eq!(again.root(), Authority::from_private([1; 32], [4; 32], 3, &mut cast.rng).root());
    // Another root, and another server key, than those of the certificate.
    for part in [1..66, 66..131] {
        let mut mixed = again.to_bytes();
        mixed.splice(part.clone(), stored[part].to_vec());
        let refused = Authority::from_bytes(&mixed).unwrap_err();
        assert_eq!(refused, DecodeError::BadValue("server certificate"));
    }
    let newer = [&[2], &stored[1..]].concat();
    let refused = Authority::from_bytes(&newer).unwrap_err();
    assert_eq!(refused, DecodeError::BadValue("authority format"));
}

#[test]
fn a_uuid_in_bytes_reads_as_its_text() {
    let cast = Cast::new();
    let mut body = vec![];
    put_uint32(&mut body, 2, 1);
    put_fixed64(&mut body, 3, 1);
    put_bytes(&mut body, 4, cast.alice.public().as_bytes());
    put_bytes(&mut body, 5, &cast.authority.server_certificate().to_bytes());
    let before_name = body.len();
    put_bytes(&mut body, 7, &hex::decode(NAME.replace('-', "")).unwrap());
    let parse = |body: &[u8]| {
        let mut whole = vec![];
        put_bytes(&mut whole, 1, body);
        put_bytes(&mut whole, 2, &[0; 64]);
        SenderCertificate::parse(&whole)
    };
    assert_eq!(parse(&body).unwrap().sender(), NAME);
    put_bytes(&mut body, 6, b"the last one counts");
    assert_eq!(parse(&body).unwrap().sender(), "the last one counts");
    // A signer that only a number names, no name at all, and 17 bytes for a UUID.
    let by_number = [body.as_slice(), &[0x40, 1]].concat();
    let nameless = &body[..before_name];
    let mut long = nameless.to_vec();
    put_bytes(&mut long, 7, &[0; 17]);
    let mut not_text = nameless.to_vec();
    put_bytes(&mut not_text, 6, &[0xff]);
    for bad in [&by_number, nameless, &long, &not_text] {
        parse(bad).unwrap_err();
    }
}

#[test]
fn nothing_of_sender_recipients_or_keys_is_shown() {
    let mut cast = Cast::new();
    let content = cast.content();
    let sent = cast.seal_for_both(&content);
    let bob = cast.bob.public();
    let identity = cast.alice.public();
    let sender = Sender { name: NAME, e164: None, device: 1, identity: &identity };
    assert_eq!(format!("{content:?}"), "SealedContent(Whisper, ..)");
    assert_eq!(format!("{:?}", content.certificate), "SenderCertificate(..)");
    assert_eq!(format!("{:?}", content.certificate.server()), "ServerCertificate(7)");
    assert_eq!(format!("{:?}", cast.authority), "Authority(..)");
    assert_eq!(format!("{:?}", split(&sent).unwrap()), "[Received(..), Received(..)]");
    assert_eq!(format!("{:?}", recipient(BOB, &[], &bob)), "Recipient(..)");
    assert_eq!(format!("{sender:?}"), "Sender(..)");
}

fn bytes(json: &Json) -> Vec<u8> {
    BASE64_STANDARD.decode(json.as_str().unwrap()).unwrap()
}

#[track_caller]
fn check_recorded(content: &SealedContent, expected: &Json, kind: ContentKind, root: &PublicKey33) {
    assert_eq!(content.kind, kind);
    assert_eq!(content.content, bytes(&expected["contents"]));
    assert_eq!(u64::from(content.hint as u8), expected["content_hint"].as_u64().unwrap());
    assert_eq!(content.group, expected["group_id"].as_str().map(|_| bytes(&expected["group_id"])));
    assert_eq!(content.certificate.to_bytes(), bytes(&expected["sender_certificate"]));
    let expires = content.certificate.expires();
    assert_eq!(content.certificate.validate(root, expires), Ok(()));
    assert!(content.certificate.validate(root, expires.plus_millis(1)).is_err());
}

#[test]
fn messages_recorded_from_the_published_library() {
    let vectors =
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/interop/vectors.json"));
    let all: Json = serde_json::from_str(vectors).unwrap();
    let recorded = &all["sealed_sender"];
    let private = bytes(&recorded["recipient"]["identity_private"]).try_into().unwrap();
    let bob = IdentityKeyPair::from_private(private);
    let root = PublicKey33::parse(&bytes(&recorded["trust_root_public"])).unwrap();

    let v1 = bytes(&recorded["v1"]["body"]);
    let content = unseal(&bob, &v1).unwrap();
    check_recorded(&content, &recorded["v1"]["usmc"], ContentKind::PreKey, &root);
    // What is written from what was read is as long as what was sealed: nothing was passed over.
    let mut fields = Fields::new(&v1[1..]);
    let mut last = None;
    while let Some((_, value)) = fields.next().unwrap() {
        last = Some(value.bytes().unwrap().len());
    }
    assert_eq!(last, Some(content.to_bytes().len() + 10));

    let sent = bytes(&recorded["v2"]["sent"]);
    let parts = split(&sent).unwrap();
    let [part] = parts.as_slice() else { panic!("{parts:?}") };
    assert_eq!(part.message(), bytes(&recorded["v2"]["received"]));
    assert_eq!(hex::encode(part.service_id), "00796abedbca4e4f1888031fde5b921f9f");
    assert_eq!(part.devices[0].0, 1);
    let content = unseal(&bob, &part.message()).unwrap();
    check_recorded(&content, &recorded["v2"]["usmc"], ContentKind::SenderKey, &root);
    assert_eq!(part.message().len(), 1 + 32 + 16 + 32 + content.to_bytes().len() + 16);
}

fn kinds() -> impl Strategy<Value = ContentKind> {
    prop::sample::select(vec![
        ContentKind::PreKey,
        ContentKind::Whisper,
        ContentKind::SenderKey,
        ContentKind::Plaintext,
    ])
}

fn hints() -> impl Strategy<Value = ContentHint> {
    let hints = [ContentHint::Default, ContentHint::Resendable, ContentHint::Implicit];
    prop::sample::select(hints.to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_is_sealed_is_read(
        kind in kinds(),
        hint in hints(),
        content: Vec<u8>,
        group in prop::option::of(prop::collection::vec(any::<u8>(), 1..40)),
        name: String,
        e164: Option<String>,
        device in 1_u32..=127,
        devices in prop::collection::btree_map(1_u8..=127, 0_u16..0x4000, 1..20),
    ) {
        let mut cast = Cast::new();
        let identity = cast.alice.public();
        let sender = Sender { name: &name, e164: e164.as_deref(), device, identity: &identity };
        let certificate = cast.authority.issue(sender, NOW, &mut cast.rng).unwrap();
        prop_assert_eq!(SenderCertificate::parse(&certificate.to_bytes()), Ok(certificate.clone()));
        let content = SealedContent { kind, certificate, content, hint, group };
        prop_assert_eq!(SealedContent::parse(&content.to_bytes()), Ok(content.clone()));
        let sealed = cast.seal_for_bob(&content);
        prop_assert_eq!(unseal(&cast.bob, &sealed), Ok(content.clone()));

        let devices: Vec<_> = devices.into_iter().collect();
        let bob = cast.bob.public();
        let recipients = [recipient(BOB, &devices, &bob)];
        let sent = seal_for_many(&cast.alice, &recipients, &[], &content, &mut cast.rng).unwrap();
        let parts = split(&sent).unwrap();
        prop_assert_eq!(&parts[0].devices, &devices);
        prop_assert_eq!(unseal(&cast.bob, &parts[0].message()), Ok(content));
    }
}
