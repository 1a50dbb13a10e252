//! What is saved comes back, once, in order, or not at all.

use super::{CHAIN, NOW, address, alice, contact, entry, message, payment, queue, save};
use crate::{Change, NetworkChange, StoreError};
use chat::Change as Chat;
use chat::{Contact, Delivery, Direction, KeptPreKey, Outgoing, Pending, PreKeyKind};
use ledger::{Account, EntryKind};
use types::{ChainId, EnvelopeId, MessageId, OpenId, QueueId, Round, SendId, Timestamp, WorkerId};
use wallet::Change as Wallet;
use wallet::{PaymentState, SavedAccount};
use wire::Encode;
use zeroize::Zeroizing;

fn shown(contact: &Contact) -> (OpenId, String, Vec<u8>, Vec<u8>, bool, Timestamp) {
    let (card, route) = (contact.card.to_bytes(), contact.route.to_bytes());
    (contact.account, contact.name.clone(), card, route, contact.ready, contact.added)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn contacts_stay_in_the_order_they_were_added() {
    let (_temporary, store) = alice().await;
    let (bob, mut carol) = (contact(2, "bob"), contact(3, "carol"));
    save(
        &store,
        vec![
            Chat::SaveContact(Box::new(contact(3, "carol"))),
            Chat::SaveContact(Box::new(contact(2, "bob"))),
        ],
    )
    .await;
    carol.ready = true;
    carol.name = "carol the second".to_owned();
    let expected = [shown(&carol), shown(&bob)];
    let (carol_id, identity) = (carol.account, *carol.card.identity.as_bytes());
    save(&store, vec![Chat::SaveContact(Box::new(carol))]).await;

    let found: Vec<_> = store.contacts().await.unwrap().iter().map(shown).collect();
    assert_eq!(found, expected);
    assert_eq!(shown(&store.contact(bob.account).await.unwrap().unwrap()), expected[1]);
    assert!(store.contact(OpenId([0; 32])).await.unwrap().is_none());
    assert_eq!(store.contact_by_identity(&identity).await.unwrap(), Some(carol_id));
    assert_eq!(store.contact_by_identity(&[0; 33]).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn sessions_and_queues_are_replaced() {
    let (_temporary, store) = alice().await;
    let bob = contact(2, "bob").account;
    let session = |name, byte| Chat::SaveSession {
        contact: bob,
        name: [name; 33],
        state: Zeroizing::new(vec![byte; 9]),
    };
    let mut created = queue(Some(bob));
    created.created = true;
    // The contact may come after what belongs to it: references are checked at the end.
    let changes = vec![
        session(7, 1),
        session(5, 3),
        session(6, 4),
        Chat::SaveQueue(queue(Some(bob))),
        Chat::SaveContact(Box::new(contact(2, "bob"))),
        session(7, 2),
        Chat::RemoveSession { contact: bob, name: [5; 33] },
        Chat::RemoveSession { contact: bob, name: [9; 33] },
        Chat::SaveQueue(created),
    ];
    save(&store, changes).await;
    let states: Vec<u8> = store.sessions(bob).await.unwrap().iter().map(|row| row[8]).collect();
    assert_eq!(states, [4, 2]);
    assert!(store.sessions(OpenId([0; 32])).await.unwrap().is_empty());
    let queues = store.queues().await.unwrap();
    assert_eq!(queues.len(), 1);
    assert_eq!(queues[0].id(), queue(None).id());
    assert_eq!((queues[0].contact, queues[0].created), (Some(bob), true));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_waits_comes_back_oldest_first_until_it_is_removed() {
    let (_temporary, store) = alice().await;
    let [bob, carol, dora] = [contact(2, "bob"), contact(3, "carol"), contact(4, "dora")];
    let pending = |contact, byte| {
        let content = vec![byte];
        Pending { contact, message: Some(MessageId([byte; 16])), content }
    };
    let outgoing = |contact, byte| Outgoing {
        contact,
        message: None,
        worker: WorkerId([1; 32]),
        send: SendId([2; 32]),
        blob: vec![byte; 512],
        signature: [3; 64],
    };
    save(
        &store,
        vec![
            Chat::SaveContact(Box::new(contact(2, "bob"))),
            Chat::SaveContact(Box::new(contact(3, "carol"))),
            Chat::SaveContact(Box::new(contact(4, "dora"))),
        ],
    )
    .await;
    let changes = vec![
        Chat::AddPending(pending(carol.account, 1)),
        Chat::AddPending(pending(bob.account, 2)),
        Chat::AddPending(pending(carol.account, 3)),
        Chat::AddOutgoing(outgoing(carol.account, 4)),
        Chat::AddOutgoing(outgoing(carol.account, 5)),
        Chat::AddOutgoing(outgoing(dora.account, 6)),
    ];
    save(&store, changes).await;
    let mut all = [bob.account, carol.account, dora.account];
    all.sort_unstable();
    assert_eq!(store.contacts_waiting().await.unwrap(), all);
    let waiting = store.pending(carol.account, 9).await.unwrap();
    let (first, second) = (pending(carol.account, 1), pending(carol.account, 3));
    assert_eq!(waiting.iter().map(|(_, found)| found).collect::<Vec<_>>(), [&first, &second]);
    assert_eq!(store.pending(carol.account, 1).await.unwrap().len(), 1);
    let leaving = store.outgoing(carol.account, 1).await.unwrap();
    assert_eq!(leaving[0].1, outgoing(carol.account, 4));
    // Nobody stands behind somebody else.
    let leaving_for_dora = store.outgoing(dora.account, 1).await.unwrap();
    assert_eq!(leaving_for_dora[0].1, outgoing(dora.account, 6));
    assert!(store.outgoing(bob.account, 1).await.unwrap().is_empty());

    let done = vec![Chat::RemovePending(waiting[0].0), Chat::RemoveOutgoing(leaving[0].0)];
    save(&store, done).await;
    assert_eq!(store.pending(carol.account, 9).await.unwrap(), waiting[1..]);
    let leaving = store.outgoing(carol.account, 9).await.unwrap();
    let left: Vec<_> = leaving.iter().map(|(_, found)| found).collect();
    assert_eq!(left, [&outgoing(carol.account, 5)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_seen_envelope_is_known_until_its_time_is_over() {
    let (_temporary, store) = alice().await;
    let (queue, envelope) = (QueueId([1; 32]), EnvelopeId([2; 32]));
    let seen = |until| Chat::MarkSeen { queue, envelope, until };
    assert!(!store.is_seen(queue, envelope).await.unwrap());
    save(&store, vec![seen(NOW), seen(Timestamp(1))]).await;
    assert!(store.is_seen(queue, envelope).await.unwrap());
    assert!(!store.is_seen(QueueId([9; 32]), envelope).await.unwrap());
    store.forget_seen(NOW).await.unwrap();
    assert!(store.is_seen(queue, envelope).await.unwrap());
    store.forget_seen(NOW.plus_millis(1)).await.unwrap();
    assert!(!store.is_seen(queue, envelope).await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn prekeys_are_kept_by_kind_and_number_in_the_order_they_were_made() {
    use PreKeyKind::{Kyber, OneTime, OneTimeKyber, Signed};
    let (_temporary, store) = alice().await;
    let prekey = |kind, id, byte| Chat::SavePreKey {
        kind,
        id,
        record: Zeroizing::new(vec![byte]),
        created: Timestamp(u64::from(byte)),
    };
    let changes = vec![
        prekey(OneTime, 2, 1),
        prekey(OneTime, 1, 2),
        prekey(Signed, 1, 3),
        prekey(Kyber, u32::MAX, 4),
        prekey(OneTimeKyber, 3, 5),
        prekey(OneTime, 3, 6),
        Chat::RemovePreKey { kind: OneTime, id: 3 },
        Chat::RemovePreKey { kind: OneTime, id: 3 },
        Chat::ReplacePreKey { kind: Signed, id: 1, since: NOW },
        Chat::ReplacePreKey { kind: Signed, id: 2, since: NOW },
        Chat::SetPublication(7),
    ];
    save(&store, changes).await;
    let kept = |kind, id, created, replaced| KeptPreKey {
        kind,
        id,
        created: Timestamp(created),
        replaced,
    };
    let expected = [
        kept(OneTime, 2, 1, None),
        kept(OneTime, 1, 2, None),
        kept(Signed, 1, 3, Some(NOW)),
        kept(Kyber, u32::MAX, 4, None),
        kept(OneTimeKyber, 3, 5, None),
    ];
    assert_eq!(store.kept_prekeys().await.unwrap(), expected);
    assert_eq!(**store.prekey(Signed, 1).await.unwrap().unwrap(), [3]);
    assert!(store.prekey(OneTime, 3).await.unwrap().is_none());
    assert_eq!(store.identity().await.unwrap().publication, 7);
    // A number that is taken is never written over.
    let again = vec![prekey(Signed, 1, 9).into()];
    assert!(matches!(store.apply(again).await, Err(StoreError::Database(_))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn uses_are_remembered_as_long_as_their_kyber_prekey() {
    use PreKeyKind::{Kyber, OneTimeKyber, Signed};
    let (_temporary, store) = alice().await;
    let used = |kyber| Chat::MarkKyberUsed { kyber, signed: 2, base_key: [3; 33] };
    let prekey =
        |id| Chat::SavePreKey { kind: Kyber, id, record: Zeroizing::new(vec![1]), created: NOW };
    save(&store, vec![prekey(1), prekey(5), used(1), used(1), used(5)]).await;
    for kind in [Signed, OneTimeKyber] {
        save(&store, vec![Chat::RemovePreKey { kind, id: 1 }]).await;
    }
    assert!(store.is_kyber_used(1, 2, &[3; 33]).await.unwrap());
    assert!(!store.is_kyber_used(1, 3, &[3; 33]).await.unwrap());
    save(&store, vec![Chat::RemovePreKey { kind: Kyber, id: 1 }]).await;
    assert!(!store.is_kyber_used(1, 2, &[3; 33]).await.unwrap());
    assert!(store.is_kyber_used(5, 2, &[3; 33]).await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_publication_waits_until_it_is_removed() {
    let (_temporary, store) = alice().await;
    assert_eq!(store.waiting_publication().await.unwrap(), None);
    save(&store, vec![Chat::SavePublication { number: 8, request: vec![1, 2] }]).await;
    assert_eq!(store.waiting_publication().await.unwrap(), Some((8, vec![1, 2])));
    save(&store, vec![Chat::RemovePublication]).await;
    assert_eq!(store.waiting_publication().await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn delivery_only_moves_forward() {
    use Delivery::{Delivered, Failed, Queued, Received, Sent};
    let (_temporary, store) = alice().await;
    let bob = contact(2, "bob").account;
    save(&store, vec![Chat::SaveContact(Box::new(contact(2, "bob")))]).await;
    let all = [Queued, Sent, Delivered, Failed, Received];
    let allowed = [
        (Queued, Sent),
        (Queued, Delivered),
        (Queued, Failed),
        (Sent, Delivered),
        // It was sent after all.
        (Failed, Sent),
        (Failed, Delivered),
    ];
    let mut id = 0;
    for (from, to) in all.into_iter().flat_map(|from| all.map(|to| (from, to))) {
        id += 1;
        let mut sent = message(bob, Direction::Out, id);
        sent.delivery = from;
        let set = Chat::SetDelivery { contact: bob, message: sent.id, delivery: to };
        save(&store, vec![Chat::AddMessage(sent), set]).await;
        let found = store.conversation(bob, Some(1)).await.unwrap().remove(0).message.delivery;
        let expected = if allowed.contains(&(from, to)) { to } else { from };
        assert_eq!(found, expected, "{from:?} -> {to:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_delivery_reaches_only_our_own_message() {
    let (_temporary, store) = alice().await;
    let bob = contact(2, "bob").account;
    let changes = vec![
        Chat::SaveContact(Box::new(contact(2, "bob"))),
        Chat::AddMessage(message(bob, Direction::In, 1)),
        Chat::SetDelivery {
            contact: bob,
            message: MessageId([1; 16]),
            delivery: Delivery::Delivered,
        },
        Chat::SetDelivery { contact: bob, message: MessageId([2; 16]), delivery: Delivery::Sent },
    ];
    save(&store, changes).await;
    let found = store.conversation(bob, None).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].message.delivery, Delivery::Received);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_network_is_bound_once() {
    let (_temporary, store) = alice().await;
    let bind = |chain| NetworkChange::Bind { chain, genesis: vec![1, 2, 3] };
    let early: Vec<Change> = vec![NetworkChange::SetHome("home".to_owned()).into()];
    assert!(matches!(store.apply(early).await, Err(StoreError::Database(_))));

    let changes = vec![
        bind(CHAIN),
        NetworkChange::SetHome("home".to_owned()),
        NetworkChange::SaveLight(vec![9]),
        bind(CHAIN),
        NetworkChange::AddBootstrap("b".to_owned()),
        NetworkChange::AddBootstrap("a".to_owned()),
        NetworkChange::AddBootstrap("b".to_owned()),
        NetworkChange::ConfirmWords,
    ];
    save(&store, changes).await;
    let other: Vec<Change> = vec![bind(ChainId([1; 32])).into()];
    assert!(matches!(store.apply(other).await, Err(StoreError::Database(_))));

    let network = store.network().await.unwrap().unwrap();
    assert_eq!((network.chain, network.genesis), (CHAIN, vec![1, 2, 3]));
    assert_eq!((network.home.as_deref(), network.light), (Some("home"), Some(vec![9])));
    assert_eq!(store.bootstrap().await.unwrap(), ["b", "a"]);
    assert!(store.identity().await.unwrap().words_confirmed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn payments_are_replaced_by_intent() {
    let (_temporary, store) = alice().await;
    let save_payment = |payment: &wallet::Payment| Wallet::SavePayment(payment.clone());
    let (mut first, mut second, third) =
        (payment(1, address(1)), payment(2, address(2)), payment(3, address(3)));
    save(&store, vec![save_payment(&third), save_payment(&first), save_payment(&second)]).await;
    first.state = PaymentState::Submitted;
    second.state = PaymentState::Final(Round(8));
    second.attempt.expiry = Round(700);
    save(&store, vec![save_payment(&first), save_payment(&second)]).await;

    assert_eq!(store.open_payments().await.unwrap(), [first.clone(), third.clone()]);
    assert_eq!(store.payments().await.unwrap(), [third, first.clone(), second]);
    assert_eq!(store.payment_by_tx(first.attempt.tx).await.unwrap(), Some(first));
    assert_eq!(store.payment_by_tx(types::TxId([9; 32])).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_proved_history_grows_without_gaps() {
    let (_temporary, store) = alice().await;
    assert_eq!(store.history_tip().await.unwrap(), (0, [0; 32]));
    assert!(store.last_entry().await.unwrap().is_none());
    let all: Vec<_> = (1..=4).map(|n| entry(n, 1, EntryKind::PayIn, n, None)).collect();
    save(&store, vec![Wallet::AddEntries(all[..2].to_vec())]).await;
    // What is known already may come again.
    save(&store, vec![Wallet::AddEntries(all[1..3].to_vec())]).await;
    let gap = vec![Wallet::AddEntries(vec![entry(5, 1, EntryKind::PayIn, 1, None)]).into()];
    assert!(matches!(store.apply(gap).await, Err(StoreError::Database(_))));

    let hash = all[..3].iter().fold([0; 32], |hash, proved| proved.entry.next_hash(&hash));
    assert_eq!(store.history_tip().await.unwrap(), (3, hash));
    assert_eq!(store.last_entry().await.unwrap().as_ref(), Some(&all[2]));
    assert_eq!(store.entries(1, 9).await.unwrap(), all[1..3]);
    assert_eq!(store.entries(0, 1).await.unwrap(), all[..1]);
    assert_eq!(store.entries_of(types::TxId([1; 32])).await.unwrap(), all[..3]);
    assert!(store.entries_of(types::TxId([2; 32])).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_wrong_headers_have_proved_is_forgotten_and_proved_anew() {
    let (_temporary, store) = alice().await;
    let all: Vec<_> = (1..=3).map(|n| entry(n, 1, EntryKind::PayIn, n, None)).collect();
    let account = SavedAccount { round: Round(1), home: address(1), account: None };
    let saved = [Wallet::SavePayment(payment(1, address(1))), Wallet::SaveAccount(account)];
    save(&store, saved.into_iter().chain([Wallet::AddEntries(all.clone())]).collect()).await;
    save(&store, vec![Wallet::ForgetProved]).await;
    assert_eq!(store.history_tip().await.unwrap(), (0, [0; 32]));
    assert_eq!(store.account().await.unwrap(), None);
    assert_eq!(store.payments().await.unwrap().len(), 1);
    save(&store, vec![Wallet::AddEntries(all.clone())]).await;
    assert_eq!(store.entries(0, 9).await.unwrap(), all);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_proved_account_is_replaced() {
    let (_temporary, store) = alice().await;
    assert!(store.account().await.unwrap().is_none());
    let home = address(1);
    let none = SavedAccount { round: Round(1), home, account: None };
    let some = SavedAccount { round: Round(2), home, account: Some(Account::empty(home)) };
    for saved in [none, some] {
        save(&store, vec![Wallet::SaveAccount(saved.clone())]).await;
        assert_eq!(store.account().await.unwrap(), Some(saved));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn all_changes_are_saved_or_none() {
    let (_temporary, store) = alice().await;
    let stranger = OpenId([9; 32]);
    let changes = vec![
        NetworkChange::AddBootstrap("kept back".to_owned()).into(),
        Chat::SetPublication(3).into(),
        // Belongs to nobody.
        Chat::AddMessage(message(stranger, Direction::In, 1)).into(),
    ];
    assert!(matches!(store.apply(changes).await, Err(StoreError::Database(_))));
    assert!(store.bootstrap().await.unwrap().is_empty());
    assert_eq!(store.identity().await.unwrap().publication, 0);
    assert!(store.conversation(stranger, None).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn many_writers_at_once_wait_for_one_another() {
    let (_temporary, store) = alice().await;
    let writers = (0..64).map(|n| {
        let store = store.clone();
        let change = NetworkChange::AddBootstrap(n.to_string()).into();
        tokio::spawn(async move { store.apply(vec![change]).await })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap().unwrap();
    }
    assert_eq!(store.bootstrap().await.unwrap().len(), 64);
}
