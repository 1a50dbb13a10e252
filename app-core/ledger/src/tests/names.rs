//! Names from commitment to lapse; this file has what their tests share.

mod answers;
mod codecs;
mod owners;
mod races;
mod random;
mod registration;
mod sub_names;
mod terms;
mod tree;

use super::{Net, abc, actor, address, signed};
use crate::*;
use keys::EcdsaKey;
use name_rules::Name;
use types::{Address, Round};
use wire::Decode;

const DEPOSIT: u64 = 10_000_000;
/// A year's price of a name of four letters, and of a longer one.
const FOUR: u64 = 2_000_000;
const LONG: u64 = 500_000;
const DAY: u64 = 24 * 3600;

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn salt(seed: u8) -> [u8; 32] {
    [seed; 32]
}

fn record(text: &str) -> NameRecord {
    NameRecord { text: text.to_owned(), ..NameRecord::empty(3600) }
}

/// Three people with money.
fn people() -> (Net, [EcdsaKey; 3]) {
    let people = [actor(1), actor(2), actor(3)];
    (Net::new(&people.iter().collect::<Vec<_>>()), people)
}

fn hash_of(net: &Net, who: &EcdsaKey, text: &str, seed: u8) -> [u8; 32] {
    commit_hash(net.genesis.chain(), address(who), &name(text), &salt(seed))
}

fn commit(net: &Net, who: &EcdsaKey, text: &str, seed: u8) -> Action {
    let hash = hash_of(net, who, text, seed);
    Action::CommitName(CommitName { source: 0, hash, deposit: abc(DEPOSIT) })
}

fn reveal(text: &str, seed: u8) -> Action {
    let reveal =
        RegisterName { source: 0, name: name(text), salt: salt(seed), record: record("first") };
    Action::RegisterName(Box::new(reveal))
}

fn reclaim(text: &str, seed: u8) -> Action {
    Action::ReclaimDeposit(ReclaimDeposit { source: 0, name: name(text), salt: salt(seed) })
}

fn renew(text: &str) -> Action {
    Action::RenewName(RenewName { source: 0, name: name(text) })
}

fn update(text: &str, words: &str, expected_sequence: u64) -> Action {
    let record = record(words);
    Action::UpdateName(Box::new(UpdateName {
        source: 0,
        name: name(text),
        record,
        expected_sequence,
    }))
}

fn transfer(text: &str, to: Address, clear: bool) -> Action {
    Action::TransferName(TransferName { source: 0, name: name(text), to, clear })
}

fn set(text: &str, words: Option<&str>) -> Action {
    let record = words.map(record);
    Action::SetSubName(Box::new(SetSubName { source: 0, name: name(text), record }))
}

fn delegate(text: &str, delegation: Option<Delegation>) -> Action {
    Action::DelegateLabel(DelegateLabel { source: 0, name: name(text), delegation })
}

/// A transaction of one action by one account.
fn order(net: &Net, who: &EcdsaKey, action: Action) -> Transaction {
    signed(net.order_of(&[who], vec![action]), &[who])
}

/// A transfer that both sides have signed.
fn handover(net: &Net, from: &EcdsaKey, to: &EcdsaKey, text: &str, clear: bool) -> Transaction {
    let action = transfer(text, address(to), clear);
    signed(net.order_of(&[from], vec![action]), &[from, to])
}

impl Net {
    /// Executes a block of this one action; returns the fee.
    fn run(&mut self, who: &EcdsaKey, action: Action) -> u64 {
        let tx = order(self, who, action);
        let fee = tx.fee.units();
        self.block(&[tx]);
        fee
    }

    /// Asserts that this action of this account is refused with this code.
    #[track_caller]
    fn refuses_action(&self, who: &EcdsaKey, action: Action, code: &str) -> Rejection {
        self.refuses(&order(self, who, action), code)
    }

    /// Commits, waits, reveals.
    fn register(&mut self, who: &EcdsaKey, text: &str) {
        let seed = 7;
        self.run(who, commit(self, who, text, seed));
        self.block(&[]);
        self.run(who, reveal(text, seed));
    }

    fn named(&self, text: &str) -> Option<RegisteredName> {
        let bytes = self.state.get(&name_key(&name(text)));
        bytes.map(|bytes| RegisteredName::from_bytes(bytes).unwrap())
    }

    fn sub_named(&self, text: &str, zone: u64) -> Option<SubName> {
        let bytes = self.state.get(&sub_name_key(&name(text), zone));
        bytes.map(|bytes| SubName::from_bytes(bytes).unwrap())
    }

    /// Lets so many seconds pass, a round each, of which none is executed.
    fn skip(&mut self, rounds: u64) {
        self.round = self.round.plus(rounds);
    }

    /// Goes to the round whose block has this time.
    fn at(&mut self, time: types::Timestamp) {
        self.round = Round(time.millis_since(self.genesis.time) / 1000);
        assert_eq!(self.context().time, time);
    }

    /// Commitments in the state, with their deposits.
    fn commitments(&self) -> Vec<Commitment> {
        let all = self.state.iter().filter(|(key, _)| key.starts_with(b"commit/"));
        all.map(|(_, bytes)| Commitment::from_bytes(bytes).unwrap()).collect()
    }
}
