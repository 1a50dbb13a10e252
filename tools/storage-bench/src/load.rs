//! The load: blocks as a busy ledger makes them. Every engine gets the same ones, from one seed.

use ledger::{
    Account, Action, Body, Delta, Deltas, Entry, EntryKind, Pay, Source, Transaction, account_key,
};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use std::collections::BTreeMap;
use types::{Address, AddressKind, Amount, ChainId, OpenId, Round, TxId};
use wire::Encode;

/// Accounts in the state before anything is measured.
pub(crate) const ACCOUNTS: u64 = 100_000;
/// Accounts that a block changes; half as many transactions.
pub(crate) const UPDATES: u64 = 1_000;
/// Accounts that a block of the beginning creates.
pub(crate) const NEW: u64 = 10_000;
/// Blocks before anything is measured.
pub(crate) const FIRST: u64 = ACCOUNTS / NEW;

/// What one block changes.
pub(crate) struct Block {
    pub(crate) body: Body,
    pub(crate) changes: BTreeMap<Vec<u8>, Vec<u8>>,
    pub(crate) entries: Vec<(Address, Entry)>,
}

/// The accounts and what has happened to them.
pub(crate) struct Load {
    rng: StdRng,
    chain: ChainId,
    accounts: Vec<Account>,
}

impl Load {
    pub(crate) fn new(chain: ChainId) -> Self {
        Self { rng: StdRng::seed_from_u64(1), chain, accounts: Vec::new() }
    }

    /// The next block; rounds come in order from 1.
    pub(crate) fn block(&mut self, round: u64) -> Block {
        if round <= FIRST { self.create(round) } else { self.pay(round) }
    }

    /// Some address of those that there are.
    pub(crate) fn any_address(&mut self) -> Address {
        address(self.rng.random_range(0..ACCOUNTS))
    }

    fn create(&mut self, round: u64) -> Block {
        let numbers = (round - 1) * NEW..round * NEW;
        let mut block = Block { body: Body::default(), changes: BTreeMap::new(), entries: vec![] };
        for number in numbers {
            let home = address(number);
            // A record of an account that has paid: 33 bytes of key beside the rest.
            let id = OpenId(wire::hash("bench-id", &[&number.to_be_bytes()]));
            let account = Account { open_id: Some(id), ..Account::empty(home) };
            self.accounts.push(account);
            self.change(&mut block, (number, round, TxId([0; 32])), EntryKind::Genesis);
        }
        block
    }

    fn pay(&mut self, round: u64) -> Block {
        let mut block = Block { body: Body::default(), changes: BTreeMap::new(), entries: vec![] };
        let mut touched = std::collections::BTreeSet::new();
        while (touched.len() as u64) < UPDATES {
            touched.insert(self.rng.random_range(0..ACCOUNTS));
        }
        let touched: Vec<u64> = touched.into_iter().collect();
        let (from, to) = touched.split_at(touched.len() / 2);
        for (from, to) in from.iter().zip(to) {
            let transaction = self.transaction(*from, *to, round);
            let id = transaction.id();
            block.body.transactions.push(transaction);
            self.change(&mut block, (*from, round, id), EntryKind::PayOut);
            self.change(&mut block, (*to, round, id), EntryKind::PayIn);
        }
        block
    }

    fn transaction(&mut self, from: u64, to: u64, round: u64) -> Transaction {
        let pay = Pay { source: 0, to: address(to), amount: Amount::new(round) };
        let witness: Vec<u8> = (0..65).map(|_| self.rng.random()).collect();
        Transaction {
            version: Transaction::VERSION,
            chain: self.chain,
            expiry: Round(round + 100),
            price_epoch: 0,
            bundle: None,
            sources: vec![Source { address: address(from), nonce: round, reveal: None }],
            fee: Amount::new(1_000),
            actions: vec![Action::Pay(pay)],
            witness: vec![witness],
        }
    }

    fn change(
        &mut self,
        block: &mut Block,
        (number, round, tx): (u64, u64, TxId),
        kind: EntryKind,
    ) {
        let Some(account) = usize::try_from(number).ok().and_then(|at| self.accounts.get_mut(at))
        else {
            return;
        };
        account.abc = Amount::new(round);
        account.nonce += 1;
        account.counter += 1;
        let entry = Entry {
            counter: account.counter,
            round: Round(round),
            tx,
            index: 0,
            kind,
            delta: Deltas { abc: Delta::plus(1), ..Deltas::default() },
            counterparty: Some(address(number + 1)),
            abc: account.abc,
            abit: Amount::ZERO,
            bonded: Amount::ZERO,
            nonce: account.nonce,
            via_retired: false,
        };
        account.history = entry.next_hash(&account.history);
        block.changes.insert(account_key(account.home), account.to_bytes());
        block.entries.push((account.home, entry));
    }
}

/// Addresses are hashes, so these look like some.
pub(crate) fn address(number: u64) -> Address {
    let hash = wire::hash("bench-address", &[&number.to_be_bytes()]);
    let mut payload = [0; 20];
    payload.copy_from_slice(&hash[..20]);
    Address { kind: AddressKind::Ecdsa, payload }
}
