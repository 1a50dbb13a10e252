//! A statement and its canonical JSON.
//!
//! What follows from other members (balances, rounds, directions) is written for people; a file in
//! which it says anything else is refused.

use crate::when::{read_utc, utc};
use crate::{Json, LIMITS, Line, Malformed, PoolPart};
use keys::{PublicKey, format_address, parse_address};
use ledger::{AccountProof, Entry, Header, RangeProof};
use light::Step;
use types::{Abc, Abit, Address, Amount, ChainId, Round, Timestamp};
use wire::chain::MAX_STEPS;
use wire::{Decode, Encode, hash};

/// What names this form: all of one account's entries of a period, with balances.
pub const SCHEMA: &str = "bcm-period-statement-v3";
/// The forms of other statements, which are none of this one.
const OTHERS: [&str; 2] = [crate::RECEIPTS_SCHEMA, "bcm-payment-disclosure-v1"];

/// All entries of an account in a period, with what proves them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The network.
    pub chain: ChainId,
    /// The beginning of the period.
    pub from: Timestamp,
    /// Its end, which does not belong to it.
    pub to: Timestamp,
    /// Whose entries.
    pub subject: Subject,
    /// Where the period begins among the headers.
    pub opening: Boundary,
    /// Where it ends.
    pub closing: Boundary,
    /// What leads from a checkpoint to the header that all is proved under, which is the last one's.
    pub steps: Vec<Step>,
    /// The account under that header.
    pub proof: AccountProof,
    /// Counter and running hash before [`Self::previous`], or before the first entry.
    pub before: (u64, [u8; 32]),
    /// The last entry before the period: it shows that none of the period is left out.
    pub previous: Option<Entry>,
    /// The entries of the period.
    pub lines: Vec<Line>,
    /// The entries between the period's end and the proof.
    pub tail: Vec<Entry>,
    /// What the account holds in the private pool and did there; none if the exporter has no key.
    pub pool: Option<Box<PoolPart>>,
    /// Who made it.
    pub exporter: Exporter,
}

/// Whose entries a statement lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// An address of the account.
    pub address: Address,
    /// What the exporter calls it.
    pub name: Option<String>,
}

/// The two headers on both sides of a moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Boundary {
    /// The last one dated before it; none if it lies before the first header.
    pub last: Option<ProvedHeader>,
    /// The one behind; none if the statement closes at its newest header.
    pub next: Option<ProvedHeader>,
}

/// A header and its way to the one that all is proved under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvedHeader {
    /// The header.
    pub header: Header,
    /// Its way; none if it is that header itself.
    pub path: Option<RangeProof>,
}

/// Who signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exporter {
    /// With this key.
    pub key: PublicKey,
    /// The signature over [`Statement::digest`]; empty until there is one.
    pub signature: Vec<u8>,
}

/// What an account holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holding {
    /// Transferable.
    pub abc: Amount<Abc>,
    /// Service.
    pub abit: Amount<Abit>,
    /// Bonded.
    pub bonded: Amount<Abc>,
}

impl Boundary {
    /// The last round before the moment, 0 if there is none.
    #[must_use]
    pub fn round(&self) -> Round {
        self.last.as_ref().map_or(Round(0), |last| last.header.round)
    }
}

impl Holding {
    const NOTHING: Self = Self { abc: Amount::ZERO, abit: Amount::ZERO, bonded: Amount::ZERO };

    fn after(entry: &Entry) -> Self {
        Self { abc: entry.abc, abit: entry.abit, bonded: entry.bonded }
    }

    fn to_json(self) -> Json {
        Json::object([
            ("abc", Some(Json::text(self.abc.to_string()))),
            ("abit", Some(Json::text(self.abit.to_string()))),
            ("bonded", Some(Json::text(self.bonded.to_string()))),
        ])
    }
}

impl Statement {
    /// What the account held when the period began.
    #[must_use]
    pub fn held_before(&self) -> Holding {
        self.previous.as_ref().map_or(Holding::NOTHING, Holding::after)
    }

    /// What it held when it ended.
    #[must_use]
    pub fn held_after(&self) -> Holding {
        let last = self.lines.last().map(|line| Holding::after(&line.entry));
        last.unwrap_or_else(|| self.held_before())
    }

    /// What the exporter signs: SHA-256("bcm-statement-v1" ‖ canonical JSON without signature).
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        digest(&self.to_json())
    }

    /// The file, one line.
    #[must_use]
    pub fn file(&self) -> String {
        self.to_json().canonical() + "\n"
    }

    /// The statement as an object.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let lines = self.lines.iter().map(Line::to_json).collect();
        let limits = LIMITS.iter().map(|limit| Json::text(*limit)).collect();
        Json::object([
            ("account", Some(self.account())),
            ("chain", Some(Json::text(self.chain.to_string()))),
            ("closing", Some(self.held_after().to_json())),
            ("entries", Some(Json::List(lines))),
            ("exporter", Some(self.exporter.to_json())),
            ("limits", Some(Json::List(limits))),
            ("opening", Some(self.held_before().to_json())),
            ("period", Some(self.period())),
            ("pool", self.pool.as_ref().map(|pool| pool.to_json(self.rounds()))),
            ("proofs", Some(self.proofs())),
            ("schema", Some(Json::text(SCHEMA))),
            ("signature", Some(Json::hex(&self.exporter.signature))),
        ])
    }

    /// The last rounds before the period, and of it.
    pub(crate) fn rounds(&self) -> (Round, Round) {
        (self.opening.round(), self.closing.round())
    }

    /// What the listed accounts of the pool held when the period began and when it ended.
    #[must_use]
    pub fn held_in_pool(&self) -> (Amount<Abc>, Amount<Abc>) {
        let (opening, closing) = self.rounds();
        let Some(pool) = &self.pool else { return (Amount::ZERO, Amount::ZERO) };
        let before = pool.held_by_all(opening).plus(pool.carried_in_by_all());
        (before.unwrap_or(Amount::new(u64::MAX)), pool.held_by_all(closing))
    }

    /// How many entries it lists: transparent ones, notes, and bundles that spend some.
    #[must_use]
    pub fn count(&self) -> usize {
        let pool = self.pool.as_ref();
        let pool = pool.map_or(0, |pool| pool.notes.len().saturating_add(pool.bundles.len()));
        self.lines.len().saturating_add(pool)
    }

    fn account(&self) -> Json {
        let account = self.proof.account.as_ref();
        let id = account.and_then(|account| account.open_id);
        Json::object([
            ("address", Some(Json::Text(format_address(self.subject.address)))),
            ("home", Some(Json::Text(format_address(self.proof.home())))),
            ("id", id.map(|id| Json::text(id.to_string()))),
            ("name", self.subject.name.clone().map(Json::Text)),
        ])
    }

    fn period(&self) -> Json {
        Json::object([
            ("closing_round", Some(Json::Number(self.closing.round().0))),
            ("from", Some(Json::text(utc(self.from)))),
            ("opening_round", Some(Json::Number(self.opening.round().0))),
            ("to", Some(Json::text(utc(self.to)))),
        ])
    }

    fn proofs(&self) -> Json {
        let (counter, history) = &self.before;
        Json::object([
            ("account", Some(Json::hex(self.proof.to_bytes()))),
            ("closing", Some(self.closing.to_json())),
            ("counter", Some(Json::Number(*counter))),
            ("hash", Some(Json::hex(history))),
            ("opening", Some(self.opening.to_json())),
            ("previous", self.previous.as_ref().map(encoded)),
            ("steps", Some(Json::List(self.steps.iter().map(encoded).collect()))),
            ("tail", Some(Json::List(self.tail.iter().map(encoded).collect()))),
        ])
    }

    /// Reads a statement; the second value is the place of the first entry that makes no sense, at
    /// which its lines end.
    ///
    /// # Errors
    /// [`Malformed`] if the object is no statement of this form.
    pub fn from_json(json: &Json) -> Result<(Self, Option<usize>), Malformed> {
        let schema = json.text_of("schema").unwrap_or_default();
        if schema != SCHEMA {
            let other = OTHERS.contains(&schema);
            let words = "the file is a statement of another kind than this one checks";
            return Err(Malformed(if other { words } else { "the file is no statement" }));
        }
        read(json).ok_or(Malformed("the statement lacks a part, or has one that cannot be read"))
    }
}

fn read(json: &Json) -> Option<(Statement, Option<usize>)> {
    let (period, proofs, account) =
        (json.get("period")?, json.get("proofs")?, json.get("account")?);
    let entries = json.list_of("entries")?;
    let lines: Vec<Line> = entries.iter().map_while(Line::from_json).collect();
    let wrong = (lines.len() < entries.len()).then_some(lines.len());
    let statement = Statement {
        chain: ChainId::parse(json.text_of("chain")?)?,
        from: read_utc(period.text_of("from")?)?,
        to: read_utc(period.text_of("to")?)?,
        subject: Subject {
            address: parse_address(account.text_of("address")?).ok()?,
            name: account.text_of("name").map(str::to_owned),
        },
        opening: Boundary::from_json(proofs.get("opening")?)?,
        closing: Boundary::from_json(proofs.get("closing")?)?,
        steps: Some(decoded_list(proofs, "steps")?).filter(|steps| steps.len() <= MAX_STEPS)?,
        proof: decoded(proofs.get("account")?)?,
        before: (proofs.number_of("counter")?, proofs.get("hash")?.bytes()?.try_into().ok()?),
        previous: optional(proofs, "previous", decoded)?,
        lines,
        tail: decoded_list(proofs, "tail")?,
        pool: optional(json, "pool", PoolPart::from_json)?.map(Box::new),
        exporter: Exporter {
            key: decoded(json.get("exporter")?.get("key")?)?,
            signature: json.get("signature")?.bytes()?,
        },
    };
    Some((statement, wrong))
}

/// The digest of an object without its signature.
pub(crate) fn digest(json: &Json) -> [u8; 32] {
    let mut unsigned = json.clone();
    if let Json::Object(members) = &mut unsigned {
        members.remove("signature");
    }
    hash("bcm-statement-v1", &[unsigned.canonical().as_bytes()])
}

impl Boundary {
    pub(crate) fn to_json(&self) -> Json {
        let header = |header: &Option<ProvedHeader>| header.as_ref().map(ProvedHeader::to_json);
        Json::object([("last", header(&self.last)), ("next", header(&self.next))])
    }

    pub(crate) fn from_json(json: &Json) -> Option<Self> {
        Some(Self {
            last: optional(json, "last", ProvedHeader::from_json)?,
            next: optional(json, "next", ProvedHeader::from_json)?,
        })
    }
}

impl ProvedHeader {
    fn to_json(&self) -> Json {
        let header = Some(encoded(&self.header));
        Json::object([("header", header), ("path", self.path.as_ref().map(encoded))])
    }

    fn from_json(json: &Json) -> Option<Self> {
        let header = decoded(json.get("header")?)?;
        Some(Self { header, path: optional(json, "path", decoded)? })
    }
}

impl Exporter {
    pub(crate) fn to_json(&self) -> Json {
        let address = Json::Text(format_address(self.key.address()));
        Json::object([("address", Some(address)), ("key", Some(encoded(&self.key)))])
    }
}

pub(crate) fn encoded(value: &impl Encode) -> Json {
    Json::hex(value.to_bytes())
}

pub(crate) fn decoded<T: Decode>(json: &Json) -> Option<T> {
    T::from_bytes(&json.bytes()?).ok()
}

pub(crate) fn decoded_list<T: Decode>(json: &Json, name: &str) -> Option<Vec<T>> {
    json.list_of(name)?.iter().map(decoded).collect()
}

/// A member that may be missing, but not be nonsense.
pub(crate) fn optional<T>(
    json: &Json,
    name: &str,
    read: fn(&Json) -> Option<T>,
) -> Option<Option<T>> {
    match json.get(name) {
        Some(member) => read(member).map(Some),
        None => Some(None),
    }
}
