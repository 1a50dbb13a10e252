//! What goes around sessions: groups, sealed sender, retry requests, attachments; and the
//! post-quantum ratchet's part of messages.

use super::{Seed, master, rng, seed};
use anyhow::{Context, Result};
use ratchet::attachment::{AttachmentKey, Encryptor};
use ratchet::{
    Authority, Bundle, ContentHint, ContentKind, DistributionId, IdentityKeyPair, KyberPreKey,
    PreKeyMessage, Recipient, RetryRequest, SafetyNumber, SealedContent, Sender, SenderKeyRecord,
    SessionRecord, SignedPreKey, fuzz, seal, seal_for_many, split,
};
use types::Timestamp;
use wire::Encode;

const NOW: Timestamp = Timestamp(1_800_000_000_000);
const GROUP: DistributionId = DistributionId([7; 16]);

pub(super) fn seeds() -> Result<Vec<Seed>> {
    let mut seeds = groups()?;
    seeds.extend(sealed()?);
    seeds.extend(post_quantum()?);
    seeds.push(seed("ratchet-attachment", "small", attachment()?));
    Ok(seeds)
}

fn identity(person: u8) -> IdentityKeyPair {
    IdentityKeyPair::from_private(*master(person).chat_identity())
}

fn groups() -> Result<Vec<Seed>> {
    let rng = &mut rng();
    let (mut sender, mut receiver) = (SenderKeyRecord::default(), SenderKeyRecord::default());
    let distribution = sender.distribute(GROUP, rng)?;
    receiver.process(&distribution);
    sender.encrypt(b"lost", rng)?;
    let message = sender.encrypt(b"hello, all", rng)?;
    receiver.decrypt(&ratchet::SenderKeyMessage::parse(&message)?)?;
    let (ours, theirs) = (identity(1).public(), identity(2).public());
    let number = SafetyNumber::new(2, 2, (b"alice", &ours), (b"bob", &theirs))?;
    Ok(vec![
        seed("ratchet-sender-key-distribution", "first", distribution.to_bytes().to_vec()),
        seed("ratchet-sender-key-message", "second", message.clone()),
        seed("ratchet-group-decrypt", "second", message),
        seed("ratchet-sender-key-record", "sender", sender.to_bytes()),
        seed("ratchet-sender-key-record", "receiver", receiver.to_bytes()),
        seed("ratchet-scannable", "valid", number.scannable()),
    ])
}

fn sealed() -> Result<Vec<Seed>> {
    let rng = &mut rng();
    let (alice, bob) = (identity(1), identity(2));
    let authority = Authority::generate(1, rng);
    let sender = Sender { name: "alice", e164: None, device: 1, identity: &alice.public() };
    let certificate = authority.issue(sender, NOW, rng)?;
    let retry = RetryRequest { ratchet_key: None, timestamp: NOW, device: 1 }.to_content();
    let content = SealedContent {
        kind: ContentKind::Plaintext,
        certificate: certificate.clone(),
        content: retry.clone(),
        hint: ContentHint::Implicit,
        group: Some(vec![5; 4]),
    };
    let to = bob.public();
    let recipient = Recipient { service_id: [1; 17], devices: &[(1, 2), (3, 4)], identity: &to };
    let sent = seal_for_many(&alice, &[recipient], &[[0; 17]], &content, rng)?;
    let received = split(&sent)?.first().context("one recipient")?.message();
    Ok(vec![
        seed("ratchet-certificates", "sender", certificate.to_bytes().to_vec()),
        seed("ratchet-certificates", "server", authority.server_certificate().to_bytes().to_vec()),
        seed("ratchet-retry", "of-a-group", retry),
        seed("ratchet-sealed-content", "retry", content.to_bytes()),
        seed("ratchet-unseal", "version-1", seal(&alice, &to, &content, rng)?),
        seed("ratchet-unseal", "version-2", received),
        seed("ratchet-split", "two-devices", sent),
    ])
}

fn post_quantum() -> Result<Vec<Seed>> {
    let rng = &mut rng();
    let (alice, bob) = (identity(1), identity(2));
    let (signed, kyber) =
        (SignedPreKey::generate(1, &bob, rng), KyberPreKey::generate(2, &bob, rng));
    let bundle = Bundle::new(1, 1, &bob, &signed, &kyber);
    let mut record = SessionRecord::default();
    record.initiate(&alice, &bundle, 7, NOW, rng)?;
    let message = record.encrypt(&alice, b"hello", NOW, rng)?;
    let message = PreKeyMessage::parse(&message.bytes)?.message().pq_ratchet().to_vec();
    let length = u8::try_from(message.len())?;
    let received = [&[3, 1, length], message.as_slice()].concat();
    Ok(vec![
        seed("ratchet-spqr-message", "header", message),
        seed("ratchet-spqr-receive", "header", received),
        seed("ratchet-spqr-state", "start", fuzz::spqr_state(0).context("a state")?),
        seed("ratchet-spqr-state", "later", fuzz::spqr_state(200).context("a state")?),
    ])
}

fn attachment() -> Result<Vec<u8>> {
    let rng = &mut rng();
    let (key, mut blob) = (AttachmentKey::generate(rng), vec![]);
    let mut encryptor = Encryptor::new(&key, 5, rng)?;
    encryptor.update(b"photo", &mut blob)?;
    while encryptor.pad(&mut blob)? {}
    encryptor.finish(&mut blob)?;
    Ok(blob)
}
