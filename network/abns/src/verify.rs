//! Recomputing the whole file from its blocks: what a test asks after a crash, and an operator who
//! distrusts a disk. Slow by design; nothing in normal operation calls it.

use crate::{
    AbnsError, ChainStore,
    file::guarded,
    layout::{
        BODIES, ENTRIES, HEADERS, NODES, STATE, TRANSACTIONS, entry_key, place, round_key,
        transaction_key,
    },
    rows::ReadRows,
    snapshot::{Snapshot, decode},
    tree,
};
use ledger::{Account, Body, CertifiedHeader, Entry, Tip};
use types::Round;

/// What a full check went through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Verified {
    /// Blocks, from round 1 to the tip.
    pub rounds: u64,
    /// Transactions in them.
    pub transactions: u64,
    /// Accounts in the state.
    pub accounts: u64,
    /// History entries of these accounts.
    pub entries: u64,
}

impl ChainStore {
    /// Checks the links and certificates of all headers, and recomputes the roots of all bodies,
    /// the index of transactions, the history hash of every account and the state root.
    ///
    /// # Errors
    /// [`AbnsError::Damaged`] with the first contradiction; else [`AbnsError`] if the file cannot
    /// be read.
    pub fn verify(&self) -> Result<Verified, AbnsError> {
        guarded(|| {
            let snapshot = self.file.snapshot()?;
            let tip = snapshot.tip()?;
            let mut done = Verified::default();
            let state_root = self.verify_blocks(&snapshot, tip, &mut done)?;
            verify_state(&snapshot, tip, state_root, &mut done)?;
            Ok(done)
        })
    }

    /// The state root of the tip's header, if there is a header.
    fn verify_blocks(
        &self,
        snapshot: &Snapshot,
        tip: Tip,
        done: &mut Verified,
    ) -> Result<Option<[u8; 32]>, AbnsError> {
        let headers = snapshot.rows(HEADERS)?;
        let bodies = snapshot.rows(BODIES)?;
        let transactions = snapshot.rows(TRANSACTIONS)?;
        let (mut before, mut state_root) = (self.birth, None);
        for round in 1..=tip.round.0 {
            let key = round_key(Round(round));
            let block: CertifiedHeader = decode(&headers, &headers.need(&key)?)?;
            self.verify_header(&before, &block).map_err(|what| at(round, what))?;
            let body: Body = decode(&bodies, &bodies.need(&key)?)?;
            if body.root() != block.header.body_root {
                return Err(at(round, "body of another block"));
            }
            verify_index(&transactions, Round(round), &body)?;
            done.transactions += body.transactions.len() as u64;
            (before, state_root) = (block.header.tip(), Some(block.header.state_root));
        }
        done.rounds = tip.round.0;
        let counts = [headers.count()?, bodies.count()?, transactions.count()?];
        if before == tip && counts == [done.rounds, done.rounds, done.transactions] {
            Ok(state_root)
        } else {
            Err(AbnsError::damaged("rows that no block accounts for"))
        }
    }

    fn verify_header(&self, before: &Tip, block: &CertifiedHeader) -> Result<(), String> {
        let header = &block.header;
        header.check(self.chain, &self.committee).map_err(|error| error.to_string())?;
        header.follows(before, self.interval_ms).map_err(|error| error.to_string())?;
        block.verify(&self.committee).map_err(|error| error.to_string())
    }
}

fn verify_index(rows: &ReadRows, round: Round, body: &Body) -> Result<(), AbnsError> {
    for (index, transaction) in (0_u32..).zip(&body.transactions) {
        if rows.get(transaction_key(&transaction.id()))? != Some(place(round, index)) {
            return Err(at(round.0, "transaction not indexed"));
        }
    }
    Ok(())
}

fn verify_state(
    snapshot: &Snapshot,
    tip: Tip,
    state_root: Option<[u8; 32]>,
    done: &mut Verified,
) -> Result<(), AbnsError> {
    let state = snapshot.rows(STATE)?;
    let entries = snapshot.rows(ENTRIES)?;
    let rows = state.all()?.collect::<Result<Vec<_>, _>>()?;
    let root = tree::root_of_state(rows.iter().map(|(key, value)| (key, value)));
    let in_tree = tree::root(&snapshot.rows(NODES)?, tip.round.0)?;
    if root != in_tree || state_root.is_some_and(|in_header| root != in_header) {
        return Err(AbnsError::damaged("state, tree and header differ"));
    }
    for (_, value) in rows.iter().filter(|(key, _)| key.starts_with(b"acct/")) {
        let account: Account = decode(&state, value)?;
        done.entries += verify_history(&entries, &account)?;
        done.accounts += 1;
    }
    if entries.count()? == done.entries {
        Ok(())
    } else {
        Err(AbnsError::damaged("history entries of no account"))
    }
}

/// Recomputes one account's history hash; how many entries it has.
fn verify_history(rows: &ReadRows, account: &Account) -> Result<u64, AbnsError> {
    let mut hash = [0; 32];
    let mut count = 0;
    for row in rows.range(&entry_key(account.home, 0), &entry_key(account.home, u64::MAX))? {
        let entry: Entry = decode(rows, &row?.1)?;
        count += 1;
        if entry.counter != count {
            return Err(rows.damaged("gap"));
        }
        hash = entry.next_hash(&hash);
    }
    if count == account.counter && hash == account.history {
        Ok(count)
    } else {
        Err(rows.damaged("broken history"))
    }
}

fn at(round: u64, what: impl std::fmt::Display) -> AbnsError {
    AbnsError::damaged(format!("{what} in round {round}"))
}
