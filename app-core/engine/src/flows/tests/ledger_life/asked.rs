//! Who paid what: told by the address that was paid, by nobody's word.

use chat::{PaymentRef, PaymentRequest, RequestState, Settlement};
use ledger::{Flag, Flags};
use shielded::{Anchor, Draft, LogEntry, Memo, Output, Plan, Purpose, ShieldedAddress};
use store::Flow;
use types::TxId;
use wallet::private::{PoolState, PrivatePayee, Transfer, TransferState, take_entries};

use super::pool::{Pooled, Told, honest, told};
use super::*;

const ASKED: u64 = 5_000_000;

/// Alice, who has asked Mallory and Dan for 5 ABC each, and what came of it.
struct Asked {
    told: Told,
    state: PoolState,
    mallory: OpenId,
    dan: OpenId,
}

fn request() -> PaymentRequest {
    let amount = Amount::new(ASKED);
    PaymentRequest { amount, memo: "rent".to_owned(), expiry: None, address: None }
}

impl Asked {
    async fn begin() -> Self {
        let told = told(&Pooled::new(), honest, honest).await;
        let store = told.engine.store();
        let (mallory, dan) =
            (with_envelopes(store, BOB, 0).await, with_envelopes(store, 0xd0, 0).await);
        let state = PoolState::new(Clock::system().now()).unwrap();
        Self { told, state, mallory, dan }
    }

    fn store(&self) -> &Store {
        self.told.engine.store()
    }

    /// A request, and the address that it alone has.
    async fn asks(&self, contact: OpenId) -> (MessageId, ShieldedAddress) {
        let contact = self.store().contact(contact).await.unwrap().unwrap();
        let made = self.told.engine.request_money(&[(contact, request())]).await.unwrap();
        let row = self.store().request(made[0].contact, (made[0].id, true)).await.unwrap().unwrap();
        let address = ShieldedAddress::from_bytes(&row.known.request.address.unwrap()).unwrap();
        (made[0].id, address)
    }

    /// Somebody pays there, as the log shows it; the name of the bundle.
    async fn pays(&mut self, to: ShieldedAddress, units: u64) -> TxId {
        let key = self.told.engine.payable_in_pool().await.unwrap().unwrap().into_key();
        let (memo, purpose) = (Memo::Empty, Purpose::Payment);
        let outputs = vec![Output { to, amount: Amount::new(units), memo, purpose }];
        let plan = Plan { anchor: Anchor::of_nothing(), spends: vec![], outputs };
        let draft = Draft::build(&plan, &key, &mut rand::rng()).unwrap();
        let round = Round(self.state.round.0 + 1);
        let entries = [LogEntry::of(round, 0, draft.effects())];
        let at = (round, Clock::system().now());
        let mut step = take_entries(&mut self.state, &entries, (&[key], &[]), &[], at).unwrap();
        for note in &mut step.notes {
            note.contact = self.told.engine.paid_by(note).await.unwrap();
        }
        let bundle = TxId(step.notes[0].bundle);
        let taken = wallet::Change::TakePool(Box::new(step));
        self.store().apply(vec![taken.into()]).await.unwrap();
        bundle
    }

    /// A contact says that this pays what it was asked for.
    async fn says(&self, contact: OpenId, id: u8, (tx, request): (TxId, MessageId)) {
        let message = Message {
            id: MessageId([id; 16]),
            contact,
            direction: Direction::In,
            time: NOW,
            text: String::new(),
            delivery: Delivery::Received,
            payment: Some(PaymentRef { tx, amount: Amount::new(ASKED) }),
            envelope: None,
            request: Some(request),
        };
        save(self.store(), vec![Change::AddMessage(message)]).await;
    }

    /// What became of a request, and what has come for it.
    async fn came(&self, contact: OpenId, request: MessageId) -> (RequestState, u64) {
        let row = self.store().request(contact, (request, true)).await.unwrap().unwrap();
        let came = row.payment.filter(|(_, of)| matches!(of, wallet::PaymentState::Final(_)));
        let units = came.map_or(0, |(payment, _)| payment.amount.units());
        assert_eq!(row.settlement == Settlement::Proved, units >= ASKED);
        (row.known.state(row.settlement, NOW), units)
    }
}

#[tokio::test]
async fn somebody_elses_payment_pays_nobodys_request_but_its_own() {
    let mut asked = Asked::begin().await;
    let (mallory, dan) = (asked.mallory, asked.dan);
    let (of_mallory, hers) = asked.asks(mallory).await;
    let (of_dan, his) = asked.asks(dan).await;
    let (next, _) = asked.asks(dan).await;
    assert!(hers.receiver() != his.receiver());
    let paid = asked.pays(his, ASKED).await;
    // Mallory forwards what Dan has paid, twice; Dan has not even said a word.
    asked.says(mallory, 1, (paid, of_mallory)).await;
    asked.says(mallory, 2, (paid, of_mallory)).await;
    assert_eq!(asked.came(mallory, of_mallory).await, (RequestState::Open, 0));
    assert_eq!(asked.came(dan, of_dan).await, (RequestState::Paid, ASKED));
    let rows = asked.store().history(None, None).await.unwrap();
    let row = rows.iter().find(|row| row.tx == paid).unwrap();
    assert_eq!((row.flow, row.contact, row.memo.as_deref()), (Flow::In, Some(dan), Some("rent")));
    // It pays the request whose address it is, and not another of his, whatever he says.
    asked.says(dan, 3, (paid, next)).await;
    assert_eq!(asked.came(dan, next).await, (RequestState::Open, 0));
    // Of Mallory's own words, nothing is shown to have come either.
    let said = asked.store().conversation(mallory, None).await.unwrap();
    let state = said.last().unwrap().payment_state;
    assert_eq!(state, Some(wallet::PaymentState::Submitted));
}

#[tokio::test]
async fn less_than_was_asked_settles_nothing_and_the_rest_does() {
    let mut asked = Asked::begin().await;
    let dan = asked.dan;
    let (request, to) = asked.asks(dan).await;
    let part = asked.pays(to, ASKED - 1).await;
    for id in [1, 2] {
        // The same once more is the same.
        asked.says(dan, id, (part, request)).await;
        assert_eq!(asked.came(dan, request).await, (RequestState::Open, ASKED - 1));
    }
    asked.pays(to, 1).await;
    assert_eq!(asked.came(dan, request).await, (RequestState::Paid, ASKED));
}

#[tokio::test]
async fn what_comes_to_a_contacts_own_address_is_for_what_that_contact_says() {
    let mut asked = Asked::begin().await;
    let (mallory, dan) = (asked.mallory, asked.dan);
    let (of_mallory, _) = asked.asks(mallory).await;
    let (of_dan, _) = asked.asks(dan).await;
    let payable = asked.told.engine.payable_in_pool().await.unwrap().unwrap();
    let own = ShieldedAddress::from_bytes(&payable.address_for(&dan.0).unwrap()).unwrap();
    let paid = asked.pays(own, ASKED).await;
    asked.says(mallory, 1, (paid, of_mallory)).await;
    assert_eq!(asked.came(dan, of_dan).await, (RequestState::Open, 0));
    // The address of the request has ended, say, and his app has paid where he is paid at otherwise.
    asked.says(dan, 2, (paid, of_dan)).await;
    assert_eq!(asked.came(dan, of_dan).await, (RequestState::Paid, ASKED));
    assert_eq!(asked.came(mallory, of_mallory).await, (RequestState::Open, 0));
}

#[tokio::test]
async fn who_paid_a_link_or_an_address_of_nobody_is_not_known() {
    let mut asked = Asked::begin().await;
    let wish = (None, Some("stall".to_owned()), None);
    let one = asked.told.engine.private_payment_link(wish.clone()).await.unwrap();
    let other = asked.told.engine.private_payment_link(wish).await.unwrap();
    assert!(one.to != other.to, "an address for each link");
    let wallet::Destination::Private(to) = one.to else { panic!("{one:?}") };
    let paid = asked.pays(to, 7).await;
    let key = asked.told.engine.payable_in_pool().await.unwrap().unwrap().into_key();
    let chain = asked.told.engine.bound().unwrap().home.chain;
    let nobodys = asked.pays(key.address_for(chain, b"gone").unwrap(), 8).await;
    let rows = asked.store().history(None, None).await.unwrap();
    let given = |tx| rows.iter().find(|row| row.tx == tx).map(|row| (row.contact, &row.given));
    assert_eq!(given(paid), Some((None, &Some(store::GivenFor::Label("stall".to_owned())))));
    assert_eq!(given(nobodys), Some((None, &None)));
}

#[tokio::test]
async fn a_profile_that_only_reviews_and_one_without_a_tip_ask_without_an_address() {
    let asked = Asked::begin().await;
    let contact = asked.store().contact(asked.dan).await.unwrap().unwrap();
    asked.store().apply(vec![NetworkChange::ReviewOnly.into()]).await.unwrap();
    let engine = Engine::open(asked.store().clone(), vec![], Clock::system()).await.unwrap();
    let made = engine.request_money(&[(contact, request())]).await.unwrap();
    let row = asked.store().request(asked.dan, (made[0].id, true)).await.unwrap().unwrap();
    assert_eq!(row.known.request, request());
}

fn wish(intent: u8, units: u64, to: ShieldedAddress) -> Transfer {
    Transfer {
        intent: [intent; 16],
        to: PrivatePayee::Private(to),
        contact: None,
        amount: Amount::new(units),
        memo: None,
        created: Clock::system().now(),
        attempt: None,
        state: TransferState::Planned,
    }
}

#[tokio::test]
async fn what_is_on_its_way_into_the_pool_is_not_put_in_twice() {
    let mut asked = Asked::begin().await;
    let (_, to) = asked.asks(asked.dan).await;
    // So that the pool is known.
    asked.pays(to, 1).await;
    let engine = &mut asked.told.engine;
    let short = engine.check_affordable(&wish(1, ASKED, to), true).await.unwrap_err();
    assert_eq!(short.code(), "insufficient_funds");
    engine.put_in = Some(Amount::new(2 * ASKED));
    let (_, first) = engine.check_affordable(&wish(1, ASKED, to), true).await.unwrap();
    assert_eq!(first, crate::First::default());
    // It is promised to another payment meanwhile.
    let other = wallet::Change::SaveTransfer(Box::new(wish(2, 2 * ASKED - 1, to)));
    engine.store().apply(vec![other.into()]).await.unwrap();
    let short = engine.check_affordable(&wish(1, ASKED, to), true).await.unwrap_err();
    assert_eq!(short.code(), "insufficient_funds");
}

#[tokio::test]
async fn what_was_switched_off_is_refused_from_the_start_on() {
    let asked = Asked::begin().await;
    assert!(asked.told.engine.check_ecdsa().is_ok());
    let flags = Flags { pool_stop: Some(Round(3)), ecdsa_off: Some(Round(2)) };
    let saved = wallet::Change::SaveFlags(Round(3), flags);
    asked.store().apply(vec![saved.into()]).await.unwrap();
    let engine = Engine::open(asked.store().clone(), vec![], Clock::system()).await.unwrap();
    assert_eq!(engine.check_ecdsa().unwrap_err().code(), "ecdsa_off");
    assert_eq!(engine.check_pool_runs().unwrap_err().code(), "pool_stopped");
    assert!(engine.payable_in_pool().await.unwrap().is_none());
    // Headers that do not count have proved nothing.
    asked.store().apply(vec![wallet::Change::ForgetProved.into()]).await.unwrap();
    let engine = Engine::open(asked.store().clone(), vec![], Clock::system()).await.unwrap();
    assert!(engine.check_ecdsa().is_ok() && flags.is_off(Flag::EcdsaOff, Round(2)));
}
