//! Shares that wait under their claim keys: taken once, and only if they are worth it.

use super::*;
use crate::{
    CollectGround, GiftPart, ShareTo, Taking, collect_fee, collect_to_account, plan_collect,
};

/// A share of two that waits under its key, and what brings it to Bob's account.
fn collecting() -> (Party, KnownGift, ClaimKey, Amount<types::Abc>) {
    let mut party = party();
    let mut gift = party.given(2, false);
    let key = party.key(&gift, 0);
    let ground = (party.chain(), &party.world.genesis.params, Round(party.round));
    let claim = plan_claim(&gift.gift, &key, ground, None).unwrap();
    gift.taking = Some(Taking { key: key.public(), to: ShareTo::Pool, attempt: None });
    assert_eq!((gift.to_collect(GiftPart::Share), gift.is_settled()), (None, false));
    party.takes(claim.bytes);
    let gift = party.look(gift, Some(&key.public()));
    let (_, amount) = gift.to_collect(GiftPart::Share).unwrap();
    assert_eq!(gift.share(Some(&key.public())), Share::Waits(amount));
    (party, gift, key, amount)
}

fn collect_ground(party: &Party) -> CollectGround<'_> {
    let (chain, params) = (party.chain(), &party.world.genesis.params);
    CollectGround { chain, params, round: Round(party.round) }
}

#[test]
fn a_share_that_waits_is_taken_once_and_then_nothing_is_left_to_do() {
    let (mut party, mut gift, key, amount) = collecting();
    let (own, before) = (Some(key.public()), party.balance(party.bobs()));
    let ground = collect_ground(&party);
    let fee = collect_fee(ground.params, ground.round, ShareTo::Account).unwrap();
    let attempt = collect_to_account(gift.id(), (&key, amount), ground, party.bobs()).unwrap();
    gift.taking.as_mut().unwrap().attempt = Some(attempt.clone());
    assert_eq!(gift.share(own.as_ref()), Share::Collecting(amount));
    assert_eq!((gift.to_collect(GiftPart::Share), gift.is_settled()), (None, false));
    // Nothing is known before the ledger has it.
    gift = party.look(gift, own.as_ref());
    assert_eq!(gift.taking.as_ref().unwrap().attempt, Some(attempt.clone()));
    party.takes(attempt.bytes.clone());
    gift = party.look(gift, own.as_ref());
    let got = amount.minus(fee).unwrap();
    assert_eq!(gift.share(own.as_ref()), Share::Got(got));
    assert_eq!(party.balance(party.bobs()), before + got.units());
    assert_eq!(
        (gift.to_collect(GiftPart::Share), &gift.taking.as_ref().unwrap().attempt),
        (None, &None)
    );
    assert_eq!(party.next(&[attempt.bytes]), ["already_claimed"]);
    assert_eq!(gift.left().units(), TOTAL - amount.units() - (FEE - 42));
}

#[test]
fn what_takes_a_share_is_given_up_only_once_it_can_never_come() {
    let (mut party, mut gift, key, amount) = collecting();
    let own = Some(key.public());
    let attempt =
        collect_to_account(gift.id(), (&key, amount), collect_ground(&party), party.bobs());
    gift.taking.as_mut().unwrap().attempt = attempt.clone();
    party.round = attempt.unwrap().expiry.0;
    gift = party.look(gift, own.as_ref());
    assert_eq!(gift.share(own.as_ref()), Share::Collecting(amount));
    party.round += 1;
    gift = party.look(gift, own.as_ref());
    assert_eq!(gift.to_collect(GiftPart::Share), Some((ShareTo::Pool, amount)));
}

#[test]
fn a_share_that_is_not_worth_its_fee_is_not_taken() {
    let (party, gift, key, _) = collecting();
    let ground = collect_ground(&party);
    let fee = |to| collect_fee(ground.params, ground.round, to).unwrap();
    assert!(fee(ShareTo::Pool) > fee(ShareTo::Account));
    let account = |amount| collect_to_account(gift.id(), (&key, amount), ground, party.bobs());
    let least = fee(ShareTo::Account);
    assert_eq!(account(least), None);
    assert!(account(least.plus(Amount::new(1)).unwrap()).is_some());
    let period = shielded::Period::new(768).unwrap();
    let person = shielded::SpendingKey::derive(&[3; 32], period).unwrap().viewing_key();
    let to = (&person, shielded::Anchor::of_nothing());
    let of = (gift.id(), gift.contact, GiftPart::Share);
    let pool = |amount| plan_collect(of, (key.public(), amount), ground, to);
    assert!(pool(fee(ShareTo::Pool)).is_none());
    let (plan, order) = pool(fee(ShareTo::Pool).plus(Amount::new(7)).unwrap()).unwrap();
    let entering: Vec<u64> = plan.outputs.iter().map(|output| output.amount.units()).collect();
    assert_eq!((entering, plan.spends.len(), order.fee), (vec![7], 0, fee(ShareTo::Pool)));
}
