//! The chain as the driver works on it: building, judging and keeping blocks.
//!
//! Everything here blocks on the disk and on signatures; the driver calls it on threads made for
//! that. The rules are `ledger`'s; this module asks them in the right order. A header has one right
//! value, so a block is judged by building its header again and comparing.

mod build;

use crate::frame::SyncedBlock;
use crate::mempool::{Turn, Used};
use crate::seen::SeenWitnesses;
use abns::{AbnsError, ChainStore, PendingState, State};
pub(crate) use build::Matter;
use keys::vrf_verify;
use ledger::{
    BlockContext, Body, CertificateError, CertifiedHeader, Committee, Draw, Execution, Genesis,
    Header, HeaderError, Outcome, Params, Rejection, Seats, StateView, Step, Tip, Transaction,
    execute, home_of, leader_order, pool, ticket_input,
};
use shielded::VerifyingKey;
use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use types::{BlockId, ChainId, Round, Timestamp, WorkerId};
use wire::{Decode, DecodeError, Encode};

/// What a block's size may add to its rank: log2 of 64 KiB.
const MAX_SIZE_RANK: u32 = 16;

/// How long a manager runs before it prepares for what may never come.
const AT_REST: Duration = Duration::from_secs(30);

/// The parameters of the network.
#[derive(Debug, Clone)]
pub(crate) struct Rules {
    pub(crate) chain: ChainId,
    pub(crate) params: Params,
    /// Transactions whose signatures were verified when they came in.
    pub(crate) seen: Arc<SeenWitnesses>,
}

/// What a block of the next round is judged by, from the state before it.
#[derive(Debug, Clone)]
pub(crate) struct Base {
    pub(crate) tip: Tip,
    /// Who decided the tip: whose certificate the body must carry.
    pub(crate) former: Arc<Committee>,
    /// Who decides the round.
    pub(crate) committee: Arc<Committee>,
}

/// All that is the same for every block of a round.
#[derive(Debug, Clone)]
pub(crate) struct Ground {
    pub(crate) base: Base,
    /// Who decides the round after, as far as is known.
    pub(crate) next: Arc<Committee>,
    /// In which order members lead later views.
    pub(crate) order: Arc<[u16]>,
    /// The empty block, executed.
    pub(crate) empty: Header,
    /// Managers that may take part, now or later.
    pub(crate) registered: BTreeSet<WorkerId>,
}

/// A block that may follow the tip, executed.
#[derive(Debug)]
pub(crate) struct Candidate {
    pub(crate) body: Arc<Body>,
    outcome: Outcome,
    pending: PendingState,
}

/// Why a block cannot follow the tip.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    #[error("header: {0}")]
    Header(#[from] HeaderError),
    #[error("certificate: {0}")]
    Certificate(#[from] CertificateError),
    #[error("body: {0}")]
    Body(#[from] DecodeError),
    #[error("the proposer's ticket is not its own")]
    Ticket,
    #[error("the body carries another certificate than the parent's")]
    ParentCertificate,
    #[error("transaction {0}: {1}")]
    Transaction(usize, Rejection),
    #[error("another header comes out of it")]
    OtherHeader,
    /// Not the block's fault: the own store fails.
    #[error("chain store: {0}")]
    Store(#[from] AbnsError),
}

impl Rules {
    pub(crate) fn new(genesis: &Genesis) -> Self {
        Self { chain: genesis.chain(), params: genesis.params, seen: Arc::default() }
    }

    /// What the next round begins with. The empty block is executed here, so that it is always at
    /// hand.
    pub(crate) fn ground(&self, store: &ChainStore) -> Result<(Ground, Candidate), AbnsError> {
        let (state, tip) = (store.state()?, store.tip());
        let round = tip.round.next();
        let (former, present) =
            (self.seats(&state, tip.round)?.committee(), self.seats(&state, round)?);
        let committee = Arc::new(present.committee());
        // Another one only behind the last round of an epoch, and then it is fixed already.
        let next = if self.params.is_boundary(round) {
            Arc::new(self.seats(&state, round.next())?.committee())
        } else {
            committee.clone()
        };
        let order = leader_order(&committee, &present.reputations(), &tip.beacon, round);
        let (empty, candidate) = self.empty(store, &tip)?;
        let registered = registered(&state).map_err(damaged)?;
        let base = Base { tip, former: Arc::new(former), committee };
        Ok((Ground { base, next, order: order.into(), empty, registered }, candidate))
    }

    /// What a block of the next round is judged by: less than a round begins with.
    fn base(&self, store: &ChainStore) -> Result<Base, AbnsError> {
        let (state, tip) = (store.state()?, store.tip());
        let committee = Arc::new(self.seats(&state, tip.round.next())?.committee());
        let same = !self.params.is_first(tip.round.next());
        let former = if same {
            committee.clone()
        } else {
            Arc::new(self.seats(&state, tip.round)?.committee())
        };
        Ok(Base { tip, former, committee })
    }

    fn seats(&self, state: &State, round: Round) -> Result<Seats, AbnsError> {
        Seats::of(state, &self.params, round).map_err(damaged)
    }

    /// The empty block behind the tip, executed.
    fn empty(&self, store: &ChainStore, tip: &Tip) -> Result<(Header, Candidate), AbnsError> {
        let state = store.state()?;
        let context = BlockContext::of_empty(tip, self.chain, &self.params);
        let outcome = Execution::begin(&state, context, &|_| false)
            .and_then(Execution::finish)
            .map_err(damaged)?;
        state.check()?;
        let pending = store.prepare(&outcome.changes)?;
        let header = context.empty_header(tip, &outcome, pending.root);
        Ok((header, Candidate { body: Arc::default(), outcome, pending }))
    }

    /// When the block after this one may be dated.
    pub(crate) fn earliest(&self, tip: &Tip) -> Timestamp {
        tip.time.plus_millis(u64::from(self.params.interval_ms))
    }

    /// Executes a block on the tip; it may differ in nothing from what comes out.
    pub(crate) fn judge(
        &self,
        store: &ChainStore,
        base: &Base,
        header: &Header,
        body: Arc<Body>,
    ) -> Result<Candidate, Fault> {
        header.check(self.chain, &base.committee)?;
        header.follows(&base.tip, self.params.interval_ms)?;
        if header.is_empty_block() {
            let (right, candidate) = self.empty(store, &base.tip)?;
            return if right == *header { Ok(candidate) } else { Err(Fault::OtherHeader) };
        }
        let draw = draw_of(base, header)?;
        self.check_parent_certificate(base, &body)?;
        let state = store.state()?;
        let context = BlockContext::after(&base.tip, self.chain, header.time, &self.params)
            .by(draw.proposer)
            .verifying(circuit);
        let verified = |tx: &Transaction| self.seen.contains(&tx.wid());
        let outcome = execute(&state, &context, &body, &verified);
        state.check()?;
        let outcome = outcome.map_err(|(index, why)| Fault::Transaction(index, why))?;
        let pending = store.prepare(&outcome.changes)?;
        let right = context.header(&base.tip, &body, &outcome, pending.root, &draw);
        if right != *header {
            return Err(Fault::OtherHeader);
        }
        Ok(Candidate { body, outcome, pending })
    }

    /// The body carries a certificate of the parent, by the committee that decided it: any view,
    /// any quorum (`acp-corrections.md` A12). Round 1 has no parent with one.
    fn check_parent_certificate(&self, base: &Base, body: &Body) -> Result<(), Fault> {
        let tip = &base.tip;
        match &body.parent_certificate {
            None if tip.round == Round(0) => Ok(()),
            Some(parent)
                if tip.round != Round(0)
                    && parent.step == Step::Commit
                    && parent.round == tip.round
                    && parent.block == tip.block =>
            {
                Ok(parent.verify(self.chain, &base.former)?)
            }
            Some(_) | None => Err(Fault::ParentCertificate),
        }
    }

    /// Checks that the committee of the next round has decided this header; returns what the block
    /// is to be judged by.
    pub(crate) fn check_next(
        &self,
        store: &ChainStore,
        header: &CertifiedHeader,
    ) -> Result<Base, Fault> {
        let base = self.base(store)?;
        header.header.check(self.chain, &base.committee)?;
        header.header.follows(&base.tip, self.params.interval_ms)?;
        header.verify(&base.committee)?;
        Ok(base)
    }

    /// Judges and keeps a block that [`Self::check_next`] has passed.
    pub(crate) fn adopt(
        &self,
        store: &ChainStore,
        base: &Base,
        block: SyncedBlock,
    ) -> Result<Used, Fault> {
        let SyncedBlock { header, body } = block;
        let body = Arc::new(Body::from_bytes(&body)?);
        // The certificate covers the header alone: before anything of the body is executed, it must be
        // the one that was decided.
        if body.root() != header.header.body_root {
            return Err(Fault::OtherHeader);
        }
        let candidate = self.judge(store, base, &header.header, body)?;
        Ok(keep(store, &header, candidate)?)
    }
}

fn draw_of(base: &Base, header: &Header) -> Result<Draw, Fault> {
    let member = base.committee.member(header.proposer).ok_or(Fault::Ticket)?;
    let input = ticket_input(&base.tip.beacon_before, header.round);
    let output = vrf_verify(&member.vrf, &input, &header.ticket).ok_or(Fault::Ticket)?;
    Ok(Draw { proposer: header.proposer, ticket: header.ticket, output })
}

/// Managers whose keys the state knows and that have not left for good.
fn registered(state: &State) -> Result<BTreeSet<WorkerId>, Rejection> {
    let all = ledger::managers(state)?;
    Ok(all.iter().filter(|one| one.left.is_none()).map(|one| WorkerId(one.member.key)).collect())
}

/// log2 of the bytes that pay fees, capped: what ranks blocks of view 0 before their tickets.
pub(crate) fn size_rank(body: &Body) -> u8 {
    let bytes: usize = body.transactions.iter().map(|tx| tx.to_bytes().len()).sum();
    let rank = bytes.checked_ilog2().unwrap_or_default().min(MAX_SIZE_RANK);
    u8::try_from(rank).unwrap_or_default()
}

/// Keeps a final block; returns what it has used up.
pub(crate) fn keep(
    store: &ChainStore,
    block: &CertifiedHeader,
    candidate: Candidate,
) -> Result<Used, AbnsError> {
    let Candidate { body, outcome, pending } = candidate;
    store.commit(block, &body, &outcome, pending)?;
    let turns = body.transactions.iter().flat_map(|tx| turns_of(store, tx)).collect();
    let ids = body.transactions.iter().map(Transaction::id).collect();
    let marks = body.transactions.iter().flat_map(crate::mempool::marks).collect();
    Ok(Used { turns, ids, marks })
}

/// What a transaction uses up. A damaged state names nobody; execution reports it.
pub(crate) fn turns_of(view: &dyn StateView, tx: &Transaction) -> Vec<Turn> {
    let homes = tx.sources.iter().map(|source| (home_of(view, source.address), source.nonce));
    homes.filter_map(|(home, nonce)| Some((home.ok()?, nonce))).collect()
}

/// The context in which a waiting transaction is checked: the next block, dated now.
pub(crate) fn next_context<'r>(
    rules: &'r Rules,
    state: &State,
    now: Timestamp,
) -> BlockContext<'r> {
    let tip = state.tip();
    let time = now.max(rules.earliest(tip));
    BlockContext::after(tip, rules.chain, time, &rules.params).verifying(circuit)
}

/// Builds what proofs of the private pool are verified with, on a thread of its own: the first block
/// with a bundle must not wait for it, nor may anything else. Where the pool has not been used yet,
/// everything else starts first.
pub(crate) fn prepare_circuit(state: &dyn StateView) {
    let used = pool(state).is_ok_and(|pool| pool.log_count > 0);
    let built = std::thread::Builder::new().name("circuit".to_owned()).spawn(move || {
        if !used {
            std::thread::sleep(AT_REST);
        }
        circuit();
    });
    if let Err(error) = built {
        // Whoever needs it first builds it then.
        tracing::warn!("no thread for the circuit: {error}");
    }
}

/// What proofs of the private pool are verified with: built once in a process.
pub(crate) fn circuit() -> &'static VerifyingKey {
    static KEY: OnceLock<VerifyingKey> = OnceLock::new();
    KEY.get_or_init(VerifyingKey::build)
}

pub(crate) fn damaged(rejection: Rejection) -> AbnsError {
    AbnsError::Damaged(rejection.to_string())
}

/// A block as it is passed around before it is final.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    pub(crate) header: Header,
    pub(crate) body: Arc<Body>,
}

impl Held {
    /// The block of this id, if the body is its header's.
    pub(crate) fn new(block: BlockId, header: Header, bytes: &[u8]) -> Option<Self> {
        let body = Body::from_bytes(bytes).ok()?;
        let fits = header.id() == block && body.root() == header.body_root;
        fits.then(|| Self { header, body: Arc::new(body) })
    }
}

#[cfg(test)]
mod tests;
