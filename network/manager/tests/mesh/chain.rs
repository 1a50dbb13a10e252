//! Blocks that the test makes itself: it has every manager's keys.

use crate::net::{id, seed};
use abns::ChainStore;
use acp::{Message, Proposal};
use keys::{Ed25519Key, VrfKey, vrf_output};
use ledger::{
    BlockContext, Body, Certificate, CertifiedHeader, Committee, Draw, Execution, Genesis, Header,
    Outcome, Place, Step, Transaction, ticket_input,
};
use manager::{Frame, Horizon, SyncedBlock};
use shielded::Bundle;
use std::collections::BTreeMap;
use types::{Amount, BlockId, Round, Timestamp};
use wire::Encode;

/// A chain of its own.
pub(crate) struct Chain {
    genesis: Genesis,
    store: ChainStore,
    folder: tempfile::TempDir,
}

/// A block that may follow the tip.
pub(crate) struct Block {
    pub(crate) header: Header,
    pub(crate) body: Body,
    outcome: Outcome,
}

impl Chain {
    pub(crate) fn new(genesis: &Genesis) -> Self {
        Self::within(genesis, Horizon::MANAGER)
    }

    /// One that drops what the horizon has passed.
    pub(crate) fn within(genesis: &Genesis, horizon: Horizon) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("chain.redb");
        let store = ChainStore::open_with(&path, genesis, horizon).unwrap();
        Self { genesis: genesis.clone(), store, folder }
    }

    /// Its file as it is now.
    pub(crate) fn file(&self) -> Vec<u8> {
        std::fs::read(self.folder.path().join("chain.redb")).unwrap()
    }

    pub(crate) fn committee(&self) -> Committee {
        self.genesis.committee()
    }

    /// The empty block behind the tip.
    pub(crate) fn empty(&self) -> Block {
        let (state, tip) = (self.store.state().unwrap(), self.store.tip());
        let context = BlockContext::of_empty(&tip, self.genesis.chain(), &self.genesis.params);
        let outcome = Execution::begin(&state, context, &|_| false).unwrap().finish().unwrap();
        let root = self.store.prepare(&outcome.changes).unwrap().root;
        Block { header: context.empty_header(&tip, &outcome, root), body: Body::default(), outcome }
    }

    /// A block of this manager, dated so, with this transaction.
    pub(crate) fn block(&self, by: u8, time: Timestamp, tx: &Transaction) -> Block {
        let (state, tip) = (self.store.state().unwrap(), self.store.tip());
        let round = tip.round.next();
        let proposer = self.committee().position(&id(by).0).unwrap();
        let ticket = vrf(by).prove(&ticket_input(&tip.beacon_before, round));
        let draw = Draw { proposer, ticket, output: vrf_output(&ticket).unwrap() };
        let context = BlockContext::after(&tip, self.genesis.chain(), time, &self.genesis.params);
        let context = context.by(proposer);
        let parent_certificate = self.store.header(tip.round).map(|header| header.certificate);
        let mut execution = Execution::begin(&state, context, &|_| false).unwrap();
        execution.credit(parent_certificate.as_ref()).unwrap();
        execution.apply(tx).unwrap();
        let outcome = execution.finish().unwrap();
        let root = self.store.prepare(&outcome.changes).unwrap().root;
        let body = Body { parent_certificate, late: Vec::new(), transactions: vec![tx.clone()] };
        Block { header: context.header(&tip, &body, &outcome, root, &draw), body, outcome }
    }

    /// Goes on with a block of bundles that nobody has proved, each in a transaction of its own.
    pub(crate) fn keep_bundles(&self, bundles: &[Bundle], by: [u8; 3]) {
        let mut block = self.empty();
        let pool = ledger::pool(&self.store).unwrap();
        let pool = testkit::logged(pool, block.header.round, (0..).zip(bundles));
        block.outcome.changes.insert(ledger::pool_key(), Some(pool.to_bytes()));
        let transaction = |bundle: &Bundle| Transaction {
            version: Transaction::WITH_BUNDLE,
            chain: self.genesis.chain(),
            expiry: Round(1),
            price_epoch: 0,
            bundle: Some(Box::new(bundle.clone())),
            sources: vec![],
            fee: Amount::ZERO,
            actions: vec![],
            witness: vec![],
        };
        block.body.transactions = bundles.iter().map(transaction).collect();
        let tip = self.store.tip();
        block.body.parent_certificate = self.store.header(tip.round).map(|it| it.certificate);
        let root = self.store.prepare(&block.outcome.changes).unwrap().root;
        let draw = Draw { proposer: 0, ticket: [0; 80], output: [0; 64] };
        let time = block.header.time;
        let context = BlockContext::after(&tip, self.genesis.chain(), time, &self.genesis.params);
        block.header = context.header(&tip, &block.body, &block.outcome, root, &draw);
        self.keep(&block, by);
    }

    /// Goes on with a block that these managers have decided.
    pub(crate) fn keep(&self, block: &Block, by: [u8; 3]) -> SyncedBlock {
        let header = self.certify(&block.header, by);
        let pending = self.store.prepare(&block.outcome.changes).unwrap();
        self.store.commit(&header, &block.body, &block.outcome, pending).unwrap();
        SyncedBlock { header, body: block.body.to_bytes() }
    }

    /// So many empty blocks, decided by these.
    pub(crate) fn go(&self, rounds: usize, by: [u8; 3]) -> Vec<SyncedBlock> {
        (0..rounds).map(|_| self.keep(&self.empty(), by)).collect()
    }

    pub(crate) fn certify(&self, header: &Header, by: [u8; 3]) -> CertifiedHeader {
        let committee = self.committee();
        let (round, block) = (header.round, header.id());
        let bytes = Place::acp(header.chain, round, 0).vote(Step::Commit, block);
        let vote = |number| (committee.position(&id(number).0).unwrap(), key(number).sign(&bytes));
        let votes: BTreeMap<_, _> = by.map(vote).into();
        let certificate = Certificate::new(Step::Commit, round, 0, block, &votes, committee.size());
        CertifiedHeader { header: header.clone(), certificate }
    }

    /// The block and its proposal of view 0, as its proposer sends them.
    pub(crate) fn proposed(&self, by: u8, block: &Block) -> [Vec<u8>; 2] {
        let (header, id) = (block.header.clone(), block.header.id());
        let bytes = Place::acp(header.chain, header.round, 0).proposal(id, None);
        let proposal = Proposal {
            round: header.round,
            view: 0,
            block: id,
            header: Some(header.clone()),
            quorum: None,
            origin: None,
            leader: self.committee().position(&crate::net::id(by).0).unwrap(),
            signature: key(by).sign(&bytes),
        };
        let beside = Frame::Block { header: Box::new(header), body: block.body.to_bytes() };
        let proposal = Frame::Consensus(Message::Proposal(Box::new(proposal)));
        [beside.to_bytes(), proposal.to_bytes()]
    }

    /// A Prepare of view 0 for any block.
    pub(crate) fn prepare(&self, by: u8, round: Round, block: BlockId) -> Vec<u8> {
        let place = Place::acp(self.genesis.chain(), round, 0);
        let vote = acp::Vote {
            step: Step::Prepare,
            round,
            view: 0,
            block,
            member: self.committee().position(&id(by).0).unwrap(),
            signature: key(by).sign(&place.vote(Step::Prepare, block)),
        };
        Frame::Consensus(Message::Vote(vote)).to_bytes()
    }
}

pub(crate) fn blocks(blocks: &[SyncedBlock]) -> Vec<u8> {
    let tip = blocks.last().map_or(Round(0), |block| block.header.header.round);
    Frame::Blocks { blocks: blocks.to_vec(), tip }.to_bytes()
}

pub(crate) fn key(number: u8) -> Ed25519Key {
    Ed25519Key::from_seed(seed(number))
}

fn vrf(number: u8) -> VrfKey {
    let key = VrfKey::from_seed(wire::hash("bcm-manager-vrf-v1", &[&seed(number)]));
    assert_eq!(key.public(), manager::member_of(&seed(number)).vrf);
    key
}
