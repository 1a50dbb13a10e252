//! The check of a disclosure: four claims, each by itself.

use super::form::{ByAccount, PaymentAuthority, PaymentDisclosure, PaymentFacts};
use super::report::{PaymentClaim, PaymentReport, PaymentRole, PaymentVerdict, Shown};
use crate::report::Flaw;
use crate::verify::{is_owner, is_under, trusted};
use crate::{Outcome, Why, memo_text};
use ledger::{Header, pool_key};
use light::Checkpoint;
use shielded::{Action, Month, Opened, Opening};
use types::Timestamp;
use wire::Encode;

/// What only the verifier knows: by which keys he was meant, and what he has asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// The fingerprints of his keys.
    pub verifiers: Vec<[u8; 32]>,
    /// His challenges, each with the last moment at which an answer counts, where he has set one.
    pub challenges: Vec<([u8; 32], Option<Timestamp>)>,
}

const NOT_TOLD: &str = "not checked: needs your key's fingerprint and the challenge that you gave";

/// Checks a disclosure with a checkpoint that the reader trusts. Without `expected` it is not said
/// that it is for this reader.
#[must_use]
pub fn check_payment(
    disclosure: &PaymentDisclosure,
    (checkpoint, now): (&Checkpoint, Timestamp),
    expected: Option<&Expected>,
) -> PaymentReport {
    let facts = &disclosure.facts;
    let top = trusted(facts.chain, &facts.evidence.steps, checkpoint, now);
    let last = top.and_then(|top| is_final(facts, top));
    let opened = opened(facts);
    let by = opened
        .as_ref()
        .map_err(|flaw| *flaw)
        .and_then(|(opened, _)| discloser(disclosure, opened, top));
    let asked = match (asked(facts, now, expected), expected) {
        (Ok(()), None) => Outcome::NotChecked(NOT_TOLD),
        (asked, _) => of(asked),
    };
    let verdicts = [
        (PaymentClaim::Discloser, of(by)),
        (PaymentClaim::MadeOut, asked),
        (PaymentClaim::Final, of(last)),
        (PaymentClaim::Paid, of(opened.as_ref().map(|_| ()).map_err(|flaw| *flaw))),
    ];
    PaymentReport {
        verdicts: verdicts.map(|(claim, outcome)| PaymentVerdict { claim, outcome }).to_vec(),
        shown: opened.ok().map(|(opened, _)| shown(disclosure, opened)),
    }
}

fn of(result: Result<(), Flaw>) -> Outcome {
    result.map_or_else(Outcome::Failed, |()| Outcome::Proved)
}

/// That the ledger has this bundle at this place, and when.
fn is_final(facts: &PaymentFacts, top: &Header) -> Result<(), Flaw> {
    let evidence = &facts.evidence;
    let bad = |words| Err(Why::NotFinal.flaw(None, words));
    let cell = evidence.cell.pool.as_ref().map(Encode::to_bytes);
    if evidence.cell.proof.verify(&top.state_root, &pool_key(), cell.as_deref()).is_err() {
        return bad("the pool is not proved under the header");
    }
    if evidence.log.end() != evidence.cell.pool().log_place() {
        return bad("the log of the pool does not lead to the proved one");
    }
    let first = evidence.log.steps.first();
    let same = first.is_some_and(|step| {
        let place = (step.round, step.index) == (facts.round, facts.index);
        place && step.halves == evidence.effects.halves()
    });
    if !same {
        return bad("the ledger has another bundle there, or none");
    }
    if evidence.header.header.round != facts.round || !is_under(&evidence.header, top) {
        return bad("the header of the payment's round is another one");
    }
    Ok(())
}

/// What the output paid.
fn opened(facts: &PaymentFacts) -> Result<(Opened, &Action), Flaw> {
    let flaw = Why::Altered.flaw(None, "this does not open the payment that is named");
    let action = facts.evidence.effects.actions().get(usize::from(facts.action)).ok_or(flaw)?;
    Ok((facts.opening.open(action).ok_or(flaw)?, action))
}

/// That whoever the file says shows it, and has signed all of it.
fn discloser(
    disclosure: &PaymentDisclosure,
    opened: &Opened,
    top: Result<&Header, Flaw>,
) -> Result<(), Flaw> {
    let (facts, digest) = (&disclosure.facts, disclosure.facts.digest());
    let altered = Err(Why::Altered.flaw(None, "the file is not as its discloser made it"));
    match (&disclosure.authority, &facts.opening) {
        (PaymentAuthority::Payer { action, signature }, Opening::Payer(_)) => {
            let spends = facts.evidence.effects.actions().get(usize::from(*action));
            let signed = spends.is_some_and(|action| digest.is_by_payer(signature, action));
            if signed { Ok(()) } else { altered }
        }
        (PaymentAuthority::Payee(proof), Opening::Payee(_)) => {
            if digest.is_by_payee(proof, &opened.note) { Ok(()) } else { altered }
        }
        (PaymentAuthority::Account(by), _) => {
            if by.key.verify(digest.bytes(), &by.signature) {
                owner(by, top?)
            } else {
                altered
            }
        }
        (PaymentAuthority::Payer { .. } | PaymentAuthority::Payee(_), _) => {
            let words = "the payer's proof stands beside the payee's opening, or the reverse";
            Err(Why::Altered.flaw(None, words))
        }
    }
}

/// That the key which signed is the account's.
fn owner(by: &ByAccount, top: &Header) -> Result<(), Flaw> {
    let bad = |words| Err(Why::BadSignature.flaw(None, words));
    if by.proof.round != top.round || by.proof.verify(&top.state_root).is_err() {
        return bad("the account is not proved under the header");
    }
    if is_owner(&by.proof, &by.key) { Ok(()) } else { bad("the account has no such key") }
}

/// That it is for this reader, and still counts.
fn asked(facts: &PaymentFacts, now: Timestamp, expected: Option<&Expected>) -> Result<(), Flaw> {
    let asked = &facts.asked;
    if let Some(expected) = expected {
        if !expected.verifiers.contains(&asked.verifier) {
            let words = "it was made out to somebody else";
            return Err(Why::OtherVerifier.flaw(None, words));
        }
        let words = "it does not answer a challenge of yours";
        let mut own = expected.challenges.iter().filter(|own| own.0 == asked.challenge);
        let (_, end) = own.next().ok_or(Why::OtherChallenge.flaw(None, words))?;
        if end.is_some_and(|end| end < now) {
            return Err(Why::Expired.flaw(None, "the time for which it was asked is over"));
        }
    }
    if asked.not_after < now {
        return Err(Why::Expired.flaw(None, "the time for which it was given is over"));
    }
    Ok(())
}

fn shown(disclosure: &PaymentDisclosure, opened: Opened) -> Shown {
    let facts = &disclosure.facts;
    let account = match &disclosure.authority {
        PaymentAuthority::Account(by) => Some(by.proof.home()),
        PaymentAuthority::Payer { .. } | PaymentAuthority::Payee(_) => None,
    };
    Shown {
        role: match facts.opening {
            Opening::Payer(_) => PaymentRole::Payer,
            Opening::Payee(_) => PaymentRole::Payee,
        },
        amount: opened.note.value,
        recipient: *opened.note.recipient(),
        address: Month::of(facts.evidence.header.header.time)
            .map(|month| opened.note.paid_to(facts.chain, month.next())),
        memo: memo_text(opened.memo),
        round: facts.round,
        time: facts.evidence.header.header.time,
        bundle: facts.evidence.effects.digest(),
        tx: facts.tx,
        account,
        asked: facts.asked.clone(),
    }
}
