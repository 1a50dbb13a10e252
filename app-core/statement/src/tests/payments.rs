//! One payment shown to one verifier: both sides, and every way to bend it.

use super::pooled::*;
use super::*;
use shielded::{DisclosureDigest, Effects, LogPlace, Memo, Opening};
use std::sync::OnceLock;
use wire::Decode;

/// The bundle in which alice pays bob 0.3, its round, and what came before it.
const BUNDLE: usize = 2;
const PAID_IN: u64 = 6;
const NOT_AFTER: Timestamp = Timestamp(START.0 + 60_000);

fn world() -> &'static PoolWorld {
    static WORLD: OnceLock<PoolWorld> = OnceLock::new();
    WORLD.get_or_init(|| PoolWorld::of(Pooled::new()))
}

fn effects() -> &'static Effects {
    &world().pooled.effects[BUNDLE]
}

/// The actions that pay bob, and alice's change.
fn places() -> (u8, u8) {
    let opens = |memo: &Option<Memo>| matches!(memo, Some(Memo::Payment { .. }));
    let paid = effects().actions().iter().position(|action| {
        shielded::recover(&alice(), action).is_some_and(|opened| opens(&opened.memo))
    });
    let paid = paid.unwrap() as u8;
    (paid, 1 - paid)
}

fn asked() -> Asked {
    let text = "for the tax office".to_owned();
    Asked { verifier: [3; 32], challenge: [4; 32], not_after: NOT_AFTER, text }
}

fn facts(opening: Opening) -> PaymentFacts {
    let (before, behind) = world().pooled.entries.split_at(BUNDLE);
    let evidence = PaymentEvidence {
        effects: effects().clone(),
        log: LogRun::of(LogPlace::START.behind(before), behind),
        cell: world().world.pieces.pool.as_ref().unwrap().cell.clone(),
        header: world().world.chain.proved(PAID_IN),
        steps: world().world.pieces.steps.clone(),
    };
    let action = places().0;
    let (round, index, tx) = (Round(PAID_IN), 0, TxId([9; 32]));
    PaymentFacts { chain: CHAIN, tx, round, index, action, opening, evidence, asked: asked() }
}

fn rng() -> rand::rngs::StdRng {
    rand::SeedableRng::seed_from_u64(7)
}

fn opening_by(payer: bool) -> Opening {
    let action = &effects().actions()[usize::from(places().0)];
    let opening = if payer {
        Opening::by_payer(&alice(), action)
    } else {
        Opening::by_payee(&spender(2).viewing_key(), action)
    };
    opening.unwrap()
}

/// Alice signs these facts with what she has kept of her spend.
fn by_alice(facts: PaymentFacts) -> PaymentDisclosure {
    let (place, kept) = &world().pooled.kept[BUNDLE][0];
    let signature = facts.digest().sign_as_payer(&spender(1), kept, &mut rng()).unwrap();
    facts.by(PaymentAuthority::Payer { action: *place as u8, signature })
}

/// Bob proves that the address of the note is his.
fn by_bob(facts: PaymentFacts) -> PaymentDisclosure {
    let Opening::Payee(note) = &facts.opening else { panic!("bob opens with his note") };
    let key = spender(2).viewing_key();
    let proof = facts.digest().prove_payee(&key, note, &mut rng()).unwrap();
    facts.by(PaymentAuthority::Payee(proof))
}

fn payer() -> PaymentDisclosure {
    by_alice(facts(opening_by(true)))
}

fn payee() -> PaymentDisclosure {
    by_bob(facts(opening_by(false)))
}

fn expected() -> Expected {
    Expected {
        verifiers: vec![[8; 32], [3; 32]],
        challenges: vec![([4; 32], None), ([5; 32], None)],
    }
}

fn check(disclosure: &PaymentDisclosure, expected: Option<&Expected>) -> PaymentReport {
    let checkpoint = world().world.chain.checkpoint(ROUNDS);
    check_payment(disclosure, (&checkpoint, at(ROUNDS)), expected)
}

/// The codes of what fails, in the order of the claims.
fn codes(report: &PaymentReport) -> Vec<&'static str> {
    let code = |verdict: &PaymentVerdict| match verdict.outcome {
        Outcome::Failed(flaw) => Some(flaw.why.code()),
        Outcome::Proved | Outcome::Stated | Outcome::NotChecked(_) => None,
    };
    report.verdicts.iter().filter_map(code).collect()
}

fn failing(disclosure: &PaymentDisclosure) -> Vec<&'static str> {
    codes(&check(disclosure, Some(&expected())))
}

#[test]
fn payer_and_payee_show_one_payment_to_the_verifier_who_asked() {
    for (disclosure, role) in [(payer(), PaymentRole::Payer), (payee(), PaymentRole::Payee)] {
        let file = disclosure.to_bytes();
        let read = PaymentDisclosure::read(&file).unwrap();
        assert_eq!(read.to_bytes(), file);
        let text = format!("{}\n", hex::encode(&file));
        assert_eq!(PaymentDisclosure::read(text.as_bytes()).as_ref(), Ok(&read));
        assert!(PaymentDisclosure::is_meant(text.as_bytes()));
        assert!(PaymentDisclosure::read(&text.as_bytes()[..99]).is_err());
        let report = check(&read, Some(&expected()));
        assert!(report.verdicts.iter().all(|it| it.outcome == Outcome::Proved), "{report:?}");
        let shown = report.shown.unwrap();
        assert_eq!((shown.role, shown.amount.units()), (role, 300_000));
        assert_eq!(shown.memo.as_deref(), Some("so 300000"));
        assert_eq!((shown.round, shown.time), (Round(PAID_IN), at(PAID_IN)));
        let bob = spender(2).viewing_key().address_for(CHAIN, b"x").unwrap();
        assert!(
            matches!(&facts(opening_by(false)).opening, Opening::Payee(note) if note.is_to(&bob))
        );
        assert_eq!(shown.asked, asked());
    }
}

#[test]
fn without_the_challenge_nothing_is_said_about_whom_it_is_for() {
    let report = check(&payer(), None);
    assert!(!report.failed());
    assert!(matches!(report.verdicts[1].outcome, Outcome::NotChecked(_)));
    let json = report.to_json();
    assert_eq!(json.list_of("claims").unwrap()[1].text_of("verdict"), Some("not_checked"));
    assert_eq!(json.get("payment").unwrap().text_of("amount"), Some("0.3"));
}

#[test]
fn the_bytes_of_both_files_are_frozen() {
    let found = [payer(), payee()].map(|it| hex::encode(hash("", &[&it.to_bytes()])));
    assert_eq!(
        found,
        [
            "c9d10b987256eb6f8dcb934dfaff88c172a8027f29210b3aaafd523098fb0d9a",
            "cb3f6d2c7d4d7a08e7196753a9fde838222033cc6174710851f8f11f7f71d8a2",
        ]
    );
    let bytes = payer().to_bytes();
    assert_eq!(hex::encode(&bytes[..5]), "42434d5001");
    // chain, tx, round, index, action, opening: 1 and the key of the output.
    let (start, end) = (5 + 32 + 32 + 8 + 4, 5 + 32 + 32 + 8 + 4 + 1 + 1 + 32);
    assert_eq!((bytes[start], bytes[start + 1]), (places().0, 1));
    assert_eq!(bytes[end..end + 2], [1, 7], "the effects follow");
    // 43 B recipient, 8 B value, 32 B seed: never rho.
    let other = payee().to_bytes();
    assert_eq!(other[start + 1], 2);
    assert_eq!(other[start + 2 + 83..start + 4 + 83], [1, 7]);
    assert_eq!(other[start + 2 + 43..start + 2 + 51], 300_000_u64.to_be_bytes());
}

#[test]
fn another_verifier_another_challenge_and_a_time_that_is_over_are_refused() {
    let disclosure = payee();
    let with = |verifier: u8, challenge: u8| Expected {
        verifiers: vec![[verifier; 32]],
        challenges: vec![([challenge; 32], None)],
    };
    let codes_for = |expected: &Expected| codes(&check(&disclosure, Some(expected)));
    assert_eq!(codes_for(&with(3, 4)), Vec::<&str>::new());
    // Dave replays what carol got, whether or not he happens to have given the same challenge.
    assert_eq!(codes_for(&with(9, 4)), ["other_verifier"]);
    assert_eq!(codes_for(&with(9, 9)), ["other_verifier"]);
    assert_eq!(codes_for(&with(3, 9)), ["other_challenge"]);
    let checkpoint = world().world.chain.checkpoint(ROUNDS);
    let at_end = |now| codes(&check_payment(&disclosure, (&checkpoint, now), Some(&with(3, 4))));
    assert_eq!(at_end(NOT_AFTER), Vec::<&str>::new());
    assert_eq!(at_end(NOT_AFTER.plus_millis(1)), ["expired"]);
    // What the discloser says does not lengthen what was asked.
    let lapsed = |end| Expected { challenges: vec![([4; 32], Some(end))], ..with(3, 4) };
    assert_eq!(codes_for(&lapsed(at(ROUNDS))), Vec::<&str>::new());
    let before = Timestamp(at(ROUNDS).0 - 1);
    assert_eq!(codes_for(&lapsed(before)), ["expired"]);
}

/// Makes it out anew to somebody, without the discloser.
#[test]
fn whoever_changes_a_field_has_no_signature_for_it() {
    type Change = fn(&mut PaymentFacts);
    let changes: [(Change, &[&str]); 10] = [
        (|it| it.asked.verifier = [8; 32], &["altered"]),
        (|it| it.asked.challenge = [5; 32], &["altered"]),
        (|it| it.asked.not_after = NOT_AFTER.plus_millis(1), &["altered"]),
        (|it| it.asked.text.push('!'), &["altered"]),
        (|it| it.tx = TxId([8; 32]), &["altered"]),
        (|it| it.round = Round(7), &["altered", "not_final"]),
        (|it| it.index = 1, &["altered", "not_final"]),
        (|it| it.evidence.header = world().world.chain.proved(5), &["altered", "not_final"]),
        (|it| it.evidence.log.steps.truncate(1), &["altered", "not_final"]),
        (|it| it.chain = ChainId([8; 32]), &["altered", "wrong_checkpoint"]),
    ];
    for disclosure in [payer(), payee()] {
        for (place, (change, codes)) in changes.iter().enumerate() {
            let mut changed = disclosure.clone();
            change(&mut changed.facts);
            assert_eq!(failing(&changed), *codes, "change {place}");
        }
    }
}

#[test]
fn whoever_signs_something_else_has_no_ledger_for_it() {
    type Change = fn(&mut PaymentFacts);
    let changes: [Change; 6] = [
        |it| it.round = Round(7),
        |it| it.index = 1,
        |it| it.evidence.header = world().world.chain.proved(5),
        |it| it.evidence.cell.pool = None,
        |it| it.evidence.log.steps[0].round = Round(7),
        |it| it.evidence.log.from.count += 1,
    ];
    for change in changes {
        let mut other = facts(opening_by(true));
        change(&mut other);
        assert_eq!(failing(&by_alice(other)), ["not_final"]);
    }
    let mut none = facts(opening_by(false));
    none.evidence.log.steps.clear();
    assert_eq!(failing(&by_bob(none)), ["not_final"]);
    // Another bundle of the same log, opened by nothing that alice has.
    let mut other = facts(opening_by(true));
    other.evidence.effects = world().pooled.effects[0].clone();
    assert_eq!(failing(&by_alice(other))[0], "altered");
}

#[test]
fn an_opening_opens_its_own_output_and_no_other() {
    let mut other = facts(opening_by(true));
    other.action = places().1;
    let report = check(&by_alice(other), Some(&expected()));
    assert_eq!((codes(&report), report.shown), (vec!["altered", "altered"], None));
    let mut other = facts(opening_by(false));
    other.action = places().1;
    assert_eq!(failing(&by_bob(other)), ["altered", "altered"]);
    let mut none = facts(opening_by(true));
    none.action = 9;
    assert_eq!(failing(&by_alice(none)), ["altered", "altered"]);
    // The seed of bob's other receipt, whose rho is another action's.
    let later = &world().pooled.effects[4];
    let bob = spender(2).viewing_key();
    let mut found = later.actions().iter().filter_map(|action| Opening::by_payee(&bob, action));
    let foreign = found.next().unwrap();
    assert_eq!(failing(&by_bob(facts(foreign))), ["altered", "altered"]);
}

#[test]
fn nobody_else_signs_for_payer_or_payee() {
    let (place, kept) = &world().pooled.kept[BUNDLE][0];
    let of = facts(opening_by(true));
    let foreign = of.digest().sign_as_payer(&spender(2), kept, &mut rng()).unwrap();
    let forged = |action, signature| {
        let authority = PaymentAuthority::Payer { action, signature };
        failing(&facts(opening_by(true)).by(authority))
    };
    let place = *place as u8;
    assert_eq!(forged(place, foreign), ["altered"]);
    let own = of.digest().sign_as_payer(&spender(1), kept, &mut rng()).unwrap();
    assert_eq!(forged(place, own), Vec::<&str>::new());
    assert_eq!(forged(1 - place, own), ["altered"]);
    assert_eq!(forged(7, own), ["altered"]);
    let other = DisclosureDigest::of(b"another").sign_as_payer(&spender(1), kept, &mut rng());
    assert_eq!(forged(place, other.unwrap()), ["altered"]);
    // What one side has signed does not stand beside the other's opening.
    let mixed = payee().facts.by(payer().authority);
    assert_eq!(failing(&mixed), ["altered"]);
}

/// The account whose state stands in the same header, and its key.
fn by_account(facts: PaymentFacts, key: &EcdsaKey) -> PaymentDisclosure {
    let signature = key.sign(facts.digest().bytes()).to_vec();
    let proof = world().world.pieces.proof.clone();
    let by = ByAccount { key: key.public(), signature, proof };
    facts.by(PaymentAuthority::Account(Box::new(by)))
}

#[test]
fn an_operation_key_may_answer_instead_and_shows_its_account() {
    let disclosure = by_account(facts(opening_by(true)), &person());
    let disclosure = PaymentDisclosure::read(&disclosure.to_bytes()).unwrap();
    let report = check(&disclosure, Some(&expected()));
    assert_eq!(codes(&report), Vec::<&str>::new());
    assert_eq!(report.shown.unwrap().account, Some(address_of(1)));
    let stranger = by_account(facts(opening_by(true)), &testkit::person(2));
    assert_eq!(failing(&stranger), ["bad_signature"]);
    let mut other = by_account(facts(opening_by(true)), &person());
    other.facts.asked.challenge = [5; 32];
    assert_eq!(failing(&other), ["altered"]);
}

#[test]
fn no_byte_can_be_changed() {
    for (disclosure, first) in [(payer(), 0), (payee(), 5)] {
        let bytes = disclosure.to_bytes();
        for place in (first..bytes.len()).step_by(61).chain([bytes.len() - 1]) {
            let mut other = bytes.clone();
            other[place] ^= 1;
            if let Ok(other) = PaymentDisclosure::read(&other) {
                assert!(check(&other, Some(&expected())).failed(), "byte {place}");
            }
        }
        assert!(PaymentDisclosure::read(&bytes[..bytes.len() - 1]).is_err());
        assert!(PaymentDisclosure::read(&[&bytes[..], &[0]].concat()).is_err());
    }
}

#[test]
fn a_statement_is_no_disclosure_and_a_disclosure_no_statement() {
    let statement = world().world.statement().file();
    assert!(PaymentDisclosure::read(statement.as_bytes()).is_err());
    let file = payer().to_bytes();
    assert!(
        PaymentDisclosure::is_meant(&file) && !PaymentDisclosure::is_meant(statement.as_bytes())
    );
    let checkpoint = world().world.chain.checkpoint(ROUNDS);
    assert!(verify(&file, &checkpoint, at(ROUNDS)).is_err());
    crate::fuzz::fuzz_payment(&file);
    crate::fuzz::fuzz_payment(&by_account(facts(opening_by(false)), &person()).to_bytes());
    assert!(Effects::from_bytes(&file).is_err());
}
