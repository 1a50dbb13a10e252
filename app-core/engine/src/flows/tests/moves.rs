//! Moving to Falcon: what is signed, that it is signed once, and what contacts are told and believed.

use chat::{Body, Content};
use keys::{EcdsaKey, FalconKey};
use ledger::{Account, Action, Delta, Deltas, Entry, EntryKind, KeySlot, Transaction};
use light::ProvedAccount;
use store::LightChange;
use types::{Abc, AddressKind, Round, TxId};
use wallet::private::{PrivateAttempt, PrivatePayee, Transfer, TransferState};
use wallet::{Payment, PaymentKind, PaymentState, Protection, ProvedEntry, SavedAccount};

use super::*;
use crate::{Fault, Moved, Payee, Swept, Wanted, migration};

const FUNDS: u64 = 50_000_000;
/// In which the account was proved.
const PROVED: Round = Round(3);

/// Alice's profile without a network, opened anew as after a crash.
pub(super) struct Life {
    worker: Worker,
    _dir: TempDir,
    pub(super) store: Store,
}

impl Life {
    pub(super) async fn begin() -> Self {
        let worker = Worker::play(only_bobs_worker).await;
        let (dir, store) = alice(&worker).await;
        let life = Self { worker, _dir: dir, store };
        life.proves(life.account(&[])).await;
        life
    }

    pub(super) fn chain(&self) -> types::ChainId {
        genesis(self.worker.transport.id()).chain()
    }

    pub(super) async fn engine(&self) -> Engine {
        Engine::open(self.store.clone(), vec![], Clock::system()).await.unwrap()
    }

    /// Alice's account with these keys, each with the round in which it ended.
    pub(super) fn account(&self, keys: &[(&keys::PublicKey, Option<Round>)]) -> Account {
        let slot = |(key, retired): &(&keys::PublicKey, Option<Round>)| KeySlot {
            key: (*key).clone(),
            added: Round(2),
            retired: *retired,
        };
        let slots = keys.iter().map(slot).collect();
        let home = first().public().address();
        Account { abc: Amount::new(FUNDS), slots, ..Account::empty(home) }
    }

    pub(super) async fn proves(&self, account: Account) {
        let home = account.home;
        let saved = SavedAccount { round: PROVED, home, account: Some(account) };
        self.store.apply(vec![wallet::Change::SaveAccount(saved).into()]).await.unwrap();
    }

    pub(super) async fn migrates(&self) -> Result<Moved, Fault> {
        self.engine().await.migrate(Duration::ZERO).await
    }

    async fn sweeps(&self, to: Address) -> Result<Moved, Fault> {
        self.engine().await.sweep(to, false, Duration::ZERO).await.map(|swept| swept.account)
    }

    pub(super) async fn becomes(&self, payment: &Payment, state: PaymentState) {
        let payment = Payment { state, ..payment.clone() };
        self.store.apply(vec![wallet::Change::SavePayment(payment).into()]).await.unwrap();
    }
}

pub(super) fn first() -> EcdsaKey {
    Words::from_entropy([0xa1; 32]).master().operation_key()
}

pub(super) fn falcon() -> FalconKey {
    Words::from_entropy([0xa1; 32]).master().falcon_key()
}

pub(super) fn stranger() -> Address {
    Address { kind: AddressKind::Falcon, payload: [7; 20] }
}

pub(super) fn now(moved: Moved) -> Payment {
    let Moved::Now(payment) = moved else { panic!("nothing was left to do") };
    *payment
}

pub(super) fn transaction(payment: &Payment) -> Transaction {
    Transaction::from_bytes(&payment.attempt.bytes).unwrap()
}

#[tokio::test]
async fn a_move_that_is_asked_for_again_is_the_same_until_it_is_final_or_dead() {
    let life = Life::begin().await;
    let step = now(life.migrates().await.unwrap());
    assert_eq!((step.kind, step.state), (PaymentKind::Migrate, PaymentState::Queued));
    assert_eq!(step.to, falcon().public().address());
    // Stopped at any point and asked again: the very same bytes.
    for state in [PaymentState::Queued, PaymentState::Submitted] {
        life.becomes(&step, state).await;
        let again = now(life.migrates().await.unwrap());
        assert_eq!(again, Payment { state, ..step.clone() });
    }
    assert_eq!(life.store.payments().await.unwrap().len(), 1);
    // Provably dead: a new one, and only then.
    life.becomes(&step, PaymentState::Expired).await;
    let next = now(life.migrates().await.unwrap());
    assert_ne!(next.intent, step.intent);
    assert_eq!(now(life.migrates().await.unwrap()), next);
    life.becomes(&next, PaymentState::Final(Round(9))).await;
    life.proves(life.account(&[(&first().public(), Some(Round(9))), (&falcon().public(), None)]))
        .await;
    assert_eq!(life.migrates().await.unwrap(), Moved::Before);
    assert_eq!(life.sweeps(falcon().public().address()).await.unwrap(), Moved::Before);
    assert_eq!(life.store.payments().await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_move_that_another_device_has_made_is_done() {
    let life = Life::begin().await;
    let step = now(life.migrates().await.unwrap());
    // The other one's attempt took the nonce: this one's is dead, and still open.
    let moved = [(&first().public(), Some(Round(2))), (&falcon().public(), None)];
    life.proves(Account { nonce: 1, ..life.account(&moved) }).await;
    assert_eq!(life.migrates().await.unwrap(), Moved::Before);
    let amount = Amount::new(1_000_000);
    let payee = Payee::Address(Address { kind: AddressKind::Ecdsa, payload: [7; 20] });
    let wanted = Wanted { payee, amount, memo: None };
    let paid = life.engine().await.pay(wanted, Duration::ZERO).await.unwrap();
    assert_eq!((step.attempt.nonce, paid.attempt.nonce), (0, 1));
    assert_eq!(transaction(&paid).sources[0].address, falcon().public().address());
}

#[tokio::test]
async fn a_sweep_that_is_asked_for_again_is_the_same_and_goes_nowhere_else() {
    let life = Life::begin().await;
    let step = now(life.sweeps(stranger()).await.unwrap());
    assert_eq!(step.amount.plus(step.attempt.fee), Some(Amount::new(FUNDS)));
    for state in [PaymentState::Queued, PaymentState::Submitted] {
        life.becomes(&step, state).await;
        let again = now(life.sweeps(stranger()).await.unwrap());
        assert_eq!(again.attempt, step.attempt);
    }
    let elsewhere = Address { payload: [8; 20], ..stranger() };
    for refused in [life.sweeps(elsewhere).await, life.migrates().await] {
        assert_eq!(refused.unwrap_err().code(), "move_under_way");
    }
    life.becomes(&step, PaymentState::Final(Round(9))).await;
    life.proves(Account { abc: Amount::ZERO, ..life.account(&[(&first().public(), None)]) }).await;
    assert_eq!(life.sweeps(stranger()).await.unwrap(), Moved::Before);
    assert_eq!(life.sweeps(elsewhere).await.unwrap_err().code(), "insufficient_funds");
    // What has come in since is swept anew.
    life.proves(life.account(&[(&first().public(), None)])).await;
    assert_ne!(now(life.sweeps(stranger()).await.unwrap()).intent, step.intent);
}

#[tokio::test]
async fn a_sweep_of_the_pool_is_found_again_and_none_goes_elsewhere_meanwhile() {
    let life = Life::begin().await;
    let wish = Transfer {
        intent: [1; 16],
        to: PrivatePayee::Sweep(stranger()),
        contact: None,
        amount: Amount::new(7_000_000),
        memo: None,
        created: NOW,
        attempt: None,
        state: TransferState::Planned,
    };
    let save = async |wish: &Transfer| {
        let saved = wallet::Change::SaveTransfer(Box::new(wish.clone()));
        life.store.apply(vec![saved.into()]).await.unwrap();
    };
    let all = async |to| life.engine().await.sweep(to, true, Duration::ZERO).await;
    let elsewhere = Address { payload: [8; 20], ..stranger() };
    // Without money in the pool it is as if nobody had asked for it.
    life.proves(Account { abc: Amount::ZERO, ..life.account(&[(&first().public(), None)]) }).await;
    assert_eq!(all(stranger()).await.unwrap_err().code(), "insufficient_funds");
    save(&wish).await;
    let swept = Swept { account: Moved::Nothing, pool: Some(wish.clone()) };
    assert_eq!(all(stranger()).await.unwrap(), swept);
    for to in [elsewhere, falcon().public().address()] {
        assert_eq!(all(to).await.unwrap_err().code(), "move_under_way");
        assert_eq!(life.sweeps(to).await.unwrap_err().code(), "move_under_way");
    }
    // What has come in meanwhile goes there as well.
    life.proves(life.account(&[])).await;
    let Swept { account, pool } = all(stranger()).await.unwrap();
    let step = now(account);
    assert_eq!((step.to, step.intent), (stranger(), wish.intent), "one wish");
    assert_eq!(pool, Some(wish.clone()));
    // Both over: found, and nothing is signed.
    let paid =
        Transfer { state: TransferState::Final(Round(12)), attempt: Some(attempt()), ..wish };
    save(&paid).await;
    life.becomes(&step, PaymentState::Final(Round(9))).await;
    life.proves(Account { abc: Amount::ZERO, ..life.account(&[(&first().public(), None)]) }).await;
    let swept = Swept { account: Moved::Before, pool: Some(paid) };
    assert_eq!(all(stranger()).await.unwrap(), swept);
    assert_eq!(life.store.payments().await.unwrap().len(), 1);
    assert_eq!(life.store.transfers().await.unwrap().len(), 1);
    // What comes in later is another sweep, of the account alone.
    life.proves(life.account(&[(&first().public(), None)])).await;
    assert_eq!(all(stranger()).await.unwrap().pool, None);
}

fn attempt() -> PrivateAttempt {
    let (tx, fee, expiry) = (TxId([3; 32]), Amount::new(9), Round(600));
    PrivateAttempt { tx, bytes: vec![1, 2], fee, expiry, carry: None, spend: None }
}

#[tokio::test]
async fn everything_goes_to_a_falcon_address_and_to_ones_own_it_is_the_move_in_place() {
    let life = Life::begin().await;
    let ecdsa = Address { kind: AddressKind::Ecdsa, payload: [7; 20] };
    assert_eq!(life.sweeps(ecdsa).await.unwrap_err().code(), "bad_address");
    assert!(life.store.payments().await.unwrap().is_empty());
    let step = now(life.sweeps(falcon().public().address()).await.unwrap());
    assert_eq!(step.kind, PaymentKind::Migrate);
    let actions = transaction(&step).actions;
    assert!(matches!(actions.as_slice(), [Action::AddKey(_), Action::RetireKey(_)]));
    // It is about to join: not to be paid any more.
    let wanted = Wanted {
        payee: Payee::Address(falcon().public().address()),
        amount: Amount::new(1_000_000),
        memo: None,
    };
    let paid = life.engine().await.pay(wanted, Duration::ZERO).await;
    assert_eq!(paid.unwrap_err().code(), "bad_address");
}

#[tokio::test]
async fn a_profile_that_was_restored_finds_its_moved_account_and_signs_with_falcon() {
    let life = Life::begin().await;
    life.proves(life.account(&[(&first().public(), Some(Round(2))), (&falcon().public(), None)]))
        .await;
    assert_eq!(life.migrates().await.unwrap(), Moved::Before);
    let payee = Payee::Address(Address { kind: AddressKind::Ecdsa, payload: [7; 20] });
    let amount = Amount::new(1_000_000);
    let quote = life.engine().await.writer().quote(payee, amount).await.unwrap();
    let wanted = Wanted { payee, amount, memo: None };
    let paid = life.engine().await.pay(wanted, Duration::ZERO).await.unwrap();
    assert_eq!(paid.attempt.fee, quote.fee);
    let transaction = transaction(&paid);
    assert_eq!(transaction.sources[0].address, falcon().public().address());
    assert!(falcon().public().verify(&transaction.sighash(), &transaction.witness[0]));
}

#[tokio::test]
async fn an_account_with_other_keys_is_not_signed_for() {
    let life = Life::begin().await;
    let other = Words::from_entropy([0xb2; 32]).master();
    let keys = [other.operation_key().public(), other.falcon_key().public()];
    for key in &keys {
        life.proves(life.account(&[(&first().public(), Some(Round(2))), (key, None)])).await;
        let wanted =
            Wanted { payee: Payee::Address(stranger()), amount: Amount::new(9_000), memo: None };
        let mut engine = life.engine().await;
        let paid = engine.pay(wanted, Duration::ZERO).await.unwrap_err();
        let swept = engine.sweep(stranger(), false, Duration::ZERO).await.unwrap_err();
        assert_eq!([paid.code(), swept.code()], ["other_keys"; 2]);
    }
    assert!(life.store.payments().await.unwrap().is_empty());
}

#[tokio::test]
async fn the_screen_knows_what_a_move_costs_and_what_became_of_it() {
    let life = Life::begin().await;
    let writer = life.engine().await.writer();
    let before = writer.outlook().await.unwrap();
    assert_eq!(before.protection, Protection::None);
    let (fee, enough) = before.fee.unwrap();
    assert!(enough && before.migration.is_none() && before.sweep.is_none());
    let step = now(life.migrates().await.unwrap());
    assert_eq!(step.attempt.fee, fee);
    assert_eq!(writer.outlook().await.unwrap().migration, Some(step));
    let poor = Account { abc: Amount::new(7), ..life.account(&[]) };
    life.proves(poor).await;
    assert_eq!(writer.outlook().await.unwrap().fee.map(|(_, enough)| enough), Some(false));
    // The history knows of it as well, whichever device moved.
    assert_eq!(migration(&life.store).await.unwrap(), None);
    let entries = [(1, EntryKind::Fee), (2, EntryKind::KeyAdded), (3, EntryKind::KeyRetired)]
        .map(|(counter, kind)| entry(counter, kind, None, false));
    life.store.apply(vec![wallet::Change::AddEntries(entries.to_vec()).into()]).await.unwrap();
    let done = migration(&life.store).await.unwrap().unwrap();
    assert_eq!((done.tx, done.fee, done.held), (TxId([1; 32]), Amount::new(1), Amount::new(5)));
}

fn entry(
    counter: u64,
    kind: EntryKind,
    counterparty: Option<Address>,
    via_retired: bool,
) -> ProvedEntry {
    let entry = Entry {
        counter,
        round: Round(4),
        tx: TxId([1; 32]),
        index: 0,
        kind,
        delta: Deltas { abc: Delta::plus(1), ..Deltas::default() },
        counterparty,
        abc: Amount::new(5),
        abit: Amount::ZERO,
        bonded: Amount::<Abc>::ZERO,
        nonce: 0,
        via_retired,
    };
    ProvedEntry { entry, time: NOW }
}

/// What a contact is told about our keys, and waits to leave.
async fn told(store: &Store, contact: OpenId) -> Vec<Round> {
    let waiting = store.pending(contact, 9).await.unwrap();
    let bodies = waiting.iter().map(|(_, it)| Content::from_bytes(&it.content).unwrap().body);
    let since = |body| if let Body::KeysChanged(round) = body { Some(round) } else { None };
    bodies.filter_map(since).collect()
}

#[tokio::test]
async fn whoever_pays_to_the_old_address_is_asked_to_look_again() {
    let life = Life::begin().await;
    let bob = with_envelopes(&life.store, BOB, 0).await;
    let other = with_envelopes(&life.store, 9, 0).await;
    let from = life.store.contact(bob).await.unwrap().unwrap().address();
    let engine = life.engine().await;
    let moved = life.account(&[(&first().public(), Some(Round(2))), (&falcon().public(), None)]);
    for (entry, words) in [
        (entry(1, EntryKind::PayIn, Some(from), false), 0),
        (entry(2, EntryKind::PayIn, Some(stranger()), true), 0),
        (entry(3, EntryKind::PayIn, Some(from), true), 1),
    ] {
        let changes = engine.words_of_keys(&[entry], Some(&moved)).await.unwrap();
        assert_eq!(changes.len(), words);
        life.store.apply(changes).await.unwrap();
    }
    assert_eq!(told(&life.store, bob).await, [Round(2)]);
    assert_eq!(told(&life.store, other).await, []);
}

#[tokio::test]
async fn a_contact_is_told_which_key_pays_it() {
    let life = Life::begin().await;
    let bob = with_envelopes(&life.store, BOB, 0).await;
    let pay = async || {
        let amount = Amount::new(1_000_000);
        let wanted = Wanted { payee: Payee::Contact(bob), amount, memo: None };
        life.engine().await.pay(wanted, Duration::ZERO).await.unwrap()
    };
    let paid = pay().await;
    assert_eq!(told(&life.store, bob).await, [], "the key of our card");
    life.becomes(&paid, PaymentState::Expired).await;
    life.proves(life.account(&[(&first().public(), Some(Round(2))), (&falcon().public(), None)]))
        .await;
    pay().await;
    assert_eq!(told(&life.store, bob).await, [Round(2)]);
}

#[tokio::test]
async fn where_a_contact_is_paid_the_ledger_says_and_not_the_contact() {
    let life = Life::begin().await;
    let number = with_envelopes(&life.store, BOB, 0).await;
    let contact = life.store.contact(number).await.unwrap().unwrap();
    let (card, engine) = (contact.address(), life.engine().await);
    let said = LightChange::KeysSaid { contact: number, round: Round(5) };
    life.store.apply(vec![said.into()]).await.unwrap();
    assert_eq!(life.store.keys_due().await.unwrap(), [(number, Round(5))]);
    assert_eq!(life.store.key_address(number).await.unwrap(), None, "a word proves nothing");

    let new = Words::from_entropy([BOB; 32]).master().falcon_key().public();
    let slots = vec![
        KeySlot {
            key: contact.card.operation_key.clone(),
            added: Round(1),
            retired: Some(Round(5)),
        },
        KeySlot { key: new.clone(), added: Round(5), retired: None },
    ];
    let account = Some(Account { slots, ..Account::empty(card) });
    // A node that is behind proves the keys of before; the contact is looked up again.
    let early = ProvedAccount { round: Round(4), home: card, account: None };
    assert_eq!(engine.keep_keys(&contact, &early).await.unwrap(), card);
    assert_eq!(life.store.keys_due().await.unwrap().len(), 1);
    let proved = ProvedAccount { round: Round(6), home: card, account };
    assert_eq!(engine.keep_keys(&contact, &proved).await.unwrap(), new.address());
    assert!(life.store.keys_due().await.unwrap().is_empty());
    // Paid there from now on, also without a network.
    let amount = Amount::new(1_000_000);
    let wanted = Wanted { payee: Payee::Contact(number), amount, memo: None };
    let paid = life.engine().await.pay(wanted, Duration::ZERO).await.unwrap();
    assert_eq!(paid.to, new.address());
}
