//! Where contacts are paid in the private pool.

use super::*;

const ADDRESS: [u8; 47] = [5; 47];

fn from_bob(known: bool, standing: Standing) -> Result<Taken, Refused> {
    let (alice, bob, mut rng) = actors();
    let contact = Contact { ready: true, standing, ..contact_of(&bob, &mut rng) };
    let body = Body::PrivateAddress(ADDRESS);
    let content = Content { id: MessageId([7; 16]), time: NOW, body };
    take(known.then_some(contact), (&bob.identity.public(), false), content, &alice.me, NOW)
}

#[test]
fn a_private_address_is_taken_from_contacts_alone_and_without_a_receipt() {
    let taken = from_bob(true, Standing::Accepted).unwrap();
    assert_eq!((taken.private_address, taken.receipt), (Some(ADDRESS), None));
    assert!(taken.changes.is_empty());
    assert_eq!(from_bob(true, Standing::Declined).unwrap().private_address, None);
    assert_eq!(from_bob(false, Standing::Accepted).unwrap_err(), Refused::Stranger);
}

#[test]
fn what_is_told_is_the_tenth_content_and_is_told_anew_to_whoever_missed_it() {
    let (alice, bob, mut rng) = actors();
    let account = bob.me.card.account();
    let told = tell_private_address(account, ADDRESS, NOW, &mut rng);
    let Change::AddPending(pending) = &told else { panic!("{told:?}") };
    assert_eq!(pending.content[25..], [&[10], &ADDRESS[..]].concat());
    let missed = Unconfirmed { waiting: vec![(4, pending.clone())], ..Unconfirmed::default() };
    let again = say_again(account, None, missed, &alice.me, (NOW, &mut rng));
    assert!(!again.iter().any(|change| matches!(change, Change::AddPending(_))), "{again:?}");
    assert!(again.iter().any(|it| matches!(it, Change::SetTold { told: false, .. })));
}

#[test]
fn who_asks_is_told_anew_if_it_is_an_accepted_contact() {
    let (alice, bob, mut rng) = actors();
    let account = bob.me.card.account();
    let asked = ask_private_address(account, NOW, &mut rng);
    let Change::AddPending(pending) = &asked else { panic!("{asked:?}") };
    assert_eq!(pending.content[25..], [12]);
    let mut ask = |standing| {
        let contact = Contact { ready: true, standing, ..contact_of(&bob, &mut rng) };
        let content = Content { id: MessageId([7; 16]), time: NOW, body: Body::AskPrivateAddress };
        take(Some(contact), (&bob.identity.public(), false), content, &alice.me, NOW).unwrap()
    };
    let taken = ask(Standing::Accepted);
    assert!(taken.receipt.is_none());
    assert!(matches!(taken.changes[..], [Change::SetTold { told: false, .. }]));
    for standing in [Standing::Request, Standing::Declined] {
        assert!(ask(standing).changes.is_empty(), "{standing:?}");
    }
    // Whoever still wants to know asks again.
    let missed = Unconfirmed { waiting: vec![(4, pending.clone())], ..Unconfirmed::default() };
    let again = say_again(account, None, missed, &alice.me, (NOW, &mut rng));
    assert!(again.iter().any(|it| matches!(it, Change::RemovePending(4))), "{again:?}");
    assert!(!again.iter().any(|it| matches!(it, Change::AddPending(_))), "{again:?}");
}
