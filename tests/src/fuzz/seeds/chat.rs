//! Two people's first messages: prekeys, sessions, invites, contents, envelopes.

use super::{Seed, key, master, rng, seed};
use anyhow::{Context, Result};
use chat::{
    AnswerPart, Body, Card, Content, Hello, Invite, PaymentChallenge, PaymentRef, PaymentRequest,
    Review, Route, seal_envelope,
};
use keys::Claimer;
use ledger::Gift;
use ratchet::{
    Bundle, IdentityKeyPair, Incoming, KyberPreKey, KyberPublic, MessageKind, OneTimePreKey,
    OneTimePublic, PreKeys, SafetyNumber, SessionRecord, SignedPreKey,
};
use types::{Amount, ChainId, MessageId, Round, Timestamp, TxId, WorkerId};
use wire::Encode;

const NOW: Timestamp = Timestamp(1_800_000_000_000);
const CHAIN: ChainId = ChainId([1; 32]);
const DIRECTORY: ([u8; 32], WorkerId) = ([2; 32], WorkerId([3; 32]));

pub(super) fn seeds() -> Result<Vec<Seed>> {
    let mut seeds = sessions()?;
    seeds.extend(contents()?);
    Ok(seeds)
}

fn identity(person: u8) -> IdentityKeyPair {
    IdentityKeyPair::from_private(*master(person).chat_identity())
}

fn route() -> Route {
    Route { worker: WorkerId([3; 32]), send_seed: [4; 32].into(), outer_key: [5; 32].into() }
}

fn card(person: u8) -> Card {
    Card::sign("Alice", &key(person), &identity(person), CHAIN, &mut rng())
}

/// Alice writes to Bob, who answers, and she answers again.
fn sessions() -> Result<Vec<Seed>> {
    let rng = &mut rng();
    let (alice, bob) = (identity(1), identity(2));
    let signed = SignedPreKey::generate(1, &bob, rng);
    let kyber = KyberPreKey::generate(2, &bob, rng);
    let one_time = OneTimePreKey::generate(3, rng);
    let mut bundle = Bundle::new(1, 1, &bob, &signed, &kyber);
    let base = bundle.base_bytes();
    bundle.one_time = Some(OneTimePublic::from(&one_time));
    let (mut at_alice, mut at_bob) = (SessionRecord::default(), SessionRecord::default());
    at_alice.initiate(&alice, &bundle, 7, NOW, rng)?;
    let first = at_alice.encrypt(&alice, b"hello", NOW, rng)?;
    let Incoming::PreKey(message) = Incoming::parse(MessageKind::PreKey, &first.bytes)? else {
        anyhow::bail!("a first message is a prekey message");
    };
    let prekeys = PreKeys { signed: &signed, one_time: Some(&one_time), kyber: &kyber };
    at_bob.accept(&bob, prekeys, &message, rng)?;
    let answer = at_bob.encrypt(&bob, b"hello too", NOW, rng)?;
    Ok(vec![
        seed("ratchet-prekey", "first", first.bytes.clone()),
        seed("ratchet-whisper", "answer", answer.bytes.clone()),
        seed("ratchet-decrypt", "first", first.bytes),
        seed("ratchet-decrypt", "answer", answer.bytes),
        seed("ratchet-stored", "session", at_bob.states().remove(0).to_vec()),
        seed("ratchet-stored", "session-unanswered", at_alice.states().remove(0).to_vec()),
        seed("ratchet-stored", "signed", signed.to_bytes()),
        seed("ratchet-stored", "one-time", one_time.to_bytes()),
        seed("ratchet-stored", "kyber", kyber.to_bytes()),
        seed("ratchet-bundle", "whole", bundle.to_bytes()),
        seed("ratchet-bundle", "base", base),
        seed("ratchet-bundle", "one-time", OneTimePublic::from(&one_time).to_bytes()),
        seed("ratchet-bundle", "one-time-kyber", KyberPublic::from(&kyber).to_bytes()),
    ])
}

fn envelope_key() -> [u8; 32] {
    master(1).envelope_key().public()
}

/// A red envelope as its members are told of it.
pub(super) fn gift() -> Gift {
    Gift {
        tx: TxId([8; 32]),
        by: Round(600),
        total: Amount::new(5_000_000),
        shares: 2,
        lucky: true,
        expiry: Round(86_400),
        salt: [9; 32],
        claimers: vec![Claimer::Member(envelope_key()), Claimer::Given([3; 32])],
        greeting: "恭喜发财".to_owned(),
        seed: Some([4; 32].into()),
    }
}

fn contents() -> Result<Vec<Seed>> {
    let content = |name, body| {
        let content = Content { id: MessageId([6; 16]), time: NOW, body };
        seed("chat-content", name, content.to_bytes())
    };
    let hello = Hello { card: card(1), route: route(), directory: DIRECTORY };
    let payment =
        Body::Payment { tx: TxId([8; 32]), amount: Amount::new(1), memo: "tea".to_owned() };
    let (request, memo) = (MessageId([5; 16]), "tea".to_owned());
    let asked = PaymentRequest {
        amount: Amount::new(1),
        memo: memo.clone(),
        expiry: Some(NOW),
        address: Some([7; 47]),
    };
    let paid = PaymentRef { tx: TxId([8; 32]), amount: Amount::new(1) };
    let (which, purpose) = ("rent".to_owned(), "taxes".to_owned());
    let challenge = PaymentChallenge { challenge: [3; 32], which, purpose, not_after: NOW };
    let (digest, bytes) = ([4; 32], vec![5; 40]);
    let part = AnswerPart { showing: request, digest, number: 1, count: 2, bytes };
    let invite = Invite { chain: CHAIN, card: card(1), directory: DIRECTORY, route: route() };
    let envelope = seal_envelope(&route(), &[9; 90], &mut rng()).context("a short message")?;
    let [alice, bob] = [1, 2].map(|key| IdentityKeyPair::from_private([key; 32]).public());
    let number = SafetyNumber::new(2, 2, (b"bob", &bob), (b"alice", &alice))?;
    Ok(vec![
        content("hello", Body::Hello(Box::new(hello))),
        content("text", Body::Text("Grüße, 你好".to_owned())),
        content("receipt", Body::Receipt(vec![MessageId([7; 16])])),
        content("payment", payment),
        content("keys-changed", Body::KeysChanged(Round(7))),
        content("envelope-key", Body::EnvelopeKey(envelope_key())),
        content("private-address", Body::PrivateAddress([5; 47])),
        content("ask-private-address", Body::AskPrivateAddress),
        content("gift", Body::Gift(Box::new(gift()))),
        content("request", Body::Request(asked)),
        content("settlement", Body::Settlement { request, payment: paid, memo }),
        content("closed", Body::Closed { request, by_asker: true }),
        content("challenge", Body::Review(Review::Challenge(challenge))),
        content("carry-proofs", Body::Review(Review::Proofs(vec![1, 2, 3]))),
        content("answer-part", Body::Review(Review::Part(part))),
        content(
            "challenge-closed",
            Body::Review(Review::Closed { showing: request, by_asker: true }),
        ),
        seed("chat-invite", "valid", invite.to_bytes()),
        seed("chat-invite-text", "valid", invite.text()),
        seed("chat-safety-text", "of-bob", chat::scannable(&number)),
        seed("chat-envelope", "of-another-queue", envelope),
    ])
}
