//! Notes that somebody tells of: each of the lies has its own answer.

use super::{abc, alice, bob, person, proved};
use crate::{Action, Note, Nullifier, ReceiptError, check_receipt};
use types::{Abc, Amount};
use wire::{Decode, Encode};

fn action() -> Action {
    proved().transfer.effects.actions()[proved().made[0].action].clone()
}

fn note() -> Note {
    proved().made[0].note.clone()
}

fn bob_is_told(action: &Action, note: &Note, promised: Amount<Abc>) -> Result<(), ReceiptError> {
    check_receipt(&bob().viewing_key(), action, note, promised)
}

#[test]
fn the_note_that_is_on_the_ledger_is_taken() {
    let told = Note::from_bytes(&note().to_bytes()).unwrap();
    assert_eq!(bob_is_told(&action(), &told, abc(300_000)), Ok(()));
    assert_eq!(note().to_bytes().len(), 1 + 43 + 8 + 32 + 32);
}

#[test]
fn a_note_for_somebody_else_is_not_ours() {
    for key in [alice(), person(3)] {
        let told = check_receipt(&key.viewing_key(), &action(), &note(), abc(300_000));
        assert_eq!(told, Err(ReceiptError::NotOurs));
    }
}

#[test]
fn another_amount_than_promised_is_not_taken() {
    assert_eq!(bob_is_told(&action(), &note(), abc(300_001)), Err(ReceiptError::Value));
    let raised = Note { value: abc(300_001), ..note() };
    assert_eq!(bob_is_told(&action(), &raised, abc(300_001)), Err(ReceiptError::Commitment));
}

/// Two notes with one rho have one nullifier, and only one of them can ever be spent.
#[test]
fn a_note_with_the_rho_of_another_action_is_not_taken() {
    let other = &proved().transfer.effects.actions()[1 - proved().made[0].action];
    let note = Note { rho: other.nullifier(), ..note() };
    assert_eq!(bob_is_told(&action(), &note, abc(300_000)), Err(ReceiptError::Rho));
    let zero = Note { rho: Nullifier([0; 32]), ..note };
    assert_eq!(bob_is_told(&action(), &zero, abc(300_000)), Err(ReceiptError::Rho));
    // The action that has this rho makes another note.
    let told = Note { rho: other.nullifier(), ..proved().made[0].note.clone() };
    assert_eq!(bob_is_told(other, &told, abc(300_000)), Err(ReceiptError::Commitment));
}

#[test]
fn a_note_that_is_not_on_the_ledger_is_not_taken() {
    let mut seed = note();
    seed.seed[0] ^= 1;
    assert_eq!(bob_is_told(&action(), &seed, abc(300_000)), Err(ReceiptError::Commitment));
    let mut elsewhere = note();
    elsewhere.receiver = super::address(&bob(), "other").receiver;
    assert_eq!(bob_is_told(&action(), &elsewhere, abc(300_000)), Err(ReceiptError::Commitment));
}

/// The second hole: the money is there, and no review key of bob's will ever see it come in.
#[test]
fn a_note_whose_ciphertext_does_not_open_is_not_reviewable() {
    for place in [0, 30, 51] {
        let mut action = action();
        action.enc[place] ^= 1;
        let told = bob_is_told(&action, &note(), abc(300_000));
        assert_eq!(told, Err(ReceiptError::NotReviewable));
    }
    let mut action = action();
    action.enc = [0x5a; 580];
    assert_eq!(bob_is_told(&action, &note(), abc(300_000)), Err(ReceiptError::NotReviewable));
}

#[test]
fn a_spoiled_memo_alone_leaves_the_payment_good() {
    let mut action = action();
    action.enc[579] ^= 1;
    assert_eq!(bob_is_told(&action, &note(), abc(300_000)), Ok(()));
}

#[test]
fn notes_of_another_version_and_bytes_that_are_none_are_refused() {
    let mut bytes = note().to_bytes();
    for version in [0, 2, 4] {
        bytes[0] = version;
        assert!(Note::from_bytes(&bytes).is_err());
    }
    bytes = note().to_bytes();
    bytes[12..44].fill(0xff);
    assert!(Note::from_bytes(&bytes).is_err());
}
