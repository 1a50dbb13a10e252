//! The value equation, who must pay for what, and what strangers cannot do to an account.

use super::gifts::Gift;
use super::signers::{Owns, add, falcon, retire};
use super::{Net, START, abc, actor, address, signed};
use crate::*;

/// One of every action, each by source 0 if it needs one.
fn actions(to: types::Address) -> Vec<Action> {
    let gift = Gift::new(1, 1, (10_000_000, 3), false);
    let claim = gift.claim(RedEnvelopeId([1; 32]), 0, Some(to));
    vec![
        Action::Pay(Pay { source: 0, to, amount: abc(5_000) }),
        Action::PayAll(PayAll { source: 0, to }),
        Action::Convert(Convert { source: 0, abc: abc(5_000) }),
        add(falcon(0)),
        retire(falcon(0)),
        Action::SetProfile(SetProfile { source: 0, hash: [0; 32] }),
        gift.action(),
        Action::ClaimEnvelope(Box::new(claim)),
    ]
}

#[test]
fn without_a_source_only_a_claim_passes_its_first_check() {
    let net = Net::new(&[&actor(1)]);
    for action in actions(address(&actor(1))) {
        let tx = net.plan(&[], vec![action.clone()]);
        let code =
            if matches!(action, Action::ClaimEnvelope(_)) { "bad_signature" } else { "replayable" };
        net.refuses(&tx, code);
    }
}

#[test]
fn every_action_that_takes_money_names_a_source_that_is_there() {
    let (alice, bob) = (actor(1), actor(2));
    let net = Net::new(&[&alice, &bob]);
    for mut action in actions(address(&bob)) {
        match &mut action {
            Action::Pay(pay) => pay.source = 1,
            Action::PayAll(all) => all.source = 1,
            Action::Convert(convert) => convert.source = 1,
            Action::AddKey(add) => add.source = 1,
            Action::RetireKey(retire) => retire.source = 1,
            Action::SetProfile(set) => set.source = 1,
            Action::CreateEnvelope(create) => create.source = 1,
            Action::ClaimEnvelope(_)
            | Action::CollectEnvelope(_)
            | Action::CommitRotation(_)
            | Action::OpenRotation(_)
            | Action::Decide(_)
            | Action::Ring(_)
            | Action::CommitName(_)
            | Action::RegisterName(_)
            | Action::ReclaimDeposit(_)
            | Action::RenewName(_)
            | Action::UpdateName(_)
            | Action::TransferName(_)
            | Action::SetSubName(_)
            | Action::DelegateLabel(_) => continue,
        }
        net.refuses(&net.by(&[&alice], vec![action]), "bad_transaction");
    }
}

#[test]
fn all_debits_of_a_source_are_counted_together() {
    let (alice, bob) = (actor(1), actor(2));
    let net = Net::new(&[&alice, &bob]);
    let gift = Gift::new(1, 1, (START / 3, 3), false);
    let pay = |units| Action::Pay(Pay { source: 0, to: address(&bob), amount: abc(units) });
    let convert = |units| Action::Convert(Convert { source: 0, abc: abc(units) });
    let fee = net.by(&[&alice], vec![pay(1_000), convert(1), gift.action()]).fee.units();
    let rest = START - START / 3 - fee;
    let exact = vec![pay(START / 3), convert(rest - START / 3), gift.action()];
    assert_eq!(net.check(&net.by(&[&alice], exact)), Ok(()));
    let over = vec![pay(START / 3), convert(rest - START / 3 + 1), gift.action()];
    let refused = net.refuses(&net.by(&[&alice], over), "insufficient_funds");
    assert_eq!(refused, Rejection::InsufficientFunds { have: START, need: u128::from(START) + 1 });
    let huge = vec![pay(u64::MAX), convert(u64::MAX / 1_000)];
    let refused = net.refuses(&net.by(&[&alice], huge.clone()), "insufficient_funds");
    let fee = net.by(&[&alice], huge).fee.units();
    let need = u128::from(u64::MAX) + u128::from(u64::MAX / 1_000) + u128::from(fee);
    assert_eq!(refused, Rejection::InsufficientFunds { have: START, need });
}

#[test]
fn the_fee_depends_on_the_shape_and_not_on_who_pays() {
    let (alice, bob) = (actor(1), actor(2));
    let mut net = Net::new(&[&alice, &bob]);
    net.edit(address(&bob), |account| account.abc = abc(20_000));
    let shape = |key: &dyn Owns| {
        let tx = net.by(&[key], vec![Action::Convert(Convert { source: 0, abc: abc(7) })]);
        (tx.fee, tx.expiry)
    };
    assert_eq!(shape(&alice), shape(&bob));
}

#[test]
fn dust_does_not_disturb_what_is_under_way() {
    let (alice, bob) = (actor(1), actor(2));
    let mut net = Net::new(&[&alice, &bob]);
    let pending = net.pay(&alice, address(&bob), 5_000_000);
    let dust = [(0, address(&alice), 1_000); 16];
    for _ in 0..5 {
        let tx = signed(net.order(&[&bob], &dust), &[&bob]);
        net.block(&[tx]);
    }
    let account = net.account(address(&alice)).unwrap();
    assert_eq!((account.counter, account.nonce), (81, 0));
    net.block(&[pending]);
}

/// What an account is proved by: the hash before, all entries, the hash after.
fn closes(entries: &[Entry], account: &Account) -> bool {
    let numbered = (1..).zip(entries).all(|(number, entry)| entry.counter == number);
    let hash = entries.iter().fold([0; 32], |hash, entry| entry.next_hash(&hash));
    numbered && entries.len() as u64 == account.counter && hash == account.history
}

#[test]
fn a_history_closes_only_whole_in_order_and_unchanged() {
    let (alice, bob) = (actor(1), actor(2));
    let mut net = Net::new(&[&alice, &bob]);
    let home = address(&alice);
    let mut entries = net.genesis.entries();
    for _ in 0..3 {
        entries.extend(net.block(&[net.pay(&bob, home, 7_000)]).entries);
        let convert = Action::Convert(Convert { source: 0, abc: abc(9) });
        entries.extend(net.block(&[net.by(&[&alice], vec![convert])]).entries);
    }
    let mine: Vec<_> = entries.into_iter().filter(|(of, _)| *of == home).map(|(_, e)| e).collect();
    let account = net.account(home).unwrap();
    assert!(mine.len() == 10 && closes(&mine, &account));

    let spoilt = |spoil: &dyn Fn(&mut Vec<Entry>)| {
        let mut list = mine.clone();
        spoil(&mut list);
        assert!(!closes(&list, &account));
        // Renumbering does not help.
        (1..).zip(&mut list).for_each(|(number, entry)| entry.counter = number);
        assert!(!closes(&list, &account));
    };
    for at in 0..mine.len() {
        spoilt(&|list| {
            list.remove(at);
        });
        spoilt(&|list| list[at].abc = abc(list[at].abc.units() + 1));
        spoilt(&|list| list[at].tx.0[0] ^= 1);
        spoilt(&|list| list[at].round = list[at].round.next());
        spoilt(&|list| list.insert(at, list[at].clone()));
        spoilt(&|list| list.truncate(at));
    }
    for at in 1..mine.len() {
        spoilt(&|list| list.swap(at - 1, at));
    }
}
