//! What a store of bodies promises, told by a chain of four managers that sign for real.

mod placing;
mod refusals;
mod retention;
mod survival;

use crate::{ChunkStore, Keeps, MAX_CHUNK_BYTES, Terms, Worker};
use keys::Ed25519Key;
use ledger::{
    Body, Certificate, CertifiedHeader, Chunk, Committee, Header, Member, NO_PROPOSER, Place, Step,
    Transaction,
};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;
use types::{Amount, BlockId, ChainId, Round, Timestamp, WorkerId};
use wire::chain::Object;
use wire::store::{ChunkName, Have, Piece, Receipt, StoreReply, StoreRequest};
use wire::{Encode, Failure, code};

const CHAIN: ChainId = ChainId([0xc1; 32]);
const NOW: Timestamp = Timestamp(1_800_000_000_000);
const LATER: Timestamp = Timestamp(1_800_000_999_000);
const HORIZON: u64 = 180;

fn key(seed: u8) -> Ed25519Key {
    Ed25519Key::from_seed([seed; 32])
}

/// The committee of four of these seeds.
fn committee(seeds: [u8; 4]) -> Committee {
    let member = |seed| Member { key: key(seed).public(), vrf: key(seed + 100).public() };
    Committee::new(seeds.map(member).to_vec()).unwrap()
}

const MANAGERS: [u8; 4] = [1, 2, 3, 4];

/// A final block: what its managers have signed, and its body in chunks.
#[derive(Clone)]
struct Block {
    header: CertifiedHeader,
    chunks: Vec<Chunk>,
}

/// A block whose body has this many transactions of about 700 bytes; 0 is the empty body.
fn block(round: u64, transactions: u16) -> Block {
    block_by(MANAGERS, CHAIN, round, transactions)
}

fn block_by(managers: [u8; 4], chain: ChainId, round: u64, transactions: u16) -> Block {
    let transaction = |number: u16| Transaction {
        version: Transaction::VERSION,
        chain,
        expiry: Round(round),
        price_epoch: 0,
        bundle: None,
        sources: Vec::new(),
        fee: Amount::ZERO,
        actions: Vec::new(),
        witness: vec![number.to_be_bytes().repeat(350)],
    };
    let transactions = (0..transactions).map(transaction).collect();
    let body = Body { transactions, ..Body::default() };
    let header = certify(managers, header(chain, round, body.root()));
    Block { header, chunks: body.chunks() }
}

fn header(chain: ChainId, round: u64, body_root: [u8; 32]) -> Header {
    Header {
        version: Header::VERSION,
        chain,
        round: Round(round),
        time: Timestamp(round * 1000),
        parent: BlockId([1; 32]),
        body_root,
        state_root: [2; 32],
        receipts_root: [3; 32],
        committee: committee(MANAGERS).hash(),
        next_committee: committee(MANAGERS).hash(),
        beacon: [4; 32],
        history: [5; 32],
        parent_certificate: [0; 32],
        proposer: NO_PROPOSER,
        ticket: [0; 80],
        flags: 0,
    }
}

/// The header with the votes of three of these managers.
fn certify(managers: [u8; 4], header: Header) -> CertifiedHeader {
    let id = header.id();
    let message = Place::acp(header.chain, header.round, 0).vote(Step::Commit, id);
    let members = committee(managers);
    let vote =
        |seed: &u8| (members.position(&key(*seed).public()).unwrap(), key(*seed).sign(&message));
    let votes: BTreeMap<u16, [u8; 64]> = managers[..3].iter().map(vote).collect();
    let certificate = Certificate::new(Step::Commit, header.round, 0, id, &votes, members.size());
    CertifiedHeader { header, certificate }
}

/// A store in a folder of its own; its worker is number 9 unless a test says otherwise.
struct Bench {
    dir: TempDir,
    store: ChunkStore,
}

fn terms() -> Terms {
    Terms { chain: CHAIN, keeps: Keeps::Owned { horizon: HORIZON }, quota: MAX_CHUNK_BYTES }
}

async fn open(dir: &Path, seed: u8, terms: Terms) -> ChunkStore {
    let worker = Worker::open(dir, WorkerId(key(seed).public())).await.unwrap();
    let known = committee(MANAGERS);
    ChunkStore::new(
        &worker,
        key(seed),
        terms,
        Arc::new(move |header| {
            header.header.check(CHAIN, &known).is_ok() && header.verify(&known).is_ok()
        }),
    )
}

impl Bench {
    async fn new() -> Self {
        Self::with(9, terms()).await
    }

    async fn with(seed: u8, terms: Terms) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = open(dir.path(), seed, terms).await;
        Self { dir, store }
    }

    async fn put(&self, header: &CertifiedHeader, chunk: &Chunk) -> Result<Receipt, Failure> {
        self.put_at(header, chunk, NOW).await
    }

    async fn put_at(
        &self,
        header: &CertifiedHeader,
        chunk: &Chunk,
        now: Timestamp,
    ) -> Result<Receipt, Failure> {
        let (header, chunk) = (Object(header.to_bytes()), Piece(chunk.to_bytes()));
        match self.store.answer(StoreRequest::Put { header, chunk }, now).await? {
            StoreReply::Stored(receipt) => Ok(receipt),
            other @ (StoreReply::Chunk { .. } | StoreReply::Have(_) | StoreReply::Audited(_)) => {
                panic!("not a receipt: {other:?}")
            }
        }
    }

    async fn put_all(&self, block: &Block) {
        for chunk in &block.chunks {
            self.put(&block.header, chunk).await.unwrap();
        }
    }

    async fn get(&self, name: ChunkName) -> Result<(Vec<u8>, Vec<u8>), Failure> {
        match self.store.answer(StoreRequest::Get(name), NOW).await? {
            StoreReply::Chunk { header, chunk } => Ok((header.0, chunk.0)),
            other @ (StoreReply::Stored(_) | StoreReply::Have(_) | StoreReply::Audited(_)) => {
                panic!("not a chunk: {other:?}")
            }
        }
    }

    async fn find(&self, round: u64) -> Result<Have, Failure> {
        match self.store.answer(StoreRequest::Find(Round(round)), NOW).await? {
            StoreReply::Have(have) => Ok(have),
            other @ (StoreReply::Stored(_) | StoreReply::Chunk { .. } | StoreReply::Audited(_)) => {
                panic!("not what is held: {other:?}")
            }
        }
    }

    async fn holds(&self, round: u64) -> bool {
        self.find(round).await.is_ok()
    }
}

#[track_caller]
fn refused<T: std::fmt::Debug>(answer: Result<T, Failure>, code: &str) {
    assert_eq!(answer.expect_err("refused").code, code);
}
