//! Transactions by keys of every kind, for tests.

use super::Net;
use crate::*;
use keys::{EcdsaKey, Ed25519Key, FalconKey, PublicKey, Words};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use std::sync::LazyLock;
use types::{Address, Amount};

/// Who can fill a slot of a witness.
pub(crate) trait Signs {
    fn slot(&self, digest: &[u8; 32]) -> Vec<u8>;
}

/// Who can be a source.
pub(crate) trait Owns: Signs {
    fn key(&self) -> PublicKey;

    fn address(&self) -> Address {
        self.key().address()
    }
}

impl Signs for EcdsaKey {
    fn slot(&self, digest: &[u8; 32]) -> Vec<u8> {
        self.sign(digest).to_vec()
    }
}

impl Signs for FalconKey {
    fn slot(&self, digest: &[u8; 32]) -> Vec<u8> {
        self.sign(digest, &mut ChaCha20Rng::from_seed(*digest)).to_vec()
    }
}

impl Signs for Ed25519Key {
    fn slot(&self, digest: &[u8; 32]) -> Vec<u8> {
        self.sign(digest).to_vec()
    }
}

impl Owns for EcdsaKey {
    fn key(&self) -> PublicKey {
        self.public()
    }
}

impl Owns for FalconKey {
    fn key(&self) -> PublicKey {
        self.public()
    }
}

static FALCON: LazyLock<[FalconKey; 3]> =
    LazyLock::new(|| [1, 2, 3].map(|seed| Words::from_entropy([seed; 32]).master().falcon_key()));

/// One of three Falcon keys, from 0.
pub(crate) fn falcon(number: usize) -> &'static FalconKey {
    &FALCON[number]
}

pub(crate) fn add(key: &dyn Owns) -> Action {
    Action::AddKey(AddKey { source: 0, key: key.key() })
}

pub(crate) fn retire(key: &dyn Owns) -> Action {
    Action::RetireKey(RetireKey { source: 0, address: key.address() })
}

impl Net {
    /// A source as the state wants it, whatever key it is.
    pub(crate) fn source_by(&self, key: &dyn Owns) -> Source {
        let account = self.account(key.address());
        let knows = account.as_ref().is_some_and(|account| !account.slots.is_empty());
        Source {
            address: key.address(),
            nonce: account.map_or(0, |account| account.nonce),
            reveal: (!knows).then(|| key.key()),
        }
    }

    /// A transaction without signatures, with the right fee.
    pub(crate) fn plan(&self, from: &[&dyn Owns], actions: Vec<Action>) -> Transaction {
        let mut tx = self.order_of(&[], actions);
        tx.sources = from.iter().map(|key| self.source_by(*key)).collect();
        self.with_fee(tx)
    }

    pub(crate) fn with_fee(&self, mut tx: Transaction) -> Transaction {
        tx.fee = tx.fee_needed(&self.genesis.params.prices).unwrap();
        tx
    }

    /// The same with the signatures of its sources.
    pub(crate) fn by(&self, from: &[&dyn Owns], actions: Vec<Action>) -> Transaction {
        let slots: Vec<_> = from.iter().map(|key| *key as &dyn Signs).collect();
        by_all(self.plan(from, actions), &slots)
    }

    /// By one source, with one slot behind it.
    pub(crate) fn with(
        &self,
        from: &dyn Owns,
        actions: Vec<Action>,
        other: &dyn Signs,
    ) -> Transaction {
        by_all(self.plan(&[from], actions), &[from as &dyn Signs, other])
    }

    /// What a key adds up to: the balances of the account behind it.
    pub(crate) fn held(&self, key: &dyn Owns) -> (u64, u64) {
        let account = self.account(key.address());
        account.map_or((0, 0), |account| (account.abc.units(), account.abit.units()))
    }

    pub(crate) fn pot(&self, pot: Pot) -> u64 {
        use wire::Decode;
        let cell = self.state.get(&pot.key());
        cell.map_or(0, |bytes| Amount::<types::Abc>::from_bytes(bytes).unwrap().units())
    }
}

/// The transaction with these signatures.
pub(crate) fn by_all(mut tx: Transaction, slots: &[&dyn Signs]) -> Transaction {
    let sighash = tx.sighash();
    tx.witness = slots.iter().map(|key| key.slot(&sighash)).collect();
    tx
}
