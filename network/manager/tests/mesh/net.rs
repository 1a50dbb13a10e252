//! Managers in temporary folders, joined by channels; and people who pay.

use crate::chain::Chain;
use acp::Message;
use keys::EcdsaKey;
use ledger::{AccountProof, Action, CertifiedHeader, Genesis, Params, Pay, Source, Transaction};
use manager::{
    CatchUp, Config, Frame, Manager, ManagerError, Timing, account_of, member_of, spawn,
};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::mpsc;
use types::{Abc, Address, Amount, Round, Timestamp, TxId, WorkerId};
use wire::chain::{ChainReply, ChainRequest, Object};
use wire::{Decode, Encode, Failure};

/// Managers of the genesis, by number; their places in a committee are others.
pub(crate) const MEMBERS: u8 = 4;
/// Long enough for any machine; a test that waits this long has failed.
const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) type Mail = mpsc::Receiver<(Option<WorkerId>, Vec<u8>)>;
/// What becomes of a frame from one manager to another on its way; it may be lost.
pub(crate) type Line = Arc<dyn Fn(WorkerId, WorkerId, Vec<u8>) -> Option<Vec<u8>> + Send + Sync>;
type Slots = Arc<Mutex<BTreeMap<WorkerId, Manager>>>;

pub(crate) struct Net {
    pub(crate) genesis: Genesis,
    pub(crate) people: Vec<EcdsaKey>,
    pub(crate) catch_up: CatchUp,
    pub(crate) line: Line,
    /// The last round of each manager's votes, as the lines have carried them.
    pub(crate) voted: Arc<Mutex<BTreeMap<WorkerId, Round>>>,
    folder: tempfile::TempDir,
    slots: Slots,
}

pub(crate) fn seed(number: u8) -> [u8; 32] {
    [number + 1; 32]
}

pub(crate) fn id(number: u8) -> WorkerId {
    WorkerId(member_of(&seed(number)).key)
}

pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp(since.as_millis() as u64)
}

pub(crate) async fn pause() {
    tokio::time::sleep(Duration::from_millis(20)).await;
}

/// What comes of it, unless that takes too long.
pub(crate) async fn in_time<T>(what: &str, work: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, work).await.unwrap_or_else(|_| panic!("too late: {what}"))
}

fn genesis(people: &[EcdsaKey], members: u8) -> Genesis {
    let balance = Amount::new(10_000_000_000);
    let account = |number| account_of(&seed(number)).public().address();
    let first = |number| (member_of(&seed(number)), account(number));
    let managers = testkit::managers_of((0..members).map(first));
    // One that is no manager yet has money to become one.
    let accounts = (0..=members).map(account);
    let people = people.iter().map(|key| key.public().address());
    let balances: Vec<_> = accounts.chain(people).map(|address| (address, balance)).collect();
    let params = Params { interval_ms: 50, ..Params::DEVNET };
    Genesis { params, workers: vec![], ..testkit::genesis_of(now(), managers, &balances) }
}

impl Net {
    pub(crate) fn new() -> Self {
        Self::of(MEMBERS)
    }

    pub(crate) fn of(members: u8) -> Self {
        let people: Vec<_> = (1..=3).map(testkit::person).collect();
        let genesis = genesis(&people, members);
        let (folder, catch_up) = (tempfile::tempdir().unwrap(), CatchUp::default());
        let line: Line = Arc::new(|_, _, bytes| Some(bytes));
        let (voted, slots) = (Arc::default(), Slots::default());
        Self { genesis, people, catch_up, line, voted, folder, slots }
    }

    /// A network that began an hour ago.
    pub(crate) fn grown() -> Self {
        let mut net = Self::new();
        net.genesis.time.0 -= 3_600_000;
        net
    }

    pub(crate) async fn running() -> Self {
        let net = Self::new();
        net.start_all().await;
        net
    }

    pub(crate) fn chain(&self) -> Chain {
        Chain::new(&self.genesis)
    }

    pub(crate) fn dir(&self, number: u8) -> PathBuf {
        self.folder.path().join(number.to_string())
    }

    pub(crate) fn config(&self, number: u8) -> Config {
        let genesis = self.genesis.clone();
        let (dir, key, timing) = (self.dir(number), seed(number), Timing::LOCAL);
        Config { dir, key, genesis, timing, catch_up: self.catch_up.clone() }
    }

    pub(crate) async fn start_all(&self) {
        for number in 0..MEMBERS {
            self.start(number).await;
        }
    }

    /// Starts a manager; a killed one may take a moment to let go of its files.
    pub(crate) async fn start(&self, number: u8) {
        let (outbox, mail) = mpsc::channel(1024);
        let manager = loop {
            match spawn(self.config(number), outbox.clone()) {
                Ok(manager) => break manager,
                Err(ManagerError::Chain(abns::AbnsError::InUse)) => pause().await,
                Err(error) => panic!("{error}"),
            }
        };
        self.plug(number, manager, mail);
    }

    /// Joins a manager to the others.
    pub(crate) fn plug(&self, number: u8, manager: Manager, mail: Mail) {
        self.slots.lock().unwrap().insert(id(number), manager);
        let (line, voted) = (self.line.clone(), self.voted.clone());
        let line: Line = Arc::new(move |from, to, bytes: Vec<u8>| {
            if let Ok(Frame::Consensus(Message::Vote(vote))) = Frame::from_bytes(&bytes) {
                voted.lock().unwrap().insert(from, vote.round);
            }
            line(from, to, bytes)
        });
        tokio::spawn(carry(id(number), mail, (self.slots.clone(), line)));
    }

    pub(crate) fn manager(&self, number: u8) -> Manager {
        self.slots.lock().unwrap()[&id(number)].clone()
    }

    /// As a power failure would: nothing is told to it, nothing is waited for.
    pub(crate) fn kill(&self, number: u8) {
        self.slots.lock().unwrap().remove(&id(number));
    }

    pub(crate) async fn stop(&self, number: u8) {
        let manager = self.slots.lock().unwrap().remove(&id(number));
        manager.unwrap().stop().await;
    }

    /// Says something to everybody in the name of a manager.
    pub(crate) async fn say(&self, from: u8, frame: &[u8]) {
        let all: Vec<_> = self.slots.lock().unwrap().values().cloned().collect();
        for manager in all {
            manager.incoming(id(from), frame.to_vec()).await;
        }
    }

    pub(crate) fn tip(&self, number: u8) -> u64 {
        self.manager(number).tip().borrow().0
    }

    pub(crate) async fn wait(&self, what: &str, done: impl Fn(&Self) -> bool) {
        let waiting = async {
            while !done(self) {
                pause().await;
            }
        };
        if tokio::time::timeout(PATIENCE, waiting).await.is_err() {
            let running = self.slots.lock().unwrap();
            let status: Vec<_> = running.values().map(Manager::status).collect();
            panic!("{what}: {status:#?}");
        }
    }

    /// Waits until every running manager is this far.
    pub(crate) async fn wait_reach(&self, round: u64) {
        let all = |net: &Self| {
            net.slots.lock().unwrap().values().all(|manager| manager.tip().borrow().0 >= round)
        };
        self.wait(&format!("round {round}"), all).await;
    }

    /// Waits until these are this far.
    pub(crate) async fn wait_reach_of(&self, numbers: &[u8], round: u64) {
        let all = |net: &Self| numbers.iter().all(|number| net.tip(*number) >= round);
        self.wait(&format!("round {round}"), all).await;
    }

    pub(crate) fn address(&self, person: usize) -> Address {
        self.people[person].public().address()
    }

    pub(crate) fn pay(&self, from: usize, to: Address, nonce: u64, expiry: u64) -> Transaction {
        let pay = Pay { source: 0, to, amount: Amount::<Abc>::new(1_000_000) };
        self.sign(&self.people[from], (nonce, expiry), Action::Pay(pay))
    }

    /// What this person does; the first time the key is shown.
    pub(crate) fn sign(&self, key: &EcdsaKey, at: (u64, u64), action: Action) -> Transaction {
        let (nonce, expiry) = at;
        let reveal = (nonce == 0).then(|| key.public());
        let mut tx = Transaction {
            version: Transaction::VERSION,
            chain: self.genesis.chain(),
            expiry: Round(expiry),
            price_epoch: 0,
            bundle: None,
            sources: vec![Source { address: key.public().address(), nonce, reveal }],
            fee: Amount::ZERO,
            actions: vec![action],
            witness: vec![],
        };
        tx.fee = tx.fee_needed(&self.genesis.params.prices).unwrap();
        tx.witness = vec![key.sign(&tx.sighash()).to_vec()];
        tx
    }

    pub(crate) async fn submit(&self, number: u8, tx: &Transaction) -> Result<TxId, Failure> {
        let request = ChainRequest::Submit(Object(tx.to_bytes()));
        match self.manager(number).answer(request).await? {
            ChainReply::Submitted(id) => Ok(id),
            other => panic!("{other:?}"),
        }
    }

    /// Waits until all running managers know in which round a transaction became final.
    pub(crate) async fn wait_final(&self, id: TxId) -> Round {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while tokio::time::Instant::now() < deadline {
            let running: Vec<_> = self.slots.lock().unwrap().values().cloned().collect();
            let mut found = vec![];
            for manager in running {
                found.push(match manager.answer(ChainRequest::Find(id)).await.unwrap() {
                    ChainReply::Found(round) => round,
                    other => panic!("{other:?}"),
                });
            }
            if let Some(round) = found[0]
                && found.iter().all(|one| *one == Some(round))
            {
                return round;
            }
            pause().await;
        }
        panic!("{id} is not final everywhere");
    }

    pub(crate) async fn account(&self, number: u8, address: Address) -> AccountProof {
        match self.manager(number).answer(ChainRequest::Account(address)).await.unwrap() {
            ChainReply::Account(proof) => AccountProof::from_bytes(&proof.0).unwrap(),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn header(&self, number: u8, round: u64) -> CertifiedHeader {
        self.manager(number).header(Round(round)).await.unwrap().unwrap()
    }

    /// All running managers have the same blocks up to this round.
    pub(crate) async fn check_same_chain(&self, round: u64) {
        let running: Vec<_> = self.slots.lock().unwrap().values().cloned().collect();
        for round in 1..=round {
            let first = running[0].header(Round(round)).await.unwrap().unwrap();
            for manager in &running[1..] {
                let other = manager.header(Round(round)).await.unwrap().unwrap();
                assert_eq!(other.header, first.header);
            }
        }
    }

    /// Stops everybody and looks at every file.
    pub(crate) async fn verify_folders(&self) {
        let running: Vec<_> =
            std::mem::take(&mut *self.slots.lock().unwrap()).into_iter().collect();
        for (_, manager) in running {
            manager.stop().await;
        }
        for number in (0..=MEMBERS).filter(|number| self.dir(*number).exists()) {
            let path = self.dir(number).join("chain.redb");
            abns::ChainStore::open(&path, &self.genesis).unwrap().verify().unwrap();
        }
    }
}

async fn carry(from: WorkerId, mut mail: Mail, (slots, line): (Slots, Line)) {
    while let Some((to, bytes)) = mail.recv().await {
        let all: Vec<_> = slots.lock().unwrap().iter().map(|(id, m)| (*id, m.clone())).collect();
        for (id, manager) in all {
            if id != from
                && to.is_none_or(|to| to == id)
                && let Some(bytes) = line(from, id, bytes.clone())
            {
                manager.incoming(from, bytes).await;
            }
        }
    }
}
