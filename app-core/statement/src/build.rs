//! Building a statement of pieces that are proved already.

use crate::line::mark;
use crate::{Boundary, Exporter, Line, PoolPart, Statement, Subject};
use keys::PublicKey;
use ledger::{AccountProof, Entry};
use light::Step;
use std::collections::BTreeMap;
use types::{ChainId, Round, Timestamp, TxId};

/// What a statement is made of.
#[derive(Debug, Clone)]
pub struct Pieces {
    /// The network.
    pub chain: ChainId,
    /// The period: its beginning, and its end, which does not belong to it.
    pub period: (Timestamp, Timestamp),
    /// Whose entries.
    pub subject: Subject,
    /// Where the period begins and ends among the headers.
    pub bounds: (Boundary, Boundary),
    /// What leads to the header that all is proved under.
    pub steps: Vec<Step>,
    /// The account under that header.
    pub proof: AccountProof,
    /// All entries that it has.
    pub entries: Vec<Entry>,
    /// When the rounds of the period were.
    pub times: BTreeMap<Round, Timestamp>,
    /// What the exporter knows of transactions: whom they were with, what for.
    pub told: BTreeMap<TxId, Told>,
    /// The private part, if there is a key for it.
    pub pool: Option<Box<PoolPart>>,
    /// With which key the statement will be signed.
    pub key: PublicKey,
}

/// What the exporter knows of a transaction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// The other side's name.
    pub name: Option<String>,
    /// What it was for.
    pub memo: Option<String>,
}

/// The time of a round of the period is not among the pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the time of round {} is not known", .0.0)]
pub struct Untimed(
    /// The round.
    pub Round,
);

impl Statement {
    /// A statement that is yet to be signed. Whether the entries are the account's is for
    /// [`crate::verify`] to say.
    ///
    /// # Errors
    /// [`Untimed`] if the time of an entry is not known.
    pub fn of(pieces: Pieces) -> Result<Self, Untimed> {
        let Pieces { chain, period, subject, bounds, steps, proof, entries, .. } = pieces;
        let (opening, closing) = bounds;
        let (first, last) = (opening.last.is_some().then(|| opening.round()), closing.round());
        let earlier = entries.iter().filter(|entry| Some(entry.round) <= first).count();
        let (mut before, mut lines, mut tail) = ((0, [0; 32]), vec![], vec![]);
        let (mut previous, mut history) = (None, [0; 32]);
        for (at, entry) in entries.into_iter().enumerate() {
            let known = (entry.counter.saturating_sub(1), history);
            history = entry.next_hash(&history);
            if at < earlier {
                before = known;
                previous = Some(entry);
            } else if entry.round <= last {
                let time = pieces.times.get(&entry.round).ok_or(Untimed(entry.round))?;
                let Told { name, memo } = pieces.told.get(&entry.tx).cloned().unwrap_or_default();
                lines.push(Line { entry, time: *time, name, memo, mark: mark(&history) });
            } else {
                tail.push(entry);
            }
        }
        let exporter = Exporter { key: pieces.key, signature: vec![] };
        let (from, to) = period;
        Ok(Self {
            chain,
            from,
            to,
            subject,
            opening,
            closing,
            steps,
            proof,
            before,
            previous,
            lines,
            tail,
            pool: pieces.pool,
            exporter,
        })
    }
}
