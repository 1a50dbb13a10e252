//! The stores of other nodes: one question, one answer, and whether the answer fits the question.

use super::{Locate, Nodes, Parcel, Roster};
use ledger::{CertifiedHeader, Chunk};
use net::NetError;
use net::transport::Transport;
use rand::RngExt;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use types::{BlockId, Round, WorkerId};
use wire::chain::Object;
use wire::store::{
    ChunkName, Have, MAX_CHUNKS, MAX_REQUEST, Piece, Receipt, StoreReply, StoreRequest, audit,
    owners,
};
use wire::{Decode, Encode, Failure, Reply, code, protocol};
use worker::check_receipt;

/// How long a node may take to be reached, and to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// The way to the stores of all nodes.
#[derive(Clone)]
pub struct Stores {
    transport: Transport,
    roster: Roster,
    locate: Locate,
    /// When the connections to a node were given up last.
    renewed: Arc<Mutex<BTreeMap<WorkerId, Instant>>>,
}

/// Why a store did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// It does not answer.
    #[error("no answer: {0}")]
    Silent(#[from] NetError),
    /// It refuses.
    #[error("refused: {0}")]
    Refused(#[from] Failure),
    /// Its answer does not fit the question, or its receipt the chunk.
    #[error("a wrong answer: {0}")]
    Wrong(&'static str),
}

impl fmt::Debug for Stores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stores").field("own", &self.transport.id()).finish_non_exhaustive()
    }
}

impl Stores {
    /// The way from this node, whose own store, if it has one, is never asked.
    #[must_use]
    pub fn new(transport: Transport, roster: Roster, locate: Locate) -> Self {
        Self { transport, roster, locate, renewed: Arc::default() }
    }

    /// This node.
    #[must_use]
    pub const fn own(&self) -> WorkerId {
        self.transport.id()
    }

    /// The nodes there are now.
    #[must_use]
    pub fn nodes(&self) -> Nodes {
        (self.roster)()
    }

    /// The other workers that own the body of this block, nearest first.
    #[must_use]
    pub fn owners(&self, block: BlockId) -> Vec<WorkerId> {
        let mut owners = owners(&block.0, &self.nodes().workers);
        owners.retain(|owner| *owner != self.own());
        owners
    }

    /// What a worker holds of a body: a verified receipt for each chunk. Receipts that do not fit
    /// count as none.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn confirmed(
        &self,
        holder: WorkerId,
        parcel: &Parcel,
    ) -> Result<Vec<Receipt>, StoreError> {
        let Some(have) = self.find(holder, parcel.round()).await? else { return Ok(Vec::new()) };
        if have.block != parcel.block() {
            return Err(StoreError::Wrong("another block of that round"));
        }
        let fits = |receipt: &Receipt| {
            let index = usize::try_from(receipt.index).unwrap_or(usize::MAX);
            let chunk = parcel.chunks().get(index);
            let header = &parcel.header().header;
            chunk.is_some_and(|chunk| check_receipt(receipt, holder, header, chunk).is_ok())
        };
        Ok(have.held.into_iter().filter(fits).collect())
    }

    /// Gives a chunk to a worker and returns its verified receipt.
    ///
    /// # Errors
    /// [`StoreError`]; with [`StoreError::Wrong`] it may have it all the same.
    pub async fn put(
        &self,
        holder: WorkerId,
        header: &CertifiedHeader,
        chunk: &Chunk,
    ) -> Result<Receipt, StoreError> {
        let put =
            StoreRequest::Put { header: Object(header.to_bytes()), chunk: Piece(chunk.to_bytes()) };
        let StoreReply::Stored(receipt) = self.ask(holder, &put).await? else {
            return Err(StoreError::Wrong("not a receipt"));
        };
        check_receipt(&receipt, holder, &header.header, chunk)
            .map_err(|_| StoreError::Wrong("the receipt does not fit"))?;
        Ok(receipt)
    }

    /// The chunk at this place of this block, verified; from any node that holds it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn chunk(
        &self,
        holder: WorkerId,
        header: &CertifiedHeader,
        index: u32,
    ) -> Result<Chunk, StoreError> {
        let place = ChunkName::Place { round: header.header.round, index };
        let StoreReply::Chunk { chunk, .. } = self.ask(holder, &StoreRequest::Get(place)).await?
        else {
            return Err(StoreError::Wrong("not a chunk"));
        };
        // Its own header proves nothing: the chunk must fit the one that we trust.
        Chunk::from_bytes(&chunk.0)
            .ok()
            .filter(|chunk| chunk.index == index && chunk.verify(&header.header.body_root))
            .filter(|chunk| usize::try_from(chunk.path.leaves).is_ok_and(|all| all <= MAX_CHUNKS))
            .ok_or(StoreError::Wrong("not a chunk of that body"))
    }

    /// True if the worker has these bytes at hand now, whatever it has confirmed before.
    ///
    /// # Errors
    /// [`StoreError`]; a refusal is none of them, it shows that the bytes are not there.
    pub async fn audit(&self, holder: WorkerId, chunk: &Chunk) -> Result<bool, StoreError> {
        let nonce: [u8; 32] = rand::rng().random();
        let request = StoreRequest::Audit { key: chunk.key(), nonce };
        match self.ask(holder, &request).await {
            Ok(StoreReply::Audited(answer)) => Ok(answer == audit(&nonce, &chunk.bytes)),
            Ok(_) => Err(StoreError::Wrong("not the answer to an audit")),
            Err(StoreError::Refused(failure)) if failure.code == code::NOT_FOUND => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn find(&self, holder: WorkerId, round: Round) -> Result<Option<Have>, StoreError> {
        match self.ask(holder, &StoreRequest::Find(round)).await {
            Ok(StoreReply::Have(have)) => Ok(Some(have)),
            Ok(_) => Err(StoreError::Wrong("not what it has")),
            Err(StoreError::Refused(failure)) if failure.code == code::NOT_FOUND => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn ask(&self, node: WorkerId, request: &StoreRequest) -> Result<StoreReply, StoreError> {
        let bytes = request.to_bytes();
        let known = self.transport.is_connected(node);
        let begun = Instant::now();
        let mut answer = self.try_once(node, &bytes).await;
        let stale = matches!(answer, Err(NetError::NoNetwork)) && known;
        if stale || matches!(answer, Err(NetError::Closed)) {
            // The peer may have been restarted; every question may be asked twice.
            self.renew(node, begun).await;
            answer = self.try_once(node, &bytes).await;
        }
        let answer = answer?;
        let reply = Reply::<StoreReply>::from_bytes(&answer);
        Ok(reply.map_err(|_| StoreError::Wrong("not an answer"))?.into_result()?)
    }

    async fn try_once(&self, node: WorkerId, request: &[u8]) -> Result<Vec<u8>, NetError> {
        let begun = Instant::now();
        let answer = tokio::time::timeout(PATIENCE, self.exchange(node, request)).await;
        if answer.is_err() {
            self.renew(node, begun).await;
        }
        answer.unwrap_or(Err(NetError::Timeout))
    }

    /// Lets the next question dial anew instead of trusting a dead connection. Whoever asked before
    /// another one has done so saw that dead one: the questions on its heir must not end with it.
    async fn renew(&self, node: WorkerId, begun: Instant) {
        let already = {
            let mut renewed = self.renewed.lock().unwrap_or_else(PoisonError::into_inner);
            let already = renewed.get(&node).is_some_and(|at| *at >= begun);
            if !already {
                renewed.insert(node, Instant::now());
            }
            already
        };
        if !already {
            self.transport.disconnect(node).await;
        }
    }

    /// Not `Transport::request`, whose frames are too short for a chunk.
    async fn exchange(&self, node: WorkerId, request: &[u8]) -> Result<Vec<u8>, NetError> {
        if !self.transport.is_connected(node) {
            let addresses = (self.locate)(node).await;
            self.transport.connect(node, &addresses).await?;
        }
        let mut channel = self.transport.open(node, protocol::STORE).await?;
        channel.send(request).await?;
        channel.finish().await;
        channel.receive(MAX_REQUEST).await?.ok_or(NetError::Closed)
    }
}
