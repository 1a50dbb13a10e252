//! Two devices of Alice's: what one has on its way, the other knows, counts with and sends, and whatever
//! is lost between them, Bob is paid once.

use std::sync::atomic::{AtomicBool, Ordering};

use shielded::Nullifier;
use store::HistoryRow;
use types::TxId;
use wallet::private::{PrivatePayee, Readiness, Transfer, TransferState};
use wallet::{ANNOUNCED, Announced, DeviceId, Payment, PaymentState};
use wire::mail::{Waiting, envelope_id, send_id};

use super::gifts::{ABC, Bank, address};
use super::pool::{Pooled, honest, told};
use super::restored::account;
use super::*;

/// More rounds than a signature holds for: twenty minutes of blocks two seconds apart, and some.
const PARTITION: usize = 650;

/// What a worker's mailboxes do, without its signatures.
#[derive(Default)]
struct Mailboxes {
    queues: BTreeMap<[u8; 32], SendId>,
    envelopes: Vec<(SendId, Waiting)>,
    next: u64,
    is_down: bool,
}

impl Mailboxes {
    fn answer(&mut self, request: &MailRequest) -> Result<MailReply, Failure> {
        if self.is_down {
            return Err(Failure::new(code::UNAVAILABLE, ""));
        }
        let none = || Failure::new(code::NOT_FOUND, "no such queue");
        match request {
            MailRequest::Create { receive_key, send_key, .. } => {
                self.queues.insert(*receive_key, send_id(send_key));
                Ok(MailReply::Created)
            }
            MailRequest::Put { send, blob, .. } => {
                if !self.queues.values().any(|known| known == send) {
                    return Err(none());
                }
                self.next += 1;
                let (position, blob) = (self.next, blob.clone());
                self.envelopes.push((*send, Waiting { position, blob }));
                Ok(MailReply::Stored(NOW))
            }
            MailRequest::Pull { receive_key, after, .. } => {
                let send = self.queues.get(receive_key).ok_or_else(none)?;
                let of_it =
                    self.envelopes.iter().filter(|(of, it)| of == send && it.position > *after);
                let envelopes = of_it.map(|(_, it)| it.clone()).collect();
                Ok(MailReply::Waiting { envelopes, more: false })
            }
            MailRequest::Delete { receive_key, envelopes, .. } => {
                let send = *self.queues.get(receive_key).ok_or_else(none)?;
                self.envelopes.retain(|(of, it)| {
                    *of != send || !envelopes.contains(&envelope_id(send, &it.blob))
                });
                Ok(MailReply::Deleted)
            }
        }
    }
}

/// Two profiles of Alice's words at one worker.
struct Two {
    bank: Arc<Mutex<Bank>>,
    mail: Arc<Mutex<Mailboxes>>,
    /// False while no manager takes a transaction.
    takes: Arc<AtomicBool>,
    stores: [Store; 2],
    worker: Worker,
    _dirs: [TempDir; 2],
}

impl Two {
    /// Each has looked in once, and the first once more.
    async fn new() -> Self {
        let two = Self::with(&[0, 1, 0]).await;
        for store in &two.stores {
            assert_eq!(store.siblings(Timestamp(0)).await.unwrap().len(), 1);
        }
        two
    }

    /// These have looked in.
    async fn with(looks: &[usize]) -> Self {
        let bank = Arc::new(Mutex::new(Bank::new()));
        let (mail, takes) = (Arc::<Mutex<Mailboxes>>::default(), Arc::new(AtomicBool::new(true)));
        let genesis = bank.lock().unwrap().chain.genesis.clone();
        let (boxes, ledger, open) = (Arc::clone(&mail), Arc::clone(&bank), Arc::clone(&takes));
        let worker = Worker::play_both(
            move |request| boxes.lock().unwrap().answer(request),
            move |request| {
                let is_submitted = matches!(request, ChainRequest::Submit(_));
                if is_submitted && !open.load(Ordering::SeqCst) {
                    return Err(Failure::new(code::UNAVAILABLE, "no manager answers"));
                }
                ledger.lock().unwrap().answer(request)
            },
        )
        .await;
        let (first, one) = alice_on(&worker, &genesis).await;
        let (second, other) = alice_on(&worker, &genesis).await;
        let two = Self { bank, mail, takes, stores: [one, other], worker, _dirs: [first, second] };
        for at in looks {
            two.syncs(*at).await;
        }
        two
    }

    async fn engine(&self, at: usize) -> Engine {
        Engine::open(self.stores[at].clone(), vec![], Clock::system()).await.unwrap()
    }

    async fn syncs(&self, at: usize) {
        self.engine(at).await.sync(PATIENCE).await.unwrap();
    }

    /// This device pays Bob; it is told how far that got.
    async fn pays(&self, at: usize, units: u64) -> Payment {
        let (payee, amount) = (Payee::Address(address(BOB)), Amount::new(units));
        let wanted = Wanted { payee, amount, memo: Some(format!("tea {units}")) };
        self.engine(at).await.pay(wanted, PATIENCE).await.unwrap()
    }

    async fn open(&self, at: usize) -> Vec<(TxId, PaymentState)> {
        let open = self.stores[at].open_payments().await.unwrap();
        open.iter().map(|payment| (payment.attempt.tx, payment.state)).collect()
    }

    async fn state(&self, at: usize, tx: TxId) -> Option<PaymentState> {
        self.stores[at].payment_by_tx(tx).await.unwrap().map(|payment| payment.state)
    }

    async fn row(&self, at: usize, tx: TxId) -> HistoryRow {
        let rows = self.stores[at].history(None, None).await.unwrap();
        rows.into_iter().find(|row| row.tx == tx).unwrap()
    }

    fn blocks(&self, count: usize) {
        (0..count).for_each(|_| self.bank.lock().unwrap().next());
    }

    fn paid(&self) -> u64 {
        self.bank.lock().unwrap().balance(BOB) - 50 * ABC
    }

    fn submitted(&self) -> BTreeSet<TxId> {
        self.bank.lock().unwrap().submitted.clone()
    }

    fn lying(&self) -> usize {
        self.mail.lock().unwrap().envelopes.len()
    }
}

#[tokio::test]
async fn what_one_device_has_on_its_way_the_other_knows_counts_with_and_sends() {
    let two = Two::new().await;
    two.takes.store(false, Ordering::SeqCst);
    let paid = two.pays(0, 3 * ABC).await;
    assert_eq!(paid.state, PaymentState::Queued);
    assert_eq!(two.lying(), 3, "one that each is there, and the payment");

    two.syncs(1).await;
    assert_eq!(two.open(1).await, [(paid.attempt.tx, PaymentState::Submitted)]);
    let row = two.row(1, paid.attempt.tx).await;
    assert_eq!((row.elsewhere, row.memo.as_deref()), (true, Some("tea 3000000")));
    assert!(!two.row(0, paid.attempt.tx).await.elsewhere);
    let own = two.pays(1, ABC).await;
    assert_eq!((paid.attempt.nonce, own.attempt.nonce), (0, 1));
    assert_eq!(two.submitted(), BTreeSet::new());

    // The first device is lost; the second sends what it knows once it has waited long enough.
    two.takes.store(true, Ordering::SeqCst);
    two.blocks(8);
    for _ in 0..3 {
        two.syncs(1).await;
    }
    for tx in [paid.attempt.tx, own.attempt.tx] {
        assert!(matches!(two.state(1, tx).await, Some(PaymentState::Final(_))));
    }
    assert_eq!(two.submitted(), BTreeSet::from([paid.attempt.tx, own.attempt.tx]));
    assert_eq!(two.paid(), 4 * ABC);
    let row = two.row(1, paid.attempt.tx).await;
    assert_eq!((row.elsewhere, row.memo.as_deref()), (false, Some("tea 3000000")));

    // Found again, it has nothing left to do.
    for at in [0, 1, 0] {
        two.syncs(at).await;
        assert!(two.open(at).await.is_empty());
    }
    assert!(matches!(two.state(0, paid.attempt.tx).await, Some(PaymentState::Final(_))));
    assert_eq!((two.submitted().len(), two.paid()), (2, 4 * ABC));
    assert_eq!(two.lying(), 2, "the board is tidied up");
}

#[tokio::test]
async fn after_twenty_minutes_apart_its_maker_alone_signs_a_payment_anew() {
    for other_heard in [false, true] {
        let two = Two::new().await;
        two.takes.store(false, Ordering::SeqCst);
        let paid = two.pays(0, 3 * ABC).await;
        if other_heard {
            two.syncs(1).await;
        }
        two.blocks(PARTITION);
        two.takes.store(true, Ordering::SeqCst);
        two.mail.lock().unwrap().is_down = true;

        // Whoever has not made it signs nothing, and has nothing to send any more.
        two.syncs(1).await;
        assert_eq!(two.open(1).await, []);
        assert_eq!(two.submitted(), BTreeSet::new());
        two.syncs(0).await;
        let [(renewed, _)] = two.open(0).await[..] else { panic!("one payment") };
        assert_ne!(renewed, paid.attempt.tx);
        two.mail.lock().unwrap().is_down = false;
        for at in [0, 1, 1, 0] {
            two.syncs(at).await;
        }
        for at in [0, 1] {
            assert_eq!(two.open(at).await, []);
        }
        assert!(matches!(two.state(0, renewed).await, Some(PaymentState::Final(_))));
        assert_eq!((two.submitted(), two.paid()), (BTreeSet::from([renewed]), 3 * ABC));
        assert_eq!(two.stores[1].history(None, None).await.unwrap().len(), 2);
    }
}

#[tokio::test]
async fn a_payment_that_the_other_device_brought_in_is_not_signed_anew() {
    let two = Two::new().await;
    two.takes.store(false, Ordering::SeqCst);
    let paid = two.pays(0, 3 * ABC).await;
    two.syncs(1).await;
    two.takes.store(true, Ordering::SeqCst);
    two.blocks(8);
    two.syncs(1).await;
    two.blocks(PARTITION);
    for at in [0, 1, 0] {
        two.syncs(at).await;
        assert!(matches!(two.state(at, paid.attempt.tx).await, Some(PaymentState::Final(_))));
    }
    assert_eq!((two.submitted(), two.paid()), (BTreeSet::from([paid.attempt.tx]), 3 * ABC));
}

#[tokio::test]
async fn of_two_that_pay_at_once_without_hearing_of_each_other_one_is_told_so_at_once() {
    let two = Two::new().await;
    two.mail.lock().unwrap().is_down = true;
    let (mut one, mut other) = (two.engine(0).await, two.engine(1).await);
    for engine in [&mut one, &mut other] {
        engine.sync(PATIENCE).await.unwrap();
    }
    let (payee, memo) = (Payee::Address(address(BOB)), None);
    let wanted = |amount| Wanted { payee, amount: Amount::new(amount), memo: memo.clone() };
    let [first, second] = {
        let first = one.planned(address(BOB), &wanted(3 * ABC), true).await.unwrap();
        let second = other.planned(address(BOB), &wanted(2 * ABC), true).await.unwrap();
        [first, second]
    };
    assert_eq!(first.attempt.nonce, second.attempt.nonce);
    for (at, payment) in [&first, &second].into_iter().enumerate() {
        let submitted = Payment { state: PaymentState::Submitted, ..payment.clone() };
        let saved = wallet::Change::SavePayment(submitted);
        two.stores[at].apply(vec![saved.into()]).await.unwrap();
        let bytes = wire::chain::Object(payment.attempt.bytes.clone());
        two.bank.lock().unwrap().answer(ChainRequest::Submit(bytes)).unwrap();
    }
    for at in [0, 1] {
        two.syncs(at).await;
    }
    assert!(matches!(two.state(0, first.attempt.tx).await, Some(PaymentState::Final(_))));
    assert_eq!(two.state(1, second.attempt.tx).await, Some(PaymentState::Expired));
    assert_eq!(two.paid(), 3 * ABC);
    let gone = crate::outcome(&two.stores[1], second.attempt.tx).await.unwrap_err();
    assert_eq!(gone.code(), "expired");
}

#[tokio::test]
async fn what_lies_on_a_board_altered_or_once_more_changes_nothing() {
    let two = Two::new().await;
    two.takes.store(false, Ordering::SeqCst);
    let paid = two.pays(0, 3 * ABC).await;
    let kept = two.mail.lock().unwrap().envelopes.clone();
    for at in 0..kept.len() {
        two.mail.lock().unwrap().envelopes[at].1.blob[100] ^= 1;
    }
    two.syncs(1).await;
    assert_eq!(two.open(1).await, []);
    assert_eq!(two.lying(), 1, "what nobody of ours wrote is taken away");

    // Somebody with other words writes to the same place.
    let somebody = Words::from_entropy([9; 32]).master().board_key();
    let chain = two.bank.lock().unwrap().chain.genesis.chain();
    let foreign = Queue::board(WorkerId([9; 32]), somebody.at(chain, WorkerId([9; 32])));
    let part = chat::seal_envelope(&foreign.route(), b"a post", &mut rand::rng()).unwrap();
    let place = kept[0].0;
    let waiting = Waiting { position: 1_000, blob: part };
    two.mail.lock().unwrap().envelopes.push((place, waiting));
    two.syncs(1).await;
    assert_eq!(two.lying(), 1);

    // The maker says it again; and when it is over, the worker brings all of it back.
    two.syncs(0).await;
    two.syncs(1).await;
    assert_eq!(two.open(1).await.len(), 1);
    two.takes.store(true, Ordering::SeqCst);
    for at in [0, 1, 0, 1] {
        two.syncs(at).await;
    }
    let before = two.stores[1].payments().await.unwrap();
    two.mail.lock().unwrap().envelopes.extend(kept);
    two.syncs(1).await;
    two.blocks(8);
    two.syncs(1).await;
    assert_eq!(two.stores[1].payments().await.unwrap(), before);
    assert_eq!((two.submitted(), two.paid()), (BTreeSet::from([paid.attempt.tx]), 3 * ABC));
    assert_eq!(two.lying(), 2);
}

#[tokio::test]
async fn a_device_alone_tells_nobody_what_it_pays_and_a_new_one_hears_of_it() {
    let two = Two::with(&[]).await;
    two.takes.store(false, Ordering::SeqCst);
    two.syncs(0).await;
    let paid = two.pays(0, 3 * ABC).await;
    assert_eq!(two.lying(), 1, "that it is there");
    for at in [1, 0, 1] {
        two.syncs(at).await;
    }
    assert_eq!(two.open(1).await, [(paid.attempt.tx, PaymentState::Submitted)]);
}

#[tokio::test]
async fn a_folder_that_was_put_back_signs_nothing_else_for_what_it_had_signed() {
    let two = Two::new().await;
    two.takes.store(false, Ordering::SeqCst);
    let paid = two.pays(0, 3 * ABC).await;
    let device = two.engine(0).await.device;
    // The same device, as it was before it asked; or when an attempt before was the last.
    let genesis = two.bank.lock().unwrap().chain.genesis.clone();
    for earlier in [false, true] {
        let (_dir, store) = alice_on(&two.worker, &genesis).await;
        if earlier {
            let mut before = paid.clone();
            before.attempt.tx = TxId([4; 32]);
            before.attempt.expiry = Round(paid.attempt.expiry.0 - 1);
            store.apply(vec![wallet::Change::SavePayment(before).into()]).await.unwrap();
        }
        let mut engine = Engine::open(store.clone(), vec![], Clock::system()).await.unwrap();
        engine.device = device;
        for _ in 0..2 {
            engine.sync(PATIENCE).await.unwrap();
            let open = store.open_payments().await.unwrap();
            assert_eq!(open.iter().map(|it| it.attempt.tx).collect::<Vec<_>>(), [paid.attempt.tx]);
            assert_eq!(store.payments_elsewhere().await.unwrap(), [paid.intent].into());
        }
    }
    assert_eq!(two.lying(), 3, "what it had posted stays there");
    two.takes.store(true, Ordering::SeqCst);
    two.syncs(0).await;
    two.syncs(0).await;
    assert_eq!((two.submitted(), two.paid()), (BTreeSet::from([paid.attempt.tx]), 3 * ABC));
}

#[tokio::test]
async fn the_two_halves_of_a_sweep_have_one_intent_and_are_told_of_apart() {
    let two = Two::new().await;
    two.takes.store(false, Ordering::SeqCst);
    let paid = two.pays(0, 3 * ABC).await;
    let half = Transfer { intent: paid.intent, ..wish(0, ABC) };
    let saved = wallet::Change::SaveTransfer(Box::new(half));
    two.stores[0].apply(vec![saved.into()]).await.unwrap();
    two.syncs(0).await;
    for at in [1, 0, 1] {
        two.syncs(at).await;
        assert_eq!(two.lying(), 4, "neither takes the other's post away");
    }
    let rows = two.stores[1].history(None, None).await.unwrap();
    let elsewhere = rows.iter().filter(|row| row.elsewhere);
    let amounts: BTreeSet<u64> = elsewhere.map(|row| row.amount.units()).collect();
    assert_eq!(amounts, BTreeSet::from([ABC, 3 * ABC]));
}

/// A wish of Alice's that a sibling, or she herself, may have.
fn wish(intent: u8, units: u64) -> Transfer {
    Transfer {
        intent: [intent; 16],
        to: PrivatePayee::Public(address(BOB)),
        contact: None,
        amount: Amount::new(units),
        memo: None,
        created: Clock::system().now(),
        attempt: None,
        state: TransferState::Planned,
    }
}

#[tokio::test]
async fn notes_that_a_sibling_has_announced_first_are_left_to_it_for_a_while() {
    let key = account();
    let paid = |seed| testkit::unproved(&key, ABC, seed).unwrap().effects;
    let pooled = Pooled::with(|_| (0..2).map(paid).collect());
    let mut told = told(&pooled, honest, honest).await;
    let node = told.node.clone();
    let engine = &mut told.engine;
    engine.read_pool(&node).await.unwrap();
    let notes = engine.store().unspent_notes().await.unwrap();
    let marks: Vec<Nullifier> = notes.iter().map(|note| note.nullifier).collect();
    let [first, second] = marks[..] else { panic!("two notes") };
    let round = engine.bound().unwrap().light.round();
    let (other, own) = (DeviceId([7; 16]), engine.device);
    let announced = |device, intent: u8, notes: &[Nullifier], until| {
        (device, [intent; 16], Announced { notes: notes.to_vec(), until })
    };
    let until = round.plus(ANNOUNCED);

    engine.board.announced = vec![announced(other, 5, &[first], until)];
    let (_, free, _) = engine.pool_ground().await.unwrap();
    assert_eq!(free.iter().map(|note| note.nullifier).collect::<Vec<_>>(), [second]);
    assert!(engine.is_taken([1; 16], &[first, second]).await.unwrap());
    assert!(!engine.is_taken([1; 16], &[second]).await.unwrap());
    // What cannot be paid without them waits, and costs what it costs.
    let both = engine.ready(&wish(1, 3 * ABC / 2), true).await.unwrap();
    assert!(matches!(both, Readiness::Waits { .. }), "{both:?}");
    assert!(engine.ready(&wish(1, 2 * ABC), true).await.is_err(), "it was never there");

    // Whoever announced them first has them; of several wishes of ours, each by itself.
    let ours = announced(own, 1, &[first], until);
    engine.board.announced = vec![ours.clone(), announced(other, 5, &[first], until)];
    assert!(!engine.is_taken([1; 16], &[first]).await.unwrap());
    assert!(engine.is_taken([2; 16], &[first]).await.unwrap());
    engine.board.announced.reverse();
    assert!(engine.is_taken([1; 16], &[first]).await.unwrap());
    // Our own hold up nothing, and nobody's for ever.
    engine.board.announced = vec![ours, announced(other, 5, &[second], Round(round.0 - 1))];
    assert_eq!(engine.pool_ground().await.unwrap().1.len(), 2);
    assert!(!engine.is_taken([2; 16], &marks).await.unwrap());
}

#[tokio::test]
async fn what_another_device_was_asked_for_is_called_off_there() {
    let two = Two::new().await;
    let taken = wallet::SiblingChange::TakeTransfer(DeviceId([7; 16]), Box::new(wish(3, ABC)));
    let taken = wallet::Change::OfSibling(taken);
    two.stores[0].apply(vec![taken.into()]).await.unwrap();
    let mut engine = two.engine(0).await;
    assert_eq!(engine.cancel_transfer([3; 16]).await.unwrap_err().code(), "other_device");
    assert_eq!(engine.store().open_transfers().await.unwrap(), [], "nothing is proved for it here");
    assert!(engine.is_made_elsewhere([3; 16]).await.unwrap());
    let rows = engine.store().history(None, None).await.unwrap();
    assert!(rows.iter().any(|row| row.elsewhere && row.amount == Amount::new(ABC)));
    // Its maker does not say so any more.
    engine.sync(PATIENCE).await.unwrap();
    let rows = engine.store().history(None, None).await.unwrap();
    assert!(!rows.iter().any(|row| row.elsewhere));
    assert!(!engine.is_made_elsewhere([3; 16]).await.unwrap());
}
