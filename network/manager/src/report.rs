//! Reporting what the engine has seen of offences: a transaction from the manager's own account.
//!
//! The driver asks after each final block. One report waits at a time, and an offence counts as
//! done once the state shows that its author has no bond left, whoever has reported it. Everything
//! here blocks on the disk.

use crate::gate;
use crate::shared::{Shared, lock};
use abns::{AbnsError, ChainStore, State};
use keys::EcdsaKey;
use ledger::{Action, Evidence, ReportEvidence, RingAction, Source, Transaction, account_of};
use std::sync::Mutex;
use types::{Amount, TxId};
use wire::Encode;

/// How many rounds a report may wait for its block; then it is made anew.
const EXPIRY: u64 = 100;
/// Refusals that no later block takes back.
const FOR_GOOD: [&str; 4] = ["bad_evidence", "evidence_too_old", "already_reported", "not_bonded"];

/// Who reports.
pub(crate) struct Reporter {
    key: EcdsaKey,
    /// The last report.
    last: Mutex<Option<TxId>>,
}

impl Reporter {
    pub(crate) fn new(key: EcdsaKey) -> Self {
        Self { key, last: Mutex::default() }
    }
}

/// Reports the oldest offence that is still to be punished, unless a report waits already.
pub(crate) fn next(shared: &Shared, store: &ChainStore) -> Result<(), AbnsError> {
    let state = store.state()?;
    let Some(evidence) = oldest(shared, &state)? else { return Ok(()) };
    let last = *lock(&shared.reporter.last);
    if last.is_some_and(|last| lock(&shared.mempool).contains(last)) {
        return Ok(());
    }
    let Some(tx) = transaction(shared, &state, &evidence)? else {
        tracing::warn!("an offence is not reported: this manager's account is empty");
        return Ok(());
    };
    match gate::submit(shared, store, &tx.to_bytes(), true) {
        Ok(id) => *lock(&shared.reporter.last) = Some(id),
        Err(refused) if FOR_GOOD.contains(&refused.code.as_str()) => {
            tracing::debug!("an offence is not reported: {refused}");
            lock(&shared.evidence).retain(|known| *known != evidence);
        }
        // Another transaction of this account may wait, or its money be short: the next block may
        // change that.
        Err(refused) => tracing::debug!("an offence is not reported yet: {refused}"),
    }
    Ok(())
}

/// Forgets the offences of those who have no bond any more; the first of the others.
fn oldest(shared: &Shared, state: &State) -> Result<Option<Evidence>, AbnsError> {
    let managers = ledger::managers(state).map_err(|why| AbnsError::Damaged(why.to_string()))?;
    state.check()?;
    let bonded = |evidence: &Evidence| {
        managers.iter().any(|one| one.member.key == evidence.key && !one.bond.is_zero())
    };
    let mut found = lock(&shared.evidence);
    found.retain(bonded);
    Ok(found.first().cloned())
}

/// The signed report; `None` if the account does not exist.
fn transaction(
    shared: &Shared,
    state: &State,
    evidence: &Evidence,
) -> Result<Option<Transaction>, AbnsError> {
    let key = &shared.reporter.key;
    let address = key.public().address();
    let account = account_of(state, address).map_err(|why| AbnsError::Damaged(why.to_string()))?;
    let Some(account) = account else { return Ok(None) };
    let reveal = account.slots.is_empty().then(|| key.public());
    let report = ReportEvidence { source: 0, evidence: Box::new(evidence.clone()) };
    let mut tx = Transaction {
        version: Transaction::VERSION,
        chain: shared.rules.chain,
        expiry: state.tip().round.plus(EXPIRY),
        price_epoch: 0,
        sources: vec![Source { address, nonce: account.nonce, reveal }],
        fee: Amount::ZERO,
        actions: vec![Action::Ring(RingAction::ReportEvidence(report))],
        witness: Vec::new(),
    };
    let Some(fee) = tx.fee_needed(&shared.rules.params.prices) else { return Ok(None) };
    tx.fee = fee;
    tx.witness = vec![key.sign(&tx.sighash()).to_vec()];
    Ok(Some(tx))
}
