//! Moves to Falcon in the history, and contacts whose payments come from another key.

use super::{NOW, address, alice, contact, entry, message, payment, save};
use crate::{Change, Flow, HistoryKind, LightChange, Store};
use chat::Change as Chat;
use chat::{Direction, Message, PaymentRef};
use ledger::EntryKind;
use types::{Address, AddressKind, Amount, Round, TxId};
use wallet::Change as Wallet;
use wallet::{Payment, PaymentKind, PaymentState};

fn falcon(payload: u8) -> Address {
    Address { kind: AddressKind::Falcon, payload: [payload; 20] }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_move_in_place_is_one_row_that_names_the_new_address() {
    let (_temporary, store) = alice().await;
    let entries = vec![
        entry(1, 1, EntryKind::Fee, 3, None),
        // What somebody paid to the new address before.
        entry(2, 1, EntryKind::FoldedIn { count: 1, history: [0; 32] }, 40, Some(falcon(4))),
        entry(3, 1, EntryKind::KeyAdded, 0, Some(falcon(4))),
        entry(4, 1, EntryKind::KeyRetired, 0, Some(address(1))),
        entry(5, 2, EntryKind::KeyAdded, 0, Some(falcon(5))),
        entry(6, 3, EntryKind::KeyRetired, 0, Some(falcon(5))),
    ];
    save(&store, vec![Wallet::AddEntries(entries)]).await;
    let rows = store.history(None, None).await.unwrap();
    let found: Vec<_> = rows.iter().map(|row| (row.kind, row.flow, row.counterparty)).collect();
    let expected = [
        (HistoryKind::Migration, Flow::In, Some(falcon(4))),
        (HistoryKind::Key, Flow::Itself, Some(falcon(5))),
        (HistoryKind::Key, Flow::Itself, Some(falcon(5))),
    ];
    assert_eq!(found, expected);
    assert_eq!((rows[0].amount, rows[0].fee), (Amount::new(40), Some(Amount::new(3))));
    let last = store.last_entry_of(EntryKind::KeyRetired).await.unwrap().unwrap();
    assert_eq!(last.entry.counter, 6);
    assert_eq!(store.last_entry_of(EntryKind::MovedOut).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_move_that_is_under_way_is_shown_as_what_it_is_and_reads_back() {
    let (_temporary, store) = alice().await;
    let kinds = [PaymentKind::Pay, PaymentKind::Migrate, PaymentKind::Sweep];
    let payments = kinds.iter().zip(1..).map(|(kind, nonce)| Payment {
        kind: *kind,
        amount: Amount::ZERO,
        ..payment(nonce, falcon(nonce))
    });
    let payments: Vec<Payment> = payments.collect();
    save(&store, payments.iter().cloned().map(Wallet::SavePayment).collect()).await;
    let rows = store.history(None, None).await.unwrap();
    let found: Vec<_> = rows.iter().map(|row| (row.kind, row.flow)).collect();
    let expected = [
        (HistoryKind::Payment, Flow::Out),
        (HistoryKind::Migration, Flow::Itself),
        (HistoryKind::Sweep, Flow::Out),
    ];
    assert_eq!(found, expected);
    assert_eq!(store.open_payments().await.unwrap(), payments);
    for payment in &payments {
        assert_eq!(store.last_payment(payment.kind).await.unwrap().as_ref(), Some(payment));
    }
    let mut again = payment(4, falcon(2));
    (again.kind, again.state) = (PaymentKind::Migrate, PaymentState::Expired);
    save(&store, vec![Wallet::SavePayment(again.clone())]).await;
    assert_eq!(store.last_payment(PaymentKind::Migrate).await.unwrap(), Some(again));
}

/// Bob, who says that he has paid from a Falcon address.
async fn bob_paid() -> (super::Closing, Store, chat::Contact) {
    let (temporary, store) = alice().await;
    let bob = contact(2, "bob");
    let notice = Message {
        payment: Some(PaymentRef { tx: TxId([2; 32]), amount: Amount::new(30) }),
        time: NOW,
        ..message(bob.account, Direction::In, 1)
    };
    let changes: Vec<Change> = vec![
        Chat::SaveContact(Box::new(contact(2, "bob"))).into(),
        Chat::AddMessage(notice).into(),
        Wallet::AddEntries(vec![entry(1, 2, EntryKind::PayIn, 30, Some(falcon(9)))]).into(),
    ];
    save(&store, changes).await;
    (temporary, store, bob)
}

async fn is_bobs(store: &Store, bob: &chat::Contact) -> (bool, bool) {
    let rows = store.conversation(bob.account, None).await.unwrap();
    let in_chat = rows[0].payment_state == Some(PaymentState::Final(Round(2)));
    let history = store.history(None, None).await.unwrap();
    (in_chat, history[0].contact == Some(bob.account))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_payment_from_another_key_is_the_contacts_once_the_ledger_says_so() {
    let (_temporary, store, bob) = bob_paid().await;
    assert_eq!(is_bobs(&store, &bob).await, (false, false));
    // His word is only a reason to ask.
    let said = |round| LightChange::KeysSaid { contact: bob.account, round: Round(round) };
    save(&store, vec![said(5), said(4)]).await;
    assert_eq!(store.keys_due().await.unwrap(), [(bob.account, Round(5))]);
    assert_eq!(is_bobs(&store, &bob).await, (false, false));
    let proved = |round, address| {
        let (contact, round) = (bob.account, Round(round));
        vec![LightChange::KeysProved { contact, round, address }]
    };
    save(&store, proved(4, bob.address())).await;
    assert_eq!(store.keys_due().await.unwrap().len(), 1, "an older round says nothing");
    save(&store, proved(6, falcon(9))).await;
    assert!(store.keys_due().await.unwrap().is_empty());
    assert_eq!(is_bobs(&store, &bob).await, (true, true));
    assert_eq!(store.key_address(bob.account).await.unwrap(), Some(falcon(9)));
    // The headers that proved it turn out to be wrong: it is asked for anew.
    save(&store, vec![Wallet::ForgetProved]).await;
    assert_eq!(store.key_address(bob.account).await.unwrap(), None);
    assert_eq!(store.keys_due().await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_lies_at_the_falcon_address_is_what_was_proved_last() {
    let (_temporary, store) = alice().await;
    assert_eq!(store.waiting().await.unwrap(), Amount::ZERO);
    for units in [7, 0] {
        save(&store, vec![Wallet::SaveWaiting(Round(units), Amount::new(units))]).await;
        assert_eq!(store.waiting().await.unwrap(), Amount::new(units));
    }
    save(&store, vec![Wallet::SaveWaiting(Round(8), Amount::new(8)), Wallet::ForgetProved]).await;
    assert_eq!(store.waiting().await.unwrap(), Amount::ZERO);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_word_that_is_nonsense_is_forgotten() {
    let (_temporary, store, bob) = bob_paid().await;
    let said = LightChange::KeysSaid { contact: bob.account, round: Round(u64::MAX >> 1) };
    save(&store, vec![said]).await;
    assert_eq!(store.keys_due().await.unwrap().len(), 1);
    save(&store, vec![LightChange::ForgetKeysSaid(bob.account)]).await;
    assert!(store.keys_due().await.unwrap().is_empty());
    assert_eq!(store.key_address(bob.account).await.unwrap(), None);
}
