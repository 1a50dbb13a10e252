//! Red envelopes from the wish to the refund, by the ledger's own rules; and those who cheat.

mod collect;

use super::*;
use crate::{GiftState, GiftWish, KnownGift, Look, Share, own_claim_key, plan_claim, plan_gift};
use keys::{ClaimKey, EnvelopeKey};
use ledger::{Action, Claim, RedEnvelope, claim_key, envelope_key};
use types::{ChainId, OpenId};
use wire::Encode;

const MINE: u64 = 50_000_000;
const TOTAL: u64 = 10_000_001;
/// What a claim that is paid to an address costs.
const FEE: u64 = 1_696;
const EXPIRY: Round = Round(12);

/// A ledger round by round, with Alice who gives and three members of her chat.
struct Party {
    world: World,
    round: u64,
    members: [EnvelopeKey; 3],
}

fn member(seed: u8) -> EnvelopeKey {
    keys::Words::from_entropy([seed; 32]).master().envelope_key()
}

fn party() -> Party {
    let mut world = world(MINE);
    // Bob has been paid before, so that a small share can go to his address.
    let balances = [(&world.alice, MINE), (&world.bob, 20_000)]
        .map(|(person, units)| (person.public().address(), Amount::new(units)));
    world.genesis = testkit::genesis(NOW, &balances);
    world.state = world.genesis.state();
    Party { world, round: 5, members: [member(2), member(3), member(4)] }
}

fn wish(shares: u8, lucky: bool, members: Vec<Option<[u8; 32]>>) -> GiftWish {
    let (contact, total) = (OpenId([9; 32]), Amount::new(TOTAL));
    let greeting = "恭喜发财".to_owned();
    GiftWish { contact, total, shares, lucky, greeting, expiry: EXPIRY, members }
}

impl Party {
    fn chain(&self) -> ChainId {
        self.world.genesis.chain()
    }

    fn alices(&self) -> Address {
        self.world.alice.public().address()
    }

    fn bobs(&self) -> Address {
        self.world.bob.public().address()
    }

    fn balance(&self, of: Address) -> u64 {
        self.world.account(of).unwrap().abc.units()
    }

    fn plan(&self, wish: GiftWish) -> Result<(Payment, KnownGift), Refusal> {
        let account = self.world.account(self.alices());
        let ground = self.world.ground(account.as_ref(), &[]);
        let ground = Ground { round: Round(self.round), ..ground };
        plan_gift(wish, ground, &self.world.keys(), (NOW, &mut rng()))
    }

    /// The next round, with these transactions; why the ledger refused some of them.
    fn next(&mut self, transactions: &[Vec<u8>]) -> Vec<&'static str> {
        let mut refused = vec![];
        let params = &self.world.genesis.params;
        let tip = Tip { round: Round(self.round), ..self.world.genesis.tip([0; 32]) };
        let context = BlockContext::after(&tip, self.chain(), NOW, params);
        let run = |body: &Body| ledger::execute(&self.world.state, &context, body, &|_| false);
        let mut body = Body::default();
        for bytes in transactions {
            body.transactions.push(Transaction::from_bytes(bytes).unwrap());
            if let Err((_, why)) = run(&body) {
                refused.push(why.code());
                body.transactions.pop();
            }
        }
        let changes = run(&body).unwrap().changes;
        for (key, value) in changes {
            match value {
                Some(value) => self.world.state.insert(key, value),
                None => self.world.state.remove(&key),
            };
        }
        self.round += 1;
        refused
    }

    fn takes(&mut self, transaction: Vec<u8>) {
        assert_eq!(self.next(&[transaction]), Vec::<&str>::new());
    }

    fn go_to(&mut self, round: u64) {
        while self.round < round {
            self.next(&[]);
        }
    }

    /// A gift of Alice's to all three, on the ledger and seen.
    fn given(&mut self, shares: u8, lucky: bool) -> KnownGift {
        let members = self.members.iter().map(|member| Some(member.public())).collect();
        let (payment, gift) = self.plan(wish(shares, lucky, members)).unwrap();
        self.takes(payment.attempt.bytes);
        let gift = self.look(gift, None);
        assert_eq!((gift.state, gift.left().units()), (GiftState::Open, TOTAL));
        gift
    }

    fn record<T: Decode>(&self, key: &[u8]) -> Option<T> {
        self.world.state.get(key).map(|bytes| T::from_bytes(bytes).unwrap())
    }

    /// What somebody sees who looks now.
    fn look(&self, gift: KnownGift, own: Option<&[u8; 32]>) -> KnownGift {
        let (chain, round) = (self.chain(), Round(self.round));
        let record: Option<RedEnvelope> = self.record(&envelope_key(gift.id()));
        let keys = gift.to_look_at(chain, (round, record.as_ref()));
        let claims = keys.into_iter().map(|key| (key, self.record(&claim_key(&key)))).collect();
        let prices = self.world.genesis.params.prices;
        let claim_fees = (prices.claim().unwrap(), prices.waiting_claim().unwrap());
        gift.after(Look { chain, round, record, claims, rest: None, claim_fees }, own)
    }

    fn key(&self, gift: &KnownGift, member: usize) -> ClaimKey {
        own_claim_key(gift, &self.members[member], self.chain()).unwrap()
    }

    fn attempt(&self, gift: &KnownGift, key: &ClaimKey) -> crate::ClaimAttempt {
        let ground = (self.chain(), &self.world.genesis.params, Round(self.round));
        plan_claim(&gift.gift, key, ground, Some(self.bobs())).unwrap()
    }

    fn claim(&self, gift: &KnownGift, key: &ClaimKey) -> Vec<u8> {
        self.attempt(gift, key).bytes
    }

    /// True if a key has no place in the tree of this chain.
    fn has_no_place(&self, gift: &KnownGift, key: &ClaimKey) -> bool {
        let ground = (self.chain(), &self.world.genesis.params, Round(self.round));
        plan_claim(&gift.gift, key, ground, Some(self.bobs())).is_none()
    }
}

/// The same claim changed, signed by this key.
fn changed(bytes: &[u8], key: &ClaimKey, change: impl FnOnce(&mut Transaction)) -> Vec<u8> {
    let mut claim = Transaction::from_bytes(bytes).unwrap();
    change(&mut claim);
    claim.witness = vec![key.sign(&claim.sighash()).to_vec()];
    claim.to_bytes()
}

fn amounts(gift: &KnownGift) -> Vec<u64> {
    let amount = |claim: &Claim| match claim {
        Claim::Paid { amount, .. }
        | Claim::Waiting { amount, .. }
        | Claim::Collected { amount, .. } => amount.units(),
        Claim::Drawing { .. } | Claim::Reserved { .. } => panic!("not drawn"),
    };
    gift.claims.values().map(amount).collect()
}

#[test]
fn three_members_take_equal_shares_and_everybody_sees_who_took_what() {
    let mut party = party();
    let mut gift = party.given(3, false);
    let keys = [0, 1, 2].map(|member| party.key(&gift, member));
    for (turn, key) in keys.iter().enumerate() {
        let (own, before) = (key.public(), party.balance(party.bobs()));
        assert_eq!(gift.share(Some(&own)), Share::Unclaimed);
        party.takes(party.claim(&gift, key));
        gift = party.look(gift, Some(&own));
        // The remainder of two goes to the first two claims.
        let share = TOTAL / 3 + u64::from(turn < 2) - FEE;
        assert_eq!(gift.share(Some(&own)), Share::Got(Amount::new(share)));
        assert_eq!(party.balance(party.bobs()), before + share);
    }
    assert_eq!((gift.state, gift.left(), gift.is_settled()), (GiftState::Done, Amount::ZERO, true));
    assert_eq!(amounts(&gift).iter().sum::<u64>() + 3 * FEE, TOTAL);
    // After the record has gone, it is what it was.
    party.go_to(EXPIRY.0 + 6);
    assert_eq!(party.look(gift, None).state, GiftState::Done);
}

#[test]
fn lucky_shares_are_known_four_rounds_later_and_add_up() {
    let mut party = party();
    let mut gift = party.given(2, true);
    let keys = [0, 1].map(|member| party.key(&gift, member));
    let claims = keys.each_ref().map(|key| party.claim(&gift, key));
    assert_eq!(party.next(&claims), Vec::<&str>::new());
    gift = party.look(gift, None);
    assert_eq!((gift.state, gift.is_settled()), (GiftState::Done, false));
    assert_eq!(gift.share(Some(&keys[0].public())), Share::Claiming);
    party.go_to(party.round + 5);
    gift = party.look(gift, None);
    assert_eq!((gift.left(), gift.is_settled()), (Amount::ZERO, true));
    assert_eq!(amounts(&gift).iter().sum::<u64>() + 2 * FEE, TOTAL);
}

#[test]
fn what_is_left_and_what_was_taken_add_up_also_if_a_share_is_drawn_in_between() {
    let mut party = party();
    let gift = party.given(2, true);
    let key = party.key(&gift, 0);
    party.takes(party.claim(&gift, &key));
    // The record before the draw, the claim after it.
    let record: Option<RedEnvelope> = party.record(&envelope_key(gift.id()));
    let round = Round(party.round);
    party.go_to(party.round + 5);
    let claims = [(key.public(), party.record(&claim_key(&key.public())))].into();
    let (chain, claim_fees) = (party.chain(), (Amount::new(FEE), Amount::new(FEE - 42)));
    let gift = gift.after(Look { chain, round, record, claims, rest: None, claim_fees }, None);
    assert_eq!(amounts(&gift).iter().sum::<u64>() + FEE + gift.left().units(), TOTAL);
    let (then, now) = (gift.left(), party.look(gift, None));
    assert_eq!(now.left(), then);
}

#[test]
fn a_share_that_is_too_small_for_a_new_account_waits_and_is_not_called_paid() {
    let mut party = party();
    let mut gift = party.given(2, true);
    let key = party.key(&gift, 0);
    let (envelope, amount) = (gift.id(), Amount::new(7));
    gift.claims.insert(key.public(), Claim::Waiting { envelope, amount });
    assert_eq!(gift.share(Some(&key.public())), Share::Waits(amount));
    gift.claims.insert(key.public(), Claim::Paid { envelope, amount });
    assert_eq!(gift.share(Some(&key.public())), Share::Got(amount));
    // What the least share of a red envelope for many brings.
    let prices = party.world.genesis.params.prices;
    assert_eq!(gift.equal_share(&prices), None, "chance decides");
    gift.gift.lucky = false;
    assert_eq!(gift.equal_share(&prices), Some(Amount::new(TOTAL / 2 - FEE)));
}

#[test]
fn what_nobody_claims_comes_back_to_the_giver() {
    let mut party = party();
    let mut gift = party.given(3, false);
    let key = party.key(&gift, 1);
    party.takes(party.claim(&gift, &key));
    gift = party.look(gift, None);
    let before = party.balance(party.alices());
    party.go_to(EXPIRY.0 + 4);
    gift = party.look(gift, None);
    assert_eq!((gift.state, party.balance(party.alices())), (GiftState::Open, before));
    party.go_to(EXPIRY.0 + 5);
    gift = party.look(gift, None);
    assert_eq!((gift.state, gift.is_settled()), (GiftState::Refunded, true));
    let back = party.balance(party.alices()) - before;
    assert_eq!((back, gift.left().units()), (TOTAL - (TOTAL / 3 + 1), back));
    // Somebody who looks for the first time sees the same.
    let mut told = ledger::Gift::from_bytes(&gift.gift.to_bytes()).unwrap();
    told.by = Round(8);
    let late = party.look(KnownGift::told(told, OpenId([1; 32]), false, NOW), None);
    assert_eq!((late.state, &late.claims), (GiftState::Refunded, &gift.claims));
}

#[test]
fn nobody_claims_twice_or_after_the_end() {
    let mut party = party();
    let gift = party.given(3, false);
    let (bob, carol) = (party.key(&gift, 0), party.key(&gift, 1));
    let claim = party.claim(&gift, &bob);
    party.takes(claim.clone());
    let again = changed(&claim, &bob, |claim| claim.expiry = Round(11));
    assert_eq!(party.next(&[claim, again]), ["already_claimed"; 2]);
    let late = party.claim(&gift, &carol);
    assert_eq!(Transaction::from_bytes(&late).unwrap().expiry, EXPIRY, "no later than the gift");
    party.go_to(EXPIRY.0);
    let later = changed(&late, &carol, |claim| claim.expiry = Round(20));
    assert_eq!(party.next(&[late, later]), ["expired", "envelope_over"]);
    let gift = party.look(gift, Some(&carol.public()));
    assert_eq!(gift.share(Some(&carol.public())), Share::Missed);
}

#[test]
fn neither_a_stranger_nor_the_giver_claims_for_a_member() {
    let mut party = party();
    let gift = party.given(3, false);
    let bob = party.key(&gift, 0);
    // The giver is none of the members here, and a stranger is none anywhere.
    for outsider in [member(1), member(77)] {
        assert!(own_claim_key(&gift, &outsider, party.chain()).is_none());
        let own = outsider.claim_key(party.chain(), &gift.gift.salt).unwrap();
        assert!(party.has_no_place(&gift, &own));
        // Bob's place and path under Bob's key: only he signs. Under one's own: no path leads there.
        let claim = party.claim(&gift, &bob);
        let as_bob = changed(&claim, &own, |_| {});
        let as_self = changed(&claim, &own, |claim| {
            let [Action::ClaimEnvelope(action)] = &mut claim.actions[..] else { panic!() };
            action.key = own.public();
        });
        assert_eq!(party.next(&[as_bob, as_self]), ["bad_signature", "bad_claim_path"]);
    }
    // Nor does one member for another, who has all that is told of it.
    let carol = party.key(&gift, 1);
    let as_bob = changed(&party.claim(&gift, &bob), &carol, |_| {});
    assert_eq!(party.next(&[as_bob]), ["bad_signature"]);
}

#[test]
fn a_claim_is_for_its_chain_its_salt_and_its_payee() {
    let mut party = party();
    let gift = party.given(3, false);
    let (elsewhere, bob) = (ChainId([1; 32]), &party.members[0]);
    let there = bob.claim_key(elsewhere, &gift.gift.salt).unwrap();
    let salted = bob.claim_key(party.chain(), &[1; 32]).unwrap();
    assert!(party.has_no_place(&gift, &there) && party.has_no_place(&gift, &salted));
    let params = party.world.genesis.params;
    let foreign =
        plan_claim(&gift.gift, &there, (elsewhere, &params, Round(6)), Some(party.bobs()));
    let foreign = foreign.unwrap().bytes;
    let brought = changed(&foreign, &there, |claim| claim.chain = party.chain());
    assert_eq!(party.next(&[foreign, brought]), ["wrong_network", "bad_claim_path"]);
    // A node sends the share to itself.
    let claim = party.claim(&gift, &party.key(&gift, 0));
    let mut stolen = Transaction::from_bytes(&claim).unwrap();
    let [Action::ClaimEnvelope(action)] = &mut stolen.actions[..] else { panic!() };
    action.pay_to = Some(party.alices());
    assert_eq!(party.next(&[stolen.to_bytes()]), ["bad_signature"]);
    party.takes(claim);
}

#[test]
fn a_member_whose_key_is_not_known_is_given_one() {
    let mut party = party();
    let wish = wish(2, false, vec![None, Some(member(1).public())]);
    let (payment, gift) = party.plan(wish).unwrap();
    party.takes(payment.attempt.bytes);
    let mut gift = party.look(gift, None);
    // Whoever was told the seed has the key; the app of who made it does not use it.
    assert!(own_claim_key(&gift, &member(50), party.chain()).is_none());
    gift.made = false;
    let key = own_claim_key(&gift, &member(50), party.chain()).unwrap();
    party.takes(party.claim(&gift, &key));
    // The giver's own one is of the usual kind.
    let own = own_claim_key(&gift, &member(1), party.chain()).unwrap();
    assert_ne!(own.public(), key.public());
    party.takes(party.claim(&gift, &own));
}

#[test]
fn a_gift_that_never_was_has_failed_once_it_cannot_come_any_more() {
    let mut party = party();
    let (_, mut gift) = party.plan(wish(1, false, vec![Some(member(2).public())])).unwrap();
    gift.gift.by = Round(8);
    gift = party.look(gift, None);
    assert_eq!(gift.state, GiftState::Queued);
    party.go_to(9);
    gift = party.look(gift, None);
    assert_eq!((gift.state, gift.left()), (GiftState::Failed, Amount::ZERO));
    assert!(gift.is_settled());
}

#[test]
fn a_gift_that_no_block_could_take_for_ages_is_none() {
    let mut party = party();
    let told = |by| {
        let (_, mut gift) = party.plan(wish(1, false, vec![Some(member(2).public())])).unwrap();
        gift.gift.by = Round(by);
        gift
    };
    let (soon, never) = (told(party.round + 1200), told(party.round + 1201));
    assert_eq!(party.look(soon, None).state, GiftState::Queued);
    let never = party.look(never, None);
    assert!(never.state == GiftState::Failed && never.is_settled());
    // What the ledger has is believed, whatever was told.
    let mut there = party.given(3, false);
    there.gift.by = Round(u64::MAX);
    there.seen = Round(0);
    assert_eq!(party.look(there, None).state, GiftState::Open);
}

#[test]
fn a_gift_that_is_not_what_the_ledger_has_is_none() {
    let mut party = party();
    let mut gift = party.given(3, false);
    gift.gift.total = Amount::new(TOTAL * 2);
    let own = party.key(&gift, 0).public();
    gift = party.look(gift, Some(&own));
    assert_eq!((gift.state, gift.share(Some(&own))), (GiftState::Failed, Share::Missed));
}

#[test]
fn a_claim_is_given_up_once_another_has_the_last_share() {
    let mut party = party();
    let mut gift = party.given(1, false);
    let (bob, carol) = (party.key(&gift, 0), party.key(&gift, 1));
    let own = bob.public();
    gift.attempt = Some(party.attempt(&gift, &bob));
    gift = party.look(gift, Some(&own));
    assert_eq!(gift.share(Some(&own)), Share::Claiming, "it may still come");
    // An older look does not undo a newer one.
    let (chain, claim_fees) = (party.chain(), (Amount::ZERO, Amount::ZERO));
    let claims = BTreeMap::new();
    let old = Look { chain, round: Round(1), record: None, claims, rest: None, claim_fees };
    gift = gift.after(old, Some(&own));
    assert_eq!(gift.state, GiftState::Open);
    party.takes(party.claim(&gift, &carol));
    gift = party.look(gift, Some(&own));
    assert_eq!((gift.state, &gift.attempt), (GiftState::Done, &None));
    assert_eq!(gift.share(Some(&own)), Share::Missed);
}

#[test]
fn a_claim_that_no_block_took_in_time_may_be_made_again_with_the_same_key() {
    let mut party = party();
    let mut gift = party.given(1, false);
    let bob = party.key(&gift, 0);
    let own = bob.public();
    let attempt = party.attempt(&gift, &bob);
    let bytes = changed(&attempt.bytes, &bob, |claim| claim.expiry = Round(7));
    gift.attempt = Some(crate::ClaimAttempt { bytes, expiry: Round(7), ..attempt });
    party.go_to(7);
    gift = party.look(gift, Some(&own));
    assert_eq!(gift.share(Some(&own)), Share::Claiming);
    party.go_to(8);
    gift = party.look(gift, Some(&own));
    assert_eq!((&gift.attempt, gift.share(Some(&own))), (&None, Share::Unclaimed));
    party.takes(party.claim(&gift, &bob));
    gift = party.look(gift, Some(&own));
    assert_eq!(gift.share(Some(&own)), Share::Got(Amount::new(TOTAL - FEE)));
}

#[test]
fn what_the_ledger_would_refuse_is_not_signed() {
    let party = party();
    let refused = |change: fn(&mut GiftWish)| {
        let mut wish = wish(3, true, vec![Some(member(2).public())]);
        change(&mut wish);
        party.plan(wish).map(drop).unwrap_err()
    };
    assert_eq!(refused(|wish| wish.total = Amount::ZERO), Refusal::Zero);
    assert_eq!(refused(|wish| wish.shares = 0), Refusal::Shares);
    assert_eq!(refused(|wish| wish.shares = 101), Refusal::Shares);
    let least = Refusal::SharesTooSmall(Amount::new(3 * (FEE + 1)));
    assert_eq!(refused(|wish| wish.total = Amount::new(3 * (FEE + 1) - 1)), least);
    let short = refused(|wish| wish.total = Amount::new(MINE));
    assert!(matches!(short, Refusal::Insufficient { .. }), "{short:?}");
}
