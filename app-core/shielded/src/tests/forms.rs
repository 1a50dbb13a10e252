//! What can be told from a bundle alone (`shielded-pool.md` 2.4): each rule by its own function,
//! and the decoder refuses what the rule refuses.

use super::{Chain, alice, proved, rng, shielding};
use crate::form::{self, Malformed};
use crate::{Action, Bundle, Draft, Effects, Memo, Output, Plan, Purpose};
use proptest::prelude::*;
use wire::{Decode, Encode};

fn good() -> Effects {
    shielding(Chain::new().pool.anchor, 1_000, 1).effects().clone()
}

/// Refused by this rule, by all rules together, and by the decoder.
#[track_caller]
fn refused(effects: &Effects, by: impl Fn(&Effects) -> Result<(), Malformed>, why: Malformed) {
    assert_eq!(by(effects), Err(why));
    assert!(form::check(effects).is_err());
    assert!(Effects::from_bytes(&effects.to_bytes()).is_err());
}

#[test]
fn a_bundle_of_ours_passes_every_rule_and_reads_back() {
    let effects = good();
    assert_eq!(form::check(&effects), Ok(()));
    assert_eq!(Effects::from_bytes(&effects.to_bytes()), Ok(effects));
    let bundle = &proved().transfer;
    assert_eq!(form::check_authorization(bundle), Ok(()));
    assert_eq!(Bundle::from_bytes(&bundle.to_bytes()).as_ref(), Ok(bundle));
    assert_eq!(bundle.to_bytes().len(), Bundle::len_for(2));
}

#[test]
fn another_version_of_the_pool_is_refused() {
    for version in [0, 2, 255] {
        refused(&Effects { version, ..good() }, form::check_version, Malformed::Version);
    }
}

#[test]
fn only_padded_numbers_of_actions_are_taken() {
    let action = good().actions[0].clone();
    for count in [0, 1, 3, 5, 7, 9, 15, 17] {
        let effects = Effects { actions: vec![action.clone(); count], ..good() };
        refused(&effects, form::check_count, Malformed::Count);
    }
    for count in [2, 4, 8, 16] {
        let effects = Effects { actions: vec![action.clone(); count], ..good() };
        assert_eq!(form::check_count(&effects), Ok(()));
    }
}

#[test]
fn only_the_flags_of_payments_and_of_shielding_are_taken() {
    for flags in 0..=255 {
        let effects = Effects { flags, ..good() };
        if flags == 0b111 || flags == 0b110 {
            assert_eq!(form::check_flags(&effects), Ok(()));
        } else {
            refused(&effects, form::check_flags, Malformed::Flags);
        }
    }
}

#[test]
fn no_more_crosses_the_border_than_there_is() {
    let most = 18_000_000_000_000_000;
    for balance in [i64::MIN, i64::MIN + 1, -most - 1, most + 1, i64::MAX] {
        let effects = Effects { balance, flags: 0b111, ..good() };
        refused(&effects, form::check_balance, Malformed::Balance);
    }
    for balance in [-most, -1, 0, 1, most] {
        let effects = Effects { balance, flags: 0b111, ..good() };
        assert_eq!(form::check_balance(&effects), Ok(()));
    }
}

#[test]
fn without_a_spend_nothing_leaves_the_pool() {
    let effects = Effects { balance: 1, flags: 0b110, ..good() };
    refused(&effects, form::check_balance, Malformed::Balance);
}

/// Bytes that are no encoding of a field element, and so of no point.
const NONE: [u8; 32] = [0xff; 32];
const IDENTITY: [u8; 32] = [0; 32];

#[track_caller]
fn bad_point(change: impl Fn(&mut Action)) {
    let mut effects = good();
    change(&mut effects.actions[1]);
    let all = |effects: &Effects| effects.actions.iter().try_for_each(form::check_points);
    refused(&effects, all, Malformed::Point);
}

#[test]
fn a_field_that_is_no_canonical_point_is_refused() {
    bad_point(|action| action.cv = NONE);
    bad_point(|action| action.nullifier.0 = NONE);
    bad_point(|action| action.rk = NONE);
    bad_point(|action| action.cmx.0 = NONE);
    bad_point(|action| action.epk = NONE);
}

#[test]
fn the_identity_signs_no_spend_and_agrees_on_no_key() {
    bad_point(|action| action.rk = IDENTITY);
    bad_point(|action| action.epk = IDENTITY);
}

#[test]
fn an_anchor_that_is_no_root_is_refused() {
    let mut effects = good();
    effects.anchor.root.0 = NONE;
    refused(&effects, form::check, Malformed::Point);
}

#[test]
fn a_note_is_not_spent_twice_in_one_bundle() {
    let mut effects = good();
    effects.actions[1].nullifier = effects.actions[0].nullifier;
    refused(&effects, form::check_nullifiers, Malformed::NullifierTwice);
}

#[test]
fn a_proof_has_one_length_and_every_spend_a_signature() {
    let check = |change: &dyn Fn(&mut Bundle)| {
        let mut bundle = proved().transfer.clone();
        change(&mut bundle);
        assert_eq!(form::check_authorization(&bundle), Err(Malformed::Proof));
        assert!(bundle.to_inner().is_none());
        assert!(Bundle::from_bytes(&bundle.to_bytes()).is_err());
    };
    check(&|bundle| bundle.authorization.proof.push(0));
    check(&|bundle| bundle.authorization.proof.truncate(7_263));
    check(&|bundle| bundle.authorization.proof.clear());
    check(&|bundle| bundle.authorization.spends.truncate(1));
    check(&|bundle| bundle.authorization.spends.push([0; 64]));
}

#[test]
fn bytes_behind_a_bundle_and_every_cut_are_refused() {
    let bytes = proved().transfer.to_bytes();
    assert!(Bundle::from_bytes(&[&bytes[..], &[0]].concat()).is_err());
    for cut in (0..bytes.len()).step_by(61) {
        assert!(Bundle::from_bytes(&bytes[..cut]).is_err());
    }
}

#[test]
fn bundles_of_every_size_are_padded_and_well_formed() {
    for (outputs, actions) in [(1, 2), (2, 2), (3, 4), (5, 8), (9, 16), (16, 16)] {
        let to = super::address(&alice(), "home");
        let memo = Memo::Empty;
        let output = Output { to, amount: super::abc(5), memo, purpose: Purpose::Payment };
        let anchor = Chain::new().pool.anchor;
        let plan = Plan { anchor, spends: vec![], outputs: vec![output; outputs] };
        assert_eq!(plan.actions(), Some(actions));
        let draft = Draft::build(&plan, &alice().viewing_key(), &mut rng(3)).unwrap();
        assert_eq!(draft.effects().actions().len(), actions);
        assert_eq!(draft.effects().value_balance(), -5 * outputs as i64);
    }
}

#[test]
fn the_circuits_crate_takes_every_bundle_that_decodes() {
    crate::fuzz::fuzz_bundle(&proved().transfer.to_bytes());
    crate::fuzz::fuzz_bundle(&proved().shielding.to_bytes());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn nothing_panics_on_foreign_bytes(place in 0_usize..9_000, byte: u8, junk: Vec<u8>) {
        let mut bytes = proved().transfer.to_bytes();
        let place = place % bytes.len();
        bytes[place] = byte;
        crate::fuzz::fuzz_bundle(&bytes);
        crate::fuzz::fuzz_bundle(&junk);
        crate::fuzz::fuzz_claims(&junk);
        crate::fuzz::fuzz_log(&junk);
        crate::fuzz::fuzz_pool(&junk);
        crate::fuzz::fuzz_wallet(&junk);
        crate::fuzz::fuzz_address(&junk);
    }
}
