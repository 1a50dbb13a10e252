//! Review keys of an engine without a network: what is given, stopped and taken, each saved first.

use chat::{Body, Content, Review};
use keys::EcdsaKey;
use shielded::Scope;
use types::Round;
use wallet::Keyring;
use wallet::review::{
    CarriedProof, CarriedProofs, GivenGrant, GrantCard, GrantState, GrantTerms, GrantWish,
    GrantedKey, Grantee, MAX_KEPT_PROOFS, Month, Period, ReviewChange, ReviewGrant, Serial,
    StandingKey, Strength, contact_fingerprint, seal_card, viewing_key,
};
use zeroize::Zeroizing;

use super::*;
use crate::{GrantTo, Granting, Payee, PrivateWanted, Recipient, ShowingWish, Wanted};

const CAROL: u8 = 3;
const OFFLINE: Duration = Duration::ZERO;

fn month() -> Month {
    Month::of(NOW).unwrap()
}

pub(super) fn granting(to: OpenId, strength: Strength) -> Granting {
    let wish = GrantWish { strength, from: Some(month()), to: None, until: None };
    let (to, name) = (GrantTo::Contact(to), "somebody".to_owned());
    Granting { to, name, wish, purpose: "taxes".to_owned(), case: None }
}

pub(super) async fn engine(store: &Store) -> Engine {
    Engine::open(store.clone(), vec![], Clock::system()).await.unwrap()
}

/// What waits to be encrypted for a contact about review keys.
pub(super) async fn waiting(store: &Store, contact: OpenId) -> Vec<Review> {
    let said = |content: &[u8]| {
        let body = Content::from_bytes(content).unwrap().body;
        if let Body::Review(review) = body { Some(review) } else { None }
    };
    let pending = store.pending(contact, 100).await.unwrap();
    pending.iter().filter_map(|(_, pending)| said(&pending.content)).collect()
}

async fn given(store: &Store, serial: Serial) -> GivenGrant {
    let all = store.grants_given().await.unwrap();
    all.into_iter().find(|given| given.grant.terms.serial == serial).unwrap()
}

#[tokio::test]
async fn a_stopped_grant_opens_nothing_new_and_the_others_go_on() {
    let worker = Worker::play(only_bobs_worker).await;
    let (_dir, store) = alice(&worker).await;
    let (bob, carol) =
        (with_envelopes(&store, BOB, 0).await, with_envelopes(&store, CAROL, 0).await);
    let mut alice = engine(&store).await;
    let to_bob = alice.grant(granting(bob, Strength::Standing), OFFLINE).await.unwrap().given;
    let to_carol = alice.grant(granting(carol, Strength::Standing), OFFLINE).await.unwrap().given;
    let [bobs, carols] = [&to_bob, &to_carol].map(|given| given.grant.terms.serial);
    let first = Period::first_of(month());
    let second = first.after_stop().unwrap();
    assert_eq!(alice.present_period().await.unwrap(), first);

    let stopped = alice.stop_grant(bobs, OFFLINE).await.unwrap();
    assert_eq!(GrantState::of(&stopped.grant.terms, true, month()), GrantState::Stopped);
    assert_eq!(alice.present_period().await.unwrap(), second);
    assert_eq!((given(&store, bobs).await.last, given(&store, carols).await.last), (first, second));

    // Bob is told, and gets no key; Carol gets that of the account that has taken over.
    let [Review::Card(card), Review::Stopped { serial, .. }] = &waiting(&store, bob).await[..]
    else {
        panic!("a card, and that it was stopped")
    };
    assert_eq!(*serial, bobs.0);
    let [Review::Card(_), Review::Key(key)] = &waiting(&store, carol).await[..] else {
        panic!("a card and a key")
    };
    let key = StandingKey::from_bytes(key).unwrap();
    assert_eq!(key.check(&to_carol.grant, to_carol.tip), Ok(()));
    let address = key.key.address_for(ChainId([1; 32]), b"dan").unwrap();
    assert_eq!(key.key.scope_of(&address), Some(Scope::External));
    let card = GrantCard::from_bytes(card).unwrap();
    let blind = card.keys.iter().all(|key| match key {
        GrantedKey::Viewing(key) => key.scope_of(&address).is_none(),
        GrantedKey::Incoming(_) => false,
    });
    assert!(blind, "what is paid to the new account is invisible to Bob's keys");

    // Stopped once more it is the same; a second stop within the month counts on.
    alice.stop_grant(bobs, OFFLINE).await.unwrap();
    assert_eq!(alice.present_period().await.unwrap(), second);
    alice.stop_grant(carols, OFFLINE).await.unwrap();
    assert_eq!(alice.present_period().await.unwrap(), second.after_stop().unwrap());
    assert_eq!(waiting(&store, carol).await.len(), 3);
    let unknown = alice.stop_grant(Serial([0; 16]), OFFLINE).await.unwrap_err();
    assert_eq!(unknown.code(), "unknown_grant");
}

#[tokio::test]
async fn what_nobody_has_confirmed_is_sent_again_with_a_broken_session() {
    let worker = Worker::play(only_bobs_worker).await;
    let (_dir, store) = alice(&worker).await;
    let bob = with_envelopes(&store, BOB, 0).await;
    let mut alice = engine(&store).await;
    let granted = alice.grant(granting(bob, Strength::Period), OFFLINE).await.unwrap();
    let letter = granted.letter.unwrap();
    assert!(alice.letters_again(bob).await.unwrap().is_empty(), "it waits anyway");
    let (at, _) = store.pending(bob, 100).await.unwrap().remove(0);
    save(&store, vec![Change::RemovePending(at)]).await;
    let again = alice.letters_again(bob).await.unwrap();
    assert!(matches!(&again[..], [Change::AddPending(it)] if it.message == Some(letter)));
    let delivery = Delivery::Delivered;
    save(&store, vec![Change::SetDelivery { contact: bob, message: letter, delivery }]).await;
    assert!(alice.letters_again(bob).await.unwrap().is_empty());
}

/// Bob's side: his key, and what he signs for Alice or for somebody else.
struct Bob {
    key: EcdsaKey,
    chain: ChainId,
}

impl Bob {
    fn card(&self, grantee: [u8; 32]) -> GrantCard {
        let public = self.key.public();
        let terms = GrantTerms {
            chain: self.chain,
            account: public.open_id(),
            home: public.address(),
            strength: Strength::Standing,
            months: vec![month()],
            until: None,
            grantee: Grantee { name: "alice".to_owned(), fingerprint: grantee },
            purpose: "taxes".to_owned(),
            case: None,
            issued: NOW,
            round: Round(1),
            serial: Serial([7; 16]),
        };
        let keys = vec![GrantedKey::Viewing(viewing(0))];
        let digests = keys.iter().map(GrantedKey::digest).collect();
        let ring = Keyring { ecdsa: &self.key, falcon: None };
        let grant = ReviewGrant::sign(terms, digests, (None, &ring), &mut rand::rng()).unwrap();
        GrantCard { grant, keys }
    }

    fn further(&self, number: u32, before: [u8; 32]) -> StandingKey {
        let ring = Keyring { ecdsa: &self.key, falcon: None };
        let of = (Serial([7; 16]), number, before);
        let key = (viewing(number), Round(2));
        StandingKey::sign(of, key, (None, &ring), &mut rand::rng()).unwrap()
    }
}

fn viewing(stops: u32) -> shielded::ViewingKey {
    let index = Period::first_of(month()).index() + stops;
    viewing_key(&[5; 32], Period::new(index).unwrap()).unwrap()
}

fn bytes(value: &impl Encode) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(value.to_bytes())
}

#[tokio::test]
async fn a_reviewer_takes_what_is_signed_made_out_to_her_and_in_order() {
    let worker = Worker::play(only_bobs_worker).await;
    let (_dir, store) = alice(&worker).await;
    let (bob, carol) =
        (with_envelopes(&store, BOB, 0).await, with_envelopes(&store, CAROL, 0).await);
    let alice = engine(&store).await;
    let own = contact_fingerprint(alice.keys.identity.public().as_bytes());
    let key = Words::from_entropy([BOB; 32]).master().operation_key();
    let bobs = Bob { key, chain: alice.bound().unwrap().home.chain };
    let card = bobs.card(own);
    let take = async |from: OpenId, review: Review| {
        let taken = alice.taken_review(from, review, NOW).await.unwrap();
        let confirmed = taken.is_some();
        let changes = taken.into_iter().flatten().map(store::Change::from).collect();
        store.apply(changes).await.unwrap();
        confirmed
    };
    // Before its card a key says nothing, and a card is its owner's and its reader's alone.
    let first = bobs.further(1, card.grant.digest());
    assert!(!take(bob, Review::Key(bytes(&first))).await);
    assert!(!take(carol, Review::Card(bytes(&card))).await);
    assert!(!take(bob, Review::Card(bytes(&bobs.card([9; 32])))).await);
    assert!(!take(bob, Review::Card(Zeroizing::new(vec![1, 2, 3]))).await);
    assert!(take(bob, Review::Card(bytes(&card))).await);
    assert!(take(bob, Review::Card(bytes(&card))).await, "and once more");

    let second = bobs.further(2, first.digest());
    assert!(!take(bob, Review::Key(bytes(&second))).await, "one is missing");
    assert!(!take(carol, Review::Key(bytes(&first))).await);
    assert!(take(bob, Review::Key(bytes(&first))).await);
    assert!(take(bob, Review::Key(bytes(&second))).await);
    assert!(take(bob, Review::Key(bytes(&first))).await, "its receipt was lost");
    let keys = store.granted_keys(Serial([7; 16])).await.unwrap();
    assert_eq!(keys.len(), 3);

    let stopped = || Review::Stopped { serial: [7; 16], since: NOW };
    assert!(!take(carol, stopped()).await);
    assert!(take(bob, stopped()).await);
    let received = store.grants_received().await.unwrap();
    assert_eq!((received.len(), received[0].stopped), (1, Some(NOW)));
}

/// Nothing of a card opens a chat: its bytes are no identity key.
#[tokio::test]
async fn no_review_key_is_the_identity_of_a_chat() {
    let worker = Worker::play(only_bobs_worker).await;
    let (_dir, store) = alice(&worker).await;
    let bob = with_envelopes(&store, BOB, 0).await;
    let mut alice = engine(&store).await;
    let own = alice.keys.identity.public();
    for strength in Strength::ALL {
        alice.grant(granting(bob, strength), OFFLINE).await.unwrap();
    }
    let cards = waiting(&store, bob).await;
    assert_eq!(cards.len(), 4);
    for card in cards {
        let Review::Card(card) = card else { panic!("a card") };
        for window in card.windows(32) {
            let made = IdentityKeyPair::from_private(window.try_into().unwrap());
            assert_ne!(made.public(), own);
        }
    }
}

/// The proof of a move of Bob's into the account behind so many stops of the month.
fn proof_into(stops: u32, seed: u64) -> CarriedProof {
    let period = viewing(stops).period();
    let former = Period::first_of(Month::new(period.month().number() - 1).unwrap());
    let keys = [former, period].map(|it| shielded::SpendingKey::derive(&[5; 32], it).unwrap());
    let moved =
        testkit::carried_over((&keys[0], &keys[1]), (ChainId([1; 32]), OpenId([2; 32])), seed);
    let moved = moved.unwrap();
    let bundle = moved.order.bundle.as_ref().unwrap().effects.digest();
    let (expiry, price_epoch, fee) = (Round(600), 0, moved.order.fee);
    CarriedProof { bundle, from: former, to: period, expiry, price_epoch, fee, proof: moved.proof }
}

fn proofs(proofs: Vec<CarriedProof>) -> Review {
    Review::Proofs(CarriedProofs { serial: Serial([7; 16]), proofs }.to_bytes())
}

#[tokio::test]
async fn proofs_are_taken_from_whose_grant_opens_their_accounts_and_not_without_end() {
    let worker = Worker::play(only_bobs_worker).await;
    let (_dir, store) = alice(&worker).await;
    let (bob, carol) =
        (with_envelopes(&store, BOB, 0).await, with_envelopes(&store, CAROL, 0).await);
    let alice = engine(&store).await;
    let own = contact_fingerprint(alice.keys.identity.public().as_bytes());
    let key = Words::from_entropy([BOB; 32]).master().operation_key();
    let bobs = Bob { key, chain: alice.bound().unwrap().home.chain };
    let card = bobs.card(own);
    let take = async |from: OpenId, review: Review| {
        let taken = alice.taken_review(from, review, NOW).await.unwrap();
        let confirmed = taken.is_some();
        let changes = taken.into_iter().flatten().map(store::Change::from).collect();
        store.apply(changes).await.unwrap();
        confirmed
    };
    let [first, other, behind] = [(0, 1), (0, 2), (1, 3)].map(|(at, seed)| proof_into(at, seed));
    let kept = async || store.proofs_from(bob).await.unwrap();
    assert!(!take(bob, proofs(vec![first.clone()])).await, "before its card");
    assert!(take(bob, Review::Card(bytes(&card))).await);
    assert!(!take(carol, proofs(vec![first.clone()])).await, "not hers to give");
    assert!(!take(bob, Review::Proofs(vec![1, 2, 3])).await);
    let mixed = vec![first.clone(), behind.clone()];
    assert!(!take(bob, proofs(mixed)).await, "of an account that is not granted");
    assert_eq!(kept().await, 0);
    for _ in 0..2 {
        assert!(take(bob, proofs(vec![first.clone(), other.clone()])).await, "and once more");
        assert_eq!(kept().await, 2);
    }
    // Its key comes later: then it is taken, too.
    let further = bobs.further(1, card.grant.digest());
    assert!(take(bob, Review::Key(bytes(&further))).await);
    assert!(take(bob, proofs(vec![behind])).await);
    assert_eq!(kept().await, 3);
    let many = (0..MAX_KEPT_PROOFS - 3).map(|number| {
        let mut bundle = [9; 32];
        bundle[..8].copy_from_slice(&number.to_be_bytes());
        let proof = CarriedProof { bundle, ..first.clone() };
        ReviewChange::AddProof(Serial([7; 16]), Box::new(proof)).into()
    });
    store.apply(many.collect()).await.unwrap();
    assert!(!take(bob, proofs(vec![proof_into(0, 4)])).await, "there are enough");
    assert_eq!(kept().await, MAX_KEPT_PROOFS);
}

#[tokio::test]
async fn a_sealed_card_brings_proofs_for_its_own_accounts_alone() {
    let worker = Worker::play(only_bobs_worker).await;
    let (_dir, store) = alice(&worker).await;
    let mut alice = engine(&store).await;
    let inbox = alice.inbox().await.unwrap().public();
    let key = Words::from_entropy([BOB; 32]).master().operation_key();
    let bobs = Bob { key, chain: alice.bound().unwrap().home.chain };
    let card = bobs.card(inbox.fingerprint());
    let [granted, not] = [(0, 1), (1, 2)].map(|(at, seed)| proof_into(at, seed));
    let seal = |card: &GrantCard, proofs: &[CarriedProof]| {
        seal_card((card, proofs), &inbox, bobs.chain, &mut rand::rng()).unwrap().to_bytes()
    };
    let file = seal(&card, &[granted.clone(), not]);
    for _ in 0..2 {
        assert_eq!(alice.import_card(&file).await.unwrap(), Serial([7; 16]));
    }
    store.apply(vec![ReviewChange::SetProved(Serial([7; 16]), true).into()]).await.unwrap();
    let account = card.grant.terms.account;
    let kept = async || {
        let kept = store.proofs_received(account).await.unwrap();
        kept.into_iter().map(|kept| kept.proof).collect::<Vec<_>>()
    };
    assert_eq!(kept().await, [granted]);
    // Another card under the same number adds nothing to the first one's.
    let terms = GrantTerms { purpose: "rent".to_owned(), ..card.grant.terms };
    let ring = Keyring { ecdsa: &bobs.key, falcon: None };
    let grant = ReviewGrant::sign(terms, card.grant.keys, (None, &ring), &mut rand::rng());
    let other = GrantCard { grant: grant.unwrap(), keys: card.keys };
    alice.import_card(&seal(&other, &[proof_into(0, 3)])).await.unwrap();
    assert_eq!(kept().await.len(), 1);
}

#[tokio::test]
async fn what_says_nothing_is_refused_before_anything_is_signed() {
    let worker = Worker::play(only_bobs_worker).await;
    let (_dir, store) = alice(&worker).await;
    let bob = with_envelopes(&store, BOB, 0).await;
    let mut alice = engine(&store).await;
    let mut refuses = async |granting: Granting, code: &str| {
        let fault = alice.grant(granting, OFFLINE).await.unwrap_err();
        assert_eq!(fault.code(), code);
    };
    let good = || granting(bob, Strength::Period);
    refuses(Granting { purpose: " ".to_owned(), ..good() }, "bad_purpose").await;
    refuses(Granting { case: Some("x".repeat(65)), ..good() }, "bad_purpose").await;
    let mut wish = good().wish;
    wish.from = Some(month().next());
    refuses(Granting { wish, ..good() }, "bad_months").await;
    let nobody = GrantTo::Contact(OpenId([9; 32]));
    refuses(Granting { to: nobody, ..good() }, "unknown_contact").await;
    assert!(store.grants_given().await.unwrap().is_empty());
    assert!(waiting(&store, bob).await.is_empty());
    let change = ReviewChange::BeginPeriod(Period::first_of(month()).after_stop().unwrap());
    store.apply(vec![change.into()]).await.unwrap();
    let given = alice.grant(good(), OFFLINE).await.unwrap().given;
    assert_eq!(given.grant.keys.len(), 2, "both accounts of the month");
}

#[tokio::test]
async fn an_engine_that_only_reviews_has_no_way_to_sign() {
    let worker = Worker::play(only_bobs_worker).await;
    let (_dir, store) = alice(&worker).await;
    let bob = with_envelopes(&store, BOB, 0).await;
    let address = testkit::person(9).public().address();
    let amount = Amount::new(1_000_000);
    for only in [false, true] {
        if only {
            store.apply(vec![NetworkChange::ReviewOnly.into()]).await.unwrap();
        }
        let mut alice = engine(&store).await;
        assert_eq!(alice.is_review_only(), only);
        let granted = alice.grant(granting(bob, Strength::Period), OFFLINE).await;
        assert_eq!(granted.err().map(|fault| fault.code().to_owned()).is_some(), only);
        let (payee, memo) = (Payee::Address(address), None);
        let public = alice.pay(Wanted { payee, amount, memo: None }, OFFLINE).await.unwrap_err();
        let (to, contact) = (Recipient::Public(address), None);
        let private = PrivateWanted { to, contact, amount, memo, request: None, top_up: None };
        let private = alice.pay_privately(private, OFFLINE).await.unwrap_err();
        let claimed = alice.ring().is_err();
        assert_eq!((public.code() == "review_only", private.code() == "review_only"), (only, only));
        assert_eq!(claimed, only);
    }
    assert!(store.open_payments().await.unwrap().is_empty());
}

#[tokio::test]
async fn an_answer_is_taken_from_whom_was_asked_in_any_order_and_shown_once() {
    let worker = Worker::play(only_bobs_worker).await;
    let (_dir, store) = alice(&worker).await;
    let (bob, carol) =
        (with_envelopes(&store, BOB, 0).await, with_envelopes(&store, CAROL, 0).await);
    let alice = engine(&store).await;
    let contact = store.contact(bob).await.unwrap().unwrap();
    let wish = ShowingWish { which: "rent".to_owned(), purpose: "tax".to_owned(), days: 30 };
    let asked = alice.writer().challenge(Some(&contact), wish).await.unwrap();
    let file = vec![7; chat::MAX_REVIEW + 1];
    let answer = chat::write_answer((bob, asked.id), (&file, ""), NOW, &mut rand::rng());
    let pieces: Vec<_> = answer
        .unwrap()
        .1
        .into_iter()
        .filter_map(|change| {
            let chat::Change::AddPending(pending) = change else { return None };
            let content = Content::from_bytes(&pending.content).unwrap();
            let Body::Review(Review::Part(part)) = content.body else { panic!() };
            Some((content.id, part))
        })
        .collect();
    let take = async |from: OpenId, at: usize| {
        let (id, part) = pieces[at].clone();
        let taken = alice.taken_part((from, id), part, NOW).await.unwrap();
        let confirmed = taken.is_some();
        store.apply(taken.into_iter().flatten().map(Into::into).collect()).await.unwrap();
        confirmed
    };
    let shown = async || {
        let all = store.conversation(bob, None).await.unwrap().into_iter();
        all.filter(|row| row.message.request == Some(asked.id)).count()
    };
    assert!(!take(carol, 0).await, "nobody has asked her");
    assert!(take(bob, 1).await && take(bob, 1).await);
    assert_eq!((shown().await, store.unjudged().await.unwrap().len()), (1, 0));
    assert!(take(bob, 0).await);
    assert_eq!(store.unjudged().await.unwrap(), [(bob, asked.id, file.clone())]);
    assert!(take(bob, 0).await, "its receipt was lost");
    assert_eq!(shown().await, 2, "the challenge, and one answer");
}
