//! What proves that a balance was carried over, as a grantee gets it: about one move of one account, and
//! about nothing else.

use super::*;
use crate::private::{PrivateAttempt, PrivatePayee, Transfer, TransferState};
use shielded::{CarryProof, Effects};
use testkit::{CarriedOver, carried_over};
use types::Amount;

fn key(number: u16) -> SpendingKey {
    SpendingKey::derive(&SEED, Period::first_of(month(number))).unwrap()
}

fn account() -> OpenId {
    alice().public().open_id()
}

fn moved(seed: u64) -> CarriedOver {
    carried_over((&key(10), &key(11)), (CHAIN, account()), seed).unwrap()
}

fn transfer(moved: &CarriedOver) -> Transfer {
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
        to: PrivatePayee::CarryOver(key(11).period()),
        contact: None,
        amount: Amount::new(999_990),
        memo: None,
        created: NOW,
        attempt: Some(attempt),
        state: TransferState::Final(Round(30)),
    }
}

fn effects(moved: &CarriedOver) -> &Effects {
    &moved.order.bundle.as_ref().unwrap().effects
}

fn proof(moved: &CarriedOver) -> CarriedProof {
    CarriedProof::of(&transfer(moved), |_| Some(key(10).period())).unwrap()
}

#[test]
fn a_proof_holds_for_its_own_move_and_account_and_for_no_other() {
    let (moved, other) = (moved(1), moved(2));
    let (proof, view) = (proof(&moved), key(11).viewing_key());
    assert_eq!((proof.from, proof.to), (key(10).period(), key(11).period()));
    let of = (CHAIN, account());
    assert!(proof.holds(of, effects(&moved), &view));
    let both =
        CarriedProofs { serial: Serial([3; 16]), proofs: vec![proof.clone(), proof.clone()] };
    assert_eq!(CarriedProofs::from_bytes(&both.to_bytes()), Ok(both));

    // Another account, network, transaction; the key of another month, or of somebody else.
    assert!(!proof.holds((CHAIN, OpenId([5; 32])), effects(&moved), &view));
    assert!(!proof.holds((ChainId([8; 32]), account()), effects(&moved), &view));
    assert!(!proof.holds(of, effects(&other), &view));
    let renamed = CarriedProof { bundle: effects(&other).digest(), ..proof.clone() };
    assert!(!renamed.holds(of, effects(&other), &view));
    assert!(!proof.holds(of, effects(&moved), &key(10).viewing_key()));
    let stranger = SpendingKey::derive(&[6; 32], key(11).period()).unwrap().viewing_key();
    assert!(!proof.holds(of, effects(&moved), &stranger));
    let later = CarriedProof { to: key(12).period(), ..proof.clone() };
    assert!(!later.holds(of, effects(&moved), &key(12).viewing_key()));
    // What its transaction says beside the bundle.
    let changes: [fn(&mut CarriedProof); 4] = [
        |it| it.expiry = Round(601),
        |it| it.fee = Amount::new(11),
        |it| it.price_epoch = 1,
        |it| it.from = Period::first_of(month(9)),
    ];
    for (at, change) in changes.into_iter().enumerate() {
        let mut changed = proof.clone();
        change(&mut changed);
        assert!(!changed.holds(of, effects(&moved), &view), "change {at}");
    }
}

#[test]
fn a_changed_byte_anywhere_is_refused() {
    let moved = moved(1);
    let (bytes, view) = (proof(&moved).to_bytes(), key(11).viewing_key());
    for place in (0..bytes.len()).step_by(5).chain([bytes.len() - 1]) {
        let mut tampered = bytes.clone();
        tampered[place] ^= 1;
        let read = CarriedProof::from_bytes(&tampered);
        let holds = read.is_ok_and(|it| it.holds((CHAIN, account()), effects(&moved), &view));
        assert!(!holds, "byte {place}");
    }
}

#[test]
fn a_bundle_that_a_stranger_calls_carried_over_is_not_proved() {
    // Bob moves money of his to himself; Alice's key finds nothing there. Nor does his name fit hers.
    let [bob, next] = [10, 11].map(|number| key_of(6, number));
    let theirs = carried_over((&bob, &next), (CHAIN, account()), 3).unwrap();
    let proof = proof(&theirs);
    assert!(proof.holds((CHAIN, account()), effects(&theirs), &next.viewing_key()));
    assert!(!proof.holds((CHAIN, account()), effects(&theirs), &key(11).viewing_key()));
    // A payment to the address for others is nobody's move to himself.
    let paid = testkit::unproved(&key(11), 5, 4).unwrap().effects;
    let paid_proof = CarriedProof { bundle: paid.digest(), ..proof };
    assert!(!paid_proof.holds((CHAIN, account()), &paid, &key(11).viewing_key()));
}

fn key_of(person: u8, number: u16) -> SpendingKey {
    SpendingKey::derive(&[person; 32], Period::first_of(month(number))).unwrap()
}

#[test]
fn what_is_no_final_carry_over_with_its_proof_hands_nothing_over() {
    let moved = moved(1);
    let from = |_| Some(key(10).period());
    let of = |change: fn(&mut Transfer)| {
        let mut transfer = transfer(&moved);
        change(&mut transfer);
        CarriedProof::of(&transfer, from)
    };
    assert!(of(|_| ()).is_some());
    assert_eq!(of(|it| it.state = TransferState::Submitted), None);
    assert_eq!(of(|it| it.to = PrivatePayee::Merge(Period::first_of(month(11)))), None);
    assert_eq!(of(|it| it.attempt = None), None);
    assert_eq!(of(|it| it.attempt.as_mut().unwrap().carry = None), None);
    assert_eq!(of(|it| it.attempt.as_mut().unwrap().bytes = vec![1, 2, 3]), None);
    // Restored: the notes that it has spent are not known, or of no former account.
    assert_eq!(CarriedProof::of(&transfer(&moved), |_| None), None);
    assert_eq!(CarriedProof::of(&transfer(&moved), |_| Some(key(11).period())), None);
}

#[test]
fn it_opens_nothing_and_the_former_account_least_of_all() {
    let bytes = proof(&moved(1)).to_bytes();
    for number in [10, 11] {
        let key = key(number).viewing_key().to_bytes();
        let parts: Vec<&[u8]> = key.windows(32).collect();
        assert!(!bytes.windows(32).any(|window| parts.contains(&window)));
    }
}

/// A proof of so many actions, none of which anybody has signed.
fn unsigned(actions: u32) -> CarriedProof {
    let proof = proof(&moved(1));
    let (signed, nothing) = (proof.proof.to_bytes(), vec![0; 64 * actions as usize]);
    let (_, owner) = signed.split_last_chunk::<64>().unwrap();
    let bytes = [&actions.to_be_bytes()[..], &nothing, owner].concat();
    CarriedProof { proof: CarryProof::from_bytes(&bytes).unwrap(), ..proof }
}

#[test]
fn what_is_no_list_of_proofs_is_refused_and_the_longest_fits_an_envelope() {
    let proofs = |proofs| CarriedProofs { serial: Serial([3; 16]), proofs }.to_bytes();
    let longest = proofs(vec![unsigned(16); MAX_PROOFS]);
    assert!(longest.len() < 12_000 && CarriedProofs::from_bytes(&longest).is_ok());
    let one = vec![proof(&moved(1))];
    let backwards = CarriedProof { to: key(10).period(), ..one[0].clone() };
    for refused in [
        proofs(vec![unsigned(1); MAX_PROOFS + 1]),
        proofs(vec![backwards]),
        [&proofs(one.clone())[..], &[0]].concat(),
        [&[2], &proofs(one)[1..]].concat(),
        vec![],
    ] {
        assert!(CarriedProofs::from_bytes(&refused).is_err());
    }
}

#[test]
fn a_sealed_card_takes_the_proofs_that_fit() {
    let sealed = |proofs: &[CarriedProof]| {
        let sealed = seal_card((&card(), proofs), &rita().public(), CHAIN, &mut rng()).unwrap();
        let sealed = SealedCard::from_bytes(&sealed.to_bytes()).unwrap();
        let opened = open_card(&sealed, &rita(), CHAIN).unwrap();
        assert_eq!(opened.card.check(CHAIN, &own()), Ok(()));
        opened.proofs
    };
    let one = proof(&moved(1));
    assert_eq!(sealed(std::slice::from_ref(&one)), std::slice::from_ref(&one));
    assert_eq!(sealed(&vec![one; 100]).len(), 64);
    let long = vec![unsigned(16); 64];
    assert!((10..20).contains(&sealed(&long).len()));
}

#[test]
fn a_grant_opens_the_accounts_of_its_card_and_those_that_were_issued_behind_it() {
    let given = |strength: Strength, last: u16| {
        let grant = card_of(terms(strength, &[10, 11]), granted(strength, &[10, 11]), None).grant;
        let tip = (0, grant.digest());
        let last = Period::first_of(month(last));
        GivenGrant { grant, contact: None, stopped: None, tip, last }
    };
    let opens = |given: &GivenGrant| {
        (9..=13).filter(|it| given.opens(Period::first_of(month(*it)))).collect::<Vec<u16>>()
    };
    assert_eq!(opens(&given(Strength::Period, 11)), [10, 11]);
    assert_eq!(opens(&given(Strength::Full, 11)), [10, 11]);
    assert_eq!(opens(&given(Strength::Incoming, 11)), []);
    assert_eq!(opens(&given(Strength::Standing, 11)), [10, 11]);
    assert_eq!(opens(&given(Strength::Standing, 12)), [10, 11, 12]);
    let stopped = Period::first_of(month(11)).after_stop().unwrap();
    assert!(!given(Strength::Period, 11).opens(stopped));
    assert!(given(Strength::Standing, 12).opens(stopped));
}
