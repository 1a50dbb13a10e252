//! What is saved beside a busy engine, and what became of what nobody took.

use chat::{Content, Letter};
use ledger::Account;
use ratchet::{KyberPreKey, PreKeys, SessionRecord, SignedPreKey};
use types::{Abc, Amount, Round};
use wallet::{PaymentState, Refusal, SavedAccount};

use super::*;
use crate::{Payee, Wanted, Writer, find_contact, gift, outcome};

const HOUR: u64 = 3600 * 1000;
/// Writers at the same time, and how much each of them writes.
const WRITERS: usize = 4;
const EACH: usize = 50;

/// Bob's device, as far as alice's session with him goes.
pub(super) struct Device {
    pub(super) identity: IdentityKeyPair,
    pub(super) signed: SignedPreKey,
    pub(super) kyber: KyberPreKey,
    pub(super) record: SessionRecord,
}

/// Begins alice's session with bob.
async fn with_session(store: &Store, bob: OpenId) -> Device {
    let identity_of = |seed| {
        let master = Words::from_entropy([seed; 32]).master();
        IdentityKeyPair::from_private(*master.chat_identity())
    };
    let (rng, identity) = (&mut StdRng::seed_from_u64(9), identity_of(BOB));
    let signed = SignedPreKey::generate(1, &identity, rng);
    let kyber = KyberPreKey::generate(1, &identity, rng);
    let bundle = ratchet::Bundle::new(5, 1, &identity, &signed, &kyber);
    let mut record = SessionRecord::default();
    record.initiate(&identity_of(0xa1), &bundle, 6, Clock::system().now(), rng).unwrap();
    save(store, chat::session_changes(bob, &mut record)).await;
    Device { identity, signed, kyber, record: SessionRecord::default() }
}

impl Device {
    /// Reads an envelope; each one opens once.
    pub(super) fn read(&mut self, contact: &Contact, blob: &[u8]) -> Content {
        let Letter::First(message) = letter(&self.identity, contact, blob) else {
            panic!("nobody has answered")
        };
        let (rng, prekeys) = (
            &mut rand::rng(),
            PreKeys { signed: &self.signed, one_time: None, kyber: &self.kyber },
        );
        let opened = if self.record.knows(&message) {
            self.record.accept_known(&self.identity, &message, rng)
        } else {
            self.record.accept(&self.identity, prekeys, &message, rng)
        };
        Content::from_bytes(&opened.unwrap().plaintext).unwrap()
    }
}

async fn write_many(writer: Writer, contact: Contact, name: usize) {
    for n in 0..EACH {
        writer.write(&contact, &format!("{name} {n}")).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_written_while_the_engine_sends_arrives_once_and_in_order() {
    let worker = Worker::play(only_bobs_worker).await;
    let (_dir, store) = alice(&worker).await;
    let bob = with_envelopes(&store, BOB, 0).await;
    let mut device = with_session(&store, bob).await;
    let mut engine = Engine::open(store.clone(), vec![], Clock::system()).await.unwrap();
    let contact = store.contact(bob).await.unwrap().unwrap();

    let mut writers = tokio::task::JoinSet::new();
    for name in 0..WRITERS {
        let contact = find_contact(&store, &bob.to_string()).await.unwrap();
        writers.spawn(write_many(engine.writer(), contact, name));
    }
    // Sends while they write, and once more when they have done so.
    while !writers.is_empty() {
        engine.flush(bob, PATIENCE).await;
        while let Some(done) = writers.try_join_next() {
            done.unwrap();
        }
    }
    engine.flush(bob, PATIENCE).await;

    let rows = store.conversation(bob, None).await.unwrap();
    assert_eq!(rows.len(), WRITERS * EACH);
    assert_eq!(deliveries(&store, bob).await, BTreeSet::from([Delivery::Sent]));
    assert!(store.contacts_waiting().await.unwrap().is_empty());
    let asked = worker.asked.lock().unwrap().clone();
    let arrived: Vec<_> = asked
        .iter()
        .filter_map(|request| {
            let MailRequest::Put { blob, .. } = request else { return None };
            Some(device.read(&contact, blob).id)
        })
        .collect();
    let shown: Vec<_> = rows.iter().map(|row| row.message.id).collect();
    assert_eq!(arrived, shown, "each once, in the order of the conversation");
    for name in 0..WRITERS {
        let begins = format!("{name} ");
        let of = rows.iter().map(|row| row.message.text.as_str());
        let said: Vec<_> = of.filter(|text| text.starts_with(&begins)).collect();
        let expected: Vec<_> = (0..EACH).map(|n| format!("{name} {n}")).collect();
        assert_eq!(said, expected);
    }
}

/// A text and a payment's notice that wait for somebody, written so many hours ago.
async fn written_ago(store: &Store, contact: OpenId, hours: u64) {
    let now = Clock::system().now();
    let time = Timestamp(now.0 - hours * HOUR);
    let contact = store.contact(contact).await.unwrap().unwrap();
    let (_, mut changes) = chat::write(&contact, "late", time, &mut rand::rng());
    let payment = chat::PaymentRef { tx: types::TxId([1; 32]), amount: Amount::new(5) };
    changes.extend(chat::write_payment(&contact, payment, "lunch", time, &mut rand::rng()));
    save(store, changes).await;
}

#[tokio::test]
async fn a_message_that_nobody_takes_for_a_day_fails_and_can_be_sent_once_more() {
    let worker = Worker::play(only_bobs_worker).await;
    let (_dir, store) = alice(&worker).await;
    let (young, old) = (with_envelopes(&store, 4, 1).await, with_envelopes(&store, 5, 1).await);
    written_ago(&store, young, 23).await;
    written_ago(&store, old, 25).await;
    let mut engine = Engine::open(store.clone(), vec![], Clock::system()).await.unwrap();
    let states = async |contact| {
        let rows = store.conversation(contact, None).await.unwrap();
        rows.into_iter().map(|row| (row.message.text, row.message.delivery)).collect::<Vec<_>>()
    };
    let is = |text: &str, delivery| (text.to_owned(), delivery);
    use Delivery::{Failed, Queued};
    engine.sync(PATIENCE).await.unwrap();
    assert_eq!(states(young).await, [is("0", Queued), is("late", Queued), is("lunch", Queued)]);
    assert_eq!(states(old).await, [is("0", Queued), is("late", Failed), is("lunch", Queued)]);
    assert_eq!(store.pending(old, 9).await.unwrap().len(), 1, "the notice");

    let (writer, contact) = (engine.writer(), store.contact(old).await.unwrap().unwrap());
    let ids = store.conversation(old, None).await.unwrap();
    let [queued, failed, notice] = [0, 1, 2].map(|index: usize| ids[index].message.id);
    for refused in [queued, notice, MessageId([9; 16])] {
        let fault = writer.retry(&contact, refused).await.unwrap_err();
        assert_eq!(fault.code(), "refused");
    }
    let again = writer.retry(&contact, failed).await.unwrap();
    assert_eq!((again.id, again.delivery), (failed, Queued));
    assert_eq!(writer.retry(&contact, failed).await.unwrap_err().code(), "refused");
    assert_eq!(store.pending(old, 9).await.unwrap().len(), 2);
    engine.flush(old, PATIENCE).await;
    assert_eq!(states(old).await, [is("0", Queued), is("lunch", Queued), is("late", Queued)]);
    // It arrived long ago: only the receipt was late.
    let delivery = Delivery::Delivered;
    save(&store, vec![Change::SetDelivery { contact: old, message: failed, delivery }]).await;
    assert_eq!(writer.retry(&contact, failed).await.unwrap_err().code(), "refused");
}

#[tokio::test]
async fn what_was_never_tried_is_not_given_up() {
    let worker = Worker::play(only_bobs_worker).await;
    let (_dir, store) = alice(&worker).await;
    let bob = with_envelopes(&store, BOB, 0).await;
    with_session(&store, bob).await;
    written_ago(&store, bob, 72).await;
    let mut engine = Engine::open(store.clone(), vec![], Clock::system()).await.unwrap();
    engine.sync(PATIENCE).await.unwrap();
    assert_eq!(deliveries(&store, bob).await, BTreeSet::from([Delivery::Sent]));
}

/// Alice with so much money, as last proved.
async fn with_money(store: &Store, engine: &Engine, units: u64) {
    let (round, home) = (Round(3), engine.own().1);
    let account = Account { abc: Amount::new(units), ..Account::empty(home) };
    let saved = SavedAccount { round, home, account: Some(account) };
    store.apply(vec![wallet::Change::SaveAccount(saved).into()]).await.unwrap();
}

#[tokio::test]
async fn a_quote_needs_no_network_and_says_what_paying_says() {
    let worker = Worker::play(only_bobs_worker).await;
    let (_dir, store) = alice(&worker).await;
    let bob = with_envelopes(&store, BOB, 0).await;
    let mut engine = Engine::open(store.clone(), vec![], Clock::system()).await.unwrap();
    let (writer, own) = (engine.writer(), Payee::Address(engine.own().1));
    let amount = Amount::<Abc>::new(20_000_000);
    let none = writer.quote(Payee::Contact(bob), amount).await.unwrap_err();
    assert_eq!(none.code(), "insufficient_funds");

    with_money(&store, &engine, 50_000_000).await;
    let quote = writer.quote(Payee::Contact(bob), amount).await.unwrap();
    assert_eq!(quote.available, Amount::new(50_000_000));
    for (payee, amount, code) in [
        (own, amount, "bad_address"),
        (Payee::Contact(bob), Amount::ZERO, "bad_amount"),
        (Payee::Contact(bob), Amount::new(50_000_000), "insufficient_funds"),
        (Payee::Contact(OpenId([9; 32])), amount, "unknown_contact"),
    ] {
        let quoted = writer.quote(payee, amount).await.unwrap_err();
        let wanted = Wanted { payee, amount, memo: None };
        let paid = engine.pay(wanted, Duration::ZERO).await.unwrap_err();
        assert_eq!((quoted.code(), &quoted), (code, &paid));
    }
    let wanted = Wanted { payee: Payee::Contact(bob), amount, memo: None };
    let payment = engine.pay(wanted, Duration::ZERO).await.unwrap();
    assert_eq!((payment.to, payment.attempt.fee), (quote.to, quote.fee));
    let next = writer.quote(Payee::Contact(bob), amount).await.unwrap();
    assert_eq!(next.available, quote.available.minus(quote.total).unwrap(), "it is under way");
    // The smallest payment may be refused later, for a payee whom nobody has paid.
    let prices = ledger::Prices::DEVNET;
    let least = prices.least_pay().unwrap();
    assert!(least < Amount::new(prices.existential));
    writer.quote(Payee::Contact(bob), least).await.unwrap();
    let wanted = Wanted { payee: Payee::Contact(bob), amount: least, memo: None };
    let refused = engine.pay(wanted, Duration::ZERO).await.unwrap_err();
    assert_eq!(refused, Refusal::BelowMinimum(Amount::new(prices.existential)).into());
}

#[tokio::test]
async fn a_declined_contact_is_not_paid_by_name_and_paying_accepts_a_request() {
    let worker = Worker::play(only_bobs_worker).await;
    let (_dir, store) = alice(&worker).await;
    let bob = with_envelopes(&store, BOB, 0).await;
    let mut engine = Engine::open(store.clone(), vec![], Clock::system()).await.unwrap();
    with_money(&store, &engine, 50_000_000).await;
    let writer = engine.writer();
    let wanted =
        || Wanted { payee: Payee::Contact(bob), amount: Amount::new(20_000_000), memo: None };
    writer.decline(bob).await.unwrap();
    let refused = engine.pay(wanted(), Duration::ZERO).await.unwrap_err();
    assert_eq!(refused, writer.quote(wanted().payee, wanted().amount).await.unwrap_err());
    assert_eq!(refused.code(), "unknown_contact");
    assert!(store.payments().await.unwrap().is_empty());

    let request = Change::SetStanding { contact: bob, standing: Standing::Request };
    save(&store, vec![request]).await;
    engine.pay(wanted(), Duration::ZERO).await.unwrap();
    let contact = store.contact(bob).await.unwrap().unwrap();
    assert_eq!(contact.standing, Standing::Accepted);
}

#[tokio::test]
async fn what_became_of_a_payment_is_told_without_waiting() {
    let worker = Worker::play(only_bobs_worker).await;
    let (_dir, store) = alice(&worker).await;
    let bob = with_envelopes(&store, BOB, 0).await;
    let mut engine = Engine::open(store.clone(), vec![], Clock::system()).await.unwrap();
    with_money(&store, &engine, 50_000_000).await;
    let wanted = Wanted { payee: Payee::Contact(bob), amount: Amount::new(20_000_000), memo: None };
    let payment = engine.pay(wanted, Duration::ZERO).await.unwrap();
    let tx = payment.attempt.tx;
    let become_ = async |state| {
        let payment = wallet::Payment { state, ..payment.clone() };
        let change = wallet::Change::SavePayment(payment).into();
        store.apply(vec![change]).await.unwrap();
        outcome(&store, tx).await
    };
    assert_eq!(become_(PaymentState::Queued).await.unwrap(), None);
    assert_eq!(become_(PaymentState::Submitted).await.unwrap(), None);
    assert_eq!(become_(PaymentState::Expired).await.unwrap_err().code(), "expired");
    let done = become_(PaymentState::Final(Round(4))).await.unwrap().unwrap();
    assert_eq!(done.state, PaymentState::Final(Round(4)));
    assert_eq!(gift(&store, tx).await.unwrap(), None);
}

#[tokio::test]
async fn the_light_node_tells_what_it_knows() {
    let worker = Worker::play(only_bobs_worker).await;
    let (_dir, store) = alice(&worker).await;
    let engine = Engine::open(store, vec![], Clock::system()).await.unwrap();
    let facts = engine.light_facts().unwrap();
    assert_eq!((facts.round, facts.time, facts.genesis_time), (Round(0), NOW, NOW));
    assert_eq!((facts.managers, facts.quorum), (4, 3));
    assert_eq!(facts.worker, worker.transport.id());
    let network = engine.store().network().await.unwrap().unwrap();
    assert_eq!(facts.chain, network.chain);
}
