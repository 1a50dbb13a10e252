//! Plans against the ledger's own rules: what the wallet signs, the ledger takes; what the ledger
//! would refuse, the wallet does not sign.

use keys::EcdsaKey;
use ledger::{Account, BlockContext, Body, Genesis, Tip, Transaction};
use proptest::prelude::*;
use rand::rng;
use std::collections::BTreeMap;
use types::{Abc, Address, Amount, Round, Timestamp};
use wire::Decode;

use crate::{
    Ground, Keyring, Payment, PaymentState, Quote, Refusal, Wish, pending_out, plan, quote, settle,
};

mod carry;
mod gifts;
mod links;
mod merge;
mod moves;
mod private;
mod rotation;
mod siblings;
mod sweep;

const NOW: Timestamp = Timestamp(1_795_000_000_000);

struct World {
    genesis: Genesis,
    state: BTreeMap<Vec<u8>, Vec<u8>>,
    alice: EcdsaKey,
    bob: EcdsaKey,
}

fn world(units: u64) -> World {
    let (alice, bob) = (testkit::person(0x31), testkit::person(0x30));
    let genesis = testkit::genesis(NOW, &[(alice.public().address(), Amount::new(units))]);
    genesis.check().unwrap();
    World { state: genesis.state(), genesis, alice, bob }
}

impl World {
    fn account(&self, address: Address) -> Option<Account> {
        ledger::account_of(&self.state, address).ok().flatten()
    }

    fn keys(&self) -> Keyring<'_> {
        Keyring { ecdsa: &self.alice, falcon: None }
    }

    fn ground<'a>(&'a self, account: Option<&'a Account>, open: &'a [Payment]) -> Ground<'a> {
        Ground {
            chain: self.genesis.chain(),
            params: &self.genesis.params,
            round: Round(5),
            account,
            payee_exists: false,
            open,
        }
    }

    fn plan(&self, units: u64, to: Address, open: &[Payment]) -> Result<Payment, Refusal> {
        let account = self.account(self.alice.public().address());
        let payee_exists = self.account(to).is_some();
        let ground = Ground { payee_exists, ..self.ground(account.as_ref(), open) };
        let wish = Wish { to, contact: None, amount: Amount::new(units), memo: None };
        plan(wish, ground, &self.keys(), NOW, &mut rng())
    }

    fn quote(&self, units: u64, to: Address, open: &[Payment]) -> Result<Quote, Refusal> {
        let account = self.account(self.alice.public().address());
        let payee_exists = self.account(to).is_some();
        let ground = Ground { payee_exists, ..self.ground(account.as_ref(), open) };
        quote(to, Amount::new(units), ground, &self.alice.public())
    }

    fn execute(&mut self, payments: &[Payment]) -> Result<(), ledger::Rejection> {
        self.execute_after(Round(5), payments)
    }

    /// In the block behind this round.
    fn execute_after(
        &mut self,
        round: Round,
        payments: &[Payment],
    ) -> Result<(), ledger::Rejection> {
        let transactions = payments.iter();
        let transactions =
            transactions.map(|payment| Transaction::from_bytes(&payment.attempt.bytes).unwrap());
        let body = Body { transactions: transactions.collect(), ..Body::default() };
        let params = &self.genesis.params;
        let tip = Tip { round, ..self.genesis.tip([0; 32]) };
        let context = BlockContext::after(&tip, self.genesis.chain(), NOW, params);
        let outcome = ledger::execute(&self.state, &context, &body, &|_| false);
        let changes = outcome.map_err(|(_, why)| why)?.changes;
        for (key, value) in changes {
            match value {
                Some(value) => drop(self.state.insert(key, value)),
                None => drop(self.state.remove(&key)),
            }
        }
        Ok(())
    }
}

#[test]
fn the_ledger_takes_what_the_wallet_signs_also_several_at_once() {
    let mut world = world(50_000_000);
    let bob = world.bob.public().address();
    let mut open = vec![];
    for units in [20_000_000, 1_000_000, 2_000_000] {
        let payment = world.plan(units, bob, &open).unwrap();
        open.push(payment);
    }
    assert_eq!(open.iter().map(|payment| payment.attempt.nonce).collect::<Vec<_>>(), [0, 1, 2]);
    world.execute(&open).unwrap();
    let (alice, paid) = (world.account(world.alice.public().address()), world.account(bob));
    assert_eq!(paid.unwrap().abc, Amount::new(23_000_000));
    let spent = pending_out(&open);
    assert_eq!(alice.unwrap().abc, Amount::<Abc>::new(50_000_000).minus(spent).unwrap());
    // The next one shows no key any more, and the ledger still takes it.
    let next = world.plan(1_000_000, bob, &[]).unwrap();
    assert_eq!(next.attempt.nonce, 3);
    world.execute(&[next]).unwrap();
}

#[test]
fn a_payment_that_died_leaves_no_gap_that_the_later_ones_wait_behind() {
    let mut world = world(50_000_000);
    let bob = world.bob.public().address();
    // The first one, which shows the key, dies; the second waits for its turn.
    let first = world.plan(20_000_000, bob, &[]).unwrap();
    let second = world.plan(1_000_000, bob, std::slice::from_ref(&first)).unwrap();
    let third = world.plan(2_000_000, bob, std::slice::from_ref(&second)).unwrap();
    assert_eq!((second.attempt.nonce, third.attempt.nonce), (1, 0));
    let fourth = world.plan(3_000_000, bob, &[third.clone(), second.clone()]).unwrap();
    assert_eq!(fourth.attempt.nonce, 2);
    world.execute(&[third, second, fourth]).unwrap();
    assert_eq!(world.account(bob).unwrap().abc, Amount::new(6_000_000));
    assert!(world.execute(&[first]).is_err(), "nothing is paid twice");
}

#[test]
fn what_cannot_be_paid_is_not_signed() {
    let world = world(50_000_000);
    let (alice, bob) = (world.alice.public().address(), world.bob.public().address());
    assert_eq!(world.plan(0, bob, &[]).unwrap_err(), Refusal::Zero);
    assert_eq!(world.plan(1_000_000, alice, &[]).unwrap_err(), Refusal::ToSelf);
    assert!(matches!(world.plan(1, bob, &[]).unwrap_err(), Refusal::BelowMinimum(_)));
    for units in [50_000_000, 50_000_001, u64::MAX] {
        let refused = world.plan(units, bob, &[]).unwrap_err();
        assert!(matches!(refused, Refusal::Insufficient { .. }), "{units}: {refused}");
    }
    let first = world.plan(30_000_000, bob, &[]).unwrap();
    let refused = world.plan(30_000_000, bob, &[first]).unwrap_err();
    assert!(matches!(refused, Refusal::Insufficient { .. }), "money under way counts: {refused}");
}

#[test]
fn a_quote_says_what_paying_costs_or_why_it_is_refused() {
    let mut world = world(50_000_000);
    let (alice, bob) = (world.alice.public().address(), world.bob.public().address());
    let check = |world: &World, open: &[Payment]| {
        for (units, to) in [
            (20_000_000, bob),
            (0, bob),
            (1, bob),
            (1_000_000, alice),
            (49_999_999, bob),
            (50_000_000, bob),
            (u64::MAX, bob),
        ] {
            let (said, done) = (world.quote(units, to, open), world.plan(units, to, open));
            let cost = done.as_ref().map(|payment| (payment.amount, payment.attempt.fee));
            assert_eq!(said.as_ref().map(|quote| (quote.amount, quote.fee)), cost, "{units}");
        }
    };
    check(&world, &[]);
    let quote = world.quote(20_000_000, bob, &[]).unwrap();
    assert_eq!((quote.to, quote.available), (bob, Amount::new(50_000_000)));
    assert_eq!(quote.total, quote.amount.plus(quote.fee).unwrap());
    // The first payment shows the key and costs more than the next; what is under way is not there.
    let first = world.plan(20_000_000, bob, &[]).unwrap();
    check(&world, std::slice::from_ref(&first));
    let second = world.quote(20_000_000, bob, std::slice::from_ref(&first)).unwrap();
    assert!(second.fee < quote.fee);
    assert_eq!(second.available, quote.available.minus(quote.total).unwrap());
    world.execute(&[first]).unwrap();
    check(&world, &[]);
}

#[test]
fn an_account_that_nobody_paid_has_nothing() {
    let mut world = world(50_000_000);
    std::mem::swap(&mut world.alice, &mut world.bob);
    let refused = world.plan(1_000_000, world.bob.public().address(), &[]).unwrap_err();
    let Refusal::Insufficient { available, .. } = refused else { panic!("{refused}") };
    assert_eq!(available, Amount::ZERO);
}

#[test]
fn a_payment_is_dead_only_once_that_is_proved() {
    let world = world(50_000_000);
    let payment = world.plan(1_000_000, world.bob.public().address(), &[]).unwrap();
    let last = payment.attempt.expiry;
    assert_eq!(last, Round(605));
    let unused = Some(payment.attempt.nonce);
    let used = Some(payment.attempt.nonce + 1);
    for nonce in [None, unused] {
        assert_eq!(settle(&payment, None, (last, nonce)), PaymentState::Queued);
        assert_eq!(settle(&payment, None, (last.next(), nonce)), PaymentState::Expired);
    }
    // Something else has used its nonce: it can be in no block any more.
    assert_eq!(settle(&payment, None, (Round(6), used)), PaymentState::Expired);
    for round in [Round(9), last.next()] {
        let included = Some(Round(9));
        assert_eq!(settle(&payment, included, (round, used)), PaymentState::Final(Round(9)));
    }
    let done = Payment { state: PaymentState::Final(Round(9)), ..payment };
    assert_eq!(settle(&done, None, (last.next(), used)), PaymentState::Final(Round(9)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is wished for: the wallet refuses it, or the ledger takes it.
    #[test]
    fn no_signed_payment_is_refused_by_the_ledger(
        has in 1_000_000_u64..200_000_000,
        wishes in proptest::collection::vec(0_u64..100_000_000, 1..6),
    ) {
        let mut world = world(has);
        let bob = world.bob.public().address();
        let mut open = vec![];
        for units in wishes {
            if let Ok(payment) = world.plan(units, bob, &open) {
                open.push(payment);
            }
        }
        let total: StateTotal = world.total();
        if !open.is_empty() {
            prop_assert!(world.execute(&open).is_ok());
        }
        prop_assert_eq!(world.total(), total);
    }
}

type StateTotal = u128;

impl World {
    /// All money there is, the fees that were taken included.
    fn total(&self) -> StateTotal {
        let accounts = [&self.alice, &self.bob].map(|key| self.account(key.public().address()));
        let held = accounts.iter().flatten().map(|account| u128::from(account.abc.units()));
        let fees = self.state.get(&ledger::cell_key("fees"));
        let fees = fees.map_or(0, |bytes| u64::from_be_bytes(bytes.as_slice().try_into().unwrap()));
        held.sum::<u128>() + u128::from(fees)
    }
}
