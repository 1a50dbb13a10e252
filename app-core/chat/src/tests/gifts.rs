//! Envelope keys and red envelopes in a chat.

use super::*;
use keys::{Claimer, EnvelopeKey};
use ledger::Gift;

/// A member's envelope key.
pub(super) fn key() -> [u8; 32] {
    EnvelopeKey::from_seed([3; 32]).public()
}

/// What a member is told.
pub(super) fn told() -> Gift {
    Gift {
        tx: TxId([3; 32]),
        by: Round(7),
        total: Amount::new(5),
        shares: 2,
        lucky: false,
        expiry: Round(9),
        salt: [4; 32],
        claimers: vec![Claimer::Member(key())],
        greeting: "for you".to_owned(),
        seed: None,
    }
}

fn said(body: Body) -> Content {
    Content { id: MessageId([7; 16]), time: NOW, body }
}

/// What a content of Bob, who is known and ready, means to Alice.
fn from_bob(body: Body) -> Taken {
    let (alice, bob, mut rng) = actors();
    let known = Contact { ready: true, ..contact_of(&bob, &mut rng) };
    take(Some(known), (&bob.identity.public(), false), said(body), &alice.me, NOW).unwrap()
}

#[test]
fn an_envelope_key_is_saved_without_a_receipt_and_nonsense_is_not() {
    let taken = from_bob(Body::EnvelopeKey(key()));
    let [Change::SaveEnvelopeKey { key: saved, .. }] = &taken.changes[..] else {
        panic!("{taken:?}")
    };
    assert_eq!((*saved, taken.receipt), (key(), None));
    // Of small order, or no point at all: a claim key made of it would be nobody's.
    let neutral = {
        let mut bytes = [0; 32];
        bytes[0] = 1;
        bytes
    };
    for nonsense in [[0; 32], neutral, [0xff; 32]] {
        assert!(from_bob(Body::EnvelopeKey(nonsense)).changes.is_empty());
    }
}

#[test]
fn a_gift_is_a_message_and_is_confirmed() {
    let taken = from_bob(Body::Gift(Box::new(told())));
    let [Change::AddMessage(message)] = &taken.changes[..] else { panic!("{taken:?}") };
    assert_eq!((message.text.as_str(), message.envelope), ("for you", Some(told().id())));
    assert_eq!((message.payment, taken.receipt), (None, Some(message.id)));
    assert_eq!(taken.gift.as_deref(), Some(&told()));
}

#[test]
fn what_is_told_of_a_gift_is_what_its_message_brings() {
    let (_, bob, mut rng) = actors();
    let contact = contact_of(&bob, &mut rng);
    let changes = write_gift(&contact, Box::new(told()), NOW, &mut rng);
    let [Change::AddMessage(message), Change::AddPending(pending)] = &changes[..] else {
        panic!("{changes:?}")
    };
    assert_eq!((message.envelope, pending.message), (Some(told().id()), Some(message.id)));
    let content = Content::from_bytes(&pending.content).unwrap();
    assert!(matches!(content.body, Body::Gift(gift) if *gift == told()));
    // It is not given up after a day, and nobody sends it once more under another time.
    let late = NOW.plus_millis(48 * 3_600_000);
    assert!(given_up(message, late).is_none());
    assert!(retry(&Message { delivery: Delivery::Failed, ..message.clone() }, late).is_none());
}

#[test]
fn a_gift_and_the_envelope_key_are_said_again_to_whoever_missed_them() {
    let (alice, bob, mut rng) = actors();
    let account = bob.me.card.account();
    let contact = contact_of(&bob, &mut rng);
    let changes = write_gift(&contact, Box::new(told()), NOW, &mut rng);
    let [Change::AddMessage(message), ..] = &changes[..] else { panic!("{changes:?}") };
    let told_before = tell_envelope_key(account, key(), NOW, &mut rng);
    let missed = Unconfirmed {
        written: vec![message.clone()],
        waiting: vec![(4, pending_of(told_before))],
        gifts: [(told().id(), Box::new(told()))].into(),
        ..Unconfirmed::default()
    };
    let again = say_again(account, None, missed, &alice.me, (NOW, &mut rng));
    assert!(again.iter().any(|it| matches!(it, Change::SetTold { told: false, .. })));
    let pending: Vec<_> =
        again.iter().filter(|change| matches!(change, Change::AddPending(_))).collect();
    let [Change::AddPending(pending)] = &pending[..] else { panic!("{again:?}") };
    let content = Content::from_bytes(&pending.content).unwrap();
    assert_eq!((content.id, content.time), (message.id, NOW));
    assert!(matches!(content.body, Body::Gift(gift) if *gift == told()));
}
