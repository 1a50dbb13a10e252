//! Four managers and a few people: builds final blocks for the tests of the store.
#![allow(dead_code, unreachable_pub, missing_docs, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "a test")]

use abns::{ChainStore, PendingState};
use keys::{EcdsaKey, Ed25519Key, Words};
use ledger::{
    Action, BlockContext, Body, Certificate, CertifiedHeader, Execution, Genesis, Header, Outcome,
    Prices, Source, StateView, Step, Transaction, account_of, execute, receipts_root, vote_bytes,
};
use std::collections::BTreeMap;
use types::{Abc, Address, AddressKind, Amount, BlockId, Round, Timestamp};

/// A chain's managers, its people and its genesis.
pub struct Network {
    pub managers: Vec<Ed25519Key>,
    pub people: Vec<EcdsaKey>,
    pub genesis: Genesis,
}

/// A block with all that `commit` wants to know.
pub struct Block {
    pub certified: CertifiedHeader,
    pub body: Body,
    pub outcome: Outcome,
    pub pending: PendingState,
}

impl Block {
    pub fn commit(self, store: &ChainStore) -> Result<(), abns::AbnsError> {
        store.commit(&self.certified, &self.body, &self.outcome, self.pending)
    }
}

impl Network {
    pub fn new(people: u8) -> Self {
        let managers: Vec<_> = (1..=4).map(|seed| Ed25519Key::from_seed([seed; 32])).collect();
        let people: Vec<_> = (1..=people)
            .map(|seed| Words::from_entropy([seed; 32]).master().operation_key())
            .collect();
        let balance = Amount::new(1_000_000_000);
        let mut balances: Vec<_> =
            people.iter().map(|key| (key.public().address(), balance)).collect();
        balances.sort_unstable_by_key(|(address, _)| *address);
        let genesis = Genesis {
            time: Timestamp(1_700_000_000_000),
            interval_ms: 1000,
            managers: managers.iter().map(Ed25519Key::public).collect(),
            workers: vec![],
            faucet: None,
            balances,
            prices: Prices::DEVNET,
        };
        Self { managers, people, genesis }
    }

    pub fn address(&self, person: usize) -> Address {
        self.people[person].public().address()
    }

    /// A payment that is right for this state.
    pub fn pay(&self, view: &dyn StateView, from: usize, to: Address, abc: u64) -> Transaction {
        let account = account_of(view, self.address(from)).unwrap().unwrap();
        self.pay_at(view, from, to, abc, account.nonce)
    }

    /// A payment that may wait for others of the same person in its block.
    pub fn pay_at(
        &self,
        view: &dyn StateView,
        from: usize,
        to: Address,
        abc: u64,
        nonce: u64,
    ) -> Transaction {
        let key = &self.people[from];
        let address = key.public().address();
        let account = account_of(view, address).unwrap().unwrap();
        let is_new = account.slots.is_empty() && nonce == account.nonce;
        let mut transaction = Transaction {
            version: Transaction::VERSION,
            chain: self.genesis.chain(),
            expiry: Round(600),
            price_epoch: 0,
            sources: vec![Source { address, nonce, reveal: is_new.then(|| key.public()) }],
            fee: Amount::ZERO,
            actions: vec![Action::Pay { source: 0, to, amount: Amount::<Abc>::new(abc) }],
            witness: vec![],
        };
        transaction.fee = transaction.fee_needed(&self.genesis.prices).unwrap();
        transaction.witness = vec![key.sign(&transaction.sighash()).to_vec()];
        transaction
    }

    /// Those of the transactions that can stand in the next block.
    pub fn body(&self, store: &ChainStore, transactions: Vec<Transaction>) -> Body {
        let state = store.state().unwrap();
        let mut execution = Execution::new(&state, self.context(store));
        let transactions = transactions.into_iter().filter(|tx| execution.apply(tx).is_ok());
        Body { transactions: transactions.collect() }
    }

    /// The next block with these transactions.
    pub fn block(&self, store: &ChainStore, transactions: Vec<Transaction>) -> Block {
        let body = self.body(store, transactions);
        let outcome = execute(&store.state().unwrap(), &self.context(store), &body).unwrap();
        self.seal(store, body, outcome)
    }

    /// The next block with an outcome that no transaction has.
    pub fn block_of(&self, store: &ChainStore, changes: BTreeMap<Vec<u8>, Vec<u8>>) -> Block {
        self.seal(store, Body::default(), Outcome { changes, ..Outcome::default() })
    }

    pub fn seal(&self, store: &ChainStore, body: Body, outcome: Outcome) -> Block {
        let pending = store.prepare(&outcome.changes).unwrap();
        let (round, parent, time) = store.tip();
        let committee = self.genesis.committee();
        let header = Header {
            version: Header::VERSION,
            chain: self.genesis.chain(),
            round: round.next(),
            time: time.plus_millis(1000),
            parent,
            body_root: body.root(),
            state_root: pending.root,
            receipts_root: receipts_root(&outcome.receipts),
            committee: committee.hash(),
            proposer: 0,
        };
        Block { certified: self.certify(header), body, outcome, pending }
    }

    pub fn certify(&self, header: Header) -> CertifiedHeader {
        let (chain, block) = (self.genesis.chain(), header.id());
        let message = vote_bytes(chain, header.round, 0, Step::Commit, block);
        let votes: BTreeMap<u16, [u8; 64]> =
            (0..).zip(self.managers.iter().take(3).map(|key| key.sign(&message))).collect();
        let certificate = Certificate::new(header.round, 0, block, &votes, self.managers.len());
        CertifiedHeader { header, certificate }
    }

    /// Commits one block with one payment from each person to the next.
    pub fn grow(&self, store: &ChainStore) -> BlockId {
        let state = store.state().unwrap();
        let amount = 2_000 + store.tip().0.0;
        let transactions = (0..self.people.len())
            .map(|from| {
                let to = self.address((from + 1) % self.people.len());
                self.pay(&state, from, to, amount)
            })
            .collect();
        let block = self.block(store, transactions);
        assert_eq!(block.body.transactions.len(), self.people.len());
        let id = block.certified.header.id();
        block.commit(store).unwrap();
        id
    }

    fn context(&self, store: &ChainStore) -> BlockContext<'_> {
        let round = store.tip().0.next();
        BlockContext { chain: self.genesis.chain(), round, prices: &self.genesis.prices }
    }
}

/// An address that nobody has a key for.
pub fn stranger(number: u64) -> Address {
    let mut payload = [0x5a; 20];
    payload[..8].copy_from_slice(&number.to_be_bytes());
    Address { kind: AddressKind::Ecdsa, payload }
}
