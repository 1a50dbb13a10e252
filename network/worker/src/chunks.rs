//! Bodies of final blocks: what is taken, kept and handed out (`acp.md` 4, `network.md` 1.3).
//!
//! [`ChunkStore`] answers `/bcm/store/1`; the node moves the bodies and limits its peers. A chunk is
//! taken from anybody who shows that a final block has it, confirmed once it is on disk, and never
//! changed. Nothing is deleted on request: [`ChunkStore::drop_old`] lets go of what other workers
//! own and time has passed, and an archive lets go of nothing.

mod judge;
mod receipt;
mod retention;
mod rows;

pub use receipt::{ReceiptError, check_receipt};

use crate::Worker;
use crate::database::Database;
use crate::failure::{Stop, WorkerError};
use judge::Judged;
use keys::Ed25519Key;
use ledger::CertifiedHeader;
use retention::Sweep;
use std::fmt;
use std::sync::{Arc, Mutex};
use types::{BlockId, ChainId, Round, Timestamp, WorkerId};
use wire::chain::Object;
use wire::store::{ChunkName, Have, Piece, Receipt, StoreReply, StoreRequest, audit};
use wire::{Failure, code};

/// How many bytes of chunks a worker takes that is no archive.
pub const MAX_CHUNK_BYTES: u64 = 64 * 1024 * 1024 * 1024;

/// Tells whether a header is final: its committee is known and its certificate holds. What is stored
/// goes to others with this very certificate, so that knowing the header alone is not enough. False
/// also means "not known yet".
pub type Trusts = Arc<dyn Fn(&CertifiedHeader) -> bool + Send + Sync>;

/// For how long bodies stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeps {
    /// For ever while this worker is one of their owners, others for so many rounds.
    Owned {
        /// The rounds.
        horizon: u64,
    },
    /// All of them, for ever.
    Everything,
}

/// What a store is bound to.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    /// The network.
    pub chain: ChainId,
    /// For how long bodies stay.
    pub keeps: Keeps,
    /// Beyond so many bytes nothing new is taken.
    pub quota: u64,
}

/// The chunks of one worker, in its file; clones share everything.
#[derive(Clone)]
pub struct ChunkStore {
    database: Database,
    key: Arc<Ed25519Key>,
    terms: Terms,
    trusts: Trusts,
    sweep: Arc<Mutex<Sweep>>,
}

/// A body as it is held: what is needed to give it to another worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldBody {
    /// The `ledger::CertifiedHeader`.
    pub header: Object,
    /// All chunks, in order.
    pub chunks: Vec<Piece>,
}

impl fmt::Debug for ChunkStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChunkStore").field("terms", &self.terms).finish_non_exhaustive()
    }
}

impl ChunkStore {
    /// The store in this worker's file. `key` is the worker's own, which signs the receipts.
    #[must_use]
    pub fn new(worker: &Worker, key: Ed25519Key, terms: Terms, trusts: Trusts) -> Self {
        let (database, key, sweep) = (worker.database.clone(), Arc::new(key), Arc::default());
        Self { database, key, terms, trusts, sweep }
    }

    /// Who signs the receipts.
    #[must_use]
    pub fn holder(&self) -> WorkerId {
        WorkerId(self.key.public())
    }

    /// For how long bodies stay.
    #[must_use]
    pub const fn keeps(&self) -> Keeps {
        self.terms.keeps
    }

    /// Answers a request. What is confirmed is on disk.
    ///
    /// # Errors
    /// A [`Failure`] with a code of [`wire::code`]: `bad_request` for what is no chunk of that
    /// block, `unknown_header` if the header is not known to be final, `not_found`, `quota`,
    /// `disk_full`, `unavailable`.
    pub async fn answer(
        &self,
        request: StoreRequest,
        now: Timestamp,
    ) -> Result<StoreReply, Failure> {
        let answer = match request {
            StoreRequest::Put { header, chunk } => {
                self.put(&header, &chunk, now).await.map(StoreReply::Stored)
            }
            StoreRequest::Get(name) => self.get(name).await,
            StoreRequest::Find(round) => self.find(round).await.map(StoreReply::Have),
            StoreRequest::Audit { key, nonce } => {
                let bytes = self.bytes(&key).await;
                bytes.map(|bytes| StoreReply::Audited(audit(&nonce, &bytes)))
            }
        };
        answer.map_err(Failure::from)
    }

    /// The whole body of a round with its header; `None` while a chunk of it is missing.
    ///
    /// # Errors
    /// [`WorkerError`] if the file cannot be read.
    pub async fn body(&self, round: Round) -> Result<Option<HeldBody>, WorkerError> {
        let mut db_tx = self.database.read().await?;
        let Some(body) = rows::body(&mut db_tx, round).await? else { return Ok(None) };
        let mut chunks = Vec::new();
        for index in 0..body.pieces {
            let Some(chunk) = rows::chunk(&mut db_tx, &body, index).await? else { return Ok(None) };
            chunks.push(chunk);
        }
        Ok(Some(HeldBody { header: Object(body.header), chunks }))
    }

    /// The first round from this one on whose body is not held whole.
    ///
    /// # Errors
    /// [`WorkerError`] if the file cannot be read.
    pub async fn first_gap(&self, from: Round) -> Result<Round, WorkerError> {
        let mut db_tx = self.database.read().await?;
        Ok(rows::first_gap(&mut db_tx, from).await?)
    }

    /// True if the body of this round is held whole.
    ///
    /// # Errors
    /// [`WorkerError`] if the file cannot be read.
    pub async fn is_whole(&self, round: Round) -> Result<bool, WorkerError> {
        let mut db_tx = self.database.read().await?;
        let Some(body) = rows::body(&mut db_tx, round).await? else { return Ok(false) };
        Ok(rows::held(&mut db_tx, round).await?.len() == usize::try_from(body.pieces).unwrap_or(0))
    }

    async fn put(&self, header: &Object, chunk: &Piece, now: Timestamp) -> Result<Receipt, Stop> {
        let judged = judge::read(self.terms.chain, header, chunk)?;
        // Looked up before the writer is taken, so that a wrong header holds nobody up.
        let mut reading = self.database.read().await?;
        let known = self.known(&mut reading, &judged).await?;
        drop(reading);
        match known {
            Known::Held(time) => return Ok(self.receipt(&judged, time)),
            Known::Block => {}
            Known::Nothing if (self.trusts)(&judged.header) => {}
            Known::Nothing => return Err(UNKNOWN_HEADER),
        }
        let mut db_tx = self.database.write().await?;
        // Another request may have been quicker.
        if let Known::Held(time) = self.known(&mut db_tx, &judged).await? {
            return Ok(self.receipt(&judged, time));
        }
        if rows::room_taken(&mut db_tx).await? >= self.terms.quota {
            return Err(Stop::Refused(code::QUOTA, "the worker holds as many chunks as it may"));
        }
        rows::insert(&mut db_tx, &judged, header, now).await?;
        db_tx.commit().await?;
        Ok(self.receipt(&judged, now))
    }

    async fn known(
        &self,
        db_tx: &mut sqlx::SqliteConnection,
        judged: &Judged,
    ) -> Result<Known, Stop> {
        let Some(body) = rows::body(db_tx, judged.round()).await? else {
            return Ok(Known::Nothing);
        };
        if body.block != judged.block {
            // Only more than a third of the committee can bring this about; whoever was first stays.
            return Err(Stop::bad_request("another block is final in that round"));
        }
        let held = rows::held(db_tx, judged.round()).await?;
        let held = held.into_iter().find(|held| held.index == judged.chunk.index);
        Ok(held.map_or(Known::Block, |held| Known::Held(held.time)))
    }

    async fn get(&self, name: ChunkName) -> Result<StoreReply, Stop> {
        let mut db_tx = self.database.read().await?;
        let place = match name {
            ChunkName::Place { round, index } => Some((round, index)),
            ChunkName::Key(key) => rows::place(&mut db_tx, &key).await?,
        };
        let (round, index) = place.ok_or(NOT_HELD)?;
        let body = rows::body(&mut db_tx, round).await?.ok_or(NOT_HELD)?;
        let chunk = rows::chunk(&mut db_tx, &body, index).await?.ok_or(NOT_HELD)?;
        Ok(StoreReply::Chunk { header: Object(body.header), chunk })
    }

    async fn find(&self, round: Round) -> Result<Have, Stop> {
        let mut db_tx = self.database.read().await?;
        let body = rows::body(&mut db_tx, round).await?.ok_or(NOT_HELD)?;
        let held = rows::held(&mut db_tx, round).await?;
        let receipt = |held: rows::Held| self.signed(body.block, round, held);
        let held = held.into_iter().map(receipt).collect();
        Ok(Have { block: body.block, count: body.pieces, held })
    }

    async fn bytes(&self, key: &[u8; 32]) -> Result<Vec<u8>, Stop> {
        let mut db_tx = self.database.read().await?;
        rows::bytes_of(&mut db_tx, key).await?.ok_or(NOT_HELD)
    }

    fn receipt(&self, judged: &Judged, time: Timestamp) -> Receipt {
        let held = rows::Held { index: judged.chunk.index, key: judged.key, time };
        self.signed(judged.block, judged.round(), held)
    }

    fn signed(&self, block: BlockId, round: Round, held: rows::Held) -> Receipt {
        let rows::Held { index, key, time } = held;
        let holder = self.holder();
        let receipt = Receipt { key, round, index, holder, time, signature: [0; 64] };
        let signature = self.key.sign(&receipt.signed_bytes(self.terms.chain, block));
        Receipt { signature, ..receipt }
    }
}

/// Where a chunk stands against what is stored.
enum Known {
    /// It is there since then.
    Held(Timestamp),
    /// Another chunk of the same block is.
    Block,
    /// Nothing of its round is.
    Nothing,
}

const NOT_HELD: Stop = Stop::not_found("not held here");
const UNKNOWN_HEADER: Stop =
    Stop::Refused(code::UNKNOWN_HEADER, "the header is not known to be final");
