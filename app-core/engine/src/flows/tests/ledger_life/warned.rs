//! Who is told of a warrant, and by whom.

use types::TxId;
use wallet::{Attempt, Payment, PaymentState, SavedAccount};

use super::*;

/// A worker that answers about the ledger alone, and what it was asked.
pub(super) struct Other {
    transport: Transport,
    pub(super) asked: Arc<Mutex<Vec<ChainRequest>>>,
}

impl Other {
    pub(super) async fn play(
        answer: impl Fn(ChainRequest) -> Result<ChainReply, Failure> + Send + 'static,
    ) -> Self {
        let listen = "/ip4/127.0.0.1/udp/0/quic-v1".parse().unwrap();
        let transport = Transport::spawn([2; 32], &[listen]).await.unwrap();
        let asked = Arc::new(Mutex::new(vec![]));
        let log = Arc::clone(&asked);
        tokio::spawn(serve(transport.accept(protocol::CHAIN).unwrap(), move |request| {
            let request = ChainRequest::from_bytes(&request).unwrap();
            log.lock().unwrap().push(request.clone());
            let answer = answer(request);
            async move { Reply::from(answer).to_bytes() }
        }));
        Self { transport, asked }
    }

    pub(super) fn at(&self, chain: ChainId) -> Bootstrap {
        let addresses = self.transport.addresses().remove(0);
        Bootstrap { worker: self.transport.id(), addresses, chain }
    }
}

/// The workers 1 and 2.
pub(super) fn two() -> Vec<FirstWorker> {
    let id = |seed| WorkerId(keys::Ed25519Key::from_seed([seed; 32]).public());
    [1, 2].map(|seed| FirstWorker { id: id(seed), archive: false }).into()
}

/// An engine at a home worker that has this chain and knows nobody, and remembers the other one.
async fn engine_beside(
    chain: &Arc<Chain>,
    other: &Other,
) -> (Worker, TempDir, Engine, Arc<Mutex<Vec<ChainRequest>>>) {
    let (worker, dir, engine, asked) = engine_on(chain).await;
    let store = engine.store().clone();
    let known = vec![other.at(chain.genesis.chain())];
    (worker, dir, Engine::open(store, known, Clock::system()).await.unwrap(), asked)
}

/// Asks the others, and takes what they say.
async fn cross(engine: &mut Engine) -> Result<(), Fault> {
    let node = engine.attach().await.unwrap();
    engine.crossed = None;
    engine.cross_check(&node).await?;
    while !engine.checks.is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
        engine.cross_check(&node).await?;
    }
    Ok(())
}

fn warrants_in(asked: &Mutex<Vec<ChainRequest>>) -> Vec<ledger::Conflict> {
    let asked = asked.lock().unwrap();
    let told = asked.iter().filter_map(|request| {
        let ChainRequest::Warrant(object) = request else { return None };
        Some(ledger::Conflict::from_bytes(&object.0).unwrap())
    });
    told.collect()
}

/// Answers as the ledger is, and keeps these warrants.
fn keeping(
    chain: &Arc<Chain>,
    kept: Vec<Object>,
) -> impl Fn(ChainRequest) -> Result<ChainReply, Failure> + Send + 'static {
    let ledger = Arc::clone(chain);
    move |request| {
        if request == ChainRequest::Warrants {
            return Ok(ChainReply::Warrants(kept.clone()));
        }
        ledger.answer(request)
    }
}

/// Shows another header than the rest of the network, takes warrants, and knows nothing more.
fn forking(
    chain: &Arc<Chain>,
) -> impl Fn(ChainRequest) -> Result<ChainReply, Failure> + Send + 'static {
    let fork = Object(chain.fork().to_bytes());
    move |request| {
        if matches!(request, ChainRequest::Headers { .. }) {
            return Ok(ChainReply::Headers(vec![fork.clone()]));
        }
        let warrant = matches!(request, ChainRequest::Warrant(_));
        warrant.then_some(ChainReply::Warranted).ok_or_else(|| Failure::new(code::NOT_FOUND, ""))
    }
}

#[tokio::test]
async fn whoever_finds_a_contradiction_tells_the_home_worker_and_others_once() {
    let chain = Arc::new(Chain::with(2, HOUR / 2, two()));
    let other = Other::play(forking(&chain)).await;
    let (_worker, _dir, mut engine, asked) = engine_beside(&chain, &other).await;
    engine.sync(PATIENCE).await.unwrap();
    assert!(warrants_in(&asked).is_empty());
    let fault = tokio::time::timeout(PATIENCE, cross(&mut engine)).await.unwrap().unwrap_err();
    assert_eq!(fault.code, Code::Conflict);
    assert!(
        fault.message.contains("contradict each other")
            && fault.message.contains("nothing is paid")
    );
    // The home worker knows no warrants, and is told again with the next connection.
    let told = warrants_in(&asked);
    assert_eq!(told, [chain.warrant()]);
    assert_eq!(told[0].verify(chain.genesis.chain()), Ok(()));
    assert_eq!(warrants_in(&other.asked), told);
    assert_eq!(engine.sync(PATIENCE).await.unwrap_err().code, Code::Conflict);
    assert_eq!(warrants_in(&asked).len(), 2);
    assert_eq!(warrants_in(&other.asked).len(), 1);
    // Also by whoever opens the profile next.
    let mut again = Engine::open(engine.store().clone(), vec![], Clock::system()).await.unwrap();
    assert_eq!(again.sync(PATIENCE).await.unwrap_err().code, Code::Conflict);
    assert_eq!(warrants_in(&asked).len(), 3);
}

#[tokio::test]
async fn a_warrant_that_a_worker_keeps_reaches_whoever_comes_later() {
    let chain = Arc::new(Chain::of_days(2));
    let kept = vec![Object(chain.warrant().to_bytes())];
    let worker = Worker::play_both(only_bobs_worker, keeping(&chain, kept)).await;
    let (_dir, store) = alice_on(&worker, &chain.genesis).await;
    let mut engine = Engine::open(store, vec![], Clock::system()).await.unwrap();
    assert_eq!(engine.sync(PATIENCE).await.unwrap_err().code, Code::Conflict);
    assert_eq!(engine.bound().unwrap().light.frozen(), Some(&chain.warrant()));
    let (to, amount) = (engine.own().1, Amount::<Abc>::new(1));
    let wanted = Wanted { payee: Payee::Address(to), amount, memo: None };
    assert_eq!(engine.pay(wanted, PATIENCE).await.unwrap_err().code, Code::Conflict);
}

#[tokio::test]
async fn another_worker_knows_what_ours_keeps_from_us() {
    let chain = Arc::new(Chain::with(2, HOUR / 2, two()));
    let kept = vec![Object(chain.warrant().to_bytes())];
    let other = Other::play(keeping(&chain, kept)).await;
    let (_worker, _dir, mut engine, _) = engine_beside(&chain, &other).await;
    assert!(engine.sync(PATIENCE).await.unwrap().synced);
    let fault = tokio::time::timeout(PATIENCE, cross(&mut engine)).await.unwrap().unwrap_err();
    assert_eq!(fault.code, Code::Conflict);
}

#[tokio::test]
async fn a_forged_warrant_freezes_nobody_whoever_brings_it() {
    let chain = Arc::new(Chain::with(2, HOUR / 2, two()));
    let mut forged = chain.warrant();
    forged.second.certificate.signatures[2][7] ^= 1;
    let forged = vec![Object(forged.to_bytes()); 4];
    let other = Other::play(keeping(&chain, forged.clone())).await;
    let (_worker, _dir, mut engine, _) = engine_beside(&chain, &other).await;
    assert!(engine.sync(PATIENCE).await.unwrap().synced);
    tokio::time::timeout(PATIENCE, cross(&mut engine)).await.unwrap().unwrap();
    assert_eq!(engine.bound().unwrap().light.frozen(), None);
    assert!(engine.sync(PATIENCE).await.unwrap().synced);

    // Our own worker is not up to anything good, and is no help; but nothing freezes.
    let home = Worker::play_both(only_bobs_worker, keeping(&chain, forged)).await;
    let (_dir, store) = alice_on(&home, &chain.genesis).await;
    let mut engine = Engine::open(store, vec![], Clock::system()).await.unwrap();
    assert!(!engine.sync(PATIENCE).await.unwrap().synced);
    assert_eq!(engine.bound().unwrap().light.frozen(), None);
}

#[tokio::test]
async fn headers_that_the_home_worker_withholds_come_from_another() {
    let all = Arc::new(Chain::with(2, HOUR / 2, two()));
    let some = Chain { genesis: all.genesis.clone(), headers: all.headers[..20].to_vec() };
    let some = Arc::new(some);
    let ledger = Arc::clone(&all);
    let other = Other::play(move |request| ledger.answer(request)).await;
    let (_worker, _dir, mut engine, _) = engine_beside(&some, &other).await;
    engine.sync(PATIENCE).await.unwrap();
    assert_eq!(engine.bound().unwrap().light.round(), Round(20));
    tokio::time::timeout(PATIENCE, cross(&mut engine)).await.unwrap().unwrap();
    assert_eq!(engine.bound().unwrap().light.round(), all.tip());
}

#[tokio::test]
async fn nothing_is_submitted_once_the_managers_contradict_themselves() {
    let chain = Arc::new(Chain::of_days(2));
    let (_worker, _dir, mut engine, asked) = engine_on(&chain).await;
    let node = engine.attach().await.unwrap();
    engine.sync(PATIENCE).await.unwrap();
    let waiting = payment(PaymentState::Queued);
    let saved = wallet::Change::SavePayment(waiting.clone());
    engine.store().apply(vec![saved.into()]).await.unwrap();
    engine.take_warrant(&Object(chain.warrant().to_bytes())).await.unwrap_err();
    assert_eq!(engine.submit_open(&node).await.unwrap_err().code, Code::Conflict);
    let submits = |request: &ChainRequest| matches!(request, ChainRequest::Submit(_));
    assert!(!asked.lock().unwrap().iter().any(submits));
    assert_eq!(engine.store().open_payments().await.unwrap(), [waiting]);
}

#[tokio::test]
async fn others_are_asked_before_money_moves() {
    let chain = Arc::new(Chain::with(2, HOUR / 2, two()));
    let other = Other::play(forking(&chain)).await;
    let (_worker, _dir, mut engine, _) = engine_beside(&chain, &other).await;
    // As one command at a time does it, without listening to anything.
    assert!(engine.sync(PATIENCE).await.unwrap().synced);
    let (to, amount) = (engine.own().1, Amount::<Abc>::new(1));
    let wanted = Wanted { payee: Payee::Address(to), amount, memo: None };
    assert_eq!(engine.pay(wanted, PATIENCE).await.unwrap_err().code, Code::Conflict);
    assert!(engine.store().payments().await.unwrap().is_empty());
}

#[tokio::test]
async fn what_froze_us_is_saved_even_if_the_program_was_stopped_at_once() {
    let chain = Arc::new(Chain::of_days(2));
    let (_worker, _dir, mut engine, _) = engine_on(&chain).await;
    engine.sync(PATIENCE).await.unwrap();
    // Frozen, and then the future that was to save it is dropped.
    let (warrant, now) = (chain.warrant(), Clock::system().now());
    engine.bound_mut().unwrap().light.take_warrant(&warrant, now).unwrap();
    assert_eq!(engine.sync(PATIENCE).await.unwrap_err().code, Code::Conflict);
    let again = Engine::open(engine.store().clone(), vec![], Clock::system()).await.unwrap();
    assert_eq!(again.bound().unwrap().light.frozen(), Some(&warrant));
}

#[tokio::test]
async fn what_the_wrong_branch_proved_is_proved_anew_on_the_right_one() {
    let chain = Arc::new(Chain::of_days(2));
    let (_worker, _dir, mut engine, _) = engine_on(&chain).await;
    engine.sync(PATIENCE).await.unwrap();
    // On that branch somebody has paid us, and we have paid somebody; on the right one nobody has.
    let (tip, home) = (chain.tip(), engine.own().1);
    let paid = |tx: u8, state| Payment {
        intent: [tx; 16],
        attempt: Attempt { tx: TxId([tx; 32]), ..payment(state).attempt },
        ..payment(state)
    };
    let early = paid(1, PaymentState::Final(Round(tip.0 - 1)));
    let states = [PaymentState::Final(tip), PaymentState::Expired];
    let late = states.map(|state| paid(2 + u8::from(state == PaymentState::Expired), state));
    let account = SavedAccount { round: tip, home, account: None };
    let mut changes = vec![
        wallet::Change::AddEntries(vec![entry_of(tip)]),
        wallet::Change::SaveAccount(account),
        wallet::Change::SavePayment(early),
    ];
    changes.extend(late.map(wallet::Change::SavePayment));
    engine.store().apply(changes.into_iter().map(Into::into).collect()).await.unwrap();
    assert!(!engine.sync(PATIENCE).await.unwrap().synced, "the history is another one");

    engine.take_warrant(&Object(chain.warrant().to_bytes())).await.unwrap_err();
    engine.use_checkpoint(chain.checkpoint(tip.0)).await.unwrap();
    let states = engine.store().payments().await.unwrap().into_iter().map(|it| it.state);
    // Nobody knows where the branches parted: it may have been long before they were seen to.
    assert_eq!(states.collect::<Vec<_>>(), [PaymentState::Submitted; 3]);
    assert!(engine.sync(PATIENCE).await.unwrap().synced);
    assert_eq!(engine.store().history_tip().await.unwrap(), (0, [0; 32]));
}

fn payment(state: PaymentState) -> Payment {
    let to = Address { kind: types::AddressKind::Ecdsa, payload: [7; 20] };
    let attempt = Attempt {
        tx: TxId([1; 32]),
        bytes: vec![1; 9],
        fee: Amount::new(1),
        nonce: 0,
        expiry: Round(600),
    };
    Payment {
        intent: [1; 16],
        kind: wallet::PaymentKind::Pay,
        to,
        contact: None,
        amount: Amount::new(5),
        memo: None,
        created: Timestamp(1),
        attempt,
        state,
    }
}

fn entry_of(round: Round) -> wallet::ProvedEntry {
    let entry = ledger::Entry {
        counter: 1,
        round,
        tx: TxId([9; 32]),
        index: 0,
        kind: ledger::EntryKind::PayIn,
        delta: ledger::Deltas { abc: ledger::Delta::plus(1), ..ledger::Deltas::default() },
        counterparty: None,
        abc: Amount::new(1),
        abit: Amount::ZERO,
        bonded: Amount::ZERO,
        nonce: 0,
        via_retired: false,
    };
    wallet::ProvedEntry { entry, time: Timestamp(1) }
}
