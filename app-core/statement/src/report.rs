//! What is said about a statement: one verdict for each claim, never one word for all.

use crate::Json;
use types::Round;

/// Always printed, because no proof can say more (`money-and-mail.md` A3, line 5).
pub const LIMITS: [&str; 6] = [
    "Covers the account and the keys named here. The same person may own others.",
    "A note whose on-chain ciphertext was spoiled is invisible to any viewing key.",
    "Without the viewing key it is not shown that a listed note belongs to the account, nor that its \
     spent mark is its own.",
    "Names and memos, and of private payments transaction and fee, are the exporter's words. Of an \
     entry's time it is proved that it lies in the period.",
    "That a balance was carried over to its own owner is said by whoever could spend it. Two people \
     who sign for each other can still pretend.",
    "Balances are those of what is listed here, not of everything that the account's owner has.",
];

/// What a statement claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Claim {
    /// All transparent entries of the period, and no other.
    TransparentComplete,
    /// Each listed note exists and is spent or not as listed.
    PoolEntries,
    /// Nothing listed was spent in a bundle that is not listed whole.
    OutgoingComplete,
    /// No receipt in the pool is missing.
    IncomingComplete,
    /// What was carried in from a former period account was its owner's own.
    OpeningBalance,
    /// What became of the closing balance once the month was over.
    CarriedForward,
    /// Each listed receipt exists.
    Receipts,
}

/// What became of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It follows from the checkpoint.
    Proved,
    /// The exporter says so and shows nothing that proves it.
    Stated,
    /// It does not.
    Failed(Flaw),
    /// Nobody tried, for this reason.
    NotChecked(&'static str),
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flaw {
    /// The code.
    pub why: Why,
    /// The first entry that is not right, by its place in its list from 0, where one can be named.
    pub entry: Option<usize>,
    /// Which list that is.
    pub list: Listed,
    /// The round and the action (from 0, in its bundle) of what is missing, where that is known.
    pub place: Option<(Round, usize)>,
    /// The same for people.
    pub detail: &'static str,
}

/// A list of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    /// The transparent entries.
    Entries,
    /// The notes in the pool.
    Notes,
    /// The bundles that spend some of them.
    Bundles,
    /// The notes that came to an account after its month.
    Late,
    /// The bundles that moved on what it held then.
    Forward,
    /// What went from one period account to the next.
    Carries,
    /// The receipts of a statement that has nothing else.
    Receipts,
}

/// The code of a flaw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// An entry is missing.
    EntryRemoved,
    /// There is one too many.
    EntryAdded,
    /// One is not as the ledger has it.
    EntryChanged,
    /// They are out of order.
    EntryMoved,
    /// The exporter did not sign this.
    BadSignature,
    /// A header or a state proof does not fit.
    BadProof,
    /// The checkpoint does not lead to the statement's header.
    WrongCheckpoint,
    /// The disclosed payment is not in the ledger as it is said to be.
    NotFinal,
    /// The disclosure is not as it was made.
    Altered,
    /// It was made out to somebody else.
    OtherVerifier,
    /// It answers another challenge.
    OtherChallenge,
    /// Its time is over.
    Expired,
}

/// A claim and what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// What is claimed.
    pub claim: Claim,
    /// What became of it.
    pub outcome: Outcome,
}

/// Everything that is said about a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// One for each claim, in order.
    pub verdicts: Vec<Verdict>,
    /// How many entries it lists: transparent ones, notes, bundles.
    pub entries: usize,
    /// The last round of its period.
    pub closed_round: Round,
    /// True if a key of the account signed it, false if somebody else's did.
    pub by_owner: bool,
    /// What no proof can say about such a statement; always printed.
    pub limits: &'static [&'static str],
}

impl Claim {
    /// Its word in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::TransparentComplete => "transparent_complete",
            Self::PoolEntries => "pool_entries",
            Self::OutgoingComplete => "outgoing_complete",
            Self::IncomingComplete => "incoming_complete",
            Self::OpeningBalance => "opening_balance",
            Self::CarriedForward => "carried_forward",
            Self::Receipts => "receipts",
        }
    }
}

impl Claim {
    /// What it says, for people.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::TransparentComplete => "Transparent entries complete and correct",
            Self::PoolEntries => "Pool entries correct",
            Self::OutgoingComplete => "Outgoing complete for the listed notes",
            Self::IncomingComplete => "Incoming complete for these keys",
            Self::OpeningBalance => "Opening balance",
            Self::CarriedForward => "Closing balance carried forward",
            Self::Receipts => "Receipts correct",
        }
    }
}

impl Listed {
    /// Its name in the file.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Entries => "entries",
            Self::Notes => "pool.notes",
            Self::Bundles => "pool.bundles",
            Self::Late => "pool.annex.late",
            Self::Forward => "pool.annex.forward",
            Self::Carries => "pool.annex.carries",
            Self::Receipts => "receipts",
        }
    }
}

impl Why {
    /// Its word in reports.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::EntryRemoved => "entry_removed",
            Self::EntryAdded => "entry_added",
            Self::EntryChanged => "entry_changed",
            Self::EntryMoved => "entry_moved",
            Self::BadSignature => "bad_signature",
            Self::BadProof => "bad_proof",
            Self::WrongCheckpoint => "wrong_checkpoint",
            Self::NotFinal => "not_final",
            Self::Altered => "altered",
            Self::OtherVerifier => "other_verifier",
            Self::OtherChallenge => "other_challenge",
            Self::Expired => "expired",
        }
    }

    pub(crate) const fn flaw(self, entry: Option<usize>, detail: &'static str) -> Flaw {
        Flaw { why: self, entry, list: Listed::Entries, place: None, detail }
    }

    /// A flaw of the note at this place.
    pub(crate) const fn of_note(self, note: usize, detail: &'static str) -> Flaw {
        Flaw { list: Listed::Notes, ..self.flaw(Some(note), detail) }
    }

    /// A flaw of the bundle at this place.
    pub(crate) const fn of_bundle(self, bundle: usize, detail: &'static str) -> Flaw {
        Flaw { list: Listed::Bundles, ..self.flaw(Some(bundle), detail) }
    }

    /// A flaw of the carry-over at this place.
    pub(crate) const fn of_carry(self, carry: usize, detail: &'static str) -> Flaw {
        Flaw { list: Listed::Carries, ..self.flaw(Some(carry), detail) }
    }

    /// A flaw of what this action of the ledger made.
    pub(crate) const fn of_action(self, place: (Round, usize), detail: &'static str) -> Flaw {
        Flaw { place: Some(place), ..self.flaw(None, detail) }
    }
}

impl Report {
    /// True if any claim failed.
    #[must_use]
    pub fn failed(&self) -> bool {
        self.verdicts.iter().any(|verdict| matches!(verdict.outcome, Outcome::Failed(_)))
    }

    /// The report as one line.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let entries = u64::try_from(self.entries).unwrap_or(u64::MAX);
        let limits = self.limits.iter().map(|limit| Json::text(*limit)).collect();
        let exporter = if self.by_owner { "owner" } else { "other" };
        Json::object([
            (
                "claims",
                Some(Json::List(self.verdicts.iter().map(|verdict| verdict.to_json()).collect())),
            ),
            ("closed_round", Some(Json::Number(self.closed_round.0))),
            ("entries", Some(Json::Number(entries))),
            ("exporter", Some(Json::text(exporter))),
            ("limits", Some(Json::List(limits))),
        ])
    }
}

impl Outcome {
    /// What [`Outcome::Stated`] is called (`money-and-mail.md` B5).
    pub const STATED: &'static str = "stated, not proved";

    /// Its word, why, and what is wrong.
    pub(crate) const fn parts(&self) -> (&'static str, Option<&'static str>, Option<&Flaw>) {
        match self {
            Self::Proved => ("proved", None, None),
            Self::Stated => ("stated", Some(Self::STATED), None),
            Self::Failed(flaw) => ("failed", Some(flaw.why.code()), Some(flaw)),
            Self::NotChecked(reason) => ("not_checked", Some(*reason), None),
        }
    }
}

impl Verdict {
    fn to_json(self) -> Json {
        let (verdict, why, flaw) = self.outcome.parts();
        let entry = flaw.and_then(|flaw| u64::try_from(flaw.entry?).ok());
        let list = flaw.filter(|_| entry.is_some()).map(|flaw| flaw.list.word());
        let place = flaw.and_then(|flaw| flaw.place);
        let action = place.and_then(|(_, action)| u64::try_from(action).ok());
        Json::object([
            ("action", action.map(Json::Number)),
            ("claim", Some(Json::text(self.claim.word()))),
            ("detail", Some(flaw.map_or(Json::Null, |flaw| Json::text(flaw.detail)))),
            ("entry", Some(entry.map_or(Json::Null, Json::Number))),
            ("list", list.map(Json::text)),
            ("round", place.map(|(round, _)| Json::Number(round.0))),
            ("verdict", Some(Json::text(verdict))),
            ("why", Some(why.map_or(Json::Null, Json::text))),
        ])
    }
}
