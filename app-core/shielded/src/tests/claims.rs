//! What a person can prove of a payment: a move to oneself, one payment to one verifier, and that
//! nothing was hidden. No proof of the circuit is needed for any of it.

use super::{
    CHAIN, NOW, abc, address, alice, bob, pay, period, person, proved, rng, transfer, tx_id,
};
use crate::{
    AddressProof, CarryClaim, CarryProof, DisclosureDigest, Draft, Effects, Memo, Month, Note,
    Opening, Output, Period, Plan, Purpose, Randomizer, SpendingKey, flow,
};
use std::collections::BTreeMap;
use types::OpenId;
use wire::{Decode, Encode};

fn next() -> SpendingKey {
    let next = Month::of(NOW).unwrap().next();
    SpendingKey::derive(&[1; 32], Period::first_of(next)).unwrap()
}

/// Alice's whole balance goes on to her next account, less 10.
fn carried(to: &SpendingKey) -> Draft {
    let (chain, note) = (&proved().chain, &proved().note);
    let to = to.viewing_key().own_address(CHAIN, b"once").unwrap();
    let (memo, purpose) = (Memo::CarryOver, Purpose::CarryOver);
    let plan = Plan {
        anchor: chain.pool.anchor,
        spends: vec![chain.spend(note)],
        outputs: vec![Output { to, amount: abc(999_990), memo, purpose }],
    };
    Draft::build(&plan, &alice().viewing_key(), &mut rng(60)).unwrap()
}

fn claim(draft: &Draft) -> CarryClaim {
    let transaction = tx_id(CHAIN, draft.effects());
    let (account, to) = (OpenId([5; 32]), next().period());
    CarryClaim { chain: CHAIN, transaction, account, from: period(), to }
}

#[test]
fn a_move_to_oneself_is_proved_and_every_word_of_it_counts() {
    let draft = carried(&next());
    let (claim, note) = (claim(&draft), draft.made()[0].note.clone());
    let keys = (&alice(), &next().viewing_key());
    let proof = draft.prove_carry(&claim, keys, &mut rng(61)).unwrap();
    let effects = draft.effects();
    assert!(proof.holds(&claim, effects, &note));
    assert_eq!(CarryProof::from_bytes(&proof.to_bytes()), Ok(proof.clone()));
    let others = [
        CarryClaim { chain: types::ChainId([8; 32]), ..claim },
        CarryClaim { transaction: types::TxId([8; 32]), ..claim },
        CarryClaim { account: OpenId([6; 32]), ..claim },
        CarryClaim { from: claim.to, ..claim },
        CarryClaim { to: claim.from, ..claim },
    ];
    assert!(others.iter().all(|other| !proof.holds(other, effects, &note)));
    assert!(!proof.holds(&claim, effects, &proved().note.note));
    assert!(!proof.holds(&claim, &proved().transfer.effects, &note));
    for place in (4..proof.to_bytes().len()).step_by(7) {
        let mut bytes = proof.to_bytes();
        bytes[place] ^= 1;
        let other = CarryProof::from_bytes(&bytes);
        assert!(other.is_err() || other.is_ok_and(|other| !other.holds(&claim, effects, &note)));
    }
}

#[test]
fn a_payment_to_somebody_else_is_no_move_to_oneself() {
    let keys = (&alice(), &next().viewing_key());
    let draft = carried(&bob());
    let foreign = CarryClaim { to: next().period(), ..claim(&draft) };
    assert_eq!(draft.prove_carry(&foreign, keys, &mut rng(1)), None);
    let draft = transfer(&proved().chain, &proved().note);
    assert_eq!(draft.prove_carry(&claim(&draft), keys, &mut rng(1)), None);
}

#[test]
fn one_foreign_input_spoils_the_claim() {
    let draft = carried(&next());
    let mut other = claim(&draft);
    let stranger = (&person(3), &next().viewing_key());
    assert_eq!(draft.prove_carry(&other, stranger, &mut rng(1)), None);
    other.from = other.to;
    assert_eq!(draft.prove_carry(&other, (&alice(), stranger.1), &mut rng(1)), None);
}

#[test]
fn the_payer_shows_one_payment_and_no_other() {
    let actions = proved().transfer.effects.actions();
    let (paid, kept) = (&proved().made[0], &proved().made[1]);
    let opening = Opening::by_payer(&alice().viewing_key(), &actions[paid.action]).unwrap();
    let opening = Opening::from_bytes(&opening.to_bytes()).unwrap();
    let opened = opening.open(&actions[paid.action]).unwrap();
    assert_eq!(opened.note, paid.note);
    assert!(matches!(&opened.memo, Some(Memo::Payment { text, .. }) if text == "tea"));
    assert!(opening.open(&actions[kept.action]).is_none());
    assert!(opening.open(&proved().shielding.effects.actions()[0]).is_none());
    assert!(Opening::by_payer(&bob().viewing_key(), &actions[paid.action]).is_none());
    assert_eq!(format!("{opening:?}"), "Opening([secret])");
}

#[test]
fn the_payee_shows_one_payment_and_no_other() {
    let actions = proved().transfer.effects.actions();
    let (paid, kept) = (&proved().made[0], &proved().made[1]);
    let opening = Opening::by_payee(&bob().viewing_key(), &actions[paid.action]).unwrap();
    let opening = Opening::from_bytes(&opening.to_bytes()).unwrap();
    let opened = opening.open(&actions[paid.action]).unwrap();
    assert_eq!((opened.note.clone(), opened.note.value), (paid.note.clone(), abc(300_000)));
    assert!(matches!(&opened.memo, Some(Memo::Payment { text, .. }) if text == "tea"));
    assert!(opening.open(&actions[kept.action]).is_none());
    // The rho in the file is not believed: the action's own is taken.
    let Opening::Payee(note) = opening else { unreachable!() };
    let foreign = Opening::Payee(Note { rho: actions[kept.action].nullifier(), ..note.clone() });
    assert_eq!(foreign.open(&actions[paid.action]), Some(opened));
    let raised = Opening::Payee(Note { value: abc(300_001), ..note });
    assert!(raised.open(&actions[paid.action]).is_none());
    assert!(Opening::by_payee(&alice().viewing_key(), &actions[paid.action]).is_none());
}

#[test]
fn who_discloses_is_proved_to_whom_it_is_made_out() {
    let (digest, other) = (DisclosureDigest::of(b"to carol"), DisclosureDigest::of(b"to dave"));
    let note = &proved().made[0].note;
    let proof = digest.prove_payee(&bob().viewing_key(), note, &mut rng(1)).unwrap();
    assert!(digest.is_by_payee(&proof, note));
    assert!(!other.is_by_payee(&proof, note));
    assert!(!digest.is_by_payee(&proof, &proved().made[1].note));
    assert_eq!(digest.prove_payee(&alice().viewing_key(), note, &mut rng(1)), None);
    let bytes = proof.to_bytes();
    for place in 0..bytes.len() {
        let mut bytes = bytes.clone();
        bytes[place] ^= 1;
        let changed = AddressProof::from_bytes(&bytes);
        assert!(
            changed.is_err() || changed.is_ok_and(|changed| !digest.is_by_payee(&changed, note))
        );
    }
    assert!(AddressProof::from_bytes(&[0; 64]).is_err());
}

#[test]
fn the_payer_signs_with_what_he_has_kept() {
    let draft = transfer(&proved().chain, &proved().note);
    let kept = draft.randomizers();
    assert_eq!(kept.len(), 1);
    let (place, randomizer) = &kept[0];
    let randomizer = Randomizer::from_bytes(&randomizer.to_bytes()).unwrap();
    assert_eq!(format!("{randomizer:?}"), "Randomizer([secret])");
    let digest = DisclosureDigest::of(b"to carol");
    let actions = proved().transfer.effects.actions();
    let signature = digest.sign_as_payer(&alice(), &randomizer, &mut rng(1)).unwrap();
    assert!(digest.is_by_payer(&signature, &actions[*place]));
    assert!(!digest.is_by_payer(&signature, &actions[1 - place]));
    assert!(!DisclosureDigest::of(b"to dave").is_by_payer(&signature, &actions[*place]));
    let forged = digest.sign_as_payer(&bob(), &randomizer, &mut rng(1)).unwrap();
    assert!(!digest.is_by_payer(&forged, &actions[*place]));
}

fn own_notes() -> BTreeMap<crate::Nullifier, types::Amount<types::Abc>> {
    let note = &proved().note.note;
    BTreeMap::from([(alice().viewing_key().nullifier(note).unwrap(), note.value)])
}

#[test]
fn nothing_is_hidden_in_a_bundle_of_ours() {
    let effects = &proved().transfer.effects;
    let seen = flow(&alice().viewing_key(), &own_notes(), effects).unwrap();
    assert_eq!((seen.spent, seen.undisclosed), (1_000_000, 0));
    assert_eq!((seen.sent.len(), seen.received.len()), (1, 1));
    let payee = flow(&bob().viewing_key(), &BTreeMap::new(), effects).unwrap();
    assert_eq!((payee.spent, payee.undisclosed), (0, 0));
    assert_eq!(payee.received[0].1.value, abc(300_000));
    let stranger = flow(&person(3).viewing_key(), &BTreeMap::new(), effects).unwrap();
    assert!(stranger.sent.is_empty() && stranger.received.is_empty());
}

#[test]
fn an_output_that_does_not_open_is_an_undisclosed_outflow() {
    let mut effects: Effects = proved().transfer.effects.clone();
    effects.actions[proved().made[0].action].out = [0; 80];
    let seen = flow(&alice().viewing_key(), &own_notes(), &effects).unwrap();
    assert_eq!((seen.undisclosed, seen.sent.len()), (300_000, 0));
}

#[test]
fn inputs_of_others_in_the_same_bundle_are_seen_as_such() {
    let mut notes = own_notes();
    notes.values_mut().for_each(|value| *value = abc(400_000));
    let effects = &proved().transfer.effects;
    let seen = flow(&alice().viewing_key(), &notes, effects).unwrap();
    assert_eq!(seen.undisclosed, -600_000);
}

#[test]
fn a_payment_to_oneself_counts_once() {
    let (chain, note) = (&proved().chain, &proved().note);
    let plan = Plan {
        anchor: chain.pool.anchor,
        spends: vec![chain.spend(note)],
        outputs: vec![pay(address(&alice(), "self"), 999_990, "")],
    };
    let draft = Draft::build(&plan, &alice().viewing_key(), &mut rng(1)).unwrap();
    let seen = flow(&alice().viewing_key(), &own_notes(), draft.effects()).unwrap();
    assert_eq!((seen.undisclosed, seen.received.len()), (0, 1));
}
