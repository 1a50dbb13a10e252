//! Red envelopes as saved, and where they are shown.

use super::*;
use chat::Change as Chat;
use keys::{Claimer, EnvelopeKey};
use ledger::{Claim, Gift, RedEnvelope, RefundTo};
use wallet::{Change as Wallet, ClaimAttempt, GiftState, KnownGift, ShareTo, Taking};

pub(super) fn gift(tx: u8) -> Gift {
    Gift {
        tx: TxId([tx; 32]),
        by: Round(600),
        total: Amount::new(30),
        shares: 3,
        lucky: true,
        expiry: Round(900),
        salt: [4; 32],
        claimers: vec![Claimer::Member(EnvelopeKey::from_seed([3; 32]).public())],
        greeting: "for you".to_owned(),
        seed: Some(Zeroizing::new([8; 32])),
    }
}

fn record(gift: &Gift) -> RedEnvelope {
    RedEnvelope {
        tx: gift.tx,
        total: gift.total,
        left: Amount::new(20),
        least: Amount::new(2),
        shares: 3,
        claimed: 1,
        drawn: 1,
        lucky: true,
        root: [1; 32],
        expiry: gift.expiry,
        refund_to: RefundTo::Account(address(1)),
    }
}

pub(super) async fn with_bob() -> (super::Closing, Store, OpenId) {
    let (temporary, store) = alice().await;
    save(&store, vec![Chat::SaveContact(Box::new(contact(2, "bob")))]).await;
    (temporary, store, contact(2, "bob").account)
}

async fn told(store: &Store, bob: OpenId, tx: u8) -> KnownGift {
    let known = || KnownGift::told(gift(tx), bob, true, NOW);
    save(store, vec![Wallet::AddGift(Box::new(known()))]).await;
    assert_eq!(store.gift(known().id()).await.unwrap(), Some(known()));
    known()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn all_that_is_known_of_a_red_envelope_reads_back() {
    let (_temporary, store, bob) = with_bob().await;
    let mut known = told(&store, bob, 1).await;
    let envelope = known.id();
    known.record = Some(record(&known.gift));
    (known.seen, known.state) = (Round(8), GiftState::Open);
    known.claims.insert([5; 32], Claim::Paid { envelope, amount: Amount::new(9) });
    let (tx, expiry) = (TxId([6; 32]), Round(700));
    let attempt = ClaimAttempt { tx, bytes: vec![7], expiry, taken: Some(Round(9)) };
    known.attempt = Some(attempt.clone());
    let taking = Taking { key: [5; 32], to: ShareTo::Pool, attempt: Some(attempt) };
    known.taking = Some(taking.clone());
    let read = |store: &Store| {
        let store = store.clone();
        async move { store.gift(envelope).await.unwrap().unwrap() }
    };
    save(&store, vec![Wallet::SaveGift(Box::new(known))]).await;
    let mut saved = read(&store).await;
    assert_eq!((saved.seen, saved.state, saved.claims.len()), (Round(8), GiftState::Open, 1));
    assert_eq!(saved.record, Some(record(&saved.gift)));
    assert_eq!(saved.attempt.as_ref().unwrap().taken, Some(Round(9)));
    assert_eq!(saved.taking, Some(taking));
    assert_eq!(store.open_gifts().await.unwrap(), vec![read(&store).await]);
    // Told once more, by whomever: what is proved stays, and who told it first.
    save(&store, vec![Wallet::AddGift(Box::new(KnownGift::told(gift(1), bob, false, NOW)))]).await;
    assert_eq!(read(&store).await, saved);
    saved.attempt = None;
    saved.state = GiftState::Refunded;
    save(&store, vec![Wallet::SaveGift(Box::new(saved))]).await;
    assert_eq!(read(&store).await.attempt, None);
    assert_eq!(store.open_gifts().await.unwrap(), []);
    assert_eq!(store.gifts().await.unwrap(), store.gifts_of(bob).await.unwrap());
    assert_eq!(store.gifts_of(OpenId([9; 32])).await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn nobody_takes_anothers_red_envelope_away_by_telling_of_it_first() {
    let (_temporary, store, bob) = with_bob().await;
    save(&store, vec![Chat::SaveContact(Box::new(contact(3, "mallory")))]).await;
    let mallory = contact(3, "mallory").account;
    let forged = || {
        let gift = Gift { salt: [9; 32], ..gift(1) };
        KnownGift::told(gift, mallory, false, NOW)
    };
    let honest = || KnownGift::told(gift(1), bob, false, NOW);
    let id = honest().id();
    assert_eq!(forged().id(), id, "whoever sees the transaction knows the id");
    save(&store, vec![Wallet::AddGift(Box::new(forged())), Wallet::AddGift(Box::new(honest()))])
        .await;
    for (contact, told) in [(mallory, forged()), (bob, honest())] {
        assert_eq!(store.gift_of(contact, id).await.unwrap(), Some(told));
    }
    let failed = KnownGift { state: GiftState::Failed, seen: Round(8), ..forged() };
    save(&store, vec![Wallet::SaveGift(Box::new(failed))]).await;
    assert_eq!(store.gift(id).await.unwrap(), Some(honest()), "which may still come");
    assert_eq!(store.open_gifts().await.unwrap(), [honest()]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_headers_proved_that_do_not_count_is_forgotten_and_what_was_told_stays() {
    let (_temporary, store, bob) = with_bob().await;
    let mut known = told(&store, bob, 1).await;
    let envelope = known.id();
    (known.record, known.seen) = (Some(record(&known.gift)), Round(8));
    known.state = GiftState::Refunded;
    known.claims.insert([5; 32], Claim::Paid { envelope, amount: Amount::new(9) });
    save(&store, vec![Wallet::SaveGift(Box::new(known))]).await;
    assert_eq!(store.open_gifts().await.unwrap(), []);
    save(&store, vec![Wallet::ForgetProved]).await;
    let anew = KnownGift::told(gift(1), bob, true, NOW);
    assert_eq!(store.open_gifts().await.unwrap(), [anew]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_red_envelope_that_was_told_is_told_again_to_whoever_missed_it() {
    let (_temporary, store, bob) = with_bob().await;
    let known = told(&store, bob, 1).await;
    let brings = Message { envelope: Some(known.id()), ..message(bob, Direction::Out, 1) };
    let give_up = Chat::GiveUp { contact: bob, message: brings.id };
    save(&store, vec![Chat::AddMessage(brings.clone()), give_up]).await;
    let rows = store.conversation(bob, None).await.unwrap();
    assert_eq!((rows[0].message.clone(), rows[0].payment_state), (brings, None), "not given up");
    let missed = store.unconfirmed(bob, Timestamp(0)).await.unwrap();
    assert_eq!(missed.gifts.into_values().map(|gift| *gift).collect::<Vec<_>>(), [gift(1)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_contact_is_told_our_envelope_key_once_and_again_if_it_may_have_missed_it() {
    let (_temporary, store, bob) = with_bob().await;
    let mut untold = contact(3, "carol");
    untold.greeted = false;
    save(&store, vec![Chat::SaveContact(Box::new(untold))]).await;
    assert_eq!(store.contacts_untold().await.unwrap(), [bob]);
    assert_eq!(store.envelope_key(bob).await.unwrap(), None);
    save(&store, vec![Chat::SetTold { contact: bob, told: true }]).await;
    assert_eq!(store.contacts_untold().await.unwrap(), []);
    save(&store, vec![Chat::SaveEnvelopeKey { contact: bob, key: [7; 32] }]).await;
    assert_eq!(store.envelope_key(bob).await.unwrap(), Some([7; 32]));
    assert_eq!(store.contacts_untold().await.unwrap(), []);
    save(&store, vec![Chat::SetTold { contact: bob, told: false }]).await;
    assert_eq!(store.envelope_key(bob).await.unwrap(), Some([7; 32]));
    assert_eq!(store.contacts_untold().await.unwrap(), [bob]);
    save(&store, vec![Chat::SetStanding { contact: bob, standing: Standing::Declined }]).await;
    assert_eq!(store.contacts_untold().await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_history_says_with_whom_a_red_envelope_was() {
    let (_temporary, store, bob) = with_bob().await;
    let known = told(&store, bob, 3).await;
    let envelope = known.id();
    let mut paid = payment(3, address(1));
    (paid.contact, paid.amount) = (Some(bob), Amount::new(30));
    save(&store, vec![Wallet::SavePayment(paid)]).await;
    let rows = store.history(None, None).await.unwrap();
    let kinds = |rows: &[crate::HistoryRow]| -> Vec<_> {
        let row = |row: &crate::HistoryRow| {
            (row.kind, row.flow, row.amount.units(), row.contact == Some(bob), row.memo.clone())
        };
        rows.iter().map(row).collect()
    };
    let memo = Some("for lunch".to_owned());
    use crate::{Flow, HistoryKind::Envelope};
    assert_eq!(kinds(&rows), [(Envelope, Flow::Out, 30, true, memo)]);
    let mut back = entry(3, 3, EntryKind::EnvelopeBack { envelope }, 20, None);
    back.entry.round = Round(9);
    let entries = vec![
        entry(1, 3, EntryKind::Fee, 1, None),
        entry(2, 3, EntryKind::EnvelopeOut { envelope }, 30, None),
        back,
        entry(4, 4, EntryKind::EnvelopeIn { envelope }, 8, None),
    ];
    save(&store, vec![Wallet::AddEntries(entries)]).await;
    let memo = || Some("for you".to_owned());
    let rows = store.history(None, None).await.unwrap();
    assert_eq!(
        kinds(&rows),
        [
            (Envelope, Flow::Out, 30, true, memo()),
            (Envelope, Flow::In, 20, true, memo()),
            (Envelope, Flow::In, 8, true, memo()),
        ]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_is_kept_of_one_out_of_the_pool_reads_back_and_what_is_proved_is_forgotten_alone() {
    use wallet::private::{PrivatePayee, Transfer, TransferState};
    use wallet::{GiftOrder, Rest};
    let (_temporary, store, bob) = with_bob().await;
    let (root, rest) = ([3; 32], [4; 32]);
    let order = GiftOrder { shares: 3, lucky: true, root, rest, rounds: 900 };
    let wish = Transfer {
        intent: [6; 16],
        to: PrivatePayee::Envelope(order),
        contact: Some(bob),
        amount: Amount::new(30),
        memo: None,
        created: NOW,
        attempt: None,
        state: TransferState::Planned,
    };
    let gives = Wallet::GivesEnvelope(wish.intent, Box::new(gift(1)));
    save(&store, vec![Wallet::SaveTransfer(Box::new(wish.clone())), gives]).await;
    // Saved anew, as every step does: what its members are to be told stays.
    save(&store, vec![Wallet::SaveTransfer(Box::new(wish.clone()))]).await;
    assert_eq!(store.gift_of_transfer(wish.intent).await.unwrap(), Some(gift(1)));
    assert_eq!(store.gift_of_transfer([7; 16]).await.unwrap(), None);
    assert_eq!(store.transfer(wish.intent).await.unwrap(), Some(wish));

    let made =
        || KnownGift { rest: Some(Rest::new(rest)), ..KnownGift::told(gift(1), bob, true, NOW) };
    save(&store, vec![Wallet::AddGift(Box::new(made()))]).await;
    let id = made().id();
    assert_eq!(store.gift(id).await.unwrap(), Some(made()));
    let claim = Some(Claim::Waiting { envelope: id, amount: Amount::new(9) });
    let waits = Rest { claim, bundle: Some([8; 32]), ..Rest::new(rest) };
    let over = KnownGift { rest: Some(waits.clone()), state: GiftState::Refunded, ..made() };
    assert!(!over.is_settled(), "it waits to be taken");
    save(&store, vec![Wallet::SaveGift(Box::new(over))]).await;
    assert_eq!(store.gift(id).await.unwrap().unwrap().rest, Some(waits.clone()));
    save(&store, vec![Wallet::ForgetProved]).await;
    let anew = Rest { claim: None, ..waits };
    assert_eq!(store.gift(id).await.unwrap().unwrap().rest, Some(anew));
}
