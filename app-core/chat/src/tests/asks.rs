//! Requests of payment in a chat.

use super::*;

/// What is asked for.
pub(super) fn asked() -> PaymentRequest {
    let expiry = Some(Timestamp(9));
    PaymentRequest { amount: Amount::new(5), memo: "m".to_owned(), expiry, address: None }
}

const ID: MessageId = MessageId([7; 16]);
/// The address of a request.
fn address(id: MessageId) -> Option<[u8; 47]> {
    Some([id.0[0]; 47])
}

const PAID: PaymentRef = PaymentRef { tx: TxId([3; 32]), amount: Amount::new(5) };

/// What a content of Bob, who is known and ready, means to Alice.
fn from_bob(body: Body) -> Taken {
    let (alice, bob, mut rng) = actors();
    let known = Contact { ready: true, ..contact_of(&bob, &mut rng) };
    let content = Content { id: ID, time: NOW, body };
    take(Some(known), (&bob.identity.public(), false), content, &alice.me, NOW).unwrap()
}

fn known(made: bool) -> KnownRequest {
    let contact = OpenId([2; 32]);
    KnownRequest { id: ID, contact, made, request: asked(), told: NOW, closed: None }
}

#[test]
fn contents_about_requests_keep_their_encoding() {
    let check = |body, expected: &str| {
        let head = "01".repeat(17) + "0000000000000002";
        let bytes = Content { id: MessageId([1; 16]), time: Timestamp(2), body }.to_bytes();
        assert_eq!(hex::encode(&bytes), format!("{head}{expected}"));
        assert_eq!(Content::from_bytes(&bytes).unwrap().to_bytes(), bytes);
    };
    let amount = "0000000000000005";
    check(Body::Request(asked()), &format!("0d{amount}000000016d01000000000000000900"));
    let endless = PaymentRequest { expiry: None, ..asked() };
    check(Body::Request(endless), &format!("0d{amount}000000016d0000"));
    let address = Some([6; 47]);
    let addressed = PaymentRequest { expiry: None, address, ..asked() };
    check(Body::Request(addressed), &format!("0d{amount}000000016d0001{}", "06".repeat(47)));
    let (id, tx) = ("07".repeat(16), "03".repeat(32));
    let settlement = Body::Settlement { request: ID, payment: PAID, memo: "m".to_owned() };
    check(settlement, &format!("0e{id}{tx}{amount}000000016d"));
    check(Body::Closed { request: ID, by_asker: true }, &format!("0f{id}01"));
}

#[test]
fn a_request_of_nothing_is_no_request() {
    let nothing = PaymentRequest { amount: Amount::ZERO, ..asked() };
    let bytes = Content { id: ID, time: NOW, body: Body::Request(nothing) }.to_bytes();
    assert!(Content::from_bytes(&bytes).is_err());
}

#[test]
fn a_request_is_a_message_and_is_kept() {
    let taken = from_bob(Body::Request(asked()));
    let [Change::AddMessage(message), Change::AddRequest(request)] = &taken.changes[..] else {
        panic!("{taken:?}")
    };
    assert_eq!((message.text.as_str(), message.request, message.payment), ("m", Some(ID), None));
    assert_eq!(**request, KnownRequest { contact: message.contact, ..known(false) });
    assert_eq!(taken.receipt, Some(ID));
}

#[test]
fn a_settlement_is_a_payments_message_that_names_the_request() {
    let request = MessageId([8; 16]);
    let taken = from_bob(Body::Settlement { request, payment: PAID, memo: "m".to_owned() });
    let [Change::AddMessage(message)] = &taken.changes[..] else { panic!("{taken:?}") };
    assert_eq!((message.payment, message.request), (Some(PAID), Some(request)));
}

#[test]
fn a_contact_declines_ours_and_withdraws_its_own() {
    for by_asker in [true, false] {
        let taken = from_bob(Body::Closed { request: ID, by_asker });
        let [Change::CloseRequest { request, made, by, .. }] = &taken.changes[..] else {
            panic!("{taken:?}")
        };
        assert_eq!((*request, *made, *by), (ID, !by_asker, Closed::ByContact));
    }
}

#[test]
fn what_is_asked_paid_and_closed_is_saved_with_what_says_so() {
    let (_, bob, mut rng) = actors();
    let contact = contact_of(&bob, &mut rng);
    let body = |pending: &Pending| Content::from_bytes(&pending.content).unwrap().body;
    let (message, changes) = write_request(&contact, asked(), address, (NOW, &mut rng));
    let [Change::AddMessage(_), Change::AddPending(pending), Change::AddRequest(request)] =
        &changes[..]
    else {
        panic!("{changes:?}")
    };
    assert_eq!((message.request, request.id, request.made), (Some(message.id), message.id, true));
    assert!(matches!(body(pending), Body::Request(said) if said == request.request));
    // It is paid where it alone is.
    assert_eq!(request.request, PaymentRequest { address: address(message.id), ..asked() });
    // It is not given up after a day, and nobody makes a text of it.
    assert!(given_up(&message, NOW.plus_millis(48 * 3_600_000)).is_none());
    assert!(retry(&Message { delivery: Delivery::Failed, ..message }, NOW).is_none());

    let changes = write_settlement(&contact, &known(false), PAID, NOW, &mut rng);
    let [Change::AddMessage(notice), Change::AddPending(pending)] = &changes[..] else {
        panic!("{changes:?}")
    };
    assert_eq!((notice.request, notice.payment), (Some(ID), Some(PAID)));
    assert!(matches!(body(pending), Body::Settlement { request: ID, payment: PAID, .. }));

    for made in [true, false] {
        let changes = close_request(&known(made), NOW, &mut rng);
        let [Change::CloseRequest { by: Closed::ByUs, .. }, Change::AddPending(pending)] =
            &changes[..]
        else {
            panic!("{changes:?}")
        };
        assert!(matches!(body(pending), Body::Closed { by_asker, .. } if by_asker == made));
    }
}

#[test]
fn what_was_said_of_requests_is_said_again_to_whoever_missed_it() {
    let (alice, bob, mut rng) = actors();
    let contact = contact_of(&bob, &mut rng);
    let (asking, _) = write_request(&contact, asked(), address, (NOW, &mut rng));
    let settling = write_settlement(&contact, &known(false), PAID, NOW, &mut rng);
    let Some(Change::AddMessage(paying)) = settling.first() else { panic!("{settling:?}") };
    let declined = pending_of(close_request(&known(false), NOW, &mut rng));
    let missed = Unconfirmed {
        written: vec![asking.clone(), paying.clone()],
        waiting: vec![(4, declined)],
        requests: [(asking.id, asked())].into(),
        closed: vec![(ID, false)],
        ..Unconfirmed::default()
    };
    let again = say_again(contact.account, None, missed, &alice.me, (NOW, &mut rng));
    let pending = again.iter().filter_map(|change| {
        if let Change::AddPending(pending) = change { Some(pending) } else { None }
    });
    let said: Vec<_> =
        pending.map(|pending| Content::from_bytes(&pending.content).unwrap()).collect();
    let [one, two, three] = &said[..] else { panic!("{said:?}") };
    assert!(one.id == asking.id && matches!(&one.body, Body::Request(said) if *said == asked()));
    assert_eq!(two.id, paying.id);
    assert!(matches!(two.body, Body::Settlement { request: ID, payment: PAID, .. }));
    assert!(matches!(three.body, Body::Closed { request: ID, by_asker: false }));
}

#[test]
fn only_a_proof_makes_a_request_paid() {
    use RequestState::{Declined, Expired, Open, Paid, Paying, Withdrawn};
    let (before, after) = (Timestamp(9), Timestamp(10));
    let check = |made, closed, settlement, now, state| {
        assert_eq!(KnownRequest { closed, ..known(made) }.state(settlement, now), state);
    };
    for made in [true, false] {
        check(made, None, Settlement::Nothing, before, Open);
        check(made, None, Settlement::Nothing, after, Expired);
        let (asker, asked) = if made {
            (Closed::ByUs, Closed::ByContact)
        } else {
            (Closed::ByContact, Closed::ByUs)
        };
        check(made, Some(asker), Settlement::Nothing, after, Withdrawn);
        check(made, Some(asked), Settlement::Nothing, before, Declined);
        for closed in [None, Some(asker), Some(asked)] {
            check(made, closed, Settlement::UnderWay, after, Paying);
            check(made, closed, Settlement::Proved, after, Paid);
        }
    }
}

#[test]
fn a_requests_words_do_not_show_in_debug_output() {
    let asked = PaymentRequest { memo: "for the lawyer".to_owned(), ..asked() };
    assert!(!format!("{asked:?}").contains("lawyer"));
}
