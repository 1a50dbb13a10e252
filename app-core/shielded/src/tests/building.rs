//! What the builder refuses, and what every bundle of ours has in common.

use super::{CHAIN, Chain, abc, address, alice, bob, change, pay, period, proved, rng};
use crate::{
    Anchor, BuildError, Draft, MAX_TEXT, Memo, Output, Plan, Purpose, Root, SpendingKey, recover,
};

fn build(plan: &Plan) -> Result<Draft, BuildError> {
    Draft::build(plan, &alice().viewing_key(), &mut rng(1))
}

fn shield(outputs: Vec<Output>) -> Plan {
    Plan { anchor: Chain::new().pool.anchor, spends: vec![], outputs }
}

fn spend(outputs: Vec<Output>) -> Plan {
    let (chain, note) = (&proved().chain, &proved().note);
    Plan { anchor: chain.pool.anchor, spends: vec![chain.spend(note)], outputs }
}

#[track_caller]
fn refused(plan: &Plan, why: BuildError) {
    assert_eq!(build(plan).unwrap_err(), why);
}

#[test]
fn a_bundle_of_nothing_or_of_too_much_is_not_made() {
    refused(&shield(vec![]), BuildError::Size);
    refused(&shield(vec![pay(address(&bob(), "b"), 1, ""); 17]), BuildError::Size);
}

#[test]
fn notes_of_another_account_are_not_mixed_in() {
    let plan = spend(vec![change(&alice(), 5)]);
    let next = SpendingKey::derive(&[1; 32], period().after_stop().unwrap()).unwrap();
    for other in [bob(), next] {
        let plan = Plan { outputs: vec![pay(address(&bob(), "b"), 5, "")], ..plan.clone() };
        let made = Draft::build(&plan, &other.viewing_key(), &mut rng(1));
        assert_eq!(made.unwrap_err(), BuildError::OtherAccount);
    }
}

#[test]
fn a_note_that_is_not_under_the_anchor_is_not_spent() {
    let plan = spend(vec![change(&alice(), 5)]);
    for anchor in [Anchor::of_nothing(), Anchor { root: Root([3; 32]), ..plan.anchor }] {
        refused(&Plan { anchor, ..plan.clone() }, BuildError::OtherAnchor);
    }
    let mut moved = plan.clone();
    moved.spends[0].witness.position ^= 1;
    refused(&moved, BuildError::OtherAnchor);
    let mut raised = plan;
    raised.spends[0].note.value = abc(2_000_000);
    refused(&raised, BuildError::OtherAnchor);
}

#[test]
fn change_goes_to_an_address_that_nobody_else_knows() {
    let foreign = Output { purpose: Purpose::Change, ..pay(address(&bob(), "b"), 5, "") };
    refused(&shield(vec![foreign]), BuildError::Output);
    let given_away = Output { purpose: Purpose::Change, ..pay(address(&alice(), "a"), 5, "") };
    refused(&shield(vec![given_away]), BuildError::Output);
}

#[test]
fn a_carry_over_is_alone_in_its_bundle() {
    let carry = |amount| Output { purpose: Purpose::CarryOver, ..change(&alice(), amount) };
    refused(&spend(vec![carry(5), carry(6)]), BuildError::Output);
    refused(&spend(vec![pay(address(&bob(), "b"), 1, ""), carry(5)]), BuildError::Output);
    assert!(build(&spend(vec![carry(999_990)])).is_ok());
}

#[test]
fn a_memo_that_is_too_long_is_refused() {
    let say = |len: usize| shield(vec![pay(address(&bob(), "b"), 1, &"a".repeat(len))]);
    assert!(build(&say(MAX_TEXT)).is_ok());
    refused(&say(MAX_TEXT + 1), BuildError::Output);
}

#[test]
fn amounts_that_overflow_are_refused() {
    let to = address(&bob(), "b");
    refused(&shield(vec![pay(to, u64::MAX, "")]), BuildError::Value);
    refused(&shield(vec![pay(to, u64::MAX, ""); 16]), BuildError::Value);
    refused(&shield(vec![pay(to, 18_000_000_000_000_001, "")]), BuildError::Value);
    refused(&shield(vec![pay(to, i64::MAX as u64, ""), pay(to, 1, "")]), BuildError::Value);
    assert!(build(&shield(vec![pay(to, 18_000_000_000_000_000, "")])).is_ok());
}

#[test]
fn the_value_balance_is_what_the_plan_says() {
    let plan = spend(vec![pay(address(&bob(), "b"), 999_000, "")]);
    assert_eq!(plan.value_balance(), Some(1_000));
    let draft = build(&plan).unwrap();
    assert_eq!(draft.effects().value_balance(), 1_000);
    assert_eq!(draft.inner.value_sum().magnitude_sign().0, 1_000);
}

/// Value equation of a bundle under its own key: nothing of what left is hidden from its review.
#[test]
fn every_output_of_ours_opens_under_its_own_viewing_key() {
    let key = alice().viewing_key();
    let opened: Vec<_> = proved()
        .transfer
        .effects
        .actions()
        .iter()
        .filter_map(|action| recover(&key, action))
        .collect();
    let sum: u64 = opened.iter().map(|sent| sent.note.value.units()).sum();
    assert_eq!(sum + 10, 1_000_000);
}

#[test]
fn a_carry_over_lies_at_the_next_accounts_internal_address() {
    let next = SpendingKey::derive(&[1; 32], period().after_stop().unwrap()).unwrap();
    let to = next.viewing_key().own_address(CHAIN, b"once").unwrap();
    let (memo, purpose) = (Memo::CarryOver, Purpose::CarryOver);
    let plan = spend(vec![Output { to, amount: abc(999_990), memo, purpose }]);
    let draft = build(&plan).unwrap();
    let actions = draft.effects().actions();
    let scan = |key: &SpendingKey| {
        let scanner = crate::Scanner::of_accounts(&[key.viewing_key()]).unwrap();
        scanner.scan(&draft.effects().compact())
    };
    let found = scan(&next);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].scope, crate::Scope::Internal);
    // The old account's key sees where its balance went, its receipts key nothing.
    assert_eq!(scan(&alice()), []);
    let sent: Vec<_> =
        actions.iter().filter_map(|action| recover(&alice().viewing_key(), action)).collect();
    assert_eq!(sent.len(), 1);
    assert_eq!((sent[0].by, &sent[0].memo), (crate::Scope::Internal, &Some(Memo::CarryOver)));
    let receipts = [next.viewing_key().incoming().unwrap()];
    let receipts = crate::Scanner::of_receipts(&receipts).unwrap();
    assert_eq!(receipts.scan(&draft.effects().compact()), []);
}

#[test]
fn made_notes_are_those_of_the_bundle() {
    let actions = proved().transfer.effects.actions();
    for made in &proved().made {
        assert_eq!(made.note.commitment(), Some(actions[made.action].commitment()));
        assert_eq!(made.note.rho, actions[made.action].nullifier());
    }
    assert_eq!(proved().made[0].note.value, abc(300_000));
    assert_eq!(proved().made[1].note.value, abc(699_990));
    let nullifier = alice().viewing_key().nullifier(&proved().note.note).unwrap();
    assert!(actions.iter().any(|action| action.nullifier() == nullifier));
}
