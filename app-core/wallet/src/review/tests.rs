//! What an owner signs is what a reviewer believes, and nothing that anybody has changed.

use keys::{EcdsaKey, FalconKey, InboxKey, PublicKey, Words};
use ledger::{Account, KeySlot};
use rand::{SeedableRng, rngs::StdRng};
use shielded::{Month, Period, SpendingKey};
use types::{ChainId, OpenId, Round, Timestamp};
use wire::{Decode, DecodeError, Encode, hash};

use super::*;
use crate::Keyring;

mod keys_open;
mod months;
mod pool;
mod proofs;
mod standing;

const CHAIN: ChainId = ChainId([9; 32]);
const NOW: Timestamp = Timestamp(1_795_000_000_000);
const SEED: [u8; 32] = [5; 32];

fn rng() -> StdRng {
    StdRng::seed_from_u64(7)
}

fn alice() -> EcdsaKey {
    testkit::person(0x31)
}

fn falcon() -> FalconKey {
    Words::from_entropy([0x31; 32]).master().falcon_key()
}

fn rita() -> InboxKey {
    Words::from_entropy([0x30; 32]).master().inbox_key().unwrap()
}

fn month(number: u16) -> Month {
    Month::new(number).unwrap()
}

fn terms(strength: Strength, months: &[u16]) -> GrantTerms {
    let first = alice().public();
    GrantTerms {
        chain: CHAIN,
        account: first.open_id(),
        home: first.address(),
        strength,
        months: months.iter().copied().map(month).collect(),
        until: None,
        grantee: Grantee { name: "rita".to_owned(), fingerprint: rita().public().fingerprint() },
        purpose: "tax year 2026".to_owned(),
        case: Some("T-17".to_owned()),
        issued: NOW,
        round: Round(40),
        serial: Serial([3; 16]),
    }
}

fn granted(strength: Strength, months: &[u16]) -> Vec<GrantedKey> {
    let keys = months.iter().map(|number| Period::first_of(month(*number)));
    keys.map(|period| GrantedKey::of(viewing_key(&SEED, period).unwrap(), strength).unwrap())
        .collect()
}

fn card_of(terms: GrantTerms, keys: Vec<GrantedKey>, account: Option<&Account>) -> GrantCard {
    let (ecdsa, falcon) = (alice(), falcon());
    let ring = Keyring { ecdsa: &ecdsa, falcon: Some(&falcon) };
    let digests = keys.iter().map(GrantedKey::digest).collect();
    let grant = ReviewGrant::sign(terms, digests, (account, &ring), &mut rng()).unwrap();
    GrantCard { grant, keys }
}

fn card() -> GrantCard {
    card_of(terms(Strength::Period, &[10, 11]), granted(Strength::Period, &[10, 11]), None)
}

fn own() -> [u8; 32] {
    rita().public().fingerprint()
}

fn account(slots: &[(PublicKey, u64, Option<u64>)]) -> Account {
    let slots = slots.iter().map(|(key, added, retired)| KeySlot {
        key: key.clone(),
        added: Round(*added),
        retired: retired.map(Round),
    });
    let first = alice().public();
    Account {
        open_id: Some(first.open_id()),
        slots: slots.collect(),
        ..Account::empty(first.address())
    }
}

#[test]
fn a_card_reads_back_holds_and_opens_for_whom_it_was_made_out() {
    for strength in Strength::ALL {
        let card = card_of(terms(strength, &[10, 11]), granted(strength, &[10, 11]), None);
        assert_eq!(card.check(CHAIN, &own()), Ok(()));
        let bytes = card.to_bytes();
        let again = GrantCard::from_bytes(&bytes).unwrap();
        assert_eq!((again.to_bytes(), &again.grant), (bytes, &card.grant));
        let sealed = seal_card((&card, &[]), &rita().public(), CHAIN, &mut rng()).unwrap();
        let sealed = SealedCard::from_bytes(&sealed.to_bytes()).unwrap();
        assert!(sealed.is_for(&rita().public()));
        let opened = open_card(&sealed, &rita(), CHAIN).unwrap();
        assert_eq!((opened.card.check(CHAIN, &own()), opened.proofs), (Ok(()), vec![]));
        assert_eq!(Strength::parse(strength.name()), Some(strength));
    }
    assert_eq!(Strength::parse("payment"), None);
}

#[test]
fn its_bytes_stay_as_they_are() {
    let card = card();
    let pinned = |bytes: &[u8]| hex::encode(hash("golden", &[bytes]));
    assert_eq!(
        pinned(&card.to_bytes()),
        "a11d8e45ba9e650a6350c3a712a3d63dca58b0b309f2ce96e9da033b72c5b3cf"
    );
    assert_eq!(
        hex::encode(card.grant.digest()),
        "942699bbe2ab47a1f94dc85b59378b129eb1545eecadd027a4dfc252f2721c65"
    );
    let sealed = seal_card((&card, &[]), &rita().public(), CHAIN, &mut rng()).unwrap();
    assert_eq!(
        pinned(&sealed.to_bytes()),
        "6f994412b83fb15d985c8129005dc1e0fdcc85d2f742c5f89ac21c4df9336ed9"
    );
    assert!(sealed.to_bytes().starts_with(b"BCMG\x02\x01"));
}

#[test]
fn a_changed_byte_anywhere_is_refused() {
    let bytes = card().to_bytes();
    for place in 0..bytes.len() {
        let mut tampered = bytes.clone();
        tampered[place] ^= 1;
        let fault = GrantCard::from_bytes(&tampered).map(|card| card.check(CHAIN, &own()));
        assert!(!matches!(fault, Ok(Ok(()))), "byte {place}");
    }
    assert!(GrantCard::from_bytes(&bytes[..bytes.len() - 1]).is_err());
    assert!(GrantCard::from_bytes(&[&bytes[..], &[0]].concat()).is_err());
}

/// Every field by name: what was signed is the whole of it.
#[test]
fn every_term_is_signed() {
    type Change = fn(&mut GrantTerms);
    let changes: [(&str, Change); 11] = [
        ("account", |t| t.account = OpenId([1; 32])),
        ("home", |t| t.home = testkit::person(1).public().address()),
        ("strength", |t| t.strength = Strength::Full),
        ("months", |t| t.months.truncate(1)),
        ("grantee's name", |t| t.grantee.name = "mallory".to_owned()),
        ("grantee's key", |t| t.grantee.fingerprint = [1; 32]),
        ("purpose", |t| t.purpose.push('!')),
        ("case", |t| t.case = None),
        ("time", |t| t.issued = Timestamp(1)),
        ("round", |t| t.round = Round(41)),
        ("serial", |t| t.serial = Serial([4; 16])),
    ];
    for (what, change) in changes {
        let mut card = card();
        change(&mut card.grant.terms);
        assert_eq!(card.check(CHAIN, &own()), Err(GrantFault::Signature), "{what}");
    }
    let elsewhere = GrantTerms { chain: ChainId([8; 32]), ..terms(Strength::Period, &[10]) };
    let card = card_of(elsewhere, granted(Strength::Period, &[10]), None);
    assert_eq!(card.check(CHAIN, &own()), Err(GrantFault::Chain));
}

#[test]
fn keys_other_than_those_that_were_signed_for_are_refused() {
    let check = |keys: Vec<GrantedKey>| {
        let card = GrantCard { keys, ..card() };
        assert_eq!(card.check(CHAIN, &own()), Err(GrantFault::Keys));
    };
    check(vec![]);
    check(granted(Strength::Period, &[10]));
    check(granted(Strength::Period, &[11, 10]));
    check(granted(Strength::Period, &[10, 12]));
    check(granted(Strength::Incoming, &[10, 11]));
    // The right month of somebody else.
    let other = |number| viewing_key(&[6; 32], Period::first_of(month(number))).unwrap();
    check([10, 11].map(|number| GrantedKey::Viewing(other(number))).into());
    // A stronger key than an incoming grant speaks of, though it was signed for.
    let terms = terms(Strength::Incoming, &[10]);
    let card = card_of(terms, granted(Strength::Period, &[10]), None);
    assert_eq!(card.check(CHAIN, &own()), Err(GrantFault::Keys));
}

#[test]
fn a_card_sealed_once_more_shows_whom_it_was_made_out_to() {
    let mallory = Words::from_entropy([0x29; 32]).master().inbox_key().unwrap();
    let forwarded = seal_card((&card(), &[]), &mallory.public(), CHAIN, &mut rng()).unwrap();
    let opened = open_card(&forwarded, &mallory, CHAIN).unwrap().card;
    let fault = opened.check(CHAIN, &mallory.public().fingerprint());
    assert_eq!(fault, Err(GrantFault::Grantee));
    assert_eq!(opened.grant.terms.grantee.name, "rita");
}

#[test]
fn a_sealed_card_opens_with_its_own_key_suite_and_network_only() {
    let sealed = seal_card((&card(), &[]), &rita().public(), CHAIN, &mut rng()).unwrap();
    let mallory = Words::from_entropy([0x29; 32]).master().inbox_key().unwrap();
    assert!(open_card(&sealed, &mallory, CHAIN).is_none() && !sealed.is_for(&mallory.public()));
    assert!(open_card(&sealed, &rita(), ChainId([8; 32])).is_none());
    let bytes = sealed.to_bytes();
    assert_eq!((bytes.len() - 1_138 - 16) % 1_024, 0, "the text is padded");
    for (place, what) in [(0, "magic"), (4, "version"), (5, "suite")] {
        let mut tampered = bytes.clone();
        tampered[place] ^= 1;
        assert!(
            matches!(SealedCard::from_bytes(&tampered), Err(DecodeError::BadValue(_))),
            "{what}"
        );
    }
    for place in (6..1_134).step_by(97).chain([13, 1_133, 1_138, bytes.len() - 1]) {
        let mut tampered = bytes.clone();
        tampered[place] ^= 1;
        let opened = SealedCard::from_bytes(&tampered).ok();
        let opened = opened.and_then(|sealed| open_card(&sealed, &rita(), CHAIN));
        assert!(opened.is_none(), "byte {place}");
    }
}

#[test]
fn the_signer_must_have_been_the_strongest_key_of_the_account() {
    let (first, new) = (alice().public(), falcon().public());
    let by_ecdsa = card();
    let moved = account(&[(first.clone(), 10, Some(50)), (new.clone(), 50, None)]);
    let beside = account(&[(first.clone(), 10, None), (new.clone(), 20, None)]);
    let check = |card: &GrantCard, account: Option<&Account>, fault: Option<GrantFault>| {
        assert_eq!(card.check(CHAIN, &own()), Ok(()));
        assert_eq!(card.grant.check_signer(account).err(), fault);
    };
    check(&by_ecdsa, None, None);
    check(&by_ecdsa, Some(&account(&[])), None);
    check(&by_ecdsa, Some(&account(&[(first.clone(), 10, None)])), None);
    // Signed before the ledger had seen the key at all.
    check(&by_ecdsa, Some(&account(&[(first.clone(), 45, None)])), None);
    check(&by_ecdsa, Some(&moved), None);
    let fault = Some(GrantFault::Signer);
    check(&by_ecdsa, Some(&beside), fault);
    check(&by_ecdsa, Some(&account(&[(first.clone(), 10, Some(40)), (new, 40, None)])), fault);
    check(&by_ecdsa, Some(&account(&[(testkit::person(1).public(), 10, None)])), fault);
    // Another account, of which the ledger knows no key.
    let mut other = terms(Strength::Period, &[10]);
    other.account = OpenId([1; 32]);
    check(&card_of(other, granted(Strength::Period, &[10]), None), None, fault);
    // With Falcon the card is signed by it.
    let by_falcon =
        card_of(terms(Strength::Period, &[10]), granted(Strength::Period, &[10]), Some(&beside));
    check(&by_falcon, Some(&beside), None);
    check(&by_falcon, Some(&account(&[(first, 10, None)])), fault);
}

#[test]
fn a_reviewers_card_is_signed_and_has_thirty_digits() {
    let (key, identity) = (testkit::person(0x30), [2; 33]);
    let ring = Keyring { ecdsa: &key, falcon: None };
    let inbox = rita().public();
    let card =
        ReviewerCard::sign("rita", (inbox.clone(), identity), CHAIN, &ring, &mut rng()).unwrap();
    assert!(card.holds(CHAIN) && !card.holds(ChainId([8; 32])));
    assert_eq!(card.account(), key.public().open_id());
    let digits = card.digits();
    assert_eq!(digits.chars().filter(char::is_ascii_digit).count(), 30);
    assert_eq!(digits, super::digits(&inbox.fingerprint()));
    let text = card.to_text();
    assert_eq!(ReviewerCard::parse(&text).as_ref(), Some(&card));
    for wrong in [&text[1..], &text[..text.len() - 1], "bcmr:", &text.replace('b', "c")] {
        assert_eq!(ReviewerCard::parse(wrong), None);
    }
    let bytes = card.to_bytes();
    assert_eq!(ReviewerCard::from_bytes(&bytes), Ok(card));
    for place in (0..bytes.len()).step_by(7).chain([0, 1, 33, 36, 40, bytes.len() - 1]) {
        let mut tampered = bytes.clone();
        tampered[place] ^= 1;
        let read = ReviewerCard::from_bytes(&tampered);
        assert!(!read.is_ok_and(|card| card.holds(CHAIN)), "byte {place}");
    }
}

#[test]
fn nothing_of_a_key_is_printed() {
    let card = card();
    let text = format!("{:?}", card.keys);
    assert_eq!(text, "[Viewing(ViewingKey([secret])), Viewing(ViewingKey([secret]))]");
}
