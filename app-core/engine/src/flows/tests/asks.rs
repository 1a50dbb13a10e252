//! Asking for money and paying what was asked for: once, whatever is in between.

use chat::{Body, Closed, Content, KnownRequest, PaymentRequest, RequestState, Settlement};
use keys::format_address;
use ledger::Account;
use shielded::{Month, Period, SpendingKey};
use types::AddressKind;
use wallet::private::{PrivatePayee, Transfer, TransferState};
use wallet::{Destination, Payment, PaymentState, SavedAccount};

use super::*;
use crate::{Fault, Payee, Wanted, Whose, not_alike};

const ID: MessageId = MessageId([7; 16]);

/// Alice's profile with 50 ABC and without a network, opened anew as after a crash; Bob asks for 5.
struct Asked {
    _worker: Worker,
    _dir: TempDir,
    store: Store,
    bob: OpenId,
}

impl Asked {
    async fn begin() -> Self {
        let worker = Worker::play(only_bobs_worker).await;
        let (dir, store) = alice(&worker).await;
        let bob = with_envelopes(&store, BOB, 0).await;
        let home = Words::from_entropy([0xa1; 32]).master().operation_key().public().address();
        let account = Account { abc: Amount::new(50_000_000), ..Account::empty(home) };
        let saved = SavedAccount { round: types::Round(3), home, account: Some(account) };
        store.apply(vec![wallet::Change::SaveAccount(saved).into()]).await.unwrap();
        let asked = Self { _worker: worker, _dir: dir, store, bob };
        asked.asks(ID, None).await;
        asked
    }

    async fn asks(&self, id: MessageId, expiry: Option<Timestamp>) {
        let amount = Amount::new(5_000_000);
        let request = PaymentRequest { amount, memo: "rent".to_owned(), expiry, address: None };
        let known =
            KnownRequest { id, contact: self.bob, made: false, request, told: NOW, closed: None };
        save(&self.store, vec![Change::AddRequest(Box::new(known))]).await;
    }

    async fn engine(&self) -> Engine {
        Engine::open(self.store.clone(), vec![], Clock::system()).await.unwrap()
    }

    async fn pays(&self, id: MessageId) -> Result<Payment, Fault> {
        self.engine().await.pay_request((self.bob, id), Duration::ZERO).await
    }

    async fn becomes(&self, payment: &Payment, state: PaymentState) {
        let payment = Payment { state, ..payment.clone() };
        self.store.apply(vec![wallet::Change::SavePayment(payment).into()]).await.unwrap();
    }

    async fn settlement(&self) -> Settlement {
        self.store.request(self.bob, (ID, false)).await.unwrap().unwrap().settlement
    }

    /// What waits to be told to Bob about requests.
    async fn told(&self) -> Vec<Body> {
        let waiting = self.store.pending(self.bob, 20).await.unwrap();
        let bodies = waiting.iter().map(|(_, it)| Content::from_bytes(&it.content).unwrap().body);
        let about = |body: &Body| {
            matches!(body, Body::Request(_) | Body::Settlement { .. } | Body::Closed { .. })
        };
        bodies.filter(about).collect()
    }
}

#[tokio::test]
async fn a_request_is_paid_once_however_often_that_is_asked_for() {
    let asked = Asked::begin().await;
    let first = asked.pays(ID).await.unwrap();
    assert_eq!((first.amount, first.contact), (Amount::new(5_000_000), Some(asked.bob)));
    assert_eq!(first.memo.as_deref(), Some("rent"));
    assert_eq!(asked.settlement().await, Settlement::UnderWay);
    let told = asked.told().await;
    let [Body::Settlement { request: ID, payment, .. }] = &told[..] else { panic!("{told:?}") };
    assert_eq!((payment.tx, payment.amount), (first.attempt.tx, first.amount));
    // Stopped at any point and asked again: the very same bytes, and nothing more is said.
    for state in
        [PaymentState::Queued, PaymentState::Submitted, PaymentState::Final(types::Round(9))]
    {
        asked.becomes(&first, state).await;
        let again = asked.pays(ID).await.unwrap();
        assert_eq!(again, Payment { state, ..first.clone() });
    }
    assert_eq!(asked.settlement().await, Settlement::Proved);
    assert_eq!(asked.store.payments().await.unwrap().len(), 1);
    assert_eq!(asked.told().await.len(), 1);
}

/// A wish to pay Bob out of the pool, for what he asks, that is saved and not signed.
async fn wish(asked: &Asked) -> Transfer {
    let period = Period::first_of(Month::of(NOW).unwrap());
    let key = SpendingKey::derive(&[2; 32], period).unwrap().viewing_key();
    let wish = Transfer {
        intent: [8; 16],
        to: PrivatePayee::Private(key.address_for(ChainId([9; 32]), b"alice").unwrap()),
        contact: Some(asked.bob),
        amount: Amount::new(5_000_000),
        memo: None,
        created: NOW,
        attempt: None,
        state: TransferState::Planned,
    };
    let saved = wallet::Change::SaveTransfer(Box::new(wish.clone()));
    let pays = wallet::Change::PaysRequest(wish.intent, ID);
    asked.store.apply(vec![saved.into(), pays.into()]).await.unwrap();
    wish
}

#[tokio::test]
async fn a_request_that_is_about_to_be_paid_privately_is_not_paid_publicly_as_well() {
    let asked = Asked::begin().await;
    let wish = wish(&asked).await;
    assert_eq!(asked.settlement().await, Settlement::UnderWay);
    assert_eq!(asked.pays(ID).await.unwrap_err().code(), "request_paid");
    assert_eq!(asked.store.payments().await.unwrap(), []);
    // Called off, it makes room.
    asked.engine().await.cancel_transfer(wish.intent).await.unwrap();
    assert_eq!(asked.settlement().await, Settlement::Nothing);
    assert_eq!(asked.pays(ID).await.unwrap().amount, Amount::new(5_000_000));
}

#[tokio::test]
async fn a_private_payment_is_called_off_only_while_nothing_is_signed() {
    let asked = Asked::begin().await;
    let (wish, mut engine) = (wish(&asked).await, asked.engine().await);
    let refused = |fault: Result<Transfer, Fault>| fault.unwrap_err().code().to_owned();
    assert_eq!(refused(engine.cancel_transfer([1; 16]).await), "unknown_payment");
    let off = engine.cancel_transfer(wish.intent).await.unwrap();
    assert_eq!(off, Transfer { state: TransferState::Cancelled, ..wish.clone() });
    assert_eq!(asked.store.transfer(wish.intent).await.unwrap(), Some(off.clone()));
    assert_eq!(asked.store.open_transfers().await.unwrap(), []);
    assert_eq!(
        engine.cancel_transfer(wish.intent).await.unwrap(),
        off,
        "once more changes nothing"
    );
    let known = crate::transfer_outcome(&asked.store, wish.intent).await;
    assert_eq!(known.unwrap_err().code(), "cancelled");
    for state in [TransferState::Queued, TransferState::Submitted, TransferState::Expired] {
        let bytes = vec![1];
        let (tx, fee, expiry) = (types::TxId([3; 32]), Amount::new(4), types::Round(609));
        let attempt = Some(wallet::private::PrivateAttempt {
            tx,
            bytes,
            fee,
            expiry,
            carry: None,
            spend: None,
        });
        let signed = Transfer { attempt, state, ..wish.clone() };
        let saved = wallet::Change::SaveTransfer(Box::new(signed.clone()));
        asked.store.apply(vec![saved.into()]).await.unwrap();
        assert_eq!(refused(engine.cancel_transfer(wish.intent).await), "too_late");
        assert_eq!(asked.store.transfer(wish.intent).await.unwrap(), Some(signed));
    }
}

#[tokio::test]
async fn a_payment_that_is_provably_dead_makes_room_for_another() {
    let asked = Asked::begin().await;
    let first = asked.pays(ID).await.unwrap();
    asked.becomes(&first, PaymentState::Expired).await;
    assert_eq!(asked.settlement().await, Settlement::Nothing);
    let next = asked.pays(ID).await.unwrap();
    assert_ne!(next.intent, first.intent);
    assert_eq!(asked.pays(ID).await.unwrap(), next);
    assert_eq!(asked.store.payments().await.unwrap().len(), 2);
}

#[tokio::test]
async fn what_is_over_closed_or_not_there_is_not_paid() {
    let asked = Asked::begin().await;
    let (over, withdrawn, declined) = (MessageId([1; 16]), MessageId([2; 16]), MessageId([3; 16]));
    asked.asks(over, Some(Timestamp(NOW.0 - 1_000_000_000_000))).await;
    for id in [withdrawn, declined] {
        asked.asks(id, None).await;
    }
    let (contact, request, by) = (asked.bob, withdrawn, Closed::ByContact);
    let closed = Change::CloseRequest { contact, request, made: false, by, at: NOW };
    save(&asked.store, vec![closed]).await;
    let writer = asked.engine().await.writer();
    let row = asked.store.request(asked.bob, (declined, false)).await.unwrap().unwrap();
    writer.close(&row).await.unwrap();
    for (id, code) in [
        (over, "request_over"),
        (withdrawn, "request_closed"),
        (declined, "request_closed"),
        (MessageId([9; 16]), "unknown_request"),
    ] {
        assert_eq!(asked.pays(id).await.unwrap_err().code(), code);
    }
    assert!(asked.store.payments().await.unwrap().is_empty());
    let told = asked.told().await;
    assert!(
        matches!(&told[..], [Body::Closed { request, by_asker: false }] if *request == declined),
        "{told:?}"
    );
    // What is on its way is not declined any more, and what is declined stays so.
    asked.pays(ID).await.unwrap();
    let paying = asked.store.request(asked.bob, (ID, false)).await.unwrap().unwrap();
    assert_eq!(writer.close(&paying).await.unwrap_err().code(), "request_paid");
    let row = asked.store.request(asked.bob, (declined, false)).await.unwrap().unwrap();
    writer.close(&row).await.unwrap();
    assert_eq!(asked.told().await.len(), 2);
}

#[tokio::test]
async fn a_request_of_too_much_changes_nothing() {
    let asked = Asked::begin().await;
    let (id, amount) = (MessageId([4; 16]), Amount::new(60_000_000));
    let request = PaymentRequest { amount, memo: String::new(), expiry: None, address: None };
    let contact = asked.bob;
    let known = KnownRequest { id, contact, made: false, request, told: NOW, closed: None };
    save(&asked.store, vec![Change::AddRequest(Box::new(known))]).await;
    assert_eq!(asked.pays(id).await.unwrap_err().code(), "insufficient_funds");
    assert!(asked.told().await.is_empty() && asked.store.payments().await.unwrap().is_empty());
}

#[tokio::test]
async fn requests_are_made_together_or_not_at_all() {
    let asked = Asked::begin().await;
    let engine = asked.engine().await;
    let writer = engine.writer();
    let bob = || async { asked.store.contact(asked.bob).await.unwrap().unwrap() };
    let request = |units| PaymentRequest {
        amount: Amount::new(units),
        memo: "dinner".to_owned(),
        expiry: None,
        address: None,
    };
    let mut declined = bob().await;
    declined.standing = Standing::Declined;
    let wrong = [(bob().await, request(5)), (declined, request(4))];
    assert_eq!(engine.request_money(&wrong).await.unwrap_err().code(), "unknown_contact");
    assert!(asked.told().await.is_empty());
    let both = [(bob().await, request(5)), (bob().await, request(4))];
    let made = engine.request_money(&both).await.unwrap();
    assert_eq!((made.len(), asked.told().await.len()), (2, 2));
    let row = asked.store.request(asked.bob, (made[0].id, true)).await.unwrap().unwrap();
    assert_eq!(row.known.state(row.settlement, NOW), RequestState::Open);
    writer.close(&row).await.unwrap();
    let row = asked.store.request(asked.bob, (made[0].id, true)).await.unwrap().unwrap();
    assert_eq!(row.known.state(row.settlement, NOW), RequestState::Withdrawn);
}

fn address(payload: [u8; 20]) -> Address {
    Address { kind: AddressKind::Falcon, payload }
}

/// Two addresses that begin and end alike, found by trying.
fn alike() -> [Address; 2] {
    let mut by_ends = std::collections::BTreeMap::new();
    let found = (0_u32..).find_map(|change| {
        let mut payload = [9; 20];
        payload[16..].copy_from_slice(&change.to_be_bytes());
        let text = format_address(address(payload)).to_ascii_lowercase();
        let ends = (text[..4].to_owned(), text[30..].to_owned());
        by_ends.insert(ends, payload).map(|before| [before, payload])
    });
    found.unwrap().map(address)
}

#[tokio::test]
async fn an_address_is_new_once_and_one_that_looks_like_it_is_noticed() {
    let asked = Asked::begin().await;
    let writer = asked.engine().await.writer();
    let [paid, other] = alike();
    let look = |to: Address| {
        let (writer, text) = (writer.clone(), format_address(to));
        async move { writer.look_at(&text, NOW).await.unwrap() }
    };
    let before = look(paid).await;
    assert_eq!((before.first, before.whose.clone()), (true, Whose::Unknown));
    assert!(not_alike(&before).is_ok());
    let amount = Amount::new(1_000_000);
    let wanted = Wanted { payee: Payee::Address(paid), amount, memo: None };
    asked.engine().await.pay(wanted, Duration::ZERO).await.unwrap();
    let after = look(paid).await;
    assert_eq!((after.first, after.whose), (false, Whose::Paid));
    // Somebody sends us dust from an address that looks like it.
    let poison = look(other).await;
    let known = Destination::Transparent(paid);
    assert_eq!(poison.looks_like.clone(), Some((known, Whose::Paid)));
    assert_eq!(not_alike(&poison).unwrap_err().code(), "look_alike");
    // Named by the person, it is meant.
    writer.name_address(&format_address(other), "landlord").await.unwrap();
    let named = look(other).await;
    assert_eq!((named.looks_like, named.first), (None, true));
    assert_eq!(named.whose, Whose::Named("landlord".to_owned()));
    // A contact's and our own are nobody new.
    let bob = asked.store.contact(asked.bob).await.unwrap().unwrap();
    let of_bob = look(bob.address()).await;
    assert_eq!((of_bob.first, of_bob.whose), (false, Whose::Contact(asked.bob)));
    assert_eq!(look(asked.engine().await.own().1).await.whose, Whose::Ours);
}

#[tokio::test]
async fn nobody_is_named_like_somebody_else() {
    let asked = Asked::begin().await;
    let writer = asked.engine().await.writer();
    let text = |payload: u8| format_address(address([payload; 20]));
    let bob = asked.store.contact(asked.bob).await.unwrap().unwrap().name;
    for taken in ["me", "ME", &bob, &bob.to_uppercase()] {
        let refused = writer.name_address(&text(1), taken).await.unwrap_err();
        assert_eq!(refused.code(), "name_taken", "{taken}");
    }
    for (name, code) in [("", "bad_name"), ("a\nb", "bad_name")] {
        assert_eq!(writer.name_address(&text(1), name).await.unwrap_err().code(), code);
    }
    assert_eq!(writer.name_address("A123", "shop").await.unwrap_err().code(), "bad_address");
    let own = format_address(asked.engine().await.own().1);
    assert_eq!(writer.name_address(&own, "shop").await.unwrap_err().code(), "bad_address");
    writer.name_address(&text(1), "shop").await.unwrap();
    assert_eq!(writer.name_address(&text(2), "Shop").await.unwrap_err().code(), "name_taken");
    writer.name_address(&text(1), "Shop").await.unwrap();
    assert_eq!(
        writer.named_address("shop").await.unwrap(),
        Some(Destination::Transparent(address([1; 20])))
    );
    assert_eq!(writer.strike_address("nobody").await.unwrap_err().code(), "unknown_address");
    writer.strike_address(&text(1)).await.unwrap();
    assert!(writer.address_book().await.unwrap().is_empty());
}

#[tokio::test]
async fn our_link_is_read_by_ourselves_and_by_nobody_elsewhere() {
    let asked = Asked::begin().await;
    let writer = asked.engine().await.writer();
    let link = writer.payment_link(Some(Amount::new(5)), None, None).await.unwrap();
    let seen = writer.look_at(&link.text(), NOW).await.unwrap();
    assert_eq!((seen.link.as_ref(), seen.whose), (Some(&link), Whose::Ours));
    let elsewhere = wallet::PaymentLink { chain: ChainId([0xee; 32]), ..link.clone() };
    let refused = |text: String| {
        let writer = writer.clone();
        async move { writer.look_at(&text, NOW).await.unwrap_err().code().to_owned() }
    };
    assert_eq!(refused(elsewhere.text()).await, "wrong_network");
    let over = wallet::PaymentLink { expiry: Some(Timestamp(1_000)), ..link.clone() };
    assert_eq!(refused(over.text()).await, "link_over");
    assert_eq!(refused(format!("{}&x=1", link.text())).await, "bad_link");
}
