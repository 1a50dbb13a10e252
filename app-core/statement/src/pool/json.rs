//! The private part as JSON. What follows from bytes is written beside them for people; a file that
//! says anything else there is refused by the check.

use super::{Annex, LogRun, PoolAccount, PoolCell, PoolNote, PoolOutput, PoolPart, PoolSpend};
use crate::form::{decoded, encoded, optional};
use crate::when::{read_utc, utc};
use crate::{Boundary, Json};
use shielded::{Note, Nullifier, Period, Scope};
use std::collections::BTreeMap;
use types::{Abc, Amount, Round, TxId};
use wire::{Decode, Encode};

/// Notes by account and one of their nullifiers.
pub(super) type Notes<'a> = BTreeMap<(Period, Nullifier), &'a PoolNote>;

impl PoolPart {
    /// The object in a file whose period lies behind the first of these rounds, up to the second.
    pub(crate) fn to_json(&self, (opening, closing): (Round, Round)) -> Json {
        let held =
            |account: &PoolAccount, after| Json::text(self.held(account.period, after).to_string());
        let forward = |account: &PoolAccount| self.carried_forward(account.period);
        let account = |account: &PoolAccount| {
            Json::object([
                ("carried_in", amount(self.carried_in(account.period))),
                ("carried_out", amount(forward(account).0)),
                ("carry_fees", amount(forward(account).1)),
                ("closing", Some(held(account, closing))),
                ("incoming_key", Some(Json::hex(account.incoming))),
                ("index", Some(Json::Number(account.period.index().into()))),
                ("month", Some(Json::Text(month(account.period)))),
                ("left_behind", amount(self.left_behind(account.period))),
                ("opening", Some(held(account, opening))),
                ("viewing_key", Some(Json::hex(account.viewing))),
            ])
        };
        let (marks, made) = (self.by_mark(), self.by_rho());
        let bundles = self.bundles.iter().map(|it| it.to_json((&marks, &made)));
        Json::object([
            ("accounts", Some(Json::List(self.accounts.iter().map(account).collect()))),
            ("annex", Some(self.annex.to_json((&marks, &made)))),
            ("bundles", Some(Json::List(bundles.collect()))),
            ("cell", self.cell.pool.as_ref().map(encoded)),
            ("cell_proof", Some(encoded(&self.cell.proof))),
            ("log", Some(encoded(&self.log))),
            ("notes", Some(Json::List(self.notes.iter().map(PoolNote::to_json).collect()))),
            ("since", Some(self.since.to_json())),
        ])
    }

    /// Reads all of it but what follows from the rest.
    pub(crate) fn from_json(json: &Json) -> Option<Self> {
        let accounts = json.list_of("accounts")?.iter().map(read_account).collect::<Option<_>>()?;
        let notes =
            json.list_of("notes")?.iter().map(PoolNote::from_json).collect::<Option<_>>()?;
        let bundles = json.list_of("bundles")?.iter();
        let cell = optional(json, "cell", decoded)?;
        Some(Self {
            cell: PoolCell { pool: cell, proof: decoded(json.get("cell_proof")?)? },
            since: Boundary::from_json(json.get("since")?)?,
            accounts,
            notes,
            bundles: bundles.map(PoolSpend::from_json).collect::<Option<_>>()?,
            annex: Annex::from_json(json.get("annex")?)?,
            log: LogRun::from_bytes(&json.get("log")?.bytes()?).ok()?,
        })
    }
}

/// A month as people write it.
pub(crate) fn month(period: Period) -> String {
    let (year, month) = period.month().year_and_month();
    format!("{year}-{month:02}")
}

pub(crate) fn read_period(json: &Json, name: &str) -> Option<Period> {
    Period::new(u32::try_from(json.number_of(name)?).ok()?)
}

fn read_account(json: &Json) -> Option<PoolAccount> {
    let digest = |name| json.get(name)?.bytes()?.try_into().ok();
    Some(PoolAccount {
        period: read_period(json, "index")?,
        viewing: digest("viewing_key")?,
        incoming: digest("incoming_key")?,
    })
}

fn text(text: Option<&String>) -> Option<Json> {
    text.cloned().map(Json::Text)
}

fn read_text(json: &Json, name: &str) -> Option<String> {
    json.text_of(name).map(str::to_owned)
}

pub(super) fn amount(amount: Amount<Abc>) -> Option<Json> {
    Some(Json::text(amount.to_string()))
}

/// Smallest units as a decimal, with a sign below 0.
pub(crate) fn signed(units: i128) -> String {
    let sign = if units < 0 { "-" } else { "" };
    let size = u64::try_from(units.unsigned_abs()).unwrap_or(u64::MAX);
    format!("{sign}{}", Amount::<Abc>::new(size))
}

fn read_signed(text: &str) -> Option<i128> {
    let units = |text| Amount::<Abc>::parse(text).ok().map(|it| i128::from(it.units()));
    match text.strip_prefix('-') {
        Some(text) => units(text)?.checked_neg(),
        None => units(text),
    }
}

const fn scope_word(scope: Scope) -> &'static str {
    match scope {
        Scope::External => "external",
        Scope::Internal => "internal",
    }
}

impl PoolNote {
    pub(crate) fn to_json(&self) -> Json {
        Json::object([
            ("account", Some(Json::Number(self.period.index().into()))),
            ("amount", amount(self.note.value)),
            ("made", Some(encoded(&self.made))),
            ("mark", Some(encoded(&self.mark))),
            ("memo", text(self.memo.as_ref())),
            ("name", text(self.name.as_ref())),
            ("note", Some(encoded(&self.note))),
            ("nullifier", Some(Json::hex(self.nullifier.0))),
            ("path", Some(encoded(&self.witness))),
            ("position", Some(Json::Number(self.witness.position().into()))),
            ("recipient", Some(Json::hex(self.note.recipient()))),
            ("round", Some(Json::Number(self.round.0))),
            ("scope", Some(Json::text(scope_word(self.scope)))),
            ("spent", self.spent.map(|round| Json::Number(round.0))),
            ("time", Some(Json::text(utc(self.time)))),
        ])
    }

    pub(super) fn from_json(json: &Json) -> Option<Self> {
        let scope = [Scope::External, Scope::Internal];
        let word = json.text_of("scope")?;
        Some(Self {
            period: read_period(json, "account")?,
            scope: scope.into_iter().find(|scope| scope_word(*scope) == word)?,
            note: decoded(json.get("note")?)?,
            witness: decoded(json.get("path")?)?,
            round: Round(json.number_of("round")?),
            made: decoded(json.get("made")?)?,
            time: read_utc(json.text_of("time")?)?,
            nullifier: decoded(json.get("nullifier")?)?,
            spent: optional(json, "spent", |it| {
                if let Json::Number(round) = it { Some(Round(*round)) } else { None }
            })?,
            mark: decoded(json.get("mark")?)?,
            name: read_text(json, "name"),
            memo: read_text(json, "memo"),
        })
    }
}

impl PoolSpend {
    pub(crate) fn to_json(&self, (marks, made): (&Notes<'_>, &Notes<'_>)) -> Json {
        let outputs = self.outputs.iter().map(PoolOutput::to_json).collect();
        let hidden = (self.undisclosed != 0).then(|| Json::Text(signed(self.undisclosed)));
        Json::object([
            ("account", Some(Json::Number(self.period.index().into()))),
            ("change", amount(self.sum(made))),
            ("effects", Some(encoded(&self.effects))),
            ("fee", amount(self.fee)),
            ("index", Some(Json::Number(self.index.into()))),
            ("left_pool", amount(self.left())),
            ("name", text(self.name.as_ref())),
            ("number", Some(Json::Number(self.number))),
            ("outputs", Some(Json::List(outputs))),
            ("round", Some(Json::Number(self.round.0))),
            ("spent", amount(self.sum(marks))),
            ("time", Some(Json::text(utc(self.time)))),
            ("tx", self.tx.map(|tx| Json::text(tx.to_string()))),
            ("undisclosed", hidden),
        ])
    }

    pub(super) fn from_json(json: &Json) -> Option<Self> {
        let outputs = json.list_of("outputs")?.iter().map(PoolOutput::from_json);
        Some(Self {
            period: read_period(json, "account")?,
            number: json.number_of("number")?,
            round: Round(json.number_of("round")?),
            index: u32::try_from(json.number_of("index")?).ok()?,
            time: read_utc(json.text_of("time")?)?,
            effects: decoded(json.get("effects")?)?,
            outputs: outputs.collect::<Option<_>>()?,
            undisclosed: read_signed(json.text_of("undisclosed").unwrap_or("0"))?,
            fee: Amount::parse(json.text_of("fee")?).ok()?,
            tx: match json.text_of("tx") {
                Some(text) => Some(TxId::parse(text)?),
                None => None,
            },
            name: read_text(json, "name"),
        })
    }
}

impl PoolOutput {
    fn to_json(&self) -> Json {
        Json::object([
            ("action", Some(Json::Number(self.action.into()))),
            ("amount", amount(self.note.value)),
            ("memo", text(self.memo.as_ref())),
            ("name", text(self.name.as_ref())),
            ("note", Some(Json::hex(self.note.to_bytes()))),
            ("recipient", Some(Json::hex(self.note.recipient()))),
        ])
    }

    fn from_json(json: &Json) -> Option<Self> {
        Some(Self {
            action: u8::try_from(json.number_of("action")?).ok()?,
            note: decoded::<Note>(json.get("note")?)?,
            name: read_text(json, "name"),
            memo: read_text(json, "memo"),
        })
    }
}
