//! Recomputing the whole file from its blocks: what a test asks after a crash, and an operator who
//! distrusts a disk. Slow by design; nothing in normal operation calls it.

mod blocks;
mod chains;
mod history;
mod nodes;
mod pool;
mod state;

use crate::{
    AbnsError, ChainStore,
    file::guarded,
    layout::{FORMAT, META, META_CHAIN, META_FORMAT, TABLES, format_row},
    opening::base,
    snapshot::{View, read_tip},
};
use std::sync::PoisonError;

/// What a full check went through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Verified {
    /// Blocks, from the first that is kept to the tip.
    pub rounds: u64,
    /// Transactions in the bodies that are kept.
    pub transactions: u64,
    /// Accounts in the state.
    pub accounts: u64,
    /// History entries of these accounts.
    pub entries: u64,
    /// Versions of values of the state.
    pub versions: u64,
    /// Nodes of the state tree.
    pub nodes: u64,
    /// Bundles in the pool log, but for those before a state that the file began with.
    pub bundles: u64,
}

impl ChainStore {
    /// Recomputes everything: the links and certificates of all headers, the
    /// range over them, the committees that they name, the roots of the bodies
    /// that are kept and the places of their transactions, every link of every value's past, the
    /// index, every node of the state tree up to the header of its round, every kept value against
    /// the tree of its round, the state root and the history hash of every account, the pool log.
    ///
    /// # Errors
    /// [`AbnsError::Damaged`] with the first contradiction; else [`AbnsError`] if the file cannot
    /// be read.
    pub fn verify(&self) -> Result<Verified, AbnsError> {
        guarded(|| {
            let view = self.whole_view()?;
            verify_meta(self, &view)?;
            for table in TABLES {
                view.snapshot.rows(table)?.check_seals(META_FORMAT)?;
            }
            let base = base(&view.snapshot)?;
            let mut done = Verified::default();
            let roots = blocks::verify(self, (&view, base), &mut done)?;
            chains::verify(&view, &view.entries()?)?;
            done.versions = chains::verify(&view, &view.state)?;
            done.nodes = nodes::verify((&view, base), &roots)?;
            state::verify(&view, base, &roots, &mut done)?;
            done.bundles = pool::verify(&view)?;
            Ok(done)
        })
    }

    /// The newest block and the file just behind it: no block is committed in between.
    fn whole_view(&self) -> Result<View, AbnsError> {
        let _writer = self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        self.view()
    }
}

fn verify_meta(store: &ChainStore, view: &View) -> Result<(), AbnsError> {
    let meta = view.snapshot.rows(META)?;
    let (tip, jobs) = (&view.tip, &view.jobs);
    let fits = meta.raw(META_FORMAT)? == Some(format_row(FORMAT))
        && meta.need(META_CHAIN)? == store.chain.0
        && read_tip(&meta)? == *tip
        && jobs.floor <= tip.round
        && jobs.bodies <= tip.round
        && jobs.replay <= tip.round.next();
    if fits { Ok(()) } else { Err(meta.damaged("contradictions")) }
}
