//! What nobody took fails after a day, and can be sent once more.

use super::*;

const DAY: u64 = 24 * 3600 * 1000;

fn message(delivery: Delivery) -> Message {
    Message {
        id: MessageId([1; 16]),
        contact: OpenId([2; 32]),
        direction: Direction::Out,
        time: NOW,
        text: "hi".to_owned(),
        delivery,
        payment: None,
        envelope: None,
        request: None,
    }
}

const STATES: [Delivery; 5] =
    [Delivery::Queued, Delivery::Sent, Delivery::Delivered, Delivery::Failed, Delivery::Received];

#[test]
fn a_text_that_waits_for_a_day_is_given_up() {
    let queued = message(Delivery::Queued);
    assert!(given_up(&queued, NOW.plus_millis(DAY - 1)).is_none());
    assert!(given_up(&queued, Timestamp(0)).is_none(), "a clock that was put back");
    for late in [DAY, 40 * DAY] {
        let Some(Change::GiveUp { contact, message }) = given_up(&queued, NOW.plus_millis(late))
        else {
            panic!("given up")
        };
        assert_eq!((contact, message), (queued.contact, queued.id));
    }
}

#[test]
fn nothing_else_is_given_up() {
    let late = NOW.plus_millis(2 * DAY);
    for delivery in STATES.into_iter().filter(|delivery| *delivery != Delivery::Queued) {
        assert!(given_up(&message(delivery), late).is_none(), "{delivery:?}");
    }
    let payment = Some(PaymentRef { tx: TxId([3; 32]), amount: Amount::new(5) });
    let notice = Message { payment, ..message(Delivery::Queued) };
    let foreign = Message { direction: Direction::In, ..message(Delivery::Queued) };
    assert!(given_up(&notice, late).is_none() && given_up(&foreign, late).is_none());
}

#[test]
fn a_failed_text_is_the_same_message_with_a_new_time() {
    let (failed, later) = (message(Delivery::Failed), NOW.plus_millis(2 * DAY));
    let Some(Change::Requeue { contact, message, time, content }) = retry(&failed, later) else {
        panic!("sent once more")
    };
    assert_eq!((contact, message, time), (failed.contact, failed.id, later));
    let content = Content::from_bytes(&content).unwrap();
    assert_eq!((content.id, content.time), (failed.id, later));
    let Body::Text(text) = content.body else { panic!("{content:?}") };
    assert_eq!(text, failed.text);
    let again = Message { time, delivery: Delivery::Queued, ..failed };
    assert!(given_up(&again, later.plus_millis(DAY - 1)).is_none(), "not given up at once");
}

#[test]
fn only_what_failed_is_sent_once_more() {
    for delivery in STATES.into_iter().filter(|delivery| *delivery != Delivery::Failed) {
        assert!(retry(&message(delivery), NOW).is_none(), "{delivery:?}");
    }
    let payment = Some(PaymentRef { tx: TxId([3; 32]), amount: Amount::new(5) });
    assert!(retry(&Message { payment, ..message(Delivery::Failed) }, NOW).is_none());
}
