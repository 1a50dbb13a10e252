//! Following the private pool: where it is, by proof; what has happened in it since, checked against
//! that; and single bundles with their memos.
//!
//! No node is trusted with any of it. One that leaves out, adds, alters or moves a bundle is noticed
//! once all of them are there, and then other workers are asked.

use std::time::Duration;

use ledger::{pool_key, pool_tree_key};
use net::{LightNode, NetError};
use shielded::{Effects, Frontier, LogEntry, LogError, LogPlace, Pool, follow_log};
use types::Round;
use wire::Decode;
use wire::chain::{ChainReply, ChainRequest, MAX_POOL_ENTRIES, Object};

use crate::flows::crosscheck::Other;
use crate::{Code, Engine, Fault};

/// How often one node is asked for what it does not have yet: for three blocks or so.
const LOOKS: u32 = 15;
/// Between two of them.
const LOOK: Duration = Duration::from_millis(200);
/// How often cell and tree may come from before and after a block with bundles.
const TRIES: u32 = 5;
/// Bundles that are asked for when one is meant, so that nobody learns which: all whose numbers are
/// the same but for the last three bits.
const GROUP: u64 = 8;

/// The pool in a certified state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvedPool {
    /// The round whose state it is.
    pub round: Round,
    /// Its cell: where the log, the tree and the money are.
    pub pool: Pool,
}

impl Engine {
    /// The pool as a recent certified state has it. A network whose pool nobody has used has an
    /// empty one.
    ///
    /// # Errors
    /// `bad_proof` if nobody who is asked proves it, and whatever keeps us from asking.
    pub async fn proved_pool(&mut self, node: &LightNode) -> Result<ProvedPool, Fault> {
        let mut peers = self.peers(node).await?;
        while let Some(peer) = peers.next().await {
            let proved = self.pool_at(&peer, Round(0)).await;
            if let Some(done) = peers.judge(proved) {
                return done;
            }
        }
        Err(peers.fault())
    }

    /// The same, with the edge of the tree in that state: where a wallet begins that has no notes.
    ///
    /// # Errors
    /// As [`Self::proved_pool`].
    pub async fn proved_pool_and_tree(
        &mut self,
        node: &LightNode,
    ) -> Result<(ProvedPool, Frontier), Fault> {
        let mut peers = self.peers(node).await?;
        while let Some(peer) = peers.next().await {
            let proved = self.pool_and_tree_at(&peer).await;
            if let Some(done) = peers.judge(proved) {
                return done;
            }
        }
        Err(peers.fault())
    }

    /// All bundles between a known place of the log and a proved pool, in order: neither fewer nor
    /// more than there were. They are held in memory, some 350 bytes for most of them.
    ///
    /// # Errors
    /// `bad_proof` if nobody who is asked has them as they were, also if the known place is none of
    /// this log; and whatever keeps us from asking.
    pub async fn pool_entries(
        &self,
        node: &LightNode,
        from: LogPlace,
        to: &Pool,
    ) -> Result<Vec<LogEntry>, Fault> {
        let mut peers = self.peers(node).await?;
        while let Some(peer) = peers.next().await {
            let entries = entries(&peer, from, to).await;
            if let Some(done) = peers.judge(entries) {
                return done;
            }
        }
        Err(peers.fault())
    }

    /// The whole bundle of this number (counted from 0), with its memos, as its checked entry says.
    ///
    /// # Errors
    /// `bad_proof` if nobody who is asked has it as it was, and whatever keeps us from asking.
    pub async fn pool_effects(
        &self,
        node: &LightNode,
        number: u64,
        entry: &LogEntry,
    ) -> Result<Effects, Fault> {
        self.pool_bundle(node, number, entry.halves().digest()).await
    }

    /// The same, of a bundle whose digest is known from an entry that was checked.
    ///
    /// # Errors
    /// As [`Self::pool_effects`].
    pub(crate) async fn pool_bundle(
        &self,
        node: &LightNode,
        number: u64,
        digest: [u8; 32],
    ) -> Result<Effects, Fault> {
        let mut peers = self.peers(node).await?;
        while let Some(peer) = peers.next().await {
            let effects = effects(&peer, number, digest).await;
            if let Some(done) = peers.judge(effects) {
                return done;
            }
        }
        Err(peers.fault())
    }

    async fn pool_at(&mut self, node: &LightNode, since: Round) -> Result<ProvedPool, Fault> {
        let (round, pool) = self.prove_record::<Pool>(node, pool_key(), since).await?;
        Ok(ProvedPool { round, pool: pool.unwrap_or_else(Pool::genesis) })
    }

    /// The edge needs no proof of its own: the cell names its root and size.
    async fn pool_and_tree_at(
        &mut self,
        node: &LightNode,
    ) -> Result<(ProvedPool, Frontier), Fault> {
        let mut since = Round(0);
        for _ in 0..TRIES {
            let proved = self.pool_at(node, since).await?;
            let tree = self.prove_record::<Frontier>(node, pool_tree_key(), proved.round).await?;
            let (round, tree) = (tree.0, tree.1.unwrap_or_else(Frontier::empty));
            let same = tree.size() == proved.pool.tree_size;
            if same && tree.root() == proved.pool.anchor.root {
                return Ok((proved, tree));
            }
            // A block with bundles has come in between.
            since = round;
        }
        Err(Fault::new(Code::BadProof, "the node's tree is not that of the private pool"))
    }

    async fn peers(&self, home: &LightNode) -> Result<Peers, Fault> {
        let known = self.store.bootstrap().await?;
        let others = self.others()?.into_iter();
        let others = others.map(|other| Other::new(other, &known, home.clone()));
        let others = others.rev().collect();
        Ok(Peers { home: Some(home.clone()), others, fault: None })
    }
}

/// Those who can be asked: the home worker, then others, whom it is reached for only if need be.
struct Peers {
    home: Option<LightNode>,
    /// The next one last.
    others: Vec<Other>,
    /// What was wrong with the first.
    fault: Option<Fault>,
}

impl Peers {
    async fn next(&mut self) -> Option<LightNode> {
        if let Some(home) = self.home.take() {
            return Some(home);
        }
        while let Some(other) = self.others.pop() {
            if let Some(node) = other.reach().await {
                return Some(node);
            }
        }
        None
    }

    /// What is to be returned; `None` if the next one is to be asked.
    fn judge<T>(&mut self, answer: Result<T, Fault>) -> Option<Result<T, Fault>> {
        match answer {
            Err(fault) if fault.is_elsewhere() => {
                tracing::warn!(code = fault.code(), "a worker is no help with the private pool");
                self.fault.get_or_insert(fault);
                None
            }
            done => Some(done),
        }
    }

    /// Why all of it was in vain.
    fn fault(self) -> Fault {
        self.fault.unwrap_or_else(|| NetError::NoNetwork.into())
    }
}

async fn entries(node: &LightNode, from: LogPlace, to: &Pool) -> Result<Vec<LogEntry>, Fault> {
    let mut entries: Vec<LogEntry> = Vec::new();
    let (mut next, mut looks) = (from.count, 1);
    while next < to.log_count {
        let left = to.log_count.saturating_sub(next);
        let most = left.min(u64::try_from(MAX_POOL_ENTRIES).unwrap_or(u64::MAX));
        let max = u16::try_from(most).unwrap_or(u16::MAX);
        let ChainReply::PoolLog(new) =
            node.chain(ChainRequest::PoolLog { after: next, max }).await?
        else {
            return Err(NetError::BadReply.into());
        };
        if new.is_empty() {
            // Another manager, a block behind.
            if looks == LOOKS {
                return Err(LogError::Count.into());
            }
            looks += 1;
            tokio::time::sleep(LOOK).await;
        }
        let new = new.iter().take(usize::from(max));
        let new = new.map(|Object(bytes)| LogEntry::from_bytes(bytes));
        entries.extend(new.collect::<Result<Vec<_>, _>>()?);
        let got = u64::try_from(entries.len()).unwrap_or(u64::MAX);
        next = from.count.saturating_add(got);
    }
    follow_log(from, &entries, to)?;
    Ok(entries)
}

async fn effects(node: &LightNode, number: u64, digest: [u8; 32]) -> Result<Effects, Fault> {
    let place = number.checked_rem(GROUP).unwrap_or_default();
    let max = u16::try_from(GROUP).unwrap_or(u16::MAX);
    let request = ChainRequest::PoolEffects { from: number.saturating_sub(place), max };
    for look in 1..=LOOKS {
        let ChainReply::PoolEffects(group) = node.chain(request.clone()).await? else {
            return Err(NetError::BadReply.into());
        };
        let bundle = usize::try_from(place).ok().and_then(|place| group.get(place));
        match bundle {
            Some(Object(bytes)) => {
                let effects = Effects::from_bytes(bytes)?;
                return if effects.digest() == digest {
                    Ok(effects)
                } else {
                    Err(LogError::Hash.into())
                };
            }
            // Another manager, a block behind.
            None if look < LOOKS => tokio::time::sleep(LOOK).await,
            None => {}
        }
    }
    Err(LogError::Count.into())
}

impl From<LogError> for Fault {
    fn from(error: LogError) -> Self {
        let words = "what the node says of the private pool is not what the network has agreed on";
        Self::new(Code::BadProof, format!("{words}: {error}"))
    }
}
