//! Money in the pool: what a scan finds, what is spent, what a wish becomes. Nothing is proved here:
//! a bundle's effects are whole before its proof.

use crate::private::{
    OwnNote, PoolGround, PoolState, PoolStep, PrivateAttempt, PrivatePayee, Readiness, Ready,
    Transfer, TransferState, plan_top_up, plan_transfer, round_amount, scanned_months,
    take_entries,
};
use crate::review::PoolFees;
use crate::{Ground, Refusal};
use ledger::{Action, Prices, Transaction};
use rand::SeedableRng;
use rand::rngs::StdRng;
use shielded::{
    Anchor, Draft, Effects, LogEntry, MadeEnvelope, Memo, Month, Output, Period, Plan, Purpose,
    Scope, SpendingKey, ViewingKey, anchor_round,
};
use std::slice;
use types::{Address, Amount, ChainId, Round, Timestamp, TxId};
use wire::{Decode, Encode};

pub(super) const CHAIN: ChainId = ChainId([9; 32]);

pub(super) fn period() -> Period {
    Period::first_of(Month::of(NOVEMBER).unwrap())
}

/// 20 November 2026.
pub(super) const NOVEMBER: Timestamp = Timestamp(1_795_132_800_000);

fn key(person: u8) -> ViewingKey {
    SpendingKey::derive(&[person; 32], period()).unwrap().viewing_key()
}

/// A wallet and the log that it follows.
pub(super) struct World {
    /// The accounts of the pool that are ours.
    pub(super) keys: Vec<ViewingKey>,
    state: PoolState,
    pub(super) notes: Vec<OwnNote>,
    pub(super) open: Vec<Transfer>,
    pub(super) round: Round,
    seed: u64,
}

impl World {
    pub(super) fn new() -> Self {
        let state = PoolState::new(NOVEMBER).unwrap();
        Self { keys: vec![key(1)], state, notes: vec![], open: vec![], round: Round(20), seed: 0 }
    }

    pub(super) fn rng(&mut self) -> StdRng {
        self.seed += 1;
        StdRng::seed_from_u64(self.seed)
    }

    /// The effects of a bundle that pays these amounts to a person, out of nothing.
    pub(super) fn paid(&mut self, to: u8, scope: Scope, amounts: &[u64]) -> Effects {
        self.paid_to(&key(to), scope, amounts)
    }

    pub(super) fn paid_to(&mut self, key: &ViewingKey, scope: Scope, amounts: &[u64]) -> Effects {
        let to = match scope {
            Scope::External => key.address_for(CHAIN, b"alice"),
            Scope::Internal => key.own_address(CHAIN, b"change"),
        };
        let to = to.unwrap();
        let purpose = Purpose::Payment;
        let output = |units| Output { to, amount: Amount::new(units), memo: Memo::Empty, purpose };
        let outputs = amounts.iter().map(|units| output(*units)).collect();
        let plan = Plan { anchor: Anchor::of_nothing(), spends: vec![], outputs };
        Draft::build(&plan, &self::key(7), &mut self.rng()).unwrap().effects().clone()
    }

    /// What a wallet does with a round of these bundles.
    pub(super) fn take(&mut self, effects: &[Effects]) -> PoolStep {
        self.round = self.round.next();
        let round = self.round;
        let entry = |(index, effects): (usize, &Effects)| {
            LogEntry::of(round, u32::try_from(index).unwrap(), effects)
        };
        let entries: Vec<LogEntry> = effects.iter().enumerate().map(entry).collect();
        self.follow(&entries)
    }

    fn follow(&mut self, entries: &[LogEntry]) -> PoolStep {
        let at = (self.round, NOVEMBER);
        let ours = (&self.keys[..], &self.notes[..]);
        let step = take_entries(&mut self.state, entries, ours, &self.open, at).unwrap();
        let spent = |note: &OwnNote| step.spent.iter().any(|it| it.nullifier == note.nullifier);
        self.notes.extend(step.notes.iter().cloned());
        self.notes.retain(|note| !spent(note));
        let settled = |open: &Transfer| step.settled.iter().any(|it| it.intent == open.intent);
        self.open.retain(|open| !settled(open));
        step
    }

    /// Rounds without a bundle, until what is known now lies before the common anchor.
    pub(super) fn wait(&mut self) {
        self.round = Round(self.round.0 + 12);
    }

    pub(super) fn plan(&self, wish: &Transfer) -> Result<Readiness, Refusal> {
        plan_transfer(wish, self.ground(&key(1)))
    }

    pub(super) fn ground<'a>(&'a self, key: &'a ViewingKey) -> PoolGround<'a> {
        PoolGround {
            chain: CHAIN,
            params: &ledger::Params::DEVNET,
            round: self.round,
            payee_exists: true,
            key,
            notes: &self.notes,
            open: &self.open,
            tree: &self.state.tree,
        }
    }

    fn ready(&self, wish: &Transfer) -> Ready {
        let Readiness::Ready(ready) = self.plan(wish).unwrap() else { panic!("it waits") };
        *ready
    }

    /// Saves what would be sent: a bundle whose proof is not there yet has the same effects.
    pub(super) fn attempt(&mut self, wish: &Transfer) -> Effects {
        let Ready { plan, mut order } = self.ready(wish);
        let draft = Draft::build(&plan, &key(1), &mut self.rng()).unwrap();
        order.bundle = Some(Box::new(draft.unsigned()));
        let (tx, fee, expiry) = (order.id(), order.fee, order.expiry);
        let attempt =
            PrivateAttempt { tx, bytes: order.to_bytes(), fee, expiry, carry: None, spend: None };
        let (attempt, state) = (Some(attempt), TransferState::Queued);
        self.open.push(Transfer { attempt, state, ..wish.clone() });
        draft.effects().clone()
    }
}

fn person(seed: u8) -> Address {
    testkit::person(seed).public().address()
}

pub(super) fn wish(intent: u8, units: u64) -> Transfer {
    Transfer {
        intent: [intent; 16],
        to: PrivatePayee::Private(key(2).address_for(CHAIN, b"alice").unwrap()),
        contact: None,
        amount: Amount::new(units),
        memo: Some("for lunch".to_owned()),
        created: NOVEMBER,
        attempt: None,
        state: TransferState::Planned,
    }
}

fn values(notes: &[OwnNote]) -> Vec<u64> {
    let mut values: Vec<u64> = notes.iter().map(|note| note.note.value.units()).collect();
    values.sort_unstable();
    values
}

#[test]
fn a_scan_finds_what_is_paid_to_us_in_both_scopes_and_nothing_else() {
    let mut world = World::new();
    let bundles = [
        world.paid(1, Scope::External, &[300]),
        world.paid(2, Scope::External, &[500]),
        world.paid(1, Scope::Internal, &[70, 80]),
    ];
    let step = world.take(&bundles);
    assert_eq!(values(&step.notes), [70, 80, 300]);
    assert_eq!(step.notes.iter().filter(|note| note.is_own()).count(), 2);
    for note in &step.notes {
        let leaves: Vec<_> = bundles.iter().flat_map(Effects::commitments).collect();
        let place = usize::try_from(note.position).unwrap();
        assert_eq!(Some(leaves[place]), note.note.commitment());
    }
    // What is saved goes on where it was.
    let again = PoolState::from_bytes(&step.state).unwrap();
    assert_eq!((again.place, again.round), (world.state.place, world.round));
    assert_eq!(again.tree.next_position(), 6);
}

#[test]
fn what_is_saved_of_a_note_reads_back() {
    let mut world = World::new();
    let bundles = [world.paid(1, Scope::External, &[300])];
    let note = world.take(&bundles).notes.remove(0);
    assert_eq!(OwnNote::from_bytes(&note.to_bytes()).unwrap(), note);
    let own = [PrivatePayee::CarryOver(period()), PrivatePayee::Merge(period())];
    let accounts = [PrivatePayee::Public(person(3)), PrivatePayee::Sweep(person(3))];
    let others = [wish(1, 1).to, envelope(3)].into_iter().chain(accounts);
    for payee in others.chain(own) {
        assert_eq!(PrivatePayee::from_bytes(&payee.to_bytes()).unwrap(), payee);
    }
}

#[test]
fn a_note_is_spent_from_the_common_anchor_on_and_not_before() {
    let mut world = World::new();
    let bundles = [world.paid(1, Scope::Internal, &[5_000_000, 5_000_000])];
    world.take(&bundles);
    assert!(matches!(world.plan(&wish(1, 100)).unwrap(), Readiness::Waits { .. }));
    world.wait();
    let Ready { plan, order } = world.ready(&wish(1, 100));
    assert_eq!((plan.spends.len(), plan.outputs.len(), plan.actions()), (1, 2, Some(2)));
    assert_eq!(plan.value_balance(), Some(i64::try_from(order.fee.units()).unwrap()));
    assert_eq!(order.fee_with(&Prices::DEVNET, 2), Some(order.fee));
    assert_eq!(order.expiry, anchor_round(world.round).plus(600));
    assert!(order.sources.is_empty() && order.actions.is_empty());
}

#[test]
fn two_wallets_that_pay_differently_much_look_the_same() {
    let mut world = World::new();
    let bundles = [world.paid(1, Scope::External, &[9_000_000])];
    world.take(&bundles);
    world.wait();
    let (small, large) = (world.ready(&wish(1, 5)).order, world.ready(&wish(2, 8_000_000)).order);
    assert_eq!(small, large);
}

fn envelope(shares: u8) -> PrivatePayee {
    let (root, rest) = ([5; 32], keys::EnvelopeKey::from_seed([6; 32]));
    let rest = rest.refund_key(CHAIN, &root).public();
    PrivatePayee::Envelope(crate::GiftOrder { shares, lucky: true, root, rest, rounds: 86_400 })
}

#[test]
fn a_red_envelope_out_of_the_pool_tells_its_total_and_a_key_and_nobody() {
    let mut world = World::new();
    let bundles = [world.paid(1, Scope::External, &[9_000_000])];
    world.take(&bundles);
    world.wait();
    let to = envelope(3);
    let Ready { plan, order } = world.ready(&Transfer { to, ..wish(1, 2_000_000) });
    let out = i64::try_from(2_000_000 + order.fee.units()).unwrap();
    assert_eq!(plan.value_balance(), Some(out));
    assert!(plan.outputs.iter().all(|output| output.purpose == Purpose::Change));
    let [Action::CreateEnvelope(made)] = order.actions[..] else { panic!("{order:?}") };
    assert!(order.sources.is_empty());
    assert_eq!((made.source, made.total, made.shares), (0, Amount::new(2_000_000), 3));
    assert_eq!(made.expiry, anchor_round(world.round).plus(86_400));
    assert!(matches!(made.refund_to, ledger::RefundTo::Key(_)));
    // Every wallet's is as long, and costs as much.
    assert_eq!(order.fee_with(&Prices::DEVNET, 2), Some(order.fee));
    assert_eq!(PoolFees::of(&ledger::Params::DEVNET, world.round, 2).giving, order.fee);
    // The change says once what it was for, also where nothing is left; there is room for that.
    let given = MadeEnvelope { root: made.root, expiry: made.expiry };
    let said = |plan: &Plan| -> Vec<(bool, Memo)> {
        plan.outputs.iter().map(|it| (it.amount.is_zero(), it.memo.clone())).collect()
    };
    assert_eq!(said(&plan), [(false, Memo::Envelope(given)), (false, Memo::Empty)]);
    let all = 9_000_000 - order.fee.units();
    let Ready { plan, order: same } = world.ready(&Transfer { to, ..wish(1, all) });
    assert_eq!(said(&plan), [(true, Memo::Envelope(given))]);
    assert_eq!((plan.actions(), same.fee), (Some(2), order.fee));
    let refused = |to, units| world.plan(&Transfer { to, ..wish(1, units) });
    assert!(matches!(refused(to, 10), Err(Refusal::SharesTooSmall(_))));
    assert!(matches!(refused(envelope(0), 2_000_000), Err(Refusal::Shares)));
    assert!(matches!(refused(to, 9_000_000), Err(Refusal::Insufficient { .. })));
}

#[test]
fn what_leaves_the_pool_goes_where_it_is_said_and_the_change_is_split() {
    let mut world = World::new();
    let bundles = [world.paid(1, Scope::External, &[9_000_000])];
    world.take(&bundles);
    world.wait();
    let to = PrivatePayee::Public(person(3));
    let Ready { plan, order } = world.ready(&Transfer { to, ..wish(1, 2_000_000) });
    let out = i64::try_from(2_000_000 + order.fee.units()).unwrap();
    assert_eq!((plan.value_balance(), plan.actions()), (Some(out), Some(2)));
    assert_eq!(plan.outputs.len(), 2, "both places of the bundle are used");
    assert!(plan.outputs.iter().all(|output| output.purpose == Purpose::Change));
    let refused = world.plan(&Transfer { to, ..wish(1, 10) });
    assert!(matches!(refused, Err(Refusal::BelowMinimum(_))));
}

#[test]
fn what_is_not_there_is_refused_with_the_amounts() {
    let mut world = World::new();
    assert_eq!(world.plan(&wish(1, 0)).unwrap_err(), Refusal::Zero);
    let bundles = [world.paid(1, Scope::External, &[1_000_000])];
    world.take(&bundles);
    let refused = world.plan(&wish(1, 1_000_000)).unwrap_err();
    let Refusal::Insufficient { needed, available } = refused else { panic!("{refused:?}") };
    assert!(needed > available && available == Amount::new(1_000_000));
    let other = Transfer { to: wish(1, 1).to, ..wish(1, u64::MAX) };
    assert!(matches!(world.plan(&other), Err(Refusal::Insufficient { .. })));
}

#[test]
fn a_payment_takes_the_fewest_notes_and_the_smallest_that_will_do() {
    let mut world = World::new();
    let bundles = [world.paid(1, Scope::External, &[4_000_000, 2_000_000, 1_000_000, 500_000])];
    world.take(&bundles);
    world.wait();
    let spent = |units: u64| {
        let spends = world.ready(&wish(1, units)).plan.spends;
        let mut values: Vec<_> = spends.iter().map(|it| it.note.value.units()).collect();
        values.sort_unstable();
        values
    };
    assert_eq!(spent(100), [500_000]);
    assert_eq!(spent(1_500_000), [2_000_000]);
    assert_eq!(spent(4_200_000), [500_000, 4_000_000]);
    assert_eq!(spent(7_000_000), [500_000, 1_000_000, 2_000_000, 4_000_000]);
}

#[test]
fn a_transfer_is_final_by_the_log_and_its_change_comes_back() {
    let mut world = World::new();
    let bundles = [world.paid(1, Scope::External, &[9_000_000])];
    world.take(&bundles);
    world.wait();
    let effects = world.attempt(&wish(1, 2_000_000));
    let fee = world.open[0].attempt.as_ref().unwrap().fee.units();
    let step = world.take(slice::from_ref(&effects));
    let round = world.round;
    assert_eq!(
        step.settled.iter().map(|it| it.state).collect::<Vec<_>>(),
        [TransferState::Final(round)]
    );
    assert_eq!(values(&world.notes), [7_000_000 - fee]);
    assert_eq!(step.spent.len(), 1);
    assert_eq!(step.spent[0].bundle, effects.digest());
    assert_eq!(step.settled[0].bundle(), Some(effects.digest()));
}

/// The same notes are never in two attempts, and a wish has one attempt until that is dead.
#[test]
fn notes_under_way_are_not_spent_by_another_wish_until_their_attempt_is_dead() {
    let mut world = World::new();
    let bundles = [world.paid(1, Scope::External, &[3_000_000])];
    world.take(&bundles);
    world.wait();
    world.attempt(&wish(1, 2_000_000));
    assert!(matches!(world.plan(&wish(2, 1_000)), Err(Refusal::Insufficient { .. })));
    let expiry = world.open[0].attempt.as_ref().unwrap().expiry;
    world.round = expiry;
    assert_eq!(world.follow(&[]).settled, [], "its last round may still bring it");
    world.round = expiry.next();
    let step = world.follow(&[]);
    assert_eq!(step.settled[0].state, TransferState::Expired);
    assert!(matches!(world.plan(&wish(2, 1_000)), Ok(Readiness::Ready(_))));
}

#[test]
fn an_attempt_whose_note_another_device_has_spent_is_dead_at_once() {
    let mut world = World::new();
    let bundles = [world.paid(1, Scope::External, &[3_000_000])];
    world.take(&bundles);
    world.wait();
    let other = world.attempt(&wish(1, 1_000_000));
    world.open.clear();
    world.attempt(&wish(2, 2_000_000));
    let step = world.take(&[other]);
    assert_eq!(step.settled[0].state, TransferState::Expired);
    assert_eq!(step.settled[0].intent, [2; 16]);
}

#[test]
fn a_wish_that_nothing_was_signed_for_is_given_up_after_a_week() {
    let mut world = World::new();
    world.open.push(wish(1, 5));
    assert_eq!(world.follow(&[]).settled, []);
    world.open[0].created = Timestamp(NOVEMBER.0 - 7 * 86_400_000 - 1);
    assert_eq!(world.follow(&[]).settled[0].state, TransferState::Expired);
}

#[test]
fn a_restored_wallet_finds_the_same_money_in_one_piece() {
    let mut world = World::new();
    let first = [world.paid(1, Scope::External, &[9_000_000])];
    world.take(&first);
    let received = world.round;
    world.wait();
    let second = world.attempt(&wish(1, 2_000_000));
    world.take(slice::from_ref(&second));
    let log = [LogEntry::of(received, 0, &first[0]), LogEntry::of(world.round, 0, &second)];
    let mut restored = World { round: world.round, ..World::new() };
    let step = restored.follow(&log);
    assert_eq!(restored.notes, world.notes);
    assert_eq!((step.notes.len(), step.spent.len()), (2, 1));
    let at = world.round;
    assert_eq!(restored.state.tree.anchor(at), world.state.tree.anchor(at));
}

#[test]
fn a_top_up_has_a_round_amount_and_two_notes_of_our_own() {
    let rich = Amount::new(u64::MAX);
    for (needed, round) in [
        (1, 1_000),
        (1_001, 2_000),
        (12_500_000, 20_000_000),
        (50_000_000, 50_000_000),
        (50_000_001, 100_000_000),
    ] {
        assert_eq!(round_amount(Amount::new(needed), rich), Amount::new(round));
    }
    let (needed, little) = (Amount::new(12_500_000), Amount::new(13_000_000));
    assert_eq!(round_amount(needed, little), needed);
    let world = super::world(30_000_000);
    let account = world.account(world.alice.public().address());
    let (first, params) = (world.alice.public(), ledger::Params::DEVNET);
    let ground = Ground {
        chain: CHAIN,
        params: &params,
        round: Round(20),
        account: account.as_ref(),
        payee_exists: true,
        open: &[],
    };
    let (own, anchor) = (key(1), Anchor::of_nothing());
    let amount = Amount::new(20_000_000);
    let plan = plan_top_up(amount, (ground, &first), (&own, anchor), b"id").unwrap();
    assert_eq!((plan.value_balance(), plan.actions()), (Some(-20_000_000), Some(2)));
    assert!(plan.outputs.iter().all(|it| own.scope_of(&it.to) == Some(Scope::Internal)));
    let too_much = Amount::new(30_000_000);
    let refused = plan_top_up(too_much, (ground, &first), (&own, anchor), b"id");
    assert!(matches!(refused, Err(Refusal::Insufficient { .. })));
}

#[test]
fn months_are_scanned_from_the_genesis_on_as_long_as_their_addresses_are_paid() {
    let month = |year: u16, month: u16| Month::new(12 * (year - 2026) + month).unwrap();
    let at = |month: Month| month.begins();
    let november = month(2026, 11);
    assert_eq!(scanned_months(NOVEMBER, NOVEMBER, NOVEMBER), [november]);
    let end = Timestamp(month(2026, 12).begins().0 - 86_400_000);
    assert_eq!(scanned_months(NOVEMBER, end, end), [november, month(2026, 12)]);
    let all = scanned_months(NOVEMBER, NOVEMBER, at(month(2027, 11)));
    assert_eq!(all.len(), 13, "a restore tries them all");
    let late = scanned_months(NOVEMBER, at(month(2027, 6)), at(month(2027, 6)));
    assert_eq!(late, [month(2027, 3), month(2027, 4), month(2027, 5), month(2027, 6)]);
    assert_eq!(scanned_months(Timestamp(0), NOVEMBER, NOVEMBER), []);
}

#[test]
fn a_transaction_that_cannot_be_read_is_no_outcome() {
    let mut world = World::new();
    let attempt = PrivateAttempt {
        tx: TxId([1; 32]),
        bytes: vec![1, 2],
        fee: Amount::ZERO,
        expiry: Round(700),
        carry: None,
        spend: None,
    };
    assert!(Transaction::from_bytes(&attempt.bytes).is_err());
    let open = Transfer { attempt: Some(attempt), state: TransferState::Queued, ..wish(1, 5) };
    assert_eq!(open.bundle(), None);
    world.open.push(open);
    assert_eq!(world.follow(&[]).settled, []);
}
