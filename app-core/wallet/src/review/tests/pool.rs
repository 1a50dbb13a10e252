//! What granted keys show of the pool, and what they do not. Nothing is proved here: a bundle's
//! effects are whole before its proof.

use super::*;
use ledger::Params;
use shielded::{
    Anchor, Draft, Effects, Frontier, LogEntry, MadeEnvelope, Memo, Note, Nullifier, Output, Plan,
    Purpose, Spend, ViewingKey, Witnesses,
};
use std::collections::BTreeMap;
use types::{Abc, Amount};

use PoolLineKind::{
    CarriedIn, CarriedOut, CarriedOver, Payment, Public, Receipt, ToItself, Undisclosed,
};

const ALICE: u8 = 1;
const BOB: u8 = 2;
/// What two actions cost that stay in the pool.
fn fees() -> PoolFees {
    PoolFees::of(&Params::DEVNET, Round(1), 2)
}

fn key(person: u8, number: u16) -> ViewingKey {
    viewing_key(&[person; 32], Period::first_of(month(number))).unwrap()
}

fn full(person: u8, number: u16) -> GrantedKey {
    GrantedKey::Viewing(key(person, number))
}

fn receipts(person: u8, number: u16) -> GrantedKey {
    GrantedKey::Incoming(key(person, number).incoming().unwrap())
}

fn said(text: &str) -> Memo {
    Memo::Payment { request: None, text: text.to_owned() }
}

fn pays(person: u8, number: u16, units: u64, memo: Memo) -> Output {
    let to = key(person, number).address_for(CHAIN, b"id").unwrap();
    Output { to, amount: Amount::new(units), memo, purpose: Purpose::Payment }
}

fn keeps(person: u8, number: u16, units: u64, memo: Memo) -> Output {
    let to = key(person, number).own_address(CHAIN, b"id").unwrap();
    let carried = memo == Memo::CarryOver;
    let purpose = if carried { Purpose::CarryOver } else { Purpose::Change };
    Output { to, amount: Amount::new(units), memo, purpose }
}

/// The log, and the tree that spends need.
struct World {
    tree: Witnesses,
    entries: Vec<LogEntry>,
    effects: Vec<Effects>,
    leaves: Vec<shielded::Commitment>,
}

impl World {
    fn new() -> Self {
        let tree = Witnesses::begin(0, &Frontier::empty(), Round(0)).unwrap();
        Self { tree, entries: vec![], effects: vec![], leaves: vec![] }
    }

    /// A bundle in a block of its own; the notes that it makes.
    fn bundle(&mut self, payer: &ViewingKey, spends: &[&Note], outputs: Vec<Output>) -> Vec<Note> {
        let round = Round(self.entries.len() as u64);
        let spend = |note: &&Note| {
            let leaf = note.commitment();
            let place = self.leaves.iter().position(|known| Some(*known) == leaf).unwrap();
            let witness = self.tree.witness(place as u64, round).unwrap();
            Spend { note: (*note).clone(), witness }
        };
        let spends: Vec<Spend> = spends.iter().map(spend).collect();
        let anchor =
            if spends.is_empty() { Anchor::of_nothing() } else { self.tree.anchor(round).unwrap() };
        let plan = Plan { anchor, spends, outputs };
        let mut rng = StdRng::seed_from_u64(round.0);
        let draft = Draft::build(&plan, payer, &mut rng).unwrap();
        self.add(draft.effects().clone());
        draft.made().iter().map(|made| made.note.clone()).collect()
    }

    fn add(&mut self, effects: Effects) {
        let round = Round(self.entries.len() as u64 + 1);
        let leaves: Vec<_> = effects.commitments().collect();
        let first = self.leaves.len() as u64;
        let ours = (first..first + leaves.len() as u64).collect();
        self.tree.append(round, &leaves, &ours).unwrap();
        self.leaves.extend(leaves);
        self.entries.push(LogEntry::of(round, 0, &effects));
        self.effects.push(effects);
    }

    /// Alice gets 1,000,000 in November, of which Bob gets 300,000 and a fee is paid.
    fn of_a_payment() -> (Self, u64) {
        let mut world = Self::new();
        let outputs = vec![pays(ALICE, 11, 1_000_000, said("wages"))];
        let got = world.bundle(&key(BOB, 11), &[], outputs);
        let kept = 700_000 - fees().plain.units();
        let outputs =
            vec![pays(BOB, 11, 300_000, said("tea")), keeps(ALICE, 11, kept, Memo::Empty)];
        world.bundle(&key(ALICE, 11), &[&got[0]], outputs);
        (world, kept)
    }

    fn seen(&self, keys: Vec<GrantedKey>) -> Seen {
        let keys = ReviewKeys::of(keys);
        let (names, months) = (keys.names().collect::<Vec<_>>(), [10, 11, 12].map(month));
        let seen = keys.look(&names, &self.entries, (&months, &[]));
        let notes: BTreeMap<Nullifier, Amount<Abc>> =
            seen.notes.iter().map(|note| (note.nullifier, note.value)).collect();
        let explain = |place: &usize| {
            let bundle = (&self.entries[*place], &self.effects[*place]);
            (*place, keys.explain(&notes, bundle, fees(), (CHAIN, month(11))))
        };
        let moves = seen.bundles.iter().map(explain).collect();
        let spent: Vec<Nullifier> = seen.spent.iter().map(|(mark, _)| *mark).collect();
        let left = seen.notes.iter().filter(|note| !spent.contains(&note.nullifier));
        Seen { moves, balance: left.map(|note| note.value.units()).sum(), notes: notes.len() }
    }
}

/// What a reviewer sees of the whole log.
struct Seen {
    moves: Vec<(usize, PoolMove)>,
    balance: u64,
    notes: usize,
}

impl Seen {
    fn lines(&self) -> Vec<(usize, PoolLineKind, u64, Option<&str>)> {
        let lines = self.moves.iter().flat_map(|(place, moved)| {
            let line = |line: &'_ PoolLine| (line.kind, line.amount.units());
            moved.lines.iter().map(move |it| {
                let (kind, units) = line(it);
                (*place, kind, units, it.text.as_deref())
            })
        });
        lines.collect()
    }
}

#[test]
fn a_full_key_shows_both_directions_and_the_balance() {
    let (world, kept) = World::of_a_payment();
    let seen = world.seen(vec![full(ALICE, 11)]);
    assert_eq!(
        seen.lines(),
        [(0, Receipt, 1_000_000, Some("wages")), (1, Payment, 300_000, Some("tea"))]
    );
    assert_eq!((seen.balance, seen.notes), (kept, 2));
    let (receipt, payment) = (&seen.moves[0].1, &seen.moves[1].1);
    assert_eq!((receipt.fee, payment.fee), (None, Some(fees().plain)));
    // Whom it paid, as Bob gave his address away.
    let bobs = key(BOB, 11).address_for(CHAIN, b"id").unwrap();
    assert_eq!((payment.lines[0].to, receipt.lines[0].to), (Some(bobs), None));
    assert_eq!(payment.undisclosed(), Amount::ZERO);
    for (_, moved) in &seen.moves {
        assert_eq!(PoolMove::from_bytes(&moved.to_bytes()).as_ref(), Ok(moved));
    }
}

#[test]
fn a_key_for_receipts_shows_receipts_and_nothing_else() {
    let (world, _) = World::of_a_payment();
    let seen = world.seen(vec![receipts(ALICE, 11)]);
    assert_eq!(seen.lines(), [(0, Receipt, 1_000_000, Some("wages"))]);
    assert_eq!((seen.balance, seen.notes), (0, 0), "no balance, and no spent mark");
    let bob = world.seen(vec![receipts(BOB, 11)]);
    assert_eq!(bob.lines(), [(1, Receipt, 300_000, Some("tea"))]);
    // Beside the full key of the same account it adds nothing.
    let keys = ReviewKeys::of(vec![receipts(ALICE, 11), full(ALICE, 11), full(ALICE, 11)]);
    assert_eq!(keys.names().count(), 1);
    assert_eq!(keys.months(), ([month(11)].into(), [].into()));
}

#[test]
fn keys_of_other_months_accounts_and_people_show_nothing() {
    let (world, _) = World::of_a_payment();
    let stopped = Period::first_of(month(11)).after_stop().unwrap();
    let stopped = GrantedKey::Viewing(viewing_key(&[ALICE; 32], stopped).unwrap());
    let keys = vec![full(ALICE, 10), full(ALICE, 12), full(3, 11), receipts(3, 11), stopped];
    let seen = world.seen(keys);
    assert_eq!((seen.lines(), seen.balance), (vec![], 0));
    // The right key, at a time when nobody may have paid to its addresses.
    let keys = ReviewKeys::of(vec![full(ALICE, 11)]);
    let names: Vec<_> = keys.names().collect();
    assert_eq!(keys.look(&names, &world.entries, (&[month(9)], &[])), Sighting::default());
    // Nothing is looked for with keys that are not asked.
    assert_eq!(keys.look(&[], &world.entries, (&[month(11)], &[])), Sighting::default());
}

#[test]
fn a_note_is_spent_long_after_its_address_has_ended() {
    let (world, kept) = World::of_a_payment();
    let keys = ReviewKeys::of(vec![full(ALICE, 11)]);
    let names: Vec<_> = keys.names().collect();
    let first = keys.look(&names, &world.entries[..1], (&[month(11)], &[]));
    let later = keys.look(&names, &world.entries[1..], (&[], &first.notes));
    assert_eq!(later.spent, [(first.notes[0].nullifier, Round(2))]);
    assert_eq!((later.notes.len(), later.bundles.len()), (0, 1), "{kept} are not looked for");
}

#[test]
fn what_is_carried_over_is_no_payment() {
    let mut world = World::new();
    let got = world.bundle(&key(BOB, 11), &[], vec![pays(ALICE, 11, 50_000, said(""))]);
    let left = 50_000 - fees().plain.units();
    let carried = vec![keeps(ALICE, 12, left, Memo::CarryOver)];
    world.bundle(&key(ALICE, 11), &[&got[0]], carried);
    let old = world.seen(vec![full(ALICE, 11)]);
    assert_eq!(old.lines(), [(0, Receipt, 50_000, None), (1, CarriedOut, left, None)]);
    assert_eq!((old.balance, old.moves[1].1.fee), (0, Some(fees().plain)));
    let new = world.seen(vec![full(ALICE, 12)]);
    assert_eq!((new.lines(), new.balance), (vec![(1, CarriedIn, left, None)], left));
    let both = world.seen(vec![full(ALICE, 11), full(ALICE, 12)]);
    assert_eq!(both.lines(), [(0, Receipt, 50_000, None), (1, CarriedOver, left, None)]);
    assert_eq!(both.balance, left);
    assert_eq!(world.seen(vec![receipts(ALICE, 12)]).lines(), [], "it is no income");
}

#[test]
fn income_that_calls_itself_a_carry_over_is_income() {
    let mut world = World::new();
    let output = Output { memo: Memo::CarryOver, ..pays(ALICE, 11, 7_000, Memo::Empty) };
    world.bundle(&key(BOB, 11), &[], vec![output]);
    for keys in [full(ALICE, 11), receipts(ALICE, 11)] {
        assert_eq!(world.seen(vec![keys]).lines(), [(0, Receipt, 7_000, None)]);
    }
}

/// The bundle with one byte of every action changed.
fn spoiled(effects: &Effects, place: usize) -> Effects {
    let mut bytes = effects.to_bytes();
    let actions = effects.actions().len();
    let head = bytes.len() - actions * shielded::ACTION_LEN;
    (0..actions).for_each(|action| bytes[head + action * shielded::ACTION_LEN + place] ^= 1);
    Effects::from_bytes(&bytes).unwrap()
}

#[test]
fn a_spoiled_memo_hides_no_receipt_and_a_spoiled_way_out_no_amount() {
    let (honest, kept) = World::of_a_payment();
    let mut world = World::new();
    // Within the memo of the first; the last byte of what opens the second for its payer.
    world.add(spoiled(&honest.effects[0], 400));
    world.add(spoiled(&honest.effects[1], shielded::ACTION_LEN - 1));
    let seen = world.seen(vec![full(ALICE, 11)]);
    assert_eq!(seen.lines(), [(0, Receipt, 1_000_000, None), (1, Undisclosed, 300_000, None)]);
    assert!(seen.moves[0].1.lines[0].unreadable);
    assert_eq!(seen.moves[1].1.undisclosed(), Amount::new(300_000));
    assert_eq!(seen.balance, kept, "change is found by the scan all the same");
}

#[test]
fn what_leaves_the_pool_in_public_is_told_apart_from_the_fee() {
    let mut world = World::new();
    let got = world.bundle(&key(BOB, 11), &[], vec![pays(ALICE, 11, 90_000, said(""))]);
    let kept = 90_000 - 20_000 - fees().paying.units();
    world.bundle(&key(ALICE, 11), &[&got[0]], vec![keeps(ALICE, 11, kept, Memo::Empty)]);
    let seen = world.seen(vec![full(ALICE, 11)]);
    assert_eq!(seen.lines()[1..], [(1, Public, 20_000, None)]);
    assert_eq!((seen.moves[1].1.fee, seen.balance), (Some(fees().paying), kept));
    assert!(fees().paying > fees().plain);
}

#[test]
fn of_a_red_envelope_the_change_tells_and_the_fee_is_its_own() {
    let given = Memo::Envelope(MadeEnvelope { root: [7; 32], expiry: Round(90) });
    let all = 20_000 + fees().giving.units();
    for left in [70_000, 0] {
        let mut world = World::new();
        let got = world.bundle(&key(BOB, 11), &[], vec![pays(ALICE, 11, all + left, said(""))]);
        let change = vec![keeps(ALICE, 11, left, given.clone())];
        world.bundle(&key(ALICE, 11), &[&got[0]], change);
        let seen = world.seen(vec![full(ALICE, 11)]);
        assert_eq!(seen.lines()[1..], [(1, Public, 20_000, None)]);
        assert_eq!((seen.moves[1].1.fee, seen.balance), (Some(fees().giving), left));
    }
    assert!(fees().giving > fees().paying);
    // What others write, or she herself to an address that others are told, does not count.
    let mut world = World::new();
    let units = 30_000 + fees().paying.units();
    let outputs = vec![pays(ALICE, 11, units, given.clone())];
    let got = world.bundle(&key(BOB, 11), &[], outputs);
    world.bundle(&key(ALICE, 11), &[&got[0]], vec![pays(ALICE, 11, 10_000, given)]);
    let seen = world.seen(vec![full(ALICE, 11)]);
    assert_eq!(seen.lines()[1..], [(1, ToItself, 10_000, None), (1, Public, 20_000, None)]);
    assert_eq!(seen.moves[1].1.fee, Some(fees().paying));
}

#[test]
fn a_log_with_a_bundle_left_out_is_not_the_one_that_is_certified() {
    let (world, _) = World::of_a_payment();
    let mut pool = shielded::Pool::genesis();
    for (entry, effects) in world.entries.iter().zip(&world.effects) {
        pool.log(entry.round, entry.index, &effects.halves());
    }
    let follow = |entries: &[LogEntry]| shielded::follow_log(LogPlace::START, entries, &pool);
    assert_eq!(follow(&world.entries), Ok(()));
    // Without the check the receipt, or the spend of it, would just be missing.
    assert!(follow(&world.entries[1..]).is_err() && follow(&world.entries[..1]).is_err());
    let mut fewer = world.entries.clone();
    fewer[0].actions.pop();
    assert!(follow(&fewer).is_err(), "nor with an action left out");
    let other = spoiled(&world.effects[0], 400);
    assert!(!world.entries[0].is_of(&other), "nor is another memo that of the entry");
}
