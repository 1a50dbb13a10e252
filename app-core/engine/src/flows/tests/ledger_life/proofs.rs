//! Carry-overs and what proves them: the owner hands it over once, whichever comes first, and the
//! reviewer's own light node judges it by the log.

use chat::Review;
use shielded::{Effects, Month, Period, SpendingKey};
use store::Remark;
use testkit::{CarriedOver, carried_over};
use wallet::private::{PrivateAttempt, PrivatePayee, Transfer, TransferState};
use wallet::review::{
    CarriedProof, CarriedProofs, ReviewChange, ReviewerCard, SealedCard, Serial, Strength,
    open_card,
};

use super::super::review::{granting, waiting};
use super::pool::{Pooled, Told, honest, unasked};
use super::reviewed::{full, owner, read, received, reviewing};
use super::*;
use crate::{GrantTo, Granting};

const OFFLINE: Duration = Duration::ZERO;

/// The present month's first account, and the one behind a stop.
fn periods() -> [Period; 2] {
    let first = Period::first_of(Month::of(Clock::system().now()).unwrap());
    [first, first.after_stop().unwrap()]
}

fn keys_of(seed: &[u8; 32]) -> [SpendingKey; 2] {
    periods().map(|period| SpendingKey::derive(seed, period).unwrap())
}

fn effects(moved: &CarriedOver) -> &Effects {
    &moved.order.bundle.as_ref().unwrap().effects
}

/// A log of two bundles: one ABC for the first account, carried over to the second.
fn log_of(keys: &[SpendingKey; 2], account: OpenId) -> (Arc<Pooled>, CarriedOver) {
    let mut made = None;
    let pooled = Pooled::with(|chain| {
        let moved = carried_over((&keys[0], &keys[1]), (chain, account), 5).unwrap();
        let all = vec![moved.brought.clone(), effects(&moved).clone()];
        made = Some(moved);
        all
    });
    (pooled, made.unwrap())
}

/// The move as its owner saves it before the log has it.
fn submitted(moved: &CarriedOver) -> Transfer {
    let attempt = PrivateAttempt {
        tx: moved.order.id(),
        bytes: moved.order.to_bytes(),
        fee: moved.order.fee,
        expiry: moved.order.expiry,
        carry: Some(moved.proof.clone()),
        spend: None,
    };
    Transfer {
        intent: [1; 16],
        to: PrivatePayee::CarryOver(periods()[1]),
        contact: None,
        amount: Amount::new(999_990),
        memo: None,
        created: NOW,
        attempt: Some(attempt),
        state: TransferState::Submitted,
    }
}

fn months() -> Month {
    periods()[0].month()
}

fn wish(to: OpenId, strength: Strength) -> Granting {
    let mut granting = granting(to, strength);
    granting.wish.from = Some(months());
    granting
}

/// What is on its way to a contact, in words.
async fn said(told: &Told, contact: OpenId) -> Vec<&'static str> {
    let word = |review: Review| match review {
        Review::Card(_) => "card",
        Review::Key(_) => "key",
        Review::Proofs(_) => "proofs",
        Review::Stopped { .. } => "stopped",
        Review::Challenge(_) | Review::Part(_) | Review::Closed { .. } => "payment",
    };
    waiting(told.engine.store(), contact).await.into_iter().map(word).collect()
}

#[tokio::test]
async fn a_proof_goes_to_whoever_has_the_key_before_it_or_gets_it_later_and_once() {
    let master = Words::from_entropy([0xa1; 32]).master();
    let keys = keys_of(&master.shielded_seed());
    let (pooled, moved) = log_of(&keys, master.operation_key().public().open_id());
    let mut told = unasked(&pooled, honest, honest).await;
    let store = told.engine.store.clone();
    let mut people = vec![];
    for number in 6..11 {
        people.push(with_envelopes(&store, number, 0).await);
    }
    let [bob, carol, dan, erin, fay] = people[..] else { panic!("five") };
    let mut serials = vec![];
    for (to, strength) in [
        (bob, Strength::Standing),
        (carol, Strength::Standing),
        (dan, Strength::Incoming),
        (erin, Strength::Period),
    ] {
        let granted = told.engine.grant(wish(to, strength), OFFLINE).await.unwrap();
        serials.push(granted.given.grant.terms.serial);
    }
    // Carol's is stopped: what she sees no more moves on, and Bob has the key of where to.
    told.engine.stop_grant(serials[1], OFFLINE).await.unwrap();
    save_transfer(&store, submitted(&moved)).await;
    assert_eq!(said(&told, bob).await, ["card", "key"]);
    read_own(&mut told).await;

    let transfer = store.transfer([1; 16]).await.unwrap().unwrap();
    assert_eq!(transfer.state, TransferState::Final(Round(1)));
    assert_eq!(said(&told, bob).await, ["card", "key", "proofs"]);
    let Some(Review::Proofs(bytes)) = waiting(&store, bob).await.pop() else { panic!("proofs") };
    let handed = CarriedProofs::from_bytes(&bytes).unwrap();
    assert_eq!((handed.serial, handed.proofs.len()), (serials[0], 1));
    let of = (told.engine.bound().unwrap().home.chain, told.engine.own().0);
    assert!(handed.proofs[0].holds(of, effects(&moved), &keys[1].viewing_key()));
    // Whose grant is stopped, shows receipts, or opens the former account alone, gets none.
    assert_eq!(said(&told, carol).await, ["card", "stopped"]);
    assert_eq!(said(&told, dan).await, ["card"]);
    assert_eq!(said(&told, erin).await, ["card"]);

    // Who gets the key when it is there already gets it with the key; nobody gets it twice.
    told.engine.grant(wish(fay, Strength::Period), OFFLINE).await.unwrap();
    assert_eq!(said(&told, fay).await, ["card", "proofs"]);
    told.engine.tend_grants().await.unwrap();
    read_own(&mut told).await;
    assert_eq!(said(&told, bob).await.len(), 3);
    assert_eq!(said(&told, fay).await.len(), 2);
    assert_eq!(store.proofs_given().await.unwrap().len(), 2);
    sealed_cards_take_it_along(&mut told, effects(&moved)).await;
}

/// Alice's own light node reads the log; nobody proves accounts here.
async fn read_own(told: &mut Told) {
    told.engine.catch_up_ledger(PATIENCE).await.unwrap();
    let node = told.engine.attach().await.unwrap();
    told.engine.read_pool(&node).await.unwrap();
}

async fn save_transfer(store: &Store, transfer: Transfer) {
    let saved = wallet::Change::SaveTransfer(Box::new(transfer));
    store.apply(vec![saved.into()]).await.unwrap();
}

async fn sealed_cards_take_it_along(told: &mut Told, effects: &Effects) {
    let rita = Words::from_entropy([0x30; 32]).master();
    let (inbox, chain) = (rita.inbox_key().unwrap(), told.engine.bound().unwrap().home.chain);
    let key = rita.operation_key();
    let ring = wallet::Keyring { ecdsa: &key, falcon: None };
    let of = (inbox.public(), [2; 33]);
    let card = ReviewerCard::sign("rita", of, chain, &ring, &mut rand::rng()).unwrap();
    for (strength, bundles) in [
        (Strength::Period, vec![effects.digest()]),
        (Strength::Full, vec![effects.digest()]),
        (Strength::Incoming, vec![]),
    ] {
        let to = GrantTo::Reviewer(Box::new(card.clone()));
        let granting = Granting { to, ..wish(OpenId([0; 32]), strength) };
        let file = told.engine.grant(granting, OFFLINE).await.unwrap().file.unwrap();
        let sealed = SealedCard::from_bytes(&file).unwrap();
        let opened = open_card(&sealed, &inbox, chain).unwrap();
        let there: Vec<_> = opened.proofs.iter().map(|proof| proof.bundle).collect();
        assert_eq!(there, bundles, "{strength:?}");
    }
}

/// The proof that came with the move, as a grantee gets it.
fn proof_of(moved: &CarriedOver) -> CarriedProof {
    let done = Transfer { state: TransferState::Final(Round(1)), ..submitted(moved) };
    CarriedProof::of(&done, |_| Some(periods()[0])).unwrap()
}

const SERIAL: Serial = Serial([1; 16]);

fn come(proof: &CarriedProof) -> store::Change {
    ReviewChange::AddProof(SERIAL, Box::new(proof.clone())).into()
}

/// What is said of the carry-over, how many proofs are kept, and how many were refused.
async fn verdict(told: &Told) -> (Option<Remark>, usize, u64) {
    let store = told.engine.store();
    let rows = store.reviewed_history(owner()).await.unwrap();
    let [row] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!((row.row.kind, row.row.amount.units()), (store::HistoryKind::CarryOver, 999_990));
    let kept = store.proofs_received(owner()).await.unwrap().len();
    (row.remark, kept, store.refused_proofs(owner()).await.unwrap())
}

#[tokio::test]
async fn a_proof_that_holds_is_shown_as_that_whether_it_comes_before_the_bundle_or_after() {
    let keys = keys_of(&[3; 32]);
    let (pooled, moved) = log_of(&keys, owner());
    let grant = || received(1, (owner(), true), full(&keys[1]));
    let mut early = reviewing(&pooled, honest, vec![grant(), come(&proof_of(&moved))]).await;
    read(&mut early).await;
    assert_eq!(verdict(&early).await, (Some(Remark::Proved), 1, 0));

    let mut late = reviewing(&pooled, honest, vec![grant()]).await;
    read(&mut late).await;
    assert_eq!(verdict(&late).await, (Some(Remark::Stated), 0, 0));
    late.engine.store.apply(vec![come(&proof_of(&moved))]).await.unwrap();
    assert_eq!(verdict(&late).await, (Some(Remark::Stated), 1, 0), "nobody has judged it");
    read(&mut late).await;
    assert_eq!(verdict(&late).await, (Some(Remark::Proved), 1, 0));
}

#[tokio::test]
async fn a_proof_that_does_not_hold_is_dropped_and_counted_and_stands_in_nobodys_way() {
    let keys = keys_of(&[3; 32]);
    let (pooled, moved) = log_of(&keys, owner());
    let (_, strangers) = log_of(&keys, OpenId([9; 32]));
    let good = proof_of(&moved);
    let wrong = [
        ("another account's", CarriedProof { bundle: good.bundle, ..proof_of(&strangers) }),
        ("another fee", CarriedProof { fee: Amount::new(11), ..good.clone() }),
        // The log has gone on to round 3 without it, or its key has seen nothing of it.
        (
            "a bundle that never came",
            CarriedProof { bundle: [7; 32], expiry: Round(2), ..good.clone() },
        ),
        (
            "another bundle's",
            CarriedProof { bundle: moved.brought.digest(), expiry: Round(2), ..good.clone() },
        ),
    ];
    let grant = received(1, (owner(), true), full(&keys[1]));
    let mut told = reviewing(&pooled, honest, vec![grant]).await;
    for (refused, (what, wrong)) in (1..).zip(&wrong) {
        told.engine.store.apply(vec![come(wrong)]).await.unwrap();
        read(&mut told).await;
        assert_eq!(verdict(&told).await, (Some(Remark::Stated), 0, refused), "{what}");
    }
    // One whose bundle may still come is kept, and says nothing of another.
    let waits = CarriedProof { bundle: [7; 32], ..good.clone() };
    told.engine.store.apply(vec![come(&waits)]).await.unwrap();
    read(&mut told).await;
    assert_eq!(verdict(&told).await, (Some(Remark::Stated), 1, 4));
    told.engine.store.apply(vec![come(&good)]).await.unwrap();
    read(&mut told).await;
    assert_eq!(verdict(&told).await, (Some(Remark::Proved), 2, 4));
}
