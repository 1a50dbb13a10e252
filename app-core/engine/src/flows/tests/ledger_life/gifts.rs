//! Red envelopes on a ledger that a test executes and proves; stopped at every request, and lied to.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use keys::EcdsaKey;
use ledger::{
    BlockContext, Body as BlockBody, Claim, Entry, RedEnvelopeId, Transaction, account_key,
    claim_key, envelope_key,
};
use light::RecordProof;
use shielded::{Effects, LogEntry, VerifyingKey};
pub(super) use testkit::{prove_state as prove, state_root as root};
use tokio::sync::Notify;
use types::{Abc, TxId};
use wallet::ShareTo::{Account, Pool};
use wallet::{GiftState, GiftWish, Ground, KnownGift, PaymentState, Share, plan_gift};

use super::*;
use crate::Giving;

pub(super) const ABC: u64 = 1_000_000;
/// What a claim that is paid to an address costs.
const FEE: u64 = 1_696;

/// A ledger with a block for each time that somebody asks for the newest header.
pub(super) struct Bank {
    pub(super) chain: Chain,
    pub(super) state: BTreeMap<Vec<u8>, Vec<u8>>,
    entries: Vec<(Address, Entry)>,
    pub(super) waiting: Vec<Transaction>,
    pub(super) submitted: BTreeSet<TxId>,
    /// The private pool's log, and its bundles.
    log: Vec<(LogEntry, Effects)>,
    /// Says of every record that there is none.
    hides: bool,
}

/// Built when the first proof comes.
fn circuit() -> &'static VerifyingKey {
    static KEY: OnceLock<VerifyingKey> = OnceLock::new();
    KEY.get_or_init(VerifyingKey::build)
}

pub(super) fn person(seed: u8) -> EcdsaKey {
    Words::from_entropy([seed; 32]).master().operation_key()
}

pub(super) fn address(seed: u8) -> Address {
    person(seed).public().address()
}

pub(super) const ALICE: u8 = 0xa1;

impl Bank {
    pub(super) fn new() -> Self {
        let mut genesis = genesis(WorkerId([1; 32]));
        genesis.time = Timestamp(Clock::system().now().0 - HOUR);
        for seed in [ALICE, BOB] {
            genesis.balances.push((address(seed), Amount::new(50 * ABC)));
        }
        genesis.balances.sort_unstable();
        genesis.check().unwrap();
        let (state, entries) = (genesis.state(), genesis.entries());
        let chain = Chain { genesis, headers: vec![] };
        let (waiting, submitted, log) = (vec![], BTreeSet::new(), vec![]);
        Self { chain, state, entries, waiting, submitted, log, hides: false }
    }

    pub(super) fn next(&mut self) {
        let genesis = &self.chain.genesis;
        let start = genesis.tip(root(&self.state));
        let tip = self.chain.headers.iter().fold(start, |tip, header| tip.after(header));
        let mut header = header_after(genesis, &tip);
        let (chain, time) = (genesis.chain(), header.time);
        let context = BlockContext::after(&tip, chain, time, &genesis.params).verifying(circuit);
        let mut body = BlockBody::default();
        for transaction in self.waiting.drain(..) {
            body.transactions.push(transaction);
            if ledger::execute(&self.state, &context, &body, &|_| false).is_err() {
                body.transactions.pop();
            }
        }
        let done = ledger::execute(&self.state, &context, &body, &|_| false).unwrap();
        for (key, value) in done.changes {
            match value {
                Some(value) => self.state.insert(key, value),
                None => self.state.remove(&key),
            };
        }
        self.entries.extend(done.entries);
        for (index, transaction) in (0..).zip(&body.transactions) {
            let effects = transaction.bundle.as_ref().map(|bundle| bundle.effects.clone());
            let logged = |effects| (LogEntry::of(header.round, index, &effects), effects);
            self.log.extend(effects.map(logged));
        }
        header.state_root = root(&self.state);
        self.chain.headers.push(header);
    }

    fn account(&self, address: Address) -> Object {
        let (alias_proof, proof) = (
            prove(&self.state, &ledger::alias_key(address)),
            prove(&self.state, &account_key(address)),
        );
        let account = self.state.get(&account_key(address));
        let account = account.map(|bytes| ledger::Account::from_bytes(bytes).unwrap());
        let round = self.chain.tip();
        Object(AccountProof { round, address, alias: None, alias_proof, account, proof }.to_bytes())
    }

    fn record(&self, key: Vec<u8>) -> Object {
        let (round, proof) = (self.chain.tip(), prove(&self.state, &key));
        let value = self.state.get(&key).cloned().filter(|_| !self.hides);
        Object(RecordProof { round, key, value, proof }.to_bytes())
    }

    pub(super) fn answer(&mut self, request: ChainRequest) -> Result<ChainReply, Failure> {
        Ok(match request {
            ChainRequest::Light { trusted, address } => {
                self.next();
                let steps = ChainRequest::Light { trusted, address: None };
                let ChainReply::Light { steps, .. } = self.chain.answer(steps)? else { panic!() };
                ChainReply::Light { steps, account: address.map(|address| self.account(address)) }
            }
            ChainRequest::Account(address) => ChainReply::Account(self.account(address)),
            ChainRequest::Record { key } => ChainReply::Record(self.record(key)),
            ChainRequest::History { home, after } => {
                let new = |(of, entry): &&(Address, Entry)| *of == home && entry.counter > after;
                let new = self.entries.iter().filter(new);
                ChainReply::History(new.map(|(_, entry)| Object(entry.to_bytes())).collect())
            }
            ChainRequest::Submit(object) => {
                let transaction = Transaction::from_bytes(&object.0).unwrap();
                let tx = transaction.id();
                self.submitted.insert(tx);
                self.waiting.push(transaction);
                ChainReply::Submitted(tx)
            }
            ChainRequest::PoolLog { after, .. } => {
                let new = self.log.iter().skip(after as usize);
                ChainReply::PoolLog(new.map(|(entry, _)| Object(entry.to_bytes())).collect())
            }
            ChainRequest::PoolEffects { from, .. } => {
                let group = self.log.iter().skip(from as usize);
                ChainReply::PoolEffects(group.map(|(_, it)| Object(it.to_bytes())).collect())
            }
            other @ (ChainRequest::Genesis
            | ChainRequest::Tip
            | ChainRequest::Headers { .. }
            | ChainRequest::Find(_)
            | ChainRequest::Locate(_)
            | ChainRequest::HeaderAt { .. }
            | ChainRequest::Back { .. }
            | ChainRequest::Committee(_)
            | ChainRequest::Warrant(_)
            | ChainRequest::Warrants
            | ChainRequest::Records { .. }) => self.chain.answer(other)?,
        })
    }

    pub(super) fn claim(&self, key: &[u8; 32]) -> Option<Claim> {
        self.state.get(&claim_key(key)).map(|bytes| Claim::from_bytes(bytes).unwrap())
    }

    fn has(&self, id: RedEnvelopeId) -> bool {
        self.state.contains_key(&envelope_key(id))
    }

    pub(super) fn balance(&self, seed: u8) -> u64 {
        let account = self.state.get(&account_key(address(seed))).unwrap();
        ledger::Account::from_bytes(account).unwrap().abc.units()
    }
}

/// Tells when a worker has been asked so many times.
struct Stop {
    left: AtomicUsize,
    reached: Notify,
}

impl Stop {
    fn count(&self) {
        if self.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.reached.notify_one();
        }
    }
}

/// What a payment to somebody who has been paid before is planned on.
pub(super) fn ground<'a>(
    genesis: &'a Genesis,
    account: Option<&'a ledger::Account>,
    round: Round,
) -> Ground<'a> {
    let (chain, params) = (genesis.chain(), &genesis.params);
    Ground { chain, params, round, account, payee_exists: true, open: &[] }
}

/// Alice's profile, her worker and the ledger behind it.
pub(super) struct Home {
    pub(super) bank: Arc<Mutex<Bank>>,
    stop: Arc<Stop>,
    pub(super) store: Store,
    _worker: Worker,
    _dir: TempDir,
}

impl Home {
    pub(super) async fn new() -> Self {
        let bank = Arc::new(Mutex::new(Bank::new()));
        let stop = Arc::new(Stop { left: AtomicUsize::new(usize::MAX), reached: Notify::new() });
        let (counts, mail) = (Arc::clone(&stop), Arc::clone(&stop));
        let (ledger, genesis) = (Arc::clone(&bank), bank.lock().unwrap().chain.genesis.clone());
        let worker = Worker::play_both(
            move |request| {
                mail.count();
                only_bobs_worker(request)
            },
            move |request| {
                counts.count();
                ledger.lock().unwrap().answer(request)
            },
        )
        .await;
        let (dir, store) = alice_on(&worker, &genesis).await;
        Self { bank, stop, store, _worker: worker, _dir: dir }
    }

    pub(super) async fn engine(&self) -> Engine {
        Engine::open(self.store.clone(), vec![], Clock::system()).await.unwrap()
    }

    /// Does something with a new engine and drops both at a request; false if it came to its end.
    pub(super) async fn stopped_at<T>(
        &self,
        request: usize,
        work: impl AsyncFnOnce(&mut Engine) -> T,
    ) -> bool {
        let mut engine = self.engine().await;
        self.stop.left.store(request, Ordering::SeqCst);
        let stopped = tokio::select! {
            biased;
            () = self.stop.reached.notified() => true,
            _ = work(&mut engine) => false,
        };
        self.stop.left.store(usize::MAX, Ordering::SeqCst);
        stopped
    }

    /// A red envelope of Bob's with a share for Alice, on the ledger and told.
    async fn given(&self, shares: u8, lucky: bool) -> RedEnvelopeId {
        let alice = Words::from_entropy([ALICE; 32]).master().envelope_key();
        let contact = with_envelopes(&self.store, BOB, 0).await;
        let (known, id) = {
            let mut bank = self.bank.lock().unwrap();
            let genesis = bank.chain.genesis.clone();
            let account = ledger::account_of(&bank.state, address(BOB)).unwrap();
            let ground = ground(&genesis, account.as_ref(), bank.chain.tip());
            let wish = GiftWish {
                contact,
                total: Amount::new(ABC),
                shares,
                lucky,
                greeting: "for you".to_owned(),
                expiry: Round(40),
                members: vec![Some(alice.public())],
            };
            let (now, rng) = (Clock::system().now(), &mut rand::rng());
            let bob = person(BOB);
            let keys = wallet::Keyring { ecdsa: &bob, falcon: None };
            let (payment, known) = plan_gift(wish, ground, &keys, (now, rng)).unwrap();
            let transaction = Transaction::from_bytes(&payment.attempt.bytes).unwrap();
            bank.waiting.push(transaction);
            bank.next();
            (KnownGift { made: false, ..known }, payment.attempt.tx)
        };
        let id = RedEnvelopeId::of(id, 0);
        assert!(self.bank.lock().unwrap().has(id));
        self.store.apply(vec![wallet::Change::AddGift(Box::new(known)).into()]).await.unwrap();
        id
    }

    pub(super) async fn gift(&self, id: RedEnvelopeId) -> KnownGift {
        self.store.gift(id).await.unwrap().unwrap()
    }

    async fn share(&self, id: RedEnvelopeId) -> Share {
        let (engine, gift) = (self.engine().await, self.gift(id).await);
        engine.writer().share(&gift).await.unwrap()
    }
}

fn giving(contact: OpenId) -> Giving {
    let (total, greeting) = (Amount::<Abc>::new(3 * ABC), "for you".to_owned());
    Giving { contact, total, shares: 2, lucky: false, greeting }
}

#[tokio::test]
async fn a_red_envelope_is_made_once_wherever_it_is_stopped() {
    let mut begun = 0;
    for request in 1.. {
        let home = Home::new().await;
        let bob = with_envelopes(&home.store, BOB, 0).await;
        let stopped =
            home.stopped_at(request, async |engine| engine.give(giving(bob), PATIENCE).await).await;
        let mut engine = home.engine().await;
        for _ in 0..4 {
            engine.sync(PATIENCE).await.unwrap();
        }
        let (payments, gifts) =
            (home.store.payments().await.unwrap(), home.store.gifts().await.unwrap());
        let told = home.store.conversation(bob, None).await.unwrap();
        // All of it or nothing.
        assert!(payments.len() == gifts.len() && told.len() == gifts.len(), "request {request}");
        let bank = home.bank.lock().unwrap();
        let spent = 50 * ABC - bank.balance(ALICE);
        match (&gifts[..], &payments[..]) {
            ([], []) => assert_eq!((spent, bank.submitted.len()), (0, 0)),
            ([gift], [payment]) => {
                begun += 1;
                assert_eq!((gift.state, gift.made), (GiftState::Open, true), "request {request}");
                assert!(matches!(payment.state, PaymentState::Final(_)));
                assert_eq!(told[0].message.envelope, Some(gift.id()));
                assert_eq!(spent, 3 * ABC + payment.attempt.fee.units());
                assert_eq!(bank.submitted, BTreeSet::from([payment.attempt.tx]));
            }
            _ => panic!("request {request}: {gifts:?} {payments:?}"),
        }
        if !stopped {
            break;
        }
    }
    assert!(begun > 1, "it was stopped after it was saved, too");
}

#[tokio::test]
async fn a_share_is_claimed_once_wherever_it_is_stopped() {
    let mut begun = 0;
    for request in 1.. {
        let home = Home::new().await;
        let id = home.given(1, false).await;
        let before = home.bank.lock().unwrap().balance(ALICE);
        let stopped = home
            .stopped_at(request, async |engine| engine.claim(id, Account, PATIENCE).await)
            .await;
        let began = home.gift(id).await.attempt.is_some();
        begun += usize::from(began);
        let mut engine = home.engine().await;
        // Asked once more, as a person would.
        if let Err(again) = engine.claim(id, Account, PATIENCE).await {
            assert_eq!((again.code(), began), ("already_claimed", true), "request {request}");
        }
        for _ in 0..4 {
            engine.sync(PATIENCE).await.unwrap();
        }
        let gift = home.gift(id).await;
        assert_eq!((gift.state, gift.attempt), (GiftState::Done, None), "request {request}");
        assert_eq!(home.share(id).await, Share::Got(Amount::new(ABC - FEE)));
        let claimed = engine.claim(id, Account, PATIENCE).await.unwrap_err();
        assert_eq!(claimed.code(), "already_claimed");
        let bank = home.bank.lock().unwrap();
        assert_eq!(bank.balance(ALICE) - before, ABC - FEE);
        assert_eq!(bank.submitted.len(), 1, "the same bytes each time");
        if !stopped {
            break;
        }
    }
    assert!(begun > 1, "it was stopped after it was saved, too");
}

/// The fee of a claim that waits under its key, and of taking such a share to an account.
const WAITING_FEE: u64 = FEE - 2 * 21;
const TAKING_FEE: u64 = 1_052;

/// A share whose claim named nobody, and which its owner wants in the account after all.
#[tokio::test]
async fn a_share_that_waits_is_taken_to_the_account_once_wherever_it_is_stopped() {
    for request in (1..).step_by(4) {
        let home = Home::new().await;
        let id = home.given(1, false).await;
        let before = home.bank.lock().unwrap().balance(ALICE);
        let mut engine = home.engine().await;
        engine.claim(id, Pool, PATIENCE).await.unwrap();
        drop(engine);
        let mut gift = home.gift(id).await;
        gift.taking.as_mut().unwrap().to = Account;
        home.store.apply(vec![wallet::Change::SaveGift(Box::new(gift)).into()]).await.unwrap();
        let sync = async |engine: &mut Engine| {
            for _ in 0..4 {
                engine.sync(PATIENCE).await.unwrap();
            }
        };
        let stopped = home.stopped_at(request, sync).await;
        let mut engine = home.engine().await;
        sync(&mut engine).await;
        let got = ABC - WAITING_FEE - TAKING_FEE;
        assert_eq!(home.share(id).await, Share::Got(Amount::new(got)), "request {request}");
        assert_eq!(home.gift(id).await.taking.unwrap().attempt, None);
        assert_eq!(home.store.open_gifts().await.unwrap(), []);
        let claimed = engine.claim(id, Account, PATIENCE).await.unwrap_err();
        assert_eq!(claimed.code(), "already_claimed");
        let bank = home.bank.lock().unwrap();
        assert_eq!(bank.balance(ALICE) - before, got);
        assert_eq!(bank.submitted.len(), 2, "the same bytes each time");
        if !stopped {
            break;
        }
    }
}

#[tokio::test]
async fn a_lucky_share_is_followed_until_it_is_drawn() {
    let home = Home::new().await;
    let id = home.given(2, true).await;
    let mut engine = home.engine().await;
    engine.claim(id, Account, PATIENCE).await.unwrap();
    let mut shares = vec![];
    for _ in 0..12 {
        engine.sync(PATIENCE).await.unwrap();
        shares.push(home.share(id).await);
    }
    assert_eq!(shares[0], Share::Claiming);
    let Some(Share::Got(amount)) = shares.last() else { panic!("{shares:?}") };
    assert!((1..=ABC - FEE).contains(&amount.units()));
    // What nobody claims goes back, and then nothing is looked at any more.
    for _ in 0..40 {
        engine.sync(PATIENCE).await.unwrap();
    }
    let gift = home.gift(id).await;
    assert_eq!(gift.state, GiftState::Refunded);
    assert_eq!(gift.left().units(), ABC - amount.units() - FEE);
    assert_eq!(home.store.open_gifts().await.unwrap(), []);
    let over = engine.claim(id, Account, PATIENCE).await.unwrap_err();
    assert_eq!(over.code(), "already_claimed");
}

#[tokio::test]
async fn a_node_that_hides_a_record_is_not_believed() {
    let home = Home::new().await;
    let id = home.given(1, false).await;
    home.bank.lock().unwrap().hides = true;
    let mut engine = home.engine().await;
    engine.sync(PATIENCE).await.unwrap();
    let gift = home.gift(id).await;
    assert_eq!((gift.state, gift.seen, gift.record), (GiftState::Queued, Round(0), None));
    // Nor is anything claimed on its word.
    let refused = engine.claim(id, Account, PATIENCE).await.unwrap_err();
    assert_eq!(refused.code(), "envelope_not_yet");
    home.bank.lock().unwrap().hides = false;
    engine.sync(PATIENCE).await.unwrap();
    assert_eq!(home.gift(id).await.state, GiftState::Open);
}

#[tokio::test]
async fn what_cannot_be_claimed_says_why() {
    let home = Home::new().await;
    let id = home.given(1, false).await;
    let mut engine = home.engine().await;
    let unknown = engine.claim(RedEnvelopeId([7; 32]), Account, PATIENCE).await.unwrap_err();
    assert_eq!(unknown.code(), "unknown_envelope");
    // Of one share none is for its maker.
    let bob = with_envelopes(&home.store, 7, 0).await;
    let own = engine.give(Giving { shares: 1, ..giving(bob) }, PATIENCE).await.unwrap();
    engine.sync(PATIENCE).await.unwrap();
    assert_eq!(engine.claim(own, Account, PATIENCE).await.unwrap_err().code(), "no_share");
    // Nobody knows Bob's envelope key: he is given one, and it is said.
    assert!(home.gift(own).await.gift.seed.is_some());
    let shares = |shares| Giving { shares, ..giving(bob) };
    assert_eq!(engine.give(shares(0), PATIENCE).await.unwrap_err().code(), "bad_shares");
    let small = Giving { total: Amount::new(5), ..giving(bob) };
    assert_eq!(engine.give(small, PATIENCE).await.unwrap_err().code(), "bad_amount");
    let large = Giving { total: Amount::new(51 * ABC), ..giving(bob) };
    assert_eq!(engine.give(large, PATIENCE).await.unwrap_err().code(), "insufficient_funds");
    // The end has come.
    for _ in 0..40 {
        home.bank.lock().unwrap().next();
    }
    let over = engine.claim(id, Account, PATIENCE).await.unwrap_err();
    assert_eq!(over.code(), "envelope_over");
    assert!(home.bank.lock().unwrap().claim(&[0; 32]).is_none());
}
