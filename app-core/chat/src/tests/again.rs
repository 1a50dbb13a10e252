//! What is said again after a session broke, and when a contact has begun anew.

use super::*;

fn written(byte: u8, payment: Option<PaymentRef>) -> Message {
    Message {
        id: MessageId([byte; 16]),
        contact: OpenId([2; 32]),
        direction: Direction::Out,
        time: NOW,
        text: "hi".to_owned(),
        delivery: Delivery::Sent,
        payment,
        envelope: None,
        request: None,
    }
}

fn contents(changes: &[Change]) -> Vec<Content> {
    let contents = changes.iter().filter_map(|change| {
        let Change::AddPending(pending) = change else { return None };
        Some(Content::from_bytes(&pending.content).unwrap())
    });
    contents.collect()
}

#[test]
fn everything_unconfirmed_is_said_again_under_the_same_ids() {
    let (alice, bob, mut rng) = actors();
    let account = bob.me.card.account();
    let queue = Queue::generate(HOME, Some(account), &mut rng);
    let payment = PaymentRef { tx: TxId([3; 32]), amount: Amount::new(5) };
    let missed = Unconfirmed {
        written: vec![written(1, None), written(2, Some(payment))],
        received: (0..=255).map(|byte| MessageId([byte; 16])).collect(),
        ..Unconfirmed::default()
    };
    let changes = say_again(account, Some(&queue), missed, &alice.me, (NOW, &mut rng));
    assert!(matches!(changes[0], Change::DropOutgoing(dropped) if dropped == account));
    let contents = contents(&changes);
    let [hello, receipts, text, notice] = &contents[..] else { panic!("{contents:?}") };
    assert!(matches!(&hello.body, Body::Hello(hello) if hello.route == queue.route()));
    assert!(matches!(&receipts.body, Body::Receipt(ids) if ids.len() == 200));
    assert_eq!((text.id, text.time), (MessageId([1; 16]), NOW));
    assert!(matches!(&text.body, Body::Text(text) if text == "hi"));
    assert_eq!(notice.id, MessageId([2; 16]));
    let Body::Payment { tx, amount, memo } = &notice.body else { panic!("{notice:?}") };
    assert_eq!((*tx, *amount, memo.as_str()), (payment.tx, payment.amount, "hi"));
}

#[test]
fn what_still_waits_to_be_encrypted_stays_behind_what_was_written_before_it() {
    let (alice, bob, mut rng) = actors();
    let (me, account) = (&alice.me, bob.me.card.account());
    let queue = Queue::generate(HOME, Some(account), &mut rng);
    let arrived = MessageId([7; 16]);
    let waits = |seed: u8, rng: &mut ChaCha20Rng| {
        let body = Body::Text("new".to_owned());
        let content = Content { id: MessageId([seed; 16]), time: NOW, body }.to_bytes();
        let new = Pending { contact: account, message: Some(MessageId([seed; 16])), content };
        let receipt = |id, rng: &mut ChaCha20Rng| pending_of(vec![receipt(account, id, NOW, rng)]);
        vec![
            (1, hello(account, &queue, me, NOW, rng)),
            (2, receipt(arrived, rng)),
            (3, new),
            (4, receipt(MessageId([8; 16]), rng)),
        ]
    };
    let missed = Unconfirmed {
        written: vec![written(1, None)],
        received: vec![arrived],
        waiting: waits(2, &mut rng),
        ..Unconfirmed::default()
    };
    let changes = say_again(account, Some(&queue), missed, me, (NOW, &mut rng));
    let removed = changes
        .iter()
        .filter_map(|change| if let Change::RemovePending(at) = change { Some(*at) } else { None });
    assert_eq!(removed.collect::<Vec<_>>(), [1, 2, 3, 4]);
    let said = contents(&changes);
    let [hello, receipts, old, new, other] = &said[..] else { panic!("{said:?}") };
    assert!(matches!(hello.body, Body::Hello(_)));
    assert!(matches!(&receipts.body, Body::Receipt(ids) if *ids == [arrived]));
    assert_eq!((old.id, new.id), (MessageId([1; 16]), MessageId([2; 16])));
    assert!(matches!(&other.body, Body::Receipt(ids) if *ids == [MessageId([8; 16])]));
}

#[test]
fn who_missed_nothing_is_told_where_to_write() {
    let (alice, bob, mut rng) = actors();
    let account = bob.me.card.account();
    let queue = Queue::generate(HOME, Some(account), &mut rng);
    let nothing = Unconfirmed::default;
    let changes = say_again(account, Some(&queue), nothing(), &alice.me, (NOW, &mut rng));
    assert!(matches!(&contents(&changes)[..], [Content { body: Body::Hello(_), .. }]));
    let changes = say_again(account, None, nothing(), &alice.me, (NOW, &mut rng));
    assert!(contents(&changes).is_empty());
}

/// What a hello from Bob means to Alice, who knows him.
fn hello_from_bob(ready: bool, standing: Standing, same: bool) -> Taken {
    hello_in(false, ready, standing, same)
}

/// As [`hello_from_bob`], in a session that begins with it or in one that was there.
fn hello_in(fresh: bool, ready: bool, standing: Standing, same: bool) -> Taken {
    let (alice, bob, mut rng) = actors();
    let known = Contact { ready, standing, greeted: true, ..contact_of(&bob, &mut rng) };
    let account = alice.me.card.account();
    let queue = Queue::generate(HOME, Some(account), &mut rng);
    let known = if same { Contact { route: queue.route(), ..known } } else { known };
    let said = hello(account, &queue, &bob.me, NOW, &mut rng);
    let content = Content::from_bytes(&said.content).unwrap();
    take(Some(known), (&bob.identity.public(), fresh), content, &alice.me, NOW).unwrap()
}

#[test]
fn a_contact_that_names_another_queue_than_before_has_begun_anew() {
    assert!(hello_from_bob(true, Standing::Accepted, false).moved);
    assert!(hello_from_bob(true, Standing::Request, false).moved);
    // The same queue, the first one, or one of somebody we do not want to hear of.
    assert!(!hello_from_bob(true, Standing::Accepted, true).moved);
    assert!(!hello_from_bob(false, Standing::Accepted, false).moved);
    assert!(!hello_from_bob(true, Standing::Declined, false).moved);
}

#[test]
fn a_contact_that_greets_us_as_a_stranger_would_may_have_lost_our_hello() {
    assert!(hello_in(true, false, Standing::Accepted, false).moved);
    assert!(!hello_in(true, true, Standing::Accepted, true).moved);
    assert!(!hello_in(true, false, Standing::Declined, false).moved);
}
