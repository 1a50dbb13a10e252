//! Strangers ask, the person decides.

use super::*;

fn hello_of(person: &Person, rng: &mut ChaCha20Rng) -> Content {
    let queue = Queue::generate(HOME, None, rng);
    let pending = hello(OpenId([0; 32]), &queue, &person.me, NOW, rng);
    Content::from_bytes(&pending.content).unwrap()
}

fn said(body: Body) -> Content {
    Content { id: MessageId([7; 16]), time: NOW, body }
}

fn payment() -> PaymentRef {
    PaymentRef { tx: TxId([1; 32]), amount: Amount::new(5) }
}

fn vouched() -> Vouched {
    let (header, time) = (BlockId([4; 32]), Timestamp(5));
    Vouched { round: Round(3), header, committee: [6; 32], time }
}

fn bodies() -> [Body; 11] {
    let PaymentRef { tx, amount } = payment();
    [
        Body::Text("hi".to_owned()),
        Body::Receipt(vec![MessageId([3; 16])]),
        Body::Payment { tx, amount, memo: String::new() },
        Body::AskCheckpoint(Round(3)),
        Body::Vouch(vouched()),
        Body::KeysChanged(Round(3)),
        Body::EnvelopeKey(gifts::key()),
        Body::Gift(Box::new(gifts::told())),
        Body::Request(asks::asked()),
        Body::Settlement { request: MessageId([3; 16]), payment: payment(), memo: String::new() },
        Body::Closed { request: MessageId([3; 16]), by_asker: true },
    ]
}

fn standings(changes: &[Change]) -> Vec<Standing> {
    let of = |change: &Change| {
        if let Change::SetStanding { standing, .. } = change {
            Some(*standing)
        } else if let Change::SaveContact(contact) = change {
            Some(contact.standing)
        } else {
            None
        }
    };
    changes.iter().filter_map(of).collect()
}

#[test]
fn a_stranger_asks_and_is_greeted_as_ever() {
    let (alice, bob, mut rng) = actors();
    let content = hello_of(&alice, &mut rng);
    let taken = take(None, (&alice.me.card.identity, false), content, &bob.me, NOW).unwrap();
    let contact = taken.greet.unwrap();
    assert_eq!((contact.standing, contact.ready), (Standing::Request, true));
    let account = contact.account;
    let changes = greet(contact, &bob.me, NOW, &mut rng);
    assert_eq!(standings(&changes), [Standing::Request]);
    assert!(matches!(changes[1], Change::SaveQueue(_)) && pending_of(changes).contact == account);
}

#[test]
fn whoever_we_add_is_accepted_also_when_its_hello_comes() {
    let (alice, bob, mut rng) = actors();
    let contact = contact_of(&bob, &mut rng);
    assert_eq!(contact.standing, Standing::Accepted);
    let content = hello_of(&bob, &mut rng);
    let taken =
        take(Some(contact), (&bob.me.card.identity, false), content, &alice.me, NOW).unwrap();
    assert_eq!(standings(&taken.changes), [Standing::Accepted]);
}

#[test]
fn an_answer_accepts_a_request_and_nothing_else() {
    let (_, bob, mut rng) = actors();
    for (standing, expected) in [
        (Standing::Request, vec![Standing::Accepted]),
        (Standing::Accepted, vec![]),
        (Standing::Declined, vec![]),
    ] {
        let contact = Contact { standing, ..contact_of(&bob, &mut rng) };
        let written = write(&contact, "hi", NOW, &mut rng).1;
        let paid = write_payment(&contact, payment(), "", NOW, &mut rng);
        assert_eq!((standings(&written), standings(&paid)), (expected.clone(), expected.clone()));
        let given = write_gift(&contact, Box::new(gifts::told()), NOW, &mut rng);
        assert_eq!(standings(&given), expected);
    }
}

#[test]
fn what_a_request_says_is_saved_and_confirmed() {
    let (alice, bob, mut rng) = actors();
    let contact = Contact { standing: Standing::Request, ..contact_of(&bob, &mut rng) };
    let [text, ..] = bodies();
    let taken =
        take(Some(contact), (&bob.me.card.identity, false), said(text), &alice.me, NOW).unwrap();
    assert!(matches!(taken.changes[0], Change::AddMessage(_)) && taken.receipt.is_some());
}

#[test]
fn only_an_accepted_contact_may_ask_and_vouch_for_headers() {
    let (alice, bob, mut rng) = actors();
    let all = [(Standing::Accepted, true), (Standing::Request, false), (Standing::Declined, false)];
    for (standing, heard) in all {
        let contact = |rng: &mut _| Contact { standing, ..contact_of(&bob, rng) };
        let bob = (&bob.me.card.identity, false);
        let asked = said(Body::AskCheckpoint(Round(3)));
        let taken = take(Some(contact(&mut rng)), bob, asked, &alice.me, NOW).unwrap();
        assert_eq!((taken.asked, taken.vouched), (heard.then_some(Round(3)), None));
        let word = said(Body::Vouch(vouched()));
        let taken = take(Some(contact(&mut rng)), bob, word, &alice.me, NOW).unwrap();
        assert_eq!((taken.asked, taken.vouched), (None, heard.then(vouched)));
        assert!(taken.receipt.is_none());
        // Of a stranger nothing is taken at all.
        let word = take(None, bob, said(Body::Vouch(vouched())), &alice.me, NOW);
        assert_eq!(word.err(), Some(Refused::Stranger));
    }
}

#[test]
fn whoever_was_not_declined_may_say_that_its_keys_are_others() {
    let (alice, bob, mut rng) = actors();
    let all = [(Standing::Accepted, true), (Standing::Request, true), (Standing::Declined, false)];
    for (standing, heard) in all {
        let contact = Contact { standing, ready: true, ..contact_of(&bob, &mut rng) };
        let word = said(Body::KeysChanged(Round(3)));
        let sender = (&bob.me.card.identity, false);
        let taken = take(Some(contact), sender, word, &alice.me, NOW).unwrap();
        assert_eq!(taken.keys_changed, heard.then_some(Round(3)));
        // The contact's card stays as it is: only the ledger says which key signs.
        assert!(taken.receipt.is_none() && taken.changes.is_empty());
    }
}

#[test]
fn nothing_of_a_declined_contact_is_saved_or_confirmed() {
    let (alice, bob, mut rng) = actors();
    for (body, ready) in bodies().into_iter().zip([true, false].into_iter().cycle()) {
        let standing = Standing::Declined;
        let contact = Contact { standing, ready, ..contact_of(&bob, &mut rng) };
        let taken = take(Some(contact), (&bob.me.card.identity, false), said(body), &alice.me, NOW)
            .unwrap();
        assert!(taken.receipt.is_none() && taken.greet.is_none());
        // That it knows us is no news of it.
        let expected = if ready { vec![] } else { vec![Standing::Declined] };
        assert_eq!((taken.changes.len(), standings(&taken.changes)), (expected.len(), expected));
    }
}

#[test]
fn a_declined_contacts_hello_keeps_the_way_to_it_and_is_not_answered() {
    let (alice, bob, mut rng) = actors();
    for greeted in [true, false] {
        let standing = Standing::Declined;
        let contact = Contact { standing, greeted, ..contact_of(&bob, &mut rng) };
        let old = contact.route.send_id();
        let content = hello_of(&bob, &mut rng);
        let taken =
            take(Some(contact), (&bob.me.card.identity, false), content, &alice.me, NOW).unwrap();
        assert!(taken.greet.is_none() && taken.receipt.is_none());
        let [Change::SaveContact(saved)] = &taken.changes[..] else { panic!("{taken:?}") };
        assert_eq!(saved.standing, Standing::Declined);
        assert_ne!(saved.route.send_id(), old);
    }
}

#[test]
fn a_person_may_change_its_mind() {
    let account = OpenId([1; 32]);
    assert_eq!(
        standings(&[accept(account), decline(account)]),
        [Standing::Accepted, Standing::Declined]
    );
}
