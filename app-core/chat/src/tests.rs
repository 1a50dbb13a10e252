//! Two people, without a network: what each function gives the next.

use keys::{EcdsaKey, Words};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use ratchet::{IdentityKeyPair, PreKeys, SenderCertificate, SessionRecord};
use types::{
    Abc, Amount, BlockId, ChainId, MessageId, OpenId, Round, SendId, Timestamp, TxId, WorkerId,
};
use wire::mail::{BUCKETS, envelope_id, put_bytes};
use wire::{Decode, Encode};

use crate::content::{Body, Hello};
use crate::*;

mod again;
mod asks;
mod gifts;
mod letter;
mod private;
mod review;
mod safety;
mod showing;
mod standing;
mod unsent;

const CHAIN: ChainId = ChainId([1; 32]);
const HOME: WorkerId = WorkerId([2; 32]);
const NOW: Timestamp = Timestamp(1_795_000_000_000);

struct Person {
    operation: EcdsaKey,
    identity: IdentityKeyPair,
    certificate: SenderCertificate,
    me: Me,
}

impl Person {
    fn ours(&self) -> Ours<'_> {
        Ours { identity: &self.identity, certificate: &self.certificate }
    }
}

fn person(name: &str, seed: u8, rng: &mut ChaCha20Rng) -> Person {
    let master = Words::from_entropy([seed; 32]).master();
    let operation = master.operation_key();
    let identity = IdentityKeyPair::from_private(*master.chat_identity());
    let card = Card::sign(name, &operation, &identity, CHAIN, rng);
    let directory = master.directory_key().public();
    let certificate = certificate(&identity, rng).unwrap();
    Person {
        operation,
        identity,
        certificate,
        me: Me { chain: CHAIN, card, directory, home: HOME },
    }
}

fn actors() -> (Person, Person, ChaCha20Rng) {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    (person("Alice", 0xa1, &mut rng), person("Bob", 0xb0, &mut rng), rng)
}

fn invite_of(person: &Person, rng: &mut ChaCha20Rng) -> (Invite, Queue) {
    let queue = Queue::generate(HOME, None, rng);
    let directory = (person.me.directory, HOME);
    let card = person.me.card.clone();
    (Invite { chain: CHAIN, card, directory, route: queue.route() }, queue)
}

fn contact_of(person: &Person, rng: &mut ChaCha20Rng) -> Contact {
    let (invite, _) = invite_of(person, rng);
    saved_contact(add_contact(invite, &person_free_me(rng), NOW, rng))
}

/// Somebody else's side, where it does not matter whose.
fn person_free_me(rng: &mut ChaCha20Rng) -> Me {
    person("Carol", 0xca, rng).me
}

#[test]
fn a_card_is_worth_nothing_after_any_change() {
    let (alice, bob, mut rng) = actors();
    alice.me.card.check(CHAIN).unwrap();
    assert_eq!(alice.me.card.check(ChainId([9; 32])), Err(BadCard));
    let borrowed = Card::sign("Mallory", &bob.operation, &alice.identity, CHAIN, &mut rng);
    borrowed.check(CHAIN).unwrap();
    let bytes = alice.me.card.to_bytes();
    for index in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[index] ^= 1;
        let refused = Card::from_bytes(&changed).map_or(true, |card| card.check(CHAIN).is_err());
        assert!(refused, "byte {index}");
    }
}

#[test]
fn names_are_short_and_plain() {
    assert!(is_name("小明") && is_name("Alice B.") && is_name(&"x".repeat(64)));
    for wrong in ["", " a", "a ", "a\nb", "\u{1b}[31m", &"x".repeat(65)] {
        assert!(!is_name(wrong), "{wrong:?}");
    }
}

#[test]
fn a_name_hides_nothing() {
    for wrong in ["Bob\u{200b}", "\u{202e}boB", "B\u{2060}ob", "\u{3164}", "\u{200d}", "B\u{ad}ob"]
    {
        assert!(!is_name(wrong), "{wrong:?}");
    }
    // Some scripts and pictures are written with joiners; between other letters nobody sees them.
    assert!(is_name("علی\u{200c}رضا") && is_name("👩\u{200d}🚀"));
    assert_eq!(look("Bob\u{200d}"), "Bob");
}

#[test]
fn what_cannot_be_sealed_makes_room_and_is_told() {
    let mut rng = ChaCha20Rng::seed_from_u64(4);
    let bob = person("Bob", 0xb0, &mut rng);
    let contact = contact_of(&bob, &mut rng);
    let (message, changes) = write(&contact, "hi", NOW, &mut rng);
    let changes = unsendable((&[7], &pending_of(changes)));
    let [Change::RemovePending(7), Change::SetDelivery { message: id, delivery, .. }] =
        &changes[..]
    else {
        panic!("{changes:?}")
    };
    assert_eq!((*id, *delivery), (message.id, Delivery::Failed));
}

#[test]
fn a_hello_said_again_names_the_same_queue() {
    let (alice, bob, mut rng) = actors();
    let queue = Queue::generate(HOME, Some(bob.me.card.account()), &mut rng);
    let hello = hello(bob.me.card.account(), &queue, &alice.me, NOW, &mut rng);
    let content = Content::from_bytes(&hello.content).unwrap();
    let taken = take(None, (&alice.me.card.identity, false), content, &bob.me, NOW).unwrap();
    assert_eq!(taken.greet.unwrap().route.to_bytes(), queue.route().to_bytes());
}

#[test]
fn an_invite_survives_copying_and_nothing_else() {
    let (alice, bob, mut rng) = actors();
    let (invite, _) = invite_of(&alice, &mut rng);
    let text = invite.text();
    let (own, reader) = (alice.me.card.account(), bob.me.card.account());
    let read = Invite::parse(&format!("  {text}\n"), CHAIN, reader).unwrap();
    assert_eq!(read.to_bytes(), invite.to_bytes());
    let check = |text: &str, chain, own| Invite::parse(text, chain, own).unwrap_err();
    assert_eq!(check(&text, CHAIN, own), InviteError::Own);
    assert_eq!(check(&text, ChainId([9; 32]), reader), InviteError::WrongNetwork);
    assert_eq!(check(&text[..text.len() - 1], CHAIN, reader), InviteError::Bad);
    assert_eq!(check(&text.replace("bcm:", "http:"), CHAIN, reader), InviteError::Bad);
    assert_eq!(check(&format!("bcm:{}", "1".repeat(5000)), CHAIN, reader), InviteError::Bad);
    for index in (4..text.len()).step_by(7) {
        let mut changed = text.clone().into_bytes();
        changed[index] = if changed[index] == b'2' { b'3' } else { b'2' };
        let changed = String::from_utf8(changed).unwrap();
        assert_eq!(check(&changed, CHAIN, reader), InviteError::Bad, "character {index}");
    }
    let mut other = invite.to_bytes();
    other[0] = 2;
    let other = format!("bcm:{}", bs58::encode(other).with_check().into_string());
    assert_eq!(check(&other, CHAIN, reader), InviteError::OtherVersion);
}

#[test]
fn an_envelope_shows_only_its_bucket_and_opens_only_unchanged() {
    let (_, _, mut rng) = actors();
    let queue = Queue::generate(HOME, None, &mut rng);
    let route = queue.route();
    let open = |blob: &[u8]| open_envelope(&queue.outer_key, route.send_id(), blob);
    for (length, bucket) in [(0, 512), (482, 512), (483, 1024), (16_354, 16_384)] {
        let message = vec![7; length];
        let blob = seal_envelope(&route, &message, &mut rng).unwrap();
        assert_eq!(blob.len(), bucket);
        assert_eq!(open(&blob).as_ref(), Ok(&message));
        assert_ne!(blob, seal_envelope(&route, &message, &mut rng).unwrap());
    }
    assert_eq!(seal_envelope(&route, &[7; 16_355], &mut rng), Err(TooLong));

    let blob = seal_envelope(&route, b"hello", &mut rng).unwrap();
    for index in 0..blob.len() {
        let mut changed = blob.clone();
        changed[index] ^= 0x80;
        assert_eq!(open(&changed), Err(NotAnEnvelope), "byte {index}");
    }
    assert_eq!(open_envelope(&queue.outer_key, SendId([0; 32]), &blob), Err(NotAnEnvelope));
    assert_eq!(open(&blob[..20]), Err(NotAnEnvelope));
    assert!(BUCKETS.contains(&blob.len()));
}

#[test]
fn the_longest_text_fits_the_first_message_of_a_session() {
    let (alice, bob, mut rng) = actors();
    let contact = contact_of(&bob, &mut rng);
    let mut record = session_with(&bob, &alice, &mut rng);
    let text = "x".repeat(MAX_TEXT);
    let (_, changes) = write(&contact, &text, NOW, &mut rng);
    let pending = pending_of(changes);
    let sealed =
        seal(&contact, &mut record, alice.ours(), (&[7], &pending), NOW, &mut rng).unwrap();
    let Change::AddOutgoing(outgoing) = &sealed[1] else { panic!("{sealed:?}") };
    assert_eq!(outgoing.blob.len(), 16_384);
}

#[test]
fn what_is_written_arrives_and_the_receipt_comes_back() {
    let (alice, bob, mut rng) = actors();
    let (invite, queue) = invite_of(&bob, &mut rng);
    let contact = {
        let changes = add_contact(invite, &alice.me, NOW, &mut rng);
        assert!(matches!(changes[1], Change::SaveQueue(ref queue) if queue.contact.is_some()));
        let hello = pending_of_ref(&changes);
        let contact = saved_contact(changes);
        assert!(!contact.ready && contact.greeted);
        (contact, hello)
    };
    let (contact, hello) = contact;
    let signed = ratchet::SignedPreKey::generate(1, &bob.identity, &mut rng);
    let kyber = ratchet::KyberPreKey::generate(1, &bob.identity, &mut rng);
    let bundle = ratchet::Bundle::new(5, 1, &bob.identity, &signed, &kyber);
    let mut to_bob = SessionRecord::default();
    to_bob.initiate(&alice.identity, &bundle, 6, NOW, &mut rng).unwrap();
    let sealed =
        seal(&contact, &mut to_bob, alice.ours(), (&[1, 2], &hello), NOW, &mut rng).unwrap();
    assert!(matches!(sealed[0], Change::SaveSession { .. }), "the session is saved with it");
    assert!(matches!(sealed[2..], [Change::RemovePending(1), Change::RemovePending(2)]));
    let Change::AddOutgoing(outgoing) = &sealed[1] else { panic!("{sealed:?}") };
    let id = envelope_id(outgoing.send, &outgoing.blob);
    assert_eq!(id, queue.envelope_id(&outgoing.blob));
    let signature_fits = keys::ed25519_verify(
        &contact.route.send_key().public(),
        &put_bytes(HOME, outgoing.send, id),
        &outgoing.signature,
    );
    assert!(signature_fits);

    let sealed = SealedLetter::open(&queue, &outgoing.blob).unwrap();
    let unsealed = sealed.unseal(&bob.identity, NOW).unwrap();
    assert_eq!(unsealed.sender, alice.identity.public());
    let Letter::First(message) = unsealed.letter else { panic!("the first message names prekeys") };
    let mut to_alice = SessionRecord::default();
    let prekeys = PreKeys { signed: &signed, one_time: None, kyber: &kyber };
    let opened = to_alice.accept(&bob.identity, prekeys, &message, &mut rng).unwrap();
    let content = Content::from_bytes(&opened.plaintext).unwrap();
    let taken = take(None, (message.identity(), true), content, &bob.me, NOW).unwrap();
    let alice_at_bob = taken.greet.unwrap();
    assert_eq!(alice_at_bob.account, alice.me.card.account());
    assert!(alice_at_bob.ready && taken.receipt.is_none());

    let text = Content { id: MessageId([4; 16]), time: NOW, body: Body::Text("hi".to_owned()) };
    let taken = take(Some(alice_at_bob), (message.identity(), false), text, &bob.me, NOW).unwrap();
    assert_eq!(taken.receipt, Some(MessageId([4; 16])));
    assert!(matches!(&taken.changes[..], [Change::AddMessage(message)] if message.text == "hi"));
}

#[test]
fn nobody_can_speak_in_another_name() {
    let (alice, bob, mut rng) = actors();
    let hello = |card: Card, rng: &mut ChaCha20Rng| Content {
        id: MessageId([1; 16]),
        time: NOW,
        body: Body::Hello(Box::new(Hello {
            card,
            route: Queue::generate(HOME, None, rng).route(),
            directory: ([0; 32], HOME),
        })),
    };
    let mallory = person("Mallory", 0x66, &mut rng);
    // Alice's card over Mallory's session.
    let content = hello(alice.me.card.clone(), &mut rng);
    let taken = take(None, (&mallory.me.card.identity, false), content, &bob.me, NOW);
    assert_eq!(taken.unwrap_err(), Refused::BadCard);
    // Mallory's own card, sent where Alice is known.
    let known = contact_of(&alice, &mut rng);
    let content = hello(mallory.me.card.clone(), &mut rng);
    let taken = take(Some(known), (&mallory.me.card.identity, false), content, &bob.me, NOW);
    assert_eq!(taken.unwrap_err(), Refused::BadCard);
    // Our own card, sent back to us.
    let content = hello(bob.me.card.clone(), &mut rng);
    let taken = take(None, (&bob.me.card.identity, false), content, &bob.me, NOW);
    assert_eq!(taken.unwrap_err(), Refused::BadCard);
    // A stranger who says anything but hello.
    let text = Content { id: MessageId([2; 16]), time: NOW, body: Body::Text(String::new()) };
    let taken = take(None, (&mallory.me.card.identity, false), text, &bob.me, NOW);
    assert_eq!(taken.unwrap_err(), Refused::Stranger);
}

#[test]
fn an_answer_makes_a_contact_ready_and_a_receipt_moves_messages() {
    let (_, bob, mut rng) = actors();
    let contact = contact_of(&bob, &mut rng);
    let account = contact.account;
    let body = Body::Receipt(vec![MessageId([3; 16])]);
    let content = Content { id: MessageId([1; 16]), time: NOW, body };
    let me = person_free_me(&mut rng);
    let taken = take(Some(contact), (&bob.me.card.identity, false), content, &me, NOW).unwrap();
    let [Change::SaveContact(saved), Change::SetDelivery { contact, message, delivery }] =
        &taken.changes[..]
    else {
        panic!("{taken:?}")
    };
    assert!(saved.ready);
    assert_eq!((*contact, *message), (account, MessageId([3; 16])));
    assert_eq!((*delivery, taken.receipt), (Delivery::Delivered, None), "no receipt for a receipt");
}

#[test]
fn receipts_leave_together_behind_everything_else() {
    let (_, bob, mut rng) = actors();
    let contact = contact_of(&bob, &mut rng);
    let due = |byte, rng: &mut ChaCha20Rng| {
        pending_of(vec![receipt(contact.account, MessageId([byte; 16]), NOW, rng)])
    };
    let (_, changes) = write(&contact, "between", NOW, &mut rng);
    let text = pending_of(changes);
    let waiting = vec![(1, due(1, &mut rng)), (2, text.clone()), (3, due(2, &mut rng))];
    let merged = merge(waiting);
    assert_eq!(merged.len(), 2);
    assert_eq!(merged[0], (vec![2], text));
    assert_eq!(merged[1].0, [1, 3]);
    let content = Content::from_bytes(&merged[1].1.content).unwrap();
    let Body::Receipt(ids) = content.body else { panic!("a receipt") };
    assert_eq!(ids, [MessageId([1; 16]), MessageId([2; 16])]);
}

#[test]
fn more_receipts_than_fit_one_content_lose_none() {
    let mut rng = ChaCha20Rng::seed_from_u64(3);
    let account = OpenId([5; 32]);
    let due = |index: i64, rng: &mut ChaCha20Rng| {
        let id = MessageId(i128::from(index).to_be_bytes());
        (index, pending_of(vec![receipt(account, id, NOW, rng)]))
    };
    let waiting: Vec<_> = (0..450).map(|index| due(index, &mut rng)).collect();
    let merged = merge(waiting);
    let mut named: Vec<i64> = merged.iter().flat_map(|(sequences, _)| sequences.clone()).collect();
    named.sort_unstable();
    assert_eq!(named, (0..450).collect::<Vec<_>>());
    let ids = merged.iter().map(|(_, pending)| {
        match Content::from_bytes(&pending.content).unwrap().body {
            Body::Receipt(ids) => ids.len(),
            Body::Hello(_)
            | Body::Text(_)
            | Body::Payment { .. }
            | Body::AskCheckpoint(_)
            | Body::Vouch(_)
            | Body::KeysChanged(_)
            | Body::EnvelopeKey(_)
            | Body::Gift(_)
            | Body::PrivateAddress(_)
            | Body::AskPrivateAddress
            | Body::Request(_)
            | Body::Settlement { .. }
            | Body::Closed { .. }
            | Body::Review(_) => 0,
        }
    });
    assert_eq!(ids.collect::<Vec<_>>().into_iter().sum::<usize>(), 450);
}

#[test]
fn receipts_that_are_said_again_and_new_ones_can_all_be_read() {
    let (alice, bob, mut rng) = actors();
    let account = bob.me.card.account();
    let said = Unconfirmed {
        received: (0..200).map(|byte| MessageId([byte; 16])).collect(),
        ..Unconfirmed::default()
    };
    let again = pending_of(say_again(account, None, said, &alice.me, (NOW, &mut rng)));
    let new = pending_of(vec![receipt(account, MessageId([255; 16]), NOW, &mut rng)]);
    let merged = merge(vec![(1, again), (2, new)]);
    let read = merged.iter().map(|(_, pending)| Content::from_bytes(&pending.content).unwrap());
    let ids = read.map(|content| match content.body {
        Body::Receipt(ids) => ids.len(),
        Body::Hello(_)
        | Body::Text(_)
        | Body::Payment { .. }
        | Body::AskCheckpoint(_)
        | Body::Vouch(_)
        | Body::KeysChanged(_)
        | Body::EnvelopeKey(_)
        | Body::Gift(_)
        | Body::PrivateAddress(_)
        | Body::AskPrivateAddress
        | Body::Request(_)
        | Body::Settlement { .. }
        | Body::Closed { .. }
        | Body::Review(_) => 0,
    });
    assert_eq!(ids.sum::<usize>(), 201);
}

#[test]
fn contents_keep_their_encoding() {
    let (id, time) = (MessageId([1; 16]), Timestamp(2));
    let check = |body, expected: &str| {
        let bytes = Content { id, time, body }.to_bytes();
        assert_eq!(hex::encode(&bytes), expected);
        assert_eq!(Content::from_bytes(&bytes).unwrap().to_bytes(), bytes);
    };
    let head = "0101010101010101010101010101010101" /* version, id */
        .to_owned()
        + "0000000000000002";
    check(Body::Text("hi".to_owned()), &format!("{head}02000000026869"));
    check(Body::Receipt(vec![id]), &format!("{head}0300000001{}", "01".repeat(16)));
    let (tx, amount) = (TxId([3; 32]), Amount::<Abc>::new(5));
    check(
        Body::Payment { tx, amount, memo: "m".to_owned() },
        &format!("{head}04{}0000000000000005000000016d", "03".repeat(32)),
    );
    check(Body::AskCheckpoint(Round(7)), &format!("{head}050000000000000007"));
    let vouched = Vouched {
        round: Round(7),
        header: BlockId([8; 32]),
        committee: [9; 32],
        time: Timestamp(10),
    };
    let ids = "08".repeat(32) + &"09".repeat(32);
    check(Body::Vouch(vouched), &format!("{head}060000000000000007{ids}000000000000000a"));
    check(Body::KeysChanged(Round(7)), &format!("{head}070000000000000007"));
    check(Body::EnvelopeKey([7; 32]), &format!("{head}08{}", "07".repeat(32)));
    let told = gifts::told();
    check(
        Body::Gift(Box::new(told)),
        &format!("{head}09{}", hex::encode(gifts::told().to_bytes())),
    );
}

#[test]
fn secrets_do_not_show_in_debug_output() {
    let (alice, _, mut rng) = actors();
    let (invite, queue) = invite_of(&alice, &mut rng);
    let shown = format!("{invite:?} {queue:?} {:?}", queue.route());
    for secret in [&queue.receive_seed, &queue.send_seed, &queue.outer_key] {
        assert!(!shown.contains(&hex::encode(secret.as_slice())));
        assert!(!shown.contains(&format!("{:?}", secret.as_slice())));
    }
    assert_eq!(format!("{:?}", queue.route()), format!("Route {{ worker: {HOME:?}, .. }}"));
}

fn session_with(peer: &Person, own: &Person, rng: &mut ChaCha20Rng) -> SessionRecord {
    let signed = ratchet::SignedPreKey::generate(1, &peer.identity, rng);
    let kyber = ratchet::KyberPreKey::generate(1, &peer.identity, rng);
    let bundle = ratchet::Bundle::new(5, 1, &peer.identity, &signed, &kyber);
    let mut record = SessionRecord::default();
    record.initiate(&own.identity, &bundle, 6, NOW, rng).unwrap();
    record
}

fn pending_of(changes: Vec<Change>) -> Pending {
    pending_of_ref(&changes)
}

fn pending_of_ref(changes: &[Change]) -> Pending {
    let pending = changes.iter().find_map(|change| {
        if let Change::AddPending(pending) = change { Some(pending.clone()) } else { None }
    });
    pending.unwrap()
}

fn saved_contact(changes: Vec<Change>) -> Contact {
    let contact = changes.into_iter().find_map(|change| {
        if let Change::SaveContact(contact) = change { Some(*contact) } else { None }
    });
    contact.unwrap()
}
