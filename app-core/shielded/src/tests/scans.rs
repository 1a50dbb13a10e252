//! Finding notes, reading memos, and seeing what was sent; the holes that no rule can close.

use super::{Chain, abc, address, alice, bob, change, pay, person, proved, rng};
use crate::{
    Action, Anchor, CompactAction, Draft, Effects, IncomingKey, MadeEnvelope, Memo, Output, Plan,
    Scanner, Scope, SpendingKey, envelope_made, recover,
};
use types::Round;
use wire::{Decode, Encode};

fn scanner(of: &[SpendingKey]) -> Scanner {
    let keys: Vec<_> = of.iter().map(SpendingKey::viewing_key).collect();
    Scanner::of_accounts(&keys).unwrap()
}

fn said(text: &str) -> Option<Memo> {
    Some(Memo::Payment { request: Some([9; 16]), text: text.to_owned() })
}

#[test]
fn payee_and_payer_find_each_their_note() {
    let effects = &proved().transfer.effects;
    let found = scanner(&[alice(), bob(), person(3)]).scan(&effects.compact());
    assert_eq!(found.len(), 2);
    for (who, made) in [(1, &proved().made[0]), (0, &proved().made[1])] {
        let note = found.iter().find(|found| found.key == who).unwrap();
        assert_eq!((note.action, &note.note), (made.action, &made.note));
        assert_eq!(note.scope, if who == 1 { Scope::External } else { Scope::Internal });
    }
    assert_eq!(scanner(&[person(3)]).scan(&effects.compact()), []);
    assert_eq!(scanner(&[]).scan(&effects.compact()), []);
}

#[test]
fn the_payee_reads_the_memo_and_nobody_else() {
    let action = &proved().transfer.effects.actions()[proved().made[0].action];
    assert_eq!(scanner(&[bob()]).memo(action), said("tea"));
    assert_eq!(scanner(&[alice()]).memo(action), None);
}

#[test]
fn the_payers_key_shows_what_was_sent_and_to_whom() {
    let actions = proved().transfer.effects.actions();
    let payment = recover(&alice().viewing_key(), &actions[proved().made[0].action]).unwrap();
    assert_eq!((payment.by, payment.memo), (Scope::External, said("tea")));
    assert!(payment.note.is_to(&address(&bob(), "shop")));
    assert!(!payment.note.is_to(&address(&bob(), "home")));
    let change = recover(&alice().viewing_key(), &actions[proved().made[1].action]).unwrap();
    assert_eq!((change.by, change.note.value), (Scope::Internal, abc(699_990)));
    for action in actions {
        assert_eq!(recover(&bob().viewing_key(), action), None);
    }
}

#[test]
fn a_key_for_receipts_sees_neither_change_nor_what_was_sent() {
    let keys = |of: &SpendingKey| -> [IncomingKey; 1] { [of.viewing_key().incoming().unwrap()] };
    let compact = proved().transfer.effects.compact();
    assert_eq!(Scanner::of_receipts(&keys(&alice())).unwrap().scan(&compact), []);
    assert_eq!(Scanner::of_receipts(&keys(&bob())).unwrap().scan(&compact).len(), 1);
}

#[test]
fn a_key_opens_no_other_period() {
    let next = SpendingKey::derive(&[2; 32], super::period().after_stop().unwrap()).unwrap();
    assert_eq!(scanner(&[next]).scan(&proved().transfer.effects.compact()), []);
}

#[test]
fn many_actions_are_scanned_at_once_and_each_is_found() {
    let anchor = Chain::new().pool.anchor;
    let mut actions = Vec::new();
    for seed in 0..6 {
        let to = if seed % 2 == 0 { address(&bob(), "b") } else { address(&person(3), "c") };
        let outputs: Vec<Output> = (1..=4).map(|n| pay(to, seed * 10 + n, "")).collect();
        let plan = Plan { anchor, spends: vec![], outputs };
        let draft = Draft::build(&plan, &alice().viewing_key(), &mut rng(seed)).unwrap();
        actions.extend(draft.effects().compact());
    }
    let found = scanner(&[bob(), alice()]).scan(&actions);
    assert_eq!(found.len(), 12);
    for found in &found {
        let alone = scanner(&[bob()]).scan(&actions[found.action..=found.action]);
        assert_eq!(alone[0].note, found.note);
        assert_eq!(found.note.commitment(), Some(actions[found.action].cmx));
    }
}

#[test]
fn a_compact_action_that_is_no_point_opens_under_no_key() {
    let mut actions = proved().transfer.effects.compact();
    actions.iter_mut().for_each(|action| action.epk = [0xff; 32]);
    assert_eq!(scanner(&[alice(), bob()]).scan(&actions), []);
    let bytes = actions[0].to_bytes();
    assert_eq!(bytes.len(), crate::COMPACT_ACTION_LEN);
    assert_eq!(CompactAction::from_bytes(&bytes).as_ref(), Ok(&actions[0]));
    actions[0].cmx.0 = [0xff; 32];
    assert!(CompactAction::from_bytes(&actions[0].to_bytes()).is_err());
    assert_eq!(scanner(&[alice(), bob()]).scan(&actions), []);
}

/// One bit of memo or tag is flipped: the crate's own functions find nothing any more, here the
/// note stays found by both sides, and only the memo is gone (the third hole).
#[test]
fn a_spoiled_memo_hides_neither_receipt_nor_payee() {
    for place in [52, 300, 563, 564, 579] {
        let made = &proved().made[0];
        let mut action = proved().transfer.effects.actions()[made.action].clone();
        action.enc[place] ^= 1;
        let found = scanner(&[bob()]).scan(&[action.compact()]);
        assert_eq!(found[0].note, made.note);
        assert_eq!(scanner(&[bob()]).memo(&action), None);
        let sent = recover(&alice().viewing_key(), &action).unwrap();
        assert_eq!((sent.note, sent.memo), (made.note.clone(), None));
    }
}

#[test]
fn every_altered_bit_of_what_decides_is_noticed() {
    let made = &proved().made[0];
    let good = &proved().transfer.effects.actions()[made.action];
    let check = |change: &dyn Fn(&mut Action)| {
        let mut action = good.clone();
        change(&mut action);
        assert_eq!(scanner(&[bob()]).scan(&[action.compact()]), []);
        assert_eq!(recover(&alice().viewing_key(), &action), None);
    };
    (0..52).for_each(|place| check(&|action| action.enc[place] ^= 1));
    check(&|action| action.cmx.0[0] ^= 1);
    check(&|action| action.nullifier.0[0] ^= 1);
    check(&|action| action.epk = proved().transfer.effects.actions()[1 - made.action].epk);
    for place in 0..80 {
        let mut action = good.clone();
        action.out[place] ^= 1;
        assert_eq!(recover(&alice().viewing_key(), &action), None);
    }
}

/// The first hole: a payer of another wallet leaves the outgoing key out. The chain cannot tell;
/// his reviewer sees that the note was spent, and that this output opens under no key.
#[test]
fn an_output_without_an_outgoing_key_cannot_be_opened_by_its_payer() {
    let effects: Effects = super::without_ovk(address(&bob(), "b"), 500);
    assert_eq!(crate::form::check(&effects), Ok(()));
    let opened = |action| recover(&alice().viewing_key(), action);
    assert_eq!(effects.actions().iter().filter_map(opened).count(), 0);
    assert_eq!(scanner(&[bob()]).scan(&effects.compact()).len(), 1);
}

#[test]
fn memos_say_what_was_written() {
    let long = "界".repeat(crate::MAX_TEXT / 3);
    let text = |text: &str, request| Memo::Payment { request, text: text.to_owned() };
    let given = Memo::Envelope(MadeEnvelope { root: [7; 32], expiry: Round(86_410) });
    let said = [Memo::Empty, Memo::CarryOver, given, text("", None), text(&long, Some([1; 16]))];
    for memo in said {
        let bytes = memo.to_bytes().unwrap();
        assert_eq!(Memo::read(&bytes), Ok(memo));
    }
    assert_eq!(text("", Some([0; 16])).to_bytes(), None);
    let mut bytes = text("tea", None).to_bytes().unwrap();
    assert_eq!(
        hex::encode(&bytes[..23]),
        "02000000000000000000000000000000000003746561 00".replace(' ', "")
    );
    bytes[511] = 1;
    assert!(Memo::read(&bytes).is_err());
    let given = MadeEnvelope { root: [0xab; 32], expiry: Round(86_410) };
    let mut bytes = Memo::Envelope(given).to_bytes().unwrap();
    assert_eq!(hex::encode(&bytes[..42]), format!("03{}000000000001518a00", "ab".repeat(32)));
    bytes[41] = 1;
    assert!(Memo::read(&bytes).is_err());
    assert!(Memo::read(&[3; 512]).is_err());
    assert!(Memo::read(&[0xf6; 512]).is_err());
    let mut cut = Memo::Empty.to_bytes().unwrap();
    (cut[0], cut[17], cut[18]) = (2, 0xff, 0xff);
    assert!(Memo::read(&cut).is_err());
}

#[test]
fn change_alone_says_that_its_bundle_makes_a_red_envelope() {
    let given = MadeEnvelope { root: [7; 32], expiry: Round(86_410) };
    let memo = || Memo::Envelope(given);
    let made = |outputs| {
        let plan = Plan { anchor: Anchor::of_nothing(), spends: vec![], outputs };
        let draft = Draft::build(&plan, &alice().viewing_key(), &mut rng(30)).unwrap();
        let seen = |person: SpendingKey| envelope_made(&person.viewing_key(), draft.effects());
        [seen(alice()), seen(bob())]
    };
    let kept = |units, memo| Output { memo, ..change(&alice(), units) };
    assert_eq!(made(vec![kept(5, memo())]), [Some(given), None]);
    assert_eq!(made(vec![kept(0, memo())]), [Some(given), None], "even if nothing is left");
    assert_eq!(made(vec![kept(5, Memo::Empty), kept(4, memo())]), [Some(given), None]);
    assert_eq!(made(vec![kept(5, Memo::Empty)]), [None, None]);
    // To an address that others are told, whoever likes writes it, she herself included.
    let told = |person: &SpendingKey| Output { memo: memo(), ..pay(address(person, "x"), 5, "") };
    assert_eq!(made(vec![told(&alice()), told(&bob())]), [None, None]);
}
