//! Requests of payment as saved, what makes them paid, and the address book.

use super::*;
use chat::{
    Change as Chat, Closed, KnownRequest, PaymentRef, PaymentRequest, RequestState, Settlement,
};
use wallet::{BookEntry, Change as Wallet, Destination};

/// An address in the pool, of the address vectors.
const PRIVATE: &str =
    "bcm1qyrsqrftsmqzh8395sr26cfqp0nk2gc20ccufn2jznndyfyhdtxagalkrj9n3mf059dfqj39wkhs34wy93";

async fn with_bob() -> (super::Closing, Store, OpenId) {
    let (temporary, store) = alice().await;
    save(&store, vec![Chat::SaveContact(Box::new(contact(2, "bob")))]).await;
    (temporary, store, contact(2, "bob").account)
}

fn known(contact: OpenId, id: u8, made: bool) -> KnownRequest {
    let expiry = Some(NOW.plus_secs(60));
    let request =
        PaymentRequest { amount: Amount::new(30), memo: "rent".to_owned(), expiry, address: None };
    KnownRequest { id: MessageId([id; 16]), contact, made, request, told: NOW, closed: None }
}

async fn add(store: &Store, known: &KnownRequest) {
    save(store, vec![Chat::AddRequest(Box::new(known.clone()))]).await;
}

/// A message that says that a transaction pays a request.
async fn says(
    store: &Store,
    (contact, direction): (OpenId, Direction),
    id: u8,
    pays: (u8, Option<u8>),
) {
    let (tx, request) = pays;
    let payment = Some(PaymentRef { tx: TxId([tx; 32]), amount: Amount::new(30) });
    let request = request.map(|request| MessageId([request; 16]));
    let said = Message { payment, request, ..message(contact, direction, id) };
    save(store, vec![Chat::AddMessage(said)]).await;
}

async fn settlement(store: &Store, known: &KnownRequest) -> Settlement {
    let row = store.request(known.contact, (known.id, known.made)).await.unwrap().unwrap();
    assert_eq!(row.known, *known);
    row.settlement
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn requests_read_back_and_are_closed_once() {
    let (_temporary, store, bob) = with_bob().await;
    // Both sides may have made the same id.
    let (mut ours, theirs) = (known(bob, 1, true), known(bob, 1, false));
    for request in [&ours, &theirs, &ours] {
        add(&store, request).await;
    }
    let all = store.known_requests().await.unwrap();
    assert_eq!(all, [ours.clone(), theirs.clone()]);
    let close = |by, made| Chat::CloseRequest {
        contact: bob,
        request: ours.id,
        made,
        by,
        at: NOW.plus_secs(5),
    };
    save(&store, vec![close(Closed::ByUs, true), close(Closed::ByContact, true)]).await;
    ours.closed = Some(Closed::ByUs);
    assert_eq!(settlement(&store, &ours).await, Settlement::Nothing);
    assert_eq!(settlement(&store, &theirs).await, Settlement::Nothing);
    assert_eq!(store.closed_requests(bob, NOW).await.unwrap(), [(ours.id, true)]);
    assert_eq!(store.closed_requests(bob, NOW.plus_secs(6)).await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_we_are_asked_for_is_paid_by_our_own_payment() {
    let (_temporary, store, bob) = with_bob().await;
    let asked = known(bob, 1, false);
    add(&store, &asked).await;
    let mut ours = payment(3, address(1));
    says(&store, (bob, Direction::Out), 9, (3, Some(1))).await;
    for (state, expected) in [
        (PaymentState::Queued, Settlement::UnderWay),
        (PaymentState::Submitted, Settlement::UnderWay),
        (PaymentState::Final(Round(4)), Settlement::Proved),
        (PaymentState::Expired, Settlement::Nothing),
    ] {
        ours.state = state;
        save(&store, vec![Wallet::SavePayment(ours.clone())]).await;
        assert_eq!(settlement(&store, &asked).await, expected, "{state:?}");
    }
    // The next attempt counts.
    says(&store, (bob, Direction::Out), 10, (4, Some(1))).await;
    save(&store, vec![Wallet::SavePayment(payment(4, address(1)))]).await;
    assert_eq!(settlement(&store, &asked).await, Settlement::UnderWay);
    // What the other side says about it means nothing.
    let other = known(bob, 2, false);
    add(&store, &other).await;
    says(&store, (bob, Direction::In), 11, (5, Some(2))).await;
    assert_eq!(settlement(&store, &other).await, Settlement::Nothing);
}

/// An entry by which somebody has paid us.
fn came(counter: u64, tx: u8, units: u64, from: Address) -> ProvedEntry {
    entry(counter, tx, EntryKind::PayIn, units, Some(from))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_we_ask_for_is_paid_by_proved_money_of_that_contact_alone() {
    let (_temporary, store, bob) = with_bob().await;
    let (bobs, dan) = (contact(2, "bob").address(), contact(3, "dan"));
    save(&store, vec![Chat::SaveContact(Box::new(contact(3, "dan")))]).await;
    let asked = known(bob, 1, true);
    let of_dan = known(dan.account, 2, true);
    add(&store, &asked).await;
    add(&store, &of_dan).await;
    // Words alone.
    says(&store, (bob, Direction::In), 9, (3, Some(1))).await;
    assert_eq!(settlement(&store, &asked).await, Settlement::Nothing);
    // Somebody else's money, and less than was asked for.
    let entries = vec![came(1, 3, 30, dan.address()), came(2, 4, 29, bobs), came(3, 5, 30, bobs)];
    save(&store, vec![Wallet::AddEntries(entries)]).await;
    assert_eq!(settlement(&store, &asked).await, Settlement::Nothing);
    says(&store, (bob, Direction::In), 10, (4, Some(1))).await;
    assert_eq!(settlement(&store, &asked).await, Settlement::Nothing);
    // What Bob has claimed does not stand in Dan's way.
    says(&store, (dan.account, Direction::In), 9, (3, Some(2))).await;
    assert_eq!(settlement(&store, &of_dan).await, Settlement::Proved);
    // What was said to be for something else is not for this.
    says(&store, (bob, Direction::In), 11, (5, None)).await;
    says(&store, (bob, Direction::In), 12, (5, Some(1))).await;
    assert_eq!(settlement(&store, &asked).await, Settlement::Nothing);
    save(&store, vec![Wallet::AddEntries(vec![came(4, 6, 30, bobs)])]).await;
    says(&store, (bob, Direction::In), 13, (6, Some(1))).await;
    assert_eq!(settlement(&store, &asked).await, Settlement::Proved);
    let row = store.request(bob, (asked.id, true)).await.unwrap().unwrap();
    assert_eq!(row.payment.unwrap().1, PaymentState::Final(Round(6)));
    assert_eq!(row.known.state(row.settlement, NOW), RequestState::Paid);
    // And one payment does not pay two requests.
    let next = known(bob, 3, true);
    add(&store, &next).await;
    says(&store, (bob, Direction::In), 14, (6, Some(3))).await;
    assert_eq!(settlement(&store, &next).await, Settlement::Nothing);
    // Headers that do not count prove nothing.
    save(&store, vec![Wallet::ForgetProved]).await;
    assert_eq!(settlement(&store, &asked).await, Settlement::Nothing);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_request_is_told_again_to_whoever_missed_it_and_is_never_given_up() {
    let (_temporary, store, bob) = with_bob().await;
    let asked = known(bob, 1, true);
    let brings = Message { request: Some(asked.id), ..message(bob, Direction::Out, 1) };
    let give_up = Chat::GiveUp { contact: bob, message: brings.id };
    save(&store, vec![Chat::AddMessage(brings.clone()), give_up]).await;
    add(&store, &asked).await;
    let rows = store.conversation(bob, None).await.unwrap();
    assert_eq!(rows[0].message, brings, "not given up");
    let close = Chat::CloseRequest {
        contact: bob,
        request: asked.id,
        made: true,
        by: Closed::ByUs,
        at: NOW,
    };
    save(&store, vec![close]).await;
    let missed = store.unconfirmed(bob, Timestamp(0)).await.unwrap();
    assert_eq!(missed.requests.into_iter().collect::<Vec<_>>(), [(asked.id, asked.request)]);
    assert_eq!(missed.closed, [(asked.id, true)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_address_book_keeps_one_name_for_an_address() {
    let (_temporary, store, bob) = with_bob().await;
    let named = |to: u8, name: &str| BookEntry {
        to: Destination::Transparent(address(to)),
        name: name.to_owned(),
        added: NOW,
    };
    save(
        &store,
        vec![Wallet::SaveAddress(named(1, "landlord")), Wallet::SaveAddress(named(2, "shop"))],
    )
    .await;
    save(&store, vec![Wallet::SaveAddress(named(1, "landlady"))]).await;
    assert_eq!(store.address_book().await.unwrap(), [named(1, "landlady"), named(2, "shop")]);
    let twice = store.apply(vec![Wallet::SaveAddress(named(3, "shop")).into()]).await;
    assert!(twice.is_err());
    save(&store, vec![Wallet::RemoveAddress(named(1, "").to)]).await;
    assert_eq!(store.address_book().await.unwrap(), [named(2, "shop")]);

    // Paid is what was not given up; known are the accepted ones.
    let mut dead = payment(2, address(8));
    dead.state = PaymentState::Expired;
    let paid = [payment(3, address(7)), payment(1, address(7)), dead];
    save(&store, paid.map(Wallet::SavePayment).into_iter().collect()).await;
    assert_eq!(store.paid_addresses().await.unwrap(), [(address(7), NOW.plus_secs(1))]);
    let of_bob = (bob, contact(2, "bob").address());
    assert_eq!(store.contact_addresses().await.unwrap(), [of_bob]);
    save(&store, vec![Chat::SetStanding { contact: bob, standing: Standing::Declined }]).await;
    assert_eq!(store.contact_addresses().await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_contact_that_tells_a_new_address_is_paid_there_for_earlier_requests_too() {
    let (_temporary, store, bob) = with_bob().await;
    let at = |id, made| {
        let mut known = known(bob, id, made);
        known.request.address = Some([7; 47]);
        known
    };
    for request in [at(1, true), at(1, false)] {
        add(&store, &request).await;
    }
    let Ok(Destination::Private(address)) = Destination::parse(PRIVATE) else { panic!() };
    save(&store, vec![Wallet::SavePrivateAddress(bob, address)]).await;
    add(&store, &at(2, false)).await;
    let known = store.known_requests().await.unwrap();
    let addresses: Vec<_> =
        known.iter().map(|it| (it.id.0[0], it.made, it.request.address)).collect();
    let its = Some([7; 47]);
    assert_eq!(addresses, [(1, true, its), (1, false, None), (2, false, its)]);
}
