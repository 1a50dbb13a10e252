//! Prices that change from an epoch on, and what was made before.

use super::gifts::Gift;
use super::signers::{Signs, by_all};
use super::{Net, abc, actor, address, round_trip, signed};
use crate::*;
use keys::EcdsaKey;
use types::{Address, Round};

/// Twice the devnet's prices.
const DOUBLE: Prices = Prices { base: 1020, action: 200, byte: 4, existential: 10_000 };
/// Its first round: epoch 10.
const CHANGE: u64 = 600;

fn changes(changes: &[(u64, Prices)]) -> PriceChanges {
    let change = |(epoch, prices): &(u64, Prices)| PriceChange { epoch: *epoch, prices: *prices };
    PriceChanges::new(&changes.iter().map(change).collect::<Vec<_>>()).unwrap()
}

/// Two people on a network whose prices double.
fn fixture() -> (Net, EcdsaKey, EcdsaKey) {
    let (alice, bob) = (actor(1), actor(2));
    let mut net = Net::new(&[&alice, &bob]);
    net.genesis.params.price_changes = changes(&[(CHANGE / 60, DOUBLE)]);
    assert_eq!(net.genesis.check(), Ok(()));
    net.state = net.genesis.state();
    (net, alice, bob)
}

/// A payment made for a price epoch.
fn pay(net: &Net, from: &EcdsaKey, to: Address, units: u64, price_epoch: u32) -> Transaction {
    let mut tx = net.order(&[from], &[(0, to, units)]);
    tx.price_epoch = price_epoch;
    let prices = if price_epoch == 0 { Prices::DEVNET } else { DOUBLE };
    tx.fee = tx.fee_needed(&prices).unwrap();
    signed(tx, &[from])
}

#[test]
fn no_fee_becomes_wrong_in_flight_and_none_stays_cheap() {
    let (mut net, alice, bob) = fixture();
    let accepted = |net: &Net| {
        [0, 1, 2].map(|epoch| net.check(&pay(net, &alice, address(&bob), 5_000, epoch)).is_ok())
    };
    for (round, expected) in [
        (1, [true, false, false]),
        (CHANGE - 1, [true, false, false]),
        (CHANGE, [true, true, false]),
        (CHANGE + EXPIRY_ROUNDS - 1, [true, true, false]),
        (CHANGE + EXPIRY_ROUNDS, [false, true, false]),
    ] {
        net.round = Round(round);
        assert_eq!(accepted(&net), expected, "round {round}");
    }
    // The longest that what was made before the change can wait.
    net.round = Round(CHANGE - 1);
    let mut early = pay(&net, &alice, address(&bob), 5_000, 0);
    early.expiry = net.round.plus(EXPIRY_ROUNDS);
    let early = signed(early, &[&alice]);
    net.round = early.expiry;
    assert_eq!(net.check(&early), Ok(()));
}

#[test]
fn a_transaction_is_judged_by_the_table_that_it_names() {
    let (mut net, alice, bob) = fixture();
    net.round = Round(CHANGE);
    let (old, new) =
        (pay(&net, &alice, address(&bob), 5_000, 0), pay(&net, &alice, address(&bob), 5_000, 1));
    assert!(old.fee < new.fee);
    for (tx, other) in [(&old, &new), (&new, &old)] {
        let swapped = Transaction { price_epoch: other.price_epoch, ..tx.clone() };
        net.refuses(&signed(swapped, &[&alice]), "bad_fee");
        net.refuses(&Transaction { price_epoch: other.price_epoch, ..tx.clone() }, "bad_fee");
    }
    // So is the least that it may pay.
    let least = Prices::DEVNET.least_pay().unwrap().units();
    assert_eq!(net.check(&pay(&net, &alice, address(&bob), least, 0)), Ok(()));
    net.refuses(&pay(&net, &alice, address(&bob), least, 1), "below_minimum");
    let now = DOUBLE.least_pay().unwrap().units();
    assert_eq!(net.check(&pay(&net, &alice, address(&bob), now, 1)), Ok(()));
}

#[test]
fn the_price_epoch_of_a_round_is_the_last_that_was_reached() {
    let (net, ..) = fixture();
    let mut params = net.genesis.params;
    assert_eq!(params.prices_at(Round(0)), (0, &Prices::DEVNET));
    assert_eq!(params.prices_at(Round(CHANGE - 1)), (0, &Prices::DEVNET));
    assert_eq!(params.prices_at(Round(CHANGE)), (1, &DOUBLE));
    params.price_changes = changes(&[(10, DOUBLE), (20, Prices::DEVNET)]);
    assert_eq!(params.prices_at(Round(1199)), (1, &DOUBLE));
    assert_eq!(params.prices_at(Round(u64::MAX)), (2, &Prices::DEVNET));
    round_trip(&params);
}

#[test]
fn a_genesis_with_inconsistent_prices_is_refused() {
    let (net, ..) = fixture();
    let check = |list: &[(u64, Prices)]| {
        let mut genesis = net.genesis.clone();
        genesis.params.price_changes = changes(list);
        genesis.check()
    };
    assert_eq!(check(&[]), Ok(()));
    assert_eq!(check(&[(10, DOUBLE), (20, Prices::DEVNET)]), Ok(()));
    let low = Prices { existential: 9_999, ..DOUBLE };
    let dear = Prices { base: 10_000, ..DOUBLE };
    for list in [
        vec![(0, DOUBLE)],
        vec![(9, DOUBLE)],
        vec![(10, DOUBLE), (10, DOUBLE)],
        vec![(20, DOUBLE), (10, DOUBLE)],
        // What was made before the first could still be under way.
        vec![(10, DOUBLE), (19, Prices::DEVNET)],
        vec![(10, low)],
        vec![(10, dear)],
    ] {
        assert_eq!(check(&list), Err(GenesisError::Parameters), "{list:?}");
    }
    let nine = [PriceChange { epoch: 10, prices: DOUBLE }; MAX_PRICE_CHANGES + 1];
    assert_eq!(PriceChanges::new(&nine), None);
}

#[test]
fn a_share_can_be_claimed_when_claims_have_become_dearer() {
    let (mut net, alice, bob) = fixture();
    let dearest = DOUBLE.claim().unwrap().units() + 1;
    net.round = Round(CHANGE - 2);
    let gift = |total| {
        let mut gift = Gift::new(1, 2, (total, 1), false);
        gift.made.expiry = Round(CHANGE + EXPIRY_ROUNDS + 100);
        gift
    };
    let small = net.by(&[&alice], vec![gift(dearest - 1).action()]);
    net.refuses(&small, "below_minimum");
    let gift = gift(dearest);
    let id = net.gives(&alice, &gift);
    net.round = Round(CHANGE + EXPIRY_ROUNDS);
    let mut claim = gift.claims(&net, id, 0, Some(address(&bob)));
    claim.price_epoch = 1;
    claim.fee = claim.fee_needed(&DOUBLE).unwrap();
    let claim = by_all(claim, &[&gift.members[0]]);
    let before = net.abc(&bob);
    net.block(&[claim]);
    assert_eq!(net.abc(&bob), before + 1);
    assert_eq!(abc(net.pot(Pot::Escrow)), abc(0));
}

/// Half the devnet's prices but for the existential minimum, which never changes.
const HALF: Prices = Prices { base: 255, action: 50, byte: 1, existential: 10_000 };

/// Otherwise a draw would have less to give than it must, and no round could begin any more.
#[test]
fn shares_are_drawn_also_when_claims_have_become_cheaper() {
    let (mut net, alice, bob) = fixture();
    net.genesis.params.price_changes = changes(&[(CHANGE / 60, HALF)]);
    assert_eq!(net.genesis.check(), Ok(()));
    net.state = net.genesis.state();
    net.round = Round(CHANGE + EXPIRY_ROUNDS);
    let least = Prices::DEVNET.claim().unwrap().units() + 1;
    let gift = |total| {
        let mut gift = Gift::new(1, 2, (total, 2), true);
        gift.made.expiry = net.round.plus(10);
        gift
    };
    let cheaply = |mut tx: Transaction, by: &dyn Signs| {
        tx.price_epoch = 1;
        tx.fee = tx.fee_needed(&HALF).unwrap();
        by_all(tx, &[by])
    };
    let small = net.order_of(&[&alice], vec![gift(2 * least - 1).action()]);
    net.refuses(&cheaply(small, &alice), "below_minimum");
    let gift = gift(2 * least);
    let made = cheaply(net.order_of(&[&alice], vec![gift.action()]), &alice);
    net.block(std::slice::from_ref(&made));
    let id = RedEnvelopeId::of(made.id(), 0);
    let claims = [0, 1].map(|member| {
        let claim = gift.claim(id, member, Some(address(&bob)));
        let claim = net.order_of(&[], vec![Action::ClaimEnvelope(Box::new(claim))]);
        cheaply(claim, &gift.members[member])
    });
    let fee = claims[0].fee.units();
    let before = net.abc(&bob);
    net.block(&claims);
    net.go_to(net.round.0 + 6);
    assert_eq!(net.abc(&bob), before + 2 * (least - fee));
    assert_eq!(net.pot(Pot::Escrow), 0);
}
