//! Single payments that are asked for and shown in a chat.

use super::*;

const ID: MessageId = MessageId([7; 16]);

fn asked() -> PaymentChallenge {
    let (which, purpose) = ("w".to_owned(), "p".to_owned());
    PaymentChallenge { challenge: [3; 32], which, purpose, not_after: Timestamp(9) }
}

fn part(number: u16, count: u16) -> AnswerPart {
    AnswerPart { showing: ID, digest: [4; 32], number, count, bytes: vec![5] }
}

fn from_bob(body: Body) -> Taken {
    let (alice, bob, mut rng) = actors();
    let known = Contact { ready: true, ..contact_of(&bob, &mut rng) };
    let content = Content { id: ID, time: NOW, body };
    take(Some(known), (&bob.identity.public(), false), content, &alice.me, NOW).unwrap()
}

#[test]
fn contents_about_single_payments_keep_their_encoding() {
    let check = |review, expected: &str| {
        let head = "01".repeat(17) + "0000000000000002";
        let body = Body::Review(review);
        let bytes = Content { id: MessageId([1; 16]), time: Timestamp(2), body }.to_bytes();
        assert_eq!(hex::encode(&bytes), format!("{head}{expected}"));
        assert_eq!(Content::from_bytes(&bytes).unwrap().to_bytes(), bytes);
    };
    let (id, three, four) = ("07".repeat(16), "03".repeat(32), "04".repeat(32));
    check(
        Review::Challenge(asked()),
        &format!("0b01{three}00000001770000000170{}", "0000000000000009"),
    );
    check(Review::Part(part(1, 2)), &format!("0b02{id}{four}000100020000000105"));
    check(Review::Closed { showing: ID, by_asker: true }, &format!("0b03{id}01"));
    for bad in [part(2, 2), part(0, 0), part(0, MAX_PARTS + 1)] {
        let body = Body::Review(Review::Part(bad));
        let bytes = Content { id: ID, time: NOW, body }.to_bytes();
        assert!(Content::from_bytes(&bytes).is_err());
    }
}

#[test]
fn a_challenge_is_a_message_and_is_kept() {
    let taken = from_bob(Body::Review(Review::Challenge(asked())));
    let [Change::AddMessage(message), Change::Showing(ShowingChange::Add(known))] =
        &taken.changes[..]
    else {
        panic!("{taken:?}")
    };
    assert_eq!((message.text.as_str(), message.request), ("w", Some(ID)));
    assert_eq!((known.asked.clone(), known.made, known.id), (asked(), false, ID));
    assert_eq!(taken.receipt, Some(ID));
    let state = |at| known.state(Timestamp(at));
    assert_eq!((state(9), state(10)), (ShowingState::Open, ShowingState::Expired));
}

#[test]
fn who_has_asked_withdraws_and_who_was_asked_declines() {
    for by_asker in [true, false] {
        let taken = from_bob(Body::Review(Review::Closed { showing: ID, by_asker }));
        let closed = taken.changes.iter().any(|change| {
            matches!(change, Change::Showing(ShowingChange::Close { made, .. }) if *made != by_asker)
        });
        assert!(closed, "{taken:?}");
    }
}

#[test]
fn an_answer_is_whole_only_with_every_piece_of_it() {
    let (_, bob, mut rng) = actors();
    let contact = contact_of(&bob, &mut rng).account;
    let file: Vec<u8> = (0..MAX_REVIEW * 2 + 5).map(|at| at.to_le_bytes()[0]).collect();
    let answer = write_answer((contact, ID), (&file, "here"), NOW, &mut rng);
    let (message, changes) = answer.unwrap();
    let parts: Vec<(MessageId, AnswerPart)> = changes
        .iter()
        .filter_map(|change| {
            let Change::AddPending(pending) = change else { return None };
            let content = Content::from_bytes(&pending.content).unwrap();
            let Body::Review(Review::Part(part)) = content.body else { panic!() };
            assert_eq!(pending.message, Some(content.id));
            Some((content.id, part))
        })
        .collect();
    assert_eq!(parts.last().unwrap().0, message);
    let parts: Vec<AnswerPart> = parts.into_iter().map(|it| it.1).collect();
    assert_eq!(AnswerPart::whole(&parts).unwrap(), file);
    assert_eq!(AnswerPart::whole(&parts[..2]), None);
    assert_eq!(AnswerPart::whole(&[]), None);
    let mut other = parts.clone();
    other.swap(0, 1);
    assert_eq!(AnswerPart::whole(&other), None);
    let mut other = parts.clone();
    other[1].bytes[0] ^= 1;
    assert_eq!(AnswerPart::whole(&other), None);
    let mut other = parts;
    other[2].digest[0] ^= 1;
    assert_eq!(AnswerPart::whole(&other), None);
    let most = MAX_REVIEW * usize::from(MAX_PARTS);
    let mut write =
        |len: usize| write_answer((contact, ID), (&vec![0; len], ""), NOW, &mut rng).is_some();
    assert!(write(most) && !write(most + 1));
}

#[test]
fn only_an_open_challenge_of_ours_takes_answers() {
    let (_, bob, mut rng) = actors();
    let contact = contact_of(&bob, &mut rng);
    let (_, changes) = write_challenge(&contact, asked(), NOW, &mut rng);
    let known = changes.into_iter().find_map(|change| {
        let Change::Showing(ShowingChange::Add(known)) = change else { return None };
        Some(*known)
    });
    let known = known.unwrap();
    assert!(known.takes_answers());
    let refused = Answer::Refused { code: "altered".to_owned(), words: String::new() };
    let takes = |made, closed, answer| {
        KnownShowing { made, closed, answer, ..known.clone() }.takes_answers()
    };
    assert!(takes(true, None, refused), "another answer may hold");
    assert!(!takes(false, None, Answer::None));
    assert!(!takes(true, Some(Closed::ByUs), Answer::None));
    assert!(!takes(true, None, Answer::Given));
    assert!(!takes(true, None, Answer::Proved(String::new())));
}
