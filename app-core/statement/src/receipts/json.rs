//! Receipts as canonical JSON. What follows from bytes is written beside them for people; a file that
//! says anything else there is refused by the check.

use super::{RECEIPTS_LIMITS, RECEIPTS_SCHEMA, Receipt, Receipts};
use crate::form::{decoded, decoded_list, encoded, optional};
use crate::pool::{month, read_period};
use crate::when::{read_utc, utc};
use crate::{Boundary, Exporter, Json, Malformed, PoolCell, Subject};
use keys::{format_address, parse_address};
use shielded::Period;
use types::{ChainId, Round};
use wire::chain::MAX_STEPS;

impl Receipts {
    /// The statement as an object.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let account = Json::object([
            ("address", Some(Json::Text(format_address(self.subject.address)))),
            ("name", self.subject.name.clone().map(Json::Text)),
        ]);
        let (opening, closing) = self.rounds();
        let period = Json::object([
            ("closing_round", Some(Json::Number(closing.0))),
            ("from", Some(Json::text(utc(self.from)))),
            ("opening_round", Some(Json::Number(opening.0))),
            ("to", Some(Json::text(utc(self.to)))),
        ]);
        let proofs = Json::object([
            ("cell", self.cell.pool.as_ref().map(encoded)),
            ("cell_proof", Some(encoded(&self.cell.proof))),
            ("closing", Some(self.closing.to_json())),
            ("opening", Some(self.opening.to_json())),
            ("since", Some(self.since.to_json())),
            ("steps", Some(Json::List(self.steps.iter().map(encoded).collect()))),
        ]);
        let limits = RECEIPTS_LIMITS.iter().map(|limit| Json::text(*limit)).collect();
        Json::object([
            ("account", Some(account)),
            ("accounts", Some(Json::List(self.accounts.iter().map(account_json).collect()))),
            ("chain", Some(Json::text(self.chain.to_string()))),
            ("exporter", Some(self.exporter.to_json())),
            ("limits", Some(Json::List(limits))),
            ("period", Some(period)),
            ("proofs", Some(proofs)),
            ("receipts", Some(Json::List(self.receipts.iter().map(Receipt::to_json).collect()))),
            ("schema", Some(Json::text(RECEIPTS_SCHEMA))),
            ("signature", Some(Json::hex(&self.exporter.signature))),
        ])
    }

    /// Reads one.
    ///
    /// # Errors
    /// [`Malformed`] if the object is none.
    pub fn from_json(json: &Json) -> Result<Self, Malformed> {
        if json.text_of("schema") != Some(RECEIPTS_SCHEMA) {
            return Err(Malformed("the file is no statement of receipts"));
        }
        read(json).ok_or(Malformed("the statement lacks a part, or has one that cannot be read"))
    }
}

fn account_json((period, key): &(Period, [u8; 32])) -> Json {
    Json::object([
        ("incoming_key", Some(Json::hex(key))),
        ("index", Some(Json::Number(period.index().into()))),
        ("month", Some(Json::Text(month(*period)))),
    ])
}

fn read_account(json: &Json) -> Option<(Period, [u8; 32])> {
    Some((read_period(json, "index")?, json.get("incoming_key")?.bytes()?.try_into().ok()?))
}

fn read(json: &Json) -> Option<Receipts> {
    let (period, proofs, account) =
        (json.get("period")?, json.get("proofs")?, json.get("account")?);
    Some(Receipts {
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
        cell: PoolCell {
            pool: optional(proofs, "cell", decoded)?,
            proof: decoded(proofs.get("cell_proof")?)?,
        },
        since: Boundary::from_json(proofs.get("since")?)?,
        accounts: json.list_of("accounts")?.iter().map(read_account).collect::<Option<_>>()?,
        receipts: json
            .list_of("receipts")?
            .iter()
            .map(Receipt::from_json)
            .collect::<Option<_>>()?,
        exporter: Exporter {
            key: decoded(json.get("exporter")?.get("key")?)?,
            signature: json.get("signature")?.bytes()?,
        },
    })
}

impl Receipt {
    pub(super) fn to_json(&self) -> Json {
        Json::object([
            ("account", Some(Json::Number(self.period.index().into()))),
            ("amount", Some(Json::text(self.note.value.to_string()))),
            ("made", Some(encoded(&self.made))),
            ("memo", self.memo.clone().map(Json::Text)),
            ("name", self.name.clone().map(Json::Text)),
            ("note", Some(encoded(&self.note))),
            ("path", Some(encoded(&self.witness))),
            ("position", Some(Json::Number(self.witness.position().into()))),
            ("recipient", Some(Json::hex(self.note.recipient()))),
            ("round", Some(Json::Number(self.round.0))),
            ("time", Some(Json::text(utc(self.time)))),
        ])
    }

    fn from_json(json: &Json) -> Option<Self> {
        Some(Self {
            period: read_period(json, "account")?,
            note: decoded(json.get("note")?)?,
            witness: decoded(json.get("path")?)?,
            round: Round(json.number_of("round")?),
            made: decoded(json.get("made")?)?,
            time: read_utc(json.text_of("time")?)?,
            name: json.text_of("name").map(str::to_owned),
            memo: json.text_of("memo").map(str::to_owned),
        })
    }
}
