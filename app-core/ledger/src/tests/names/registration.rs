//! Commitments, reveals, prices, and what becomes of deposits.

use super::*;
use crate::actions::SWEEP;
use crate::names::{Due, Waiting, due_key, waiting_key};
use crate::tests::START;
use wire::Encode;

#[test]
fn a_name_is_committed_to_revealed_and_owned() {
    let (mut net, [alice, ..]) = people();
    let supply = net.supply();
    let first = net.run(&alice, commit(&net, &alice, "shop", 1));
    assert_eq!((net.abc(&alice), net.pot(Pot::Deposits)), (START - DEPOSIT - first, DEPOSIT));
    net.block(&[]);
    let time = net.context().time;
    let tx = order(&net, &alice, reveal("shop", 1));
    let (second, outcome) = (tx.fee.units(), net.block(&[tx]));

    assert_eq!(net.abc(&alice), START - first - second - FOUR);
    assert_eq!((net.pot(Pot::Deposits), net.fees()), (0, first + second + FOUR));
    assert_eq!((net.supply(), net.commitments()), (supply, Vec::new()));
    let shop = net.named("shop").unwrap();
    assert_eq!((shop.owner, shop.registered), (address(&alice), Round(3)));
    assert_eq!((shop.term, shop.zone, shop.sequence), (time.plus_millis(YEAR_MS), 0, 1));
    assert_eq!(shop.won_by, (Round(1), hash_of(&net, &alice, "shop", 1)));
    assert_eq!(shop.record, record("first"));
    let kinds: Vec<_> = outcome.entries.iter().map(|(_, entry)| entry.kind).collect();
    assert_eq!(kinds, [EntryKind::Fee, EntryKind::NameRegister, EntryKind::NameDeposit]);
}

#[test]
fn prices_go_by_the_characters_of_the_first_level() {
    let params = Params::DEVNET;
    let prices = [("é", 50_000_000), ("ab", 20_000_000), ("中文字", DEPOSIT), ("shop", FOUR)];
    for (text, price) in prices {
        assert_eq!(name_price(&params, &name(text)).units(), price, "{text}");
    }
    for text in ["shops", "a-very-long-name-indeed", "x.shops"] {
        assert_eq!(name_price(&params, &name(text)).units(), LONG, "{text}");
    }
    assert_eq!(name_deposit(&params), abc(DEPOSIT));
}

#[test]
fn a_reveal_comes_two_to_six_hundred_rounds_later() {
    let (mut net, [alice, ..]) = people();
    net.run(&alice, commit(&net, &alice, "shop", 1));
    net.refuses_action(&alice, reveal("shop", 1), "commitment_young");
    net.round = Round(3);
    assert_eq!(net.check(&order(&net, &alice, reveal("shop", 1))), Ok(()));
    net.round = Round(601);
    assert_eq!(net.check(&order(&net, &alice, reveal("shop", 1))), Ok(()));
    net.round = Round(602);
    // The round itself has taken it before any transaction.
    net.refuses_action(&alice, reveal("shop", 1), "no_commitment");
}

#[test]
fn what_the_sweep_has_not_reached_is_over_all_the_same() {
    let (mut net, [alice, ..]) = people();
    net.run(&alice, commit(&net, &alice, "shop", 1));
    // A queue that is behind: nothing of it is due yet.
    let head = Waiting { home: address(&alice), hash: [9; 32], round: Round(5000) };
    let key = commitment_key(head.home, &head.hash);
    net.state.insert(key, Commitment { round: head.round, deposit: abc(0) }.to_bytes());
    net.state.insert(waiting_key(0), head.to_bytes());
    net.round = Round(602);
    net.refuses_action(&alice, reveal("shop", 1), "commitment_over");
    net.refuses_action(&alice, reclaim("shop", 1), "commitment_over");
    net.refuses_action(&alice, commit(&net, &alice, "shop", 1), "already_committed");
}

#[test]
fn only_the_same_account_name_and_salt_reveal() {
    let (mut net, [alice, bob, _]) = people();
    net.run(&alice, commit(&net, &alice, "shop", 1));
    net.block(&[]);
    net.refuses_action(&alice, reveal("shop", 2), "no_commitment");
    net.refuses_action(&alice, reveal("shops", 1), "no_commitment");
    net.refuses_action(&bob, reveal("shop", 1), "no_commitment");
    assert_eq!(net.check(&order(&net, &alice, reveal("shop", 1))), Ok(()));
}

#[test]
fn a_commitment_copied_a_block_earlier_by_another_takes_nothing() {
    let (mut net, [alice, bob, _]) = people();
    let hash = hash_of(&net, &alice, "shop", 1);
    let copied = Action::CommitName(CommitName { source: 0, hash, deposit: abc(DEPOSIT) });
    net.run(&bob, copied.clone());
    net.run(&alice, copied);
    net.block(&[]);
    net.refuses_action(&bob, reveal("shop", 1), "no_commitment");
    net.run(&alice, reveal("shop", 1));
    assert_eq!(net.named("shop").unwrap().owner, address(&alice));
    net.refuses_action(&bob, reclaim("shop", 1), "no_commitment");
}

#[test]
fn a_deposit_is_exact_and_a_hash_is_committed_to_once() {
    let (mut net, [alice, ..]) = people();
    let hash = [1; 32];
    for deposit in [0, DEPOSIT - 1, DEPOSIT + 1] {
        let action = Action::CommitName(CommitName { source: 0, hash, deposit: abc(deposit) });
        let refused = net.refuses_action(&alice, action, "bad_deposit");
        let needed = abc(DEPOSIT);
        assert_eq!(refused, Rejection::Name(NameRefusal::BadDeposit { needed }));
    }
    net.run(&alice, commit(&net, &alice, "shop", 1));
    net.refuses_action(&alice, commit(&net, &alice, "shop", 1), "already_committed");
    net.run(&alice, commit(&net, &alice, "shop", 2));
    assert_eq!(net.pot(Pot::Deposits), 2 * DEPOSIT);
}

#[test]
fn what_nobody_reveals_is_forfeited_in_empty_rounds_too() {
    let (mut net, [alice, ..]) = people();
    let supply = net.supply();
    let fee = net.run(&alice, commit(&net, &alice, "shop", 1));
    net.round = Round(601);
    net.block(&[]);
    assert_eq!((net.pot(Pot::Deposits), net.pot(Pot::Reserve)), (DEPOSIT, 0));
    let outcome = net.block(&[]);
    assert_eq!((net.pot(Pot::Deposits), net.pot(Pot::Reserve)), (0, DEPOSIT));
    assert_eq!((net.supply(), net.abc(&alice)), (supply, START - DEPOSIT - fee));
    assert!(outcome.entries.is_empty());
    assert_eq!(net.commitments(), []);
    assert!(!net.state.keys().any(|key| key.starts_with(b"commit-due/")));
}

#[test]
fn what_was_revealed_and_committed_to_again_holds_up_nobody() {
    let (mut net, [alice, bob, carol]) = people();
    net.run(&bob, commit(&net, &bob, "market", 1));
    net.run(&alice, commit(&net, &alice, "shop", 1));
    net.run(&carol, commit(&net, &carol, "market", 1));
    net.run(&alice, reveal("shop", 1));
    net.round = Round(500);
    net.run(&alice, commit(&net, &alice, "shop", 1));
    // Her first place in the queue, between those two, is nobody's now.
    net.round = Round(604);
    net.block(&[]);
    assert_eq!((net.pot(Pot::Deposits), net.pot(Pot::Reserve)), (DEPOSIT, 2 * DEPOSIT));
    assert_eq!(net.commitments(), [Commitment { round: Round(500), deposit: abc(DEPOSIT) }]);
    net.round = Round(1101);
    net.block(&[]);
    assert_eq!((net.pot(Pot::Deposits), net.pot(Pot::Reserve)), (0, 3 * DEPOSIT));
}

#[test]
fn a_sweep_is_bounded_and_goes_on_where_it_stopped() {
    let (mut net, [alice, ..]) = people();
    let home = address(&alice);
    let many = u64::try_from(SWEEP).unwrap() * 2 + 1;
    for number in 0..many {
        let hash = wire::hash("many", &[&number.to_be_bytes()]);
        let waiting = Waiting { home, hash, round: Round(1) };
        let commitment = Commitment { round: Round(1), deposit: abc(3) };
        net.state.insert(waiting_key(number), waiting.to_bytes());
        net.state.insert(commitment_key(home, &hash), commitment.to_bytes());
    }
    net.state.insert(due_key(), Due { head: 0, tail: many }.to_bytes());
    net.state.insert(Pot::Deposits.key(), abc(3 * many).to_bytes());
    net.round = Round(602);
    for left in [many - 64, many - 128, 0] {
        net.block(&[]);
        assert_eq!(net.pot(Pot::Deposits), 3 * left);
        assert_eq!(net.commitments().len() as u64, left);
    }
    assert_eq!(net.pot(Pot::Reserve), 3 * many);
}

#[test]
fn sub_names_and_bad_records_are_not_registered() {
    let (net, [alice, ..]) = people();
    net.refuses_action(&alice, reveal("x.shop", 1), "bad_transaction");
    net.refuses_action(&alice, reclaim("x.shop", 1), "bad_transaction");
    net.refuses_action(&alice, renew("x.shop"), "bad_transaction");
    let mut action = reveal("shop", 1);
    let Action::RegisterName(reveal) = &mut action else { panic!("no reveal") };
    reveal.record.ttl = 59;
    // Not by its bytes, which nobody could read: such a transaction never travels.
    assert_eq!(net.check(&order(&net, &alice, action)).unwrap_err().code(), "bad_name_record");
}

#[test]
fn price_and_deposit_count_as_what_a_source_pays() {
    let (mut net, [alice, ..]) = people();
    net.edit(address(&alice), |account| account.abc = abc(DEPOSIT));
    net.refuses_action(&alice, commit(&net, &alice, "shop", 1), "insufficient_funds");
    net.edit(address(&alice), |account| account.abc = abc(DEPOSIT + 10_000));
    net.run(&alice, commit(&net, &alice, "shop", 1));
    net.block(&[]);
    // The deposit comes back with the name, not before it.
    net.refuses_action(&alice, reveal("shop", 1), "insufficient_funds");
}

#[test]
fn a_genesis_for_other_tables_is_refused() {
    let mut genesis = crate::tests::genesis(&[]);
    assert_eq!(genesis.check(), Ok(()));
    assert_eq!(genesis.params.name_tables, name_rules::tables_hash());
    genesis.params.name_tables[31] ^= 1;
    assert_eq!(genesis.check(), Err(GenesisError::NameTables));
    assert!(Genesis::from_bytes(&genesis.to_bytes()).is_err());
}
