//! What two people compare.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ratchet::{IdentityKey, SafetyNumber};

use super::*;

/// How `person` sees `other`.
fn seen(person: &Person, other: &Person) -> SafetyNumber {
    safety_number(own(person), &other.me.card).unwrap()
}

fn own(person: &Person) -> (OpenId, IdentityKey) {
    (person.me.card.account(), person.identity.public())
}

#[test]
fn two_people_see_the_same_digits_and_each_fits_the_other() {
    let (alice, bob, _) = actors();
    let (ours, theirs) = (seen(&alice, &bob), seen(&bob, &alice));
    assert_eq!(ours.digits(), theirs.digits());
    assert!(ours.digits().len() == 60 && ours.digits().bytes().all(|byte| byte.is_ascii_digit()));
    assert_eq!(compare(&ours, &scannable(&theirs)), Ok(true));
    assert_eq!(compare(&theirs, &scannable(&ours)), Ok(true));
}

#[test]
fn whoever_sits_between_two_people_fits_neither() {
    let (alice, bob, mut rng) = actors();
    let mallory = person("Bob", 0xee, &mut rng);
    let (ours, good) = (seen(&alice, &mallory), seen(&bob, &alice));
    assert_ne!(ours.digits(), good.digits());
    assert_eq!(compare(&ours, &scannable(&good)), Ok(false));
    assert_eq!(compare(&good, &scannable(&ours)), Ok(false));
}

#[test]
fn the_digits_of_two_known_people_never_change() {
    let (alice, bob, _) = actors();
    let number = seen(&alice, &bob);
    assert_eq!(number.digits(), "389115644400959544340631174459525485730257540736183935854113");
    assert_eq!(
        scannable(&number),
        "CAISIgogdPvLub8lKpp4nC0D4nSfWuzzwaI/J6EPZ1eIDHybCjEaIgoglKGWd2RdPHHrVm3jIXtERP0lkJLx3+NiXtQ+FVyhHBg="
    );
}

#[test]
fn a_text_that_says_nothing_is_told_apart_from_one_that_does_not_fit() {
    let (alice, bob, _) = actors();
    let (ours, theirs) = (seen(&alice, &bob), seen(&bob, &alice));
    let good = scannable(&theirs);
    assert_eq!(compare(&ours, &format!(" {}\r\n{}\n", &good[..40], &good[40..])), Ok(true));
    assert_eq!(compare(&ours, &scannable(&ours)), Err(Incomparable::Own));
    for wrong in ["", "x", &ours.digits(), &good[4..], &good[..good.len() - 4], "bcm:abc", "ÄÖ"] {
        assert_eq!(compare(&ours, wrong), Err(Incomparable::NoPayload), "{wrong}");
    }
    let [(bob, bobs), (alice, alices)] = [own(&bob), own(&alice)];
    let newer = SafetyNumber::new(3, 5200, (&bob.0, &bobs), (&alice.0, &alices)).unwrap();
    let newer = BASE64_STANDARD.encode(newer.scannable());
    assert_eq!(compare(&ours, &newer), Err(Incomparable::OtherVersion));
}
