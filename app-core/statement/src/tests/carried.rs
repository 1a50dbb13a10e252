//! What is carried from month to month: the annex of the one, the opening balance of the other
//! (`money-and-mail.md` A4, B5).

use super::pooled::*;
use super::*;
use shielded::{
    CarryClaim, Draft, Memo, Month, Note, Output, Period, Purpose, ShieldedAddress, SpendingKey,
};
use std::sync::OnceLock;

const MOVED: u64 = 999_990;
/// The fee and the rest of the transaction that carries alice's balance over.
const FEE: u64 = 10;

fn month_before() -> Period {
    let number = Month::of(START).unwrap().number() - 1;
    Period::first_of(Month::new(number).unwrap())
}

/// Alice's account of the month before, and that of this one.
fn keys() -> (SpendingKey, SpendingKey) {
    (SpendingKey::derive(&[1; 32], month_before()).unwrap(), spender(1))
}

fn order() -> ledger::Transaction {
    ledger::Transaction {
        version: ledger::Transaction::WITH_BUNDLE,
        chain: CHAIN,
        expiry: Round(600),
        price_epoch: 0,
        sources: vec![],
        fee: Amount::new(FEE),
        actions: vec![],
        bundle: None,
        witness: vec![],
    }
}

/// One ABC in the old account, moved to `to` in round 6 and called a carry-over; with what that moves.
struct Moved {
    pooled: Pooled,
    draft: Draft,
    note: Note,
}

fn moved(to: &ShieldedAddress) -> Moved {
    let (old, _) = keys();
    let mut pooled = Pooled::empty();
    let note = pooled.paid_to(&old, (2, 1_000_000), |_| ());
    let (memo, purpose) = (Memo::CarryOver, Purpose::CarryOver);
    let output = Output { to: *to, amount: Amount::new(MOVED), memo, purpose };
    let spend = pooled.spend(note);
    let draft = pooled.draft((vec![spend], vec![output]), &old.viewing_key());
    pooled.take(6, draft.effects().clone());
    // A late payment to the old account, and a stranger's.
    pooled.paid_to(&old, (11, 5_000), |_| ());
    let note = draft.made()[0].note.clone();
    Moved { pooled, draft, note }
}

impl Moved {
    fn carry(&self, evidence: Option<CarryEvidence>) -> Carry {
        let effects = self.draft.effects().clone();
        let (from, to) = (keys().0.period(), keys().1.period());
        Carry { from, to, number: 1, effects, note: self.note.clone(), evidence }
    }

    /// The proof in the name of this account.
    fn evidence(&self, account: types::OpenId) -> CarryEvidence {
        let (old, new) = keys();
        let transaction = order().id_with(self.draft.effects().digest());
        let (from, to) = (old.period(), new.period());
        let claim = CarryClaim { chain: CHAIN, transaction, account, from, to };
        let mut rng: rand::rngs::StdRng = rand::SeedableRng::seed_from_u64(9);
        let keys = (&old, &new.viewing_key());
        let proof = self.draft.prove_carry(&claim, keys, &mut rng).unwrap();
        CarryEvidence { expiry: Round(600), price_epoch: 0, fee: Amount::new(FEE), proof }
    }
}

fn own() -> types::OpenId {
    person().public().open_id()
}

fn honest() -> Moved {
    moved(&keys().1.viewing_key().own_address(CHAIN, b"once").unwrap())
}

/// The statement of the new month, which the balance opens.
fn opening(evidence: impl FnOnce(&Moved) -> Option<CarryEvidence>) -> PoolWorld {
    let moved = honest();
    let carry = moved.carry(evidence(&moved));
    PoolWorld::seen(moved.pooled, (&keys().1.viewing_key(), PERIOD), vec![carry])
}

/// The statement of the old month, which was over in round 4.
fn closing(evidence: bool) -> PoolWorld {
    let moved = honest();
    let carry = moved.carry(evidence.then(|| moved.evidence(own())));
    PoolWorld::seen(moved.pooled, (&keys().0.viewing_key(), (1, 4)), vec![carry])
}

fn closed() -> &'static PoolWorld {
    static WORLD: OnceLock<PoolWorld> = OnceLock::new();
    WORLD.get_or_init(|| closing(true))
}

/// The verdicts on opening balance and annex.
fn verdicts(world: &PoolWorld, statement: &Statement, key: &SpendingKey) -> [Outcome; 2] {
    let keys = ReviewKeys::new(CHAIN, vec![key.viewing_key()], vec![]);
    let report = world.check(&statement.file(), Some(&keys), Some(&world.stream()));
    assert_eq!(report.verdicts[0].outcome, Outcome::Proved);
    let of = |claim| report.verdicts.iter().find(|it| it.claim == claim).unwrap().outcome;
    let both = [of(Claim::OpeningBalance), of(Claim::CarriedForward)];
    if !both.iter().any(|it| matches!(it, Outcome::Failed(_))) {
        let four: Vec<_> = report.verdicts.iter().take(4).map(|it| it.outcome).collect();
        assert_eq!(four, [Outcome::Proved; 4]);
    }
    both
}

fn opens(evidence: impl FnOnce(&Moved) -> Option<CarryEvidence>) -> Outcome {
    let world = opening(evidence);
    verdicts(&world, &world.world.statement(), &keys().1)[0]
}

#[track_caller]
fn refused(outcome: Outcome, list: Listed, at: usize) {
    let Outcome::Failed(flaw) = outcome else { panic!("{outcome:?}") };
    assert_eq!((flaw.list, flaw.entry), (list, Some(at)), "{flaw:?}");
}

#[test]
fn an_opening_balance_is_proved_with_the_carry_proof_and_stated_without() {
    assert_eq!(opens(|moved| Some(moved.evidence(own()))), Outcome::Proved);
    // Restored from the words: the proof did not come back.
    assert_eq!(opens(|_| None), Outcome::Stated);
    let world = opening(|moved| Some(moved.evidence(own())));
    let statement = world.world.statement();
    assert_eq!(statement.held_in_pool(), (Amount::new(MOVED), Amount::new(MOVED)));
    let rows = rows(&statement);
    let carried = rows.iter().find(|row| row.state == "private").unwrap();
    assert_eq!((carried.kind, &*carried.balance), ("carried_in", "0.99999"));
    let file = statement.file();
    assert!(file.contains("\"carried_in\":\"0.99999\""), "{file}");
    let read = Statement::from_json(&Json::parse(file.as_bytes()).unwrap()).unwrap();
    assert_eq!(read, (statement, None));
}

#[test]
fn a_carry_proof_of_another_account_or_transaction_is_refused() {
    let stranger = testkit::person(9).public().open_id();
    refused(opens(|moved| Some(moved.evidence(stranger))), Listed::Carries, 0);
    let other = |change: fn(&mut CarryEvidence)| {
        opens(|moved| {
            let mut evidence = moved.evidence(own());
            change(&mut evidence);
            Some(evidence)
        })
    };
    refused(other(|it| it.expiry = Round(601)), Listed::Carries, 0);
    refused(other(|it| it.fee = Amount::new(11)), Listed::Carries, 0);
    refused(other(|it| it.price_epoch = 1), Listed::Carries, 0);
}

#[test]
fn one_signature_of_an_input_that_lacks_is_refused() {
    for action in 0..2 {
        let outcome = opens(|moved| {
            let mut evidence = moved.evidence(own());
            let mut bytes = evidence.proof.to_bytes();
            // The list's length, then a signature for each action.
            let stranger = moved.evidence(testkit::person(9).public().open_id());
            let (first, behind) = (4 + 64 * action, 68 + 64 * action);
            bytes[first..behind].copy_from_slice(&stranger.proof.to_bytes()[first..behind]);
            evidence.proof = wire::Decode::from_bytes(&bytes).unwrap();
            Some(evidence)
        });
        refused(outcome, Listed::Carries, 0);
    }
}

#[test]
fn a_foreign_note_that_calls_itself_carried_over_is_not_proved() {
    // A stranger pays the address that the old account knows; no key of his can sign as alice.
    let world = opening(|_| None);
    assert_eq!(verdicts(&world, &world.world.statement(), &keys().1)[0], Outcome::Stated);
    // The proof of alice's own move does not fit a bundle that a stranger made.
    let evidence = honest().evidence(own());
    let (_, new) = keys();
    let mut pooled = Pooled::empty();
    let (memo, purpose) = (Memo::CarryOver, Purpose::CarryOver);
    let to = new.viewing_key().own_address(CHAIN, b"once").unwrap();
    let note = pooled.paid_to(&spender(2), (2, 1_000_000), |_| ());
    let spend = pooled.spend(note);
    let output = Output { to, amount: Amount::new(MOVED), memo, purpose };
    let draft = pooled.draft((vec![spend], vec![output]), &spender(2).viewing_key());
    pooled.take(6, draft.effects().clone());
    let note = draft.made()[0].note.clone();
    let foreign = Moved { pooled, draft, note };
    let carry = foreign.carry(Some(evidence));
    let world = PoolWorld::seen(foreign.pooled, (&new.viewing_key(), PERIOD), vec![carry]);
    refused(verdicts(&world, &world.world.statement(), &new)[0], Listed::Carries, 0);
}

#[test]
fn the_annex_of_a_month_shows_what_became_of_its_closing_balance() {
    let statement = closed().world.statement();
    let both = verdicts(closed(), &statement, &keys().0);
    assert!(matches!(both[0], Outcome::NotChecked(_)));
    assert_eq!(both[1], Outcome::Proved);
    assert_eq!(statement.held_in_pool().1, Amount::new(1_000_000));
    let part = statement.pool.as_ref().unwrap();
    let period = keys().0.period();
    assert_eq!(part.carried_forward(period), (Amount::new(MOVED), Amount::new(FEE)));
    assert_eq!(part.left_behind(period), Amount::new(5_000));
    let rows = rows(&statement);
    let annex: Vec<_> = rows.iter().filter(|row| row.state == "annex").collect();
    let lines: Vec<_> = annex.iter().map(|row| (row.kind, &*row.amount, &*row.fee)).collect();
    assert_eq!(lines, [("carried_out", "-0.99999", "0.00001"), ("late_receipt", "0.005", "")]);
    let world = closing(false);
    assert_eq!(verdicts(&world, &world.world.statement(), &keys().0)[1], Outcome::Stated);
}

#[test]
fn an_annex_that_leaves_something_out_or_says_something_else_is_refused() {
    let check = |change: fn(&mut PoolPart)| {
        let mut statement = closed().world.statement();
        change(statement.pool.as_mut().unwrap());
        verdicts(closed(), &sign(statement), &keys().0)[1]
    };
    refused(check(|it| drop(it.annex.forward.pop())), Listed::Notes, 0);
    let double = |it: &mut PoolPart| it.annex.forward.push(it.annex.forward[0].clone());
    refused(check(double), Listed::Forward, 1);
    refused(check(|it| it.annex.forward[0].fee = Amount::new(9)), Listed::Carries, 0);
    refused(check(|it| it.annex.forward[0].round = Round(7)), Listed::Forward, 0);
    refused(check(|it| it.annex.forward[0].undisclosed = 3), Listed::Forward, 0);
    refused(check(|it| drop(it.annex.forward[0].outputs.pop())), Listed::Forward, 0);
    let dear = |it: &mut PoolPart| it.annex.late[0].note.value = Amount::new(6_000);
    refused(check(dear), Listed::Late, 0);
    refused(check(|it| it.annex.late[0].round = Round(10)), Listed::Late, 0);
    refused(check(|it| it.annex.carries[0].number = 0), Listed::Carries, 0);
    refused(check(|it| it.annex.carries[0].to = it.annex.carries[0].from), Listed::Carries, 0);
    // Without the carry it is an outgoing payment, and not called anything else.
    let plain = check(|it| drop(it.annex.carries.pop()));
    assert!(matches!(plain, Outcome::NotChecked(_)), "{plain:?}");
}
