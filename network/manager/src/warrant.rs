//! Warrants: judged by the chain that this manager has decided, and made into evidence.
//!
//! Whoever has committed to both headers in one view has voted twice, which is reported like any
//! other offence. Where the views differ nobody is guilty by the two certificates alone.

use crate::Manager;
use crate::shared::{Shared, lock, store_failure};
use abns::{AbnsError, ChainStore};
use ledger::{Certificate, Conflict, ENGINE_ACP, Evidence, Offence, SignedVote};
use types::Timestamp;
use wire::{Failure, code};

/// How long former members answer for what they sign, in milliseconds.
const TRUSTING_MS: u64 = light::Limits::LEDGER.trusting_ms;

impl Manager {
    /// Judges a warrant, and keeps what convicts members until they are punished.
    ///
    /// # Errors
    /// `not_found` if it is about others than those who decided that round lately, as far as is
    /// known here; `bad_request` if it proves nothing; `unavailable` while the store is closed or
    /// fails.
    pub async fn take_warrant(&self, conflict: Conflict, now: Timestamp) -> Result<(), Failure> {
        self.with_store(move |shared, store| take(shared, store, &conflict, now)).await
    }
}

fn take(
    shared: &Shared,
    store: &ChainStore,
    conflict: &Conflict,
    now: Timestamp,
) -> Result<(), Failure> {
    let decided = is_recent(store, conflict, now);
    // A read that fails looks like one that finds nothing.
    store.check().map_err(|error| store_failure(&error))?;
    if !decided {
        return Err(Failure::new(code::NOT_FOUND, "not those who decided that round"));
    }
    let proved = conflict.verify(shared.rules.chain);
    proved.map_err(|error| Failure::new(code::BAD_REQUEST, &error.to_string()))?;
    let mut offences = lock(&shared.offences);
    double_votes(conflict).into_iter().for_each(|evidence| offences.note(evidence));
    offences.save().map_err(|error| store_failure(&AbnsError::from(error)))
}

/// True if its committee decides that round of our chain, and still answers for it.
fn is_recent(store: &ChainStore, conflict: &Conflict, now: Timestamp) -> bool {
    let (round, tip) = (conflict.first.header.round, store.tip());
    let (named, time) = match store.header(round) {
        Some(known) => (known.header.committee, known.header.time),
        None if round > tip.round => (tip.committee, tip.time),
        None => return false,
    };
    now < time.plus_millis(TRUSTING_MS) && named == conflict.committee.hash()
}

/// What convicts those who have voted for both.
fn double_votes(conflict: &Conflict) -> Vec<Evidence> {
    let both = [&conflict.first.certificate, &conflict.second.certificate];
    let guilty = conflict.guilty_now().into_iter();
    let convicted = guilty.filter_map(|key| {
        let member = conflict.committee.position(&key)?;
        let [first, second] = both.map(|certificate| vote(certificate, member));
        Some(Evidence { key, offence: Offence::DuplicateVote(first?, second?) })
    });
    convicted.collect()
}

/// The vote of a member, as a certificate shows it.
fn vote(certificate: &Certificate, member: u16) -> Option<SignedVote> {
    let signers = certificate.signers();
    let at = signers.iter().position(|signer| *signer == member)?;
    Some(SignedVote {
        engine: ENGINE_ACP,
        round: certificate.round,
        view: certificate.view,
        step: certificate.step,
        block: certificate.block,
        signature: *certificate.signatures.get(at)?,
    })
}
