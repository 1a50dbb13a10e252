//! Bundles that nobody has proved, for whatever does not verify: stores, nodes that answer, wallets
//! that read.

use ledger::Transaction;
use rand::SeedableRng;
use rand::rngs::StdRng;
use shielded::{
    Anchor, Bundle, CarryClaim, CarryProof, Draft, Effects, Frontier, Memo, Output, Period, Plan,
    Pool, Purpose, Spend, SpendingKey, Witnesses,
};
use std::collections::BTreeSet;
use types::{Amount, ChainId, OpenId, Round};

/// An account of the pool, in December 2026.
#[must_use]
pub fn shielded_person(seed: u8) -> Option<SpendingKey> {
    SpendingKey::derive(&[seed; 32], Period::new(768)?)
}

/// A bundle that brings so much to an account of the pool.
#[must_use]
pub fn unproved(to: &SpendingKey, units: u64, seed: u64) -> Option<Bundle> {
    let viewing = to.viewing_key();
    let output = Output {
        to: viewing.address_for(ChainId([7; 32]), b"test")?,
        amount: Amount::new(units),
        memo: Memo::Payment { request: None, text: format!("bundle {seed}") },
        purpose: Purpose::Payment,
    };
    let plan = Plan { anchor: Anchor::of_nothing(), spends: vec![], outputs: vec![output] };
    let draft = Draft::build(&plan, &viewing, &mut StdRng::seed_from_u64(seed)).ok()?;
    Some(draft.unsigned())
}

/// A balance that has moved on.
#[derive(Debug)]
pub struct CarriedOver {
    /// The bundle that brought it to the former account, the first in the log.
    pub brought: Effects,
    /// The transaction that carried it over: 999,990 of it arrive, the rest is the fee.
    pub order: Transaction,
    /// That it was a move to oneself.
    pub proof: CarryProof,
}

/// One ABC of this person's, carried over from one account to another.
#[must_use]
pub fn carried_over(
    (from, to): (&SpendingKey, &SpendingKey),
    (chain, account): (ChainId, OpenId),
    seed: u64,
) -> Option<CarriedOver> {
    let mut rng = StdRng::seed_from_u64(seed);
    let (view, next) = (from.viewing_key(), to.viewing_key());
    let brought = unproved(from, 1_000_000, seed)?.effects;
    let found = shielded::Scanner::of_accounts(std::slice::from_ref(&view))?;
    let found = found.scan(&brought.compact());
    let note = found.into_iter().map(|found| found.note).find(|note| !note.value.is_zero())?;
    let leaves: Vec<_> = brought.commitments().collect();
    let place = leaves.iter().position(|leaf| Some(*leaf) == note.commitment())?;
    let place = u64::try_from(place).ok()?;
    let mut tree = Witnesses::begin(0, &Frontier::empty(), Round(0)).ok()?;
    tree.append(Round(1), &leaves, &BTreeSet::from([place])).ok()?;
    let witness = tree.witness(place, Round(1)).ok()?;
    let output = Output {
        to: next.own_address(chain, b"once")?,
        amount: Amount::new(999_990),
        memo: Memo::CarryOver,
        purpose: Purpose::CarryOver,
    };
    let anchor = tree.anchor(Round(1)).ok()?;
    let plan = Plan { anchor, spends: vec![Spend { note, witness }], outputs: vec![output] };
    let draft = Draft::build(&plan, &view, &mut rng).ok()?;
    let order = Transaction {
        version: Transaction::WITH_BUNDLE,
        chain,
        expiry: Round(600),
        price_epoch: 0,
        sources: vec![],
        fee: Amount::new(10),
        actions: vec![],
        bundle: Some(Box::new(draft.unsigned())),
        witness: vec![],
    };
    let claim = CarryClaim {
        chain,
        transaction: order.id(),
        account,
        from: from.period(),
        to: to.period(),
    };
    let proof = draft.prove_carry(&claim, (from, &next), &mut rng)?;
    Some(CarriedOver { brought, order, proof })
}

/// The pool with the bundles of a block in its log, as far as the log goes.
#[must_use]
pub fn logged<'b>(
    mut pool: Pool,
    round: Round,
    bundles: impl IntoIterator<Item = (u32, &'b Bundle)>,
) -> Pool {
    for (index, bundle) in bundles {
        pool.log(round, index, &bundle.effects.halves());
    }
    pool
}
