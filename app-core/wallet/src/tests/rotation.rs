//! The way out after the switch-off of ECDSA, against the ledger's own rules.

use keys::FalconKey;
use ledger::{Flags, flags_key, rotation_hash, rotation_key};
use types::{ChainId, RotationId};
use wire::Encode;

use super::moves::{FALCON, OTHER};
use super::*;
use crate::*;

const SALT: [u8; 32] = [9; 32];
const CHAIN: ChainId = ChainId([0xc0; 32]);

/// Alice and Bob, who have the same.
fn both() -> World {
    let world = world(50_000_000);
    let keys = [&world.alice, &world.bob].map(|key| key.public().address());
    let mut balances = keys.map(|address| (address, Amount::new(50_000_000)));
    balances.sort_unstable();
    let genesis = testkit::genesis(NOW, &balances);
    genesis.check().unwrap();
    World { state: genesis.state(), genesis, ..world }
}

/// After Bob has moved, ECDSA is switched off.
fn switched_off() -> World {
    let mut world = both();
    let account = world.account(world.bob.public().address());
    let keys = Keyring { ecdsa: &world.bob, falcon: None };
    let ground = world.ground(account.as_ref(), &[]);
    let step = migrate(ground, &keys, &OTHER, NOW, &mut rng()).unwrap();
    world.execute(&[step]).unwrap();
    world.switches_off();
    world
}

impl World {
    fn switches_off(&mut self) {
        let flags = Flags { pool_stop: None, ecdsa_off: Some(Round(3)) };
        self.state.insert(flags_key(), flags.to_bytes());
    }

    fn hash(&self) -> [u8; 32] {
        let first = self.alice.public();
        rotation_hash(first.address(), &first, &FALCON.public(), &SALT)
    }

    /// Bob's commitment to Alice's move.
    fn commits(&self, own: [u8; 32]) -> Result<Payment, Refusal> {
        let account = self.account(self.bob.public().address());
        let keys = Keyring { ecdsa: &self.bob, falcon: Some(&OTHER) };
        let ground = self.ground(account.as_ref(), &[]);
        commit_rotation((self.hash(), own), ground, &keys, NOW, &mut rng())
    }

    fn committed(&self) -> Option<Round> {
        self.state.get(&rotation_key(&self.hash())).map(|it| Round::from_bytes(it).unwrap())
    }

    /// Alice's move, once this round is final.
    fn opens(&self, round: u64, salt: &[u8; 32], open: &[Payment]) -> Result<Payment, Refusal> {
        let account = self.account(self.alice.public().address());
        let ground = Ground { round: Round(round), ..self.ground(account.as_ref(), open) };
        let falcon: &FalconKey = &FALCON;
        let signing = (NOW, &mut rng());
        open_rotation(ground, &self.alice, (falcon, salt), self.committed(), signing)
    }
}

#[test]
fn a_key_that_was_never_shown_moves_a_hundred_rounds_after_its_commitment() {
    let mut world = switched_off();
    let before = world.total();
    assert_eq!(world.opens(5, &SALT, &[]).unwrap_err(), Refusal::RotationNeeded);
    let commitment = world.commits([0; 32]).unwrap();
    assert_eq!((commitment.kind, commitment.amount), (PaymentKind::Commit, Amount::ZERO));
    assert_eq!(committed_hash(&commitment), Some(world.hash()));
    assert!(!dies_with_ecdsa(&commitment));
    let bobs = world.account(world.bob.public().address());
    let first = world.bob.public();
    let fee = commitment_fee(world.hash(), world.ground(bobs.as_ref(), &[]), &first);
    assert_eq!(fee, Ok(commitment.attempt.fee));
    world.execute(&[commitment]).unwrap();
    assert_eq!(world.committed(), Some(Round(6)));

    // One round too early the wallet does not show the key, and the ledger would not take it.
    let waits = Refusal::RotationWaits { from: Round(106), left: 1 };
    assert_eq!(world.opens(104, &SALT, &[]).unwrap_err(), waits);
    let step = world.opens(105, &SALT, &[]).unwrap();
    let early = world.execute_after(Round(104), std::slice::from_ref(&step));
    assert_eq!(early.unwrap_err().code(), "no_rotation");
    // With another salt it is another commitment, which nobody has made.
    let other = world.opens(105, &[8; 32], &[]).unwrap();
    let refused = world.execute_after(Round(105), &[other]);
    assert_eq!(refused.unwrap_err().code(), "no_rotation");

    let account = world.account(world.alice.public().address());
    let ground = world.ground(account.as_ref(), &[]);
    let fee = opening_fee(ground, &world.alice.public(), &FALCON.public());
    assert_eq!((step.kind, Ok(step.attempt.fee)), (PaymentKind::Migrate, fee));
    assert!(!dies_with_ecdsa(&step));
    world.execute_after(Round(105), &[step]).unwrap();
    let moved = world.account(world.alice.public().address());
    assert_eq!(Protection::of(moved.as_ref()), Protection::Moved);
    assert_eq!(world.committed(), None, "it is used up");
    assert_eq!(world.total(), before);
    assert_eq!(world.opens(300, &SALT, &[]).unwrap_err(), Refusal::FalconJoined);
    // It pays again, by its new key.
    let ground = world.ground(moved.as_ref(), &[]);
    let wish = Wish {
        to: world.bob.public().address(),
        contact: None,
        amount: Amount::new(1_000_000),
        memo: None,
    };
    let keys = Keyring { ecdsa: &world.alice, falcon: Some(&FALCON) };
    let paid = plan(wish, ground, &keys, NOW, &mut rng()).unwrap();
    world.execute_after(Round(105), &[paid]).unwrap();
}

#[test]
fn a_key_that_a_block_has_shown_moves_no_more_however_old_its_commitment_is() {
    let mut world = both();
    let paid = world.plan(1_000_000, world.bob.public().address(), &[]).unwrap();
    world.execute(&[paid]).unwrap();
    world.state.insert(rotation_key(&world.hash()), Round(1).to_bytes());
    world.switches_off();
    assert_eq!(world.opens(300, &SALT, &[]).unwrap_err(), Refusal::KeyShown);
}

#[test]
fn an_account_that_is_short_of_the_fee_neither_moves_nor_commits() {
    let mut world = switched_off();
    world.state.insert(rotation_key(&world.hash()), Round(1).to_bytes());
    for key in [&world.alice, &world.bob].map(|key| key.public().address()) {
        let mut account = world.account(key).unwrap();
        account.abc = Amount::new(7);
        world.state.insert(ledger::account_key(key), account.to_bytes());
    }
    let short = world.opens(300, &SALT, &[]).unwrap_err();
    assert!(matches!(short, Refusal::Insufficient { .. }), "{short}");
    let short = world.commits([0; 32]).unwrap_err();
    assert!(matches!(short, Refusal::Insufficient { .. }), "{short}");
}

#[test]
fn nobody_commits_to_the_own_move_and_before_the_switch_off_any_key_commits() {
    let mut world = both();
    assert_eq!(world.commits(world.hash()).unwrap_err(), Refusal::OwnRotation);
    let commitment = world.commits([0; 32]).unwrap();
    assert!(dies_with_ecdsa(&commitment));
    world.execute(&[commitment]).unwrap();
    assert_eq!(world.committed(), Some(Round(6)));
    // Whoever commits once more pays for nothing: the first one counts.
    let again = world.commits([0; 32]).unwrap();
    world.execute_after(Round(9), &[again]).unwrap();
    assert_eq!(world.committed(), Some(Round(6)));
    world.switches_off();
    let step = world.opens(105, &SALT, &[]).unwrap();
    world.execute_after(Round(105), &[step]).unwrap();
}

#[test]
fn what_the_ecdsa_key_has_signed_before_does_not_stand_in_the_way() {
    let mut world = both();
    let dead = world.plan(1_000_000, world.bob.public().address(), &[]).unwrap();
    assert!(dies_with_ecdsa(&dead));
    assert_eq!(committed_hash(&dead), None);
    world.state.insert(rotation_key(&world.hash()), Round(1).to_bytes());
    world.switches_off();
    let step = world.opens(300, &SALT, std::slice::from_ref(&dead)).unwrap();
    assert_eq!(step.attempt.nonce, 0);
    assert_eq!(world.execute_after(Round(300), &[dead]).unwrap_err().code(), "ecdsa_off");
    world.execute_after(Round(300), &[step]).unwrap();
}

#[test]
fn how_far_an_account_is_follows_from_what_is_proved() {
    let mut world = both();
    let home = world.alice.public().address();
    let hidden = world.account(home);
    let of = |account: Option<&Account>, is_off, committed: Option<u64>, round| {
        Rotation::of(account, is_off, committed.map(Round), Round(round))
    };
    assert_eq!(of(hidden.as_ref(), false, None, 9), Rotation::NotNeeded);
    assert_eq!(of(None, true, None, 9), Rotation::Needed, "before anybody has paid it");
    assert_eq!(of(hidden.as_ref(), true, None, 9), Rotation::Needed);
    assert_eq!(of(hidden.as_ref(), true, Some(7), 105), Rotation::Waits(Round(107)));
    assert_eq!(of(hidden.as_ref(), true, Some(7), 106), Rotation::Ready);
    let paid = world.plan(1_000_000, world.bob.public().address(), &[]).unwrap();
    world.execute(&[paid]).unwrap();
    assert_eq!(of(world.account(home).as_ref(), true, Some(7), 999), Rotation::KeyShown);
    let bob = switched_off();
    let moved = bob.account(bob.bob.public().address());
    assert_eq!(of(moved.as_ref(), true, None, 9), Rotation::NotNeeded);
}

fn link() -> RotationLink {
    RotationLink { chain: CHAIN, hash: RotationId([0x1f; 32]) }
}

#[track_caller]
fn refused(text: &str, error: RotationLinkError) {
    assert_eq!(RotationLink::parse(text, CHAIN), Err(error), "{text}");
}

#[test]
fn what_asks_for_a_commitment_keeps_its_form() {
    let (hash, chain) = ("1f".repeat(32), "c0".repeat(32));
    let text = link().text();
    assert_eq!(text, format!("bcm:rotate?hash={hash}&chain={chain}"));
    assert_eq!(RotationLink::parse(&text, CHAIN), Ok(link()));
    assert_eq!(RotationLink::parse(&format!("  {text}\n"), CHAIN), Ok(link()));
    let turned = format!("bcm:rotate?chain={chain}&hash={hash}");
    assert_eq!(RotationLink::parse(&turned, CHAIN), Ok(link()));
    assert_eq!(RotationLink::parse(&text, ChainId([1; 32])), Err(RotationLinkError::WrongNetwork));
}

#[test]
fn what_asks_for_a_commitment_otherwise_is_refused_and_no_payment_link() {
    let (hash, chain) = (format!("hash={}", "1f".repeat(32)), format!("chain={CHAIN}"));
    let with = |more: &str| format!("bcm:rotate?{hash}&{chain}{more}");
    assert!(RotationLink::parse(&with(""), CHAIN).is_ok());
    for none in ["", "bcm:", "bcm:rotate", "rotate?hash=x", &format!("bcm:pay?{hash}&{chain}")] {
        refused(none, RotationLinkError::NotALink);
    }
    refused(&with(&"&".repeat(300)), RotationLinkError::NotALink);
    for more in [format!("&{hash}"), format!("&{chain}")] {
        refused(&with(&more), RotationLinkError::Part);
    }
    for more in ["&to=x", "&", "&hash", "&HASH=x"] {
        refused(&with(more), RotationLinkError::Part);
    }
    for half in ["", &hash, &chain] {
        refused(&format!("bcm:rotate?{half}"), RotationLinkError::Part);
    }
    for bad in ["", "1f", &"1g".repeat(32), &"1f".repeat(33)] {
        refused(&format!("bcm:rotate?hash={bad}&{chain}"), RotationLinkError::Hash);
    }
    refused(&format!("bcm:rotate?{hash}&chain=c0"), RotationLinkError::WrongNetwork);
    refused(
        &format!("bcm:rotate?{hash}&chain={}", "c1".repeat(32)),
        RotationLinkError::WrongNetwork,
    );
    // Neither is taken for the other, and both for no address.
    let (rotate, pay) = (link().text(), "bcm:pay?to=x");
    assert!(RotationLink::is_meant(&rotate) && !PaymentLink::is_meant(&rotate));
    assert!(PaymentLink::is_meant(pay) && !RotationLink::is_meant(pay));
    assert_eq!(PaymentLink::parse(&rotate, CHAIN, NOW), Err(LinkError::NotALink));
    assert!(Destination::parse(&rotate).is_err());
}
