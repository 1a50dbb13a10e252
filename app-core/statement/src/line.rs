//! One entry of a statement: what the ledger says, and beside it what the exporter says.

use crate::Json;
use crate::when::{read_utc, utc};
use keys::{format_address, parse_address};
use ledger::{Delta, Deltas, Entry, EntryKind, RedEnvelopeId};
use types::{Abc, Abit, Amount, Round, Timestamp, TxId};
use wire::Decode;

/// So much of the running hash stands beside an entry, to find the first one that was changed.
const MARK: usize = 8;

/// An entry with the exporter's words about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What the ledger says.
    pub entry: Entry,
    /// The time of its round; only that it lies within the period is proved.
    pub time: Timestamp,
    /// Who the other side is, as the exporter calls it.
    pub name: Option<String>,
    /// What the payment was for, as the exporter knows it.
    pub memo: Option<String>,
    /// The beginning of the running hash after it.
    pub mark: [u8; MARK],
}

/// Which way money went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To the account.
    In,
    /// Away from it.
    Out,
    /// Within it, or nowhere.
    Own,
}

impl Direction {
    /// Its word in files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
            Self::Own => "self",
        }
    }
}

/// The beginning of a running hash.
pub(crate) fn mark(history: &[u8; 32]) -> [u8; MARK] {
    history.first_chunk().copied().unwrap_or_default()
}

impl Line {
    /// Which way its ABC went.
    #[must_use]
    pub fn direction(&self) -> Direction {
        let Deltas { abc, abit, bonded } = self.entry.delta;
        let stays = [abit, bonded].iter().any(|other| other.units() > 0);
        match (abc.units(), abc.is_negative(), stays) {
            (0, _, _) | (_, _, true) => Direction::Own,
            (_, false, false) => Direction::In,
            (_, true, false) => Direction::Out,
        }
    }

    /// Members that would say nothing (0, false, nobody) are left out.
    pub(crate) fn to_json(&self) -> Json {
        let Entry { counter, round, tx, index, kind, delta, counterparty, .. } = &self.entry;
        let text = |text: &Option<String>| text.clone().map(Json::Text);
        let (folded, envelope) = extra(kind);
        let Entry { abc, abit, bonded, nonce, via_retired, .. } = &self.entry;
        Json::object([
            ("abc", change::<Abc>(delta.abc)),
            ("abc_after", amount(*abc)),
            ("abit", change::<Abit>(delta.abit)),
            ("abit_after", amount(*abit)),
            ("bonded", change::<Abc>(delta.bonded)),
            ("bonded_after", amount(*bonded)),
            ("counter", Some(Json::Number(*counter))),
            ("counterparty", counterparty.map(|it| Json::Text(format_address(it)))),
            ("direction", Some(Json::text(self.direction().word()))),
            ("envelope", envelope),
            ("folded", folded),
            ("index", Some(Json::Number((*index).into()))),
            ("kind", Some(Json::text(kind.name()))),
            ("mark", Some(Json::hex(self.mark))),
            ("memo", text(&self.memo)),
            ("name", text(&self.name)),
            ("nonce", Some(Json::Number(*nonce))),
            ("round", Some(Json::Number(round.0))),
            ("time", Some(Json::text(utc(self.time)))),
            ("tx", Some(Json::text(tx.to_string()))),
            ("via_retired", via_retired.then_some(Json::Bool(true))),
        ])
    }

    /// The line behind an object; nothing if it does not say all of it, or says anything else.
    pub(crate) fn from_json(json: &Json) -> Option<Self> {
        let text = |name| json.text_of(name).map(str::to_owned);
        let delta = |name| read_change(json.text_of(name).unwrap_or("0"));
        let counterparty = match json.text_of("counterparty") {
            Some(text) => Some(parse_address(text).ok()?),
            None => None,
        };
        let entry = Entry {
            counter: json.number_of("counter")?,
            round: Round(json.number_of("round")?),
            tx: TxId::parse(json.text_of("tx")?)?,
            index: u32::try_from(json.number_of("index")?).ok()?,
            kind: read_kind(json)?,
            delta: Deltas { abc: delta("abc")?, abit: delta("abit")?, bonded: delta("bonded")? },
            counterparty,
            abc: Amount::parse(json.text_of("abc_after").unwrap_or("0")).ok()?,
            abit: Amount::parse(json.text_of("abit_after").unwrap_or("0")).ok()?,
            bonded: Amount::parse(json.text_of("bonded_after").unwrap_or("0")).ok()?,
            nonce: json.number_of("nonce")?,
            via_retired: json.get("via_retired").is_some(),
        };
        let time = read_utc(json.text_of("time")?)?;
        let mark = json.get("mark")?.bytes()?.try_into().ok()?;
        let line = Self { entry, time, name: text("name"), memo: text("memo"), mark };
        // What follows from the rest must be what follows from it, and nothing else be said.
        (line.to_json() == *json).then_some(line)
    }
}

fn amount<T: types::Token>(amount: Amount<T>) -> Option<Json> {
    (!amount.is_zero()).then(|| Json::text(amount.to_string()))
}

fn change<T: types::Token>(delta: Delta) -> Option<Json> {
    (delta.units() > 0).then(|| Json::Text(shown::<T>(delta)))
}

/// A change as a decimal, with a sign if it is a decrease.
pub(crate) fn shown<T: types::Token>(delta: Delta) -> String {
    let sign = if delta.is_negative() { "-" } else { "" };
    format!("{sign}{}", Amount::<T>::new(delta.units()))
}

fn read_change(text: &str) -> Option<Delta> {
    let units = |text| Amount::<Abc>::parse(text).ok().map(Amount::units);
    match text.strip_prefix('-') {
        Some(text) => units(text).map(Delta::minus),
        None => units(text).map(Delta::plus),
    }
}

/// What some kinds say beyond their names.
fn extra(kind: &EntryKind) -> (Option<Json>, Option<Json>) {
    if let EntryKind::FoldedIn { count, history } = kind {
        let folded = [("entries", Some(Json::Number(*count))), ("hash", Some(Json::hex(history)))];
        return (Some(Json::object(folded)), None);
    }
    (None, envelope_of(kind).map(|envelope| Json::hex(envelope.0)))
}

/// The red envelope that an entry is about.
pub(crate) fn envelope_of(kind: &EntryKind) -> Option<RedEnvelopeId> {
    if let EntryKind::EnvelopeOut { envelope }
    | EntryKind::EnvelopeIn { envelope }
    | EntryKind::EnvelopeBack { envelope } = kind
    {
        Some(*envelope)
    } else {
        None
    }
}

fn read_kind(json: &Json) -> Option<EntryKind> {
    let name = json.text_of("kind")?;
    let plain = plain_kinds().find(|kind| kind.name() == name);
    plain.or_else(|| match name {
        "folded_in" => {
            let folded = json.get("folded")?;
            let history = folded.get("hash")?.bytes()?.try_into().ok()?;
            Some(EntryKind::FoldedIn { count: folded.number_of("entries")?, history })
        }
        _ => {
            let envelope = RedEnvelopeId(json.get("envelope")?.bytes()?.try_into().ok()?);
            let all = [
                EntryKind::EnvelopeOut { envelope },
                EntryKind::EnvelopeIn { envelope },
                EntryKind::EnvelopeBack { envelope },
            ];
            all.into_iter().find(|kind| kind.name() == name)
        }
    })
}

/// The kinds that are nothing but a tag, as the ledger's own codec knows them.
fn plain_kinds() -> impl Iterator<Item = EntryKind> {
    (0..=u8::MAX).filter_map(|tag| EntryKind::from_bytes(&[tag]).ok())
}
