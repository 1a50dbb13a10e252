//! The way into the mempool: whatever waits there was valid when it came in, behind what waits
//! before it.

use crate::chain::{damaged, next_context, turns_of};
use crate::clock;
use crate::frame::Waiting;
use crate::mempool::{Refused, Turn};
use crate::shared::{Shared, lock, store_failure};
use abns::{AbnsError, ChainStore, State};
use ledger::{Execution, Rejection, Transaction};
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;
use types::{Address, TxId, WorkerId};
use wire::{Decode, Failure, code};

/// Most accounts whose transactions are executed again after a block.
const MOST_JUDGED_AGAIN: usize = 16;

/// The refusal that is dearest to find.
const BAD_PROOF: &str = "bad_proof";
/// How long a manager must wait for a transaction that no honest one passes on: longer than it takes
/// to find that out.
const A_TRANSACTION: Duration = Duration::from_millis(2);
const A_PROOF: Duration = Duration::from_millis(100);

/// Accepts an encoded transaction; one that waits or is final already is accepted again. `own` is
/// what was submitted here: other managers are told of it.
pub(crate) fn submit(
    shared: &Shared,
    store: &ChainStore,
    bytes: &[u8],
    own: bool,
) -> Result<TxId, Failure> {
    let bad = |_| Failure::new(code::BAD_REQUEST, "not a transaction");
    let tx = Arc::new(Transaction::from_bytes(bytes).map_err(bad)?);
    let id = tx.id();
    if lock(&shared.mempool).contains(id) || store.find(id).is_some() {
        return Ok(id);
    }
    let state = store.state().map_err(|error| store_failure(&error))?;
    let turns = turns_of(&state, &tx);
    if tx.bundle.is_some() {
        check_room(shared, &state, &tx, &turns).map_err(refusal)?;
    }
    let before = lock(&shared.mempool).before(&turns).map_err(refusal)?;
    let context = next_context(&shared.rules, &state, clock::now());
    let verified = |tx: &Transaction| shared.rules.seen.contains(&tx.wid());
    let mut execution = Execution::begin(&state, context, &verified)?;
    for earlier in before {
        // One that has become invalid leaves a gap, and then this one is refused below.
        if let Err(rejection) = execution.apply(&earlier) {
            tracing::debug!("a waiting transaction is void: {}", rejection.code());
        }
    }
    let accepted = execution.apply(&tx);
    state.check().map_err(|error| store_failure(&error))?;
    accepted?;
    let mut mempool = lock(&shared.mempool);
    let inserted = mempool.insert(tx.clone(), turns.clone(), own).or_else(|refused| {
        // Room is made only when it is needed.
        mempool.expire(state.tip().round.next());
        if refused == Refused::Full { mempool.insert(tx.clone(), turns, own) } else { Err(refused) }
    });
    drop(mempool);
    inserted.map_err(refusal)?;
    // Only what waits: others must not push out of it what will stand in a block.
    shared.rules.seen.insert(tx.wid());
    if own {
        shared.tell(&tx);
    }
    Ok(id)
}

/// Accepts what another manager passes on; how long it must wait for what was wrong. Ends at a bad
/// proof.
pub(crate) fn admit(
    shared: &Shared,
    store: &ChainStore,
    from: WorkerId,
    waiting: &[Waiting],
) -> ControlFlow<Duration, Duration> {
    let mut pause = Duration::ZERO;
    for Waiting(bytes) in waiting {
        let Err(refused) = submit(shared, store, bytes, false) else { continue };
        tracing::debug!("transaction of manager {from}: {refused}");
        pause = pause.saturating_add(pause_for(&refused));
        if refused.code == BAD_PROOF {
            return ControlFlow::Break(pause);
        }
    }
    ControlFlow::Continue(pause)
}

/// Asks for room before a proof is verified, which costs more than all other rules together: whoever
/// has proved one bundle can sign it into any number of transactions.
fn check_room(
    shared: &Shared,
    state: &State,
    tx: &Transaction,
    turns: &[Turn],
) -> Result<(), Refused> {
    let mut mempool = lock(&shared.mempool);
    match mempool.admits(tx, turns) {
        Err(Refused::Full) => {
            mempool.expire(state.tip().round.next());
            mempool.admits(tx, turns)
        }
        other => other,
    }
}

/// Judges again what waits of accounts that have done something else than what waited: it was
/// checked behind something that will never be, and would stand in the way of others until it
/// expires. Whoever changes many accounts at a time loses what waits of them.
pub(crate) fn judge_again(
    shared: &Shared,
    store: &ChainStore,
    homes: &BTreeSet<Address>,
) -> Result<(), AbnsError> {
    let state = store.state()?;
    let context = next_context(&shared.rules, &state, clock::now());
    let verified = |tx: &Transaction| shared.rules.seen.contains(&tx.wid());
    for (home, number) in homes.iter().zip(0..) {
        // Whatever goes before a nonce that nobody has.
        let queue = lock(&shared.mempool).before(&[(*home, u64::MAX)]);
        let Some(queue) = queue.ok().filter(|_| number < MOST_JUDGED_AGAIN) else {
            lock(&shared.mempool).drop_home(*home);
            continue;
        };
        let mut execution = Execution::begin(&state, context, &verified).map_err(damaged)?;
        for tx in queue {
            match execution.apply(&tx) {
                Ok(()) | Err(Rejection::BlockFull) => {}
                Err(rejection) => {
                    tracing::debug!("a waiting transaction is dropped: {}", rejection.code());
                    lock(&shared.mempool).drop_id(tx.id());
                }
            }
        }
    }
    state.check()
}

/// How long whoever has passed a transaction on must wait for this refusal: not at all, if another
/// manager's state may explain it. Of the others, who has judged it before cannot have let it through.
fn pause_for(refused: &Failure) -> Duration {
    const NEVER: [&str; 5] =
        [code::BAD_REQUEST, "bad_signature", "bad_transaction", "wrong_network", "replayable"];
    match refused.code.as_str() {
        BAD_PROOF => A_PROOF,
        code if NEVER.contains(&code) => A_TRANSACTION,
        _ => Duration::ZERO,
    }
}

/// True for encoded bytes that say that they hold a bundle: to judge them is dear.
pub(crate) fn has_bundle(bytes: &[u8]) -> bool {
    bytes.starts_with(&Transaction::WITH_BUNDLE.to_be_bytes())
}

fn refusal(refused: Refused) -> Failure {
    let code = match refused {
        Refused::Taken => "bad_nonce",
        Refused::NoteTaken => "nullifier_pending",
        Refused::ClaimTaken => "claim_pending",
        Refused::Full => code::UNAVAILABLE,
        // Another manager would say the same, and waiting for one does not help.
        Refused::TooManyBefore => code::TOO_MANY_WAITING,
    };
    Failure::new(code, &refused.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_passes_on_a_bad_proof_waits_longer_than_finding_it_takes() {
        let pause = |rejection: Rejection| pause_for(&rejection.into());
        assert!(pause(Rejection::BadProof) >= Duration::from_millis(50));
        assert_eq!(pause(Rejection::WrongNetwork), A_TRANSACTION);
        assert_eq!(pause(Rejection::BadNonce { expected: 1 }), Duration::ZERO);
        assert_eq!(pause_for(&refusal(Refused::NoteTaken)), Duration::ZERO);
    }
}
