//! Statements and checkpoints as files: readable, with entries of several kinds, proved by nothing.

use super::{Seed, key, seed};
use ledger::{AccountProof, Delta, Deltas, Entry, EntryKind, RedEnvelopeId, StateProof};
use statement::{
    Annex, Boundary, Carry, Exporter, Line, LogRun, LogStep, PoolAccount, PoolCell, PoolNote,
    PoolPart, PoolSpend, Receipt, Receipts, Statement, Subject, opened,
};
use std::collections::{BTreeMap, BTreeSet};
use types::{Amount, ChainId, Round, Timestamp, TxId};

const TARGET: &str = "statement-file";

pub(super) fn seeds() -> Vec<Seed> {
    let checkpoint = format!(
        "{{\"chain\":\"{0}\",\"round\":1,\"header\":\"{0}\",\"committee\":\"{0}\",\
         \"time\":\"2026-11-20T10:00:00.000Z\"}}",
        "0f".repeat(32)
    );
    let file = statement().file();
    vec![
        seed(TARGET, "checkpoint", checkpoint),
        seed(TARGET, "escapes", "{\"a\": [\"\\ud83d\\ude00\\u0000\", 18446744073709551615, null]}"),
        seed(TARGET, "deep", "[".repeat(40)),
        seed(TARGET, "other-kind", file.replace("period-statement", "receipts-statement")),
        seed(TARGET, "receipts", receipts().file()),
        seed(TARGET, "statement", file),
    ]
}

fn statement() -> Statement {
    let address = key(1).public().address();
    let nothing = || StateProof::new(None, vec![]);
    let envelope = RedEnvelopeId([6; 32]);
    let kinds = [
        EntryKind::PayIn,
        EntryKind::Fee,
        EntryKind::FoldedIn { count: 3, history: [4; 32] },
        EntryKind::EnvelopeIn { envelope },
        EntryKind::KeyAdded,
    ];
    Statement {
        chain: ChainId([7; 32]),
        from: Timestamp(1_795_000_000_000),
        to: Timestamp(1_796_000_000_000),
        subject: Subject { address, name: Some("alice".to_owned()) },
        opening: Boundary::default(),
        closing: Boundary::default(),
        steps: vec![],
        proof: AccountProof {
            round: Round(9),
            address,
            alias: None,
            alias_proof: nothing(),
            account: None,
            proof: nothing(),
        },
        before: (0, [0; 32]),
        previous: None,
        lines: (1..).zip(kinds).map(|(counter, kind)| line(counter, kind)).collect(),
        tail: vec![],
        pool: Some(Box::new(pool())),
        exporter: Exporter { key: key(1).public(), signature: vec![1; 64] },
    }
}

/// A part of every kind, proved by nothing.
fn pool() -> PoolPart {
    let nothing = || StateProof::new(None, vec![]);
    let made = |seed| testkit::shielded_person(1).and_then(|to| testkit::unproved(&to, 5, seed));
    let effects = made(1).map(|bundle| bundle.effects);
    let viewing = testkit::shielded_person(1).map(|key| key.viewing_key());
    let halves = shielded::Halves { compact: [1; 32], rest: [2; 32] };
    let (round, index) = (Round(9), 1);
    let bundles = effects.into_iter().zip(viewing.as_ref()).filter_map(|(effects, key)| {
        let (outputs, undisclosed) = opened(key, &BTreeMap::new(), &effects)?;
        Some(PoolSpend {
            period: key.period(),
            number: 3,
            round,
            index,
            time: Timestamp(1_795_000_000_000),
            effects,
            outputs,
            undisclosed,
            fee: Amount::new(10),
            tx: Some(TxId([3; 32])),
            name: Some("=名".to_owned()),
        })
    });
    let bundles: Vec<PoolSpend> = bundles.collect();
    let carried = bundles.iter().zip(note()).map(|(bundle, note)| Carry {
        from: bundle.period,
        to: note.period,
        number: 3,
        effects: bundle.effects.clone(),
        note: note.note,
        evidence: None,
    });
    let carries = carried.collect();
    let account = |key: &shielded::ViewingKey| PoolAccount {
        period: key.period(),
        viewing: key.fingerprint(),
        incoming: [8; 32],
    };
    PoolPart {
        cell: PoolCell { pool: Some(shielded::Pool::genesis()), proof: nothing() },
        since: Boundary::default(),
        accounts: viewing.iter().map(account).collect(),
        notes: note().into_iter().collect(),
        annex: Annex { late: note().into_iter().collect(), forward: bundles.clone(), carries },
        bundles,
        log: LogRun {
            from: shielded::LogPlace::START,
            steps: vec![LogStep { round, index, halves }],
        },
    }
}

fn receipts() -> Receipts {
    let statement = statement();
    let paid = note().into_iter().map(|note| Receipt {
        period: note.period,
        note: note.note,
        witness: note.witness,
        round: note.round,
        made: note.made,
        time: note.time,
        name: Some("=名".to_owned()),
        memo: note.memo,
    });
    let pool = pool();
    Receipts {
        chain: statement.chain,
        from: statement.from,
        to: statement.to,
        subject: statement.subject,
        opening: statement.opening,
        closing: statement.closing,
        steps: vec![],
        accounts: pool.accounts.iter().map(|it| (it.period, it.incoming)).collect(),
        cell: pool.cell,
        since: pool.since,
        receipts: paid.collect(),
        exporter: statement.exporter,
    }
}

/// A note with its path.
fn note() -> Option<PoolNote> {
    let key = testkit::shielded_person(1)?.viewing_key();
    let actions = testkit::unproved(&testkit::shielded_person(1)?, 5, 1)?.effects.compact();
    let scanner = shielded::Scanner::of_accounts(std::slice::from_ref(&key))?;
    let found = scanner.scan(&actions).pop()?;
    let position = u64::try_from(found.action).ok()?;
    let mut tree = shielded::Witnesses::begin(0, &shielded::Frontier::empty(), Round(0)).ok()?;
    let leaves: Vec<_> = actions.iter().map(|action| action.cmx).collect();
    tree.append(Round(9), &leaves, &BTreeSet::from([position])).ok()?;
    let proof = || StateProof::new(Some(([1; 32], [2; 32])), vec![[3; 32]]);
    Some(PoolNote {
        period: key.period(),
        scope: found.scope,
        witness: tree.witness(position, Round(9)).ok()?,
        round: Round(9),
        made: proof(),
        time: Timestamp(1_795_000_000_000),
        nullifier: key.nullifier(&found.note)?,
        spent: Some(Round(10)),
        mark: proof(),
        name: None,
        memo: Some("=1+1".to_owned()),
        note: found.note,
    })
}

fn line(counter: u64, kind: EntryKind) -> Line {
    let entry = Entry {
        counter,
        round: Round(counter),
        tx: TxId([3; 32]),
        index: 0,
        kind,
        delta: Deltas { abc: Delta::minus(5), abit: Delta::plus(5000), ..Deltas::default() },
        counterparty: Some(key(2).public().address()),
        abc: Amount::new(112_500_000),
        abit: Amount::new(5000),
        bonded: Amount::ZERO,
        nonce: 1,
        via_retired: true,
    };
    let (name, memo) = (Some("=名\u{202e}".to_owned()), Some("a\nb".to_owned()));
    let time = Timestamp(1_795_000_000_000_u64.saturating_add(counter));
    Line { entry, time, name, memo, mark: [0; 8] }
}
