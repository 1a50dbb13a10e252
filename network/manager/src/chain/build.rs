//! Building a block of what waits, and finding what can never stand in one.

use super::{Candidate, Ground, Rules, damaged, turns_of};
use crate::mempool::Turn;
use abns::{AbnsError, ChainStore, State};
use ledger::{
    BlockContext, Body, Draw, Execution, Header, LateVote, Rejection, Transaction, reveal_rank,
};
use std::collections::BTreeSet;
use std::sync::Arc;
use types::{Timestamp, TxId};

/// What a block can be built of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Matter<'a> {
    pub(crate) waiting: &'a [Arc<Transaction>],
    /// Votes that may have been shown already.
    pub(crate) late: &'a [LateVote],
}

/// A block of our own.
pub(crate) struct Built {
    pub(crate) header: Header,
    pub(crate) candidate: Candidate,
    /// What could not stand in it, and never will.
    pub(crate) refused: Vec<TxId>,
}

/// What could not stand in the block, and why not.
type Failed<'w> = (&'w Arc<Transaction>, Rejection);

impl Rules {
    /// Builds the next block of this, as much as may stand in it.
    pub(crate) fn build(
        &self,
        store: &ChainStore,
        ground: &Ground,
        draw: &Draw,
        now: Timestamp,
        matter: Matter<'_>,
    ) -> Result<Built, AbnsError> {
        let (state, tip) = (store.state()?, &ground.base.tip);
        let time = now.max(self.earliest(tip));
        let context = BlockContext::after(tip, self.chain, time, &self.params)
            .by(draw.proposer)
            .verifying(super::circuit);
        let verified = |tx: &Transaction| self.seen.contains(&tx.wid());
        let mut execution = Execution::begin(&state, context, &verified).map_err(damaged)?;
        // What waits was verified when it came in, nearly always; the rest of it is verified at once.
        execution.prove(matter.waiting.iter().map(Arc::as_ref));
        let parent_certificate = store.header(tip.round).map(|header| header.certificate);
        execution.credit(parent_certificate.as_ref()).map_err(damaged)?;
        let late = matter.late.iter().filter(|vote| execution.late(vote).is_ok());
        let late = late.copied().collect();
        let mut body = Body { parent_certificate, late, transactions: Vec::new() };
        let mut put = |tx: &Arc<Transaction>| match execution.apply(tx) {
            Ok(()) => {
                body.transactions.push(tx.as_ref().clone());
                Ok(())
            }
            Err(rejection) => Err(rejection),
        };
        // Names are revealed in the order of their commitments, or the block is refused.
        let mut sorted: Vec<_> = matter.waiting.iter().collect();
        sorted.sort_by_cached_key(|tx| reveal_rank(&state, tx));
        // One that lives on money which another brings may stand before it: it gets a second turn.
        let again: Vec<Failed<'_>> =
            sorted.into_iter().filter_map(|tx| put(tx).err().map(|why| (tx, why))).collect();
        let failed: Vec<Failed<'_>> = again
            .into_iter()
            .filter_map(|(tx, why)| {
                let again = if may_pass_later(why) { put(tx) } else { Err(why) };
                again.err().map(|why| (tx, why))
            })
            .collect();
        let refused = void(&state, matter.waiting, failed);
        let outcome = execution.finish().map_err(damaged)?;
        state.check()?;
        let pending = store.prepare(&outcome.changes)?;
        let header = context.header(tip, &body, &outcome, pending.root, draw);
        let candidate = Candidate { body: Arc::new(body), outcome, pending };
        Ok(Built { header, candidate, refused })
    }
}

/// True if another transaction before it can make it valid.
const fn may_pass_later(why: Rejection) -> bool {
    matches!(
        why,
        Rejection::InsufficientFunds { .. }
            | Rejection::BelowMinimum { .. }
            | Rejection::BadNonce { .. }
            | Rejection::BadReveal
    )
}

/// Those that no later block can hold either: what is wrong with them does not pass, or everything
/// before them stands in the block. They were valid when they came in, so that something else has
/// been done with their accounts since.
fn void(state: &State, waiting: &[Arc<Transaction>], failed: Vec<Failed<'_>>) -> Vec<TxId> {
    let failed = failed.into_iter().filter(|(_, why)| *why != Rejection::BlockFull);
    let (open, mut void): (Vec<_>, Vec<_>) = failed.partition(|(_, why)| may_pass_later(*why));
    let turns = |tx: &Transaction| turns_of(state, tx);
    let left: BTreeSet<Turn> = open.iter().flat_map(|(tx, _)| turns(tx)).collect();
    let here = || -> BTreeSet<Turn> { waiting.iter().flat_map(|tx| turns(tx)).collect() };
    let here = if open.is_empty() { BTreeSet::new() } else { here() };
    let stays = |(tx, why): &Failed<'_>| {
        let behind = |(home, nonce)| left.range((home, 0)..(home, nonce)).next().is_some();
        // Reveals are not in the order of their nonces: what stands before it has come too late.
        let too_early = matches!(why, Rejection::BadNonce { .. });
        let next = |(home, nonce): Turn| here.contains(&(home, nonce.saturating_sub(1)));
        let next = |turn: Turn| too_early && turn.1 > 0 && next(turn);
        turns(tx).into_iter().any(|turn| behind(turn) || next(turn))
    };
    void.extend(open.into_iter().filter(|failed| !stays(failed)));
    let named = void.into_iter().map(|(tx, why)| {
        tracing::debug!("a waiting transaction is dropped: {}", why.code());
        tx.id()
    });
    named.collect()
}
