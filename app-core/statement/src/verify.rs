//! The check of a statement: a file and a checkpoint in, one verdict for each claim out.

use crate::form::digest;
use crate::report::Flaw;
use crate::when::read_utc;
use crate::{
    Boundary, Claim, Json, LIMITS, Malformed, Outcome, ProvedHeader, RECEIPTS_SCHEMA, Report,
    ReviewKeys, Statement, Stream, Verdict, Why, entries, pool, receipts,
};
use keys::PublicKey;
use ledger::{Account, AccountProof, Header};
use light::{Checkpoint, LightError, Step};
use types::{AddressKind, BlockId, ChainId, OpenId, Round, Timestamp};

const NO_POOL: &str = "the statement lists nothing of the private pool";
pub(crate) const NO_STREAM: &str = "not checked: needs the pool stream or your own node";
pub(crate) const NO_KEY: &str = "cannot be checked without the viewing key";

/// What a reader may have beside the statement.
#[derive(Debug, Clone, Copy, Default)]
pub struct Beside<'a> {
    /// The keys of the period accounts.
    pub keys: Option<&'a ReviewKeys>,
    /// All bundles of everybody.
    pub stream: Option<&'a Stream<'a>>,
}

/// Checks a statement's file with a checkpoint that the reader trusts, and nothing else. `now` only
/// decides whether signatures of the checkpoint's committee still count.
///
/// # Errors
/// [`Malformed`] if the file is no statement.
pub fn verify(file: &[u8], checkpoint: &Checkpoint, now: Timestamp) -> Result<Report, Malformed> {
    verify_with(file, checkpoint, now, Beside::default())
}

/// The same with keys, or a stream, or both.
///
/// # Errors
/// [`Malformed`] if the file is no statement.
pub fn verify_with(
    file: &[u8],
    checkpoint: &Checkpoint,
    now: Timestamp,
    beside: Beside<'_>,
) -> Result<Report, Malformed> {
    let json = Json::parse(file)?;
    if json.text_of("schema") == Some(RECEIPTS_SCHEMA) {
        return receipts::check(&json, checkpoint, now, beside);
    }
    let (statement, wrong) = Statement::from_json(&json)?;
    let top = trusted(statement.chain, &statement.steps, checkpoint, now).and_then(|top| {
        proved(&statement, top)?;
        Ok(top)
    });
    let transparent = top.and_then(|_| transparent(&statement, (&json, wrong)));
    let [entries, outgoing, incoming, opening, forward] = private(&statement, &json, (top, beside));
    let verdict = |(claim, outcome)| Verdict { claim, outcome };
    Ok(Report {
        verdicts: [
            (Claim::TransparentComplete, of(transparent)),
            (Claim::PoolEntries, entries),
            (Claim::OutgoingComplete, outgoing),
            (Claim::IncomingComplete, incoming),
            (Claim::OpeningBalance, opening),
            (Claim::CarriedForward, forward),
        ]
        .map(verdict)
        .to_vec(),
        entries: json
            .list_of("entries")
            .map_or(0, <[Json]>::len)
            .saturating_add(statement.count().saturating_sub(statement.lines.len())),
        closed_round: statement.closing.round(),
        by_owner: statement.is_by_owner(),
        limits: &LIMITS,
    })
}

pub(crate) fn of(result: Result<(), Flaw>) -> Outcome {
    result.map_or_else(Outcome::Failed, |()| Outcome::Proved)
}

/// The claims about the pool.
fn private(
    statement: &Statement,
    json: &Json,
    (top, beside): (Result<&Header, Flaw>, Beside<'_>),
) -> [Outcome; 5] {
    let Some(part) = &statement.pool else { return [Outcome::NotChecked(NO_POOL); 5] };
    let checked = top.and_then(|top| pool::check(statement, part, (top, json.get("pool"))));
    if let Err(flaw) = checked {
        // Nothing can follow from notes and bundles that are not what they are said to be.
        return [Outcome::Failed(flaw); 5];
    }
    let keys = beside.keys.filter(|keys| keys.chain() == statement.chain);
    let own = keys.map_or(Ok(()), |keys| pool::own_marks(part, keys));
    let sent = match (pool::sent(statement, part, keys), own) {
        (Err(flaw), _) | (Ok(_), Err(flaw)) => Outcome::Failed(flaw),
        (Ok(true), Ok(())) => Outcome::Proved,
        (Ok(false), Ok(())) => Outcome::NotChecked(NO_KEY),
    };
    let received = match keys.filter(|keys| keys.opens_all(part)) {
        None => Outcome::NotChecked(NO_KEY),
        Some(keys) => match beside.stream {
            None => Outcome::NotChecked(NO_STREAM),
            Some(stream) => of(pool::received(statement, part, (keys, stream))),
        },
    };
    let (opening, forward) =
        (pool::opening_balance(statement, part), pool::carried_forward(statement, part));
    [of(own), sent, received, opening, forward]
}

fn transparent(statement: &Statement, (json, wrong): (&Json, Option<usize>)) -> Result<(), Flaw> {
    if let Some(at) = wrong {
        return Err(Why::EntryChanged.flaw(Some(at), "this entry says what no entry says"));
    }
    entries::check(statement)?;
    if !is_same_but_pool(&statement.to_json(), json) {
        let words = "the statement says something that does not follow from its proofs";
        return Err(Why::BadProof.flaw(None, words));
    }
    signed(statement, &digest(json))
}

/// What is said about the pool has claims of its own.
fn is_same_but_pool(one: &Json, other: &Json) -> bool {
    let (Json::Object(one), Json::Object(other)) = (one, other) else { return false };
    let rest = |(name, _): &(&String, &Json)| *name != "pool";
    one.iter().filter(rest).eq(other.iter().filter(rest))
}

/// The header that everything is proved under.
pub(crate) fn trusted<'a>(
    chain: ChainId,
    steps: &'a [Step],
    checkpoint: &Checkpoint,
    now: Timestamp,
) -> Result<&'a Header, Flaw> {
    let wrong = |words| Why::WrongCheckpoint.flaw(None, words);
    if chain != checkpoint.chain {
        return Err(wrong("the checkpoint is of another network"));
    }
    let last = steps.last().map(Step::header);
    let top = last.ok_or(Why::BadProof.flaw(None, "the statement shows no header"))?;
    match checkpoint.leads_to(steps, now) {
        Ok(()) => Ok(top),
        Err(LightError::TrustExpired(_)) => Err(wrong(
            "the checkpoint is more than two weeks old; take one of the statement's own round",
        )),
        Err(LightError::FutureHeader { .. }) => {
            Err(wrong("this computer's clock is behind the statement or the checkpoint"))
        }
        Err(LightError::Certificate(_)) => {
            Err(Why::BadProof.flaw(None, "a header is not signed by those who decide"))
        }
        Err(_) => Err(wrong(
            "the checkpoint does not lead to the statement's header; take one of its own round",
        )),
    }
}

/// The account and the ends of the period, under the trusted header.
fn proved(statement: &Statement, top: &Header) -> Result<(), Flaw> {
    let bad = |words| Why::BadProof.flaw(None, words);
    let proof = &statement.proof;
    if proof.round != top.round || proof.address != statement.subject.address {
        return Err(bad("the proof is about another account or another round"));
    }
    proof.verify(&top.state_root).map_err(|_| bad("the account is not proved under the header"))?;
    period_holds((statement.from, statement.to), (&statement.opening, &statement.closing), top)
}

/// That these are the ends of the period among the headers.
pub(crate) fn period_holds(
    (from, to): (Timestamp, Timestamp),
    (opening, closing): (&Boundary, &Boundary),
    top: &Header,
) -> Result<(), Flaw> {
    let bad = |words| Why::BadProof.flaw(None, words);
    if from > to {
        return Err(bad("the period ends before it begins"));
    }
    if opening.next.is_none() {
        return Err(bad("the beginning of the period is not shown"));
    }
    let opens = encloses(opening, from, top);
    let closes = encloses(closing, to, top) || closes_at((closing, to), top);
    match (opens, closes) {
        (true, true) => Ok(()),
        (false, _) => Err(bad("the opening header is not the last one before the period")),
        (true, false) => Err(bad("the closing header is not the last one of the period")),
    }
}

/// Two adjacent headers, the first dated before the moment, the second not.
pub(crate) fn encloses(boundary: &Boundary, moment: Timestamp, top: &Header) -> bool {
    let Some(next) = &boundary.next else { return false };
    let last = boundary.last.as_ref();
    let early = last.is_none_or(|last| is_under(last, top) && last.header.time < moment);
    let adjacent = next.header.round == boundary.round().next();
    early && adjacent && is_under(next, top) && next.header.time >= moment
}

/// A statement up to the newest header ends a millisecond after it, and claims no more.
fn closes_at((closing, to): (&Boundary, Timestamp), top: &Header) -> bool {
    let Boundary { last: Some(last), next: None } = closing else { return false };
    last.header == *top && last.path.is_none() && to == top.time.plus_millis(1)
}

pub(crate) fn is_under(proved: &ProvedHeader, top: &Header) -> bool {
    let (header, round) = (&proved.header, proved.header.round);
    match &proved.path {
        None => header == top,
        Some(path) => {
            top.round.0.checked_sub(1) == Some(path.leaves)
                && path.verify(&top.history, round, header.id())
        }
    }
}

fn signed(statement: &Statement, digest: &[u8; 32]) -> Result<(), Flaw> {
    let bad = |words| Err(Why::BadSignature.flaw(None, words));
    let key = &statement.exporter.key;
    if !key.verify(digest, &statement.exporter.signature) {
        return bad("the statement is not as its exporter signed it");
    }
    let account = statement.proof.account.as_ref();
    let slot = account.and_then(|account| account.slot(key.address()));
    if slot.is_some_and(|slot| slot.retired.is_some()) {
        return bad("it is signed by a key that the account has retired");
    }
    let falcon = account.is_some_and(has_falcon);
    if slot.is_some() && falcon && key.kind() != AddressKind::Falcon {
        return bad("it is signed by the weaker one of the account's keys");
    }
    Ok(())
}

fn has_falcon(account: &Account) -> bool {
    account.active().any(|slot| slot.key.kind() == AddressKind::Falcon)
}

impl Statement {
    /// The account it is about, as far as the ledger or its own signature says which.
    #[must_use]
    pub fn account_id(&self) -> Option<OpenId> {
        let proved = self.proof.account.as_ref().and_then(|account| account.open_id);
        proved.or_else(|| self.is_by_owner().then(|| self.exporter.key.open_id()))
    }

    /// True if the key that signed it signs for the account.
    #[must_use]
    pub fn is_by_owner(&self) -> bool {
        is_owner(&self.proof, &self.exporter.key)
    }
}

/// True if this key signs for the account that is proved.
pub(crate) fn is_owner(proof: &AccountProof, key: &PublicKey) -> bool {
    match &proof.account {
        Some(account) if !account.slots.is_empty() => account.active().any(|slot| slot.key == *key),
        // Who has only received shows its first key with its first payment.
        Some(_) | None => key.address() == proof.home(),
    }
}

/// Reads what `bcm checkpoint` writes.
///
/// # Errors
/// [`Malformed`] if the file is none.
pub fn read_checkpoint(file: &[u8]) -> Result<Checkpoint, Malformed> {
    let json = Json::parse(file)?;
    let read = || {
        Some(Checkpoint {
            chain: ChainId::parse(json.text_of("chain")?)?,
            round: Round(json.number_of("round")?),
            header: BlockId::parse(json.text_of("header")?)?,
            committee: json.get("committee")?.bytes()?.try_into().ok()?,
            time: read_utc(json.text_of("time")?)?,
        })
    };
    read().ok_or(Malformed("the file is no checkpoint as bcm checkpoint writes one"))
}
