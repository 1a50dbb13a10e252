//! A chain file that holds many accounts, more than a genesis may.

use abns::{ChainStore, Horizon, PendingState};
use ledger::{
    Account, BlockContext, Body, Certificate, CertifiedHeader, Draw, Genesis, Outcome, Step,
    account_key,
};
use std::path::Path;
use types::{Abc, Address, AddressKind, Amount};
use wire::Encode;

/// One block with these accounts behind the genesis.
pub(crate) fn filled(folder: &Path, genesis: &Genesis, accounts: u32) -> ChainStore {
    let path = folder.join("chain");
    let store = ChainStore::open_with(&path, genesis, Horizon::MANAGER).unwrap();
    let account = |number: u32| {
        let home = stranger(number);
        let account = Account { abc: Amount::<Abc>::new(1_000_000), ..Account::empty(home) };
        (account_key(home), Some(account.to_bytes()))
    };
    let changes = (0..accounts).map(account).collect();
    let next_committee = store.tip().committee;
    let outcome = Outcome { changes, next_committee, ..Outcome::default() };
    let pending = store.prepare(&outcome.changes).unwrap();
    commit(&store, genesis, (&Body::default(), &outcome), pending);
    store
}

/// Keeps a block. The store asks for no signatures: those are the engine's.
pub(crate) fn commit(
    store: &ChainStore,
    genesis: &Genesis,
    (body, outcome): (&Body, &Outcome),
    pending: PendingState,
) {
    let draw = Draw { proposer: 0, ticket: [0; 80], output: [1; 64] };
    let header = context(store, genesis).header(&store.tip(), body, outcome, pending.root, &draw);
    let votes = (0..3).map(|member| (member, [0; 64])).collect();
    let certificate = Certificate::new(Step::Commit, header.round, 0, header.id(), &votes, 4);
    store.commit(&CertifiedHeader { header, certificate }, body, outcome, pending).unwrap();
}

/// The block behind the tip.
pub(crate) fn context<'g>(store: &ChainStore, genesis: &'g Genesis) -> BlockContext<'g> {
    let tip = store.tip();
    let time = tip.time.plus_millis(u64::from(genesis.params.interval_ms));
    BlockContext::after(&tip, genesis.chain(), time, &genesis.params)
}

/// An address that nobody has a key for.
pub(crate) fn stranger(number: u32) -> Address {
    let mut payload = [0x5a; 20];
    payload[..4].copy_from_slice(&number.wrapping_mul(2_654_435_761).to_be_bytes());
    Address { kind: AddressKind::Ecdsa, payload }
}
