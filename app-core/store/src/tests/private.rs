//! Money in the private pool as saved: what a piece of the log brings is one change.

use super::*;
use crate::{Flow, HistoryKind};
use shielded::{
    Anchor, Draft, LogEntry, Memo, Month, Output, Period, Plan, Purpose, Scope, SpendingKey,
};
use types::ChainId;
use wallet::Change as Wallet;
use wallet::private::{
    OwnNote, PoolState, PoolStep, PrivateAttempt, PrivatePayee, Randomizer, SpendingBundle, Spent,
    Transfer, TransferState, take_entries,
};
use wallet::review::{PoolLine, PoolLineKind, PoolMove};

const CHAIN: ChainId = ChainId([9; 32]);

fn key() -> SpendingKey {
    let period = Period::first_of(Month::of(NOVEMBER).unwrap());
    SpendingKey::derive(&[1; 32], period).unwrap()
}

/// 20 November 2026.
const NOVEMBER: Timestamp = Timestamp(1_795_132_800_000);

/// A round in which somebody pays us, as a scan finds it.
pub(super) fn received(units: u64) -> PoolStep {
    let view = key().viewing_key();
    let to = view.address_for(CHAIN, b"bob").unwrap();
    let (memo, purpose) = (Memo::Empty, Purpose::Payment);
    let outputs = vec![Output { to, amount: Amount::new(units), memo, purpose }];
    let plan = Plan { anchor: Anchor::of_nothing(), spends: vec![], outputs };
    let draft = Draft::build(&plan, &view, &mut rand::rng()).unwrap();
    let entries = [LogEntry::of(Round(7), 0, draft.effects())];
    let mut state = PoolState::new(NOVEMBER).unwrap();
    let at = (Round(9), NOVEMBER);
    take_entries(&mut state, &entries, (&[view], &[]), &[], at).unwrap()
}

pub(super) fn transfer(intent: u8) -> Transfer {
    Transfer {
        intent: [intent; 16],
        to: PrivatePayee::Private(key().viewing_key().address_for(CHAIN, b"x").unwrap()),
        contact: None,
        amount: Amount::new(30),
        memo: Some("for lunch".to_owned()),
        created: NOVEMBER,
        attempt: None,
        state: TransferState::Planned,
    }
}

pub(super) fn attempt(tx: u8) -> Option<PrivateAttempt> {
    let (tx, bytes) = (TxId([tx; 32]), vec![1, 2, 3]);
    Some(PrivateAttempt {
        tx,
        bytes,
        fee: Amount::new(4),
        expiry: Round(609),
        carry: None,
        spend: None,
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_a_payer_keeps_reads_back() {
    let (_temporary, store) = alice().await;
    let kept = <Randomizer as wire::Decode>::from_bytes(&[7; 32]).unwrap();
    let spend = Some((3, kept));
    let signed = attempt(8).map(|attempt| PrivateAttempt { spend: spend.clone(), ..attempt });
    let queued = Transfer { attempt: signed, state: TransferState::Queued, ..transfer(1) };
    save(&store, vec![Wallet::SaveTransfer(Box::new(queued.clone()))]).await;
    let submitted = Transfer { state: TransferState::Submitted, ..queued };
    save(&store, vec![Wallet::SaveTransfer(Box::new(submitted.clone()))]).await;
    let found = store.transfer([1; 16]).await.unwrap().unwrap();
    assert_eq!(found, submitted);
    assert_eq!(found.attempt.unwrap().spend, spend);
}

async fn take(store: &Store, step: &PoolStep) {
    save(store, vec![Wallet::TakePool(Box::new(step.clone()))]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn notes_and_the_place_in_the_log_read_back_and_are_taken_once() {
    let (_temporary, store) = alice().await;
    assert!(store.pool_state().await.unwrap().is_none());
    let step = received(500);
    take(&store, &step).await;
    take(&store, &step).await;
    assert_eq!(store.unspent_notes().await.unwrap(), step.notes);
    assert_eq!(store.private_money().await.unwrap().balance, Amount::new(500));
    let state = store.pool_state().await.unwrap().unwrap();
    assert_eq!((state.place.count, state.round, state.tree.next_position()), (1, Round(9), 2));

    let note: &OwnNote = &step.notes[0];
    let spent = Spent { nullifier: note.nullifier, round: Round(11), bundle: [4; 32] };
    take(&store, &PoolStep { notes: vec![], spent: vec![spent], ..step.clone() }).await;
    assert_eq!(store.unspent_notes().await.unwrap(), []);
    assert_eq!(store.all_notes().await.unwrap(), [(note.clone(), Some(spent))]);
    assert_eq!(store.private_money().await.unwrap().balance, Amount::ZERO);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_wish_keeps_its_place_through_its_attempt_to_its_end() {
    let (_temporary, store) = alice().await;
    let mut first = transfer(1);
    for wish in [&first, &transfer(2)] {
        save(&store, vec![Wallet::SaveTransfer(Box::new(wish.clone()))]).await;
    }
    assert_eq!(store.open_transfers().await.unwrap(), [first.clone(), transfer(2)]);
    let wished = first.reference();
    (first.attempt, first.state) = (attempt(8), TransferState::Queued);
    save(&store, vec![Wallet::SaveTransfer(Box::new(first.clone()))]).await;
    assert_eq!(store.transfer([1; 16]).await.unwrap(), Some(first.clone()));
    assert!(first.reference() != wished && first.reference() == TxId([8; 32]));
    assert_eq!(store.private_money().await.unwrap().pending, Amount::new(64));
    first.state = TransferState::Final(Round(12));
    let settled = vec![first.clone()];
    take(&store, &PoolStep { settled, ..received(5) }).await;
    assert_eq!(store.open_transfers().await.unwrap(), [transfer(2)]);
    assert_eq!(store.transfers().await.unwrap(), [first, transfer(2)]);
    assert_eq!(store.private_money().await.unwrap().pending, Amount::new(30));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_history_shows_receipts_and_transfers_as_private() {
    let (_temporary, store) = alice().await;
    let mut paid = transfer(1);
    (paid.attempt, paid.state) = (attempt(8), TransferState::Final(Round(12)));
    save(&store, vec![Wallet::SaveTransfer(Box::new(paid.clone()))]).await;
    let step = received(500);
    take(&store, &step).await;
    let rows = store.history(None, None).await.unwrap();
    let shown = |row: &crate::HistoryRow| {
        assert!(row.private && row.kind == HistoryKind::Payment);
        (row.tx, row.flow, row.amount.units(), row.fee.map(Amount::units))
    };
    let bundle = TxId(step.notes[0].bundle);
    assert_eq!(
        rows.iter().map(shown).collect::<Vec<_>>(),
        [(bundle, Flow::In, 500, None), (TxId([8; 32]), Flow::Out, 30, Some(4))]
    );
    assert_eq!(store.history(Some(Timestamp(NOVEMBER.0 + 1)), None).await.unwrap(), []);

    // Spent by another device of the same words: what has gone, its fee included.
    let spent = Spent { nullifier: step.notes[0].nullifier, round: Round(11), bundle: [4; 32] };
    take(&store, &PoolStep { notes: vec![], spent: vec![spent], ..step.clone() }).await;
    let rows = store.history(None, None).await.unwrap();
    let gone = rows.iter().find(|row| row.tx == TxId([4; 32])).unwrap();
    assert_eq!((gone.flow, gone.amount), (Flow::Out, Amount::new(500)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn of_a_merge_only_the_fee_goes_and_it_is_no_payment() {
    let (_temporary, store) = alice().await;
    take(&store, &received(500)).await;
    let to = PrivatePayee::Merge(Period::first_of(Month::of(NOVEMBER).unwrap()));
    let merge =
        Transfer { to, attempt: attempt(8), state: TransferState::Submitted, ..transfer(1) };
    save(&store, vec![Wallet::SaveTransfer(Box::new(merge))]).await;
    assert_eq!(store.private_money().await.unwrap().pending, Amount::new(4));
    let rows = store.history(None, None).await.unwrap();
    let shown: Vec<_> = rows.iter().map(|row| (row.kind, row.flow)).collect();
    assert!(shown.contains(&(HistoryKind::Merge, Flow::Itself)), "{shown:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn after_a_restore_a_bundle_that_pays_nobody_is_no_payment() {
    let (_temporary, store) = alice().await;
    let (step, view) = (received(500), key().viewing_key());
    take(&store, &step).await;
    // The note is spent; what comes back is ours but for what such a bundle costs, and one more or less.
    for (back, kind) in [(496, HistoryKind::Merge), (495, HistoryKind::Payment)] {
        let mut merged = step.notes[0].clone();
        (merged.scope, merged.bundle) = (Scope::Internal, [back as u8; 32]);
        (merged.note.value, merged.round) = (Amount::new(back), Round(11));
        merged.nullifier = view.nullifier(&merged.note).unwrap();
        let (fee, time) = (Amount::new(4), NOVEMBER.plus_secs(back));
        let (_temporary, store) = alice().await;
        take(&store, &step).await;
        let bundle = merged.bundle;
        let nullifier = step.notes[0].nullifier;
        let spent = vec![Spent { nullifier, round: Round(11), bundle }];
        let bundles = vec![SpendingBundle { bundle, fee, time, did: None }];
        take(&store, &PoolStep { notes: vec![merged], spent, bundles, ..step.clone() }).await;
        let rows = store.history(None, None).await.unwrap();
        let row = rows.iter().find(|row| row.tx == TxId(bundle)).unwrap();
        assert_eq!(row.kind, kind, "{row:?}");
        let expected = if kind == HistoryKind::Merge {
            (Flow::Itself, Amount::new(496), Some(Amount::new(4)))
        } else {
            (Flow::Out, Amount::new(5), None)
        };
        assert_eq!((row.flow, row.amount, row.fee), expected);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn after_a_restore_a_payment_says_whom_it_paid_how_much_and_what_for() {
    let to = key().viewing_key().address_for(CHAIN, b"x").unwrap();
    let line = |kind, units| PoolLine {
        kind,
        amount: Amount::new(units),
        to: Some(to),
        text: Some("for lunch".to_owned()),
        unreadable: false,
    };
    let (pays, carries) = (PoolLineKind::Payment, PoolLineKind::CarriedOut);
    for (lines, shown) in [
        (vec![line(pays, 490)], (490, Some(10), Some(to), Some("for lunch"))),
        // Two payments, or none that the keys open: what has gone in all.
        (vec![line(pays, 300), line(pays, 190)], (500, None, None, None)),
        (vec![line(carries, 490)], (500, None, None, None)),
        // More than was there is nobody's word.
        (vec![line(pays, 501)], (501, None, Some(to), Some("for lunch"))),
    ] {
        let (_temporary, store) = alice().await;
        let step = received(500);
        take(&store, &step).await;
        let (bundle, round) = ([4; 32], Round(11));
        let spent = vec![Spent { nullifier: step.notes[0].nullifier, round, bundle }];
        let did = Some(PoolMove { round, bundle, fee: Some(Amount::new(10)), lines });
        let (fee, time) = (Amount::new(4), NOVEMBER);
        let bundles = vec![SpendingBundle { bundle, fee, time, did }];
        take(&store, &PoolStep { notes: vec![], spent, bundles, ..step.clone() }).await;
        let rows = store.history(None, None).await.unwrap();
        let row = rows.iter().find(|row| row.tx == TxId(bundle)).unwrap();
        let fee = row.fee.map(|fee| fee.units());
        assert_eq!((row.amount.units(), fee, row.shielded, row.memo.as_deref()), shown);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_may_be_put_in_for_a_payment_is_remembered_and_what_it_was_given_up_for() {
    let (_temporary, store) = alice().await;
    let wish = transfer(1);
    let (intent, amount) = (wish.intent, Amount::new(20));
    save(&store, vec![Wallet::SaveTransfer(Box::new(wish.clone()))]).await;
    assert_eq!(store.agreed_top_up(intent).await.unwrap(), None);
    save(&store, vec![Wallet::AgreeTopUp(intent, amount)]).await;
    assert_eq!(store.agreed_top_up(intent).await.unwrap(), Some(amount));
    // What is put in uses it, unless it comes to nothing: then as much may go in once more.
    let put_in = |state, n| {
        let paid = payment(n, address(1));
        wallet::Payment { kind: wallet::PaymentKind::TopUp, amount: Amount::new(15), state, ..paid }
    };
    let first = put_in(PaymentState::Queued, 3);
    let uses = Wallet::PutsInFor(first.intent, intent);
    save(&store, vec![Wallet::SavePayment(first), uses]).await;
    for (state, left) in [
        (PaymentState::Submitted, 5),
        (PaymentState::Expired, 20),
        (PaymentState::Final(Round(4)), 5),
        (PaymentState::Expired, 20),
    ] {
        save(&store, vec![Wallet::SavePayment(put_in(state, 3))]).await;
        assert_eq!(
            store.agreed_top_up(intent).await.unwrap(),
            Some(Amount::new(left)),
            "{state:?}"
        );
    }
    let again = put_in(PaymentState::Final(Round(5)), 4);
    let uses = Wallet::PutsInFor(again.intent, intent);
    save(&store, vec![Wallet::SavePayment(again), uses]).await;
    assert_eq!(store.agreed_top_up(intent).await.unwrap(), Some(Amount::new(5)));
    let amount = Amount::new(5);
    // What becomes of the wish changes nothing of it.
    let over = Transfer { state: TransferState::Expired, ..wish };
    let asks = Wallet::AsksTopUp(intent, Amount::new(50));
    save(&store, vec![Wallet::SaveTransfer(Box::new(over)), asks]).await;
    assert_eq!(store.agreed_top_up(intent).await.unwrap(), Some(amount));
    assert_eq!(store.asked_top_up(intent).await.unwrap(), Some(Amount::new(50)));
    assert_eq!(store.asked_top_up([9; 16]).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_headers_proved_that_do_not_count_is_read_anew_and_wishes_stay() {
    let (_temporary, store) = alice().await;
    let mut paid = transfer(1);
    (paid.attempt, paid.state) = (attempt(8), TransferState::Final(Round(12)));
    save(&store, vec![Wallet::SaveTransfer(Box::new(paid))]).await;
    take(&store, &received(500)).await;
    save(&store, vec![Wallet::ForgetProved]).await;
    assert!(store.pool_state().await.unwrap().is_none());
    assert_eq!(store.all_notes().await.unwrap(), []);
    let open = store.open_transfers().await.unwrap();
    assert_eq!(open.iter().map(|it| it.state).collect::<Vec<_>>(), [TransferState::Submitted]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn money_that_moves_in_the_pool_is_told() {
    let (_temporary, store) = alice().await;
    let mut marks = vec![store.money_mark().await.unwrap()];
    let step = received(500);
    take(&store, &step).await;
    marks.push(store.money_mark().await.unwrap());
    save(&store, vec![Wallet::SaveTransfer(Box::new(transfer(1)))]).await;
    marks.push(store.money_mark().await.unwrap());
    let queued = Transfer { attempt: attempt(8), state: TransferState::Queued, ..transfer(1) };
    save(&store, vec![Wallet::SaveTransfer(Box::new(queued))]).await;
    marks.push(store.money_mark().await.unwrap());
    for (at, mark) in marks.iter().enumerate() {
        assert!(!marks[at + 1..].contains(mark));
    }
    assert!(matches!(step.notes[0].scope, Scope::External));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_was_called_off_before_it_was_signed_stays_so() {
    let (_temporary, store) = alice().await;
    for wish in [transfer(1), transfer(2), transfer(3)] {
        save(&store, vec![Wallet::SaveTransfer(Box::new(wish))]).await;
    }
    let off = Transfer { state: TransferState::Cancelled, ..transfer(1) };
    let late = Transfer { state: TransferState::Expired, ..transfer(2) };
    let before = store.money_mark().await.unwrap();
    for wish in [&off, &late] {
        save(&store, vec![Wallet::SaveTransfer(Box::new(wish.clone()))]).await;
    }
    assert_ne!(store.money_mark().await.unwrap(), before);
    let signed = Transfer { attempt: attempt(8), state: TransferState::Queued, ..transfer(4) };
    save(&store, vec![Wallet::SaveTransfer(Box::new(signed.clone()))]).await;
    assert_eq!(store.transfer([1; 16]).await.unwrap(), Some(off.clone()));
    assert_eq!(store.unsigned_transfers().await.unwrap(), [off, late, transfer(3)]);
    assert_eq!(store.open_transfers().await.unwrap(), [transfer(3), signed]);
    let rows = store.history(None, None).await.unwrap();
    assert_eq!(rows.first().map(|row| row.state), Some(wallet::PaymentState::Expired));
    assert_eq!(store.private_money().await.unwrap().pending, Amount::new(64));
}
