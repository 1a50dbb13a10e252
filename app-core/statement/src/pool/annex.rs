//! What went over from one period account to another: into those that a statement lists while its
//! period ran, and out of those whose month was over when it closed (`money-and-mail.md` A4, B5).

use super::json::{Notes, amount, read_period};
use super::{PoolNote, PoolPart, PoolSpend};
use crate::Json;
use crate::form::{decoded, encoded, optional};
use ledger::Transaction;
use shielded::{CarryClaim, CarryProof, Effects, Note, Period};
use types::{Abc, Amount, ChainId, OpenId, Round, TxId};

/// What was carried over, and what became of a month's balance after the month.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Annex {
    /// Notes that came to an account after the closing round, its month being over, by their place.
    pub late: Vec<PoolNote>,
    /// The bundles after the closing round that spend notes of such an account, in the log's order.
    pub forward: Vec<PoolSpend>,
    /// What the exporter says was a move to himself, in the order of the log.
    pub carries: Vec<Carry>,
}

/// A move of a balance from one period account to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carry {
    /// The account that it left.
    pub from: Period,
    /// The account that it came to.
    pub to: Period,
    /// The number of its bundle in the log, from 0.
    pub number: u64,
    /// What that bundle does.
    pub effects: Effects,
    /// The note that it made.
    pub note: Note,
    /// That it was a move to oneself; nothing where that is not kept.
    pub evidence: Option<CarryEvidence>,
}

/// That whoever authorised a bundle called it a move to himself, and what its transaction says
/// beside the bundle, so that its id follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarryEvidence {
    /// The last round that could hold it.
    pub expiry: Round,
    /// The price table it was made for.
    pub price_epoch: u32,
    /// What it cost.
    pub fee: Amount<Abc>,
    /// The signatures.
    pub proof: CarryProof,
}

impl Carry {
    /// What the proof must be about, in the account of this person; nothing without one.
    fn claim(&self, chain: ChainId, account: OpenId) -> Option<(CarryClaim, &CarryProof)> {
        let evidence = self.evidence.as_ref()?;
        let transaction = self.transaction(chain)?;
        let (from, to) = (self.from, self.to);
        Some((CarryClaim { chain, transaction, account, from, to }, &evidence.proof))
    }

    /// The id of its transaction, where the rest of that is kept.
    pub(crate) fn transaction(&self, chain: ChainId) -> Option<TxId> {
        let evidence = self.evidence.as_ref()?;
        let order = Transaction {
            version: Transaction::WITH_BUNDLE,
            chain,
            expiry: evidence.expiry,
            price_epoch: evidence.price_epoch,
            sources: vec![],
            fee: evidence.fee,
            actions: vec![],
            bundle: None,
            witness: vec![],
        };
        Some(order.id_with(self.effects.digest()))
    }

    /// True if every action of the bundle signs that this account moves its own, and the note lies
    /// at an address of whoever said so.
    #[must_use]
    pub fn is_proved(&self, chain: ChainId, account: OpenId) -> bool {
        let claim = self.claim(chain, account);
        claim.is_some_and(|(claim, proof)| proof.holds(&claim, &self.effects, &self.note))
    }

    fn to_json(&self) -> Json {
        let evidence = self.evidence.as_ref();
        Json::object([
            ("amount", amount(self.note.value)),
            ("effects", Some(encoded(&self.effects))),
            ("evidence", evidence.map(CarryEvidence::to_json)),
            ("from", Some(Json::Number(self.from.index().into()))),
            ("note", Some(encoded(&self.note))),
            ("number", Some(Json::Number(self.number))),
            ("to", Some(Json::Number(self.to.index().into()))),
        ])
    }

    fn from_json(json: &Json) -> Option<Self> {
        Some(Self {
            from: read_period(json, "from")?,
            to: read_period(json, "to")?,
            number: json.number_of("number")?,
            effects: decoded(json.get("effects")?)?,
            note: decoded(json.get("note")?)?,
            evidence: optional(json, "evidence", CarryEvidence::from_json)?,
        })
    }
}

impl CarryEvidence {
    fn to_json(&self) -> Json {
        Json::object([
            ("expiry", Some(Json::Number(self.expiry.0))),
            ("fee", amount(self.fee)),
            ("price_epoch", Some(Json::Number(self.price_epoch.into()))),
            ("proof", Some(encoded(&self.proof))),
        ])
    }

    fn from_json(json: &Json) -> Option<Self> {
        Some(Self {
            expiry: Round(json.number_of("expiry")?),
            price_epoch: u32::try_from(json.number_of("price_epoch")?).ok()?,
            fee: Amount::parse(json.text_of("fee")?).ok()?,
            proof: decoded(json.get("proof")?)?,
        })
    }
}

impl Annex {
    pub(super) fn to_json(&self, (marks, made): (&Notes<'_>, &Notes<'_>)) -> Json {
        let forward = self.forward.iter().map(|it| it.to_json((marks, made)));
        Json::object([
            ("carries", Some(Json::List(self.carries.iter().map(Carry::to_json).collect()))),
            ("forward", Some(Json::List(forward.collect()))),
            ("late", Some(Json::List(self.late.iter().map(PoolNote::to_json).collect()))),
        ])
    }

    pub(super) fn from_json(json: &Json) -> Option<Self> {
        let carries = json.list_of("carries")?.iter().map(Carry::from_json);
        let forward = json.list_of("forward")?.iter().map(PoolSpend::from_json);
        let late = json.list_of("late")?.iter().map(PoolNote::from_json);
        Some(Self {
            carries: carries.collect::<Option<_>>()?,
            forward: forward.collect::<Option<_>>()?,
            late: late.collect::<Option<_>>()?,
        })
    }

    /// The carry-over that this bundle was, if it was one out of this account.
    #[must_use]
    pub fn carry_of(&self, bundle: &PoolSpend) -> Option<&Carry> {
        let same = |it: &&Carry| it.number == bundle.number && it.from == bundle.period;
        self.carries.iter().find(same)
    }
}

impl PoolPart {
    /// True for an account of this statement.
    pub(crate) fn lists(&self, period: Period) -> bool {
        self.accounts.iter().any(|account| account.period == period)
    }

    /// The carry-over that made this note, if one did.
    #[must_use]
    pub fn carry_to(&self, note: &PoolNote) -> Option<&Carry> {
        let same = |it: &&Carry| it.to == note.period && it.note == note.note;
        self.annex.carries.iter().find(same)
    }

    /// The notes of an account that came from a former one which is not listed.
    fn notes_carried_in(&self) -> impl Iterator<Item = &PoolNote> {
        let foreign =
            |note: &&PoolNote| self.carry_to(note).is_some_and(|carry| !self.lists(carry.from));
        self.notes.iter().filter(foreign)
    }

    /// What an account got from former ones that are not listed: its balance when it opened.
    #[must_use]
    pub fn carried_in(&self, period: Period) -> Amount<Abc> {
        let notes = self.notes_carried_in().filter(|note| note.period == period);
        sum(notes.map(|note| note.note.value))
    }

    /// What all of them got so.
    #[must_use]
    pub fn carried_in_by_all(&self) -> Amount<Abc> {
        sum(self.notes_carried_in().map(|note| note.note.value))
    }

    /// What of it came after this round.
    #[must_use]
    pub fn to_be_carried_in(&self, after: Round) -> Amount<Abc> {
        let later = self.notes_carried_in().filter(|note| note.round > after);
        sum(later.map(|note| note.note.value))
    }

    /// What was moved on from an account after the closing round, and what that cost.
    #[must_use]
    pub fn carried_forward(&self, period: Period) -> (Amount<Abc>, Amount<Abc>) {
        let bundles = self.annex.forward.iter().filter(|it| it.period == period);
        let moves = || bundles.clone().filter_map(|it| Some((it, self.annex.carry_of(it)?)));
        (sum(moves().map(|it| it.1.note.value)), sum(moves().map(|it| it.0.fee)))
    }

    /// What an account still holds under the header that all is proved under.
    #[must_use]
    pub fn left_behind(&self, period: Period) -> Amount<Abc> {
        let left = self.all_notes().filter(|note| note.period == period && note.spent.is_none());
        sum(left.map(|note| note.note.value))
    }
}

fn sum(amounts: impl Iterator<Item = Amount<Abc>>) -> Amount<Abc> {
    Amount::new(amounts.fold(0, |sum, amount| sum.saturating_add(amount.units())))
}
