//! Moving to Falcon against the ledger's own rules.

use std::sync::LazyLock;

use keys::{FalconKey, PublicKey, Words};

use super::*;
use crate::{PaymentKind, Protection, migrate, migration_fee, signer, strongest, sweep};

/// Alice's, from the same words as her first key; slow to make.
pub(super) static FALCON: LazyLock<FalconKey> =
    LazyLock::new(|| Words::from_entropy([0x31; 32]).master().falcon_key());
/// Of somebody else.
pub(super) static OTHER: LazyLock<FalconKey> =
    LazyLock::new(|| Words::from_entropy([0x32; 32]).master().falcon_key());

impl World {
    fn own(&self) -> Option<Account> {
        self.account(self.alice.public().address())
    }

    fn full(&self) -> Keyring<'_> {
        Keyring { ecdsa: &self.alice, falcon: Some(&FALCON) }
    }

    fn migrate(&self, open: &[Payment]) -> Result<Payment, Refusal> {
        let account = self.own();
        let ground = self.ground(account.as_ref(), open);
        migrate(ground, &self.keys(), &FALCON, NOW, &mut rng())
    }

    fn sweep(&self, to: Address, open: &[Payment]) -> Result<Payment, Refusal> {
        let account = self.own();
        let payee_exists = self.account(to).is_some();
        let ground = Ground { payee_exists, ..self.ground(account.as_ref(), open) };
        sweep(to, ground, &self.full(), NOW, &mut rng())
    }

    /// A payment to Bob by whichever of Alice's keys has to sign.
    fn pay(&self, units: u64, open: &[Payment]) -> Result<Payment, Refusal> {
        let (account, to) = (self.own(), self.bob.public().address());
        let ground = Ground { payee_exists: true, ..self.ground(account.as_ref(), open) };
        let wish = Wish { to, contact: None, amount: Amount::new(units), memo: None };
        plan(wish, ground, &self.full(), NOW, &mut rng())
    }

    fn signer(&self, open: &[Payment]) -> PublicKey {
        let account = self.own();
        signer(self.ground(account.as_ref(), open), &self.alice.public()).unwrap()
    }

    fn protection(&self) -> Protection {
        Protection::of(self.own().as_ref())
    }
}

/// Fees do not leave the ledger, so that the sum over the accounts and fees tells all.
fn check_sum(world: &World, other: Address, before: u128) {
    let there = world.account(other).map_or(0, |account| u128::from(account.abc.units()));
    assert_eq!(world.total() + there, before);
}

#[test]
fn an_account_moves_in_place_and_its_falcon_key_signs_from_then_on() {
    // Once as its first transaction of all, and once after others.
    for earlier in [0, 1] {
        let mut world = world(50_000_000);
        let (home, before) = (world.alice.public().address(), world.total());
        for _ in 0..earlier {
            let first = world.pay(1_000_000, &[]).unwrap();
            world.execute(&[first]).unwrap();
        }
        assert_eq!(world.protection(), Protection::None);
        let account = world.own();
        let ground = world.ground(account.as_ref(), &[]);
        let fee = migration_fee(ground, &world.alice.public(), &FALCON.public()).unwrap();
        let step = world.migrate(&[]).unwrap();
        let kind = (step.kind, step.to, step.amount, step.attempt.fee);
        assert_eq!(kind, (PaymentKind::Migrate, FALCON.public().address(), Amount::ZERO, fee));
        world.execute(std::slice::from_ref(&step)).unwrap();

        let moved = world.own().unwrap();
        assert_eq!(moved.home, home);
        assert_eq!(moved.open_id, Some(world.alice.public().open_id()));
        assert_eq!(strongest(&moved), Some(&FALCON.public()));
        assert_eq!(world.protection(), Protection::Moved);
        assert_eq!(world.account(FALCON.public().address()).as_ref(), Some(&moved), "one account");
        let paid = world.pay(2_000_000, &[]).unwrap();
        let transaction = Transaction::from_bytes(&paid.attempt.bytes).unwrap();
        assert_eq!(transaction.sources[0].address, FALCON.public().address());
        assert_eq!(transaction.witness[0].len(), FALCON.public().signature_len());
        world.execute(&[paid]).unwrap();
        assert_eq!(world.total(), before);
    }
}

#[test]
fn the_old_key_signs_nothing_after_the_move() {
    let mut world = world(50_000_000);
    // Signed before the move, for the nonce behind it: as a thief would keep it.
    let step = world.migrate(&[]).unwrap();
    let mut pretended = step.clone();
    pretended.kind = PaymentKind::Pay;
    let stolen = world.pay(9_000_000, &[pretended]).unwrap();
    assert_eq!(stolen.attempt.nonce, 1);
    world.execute(&[step]).unwrap();
    assert_eq!(world.execute(&[stolen]).unwrap_err().code(), "key_retired");
    // Nor does the wallet let it sign.
    let account = world.own();
    let wish = Wish {
        to: world.bob.public().address(),
        contact: None,
        amount: Amount::new(2_000_000),
        memo: None,
    };
    let ground = world.ground(account.as_ref(), &[]);
    let refused = plan(wish, ground, &world.keys(), NOW, &mut rng());
    assert_eq!(refused.unwrap_err(), Refusal::ForeignKey);
}

#[test]
fn what_is_paid_while_the_move_is_under_way_is_signed_by_the_key_of_its_turn() {
    let mut world = world(50_000_000);
    let mut open = vec![world.pay(20_000_000, &[]).unwrap()];
    open.push(world.migrate(&open).unwrap());
    assert_eq!(world.signer(&open), FALCON.public());
    open.push(world.pay(3_000_000, &open).unwrap());
    open.push(world.pay(4_000_000, &open).unwrap());
    assert_eq!(open.iter().map(|one| one.attempt.nonce).collect::<Vec<_>>(), [0, 1, 2, 3]);
    // If the first one dies, what takes its place is still the ECDSA key's.
    assert_eq!(world.signer(&open[1..]), world.alice.public());
    world.execute(&open).unwrap();
    assert_eq!(world.account(world.bob.public().address()).unwrap().abc, Amount::new(27_000_000));
}

#[test]
fn a_move_whose_turn_another_device_took_adds_no_key() {
    let mut world = world(50_000_000);
    let dead = world.migrate(&[]).unwrap();
    let other = world.pay(1_000_000, &[]).unwrap();
    world.execute(&[other]).unwrap();
    let open = [dead];
    assert_eq!(world.signer(&open), world.alice.public());
    let paid = world.pay(2_000_000, &open).unwrap();
    world.execute(&[paid]).unwrap();
}

#[test]
fn nothing_moves_in_front_of_a_payment_that_would_be_lost_by_it() {
    let world = world(50_000_000);
    let first = world.pay(1_000_000, &[]).unwrap();
    let second = world.pay(1_000_000, std::slice::from_ref(&first)).unwrap();
    // The first one is dead, the second waits for somebody to take its place.
    let open = [second];
    assert_eq!(world.migrate(&open).unwrap_err(), Refusal::PaymentUnderWay);
    let to = OTHER.public().address();
    assert_eq!(world.sweep(to, &open).unwrap_err(), Refusal::PaymentUnderWay);
    assert!(world.migrate(&[first]).is_ok());
}

#[test]
fn a_second_move_that_was_signed_all_the_same_does_nothing() {
    let mut world = world(50_000_000);
    let (one, two) = (world.migrate(&[]).unwrap(), world.migrate(&[]).unwrap());
    assert_ne!(one.intent, two.intent);
    world.execute(&[one]).unwrap();
    let after = world.own();
    assert!(world.execute(&[two]).is_err());
    assert_eq!(world.own(), after);
}

#[test]
fn an_account_with_both_keys_only_ends_the_old_one() {
    let mut world = world(50_000_000);
    let step = world.migrate(&[]).unwrap();
    let mut beside = Transaction::from_bytes(&step.attempt.bytes).unwrap();
    beside.actions.truncate(1);
    beside.fee = beside.fee_needed(&world.genesis.params.prices).unwrap();
    let sighash = beside.sighash();
    beside.witness =
        vec![world.alice.sign(&sighash).to_vec(), FALCON.sign(&sighash, &mut rng()).to_vec()];
    let mut first = step;
    first.attempt.bytes = wire::Encode::to_bytes(&beside);
    world.execute(&[first]).unwrap();
    assert_eq!(world.protection(), Protection::Beside);
    assert_eq!(world.signer(&[]), FALCON.public(), "the stronger one signs already");
    let rest = world.migrate(&[]).unwrap();
    let actions = Transaction::from_bytes(&rest.attempt.bytes).unwrap().actions;
    assert!(matches!(actions.as_slice(), [ledger::Action::RetireKey(_)]));
    world.execute(&[rest]).unwrap();
    assert_eq!(world.protection(), Protection::Moved);
}

#[test]
fn whoever_has_less_than_the_fee_is_told_so() {
    let mut world = world(50_000_000);
    for (has, moves) in [(0, false), (100, false), (10_000, true)] {
        let key = ledger::account_key(world.alice.public().address());
        let mut account = world.own().unwrap();
        account.abc = Amount::new(has);
        world.state.insert(key, wire::Encode::to_bytes(&account));
        let migrated = world.migrate(&[]);
        assert_eq!(migrated.is_ok(), moves, "{has}: {migrated:?}");
        let swept = world.sweep(OTHER.public().address(), &[]);
        assert!(matches!(swept, Err(Refusal::Insufficient { .. })), "{has}");
    }
    std::mem::swap(&mut world.alice, &mut world.bob);
    let nobody = world.migrate(&[]).unwrap_err();
    assert!(matches!(nobody, Refusal::Insufficient { .. }), "{nobody}");
}

#[test]
fn a_sweep_takes_a_deposit_that_came_in_between_and_leaves_nothing() {
    let mut world = world(50_000_000);
    let (to, before) = (OTHER.public().address(), world.total());
    let step = world.sweep(to, &[]).unwrap();
    assert_eq!(step.kind, PaymentKind::Sweep);
    assert_eq!(step.amount.units() + step.attempt.fee.units(), 50_000_000);
    // While it is under way there is nothing to spend, whatever comes in.
    let mut account = world.own().unwrap();
    account.abc = Amount::new(70_000_000);
    let key = ledger::account_key(account.home);
    world.state.insert(key, wire::Encode::to_bytes(&account));
    let refused = world.pay(1_000_000, std::slice::from_ref(&step)).unwrap_err();
    assert!(matches!(refused, Refusal::Insufficient { available, .. } if available.is_zero()));
    world.execute(&[step]).unwrap();
    assert_eq!(world.own().unwrap().abc, Amount::ZERO);
    check_sum(&world, to, before + 20_000_000);
}

#[test]
fn a_sweep_goes_to_a_falcon_address_of_somebody_else() {
    let mut world = world(50_000_000);
    let (bob, own) = (world.bob.public().address(), FALCON.public().address());
    assert_eq!(world.sweep(bob, &[]).unwrap_err(), Refusal::NotFalcon);
    let step = world.migrate(&[]).unwrap();
    let open = [step];
    assert_eq!(world.sweep(own, &open).unwrap_err(), Refusal::ToSelf, "it is about to join");
    world.execute(&open).unwrap();
    assert_eq!(world.sweep(own, &[]).unwrap_err(), Refusal::ToSelf);
    // A moved account can be swept as well, by its new key.
    let step = world.sweep(OTHER.public().address(), &[]).unwrap();
    world.execute(&[step]).unwrap();
    assert_eq!(world.own().unwrap().abc, Amount::ZERO);
}

#[test]
fn what_was_paid_to_the_new_address_before_the_move_joins_the_account() {
    let mut world = world(50_000_000);
    let own = FALCON.public().address();
    let wish = Wish { to: own, contact: None, amount: Amount::new(7_000_000), memo: None };
    let account = world.own();
    let ground = world.ground(account.as_ref(), &[]);
    let early = plan(wish, ground, &world.keys(), NOW, &mut rng()).unwrap();
    world.execute(&[early]).unwrap();
    let (before, total) = (world.own().unwrap().abc, world.total());
    let step = world.migrate(&[]).unwrap();
    let fee = step.attempt.fee;
    world.execute(&[step]).unwrap();
    let joined = before.plus(Amount::new(7_000_000)).and_then(|sum| sum.minus(fee));
    assert_eq!(Some(world.own().unwrap().abc), joined);
    assert_eq!(world.total(), total + 7_000_000);
}
