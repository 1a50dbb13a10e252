//! How long a statement of 10,000 entries takes, and one of private receipts. A row for each figure:
//! name, number, unit, goal and what others report, between tabs; `cargo xtask bench wallet` lines them
//! up. Making is all that is done once everything is fetched: building, signing, writing, and the check
//! that its maker makes. Nothing here judges a figure.

use anyhow::{Context, Result, ensure};
use ledger::{
    Account, AccountProof, Committee, Delta, Deltas, Entry, EntryKind, Header, HeaderRange,
    KeySlot, NO_PROPOSER, account_key, alias_key, nullifier_key, pool_key,
};
use light::{Checkpoint, Step};
use shielded::{Frontier, LogEntry, LogPlace, Pool, Scanner, Witnesses};
use statement::{
    Beside, Boundary, LogRun, Pieces, PoolAccount, PoolCell, PoolNote, PoolPart, ProvedHeader,
    ReviewKeys, Statement, Stream, Subject, Told, verify_with, write_stream,
};
use std::collections::{BTreeMap, BTreeSet};
use std::hint::black_box;
use std::time::Instant;
use types::{Amount, BlockId, ChainId, Round, Timestamp, TxId};
use wire::{Encode, hash};

const CHAIN: ChainId = ChainId([7; 32]);
/// 2 December 2026, the month of the keys.
const TIME: Timestamp = Timestamp(1_796_169_600_000);
const ROUND: Round = Round(1);
const ENTRIES: u64 = 10_000;
const NOTES: u64 = 200;

type State = BTreeMap<Vec<u8>, Vec<u8>>;

fn main() -> Result<()> {
    let entries: Vec<Entry> = (1..=ENTRIES).map(entry).collect();
    let plain = World::of(entries, 0)?;
    let (file, made) = plain.made()?;
    row("statement of 10,000 entries made", made, ("s", "<= 3"));
    row("statement of 10,000 entries verified", plain.verified(&file)?, ("s", "<= 2"));
    row("  its file", file.len() as f64 / 1e6, ("MB", ""));
    let private = World::of(vec![], NOTES)?;
    let (file, made) = private.made()?;
    row("statement of 200 private receipts made", made, ("s", ""));
    row("  verified with keys and stream", private.verified(&file)?, ("s", ""));
    Ok(())
}

fn row(name: &str, value: f64, (unit, goal): (&str, &str)) {
    println!("{name}\t{value}\t{unit}\t{goal}\t");
}

fn entry(counter: u64) -> Entry {
    Entry {
        counter,
        round: ROUND,
        tx: TxId(hash("tx", &[&counter.to_be_bytes()])),
        index: u32::try_from(counter).unwrap_or_default(),
        kind: EntryKind::PayIn,
        delta: Deltas { abc: Delta::plus(1_000_000), ..Deltas::default() },
        counterparty: Some(testkit::person(9).public().address()),
        abc: Amount::new(counter.saturating_mul(1_000_000)),
        abit: Amount::ZERO,
        bonded: Amount::ZERO,
        nonce: 0,
        via_retired: false,
    }
}

/// What was fetched for a statement, and what its reader has.
struct World {
    pieces: Pieces,
    checkpoint: Checkpoint,
    keys: ReviewKeys,
    stream: Vec<u8>,
}

impl World {
    fn of(entries: Vec<Entry>, notes: u64) -> Result<Self> {
        let home = testkit::person(1).public();
        let account = Account {
            counter: entries.len() as u64,
            history: entries.iter().fold([0; 32], |hash, entry| entry.next_hash(&hash)),
            abc: entries.last().map_or(Amount::ZERO, |entry| entry.abc),
            open_id: Some(home.open_id()),
            slots: vec![KeySlot { key: home.clone(), added: ROUND, retired: None }],
            ..Account::empty(home.address())
        };
        let receipts = Receipts::new(notes)?;
        let mut state = receipts.state();
        state.insert(account_key(home.address()), account.to_bytes());
        let step = step(testkit::state_root(&state))?;
        let top = step.header().clone();
        let only = || Some(ProvedHeader { header: top.clone(), path: None });
        let bounds = (Boundary { last: None, next: only() }, Boundary { last: only(), next: None });
        let since = Boundary { last: None, next: only() };
        let told = |entry: &Entry| {
            let told = Told { name: Some("bob".to_owned()), memo: Some("for lunch".to_owned()) };
            (entry.tx, told)
        };
        let address = home.address();
        let pieces = Pieces {
            chain: CHAIN,
            period: (Timestamp(TIME.0.saturating_sub(1_000)), TIME.plus_millis(1)),
            subject: Subject { address, name: Some("alice".to_owned()) },
            bounds,
            steps: vec![step],
            proof: AccountProof {
                round: ROUND,
                address,
                alias: None,
                alias_proof: testkit::prove_state(&state, &alias_key(address)),
                account: Some(account),
                proof: testkit::prove_state(&state, &account_key(address)),
            },
            times: BTreeMap::from([(ROUND, TIME)]),
            told: entries.iter().map(told).collect(),
            pool: Some(Box::new(receipts.part(&state, since)?)),
            key: home,
            entries,
        };
        let key = testkit::shielded_person(1).context("a person")?;
        Ok(Self {
            pieces,
            checkpoint: Checkpoint::of(&top),
            keys: ReviewKeys::new(CHAIN, vec![key.viewing_key()], vec![]),
            stream: write_stream(CHAIN, LogPlace::START, &receipts.entries),
        })
    }

    /// The file, and the seconds that it took.
    fn made(&self) -> Result<(String, f64)> {
        let pieces = self.pieces.clone();
        let start = Instant::now();
        let mut statement = Statement::of(pieces)?;
        let signature = testkit::person(1).sign(&statement.digest());
        statement.exporter.signature = signature.to_vec();
        let file = statement.file();
        let report = statement::verify(file.as_bytes(), &self.checkpoint, TIME)?;
        ensure!(!report.failed(), "the statement is refused: {report:?}");
        Ok((file, start.elapsed().as_secs_f64()))
    }

    fn verified(&self, file: &str) -> Result<f64> {
        let start = Instant::now();
        let stream = Stream::read(&self.stream)?;
        let beside = Beside { keys: Some(&self.keys), stream: Some(&stream) };
        let report = verify_with(black_box(file.as_bytes()), &self.checkpoint, TIME, beside)?;
        ensure!(!report.failed(), "the statement is refused: {report:?}");
        Ok(start.elapsed().as_secs_f64())
    }
}

/// The one header there is.
fn step(state_root: [u8; 32]) -> Result<Step> {
    let members = (1..=4).map(testkit::member).collect();
    let committee = Committee::new(members).context("a committee")?;
    let header = Header {
        version: Header::VERSION,
        chain: CHAIN,
        round: ROUND,
        time: TIME,
        parent: BlockId(CHAIN.0),
        body_root: [1; 32],
        state_root,
        receipts_root: [3; 32],
        committee: committee.hash(),
        next_committee: committee.hash(),
        beacon: [4; 32],
        history: HeaderRange::default().root(),
        parent_certificate: [5; 32],
        proposer: NO_PROPOSER,
        ticket: [0; 80],
        flags: 0,
    };
    let certified = testkit::certify(header, &committee, &[1, 2, 3, 4]);
    Ok(Step::new(certified, committee, None))
}

/// Bundles that nobody has proved, each with a receipt.
struct Receipts {
    entries: Vec<LogEntry>,
    pool: Pool,
    tree: Witnesses,
}

impl Receipts {
    fn new(count: u64) -> Result<Self> {
        let to = testkit::shielded_person(1).context("a person")?;
        let (mut entries, mut pool) = (vec![], Pool::genesis());
        for (number, index) in (0..count).zip(0..) {
            let bundle = testkit::unproved(&to, 1_000, number).context("a bundle")?;
            pool.log(ROUND, index, &bundle.effects.halves());
            entries.push(LogEntry::of(ROUND, index, &bundle.effects));
        }
        let mut tree = Witnesses::begin(0, &Frontier::empty(), Round(0))?;
        let leaves: Vec<_> =
            entries.iter().flat_map(|entry| &entry.actions).map(|action| action.cmx).collect();
        // Of every bundle both leaves, for which of them is the receipt is not known yet.
        let ours: BTreeSet<u64> = (0..leaves.len() as u64).collect();
        if !leaves.is_empty() {
            tree.append(ROUND, &leaves, &ours)?;
            (pool.anchor, pool.tree_size) = (tree.anchor(ROUND)?, leaves.len() as u64);
        }
        Ok(Self { entries, pool, tree })
    }

    fn state(&self) -> State {
        let actions = self.entries.iter().flat_map(|entry| &entry.actions);
        let marks = actions.map(|action| (nullifier_key(&action.nullifier), ROUND.to_bytes()));
        marks.chain([(pool_key(), self.pool.to_bytes())]).collect()
    }

    fn part(&self, state: &State, since: Boundary) -> Result<PoolPart> {
        let key = testkit::shielded_person(1).context("a person")?.viewing_key();
        let incoming = key.incoming().context("a key")?.fingerprint();
        let account = PoolAccount { period: key.period(), viewing: key.fingerprint(), incoming };
        let actions: Vec<_> =
            self.entries.iter().flat_map(|entry| entry.actions.iter().cloned()).collect();
        let keys = [key];
        let scanner = Scanner::of_accounts(&keys).context("a key")?;
        let [key] = keys;
        let mut notes = vec![];
        for found in scanner.scan(&actions) {
            let nullifier = key.nullifier(&found.note).context("a note of its own")?;
            notes.push(PoolNote {
                period: key.period(),
                scope: found.scope,
                witness: self.tree.witness(found.action as u64, ROUND)?,
                round: ROUND,
                made: testkit::prove_state(state, &nullifier_key(&found.note.rho)),
                time: TIME,
                nullifier,
                spent: None,
                mark: testkit::prove_state(state, &nullifier_key(&nullifier)),
                name: Some("bob".to_owned()),
                memo: Some("for lunch".to_owned()),
                note: found.note,
            });
        }
        let proof = testkit::prove_state(state, &pool_key());
        Ok(PoolPart {
            cell: PoolCell { pool: Some(self.pool.clone()), proof },
            since,
            accounts: vec![account],
            notes,
            bundles: vec![],
            annex: statement::Annex::default(),
            log: LogRun { from: self.pool.log_place(), steps: vec![] },
        })
    }
}
