//! Random histories of names: whatever people try, money is kept, deposits lie in their pot, numbers
//! never go back, and names that look alike have one owner.

use super::*;
use crate::tests::books::{self, Books, passes};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

static PEOPLE: LazyLock<Vec<EcdsaKey>> = LazyLock::new(|| (1..=3).map(actor).collect());
/// The first three look alike.
const NAMES: [&str; 5] = ["cocoa", "сосоа", "c0c0a", "shop", "market"];
const JUMPS: [u64; 6] = [1, 2, 3, 601, 280 * DAY, 120 * DAY];

#[derive(Debug, Clone)]
struct Attempt {
    who: usize,
    other: usize,
    name: usize,
    verb: u8,
    flag: bool,
}

fn attempt() -> impl Strategy<Value = Attempt> {
    (0..3_usize, 0..3_usize, 0..NAMES.len(), 0..12_u8, any::<bool>())
        .prop_map(|(who, other, name, verb, flag)| Attempt { who, other, name, verb, flag })
}

fn histories() -> impl Strategy<Value = Vec<(usize, Vec<Attempt>)>> {
    let jump = prop_oneof![8 => 0..3_usize, 1 => 3..JUMPS.len()];
    proptest::collection::vec((jump, proptest::collection::vec(attempt(), 1..5)), 4..30)
}

impl Attempt {
    fn transaction(&self, net: &Net) -> Transaction {
        match self.verb {
            0..=2 => {
                order(net, &PEOPLE[self.who], commit(net, &PEOPLE[self.who], NAMES[self.name], 1))
            }
            3..=6 => {
                let (who, text) = self.committed(net);
                let action = if self.verb == 6 { reclaim(text, 1) } else { reveal(text, 1) };
                order(net, who, action)
            }
            _ => self.by_owner(net),
        }
    }

    /// A commitment there is, if there is one.
    fn committed(&self, net: &Net) -> (&'static EcdsaKey, &'static str) {
        let pairs = (0..15).map(|step| ((self.who + step) % 3, (self.name + step) % NAMES.len()));
        let mut pairs = pairs.map(|(who, name)| (&PEOPLE[who], NAMES[name]));
        let is_there = |(who, text): &(&EcdsaKey, &str)| {
            net.state.contains_key(&commitment_key(address(who), &hash_of(net, who, text, 1)))
        };
        pairs.clone().find(is_there).or_else(|| pairs.next()).unwrap()
    }

    /// Something with a name there is, mostly by its owner.
    fn by_owner(&self, net: &Net) -> Transaction {
        let turned = (0..NAMES.len()).map(|step| NAMES[(self.name + step) % NAMES.len()]);
        let text = turned.clone().find(|text| net.named(text).is_some());
        let text = text.unwrap_or(NAMES[self.name]);
        let name = net.named(text);
        let owns = |who: &&EcdsaKey| name.as_ref().is_some_and(|name| name.owner == address(who));
        let owner = PEOPLE.iter().find(owns).filter(|_| self.who > 0);
        let (who, other) = (owner.unwrap_or(&PEOPLE[self.who]), &PEOPLE[self.other]);
        let (sub, until) = (format!("a.{text}"), net.context().time.plus_secs(DAY));
        let action = match self.verb {
            7 => renew(text),
            8 => update(text, "random", name.map_or(1, |name| name.sequence)),
            9 => return handover(net, who, other, text, self.flag),
            10 => set(&sub, self.flag.then_some("sub")),
            _ => {
                let revocable = self.flag;
                delegate(&sub, Some(Delegation { to: address(other), until, revocable }))
            }
        };
        order(net, who, action)
    }
}

fn names(net: &Net) -> BTreeMap<&'static str, RegisteredName> {
    NAMES.into_iter().filter_map(|text| Some((text, net.named(text)?))).collect()
}

fn check(net: &Net, before: &BTreeMap<&str, RegisteredName>, supply: u128) {
    assert_eq!(net.supply(), supply);
    let commitments = net.commitments();
    let deposits = commitments.iter().map(|commitment| commitment.deposit.units()).sum::<u64>();
    assert_eq!(net.pot(Pot::Deposits), deposits);
    let waiting = net.state.keys().filter(|key| key.starts_with(b"commit-due/")).count();
    assert!(waiting >= commitments.len());
    let (now, after) = (net.context().time, names(net));
    for (text, old) in before {
        let new = &after[text];
        assert!((new.zone, new.sequence) >= (old.zone, old.sequence) && new.term >= old.term);
        assert_eq!(
            new == old,
            new.sequence == old.sequence
                && new.term == old.term
                && new.bound_until == old.bound_until
        );
    }
    for one in after.values().filter(|name| name.is_held(now)) {
        let alike = |other: &&RegisteredName| {
            other.is_held(now) && other.name.skeleton_key() == one.name.skeleton_key()
        };
        assert!(after.values().filter(alike).all(|other| other.owner == one.owner));
    }
}

/// Lives through a history; says which actions it performed.
fn live(blocks: &[(usize, Vec<Attempt>)]) -> BTreeSet<u8> {
    let mut net = Net::new(&PEOPLE.iter().collect::<Vec<_>>());
    let (mut books, supply) = (Books::new(&net.genesis), net.supply());
    // The ledger knows their keys from now on, so that names can be handed to them.
    let first: Vec<_> = PEOPLE.iter().map(|who| net.pay(who, address(&PEOPLE[0]), 5_000)).collect();
    let outcome = net.block(&first);
    books.enter(&net, &first, &outcome);
    for (jump, attempts) in blocks {
        net.skip(JUMPS[*jump] - 1);
        let before = names(&net);
        let mut execution = Execution::begin(&net.state, net.context(), &|_| false).unwrap();
        let candidates = attempts.iter().map(|attempt| attempt.transaction(&net));
        let body: Vec<_> = candidates.filter(|tx| passes(execution.apply(tx))).collect();
        let built = execution.finish().unwrap();
        let outcome = net.block(&body);
        assert_eq!(built, outcome);
        books.enter(&net, &body, &outcome);
        check(&net, &before, supply);
    }
    books.check(&net);
    books.acted
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn money_numbers_and_look_alikes_hold_over_random_histories(blocks in histories()) {
        live(&blocks);
    }
}

/// Otherwise the property above would say little.
#[test]
fn random_histories_come_upon_every_action_of_names() {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(ProptestConfig::default(), rng);
    let mut acted = BTreeSet::new();
    for _ in 0..40 {
        acted.extend(live(&histories().new_tree(&mut runner).unwrap().current()));
    }
    acted.remove(&1);
    assert_eq!(acted, books::NAMES.into());
}
