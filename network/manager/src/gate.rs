//! The way into the mempool: whatever waits there was valid when it came in, behind what waits
//! before it.

use crate::chain::{next_context, turns_of};
use crate::clock;
use crate::mempool::Refused;
use crate::shared::{Shared, lock, store_failure};
use abns::ChainStore;
use ledger::{Execution, Transaction};
use std::sync::Arc;
use types::TxId;
use wire::{Decode, Failure, code};

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
    shared.rules.seen.insert(tx.wid());
    let mut mempool = lock(&shared.mempool);
    let inserted = mempool.insert(tx.clone(), turns.clone(), own).or_else(|refused| {
        // Room is made only when it is needed.
        mempool.expire(state.tip().round.next());
        if refused == Refused::Full { mempool.insert(tx.clone(), turns, own) } else { Err(refused) }
    });
    drop(mempool);
    inserted.map_err(refusal)?;
    if own {
        shared.tell(&tx);
    }
    Ok(id)
}

fn refusal(refused: Refused) -> Failure {
    let code = match refused {
        Refused::Taken => "bad_nonce",
        Refused::Full => code::UNAVAILABLE,
        // Another manager would say the same, and waiting for one does not help.
        Refused::TooManyBefore => code::TOO_MANY_WAITING,
    };
    Failure::new(code, &refused.to_string())
}
