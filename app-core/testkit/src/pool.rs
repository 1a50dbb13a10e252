//! Bundles that nobody has proved, for whatever does not verify: stores, nodes that answer, wallets
//! that read.

use rand::SeedableRng;
use rand::rngs::StdRng;
use shielded::{Anchor, Bundle, Draft, Memo, Output, Period, Plan, Pool, Purpose, SpendingKey};
use types::{Amount, ChainId, Round};

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
