//! Tests of the whole crate; this file has what they share: actors and a chain of states.

mod books;
mod certificates;
mod decoders;
mod envelopes;
mod gifts;
mod golden;
mod governance;
mod headers;
mod histories;
mod key_changes;
mod lucky;
mod money_vectors;
mod names;
mod payments;
mod price_epochs;
mod private;
mod proofs;
mod refunds;
mod refusals;
mod ring;
mod signers;
mod sweeps;
mod told;
mod values;

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
    let accounts = (1..=4).map(|seed| address(&manager_account(seed)));
    let mut balances: Vec<_> =
        homes.iter().copied().chain(accounts).map(|home| (home, abc(START))).collect();
    balances.sort_unstable();
    Genesis {
        time: Timestamp(1_000_000),
        params: Params::DEVNET,
        managers: managers(),
        workers: vec![FirstWorker { id: WorkerId([7; 32]), archive: true }],
        faucet: homes.first().copied(),
        balances,
    }
}

/// The account that belongs to a manager of the genesis.
pub(crate) fn manager_account(seed: u8) -> EcdsaKey {
    actor(200 + seed)
}

/// Four managers, in the order of their keys.
pub(crate) fn managers() -> Vec<FirstManager> {
    let manager = |seed| FirstManager {
        member: member(seed),
        account: address(&manager_account(seed)),
        bond: abc(Params::DEVNET.manager_bond),
    };
    let mut managers: Vec<_> = (1..=4).map(manager).collect();
    managers.sort_unstable_by_key(|manager| manager.member);
    managers
}

/// The keys of a manager; the second is that of a seed a hundred higher.
pub(crate) fn member(seed: u8) -> Member {
    Member { key: manager(seed).public(), vrf: manager(seed + 100).public() }
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
        BlockContext {
            chain: genesis.chain(),
            round: *round,
            time: Timestamp(genesis.time.0 + round.0 * 1000),
            history: [0; 32],
            proposer: NO_PROPOSER,
            beacon: wire::hash("beacon", &[&round.0.to_be_bytes()]),
            params: &genesis.params,
            circuit: Some(private::circuit),
        }
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
        let pay = |(source, to, units): &(u8, Address, u64)| {
            Action::Pay(Pay { source: *source, to: *to, amount: abc(*units) })
        };
        self.order_of(from, pays.iter().map(pay).collect())
    }

    /// The same with any actions.
    pub(crate) fn order_of(&self, from: &[&EcdsaKey], actions: Vec<Action>) -> Transaction {
        let mut tx = Transaction {
            version: Transaction::VERSION,
            chain: self.genesis.chain(),
            expiry: self.round.plus(10),
            price_epoch: 0,
            bundle: None,
            sources: from.iter().map(|key| self.source(key)).collect(),
            fee: Amount::ZERO,
            actions,
            witness: Vec::new(),
        };
        tx.fee = tx.fee_needed(&self.genesis.params.prices).unwrap();
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
        let body = body(txs);
        let outcome = execute(&self.state, &self.context(), &body, &|_| false).unwrap();
        self.take(&outcome.changes);
        self.round = self.round.next();
        outcome
    }

    /// Goes on to this round through empty ones.
    pub(crate) fn go_to(&mut self, round: u64) {
        while self.round < Round(round) {
            self.block(&[]);
        }
    }

    /// Makes these changes to the state.
    pub(crate) fn take(&mut self, changes: &Changes) {
        for (key, value) in changes {
            match value {
                Some(value) => self.state.insert(key.clone(), value.clone()),
                None => self.state.remove(key),
            };
        }
    }

    /// All ABC there is: accounts, bonds and pots, counted one by one.
    pub(crate) fn supply(&self) -> u128 {
        let accounts = self.state.iter().filter(|(key, _)| key.starts_with(b"acct/"));
        let accounts = accounts.map(|(_, bytes)| Account::from_bytes(bytes).unwrap());
        let held = accounts.map(|account| account.abc.units() + account.bonded.units());
        let pots = Pot::ALL.iter().filter_map(|pot| self.state.get(&pot.key()));
        let pots = pots.map(|bytes| Amount::<Abc>::from_bytes(bytes).unwrap().units());
        let pool = crate::pool::pool(&self.state).unwrap().balance.units();
        held.chain(pots).chain([pool]).map(u128::from).sum()
    }

    /// Asserts that simulation and execution refuse it with this code.
    #[track_caller]
    pub(crate) fn refuses(&self, tx: &Transaction, code: &str) -> Rejection {
        let body = body(std::slice::from_ref(tx));
        let (index, executed) =
            execute(&self.state, &self.context(), &body, &|_| false).unwrap_err();
        // Whose proof does not hold is not looked for: it makes the whole body invalid.
        let place = usize::from(executed == Rejection::BadProof);
        assert_eq!((index, executed.code()), (place, code), "{executed}");
        assert_eq!(self.check(tx), Err(executed));
        executed
    }
}

/// A body of these transactions, as no parent certificate is needed to execute one.
pub(crate) fn body(txs: &[Transaction]) -> Body {
    Body { transactions: txs.to_vec(), ..Body::default() }
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
