//! Writing: the state root of a proposed block, and the one transaction that keeps a final one.

use crate::{
    AbnsError, ChainStore,
    ahead::Ahead,
    layout::{COMMITTEES, META, META_TIP, RANGE, range_key},
    pool,
    rows::WriteRows,
    snapshot::read_tip,
    store::Live,
    sweep::{self, Plan},
    tree,
    versions::Version,
    write::Writer,
};
use jmt::storage::TreeUpdateBatch;
use ledger::{
    Body, CertifiedHeader, Changes, Header, Outcome, Seats, StateView, Tip, receipts_root,
};
use redb::WriteTransaction;
use std::{collections::BTreeMap, sync::PoisonError};
use types::{BlockId, Round};
use wire::Encode;

/// A state one block ahead of the tip, computed but not written. Any number may be prepared for
/// one round; at most one is committed, the others are dropped.
pub struct PendingState {
    /// The root of the state tree after the block.
    pub root: [u8; 32],
    pub(crate) round: Round,
    parent: BlockId,
    pub(crate) changes: Changes,
    /// What each changed key was when the block was prepared.
    pub(crate) bases: BTreeMap<Vec<u8>, Option<Version>>,
    pub(crate) plan: Plan,
    pub(crate) batch: TreeUpdateBatch,
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
    pub fn prepare(&self, changes: &Changes) -> Result<PendingState, AbnsError> {
        let changes = changes.clone();
        self.fault.run(|| {
            let view = self.view()?;
            let (round, parent) = (view.tip.round.next(), view.tip.block);
            let plan = sweep::plan(&view, self.horizon, round)?;
            let mut bases = BTreeMap::new();
            for key in changes.keys() {
                let row = view.state.at(&view.index, key, Version::after(view.tip.round))?;
                bases.insert(key.clone(), row.map(|row| row.version));
            }
            let carried = plan.carried.iter().filter(|row| !changes.contains_key(&row.key));
            let carried = carried.filter_map(|row| Some((&row.key, Some(row.value.as_ref()?))));
            let leaves = changes.iter().map(|(key, value)| (key, value.as_ref())).chain(carried);
            let (root, batch) = tree::update(&view.nodes, round.0, leaves)?;
            Ok(PendingState { root, round, parent, changes, bases, plan, batch })
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
        // One writer at a time from its first look at the tip until readers see its block.
        let mut ahead = self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = ahead.clone();
        let live = self.fault.run(|| {
            self.fits(block, body)?;
            belongs(block, outcome, &pending)?;
            self.write((block, body, outcome), &pending, &mut next)
        })?;
        *ahead = next;
        *self.live.write().unwrap_or_else(PoisonError::into_inner) = live;
        Ok(())
    }

    fn write(
        &self,
        (block, body, outcome): (&CertifiedHeader, &Body, &Outcome),
        pending: &PendingState,
        ahead: &mut Ahead,
    ) -> Result<Live, AbnsError> {
        let before = self.live();
        let tip = before.tip.after(&block.header);
        let transaction = self.file.begin()?;
        let layers = {
            let mut meta = WriteRows::write(&transaction, META)?;
            if read_tip(&meta)? != before.tip {
                return Err(meta.damaged("another tip"));
            }
            self.write_committee(&transaction, &before.tip, (&block.header, pending))?;
            write_range(&transaction, &before.tip, &block.header)?;
            let mut writer = Writer::new(&transaction, &meta, before.layers)?;
            writer.block(&transaction, block, body)?;
            let behind = Behind { view: self, changes: &pending.changes };
            pool::append(&transaction, (self, &behind, &pending.changes), (pending.round, body))?;
            writer.entries(&transaction, &outcome.entries, pending.round)?;
            writer.state(&transaction, pending, self.horizon)?;
            ahead.advance(&mut writer.index, &mut writer.jobs, pending.round)?;
            meta.put(META_TIP, &tip.to_bytes())?;
            writer.finish(&mut meta)?
        };
        transaction.commit()?;
        Ok(Live { tip, layers })
    }

    /// Keeps the next committee, if it is a new one.
    fn write_committee(
        &self,
        transaction: &WriteTransaction,
        before: &Tip,
        (header, pending): (&Header, &PendingState),
    ) -> Result<(), AbnsError> {
        if header.next_committee == before.committee {
            return Ok(());
        }
        let behind = Behind { view: self, changes: &pending.changes };
        let seats = Seats::of(&behind, &self.params, header.round.next());
        let committee = seats.map_err(AbnsError::bad_block)?.committee();
        if committee.hash() != header.next_committee {
            return Err(AbnsError::bad_block("other next committee"));
        }
        WriteRows::write(transaction, COMMITTEES)?
            .put(&header.next_committee, &committee.to_bytes())
    }

    fn fits(&self, block: &CertifiedHeader, body: &Body) -> Result<(), AbnsError> {
        let CertifiedHeader { header, certificate } = block;
        let tip = self.live().tip;
        let committee = self.known_committee(&tip.committee)?;
        header.check(self.chain, &committee).map_err(AbnsError::bad_block)?;
        header.follows(&tip, self.params.interval_ms).map_err(AbnsError::bad_block)?;
        all_hold(&[
            ("certificate of another block", certificate.block == header.id()),
            ("certificate of another round", certificate.round == header.round),
            ("body of another block", body.root() == header.body_root),
        ])
    }
}

/// Appends the header to the range over all of them.
fn write_range(
    transaction: &WriteTransaction,
    before: &Tip,
    header: &Header,
) -> Result<(), AbnsError> {
    let mut rows = WriteRows::write(transaction, RANGE)?;
    for node in before.history.clone().append(header.id()) {
        if let Some(key) = range_key(node.height, node.index) {
            rows.put(&key, &node.hash)?;
        }
    }
    Ok(())
}

/// The state behind a block that is not written yet.
struct Behind<'a> {
    view: &'a ChainStore,
    changes: &'a Changes,
}

impl StateView for Behind<'_> {
    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.changes.get(key).map_or_else(|| self.view.get(key), Clone::clone)
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
        ("other next committee", outcome.next_committee == header.next_committee),
        ("other receipts", receipts_root(&outcome.receipts) == header.receipts_root),
    ])
}

fn all_hold(checks: &[(&str, bool)]) -> Result<(), AbnsError> {
    match checks.iter().find(|(_, holds)| !holds) {
        Some((broken, _)) => Err(AbnsError::bad_block(broken)),
        None => Ok(()),
    }
}
