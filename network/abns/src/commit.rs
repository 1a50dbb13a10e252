//! Writing: the state root of a proposed block, and the one transaction that keeps a final one.

use crate::{
    AbnsError, ChainStore,
    layout::{
        BODIES, ENTRIES, HEADERS, META, META_TIP, NODES, STALE, STATE, Stale, TRANSACTIONS, VALUES,
        entry_key, parse_stale, place, round_key, stale_key, tip_row, transaction_key, value_key,
    },
    rows::WriteRows,
    snapshot::read_tip,
    tree,
};
use jmt::storage::TreeUpdateBatch;
use ledger::{Body, CertifiedHeader, Entry, Outcome, Tip, receipts_root};
use redb::WriteTransaction;
use std::{collections::BTreeMap, sync::PoisonError};
use types::{Address, BlockId, Round};
use wire::Encode;

/// Versions of the state that can be proved: that of the tip, and so many less one before it.
pub(crate) const KEPT_VERSIONS: u64 = 256;

/// A state one block ahead of the tip, computed but not written. Any number may be prepared for
/// one round; at most one is committed, the others are dropped.
pub struct PendingState {
    /// The root of the state tree after the block.
    pub root: [u8; 32],
    round: Round,
    parent: BlockId,
    changes: BTreeMap<Vec<u8>, Vec<u8>>,
    batch: TreeUpdateBatch,
}

impl std::fmt::Debug for PendingState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PendingState").field("round", &self.round).finish_non_exhaustive()
    }
}

impl ChainStore {
    /// Computes the state after these changes to the tip's state. Writes nothing.
    ///
    /// # Errors
    /// [`AbnsError`] if the file cannot be read, now or earlier.
    pub fn prepare(&self, changes: &BTreeMap<Vec<u8>, Vec<u8>>) -> Result<PendingState, AbnsError> {
        self.fault.run(|| {
            let snapshot = self.file.snapshot()?;
            let tip = snapshot.tip()?;
            let round = tip.round.next();
            let (root, batch) = tree::update(&snapshot.rows(NODES)?, round.0, changes)?;
            Ok(PendingState { root, round, parent: tip.block, changes: changes.clone(), batch })
        })
    }

    /// Keeps a final block, whole or not at all; after `Ok` it survives a crash. After an error of
    /// the disk, opening the store again shows whether it was kept. The certificate's signatures
    /// are the caller's business.
    ///
    /// # Errors
    /// [`AbnsError::BadBlock`] if the block does not follow the tip or its parts do not belong
    /// together; else [`AbnsError`] if the file cannot be written.
    pub fn commit(
        &self,
        block: &CertifiedHeader,
        body: &Body,
        outcome: &Outcome,
        pending: PendingState,
    ) -> Result<(), AbnsError> {
        let tip = self.fault.run(|| self.write(block, body, outcome, pending))?;
        let mut newest = self.tip.write().unwrap_or_else(PoisonError::into_inner);
        // The thread that has committed the next block may have been faster from there to here.
        if tip.round > newest.round {
            *newest = tip;
        }
        Ok(())
    }

    fn write(
        &self,
        block: &CertifiedHeader,
        body: &Body,
        outcome: &Outcome,
        pending: PendingState,
    ) -> Result<Tip, AbnsError> {
        let transaction = self.file.begin()?;
        // Inside the transaction: of two commits that race for a round the second must lose.
        let tip = read_tip(&WriteRows::write(&transaction, META)?)?;
        self.fits(&tip, block, body)?;
        belongs(block, outcome, &pending)?;
        write_block(&transaction, block, body)?;
        write_entries(&transaction, &outcome.entries)?;
        write_state(&transaction, &outcome.changes)?;
        write_tree(&transaction, pending.round.0, pending.batch)?;
        prune(&transaction, pending.round.0)?;
        let tip = block.header.tip();
        WriteRows::write(&transaction, META)?.put(META_TIP, &tip_row(&tip))?;
        transaction.commit()?;
        Ok(tip)
    }

    fn fits(&self, tip: &Tip, block: &CertifiedHeader, body: &Body) -> Result<(), AbnsError> {
        let CertifiedHeader { header, certificate } = block;
        header.check(self.chain, &self.committee).map_err(AbnsError::bad_block)?;
        header.follows(tip, self.interval_ms).map_err(AbnsError::bad_block)?;
        all_hold(&[
            ("certificate of another block", certificate.block == header.id()),
            ("certificate of another round", certificate.round == header.round),
            ("body of another block", body.root() == header.body_root),
        ])
    }
}

fn belongs(
    block: &CertifiedHeader,
    outcome: &Outcome,
    pending: &PendingState,
) -> Result<(), AbnsError> {
    let header = &block.header;
    all_hold(&[
        ("prepared for another round", pending.round == header.round),
        ("prepared on another parent", pending.parent == header.parent),
        ("other state root", pending.root == header.state_root),
        ("prepared from another outcome", pending.changes == outcome.changes),
        ("other receipts", receipts_root(&outcome.receipts) == header.receipts_root),
    ])
}

fn all_hold(checks: &[(&str, bool)]) -> Result<(), AbnsError> {
    match checks.iter().find(|(_, holds)| !holds) {
        Some((broken, _)) => Err(AbnsError::bad_block(broken)),
        None => Ok(()),
    }
}

fn write_block(
    transaction: &WriteTransaction,
    block: &CertifiedHeader,
    body: &Body,
) -> Result<(), AbnsError> {
    let round = block.header.round;
    let key = round_key(round);
    WriteRows::write(transaction, HEADERS)?.put(&key, &block.to_bytes())?;
    WriteRows::write(transaction, BODIES)?.put(&key, &body.to_bytes())?;
    let mut transactions = WriteRows::write(transaction, TRANSACTIONS)?;
    for (index, included) in (0_u32..).zip(&body.transactions) {
        let id = included.id();
        let key = transaction_key(&id);
        if transactions.get(key)?.is_some() {
            return Err(AbnsError::bad_block("transaction is final already"));
        }
        transactions.put(key, &place(round, index))?;
    }
    Ok(())
}

/// Appends to the histories.
pub(crate) fn write_entries(
    transaction: &WriteTransaction,
    entries: &[(Address, Entry)],
) -> Result<(), AbnsError> {
    let mut rows = WriteRows::write(transaction, ENTRIES)?;
    for (home, entry) in entries {
        let key = entry_key(*home, entry.counter);
        if rows.get(&key)?.is_some() {
            return Err(AbnsError::bad_block("history entry is final already"));
        }
        rows.put(&key, &entry.to_bytes())?;
    }
    Ok(())
}

/// Writes the newest values.
pub(crate) fn write_state(
    transaction: &WriteTransaction,
    changes: &BTreeMap<Vec<u8>, Vec<u8>>,
) -> Result<(), AbnsError> {
    let mut state = WriteRows::write(transaction, STATE)?;
    changes.iter().try_for_each(|(key, value)| state.put(key, value))
}

/// Writes the nodes and values of a version, and notes what they replace.
pub(crate) fn write_tree(
    transaction: &WriteTransaction,
    version: u64,
    batch: TreeUpdateBatch,
) -> Result<(), AbnsError> {
    let mut stale = WriteRows::write(transaction, STALE)?;
    for index in &batch.stale_node_index_batch {
        let key = tree::key_of(&index.node_key);
        stale.put(&stale_key(index.stale_since_version, Stale::Node, &key), &[])?;
    }
    let mut nodes = WriteRows::write(transaction, NODES)?;
    for (key, node) in batch.node_batch.nodes() {
        nodes.put(&tree::key_of(key), &tree::encode(node)?)?;
    }
    let mut values = WriteRows::write(transaction, VALUES)?;
    for ((_, key_hash), value) in batch.node_batch.values() {
        let key = value_key(&key_hash.0, version);
        let older = values.range(&value_key(&key_hash.0, 0), &key)?.next_back().transpose()?;
        if let Some((older, _)) = older {
            stale.put(&stale_key(version, Stale::Value, &older), &[])?;
        }
        // The ledger never deletes a key; a deleted one would have no value.
        values.put(&key, value.as_deref().unwrap_or_default())?;
    }
    Ok(())
}

/// Removes what no kept version needs any more.
fn prune(transaction: &WriteTransaction, version: u64) -> Result<(), AbnsError> {
    // What was replaced in version s serves the versions before s.
    let Some(oldest) = (version + 1).checked_sub(KEPT_VERSIONS) else { return Ok(()) };
    let mut stale = WriteRows::write(transaction, STALE)?;
    let mut nodes = WriteRows::write(transaction, NODES)?;
    let mut values = WriteRows::write(transaction, VALUES)?;
    let old: Vec<Vec<u8>> = stale
        .range(&[0; 8], &(oldest + 1).to_be_bytes())?
        .map(|row| row.map(|(key, _)| key))
        .collect::<Result<_, _>>()?;
    for key in old {
        match parse_stale(&key) {
            Some((Stale::Node, node)) => nodes.remove(node)?,
            Some((Stale::Value, value)) => values.remove(value)?,
            None => return Err(stale.damaged("bad row")),
        }
        stale.remove(&key)?;
    }
    Ok(())
}
