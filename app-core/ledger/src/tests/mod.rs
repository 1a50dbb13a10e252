//! Tests of the whole crate; this file has what they share: actors and a chain of states.

mod certificates;
mod decoders;
mod golden;
mod histories;
mod payments;
mod proofs;
mod refusals;

use crate::*;
use keys::{EcdsaKey, PublicKey, Words};
use std::collections::BTreeMap;
use types::{Abc, Address, Amount, Round, Timestamp, WorkerId};
use wire::{Decode, Encode};

/// What every actor of the genesis begins with: 100 ABC.
pub(crate) const START: u64 = 100_000_000;

pub(crate) fn actor(seed: u8) -> EcdsaKey {
    Words::from_entropy([seed; 32]).master().operation_key()
}

pub(crate) fn address(key: &EcdsaKey) -> Address {
    key.public().address()
}

pub(crate) fn abc(units: u64) -> Amount<Abc> {
    Amount::new(units)
}

pub(crate) fn manager(seed: u8) -> keys::Ed25519Key {
    keys::Ed25519Key::from_seed([seed; 32])
}

pub(crate) fn genesis(homes: &[Address]) -> Genesis {
    let mut balances: Vec<_> = homes.iter().map(|home| (*home, abc(START))).collect();
    balances.sort_unstable();
    Genesis {
        time: Timestamp(1_000_000),
        interval_ms: 1000,
        managers: (1..=4).map(|seed| manager(seed).public()).collect(),
        workers: vec![WorkerId([7; 32])],
        faucet: homes.first().copied(),
        balances,
        prices: Prices::DEVNET,
    }
}

/// A ledger in memory that executes one block after the other.
pub(crate) struct Net {
    pub(crate) genesis: Genesis,
    pub(crate) state: BTreeMap<Vec<u8>, Vec<u8>>,
    pub(crate) round: Round,
}

impl Net {
    pub(crate) fn new(actors: &[&EcdsaKey]) -> Self {
        let genesis = genesis(&actors.iter().map(|key| address(key)).collect::<Vec<_>>());
        assert_eq!(genesis.check(), Ok(()));
        Self { state: genesis.state(), genesis, round: Round(1) }
    }

    pub(crate) fn context(&self) -> BlockContext<'_> {
        let Self { genesis, round, .. } = self;
        BlockContext { chain: genesis.chain(), round: *round, prices: &genesis.prices }
    }

    pub(crate) fn account(&self, address: Address) -> Option<Account> {
        account_of(&self.state, address).unwrap()
    }

    pub(crate) fn edit(&mut self, home: Address, change: impl FnOnce(&mut Account)) {
        let mut account = self.account(home).unwrap_or_else(|| Account::empty(home));
        change(&mut account);
        self.state.insert(account_key(home), account.to_bytes());
    }

    pub(crate) fn abc(&self, key: &EcdsaKey) -> u64 {
        self.account(address(key)).map_or(0, |account| account.abc.units())
    }

    pub(crate) fn fees(&self) -> u64 {
        let cell = self.state.get(&cell_key("fees"));
        cell.map_or(0, |bytes| Amount::<Abc>::from_bytes(bytes).unwrap().units())
    }

    /// A source as the state wants it.
    pub(crate) fn source(&self, key: &EcdsaKey) -> Source {
        let account = self.account(address(key));
        let knows = account.as_ref().is_some_and(|account| !account.slots.is_empty());
        Source {
            address: address(key),
            nonce: account.map_or(0, |account| account.nonce),
            reveal: (!knows).then(|| key.public()),
        }
    }

    /// A transaction without signatures, with the right fee.
    pub(crate) fn order(&self, from: &[&EcdsaKey], pays: &[(u8, Address, u64)]) -> Transaction {
        let pay = |(source, to, units): &(u8, Address, u64)| Action::Pay {
            source: *source,
            to: *to,
            amount: abc(*units),
        };
        let mut tx = Transaction {
            version: Transaction::VERSION,
            chain: self.genesis.chain(),
            expiry: self.round.plus(10),
            price_epoch: 0,
            sources: from.iter().map(|key| self.source(key)).collect(),
            fee: Amount::ZERO,
            actions: pays.iter().map(pay).collect(),
            witness: Vec::new(),
        };
        tx.fee = tx.fee_needed(&self.genesis.prices).unwrap();
        tx
    }

    pub(crate) fn pay(&self, from: &EcdsaKey, to: Address, units: u64) -> Transaction {
        signed(self.order(&[from], &[(0, to, units)]), &[from])
    }

    pub(crate) fn check(&self, tx: &Transaction) -> Result<(), Rejection> {
        check(&self.state, &self.context(), tx)
    }

    /// Executes a block and goes on to the next round.
    pub(crate) fn block(&mut self, txs: &[Transaction]) -> Outcome {
        let body = Body { transactions: txs.to_vec() };
        let outcome = execute(&self.state, &self.context(), &body).unwrap();
        self.state.extend(outcome.changes.clone());
        self.round = self.round.next();
        outcome
    }

    /// Asserts that simulation and execution refuse it with this code.
    #[track_caller]
    pub(crate) fn refuses(&self, tx: &Transaction, code: &str) -> Rejection {
        let body = Body { transactions: vec![tx.clone()] };
        let (index, executed) = execute(&self.state, &self.context(), &body).unwrap_err();
        assert_eq!((index, executed.code()), (0, code), "{executed}");
        assert_eq!(self.check(tx), Err(executed));
        executed
    }
}

/// The transaction with the signatures of these keys, in order.
pub(crate) fn signed(mut tx: Transaction, keys: &[&EcdsaKey]) -> Transaction {
    let sighash = tx.sighash();
    tx.witness = keys.iter().map(|key| key.sign(&sighash).to_vec()).collect();
    tx
}

/// Asserts that the value reads back from its bytes, and returns them.
#[track_caller]
pub(crate) fn round_trip<T: Encode + Decode + PartialEq + core::fmt::Debug>(value: &T) -> Vec<u8> {
    let bytes = value.to_bytes();
    assert_eq!(T::from_bytes(&bytes).as_ref(), Ok(value));
    bytes
}

/// The generator of secp256k1: a public key that needs no derivation.
pub(crate) fn plain_key() -> PublicKey {
    let hex = "010279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
    PublicKey::from_bytes(&hex::decode(hex).unwrap()).unwrap()
}
