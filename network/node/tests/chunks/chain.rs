//! A chain made by hand: final blocks with bodies of any size, signed by three of four managers.

use keys::Ed25519Key;
use ledger::{
    Body, Certificate, CertifiedHeader, Committee, Header, Member, NO_PROPOSER, Place, Step,
    Transaction,
};
use node::chunks::{Chain, Headers, Unreadable};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tokio::sync::watch;
use types::{Amount, BlockId, ChainId, Round, Timestamp};

pub(crate) const CHAIN: ChainId = ChainId([0xc1; 32]);
pub(crate) const MANAGERS: u16 = 4;

pub(crate) fn key(seed: u8) -> Ed25519Key {
    Ed25519Key::from_seed([seed; 32])
}

pub(crate) fn committee() -> Committee {
    let member = |seed: u8| Member { key: key(seed).public(), vrf: key(seed + 100).public() };
    Committee::new((1..=4).map(member).collect()).unwrap()
}

/// True for what the four managers have decided.
pub(crate) fn trusts(header: &CertifiedHeader) -> bool {
    header.header.check(CHAIN, &committee()).is_ok() && header.verify(&committee()).is_ok()
}

/// What managers and archives read; grows by [`Blocks::grow`].
pub(crate) struct Blocks {
    blocks: Mutex<BTreeMap<Round, (CertifiedHeader, Option<Body>)>>,
    tip: watch::Sender<Round>,
    damaged: Mutex<Option<Round>>,
    /// How often each body was read.
    reads: Mutex<BTreeMap<Round, u32>>,
}

impl Blocks {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            blocks: Mutex::default(),
            tip: watch::channel(Round(0)).0,
            damaged: Mutex::default(),
            reads: Mutex::default(),
        })
    }

    /// Adds blocks whose bodies have so many transactions each; with none, it is an empty block.
    pub(crate) fn grow(&self, transactions: &[u16]) {
        for count in transactions {
            let round = self.newest().next();
            let block = block(round, *count);
            self.blocks.lock().unwrap().insert(round, (block.0, Some(block.1)));
            self.tip.send_replace(round);
        }
    }

    /// Lets go of the bodies up to this round, as a manager does after its horizon.
    pub(crate) fn forget(&self, last: Round) {
        for (_, (_, body)) in self.blocks.lock().unwrap().range_mut(..=last) {
            *body = None;
        }
    }

    /// A manager's disk that cannot read this round for now.
    pub(crate) fn damage(&self, round: Option<Round>) {
        *self.damaged.lock().unwrap() = round;
    }

    fn readable(&self, round: Round) -> Result<(), Unreadable> {
        if *self.damaged.lock().unwrap() == Some(round) { Err(Unreadable) } else { Ok(()) }
    }

    pub(crate) fn newest(&self) -> Round {
        *self.tip.borrow()
    }

    pub(crate) fn rounds(&self) -> Vec<Round> {
        (1..=self.newest().0).map(Round).collect()
    }

    pub(crate) fn reads(&self, round: Round) -> u32 {
        self.reads.lock().unwrap().get(&round).copied().unwrap_or_default()
    }

    pub(crate) fn body_of(&self, round: Round) -> Body {
        self.blocks.lock().unwrap()[&round].1.clone().unwrap()
    }

    pub(crate) fn at(&self, round: Round) -> CertifiedHeader {
        self.blocks.lock().unwrap()[&round].0.clone()
    }
}

impl Chain for Blocks {
    async fn header(&self, round: Round) -> Result<Option<CertifiedHeader>, Unreadable> {
        self.readable(round)?;
        Ok(self.blocks.lock().unwrap().get(&round).map(|(header, _)| header.clone()))
    }

    async fn body(&self, round: Round) -> Result<Option<Body>, Unreadable> {
        self.readable(round)?;
        *self.reads.lock().unwrap().entry(round).or_default() += 1;
        Ok(self.blocks.lock().unwrap().get(&round).and_then(|(_, body)| body.clone()))
    }

    fn tip(&self) -> watch::Receiver<Round> {
        self.tip.subscribe()
    }
}

impl Headers for Blocks {
    fn tip(&self) -> watch::Receiver<Round> {
        self.tip.subscribe()
    }

    async fn headers(&self, from: Round, max: u16) -> Vec<CertifiedHeader> {
        let blocks = self.blocks.lock().unwrap();
        blocks.range(from..).take(max.into()).map(|(_, (header, _))| header.clone()).collect()
    }
}

/// About 700 bytes a transaction.
pub(crate) fn block(round: Round, transactions: u16) -> (CertifiedHeader, Body) {
    let transaction = |number: u16| Transaction {
        version: Transaction::VERSION,
        chain: CHAIN,
        expiry: round,
        price_epoch: 0,
        bundle: None,
        sources: Vec::new(),
        fee: Amount::ZERO,
        actions: Vec::new(),
        witness: vec![number.to_be_bytes().repeat(350)],
    };
    let transactions: Vec<_> = (0..transactions).map(transaction).collect();
    let proposer = if transactions.is_empty() { NO_PROPOSER } else { proposer(round) };
    let body = Body { transactions, ..Body::default() };
    let header = Header {
        version: Header::VERSION,
        chain: CHAIN,
        round,
        time: Timestamp(round.0 * 1000),
        parent: BlockId([1; 32]),
        body_root: body.root(),
        state_root: [2; 32],
        receipts_root: [3; 32],
        committee: committee().hash(),
        next_committee: committee().hash(),
        beacon: [4; 32],
        history: [5; 32],
        parent_certificate: [0; 32],
        proposer,
        ticket: [0; 80],
        flags: 0,
    };
    (certify(header), body)
}

fn proposer(round: Round) -> u16 {
    u16::try_from(round.0 % u64::from(MANAGERS)).unwrap()
}

fn certify(header: Header) -> CertifiedHeader {
    let id = header.id();
    let message = Place::acp(CHAIN, header.round, 0).vote(Step::Commit, id);
    let members = committee();
    let vote =
        |seed: u8| (members.position(&key(seed).public()).unwrap(), key(seed).sign(&message));
    let votes: BTreeMap<u16, [u8; 64]> = (1..=3).map(vote).collect();
    let certificate = Certificate::new(Step::Commit, header.round, 0, id, &votes, members.size());
    CertifiedHeader { header, certificate }
}
