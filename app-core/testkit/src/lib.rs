//! What tests of several rooms begin with: four managers, a genesis, certificates that are real.
//!
//! Linked by tests, examples and benches only.

mod pool;
mod state;

use keys::{EcdsaKey, Ed25519Key, VrfKey, Words};
use ledger::{
    Certificate, CertifiedHeader, Committee, FirstManager, FirstWorker, Genesis, Header, Member,
    Params, Place, Step,
};
use std::collections::BTreeMap;
use types::{Abc, Address, Amount, Timestamp, WorkerId};

pub use pool::{CarriedOver, carried_over, logged, shielded_person, unproved};
pub use state::{prove_state, state_root};

/// What each manager's account holds beside its bond: 100 ABC.
pub const PURSE: Amount<Abc> = Amount::new(100_000_000);

/// A person's key.
#[must_use]
pub fn person(seed: u8) -> EcdsaKey {
    Words::from_entropy([seed; 32]).master().operation_key()
}

/// The signing key of a manager.
#[must_use]
pub fn signer(seed: u8) -> Ed25519Key {
    Ed25519Key::from_seed([seed; 32])
}

/// The ticket key of a manager.
#[must_use]
pub fn drawer(seed: u8) -> VrfKey {
    VrfKey::from_seed([seed ^ 0x80; 32])
}

/// The keys of a manager.
#[must_use]
pub fn member(seed: u8) -> Member {
    Member { key: signer(seed).public(), vrf: drawer(seed).public() }
}

/// Managers 1 to `count`, in the order of their keys, with accounts of their own.
#[must_use]
pub fn managers(count: u8) -> Vec<FirstManager> {
    let account = |seed: u8| person(seed | 0x80).public().address();
    managers_of((1..=count).map(|seed| (member(seed), account(seed))))
}

/// Managers of these keys and accounts, in the order of their keys.
#[must_use]
pub fn managers_of(all: impl Iterator<Item = (Member, Address)>) -> Vec<FirstManager> {
    let bond = Amount::new(Params::DEVNET.manager_bond);
    let mut managers: Vec<_> =
        all.map(|(member, account)| FirstManager { member, account, bond }).collect();
    managers.sort_unstable_by_key(|manager| manager.member);
    managers
}

/// A network of four managers that begins now, with these balances beside those of its managers.
#[must_use]
pub fn genesis(time: Timestamp, balances: &[(Address, Amount<Abc>)]) -> Genesis {
    genesis_of(time, managers(4), balances)
}

/// The same with other managers; whose balance is not named among them has [`PURSE`].
#[must_use]
pub fn genesis_of(
    time: Timestamp,
    managers: Vec<FirstManager>,
    balances: &[(Address, Amount<Abc>)],
) -> Genesis {
    let purses = managers.iter().map(|manager| (manager.account, PURSE));
    let balances: BTreeMap<_, _> = purses.chain(balances.iter().copied()).collect();
    let balances = balances.into_iter().collect();
    Genesis {
        time,
        params: Params::DEVNET,
        managers,
        workers: vec![FirstWorker { id: WorkerId([7; 32]), archive: false }],
        faucet: None,
        balances,
    }
}

/// The header with Commit votes of these managers, by their seeds.
#[must_use]
pub fn certify(header: Header, committee: &Committee, seeds: &[u8]) -> CertifiedHeader {
    let bytes = Place::acp(header.chain, header.round, 0).vote(Step::Commit, header.id());
    let vote = |seed: &u8| {
        let key = signer(*seed);
        Some((committee.position(&key.public())?, key.sign(&bytes)))
    };
    let votes: BTreeMap<u16, [u8; 64]> = seeds.iter().filter_map(vote).collect();
    let (step, size) = (Step::Commit, committee.size());
    let certificate = Certificate::new(step, header.round, 0, header.id(), &votes, size);
    CertifiedHeader { header, certificate }
}
