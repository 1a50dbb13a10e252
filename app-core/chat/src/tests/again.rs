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
    let (alice, bob, mut rng) = actors();
    let known = Contact { ready, standing, greeted: true, ..contact_of(&bob, &mut rng) };
    let account = alice.me.card.account();
    let queue = Queue::generate(HOME, Some(account), &mut rng);
    let known = if same { Contact { route: queue.route(), ..known } } else { known };
    let said = hello(account, &queue, &bob.me, NOW, &mut rng);
    let content = Content::from_bytes(&said.content).unwrap();
    take(Some(known), &bob.identity.public(), content, &alice.me, NOW).unwrap()
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
