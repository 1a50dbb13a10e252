//! Two devices of the same words: whatever order things happen in, and whatever is lost or comes late,
//! the payee is paid once.

use super::private::{CHAIN, NOVEMBER, World as Wallet, wish};
use super::*;
use crate::private::{Readiness, Transfer, TransferState};
use crate::{Announced, DeviceId, KnownIntent, Part, Post, Posted, assemble};
use shielded::{Nullifier, Scope};
use std::collections::BTreeSet;
use types::WorkerId;
use wire::Encode;

const MAKER: DeviceId = DeviceId([1; 16]);
const OTHER: DeviceId = DeviceId([2; 16]);
const AMOUNT: u64 = 1_000_000;
/// Twenty minutes of blocks a second apart.
const PARTITION: u64 = 1_200;

/// What may happen next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// The maker's bytes reach a manager; it is told so, or the answer is lost.
    MakerSends {
        answered: bool,
    },
    /// The maker's post reaches the board.
    MakerTells,
    /// The sibling reads the board, or an old copy of it that the worker has kept.
    SiblingReads {
        old: bool,
    },
    /// The sibling sends what it knows.
    SiblingSends,
    /// The ledger goes on by a round with all that was sent.
    Block,
    /// Nobody hears of anybody for twenty minutes. What was sent and is in no block is forgotten.
    Partition,
    /// A device proves what has become of its payment; the maker signs anew what is dead.
    MakerProves,
    SiblingProves,
}

const STEPS: [Step; 10] = [
    Step::MakerSends { answered: true },
    Step::MakerSends { answered: false },
    Step::MakerTells,
    Step::SiblingReads { old: false },
    Step::SiblingReads { old: true },
    Step::SiblingSends,
    Step::Block,
    Step::Partition,
    Step::MakerProves,
    Step::SiblingProves,
];

/// One payment, everywhere it is known.
#[derive(Clone)]
struct Life {
    state: BTreeMap<Vec<u8>, Vec<u8>>,
    round: Round,
    /// In which round which transaction became final.
    included: BTreeMap<types::TxId, Round>,
    sent: Vec<Payment>,
    maker: Payment,
    sibling: Option<Payment>,
    /// All that was ever posted, the newest last.
    board: Vec<Post>,
    attempts: usize,
}

impl Life {
    fn asked(world: &World) -> Self {
        let bob = world.bob.public().address();
        let maker = Payment { intent: [7; 16], ..world.plan(AMOUNT, bob, &[]).unwrap() };
        Self {
            state: world.state.clone(),
            round: Round(5),
            included: BTreeMap::new(),
            sent: vec![],
            maker,
            sibling: None,
            board: vec![],
            attempts: 1,
        }
    }

    /// What tells two lives apart as far as the next step goes.
    fn key(&self) -> Vec<u8> {
        let told = |payment: &Payment| (payment.attempt.tx, payment.state);
        let sent: BTreeSet<_> = self.sent.iter().map(|payment| payment.attempt.tx).collect();
        let of_sibling = self.sibling.as_ref().map(told);
        let (first, last) = (self.board.first().map(Post::id), self.board.last().map(Post::id));
        let rest = (self.round, &self.included, sent, told(&self.maker), of_sibling, first, last);
        format!("{rest:?}").into_bytes()
    }

    fn account(&self, world: &World) -> Option<Account> {
        ledger::account_of(&self.state, world.alice.public().address()).unwrap()
    }

    /// What the ledger proves of a payment.
    fn proved(&self, world: &World, payment: &Payment) -> PaymentState {
        let included = self.included.get(&payment.attempt.tx).copied();
        let nonce = self.account(world).map(|account| account.nonce);
        settle(payment, included, (self.round, nonce))
    }

    fn send(&mut self, payment: Payment) {
        if !self.sent.iter().any(|sent| sent.attempt.tx == payment.attempt.tx) {
            self.sent.push(payment);
        }
    }

    fn block(&mut self, world: &mut World) {
        for payment in std::mem::take(&mut self.sent) {
            std::mem::swap(&mut world.state, &mut self.state);
            if world.execute_after(self.round, std::slice::from_ref(&payment)).is_ok() {
                self.included.insert(payment.attempt.tx, self.round.next());
            }
            std::mem::swap(&mut world.state, &mut self.state);
        }
        self.round = self.round.next();
    }

    /// The maker proves what became of its payment, and signs it anew if it is dead.
    fn maker_proves(&mut self, world: &World) {
        let state = self.proved(world, &self.maker);
        self.maker.state = state;
        if state == PaymentState::Expired {
            let account = self.account(world);
            let ground = Ground { round: self.round, ..world.ground(account.as_ref(), &[]) };
            let ground = Ground { payee_exists: true, ..ground };
            let (to, contact, memo) = (self.maker.to, None, None);
            let wish = Wish { to, contact, amount: self.maker.amount, memo };
            let again = plan(wish, ground, &world.keys(), NOW, &mut rng()).unwrap();
            self.maker = Payment { intent: self.maker.intent, ..again };
            self.attempts += 1;
        }
    }

    fn read(&mut self, post: &Post) {
        let known = self.sibling.as_ref().map(|payment| KnownIntent {
            maker: Some(MAKER),
            attempt: Some((payment.attempt.tx, payment.attempt.expiry)),
            is_final: payment.state.final_round().is_some(),
        });
        if post.what.is_news(post.device, known.as_ref(), (self.round, NOW)) {
            let Posted::Payment(payment) = &post.what else { panic!("a payment was posted") };
            self.sibling = Some((**payment).clone());
        }
    }

    fn after(&self, step: Step, world: &mut World) -> Self {
        let mut next = self.clone();
        match step {
            Step::MakerSends { answered } => {
                next.send(self.maker.clone());
                if answered && self.maker.state == PaymentState::Queued {
                    next.maker.state = PaymentState::Submitted;
                }
            }
            Step::MakerTells => {
                let what = Posted::Payment(Box::new(self.maker.clone()));
                let post = Post { device: MAKER, what };
                // Whole bytes go over the board, and come back as what they were.
                let read = Post::from_bytes(&post.to_bytes()).unwrap();
                assert_eq!(read.id(), post.id());
                if next.board.last() != Some(&read) {
                    next.board.push(read);
                }
            }
            Step::SiblingReads { old } => {
                let post = if old { self.board.first() } else { self.board.last() };
                post.into_iter().for_each(|post| next.read(post));
            }
            Step::SiblingSends => next.sibling.clone().into_iter().for_each(|it| next.send(it)),
            Step::Block => next.block(world),
            Step::Partition => {
                next.sent.clear();
                next.round = Round(self.round.0 + PARTITION);
            }
            Step::MakerProves => next.maker_proves(world),
            Step::SiblingProves => {
                if let Some(payment) = &mut next.sibling {
                    payment.state = self.proved(world, payment);
                }
            }
        }
        next
    }

    fn paid(&self, world: &World) -> u64 {
        let bob = ledger::account_of(&self.state, world.bob.public().address()).unwrap();
        bob.map_or(0, |account| account.abc.units())
    }

    /// Everybody hears of everybody again, and all of it comes to its end.
    fn ends(&self, world: &mut World) {
        let mut life = self.clone();
        for step in [
            Step::MakerProves,
            Step::MakerTells,
            Step::SiblingReads { old: false },
            Step::MakerSends { answered: true },
            Step::SiblingSends,
            Step::Block,
            Step::MakerProves,
            Step::SiblingProves,
        ] {
            life = life.after(step, world);
        }
        assert_eq!(life.paid(world), AMOUNT, "paid once, and no longer at last than now");
        assert_eq!(life.included.len(), 1);
        assert!(life.maker.state.final_round().is_some(), "{:?}", life.maker);
        if let Some(payment) = life.sibling {
            assert!(
                payment.attempt.tx != life.maker.attempt.tx
                    || payment.state.final_round().is_some(),
                "{payment:?}"
            );
        }
    }
}

#[test]
fn whatever_two_devices_do_in_whatever_order_the_payee_is_paid_once() {
    const DEPTH: usize = 6;
    let mut world = world(50_000_000);
    let first = Life::asked(&world);
    let mut seen = BTreeSet::from([first.key()]);
    let (mut lives, mut renewed, mut late) = (vec![first], 0, 0);
    for _ in 0..DEPTH {
        let mut next = vec![];
        for life in &lives {
            for step in STEPS {
                let after = life.after(step, &mut world);
                assert!(after.paid(&world) <= AMOUNT && after.included.len() <= 1, "{step:?}");
                if seen.insert(after.key()) {
                    after.ends(&mut world);
                    renewed += usize::from(after.attempts > 1);
                    let known = after.sibling.as_ref().map(|it| it.attempt.tx);
                    late += usize::from(known.is_some_and(|tx| tx != after.maker.attempt.tx));
                    next.push(after);
                }
            }
        }
        lives = next;
    }
    // What it is about has happened: wishes signed anew, and siblings that knew only the first attempt.
    assert!(seen.len() > 1_000 && renewed > 100 && late > 10, "{} {renewed} {late}", seen.len());
}

fn known(maker: Option<DeviceId>, post: &Post, is_final: bool) -> KnownIntent {
    KnownIntent { maker, attempt: post.what.attempt(), is_final }
}

#[test]
fn only_its_maker_changes_a_wish_and_only_to_a_later_attempt() {
    let world = world(50_000_000);
    let bob = world.bob.public().address();
    let first = world.plan(AMOUNT, bob, &[]).unwrap();
    let account = world.account(world.alice.public().address());
    let ground = Ground { round: Round(700), ..world.ground(account.as_ref(), &[]) };
    let wished = Wish { to: bob, contact: None, amount: Amount::new(AMOUNT), memo: None };
    let again = plan(wished, ground, &world.keys(), NOW, &mut rng()).unwrap();
    let again = Payment { intent: first.intent, ..again };
    let post = |payment: &Payment| Post {
        device: MAKER,
        what: Posted::Payment(Box::new(payment.clone())),
    };
    let (first, again) = (post(&first), post(&again));
    let at = (Round(700), NOW);
    let news =
        |post: &Post, from, known: Option<KnownIntent>| post.what.is_news(from, known.as_ref(), at);
    assert!(news(&again, MAKER, None));
    assert!(news(&again, MAKER, Some(known(Some(MAKER), &first, false))));
    // Ours, another device's, known already, older, final, or over.
    assert!(!news(&again, MAKER, Some(known(None, &first, false))));
    assert!(!news(&again, OTHER, Some(known(Some(MAKER), &first, false))));
    assert!(!news(&again, MAKER, Some(known(Some(MAKER), &again, false))));
    assert!(!news(&first, MAKER, Some(known(Some(MAKER), &again, false))));
    assert!(!news(&again, MAKER, Some(known(Some(MAKER), &first, true))));
    assert!(!news(&first, MAKER, None), "its last round is over");
    assert!(first.what.is_over(None, at) && !again.what.is_over(None, at));
    // A transaction of another network is none of ours.
    assert!(first.what.is_of(world.genesis.chain()));
    assert!(!first.what.is_of(CHAIN));
}

/// A wish to pay out of the pool, with what it spends.
fn signed(notes: &[u64]) -> (Wallet, Transfer, Vec<Nullifier>) {
    let mut wallet = Wallet::new();
    let bundles = [wallet.paid(1, Scope::External, notes)];
    wallet.take(&bundles);
    wallet.wait();
    let effects = wallet.attempt(&wish(1, 3_500_000));
    let signed = wallet.open.remove(0);
    (wallet, signed, effects.nullifiers().collect())
}

#[test]
fn what_a_sibling_signs_out_of_the_pool_is_counted_with_and_found_in_the_log() {
    let (mut wallet, made, spends) = signed(&[3_000_000, 4_000_000]);
    let what = Posted::Transfer(Box::new(made.clone()), Announced::default());
    let post = Post { device: MAKER, what };
    let Posted::Transfer(taken, _) = Post::from_bytes(&post.to_bytes()).unwrap().what else {
        panic!("a transfer was posted")
    };
    assert_eq!(taken.attempt, made.attempt);
    assert_eq!(taken.state, TransferState::Submitted);
    let free = |wallet: &Wallet| {
        let Ok(Readiness::Ready(ready)) = wallet.plan(&wish(2, 1_000)) else { panic!("it waits") };
        let spent: BTreeSet<_> =
            ready.plan.spends.iter().map(|spend| spend.note.value.units()).collect();
        spent
    };
    assert_eq!(free(&wallet), BTreeSet::from([3_000_000]));
    wallet.open.push(*taken);
    let left = wallet.plan(&wish(2, 1_000)).unwrap();
    let Readiness::Ready(left) = left else { panic!("it waits") };
    assert!(left.plan.spends.iter().all(|spend| {
        let of_ours = wallet.notes.iter().find(|note| note.note == spend.note).unwrap();
        !spends.contains(&of_ours.nullifier)
    }));
    // Its last round goes by without it: the notes are free again.
    wallet.round = wallet.open[0].attempt.as_ref().unwrap().expiry.next();
    let step = wallet.take(&[]);
    assert_eq!(
        step.settled.iter().map(|it| it.state).collect::<Vec<_>>(),
        [TransferState::Expired]
    );
    assert_eq!(free(&wallet), BTreeSet::from([3_000_000]));
}

#[test]
fn a_wish_is_told_of_before_it_is_signed_and_forgotten_after_a_week() {
    let (_, made, notes) = signed(&[4_000_000]);
    let planned = Transfer { attempt: None, state: TransferState::Planned, ..made.clone() };
    let announced = Announced { notes, until: Round(50) };
    let post = Post { device: MAKER, what: Posted::Transfer(Box::new(planned), announced.clone()) };
    let read = Post::from_bytes(&post.to_bytes()).unwrap();
    assert!(matches!(&read.what, Posted::Transfer(_, it) if *it == announced));
    let at = (Round(30), NOVEMBER);
    assert!(read.what.is_news(MAKER, None, at));
    let unsigned = KnownIntent { maker: Some(MAKER), attempt: None, is_final: false };
    assert!(!read.what.is_news(MAKER, Some(&unsigned), at));
    let signed = Posted::Transfer(Box::new(made), Announced::default());
    assert!(signed.is_news(MAKER, Some(&unsigned), at));
    let known = KnownIntent { attempt: signed.attempt(), ..unsigned };
    assert!(!read.what.is_news(MAKER, Some(&known), at) && read.what.is_over(Some(&known), at));
    let later = Timestamp(NOVEMBER.0 + 8 * 86_400_000);
    assert!(!read.what.is_news(MAKER, None, (Round(30), later)));
    // Nobody counts with a proof for ever; who makes it may still be at it.
    assert!(read.what.is_news(MAKER, None, (Round(50), NOVEMBER)));
    assert!(!read.what.is_news(MAKER, None, (Round(51), NOVEMBER)));
    assert!(!read.what.is_over(None, (Round(650), NOVEMBER)));
    assert!(read.what.is_over(None, (Round(651), NOVEMBER)));
    let Posted::Transfer(planned, _) = read.what else { panic!("a transfer was posted") };
    let waits = Posted::Transfer(planned, Announced::default());
    assert!(waits.waits() && waits.is_news(MAKER, None, (Round(9_000), NOVEMBER)));
    assert!(!signed.waits());
}

#[test]
fn a_long_post_travels_in_parts_and_whoever_lacks_one_waits() {
    let (_, mut made, _) = signed(&[1_000_000; 4]);
    let here = Post { device: OTHER, what: Posted::Here(WorkerId([3; 32])) };
    made.memo = Some("m".repeat(4_000));
    let long = Post {
        device: MAKER,
        what: Posted::Transfer(
            Box::new(made),
            Announced { notes: vec![Nullifier([5; 32]); 60], until: Round(9) },
        ),
    };
    let parts = long.parts().unwrap();
    assert_eq!((parts.len(), long.to_bytes().len().div_ceil(16_000)), (2, 2));
    assert!(parts.iter().all(|part| Part::from_bytes(&part.to_bytes()).as_ref() == Ok(part)));
    let lying: Vec<(usize, Part)> =
        parts.iter().cloned().chain(here.parts().unwrap()).rev().enumerate().collect();
    let found = assemble(lying.clone());
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].post.as_ref(), Some(&here), "the order in which they begin");
    assert_eq!(found[1].post.as_ref().map(Post::id), Some(long.id()));
    for lost in 1..lying.len() {
        let rest = lying.iter().filter(|(place, _)| *place != lost).cloned().collect();
        assert_eq!(assemble(rest).len(), 1, "a part is missing");
    }
    // Said twice, it is known where once would do; a part of something else does not fit.
    let twice = lying.iter().chain(&lying).cloned().collect();
    let found = &assemble(twice)[1];
    assert_eq!((found.places.len(), found.again.len()), (parts.len(), parts.len()));
    let mut forged = lying;
    forged[1].1.bytes[100] ^= 1;
    assert_eq!(assemble(forged)[1].post, None);
}

#[test]
fn a_post_of_another_version_or_about_something_else_is_not_read() {
    let world = world(50_000_000);
    let payment = world.plan(AMOUNT, world.bob.public().address(), &[]).unwrap();
    let post = |payment: Payment| {
        let what = Posted::Payment(Box::new(payment));
        Post { device: MAKER, what }.to_bytes()
    };
    let good = post(payment.clone());
    assert!(Post::from_bytes(&good).is_ok());
    let later = [&[2], &good[1..]].concat();
    assert!(Post::from_bytes(&later).is_err());
    let mut wrong = payment.clone();
    wrong.attempt.nonce = 9;
    assert!(Post::from_bytes(&post(wrong)).is_err(), "the transaction has another nonce");
    let mut wrong = payment;
    wrong.attempt.bytes.truncate(20);
    assert!(Post::from_bytes(&post(wrong)).is_err());
}
