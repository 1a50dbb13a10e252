//! Reporting what the engine has seen of offences, and how the other members serve: transactions
//! from the manager's own account.
//!
//! The driver asks after each final block. One report waits at a time, and an offence counts as
//! done once the state shows that its author has no bond left, whoever has reported it. Everything
//! here blocks on the disk.

use crate::driver::Opinion;
use crate::gate;
use crate::shared::{Shared, lock};
use abns::{AbnsError, ChainStore, State};
use ed25519_dalek::{Signer, SigningKey};
use keys::EcdsaKey;
use ledger::{
    Action, Evidence, RateService, ReportEvidence, RingAction, Source, Transaction, account_of,
};
use std::sync::Mutex;
use types::{Amount, TxId};
use wire::Encode;

/// How many rounds a report may wait for its block; then it is made anew.
const EXPIRY: u64 = 100;
/// Refusals that no later block takes back.
const FOR_GOOD: [&str; 7] = [
    "bad_evidence",
    "evidence_too_old",
    "already_reported",
    "not_bonded",
    "no_seat",
    "other_epoch",
    "already_rated",
];

/// Who reports.
pub(crate) struct Reporter {
    key: EcdsaKey,
    /// The manager's signing key, which says how others serve.
    signer: SigningKey,
    /// The last report.
    last: Mutex<Option<TxId>>,
}

impl Reporter {
    pub(crate) fn new(key: EcdsaKey, seed: &[u8; 32]) -> Self {
        Self { key, signer: SigningKey::from_bytes(seed), last: Mutex::default() }
    }
}

/// Tells the ledger how the other members serve. True once it knows, or will never know.
pub(crate) fn rate(
    shared: &Shared,
    store: &ChainStore,
    opinion: &Opinion,
) -> Result<bool, AbnsError> {
    let state = store.state()?;
    let Reporter { signer, last, .. } = &shared.reporter;
    let rate = RateService {
        key: signer.verifying_key().to_bytes(),
        epoch: opinion.epoch,
        scores: opinion.scores.clone(),
    };
    let Some(mut tx) = transaction(shared, &state, RingAction::RateService(rate))? else {
        tracing::debug!("nothing is said of poor service: this manager's account is empty");
        return Ok(true);
    };
    tx.witness.push(signer.sign(&tx.sighash()).to_bytes().to_vec());
    match gate::submit(shared, store, &tx.to_bytes(), true) {
        Ok(id) => {
            *lock(last) = Some(id);
            Ok(true)
        }
        // Another transaction of this account may wait: the next block may change that.
        Err(refused) => {
            tracing::debug!("nothing is said of poor service: {refused}");
            Ok(FOR_GOOD.contains(&refused.code.as_str()))
        }
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
    let report = ReportEvidence { source: 0, evidence: Box::new(evidence.clone()) };
    let Some(tx) = transaction(shared, &state, RingAction::ReportEvidence(report))? else {
        tracing::warn!("an offence is not reported: this manager's account is empty");
        return Ok(());
    };
    match gate::submit(shared, store, &tx.to_bytes(), true) {
        Ok(id) => *lock(&shared.reporter.last) = Some(id),
        Err(refused) if FOR_GOOD.contains(&refused.code.as_str()) => {
            tracing::debug!("an offence is not reported: {refused}");
            lock(&shared.offences).retain(|known| *known != evidence);
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
    let mut found = lock(&shared.offences);
    found.retain(bonded);
    Ok(found.first().cloned())
}

/// A transaction of the manager's account, signed by that; `None` if the account does not exist.
fn transaction(
    shared: &Shared,
    state: &State,
    action: RingAction,
) -> Result<Option<Transaction>, AbnsError> {
    let key = &shared.reporter.key;
    let address = key.public().address();
    let account = account_of(state, address).map_err(|why| AbnsError::Damaged(why.to_string()))?;
    let Some(account) = account else { return Ok(None) };
    let reveal = account.slots.is_empty().then(|| key.public());
    let tip = state.tip().round;
    let (price_epoch, prices) = shared.rules.params.prices_at(tip.next());
    let mut tx = Transaction {
        version: Transaction::VERSION,
        chain: shared.rules.chain,
        expiry: tip.plus(EXPIRY),
        price_epoch,
        bundle: None,
        sources: vec![Source { address, nonce: account.nonce, reveal }],
        fee: Amount::ZERO,
        actions: vec![Action::Ring(action)],
        witness: Vec::new(),
    };
    let Some(fee) = tx.fee_needed(prices) else { return Ok(None) };
    tx.fee = fee;
    tx.witness = vec![key.sign(&tx.sighash()).to_vec()];
    Ok(Some(tx))
}
