//! Four managers and a few people: builds final blocks for the tests of the store.
#![allow(dead_code, unreachable_pub, missing_docs, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "a test")]

use abns::{ChainStore, PendingState};
use keys::EcdsaKey;
use ledger::{
    Action, BlockContext, Body, Certificate, CertifiedHeader, Changes, Draw, Execution, Genesis,
    Header, Outcome, Pay, Source, StateView, Tip, Transaction, account_of, execute, pool_key,
};
use shielded::Bundle;
use types::{Abc, Address, AddressKind, Amount, BlockId, Round, Timestamp};
use wire::Encode;

/// A chain's managers, its people and its genesis.
pub struct Network {
    pub people: Vec<EcdsaKey>,
    pub genesis: Genesis,
    /// Managers' seeds with their keys: deriving them for every block is a good part of what a long
    /// chain costs.
    managers: Vec<(u8, [u8; 32])>,
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
        let people: Vec<_> = (1..=people).map(testkit::person).collect();
        let balance = Amount::new(1_000_000_000);
        let balances: Vec<_> = people.iter().map(|key| (key.public().address(), balance)).collect();
        let genesis = testkit::genesis(Timestamp(1_700_000_000_000), &balances);
        let managers = (1..=9).map(|seed| (seed, testkit::signer(seed).public())).collect();
        Self { people, genesis, managers }
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
            bundle: None,
            sources: vec![Source { address, nonce, reveal: is_new.then(|| key.public()) }],
            fee: Amount::ZERO,
            actions: vec![Action::Pay(Pay { source: 0, to, amount: Amount::<Abc>::new(abc) })],
            witness: vec![],
        };
        transaction.fee = transaction.fee_needed(&self.genesis.params.prices).unwrap();
        transaction.witness = vec![key.sign(&transaction.sighash()).to_vec()];
        transaction
    }

    /// Those of the transactions that can stand in the next block.
    pub fn body(&self, store: &ChainStore, transactions: Vec<Transaction>) -> Body {
        let (state, tip) = (store.state().unwrap(), store.tip());
        let context = self.context(&tip);
        let mut execution = Execution::begin(&state, context, &|_| false).unwrap();
        let transactions = transactions.into_iter().filter(|tx| execution.apply(tx).is_ok());
        Body {
            parent_certificate: parent(store),
            late: Vec::new(),
            transactions: transactions.collect(),
        }
    }

    /// The next block with these transactions.
    pub fn block(&self, store: &ChainStore, transactions: Vec<Transaction>) -> Block {
        let body = self.body(store, transactions);
        let (state, tip) = (store.state().unwrap(), store.tip());
        let outcome = execute(&state, &self.context(&tip), &body, &|_| false).unwrap();
        self.seal(store, body, outcome)
    }

    /// The next block with an outcome that no transaction has.
    pub fn block_of<V: Into<Option<Vec<u8>>>>(
        &self,
        store: &ChainStore,
        changes: impl IntoIterator<Item = (Vec<u8>, V)>,
    ) -> Block {
        let changes: Changes =
            changes.into_iter().map(|(key, value)| (key, value.into())).collect();
        let next_committee = store.tip().committee;
        let outcome = Outcome { changes, next_committee, ..Outcome::default() };
        self.seal(store, Body::default(), outcome)
    }

    /// The next block with these bundles, which nobody has proved, in transactions of their own.
    pub fn bundled(&self, store: &ChainStore, bundles: &[Bundle]) -> Block {
        let round = store.tip().round.next();
        let before = ledger::pool(store).unwrap();
        let pool = testkit::logged(before, round, (0..).zip(bundles));
        let changes = Changes::from([(pool_key(), Some(pool.to_bytes()))]);
        let next_committee = store.tip().committee;
        let outcome = Outcome { changes, next_committee, ..Outcome::default() };
        let transaction = |bundle: &Bundle| Transaction {
            version: Transaction::WITH_BUNDLE,
            chain: self.genesis.chain(),
            expiry: Round(600),
            price_epoch: 0,
            bundle: Some(Box::new(bundle.clone())),
            sources: vec![],
            fee: Amount::ZERO,
            actions: vec![],
            witness: vec![],
        };
        let transactions = bundles.iter().map(transaction).collect();
        let parent_certificate = parent(store);
        self.seal(store, Body { parent_certificate, late: vec![], transactions }, outcome)
    }

    pub fn seal(&self, store: &ChainStore, body: Body, outcome: Outcome) -> Block {
        let pending = store.prepare(&outcome.changes).unwrap();
        let tip = store.tip();
        let draw = Draw { proposer: 0, ticket: [0; 80], output: [tip.round.0 as u8; 64] };
        let header = self.context(&tip).header(&tip, &body, &outcome, pending.root, &draw);
        // By whoever has a seat in that round.
        let committee = store.committee(&tip.committee).unwrap();
        let seated = self.managers.iter().filter(|(_, key)| committee.position(key).is_some());
        let seeds: Vec<u8> = seated.map(|(seed, _)| *seed).take(committee.quorum()).collect();
        let certified = testkit::certify(header, &committee, &seeds);
        Block { certified, body, outcome, pending }
    }

    pub fn certify(&self, header: Header) -> CertifiedHeader {
        testkit::certify(header, &self.genesis.committee(), &[1, 2, 3])
    }

    /// Commits one block with one payment from each person to the next.
    pub fn grow(&self, store: &ChainStore) -> BlockId {
        let state = store.state().unwrap();
        let amount = 2_000 + store.tip().round.0;
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

    fn context(&self, tip: &Tip) -> BlockContext<'_> {
        let time = tip.time.plus_millis(1000);
        BlockContext::after(tip, self.genesis.chain(), time, &self.genesis.params)
    }
}

/// The certificate that the next body carries.
fn parent(store: &ChainStore) -> Option<Certificate> {
    store.header(store.tip().round).map(|block| block.certificate)
}

/// An address that nobody has a key for.
pub fn stranger(number: u64) -> Address {
    let mut payload = [0x5a; 20];
    payload[..8].copy_from_slice(&number.to_be_bytes());
    Address { kind: AddressKind::Ecdsa, payload }
}
