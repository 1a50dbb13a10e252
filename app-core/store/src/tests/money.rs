//! The mark that tells screens whether money has moved.

use super::{address, alice, contact, entry, message, payment, save};
use crate::{Change, NetworkChange};
use chat::{Change as Chat, Direction};
use ledger::{Account, EntryKind};
use types::{Amount, Round};
use wallet::Change as Wallet;
use wallet::{PaymentState, SavedAccount};

fn account(round: u64, units: u64) -> Change {
    let (round, home) = (Round(round), address(1));
    let account = Account { abc: Amount::new(units), ..Account::empty(home) };
    Wallet::SaveAccount(SavedAccount { round, home, account: Some(account) }).into()
}

fn in_state(state: PaymentState) -> Change {
    let mut payment = payment(1, address(9));
    payment.state = state;
    Wallet::SavePayment(payment).into()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_mark_changes_exactly_when_money_moves() {
    let (_temporary, store) = alice().await;
    let none = SavedAccount { round: Round(1), home: address(1), account: None };
    let bob = contact(2, "bob").account;
    let steps: Vec<(bool, Change)> = vec![
        (false, Wallet::SaveAccount(none).into()),
        (true, account(2, 5)),
        (false, account(3, 5)),
        (true, account(4, 6)),
        (true, in_state(PaymentState::Queued)),
        (false, in_state(PaymentState::Queued)),
        (true, in_state(PaymentState::Submitted)),
        (true, in_state(PaymentState::Final(Round(5)))),
        (true, Wallet::AddEntries(vec![entry(1, 1, EntryKind::PayIn, 1, None)]).into()),
        (false, Chat::SaveContact(Box::new(contact(2, "bob"))).into()),
        (false, Chat::AddMessage(message(bob, Direction::In, 1)).into()),
        (false, NetworkChange::AddBootstrap("a".to_owned()).into()),
        (true, Wallet::SavePayment(payment(2, address(9))).into()),
    ];
    let mut before = store.money_mark().await.unwrap();
    for (step, (moves, change)) in steps.into_iter().enumerate() {
        save(&store, vec![change]).await;
        let mark = store.money_mark().await.unwrap();
        assert_eq!(mark != before, moves, "step {step}");
        before = mark;
    }
}
