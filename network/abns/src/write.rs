//! What a block adds to each table, inside the one transaction that keeps it.

use crate::{
    AbnsError, Horizon,
    commit::PendingState,
    index::{Index, Layers, store},
    jobs::{Eras, Jobs},
    layout::{
        BODIES, ENTRIES, HEADERS, HISTORIES, INDEX, NODES, STATE, STATE_KEYS, place, place_key,
        round_key,
    },
    rows::WriteRows,
    snapshot::find_place,
    sweep::{drop_era, drop_old},
    tree,
    versions::{Log, Row, Version},
};
use jmt::storage::TreeUpdateBatch;
use ledger::{Body, CertifiedHeader, Entry};
use redb::{Table, WriteTransaction};
use types::{Address, Round};
use wire::Encode;

/// Transactions of one era, about: a few times what is written at once, so that rows meet others on
/// their pages, and so few pages that writing them again and again costs little.
const ERA: u64 = 1 << 17;

type Bytes = &'static [u8];

/// The index and the jobs while a block is written.
pub(crate) struct Writer<'t> {
    pub(crate) index: Index<Table<'t, Bytes, Bytes>>,
    pub(crate) jobs: Jobs,
    eras: Eras,
    eras_before: Eras,
}

impl<'t> Writer<'t> {
    pub(crate) fn new(
        transaction: &'t WriteTransaction,
        meta: &WriteRows<'_>,
        layers: Layers,
    ) -> Result<Self, AbnsError> {
        let index = Index::new(WriteRows::write(transaction, INDEX)?, layers);
        let eras = Eras::read(meta)?;
        Ok(Self { index, jobs: Jobs::read(meta)?, eras_before: eras.clone(), eras })
    }

    /// For the first transaction of a file.
    pub(crate) fn of_nothing(
        transaction: &'t WriteTransaction,
        jobs: Jobs,
        eras: Eras,
    ) -> Result<Self, AbnsError> {
        let index = Index::new(WriteRows::write(transaction, INDEX)?, Layers::default());
        Ok(Self { index, jobs, eras_before: Eras::default(), eras })
    }

    /// Header, body and the places of the transactions.
    pub(crate) fn block(
        &mut self,
        transaction: &WriteTransaction,
        block: &CertifiedHeader,
        body: &Body,
    ) -> Result<(), AbnsError> {
        let round = block.header.round;
        let key = round_key(round);
        WriteRows::write(transaction, HEADERS)?.put(&key, &block.to_bytes())?;
        WriteRows::write(transaction, BODIES)?.put(&key, &body.to_bytes())?;
        if self.eras.count >= ERA {
            self.eras.first.push(round);
            self.eras.count = 0;
        }
        let era = self.eras.of(round);
        for (at, included) in (0_u32..).zip(&body.transactions) {
            let id = included.id();
            if find_place(&self.index, &self.eras, &id)?.is_some() {
                return Err(AbnsError::bad_block("transaction is final already"));
            }
            self.index.put(place_key(era, &id), Some(place(round, at)));
            self.eras.count += 1;
        }
        Ok(())
    }

    /// Appends to the histories.
    pub(crate) fn entries(
        &mut self,
        transaction: &'t WriteTransaction,
        entries: &[(Address, Entry)],
        round: Round,
    ) -> Result<(), AbnsError> {
        let rows = WriteRows::write(transaction, ENTRIES)?;
        let mut log = writing(rows, HISTORIES, (Round(0), round));
        for (home, entry) in entries {
            let key = home.to_bytes();
            let row = log.next_row(&self.index, &key, Some(entry.to_bytes()))?;
            // A history that was not begun here goes on from the number that its account has.
            let row = if row.prev.is_none() { Row { depth: entry.counter, ..row } } else { row };
            if row.depth != entry.counter {
                return Err(AbnsError::bad_block("history entry is not the next"));
            }
            log.append(&mut self.index, &row)?;
        }
        Ok(())
    }

    /// State and tree, and what is pruned of them.
    pub(crate) fn state(
        &mut self,
        transaction: &'t WriteTransaction,
        pending: &PendingState,
        horizon: Horizon,
    ) -> Result<(), AbnsError> {
        let round = pending.round;
        let rows = WriteRows::write(transaction, STATE)?;
        let mut log = writing(rows, STATE_KEYS, (self.jobs.floor, round));
        let plan = &pending.plan;
        for row in plan.carried.iter().filter(|row| !pending.changes.contains_key(&row.key)) {
            log.append(&mut self.index, row)?;
        }
        for key in plan.forgotten.iter().filter(|key| !pending.changes.contains_key(*key)) {
            self.forget(log.index_key(key))?;
        }
        for (key, value) in &pending.changes {
            let base = pending.bases.get(key).copied().flatten();
            // Deleting what never was leaves no trace, here as in the tree.
            if base.is_none() && value.is_none() {
                continue;
            }
            let put = log.put(&mut self.index, key, base, value.as_deref())?;
            put.map_err(|_| AbnsError::bad_block("prepared on another value"))?;
        }
        write_tree(transaction, &pending.batch)?;
        self.jobs.sweeping = plan.sweeping.clone();
        let fresh = &mut self.jobs.sweeping.fresh;
        *fresh = fresh.saturating_add(pending.changes.len() as u64 + 1);
        let written = pending.batch.node_batch.nodes().len();
        drop_old(transaction, &mut log.rows, &mut self.jobs, (horizon.oldest(round), written))?;
        self.drop_eras()
    }

    /// Writes down how far the jobs are; the layers behind the block.
    pub(crate) fn finish(self, meta: &mut WriteRows<'_>) -> Result<Layers, AbnsError> {
        self.jobs.write(meta)?;
        if self.eras != self.eras_before {
            self.eras.write(meta)?;
        }
        Ok(self.index.layers)
    }

    /// Writes all of a first block's index at once.
    pub(crate) fn settle(&mut self) -> Result<(), AbnsError> {
        for (key, change) in std::mem::take(&mut self.index.draft) {
            store(&mut self.index.table, &key, change.as_deref())?;
        }
        Ok(())
    }

    /// The row goes at once: nothing would tell after a crash that it was to go.
    fn forget(&mut self, key: Vec<u8>) -> Result<(), AbnsError> {
        self.index.table.remove(&key)?;
        self.index.put(key, None);
        Ok(())
    }

    fn drop_eras(&mut self) -> Result<(), AbnsError> {
        let ended = self.eras.first.get(1).is_some_and(|next| *next <= self.jobs.bodies);
        if ended && drop_era(&mut self.index.table, self.eras.number)? {
            self.eras.first.remove(0);
            self.eras.number = self.eras.number.saturating_add(1);
        }
        Ok(())
    }
}

/// A log open for the rows of a round.
pub(crate) fn writing(
    rows: WriteRows<'_>,
    namespace: u8,
    (floor, round): (Round, Round),
) -> Log<Table<'_, Bytes, Bytes>> {
    Log { rows, namespace, floor, next: Version { round, seq: 0 } }
}

/// Writes the nodes of a version.
pub(crate) fn write_tree(
    transaction: &WriteTransaction,
    batch: &TreeUpdateBatch,
) -> Result<(), AbnsError> {
    let mut nodes = WriteRows::write(transaction, NODES)?;
    for (key, node) in batch.node_batch.nodes() {
        let (key, bytes) = tree::row(key, node)?;
        nodes.put(&key, &bytes)?;
    }
    Ok(())
}
