//! Shares that wait under their claim keys: taken once, and only if they are worth it.

use super::*;
use crate::{
    Change, CollectGround, FoundRest, GiftPart, Kept, MadeEnvelope, Owed, OwedId, ShareTo, Taking,
    collect_fee, collect_to_account, plan_collect,
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
    let owed = gift.owed(GiftPart::Share).unwrap();
    assert_eq!((owed.key, owed.giver), (key.public(), Some(gift.contact)));
    let pool = |amount| plan_collect(&Owed { amount, ..owed }, ground, to);
    assert!(pool(fee(ShareTo::Pool)).is_none());
    let (plan, order) = pool(fee(ShareTo::Pool).plus(Amount::new(7)).unwrap()).unwrap();
    let entering: Vec<u64> = plan.outputs.iter().map(|output| output.amount.units()).collect();
    assert_eq!((entering, plan.spends.len(), order.fee), (vec![7], 0, fee(ShareTo::Pool)));
}

/// What comes back of one of Alice's of which only the change of its bundle is known. It is over after
/// round 12.
fn found() -> (FoundRest, EnvelopeKey, ChainId) {
    let (own, chain) = (member(5), ChainId([9; 32]));
    let made = MadeEnvelope { root: [6; 32], expiry: EXPIRY };
    (FoundRest::new((made, [8; 32]), (chain, &own)), own, chain)
}

const OVER: Round = Round(EXPIRY.0 + 1);
const ENVELOPE: ledger::RedEnvelopeId = ledger::RedEnvelopeId([3; 32]);

fn waits() -> Option<Claim> {
    Some(Claim::Waiting { envelope: ENVELOPE, amount: Amount::new(MINE) })
}

/// The rest as it waits, with a transaction under way that takes it.
fn under_way() -> FoundRest {
    let (found, own, chain) = found();
    let found = found.after(waits(), OVER);
    let (owed, params) = (found.owed().unwrap(), ledger::Params::DEVNET);
    let key = own.refund_key(chain, &found.made.root);
    assert_eq!((owed.id, owed.envelope, owed.giver), (OwedId::Found(key.public()), ENVELOPE, None));
    assert_eq!((owed.key, owed.amount), (key.public(), Amount::new(MINE)));
    let kept = Kept::Found(Box::new(found));
    assert_eq!(kept.owed(), Some(owed));
    assert_eq!(kept.key(&own, chain).unwrap().public(), key.public());
    assert!(kept.key(&member(2), chain).is_none(), "nobody else signs for it");
    let ground = CollectGround { chain, params: &params, round: OVER };
    let to = party().bobs();
    let attempt = collect_to_account(ENVELOPE, (&key, owed.amount), ground, to).unwrap();
    let Change::SaveFoundRest(found) = kept.taken_by(attempt, Some([2; 32])) else { panic!() };
    assert_eq!((found.owed(), found.rest.bundle), (None, Some([2; 32])), "it is taken once");
    *found
}

#[test]
fn what_came_back_is_known_by_the_key_alone_and_only_once_it_is_over() {
    let (found, ..) = found();
    assert!(!found.is_due(EXPIRY) && found.is_due(OVER));
    // Nothing is believed of a time at which it could not be known.
    assert_eq!(found.clone().after(None, EXPIRY), found);
    assert_eq!(found.clone().after(waits(), EXPIRY), found);
    // Its shares are being drawn: it comes back later.
    let reserved = found.clone().after(Some(Claim::Reserved { envelope: ENVELOPE }), OVER);
    assert!(reserved.is_due(OVER) && reserved.owed().is_none());
    assert_eq!(reserved.after(waits(), OVER).rest.waits(), Some(Amount::new(MINE)));
    // All of it was claimed: nothing ever comes back.
    let nothing = found.after(None, OVER);
    assert!(!nothing.is_due(OVER) && nothing.rest.taken() == Some(Amount::ZERO));
}

#[test]
fn what_takes_a_found_rest_stays_until_it_is_gone_or_can_never_come() {
    let found = under_way();
    let dead = found.rest.taking.attempt.as_ref().unwrap().expiry.next();
    let same = |after: &FoundRest| after.rest.taking.attempt == found.rest.taking.attempt;
    assert!(same(&found.clone().after(waits(), Round(dead.0 - 1))));
    // A node that is behind.
    let reserved = Some(Claim::Reserved { envelope: ENVELOPE });
    assert!(same(&found.clone().after(reserved, OVER)));
    let anew = found.clone().after(waits(), dead);
    assert!(anew.rest.taking.attempt.is_none() && anew.owed().is_some());
    // Taken by this profile, or by another of the same words: it is over for both.
    let (amount, fee) = (Amount::new(MINE), Amount::new(7));
    let over = found.after(Some(Claim::Collected { envelope: ENVELOPE, amount, fee }), OVER);
    assert!(!over.is_due(dead) && over.rest.taking.attempt.is_none() && over.owed().is_none());
}
