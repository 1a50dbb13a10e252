//! Proofs and signatures, alone and in batches; every attack here is made of the two proved bundles.

use super::{CHAIN, Proved, alice, bob, proved, rng, transfer, tx_id, verifying_key};
use crate::{
    Authorization, BuildError, Bundle, Effects, VerifyingKey, form, sighash, verify, verify_all,
    verify_batch,
};
use types::{ChainId, TxId};
use wire::{Decode, Encode};

/// [`VerifyingKey::fingerprint`] of the circuit that this chain began with.
const CIRCUIT: &str = "6de5bca89dd94f74aa3563f854538cb5487da24e5ef6a4380e97978199fd7f10";

fn holds(bundle: &Bundle, id: TxId) -> bool {
    verify(verifying_key(), bundle, id)
}

fn id(bundle: &Bundle) -> TxId {
    tx_id(CHAIN, &bundle.effects)
}

#[test]
fn both_bundles_hold_and_survive_their_encoding() {
    for bundle in [&proved().shielding, &proved().transfer] {
        assert!(holds(bundle, id(bundle)));
        let read = Bundle::from_bytes(&bundle.to_bytes()).unwrap();
        assert!(holds(&read, id(bundle)));
    }
}

#[test]
fn a_bundle_is_worth_nothing_on_another_chain() {
    let bundle = &proved().transfer;
    assert!(!holds(bundle, tx_id(ChainId([8; 32]), &bundle.effects)));
}

#[test]
fn a_bundle_is_worth_nothing_in_another_transaction() {
    let Proved { transfer, shielding, .. } = proved();
    assert!(!holds(transfer, id(shielding)));
    assert!(!holds(shielding, id(transfer)));
    assert!(!holds(transfer, TxId([0; 32])));
}

#[test]
fn proofs_and_signatures_of_another_bundle_do_not_fit() {
    let Proved { transfer, shielding, .. } = proved();
    let with = |change: &dyn Fn(&mut Bundle)| {
        let mut bundle = transfer.clone();
        change(&mut bundle);
        assert!(!holds(&bundle, id(&bundle)));
    };
    with(&|bundle| bundle.authorization.proof = shielding.authorization.proof.clone());
    with(&|bundle| bundle.authorization.binding = shielding.authorization.binding);
    with(&|bundle| bundle.authorization.spends.swap(0, 1));
    with(&|bundle| bundle.authorization.spends[0] = shielding.authorization.spends[0]);
}

/// The id follows the effects, as it does for whoever alters a transaction in flight; the
/// signatures then fail. Where the bytes are no bundle any more, the decoder has refused them.
#[test]
fn one_byte_changed_anywhere_in_the_effects_is_refused() {
    let bundle = &proved().transfer;
    let effects = bundle.effects.to_bytes();
    for place in 0..effects.len() {
        let mut bytes = effects.clone();
        bytes[place] ^= 1;
        let Ok(changed) = crate::Effects::from_bytes(&bytes) else { continue };
        assert_ne!(changed.digest(), bundle.effects.digest(), "byte {place} is not covered");
        let changed = Bundle { effects: changed, ..bundle.clone() };
        assert!(!holds(&changed, id(&changed)), "byte {place}");
    }
}

/// The transfer with other effects, signed by everybody whose signature it takes, with its proof.
fn signed_again(change: impl Fn(&mut Effects)) -> Bundle {
    let Proved { chain, note, transfer: bundle, .. } = proved();
    let mut draft = transfer(chain, note);
    assert_eq!(*draft.effects(), bundle.effects);
    let mut effects = bundle.effects.clone();
    change(&mut effects);
    let sighash = sighash(tx_id(CHAIN, &effects));
    draft.inner.finalize_io(sighash, rng(2)).unwrap();
    for action in draft.inner.actions_mut() {
        if action.spend().spend_auth_sig().is_none() {
            action.sign(sighash, &alice().authorizing(), rng(3)).unwrap();
        }
    }
    let actions = draft.inner.actions().iter();
    let spends = actions.map(|action| action.spend().spend_auth_sig().as_ref().unwrap().into());
    let authorization = Authorization {
        proof: bundle.authorization.proof.clone(),
        spends: spends.collect(),
        binding: (&draft.inner.bsk().as_ref().unwrap().sign(rng(4), &sighash)).into(),
    };
    Bundle { effects, authorization }
}

#[test]
fn what_the_circuit_proves_cannot_be_altered_even_by_the_signers() {
    let check = |change: &dyn Fn(&mut Effects), good: bool| {
        let bundle = signed_again(change);
        assert_eq!(holds(&bundle, id(&bundle)), good);
    };
    check(&|_| (), true);
    check(&|effects| effects.flags = form::FLAGS_SHIELDING, false);
    check(&|effects| effects.anchor = crate::Anchor::of_nothing(), false);
    check(&|effects| effects.anchor.root.0[0] ^= 1, false);
    check(&|effects| effects.actions[0].nullifier.0[0] ^= 1, false);
    check(&|effects| effects.actions[0].cmx = effects.actions[1].cmx, false);
    check(&|effects| effects.actions[0].cmx.0[0] ^= 1, false);
}

#[test]
fn value_does_not_appear_out_of_nothing() {
    let check = |change: &dyn Fn(&mut Effects)| {
        let bundle = signed_again(change);
        assert!(!holds(&bundle, id(&bundle)));
    };
    check(&|effects| effects.balance += 1);
    check(&|effects| effects.balance -= 1);
    check(&|effects| effects.balance = -effects.balance);
    check(&|effects| effects.balance = 18_000_000_000_000_000);
    // The sum stays what it was, but each action is held to its own.
    check(&|effects| {
        let (a, b) = (effects.actions[0].cv, effects.actions[1].cv);
        (effects.actions[0].cv, effects.actions[1].cv) = (b, a);
    });
}

/// The second hole of `shielded-pool.md` 2.6: what is written for the recipient is no part of the
/// proof. Nobody but the signers can spoil it, and wallets find out (see the receipts).
#[test]
fn signers_can_spoil_what_is_written_for_the_recipient() {
    let bundle = signed_again(|effects| effects.actions[0].enc[0] ^= 1);
    assert!(holds(&bundle, id(&bundle)));
}

#[test]
fn one_byte_changed_in_a_proof_or_signature_is_refused() {
    let bundle = &proved().transfer;
    let proof = bundle.authorization.proof.len();
    let bytes = bundle.authorization.to_bytes();
    let of_proof = (0..proof).step_by(127);
    for place in of_proof.chain(proof..bytes.len()) {
        let mut bytes = bytes.clone();
        bytes[place] ^= 1;
        let mut reader = wire::Reader::new(&bytes);
        let authorization = crate::Authorization::decode_for(&bundle.effects, &mut reader).unwrap();
        let changed = Bundle { effects: bundle.effects.clone(), authorization };
        assert!(!holds(&changed, id(bundle)), "byte {place}");
    }
}

#[test]
fn a_batch_names_its_bad_members() {
    let Proved { transfer, shielding, .. } = proved();
    let mut bad_proof = transfer.clone();
    bad_proof.authorization.proof[100] ^= 1;
    let mut bad_signature = transfer.clone();
    bad_signature.authorization.spends[1][3] ^= 1;
    let mut no_bundle = transfer.clone();
    no_bundle.effects.actions[0].rk = [0; 32];
    let good = [(transfer, id(transfer)), (shielding, id(shielding))];
    let check = |batch: &[(&Bundle, TxId)], bad: &[usize]| {
        assert_eq!(verify_batch(verifying_key(), batch), bad);
        assert_eq!(verify_all(verifying_key(), batch), bad.is_empty());
    };
    check(&[], &[]);
    check(&good, &[]);
    let other = TxId([1; 32]);
    let mut batch = vec![];
    batch.extend([good, good].concat());
    batch.push((&bad_proof, id(transfer)));
    batch.extend(good);
    batch.push((&no_bundle, id(&no_bundle)));
    batch.push((&bad_signature, id(transfer)));
    batch.push((shielding, other));
    batch.extend(good);
    check(&batch, &[4, 7, 8, 9]);
    check(&[(&bad_proof, id(transfer))], &[0]);
    check(&[(&no_bundle, id(&no_bundle))], &[0]);
}

#[test]
fn only_the_owner_signs_and_only_after_the_proof() {
    let Proved { chain, note, .. } = proved();
    let id = tx_id(CHAIN, &proved().transfer.effects);
    let sign = |key: &_| transfer(chain, note).sign(id, key, &mut rng(1)).unwrap_err();
    let (owner, other) = (alice(), bob());
    assert_eq!(sign(&other), BuildError::OtherAccount);
    assert_eq!(sign(&owner), BuildError::Proof);
}

#[test]
fn the_circuit_is_the_one_that_this_chain_began_with() {
    let fingerprint = hex::encode(verifying_key().fingerprint());
    assert_eq!(fingerprint, CIRCUIT, "a library with another circuit parts the chain in two");
    assert_eq!(VerifyingKey::build().fingerprint(), verifying_key().fingerprint());
}
