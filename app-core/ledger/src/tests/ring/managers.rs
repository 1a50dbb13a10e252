//! Becoming a manager, and ceasing to be one.

use super::*;
use crate::registry::Managers;
use types::Amount;
use wire::Encode;

#[test]
fn a_manager_registers_with_a_bond_and_both_keys() {
    let alice = actor(1);
    let mut ring = Ring::new(4, &[&alice]);
    let tx = ring.joins(&alice, 5);
    let outcome = ring.with(std::slice::from_ref(&tx));

    let registration = ring.registration(5).unwrap();
    assert_eq!(registration.account, address(&alice));
    assert_eq!((registration.bond, registration.since), (abc(BOND), Round(1)));
    assert_eq!((registration.reputation, registration.left), (1, None));
    assert!(registration.wants_seat());
    let account = ring.net.account(address(&alice)).unwrap();
    assert_eq!(account.bonded, abc(BOND));
    assert_eq!(account.abc.units(), RICH - BOND - tx.fee.units());
    let (_, entry) = outcome.entries.last().unwrap();
    assert_eq!(entry.kind, EntryKind::Bond);
    assert_eq!((entry.delta.abc, entry.delta.bonded), (Delta::minus(BOND), Delta::plus(BOND)));
    assert_eq!((entry.abc, entry.bonded), (account.abc, account.bonded));
}

fn registers(
    ring: &Ring,
    from: &EcdsaKey,
    member: Member,
    bond: u64,
    by: &Ed25519Key,
) -> Transaction {
    let bond = abc(bond);
    let action = RegisterManager { member, bond, ..ring.registration_of(from, 5) };
    ring.order(from, RingAction::RegisterManager(action), Some(by))
}

#[test]
fn bond_keys_and_possession_are_checked() {
    let alice = actor(1);
    let ring = Ring::new(4, &[&alice]);
    let mut weak = [0; 32];
    weak[0] = 1;
    let (good, by) = (member(5), manager(5));
    let refuses = |code, member, bond, by| {
        ring.refuses(&registers(&ring, &alice, member, bond, by), code);
    };
    refuses("below_minimum", good, BOND - 1, &by);
    refuses("insufficient_funds", good, RICH, &by);
    refuses("bad_transaction", Member { vrf: weak, ..good }, BOND, &by);
    refuses("bad_transaction", Member { key: weak, ..good }, BOND, &by);
    refuses("bad_transaction", Member { vrf: [0xff; 32], ..good }, BOND, &by);
    refuses("bad_transaction", Member { vrf: good.key, ..good }, BOND, &by);
    refuses("bad_signature", good, BOND, &manager(6));

    let mut unsigned = ring.joins(&alice, 5);
    unsigned.witness.pop();
    ring.refuses(&unsigned, "bad_signature");
    let mut replayed = ring.joins(&alice, 5);
    replayed.witness[1][7] ^= 1;
    ring.refuses(&replayed, "bad_signature");
    assert_eq!(check(&ring.net.state, &ring.context(), &ring.joins(&alice, 5)), Ok(()));
}

#[test]
fn a_key_serves_one_manager_for_ever() {
    let (alice, bob) = (actor(1), actor(2));
    let mut ring = Ring::new(4, &[&alice, &bob]);
    ring.with(&[ring.joins(&alice, 5)]);
    let refuses = |ring: &Ring, member: Member, by: u8| {
        let tx = registers(ring, &bob, member, BOND, &manager(by));
        ring.refuses(&tx, "manager_key_used");
    };
    // Of the genesis, of another's registration, and one that was the other key.
    refuses(&ring, member(1), 1);
    refuses(&ring, Member { vrf: member(1).vrf, ..member(6) }, 6);
    refuses(&ring, member(5), 5);
    refuses(&ring, Member { vrf: member(5).key, ..member(6) }, 6);
    refuses(&ring, Member { key: member(5).vrf, vrf: member(6).vrf }, 105);

    // Also when its registration is over.
    ring.with(&[ring.leaves(&alice)]);
    ring.go_to(60);
    ring.block_after(30 * DAY, 0, &[], &[]);
    assert_eq!(ring.registration(5), None);
    refuses(&ring, member(5), 5);
    ring.with(&[ring.joins(&alice, 6)]);
    assert!(ring.registration(6).is_some(), "with new keys one may come back");
}

/// Else whoever sees a registration under way could register its keys for tickets first, and they
/// would be lost: to the one who made them, and for ever.
#[test]
fn a_key_for_tickets_is_registered_by_who_has_it_only() {
    let (alice, mallory) = (actor(1), actor(2));
    let mut ring = Ring::new(4, &[&alice, &mallory]);
    let seen = ring.registration_of(&alice, 5);
    let own = ring.registration_of(&mallory, 6);
    for (member, possession) in [
        // Her key for tickets, and her signing key in that place.
        (Member { vrf: seen.member.vrf, ..own.member }, seen.possession),
        (Member { vrf: seen.member.vrf, ..own.member }, own.possession),
        (Member { vrf: seen.member.key, ..own.member }, seen.possession),
        (own.member, [0; 80]),
    ] {
        let action = RegisterManager { member, possession, ..own };
        let tx = ring.order(&mallory, RingAction::RegisterManager(action), Some(&manager(6)));
        ring.refuses(&tx, "ticket_key_not_proved");
    }
    // A proof is for this account and this signing key.
    let stolen = RegisterManager { ..seen };
    let tx = ring.order(&mallory, RingAction::RegisterManager(stolen), Some(&manager(5)));
    ring.refuses(&tx, "ticket_key_not_proved");
    ring.with(&[ring.joins(&alice, 5)]);
    assert!(ring.registration(5).is_some());
}

#[test]
fn an_account_has_one_registration_and_ends_it_once() {
    let (alice, bob) = (actor(1), actor(2));
    let mut ring = Ring::new(4, &[&alice, &bob]);
    ring.with(&[ring.joins(&alice, 5)]);
    ring.refuses(&ring.joins(&alice, 6), "already_registered");
    ring.refuses(&ring.leaves(&bob), "not_registered");
    ring.with(&[ring.leaves(&alice)]);
    ring.refuses(&ring.leaves(&alice), "not_registered");
    ring.refuses(&ring.joins(&alice, 6), "already_registered");
}

#[test]
fn leaving_stands_in_the_history_of_whoever_leaves_also_as_second_source() {
    let (alice, bob) = (actor(1), actor(2));
    let mut ring = Ring::new(4, &[&alice, &bob]);
    ring.with(&[ring.joins(&alice, 5)]);
    let leave = Action::Ring(RingAction::UnregisterManager(UnregisterManager { source: 1 }));
    let tx = super::super::signed(ring.net.order_of(&[&bob, &alice], vec![leave]), &[&bob, &alice]);
    let outcome = ring.with(&[tx]);
    let kinds: Vec<_> = outcome.entries.iter().map(|(home, entry)| (*home, entry.kind)).collect();
    assert_eq!(kinds, [(address(&bob), EntryKind::Fee), (address(&alice), EntryKind::Leave)]);
    assert_eq!(ring.net.account(address(&alice)).unwrap().nonce, outcome.entries[1].1.nonce);
}

/// The account of a manager of the genesis may have joined another before it ever signed.
#[test]
fn a_bond_follows_its_account_into_another() {
    let alice = actor(1);
    let mut ring = Ring::new(5, &[&alice]);
    let key = owner(1);
    let add = Action::AddKey(AddKey { source: 0, key: key.public() });
    let tx = super::super::signed(ring.net.order_of(&[&alice], vec![add]), &[&alice, &key]);
    ring.with(&[tx]);
    let bonded = |ring: &Ring| ring.net.account(address(&alice)).unwrap().bonded.units();
    assert_eq!(bonded(&ring), BOND);
    ring.refuses(&ring.joins(&alice, 6), "already_registered");
    ring.block(0, &[0, 1, 2, 3, 4], &[ring.leaves(&alice)]);
    let rewarded = ring.next_epoch().entries;
    assert!(rewarded.iter().any(|(home, _)| *home == address(&alice)), "rewards follow too");
    assert!(ring.registration(1).unwrap().left.is_some());
    ring.go_to(120);
    ring.block_after(30 * DAY, 0, &[], &[]);
    assert_eq!((bonded(&ring), ring.registration(1)), (0, None));
}

#[test]
fn the_ring_holds_four_hundred_registrations() {
    let alice = actor(1);
    let mut ring = Ring::new(4, &[&alice]);
    let key = cell_key(crate::registry::MANAGERS);
    let mut registrations = managers(&ring.net.state).unwrap();
    let template = registrations[0].clone();
    for number in 0_u16..(MAX_MANAGERS as u16 - 5) {
        let mut registration = template.clone();
        registration.member.key[..2].copy_from_slice(&number.to_be_bytes());
        registration.member.key[2..].fill(0xee);
        registrations.push(registration);
    }
    ring.net.state.insert(key.clone(), Managers::unchecked(registrations.clone()).to_bytes());
    let tx = ring.joins(&alice, 5);
    assert_eq!(check(&ring.net.state, &ring.context(), &tx), Ok(()));
    let last = Registration { bond: Amount::ZERO, ..template };
    let last = Registration { member: Member { key: [0xef; 32], vrf: [0; 32] }, ..last };
    registrations.push(last);
    ring.net.state.insert(key, Managers::unchecked(registrations).to_bytes());
    ring.refuses(&tx, "ring_full");
}
