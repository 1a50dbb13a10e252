//! Four managers in temporary folders, joined by channels; and people who pay.

use keys::{EcdsaKey, Words};
use ledger::{AccountProof, Action, CertifiedHeader, Genesis, Prices, Source, Transaction};
use manager::{Config, Manager, ManagerError, spawn};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::mpsc;
use types::{Abc, Address, Amount, Round, Timestamp, TxId};
use wire::chain::{ChainReply, ChainRequest, Object};
use wire::{Decode, Encode, Failure};

pub(crate) const MEMBERS: u16 = 4;
/// Long enough for any machine; a test that waits this long has failed.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) type Mail = mpsc::Receiver<(Option<u16>, Vec<u8>)>;
type Slots = Arc<Mutex<Vec<Option<Manager>>>>;

pub(crate) struct Net {
    pub(crate) genesis: Genesis,
    pub(crate) people: Vec<EcdsaKey>,
    folder: tempfile::TempDir,
    slots: Slots,
}

pub(crate) fn seed(member: u16) -> [u8; 32] {
    [member as u8 + 1; 32]
}

fn genesis(people: &[EcdsaKey]) -> Genesis {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    let balance = Amount::new(1_000_000_000);
    let mut balances: Vec<_> = people.iter().map(|key| (key.public().address(), balance)).collect();
    balances.sort_unstable_by_key(|(address, _)| *address);
    let managers = (0..MEMBERS).map(|m| keys::Ed25519Key::from_seed(seed(m)).public()).collect();
    Genesis {
        time: Timestamp(now as u64),
        interval_ms: 50,
        managers,
        workers: vec![],
        faucet: None,
        balances,
        prices: Prices::DEVNET,
    }
}

impl Net {
    pub(crate) fn new() -> Self {
        let people: Vec<_> =
            (1..=3).map(|n| Words::from_entropy([n; 32]).master().operation_key()).collect();
        let slots = Arc::new(Mutex::new((0..MEMBERS).map(|_| None).collect()));
        Self { genesis: genesis(&people), people, folder: tempfile::tempdir().unwrap(), slots }
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

    pub(crate) fn dir(&self, member: u16) -> PathBuf {
        self.folder.path().join(member.to_string())
    }

    pub(crate) fn config(&self, member: u16) -> Config {
        let genesis = self.genesis.clone();
        Config { dir: self.dir(member), key: seed(member), member, genesis }
    }

    pub(crate) async fn start_all(&self) {
        for member in 0..MEMBERS {
            self.start(member).await;
        }
    }

    /// Starts a manager; a killed one may take a moment to let go of its files.
    pub(crate) async fn start(&self, member: u16) {
        let (outbox, mail) = mpsc::channel(1024);
        let manager = loop {
            match spawn(self.config(member), outbox.clone()) {
                Ok(manager) => break manager,
                Err(ManagerError::Chain(abns::AbnsError::InUse)) => pause().await,
                Err(error) => panic!("{error}"),
            }
        };
        self.plug(member, manager, mail);
    }

    /// Joins a manager to the others.
    pub(crate) fn plug(&self, member: u16, manager: Manager, mail: Mail) {
        self.slots.lock().unwrap()[usize::from(member)] = Some(manager);
        tokio::spawn(carry(member, mail, self.slots.clone()));
    }

    pub(crate) fn manager(&self, member: u16) -> Manager {
        self.slots.lock().unwrap()[usize::from(member)].clone().unwrap()
    }

    /// As a power failure would: nothing is told to it, nothing is waited for.
    pub(crate) fn kill(&self, member: u16) {
        self.slots.lock().unwrap()[usize::from(member)] = None;
    }

    pub(crate) async fn stop(&self, member: u16) {
        let manager = self.slots.lock().unwrap()[usize::from(member)].take();
        manager.unwrap().stop().await;
    }

    pub(crate) fn tip(&self, member: u16) -> u64 {
        self.manager(member).tip().borrow().0
    }

    pub(crate) async fn wait(&self, what: &str, done: impl Fn(&Self) -> bool) {
        let waiting = async {
            while !done(self) {
                pause().await;
            }
        };
        if tokio::time::timeout(PATIENCE, waiting).await.is_err() {
            let running = self.slots.lock().unwrap();
            panic!("{what}: {:?}", running.iter().flatten().collect::<Vec<_>>());
        }
    }

    pub(crate) async fn wait_all_reach(&self, round: u64) {
        let all = |net: &Self| (0..MEMBERS).all(|member| net.tip(member) >= round);
        self.wait(&format!("round {round}"), all).await;
    }

    pub(crate) fn address(&self, person: usize) -> Address {
        self.people[person].public().address()
    }

    pub(crate) fn pay(&self, from: usize, to: Address, nonce: u64, expiry: u64) -> Transaction {
        let key = &self.people[from];
        let reveal = (nonce == 0).then(|| key.public());
        let mut tx = Transaction {
            version: Transaction::VERSION,
            chain: self.genesis.chain(),
            expiry: Round(expiry),
            price_epoch: 0,
            sources: vec![Source { address: self.address(from), nonce, reveal }],
            fee: Amount::ZERO,
            actions: vec![Action::Pay { source: 0, to, amount: Amount::<Abc>::new(1_000_000) }],
            witness: vec![],
        };
        tx.fee = tx.fee_needed(&self.genesis.prices).unwrap();
        tx.witness = vec![key.sign(&tx.sighash()).to_vec()];
        tx
    }

    pub(crate) async fn submit(&self, member: u16, tx: &Transaction) -> Result<TxId, Failure> {
        let request = ChainRequest::Submit(Object(tx.to_bytes()));
        match self.manager(member).answer(request).await? {
            ChainReply::Submitted(id) => Ok(id),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn find(&self, member: u16, id: TxId) -> Option<Round> {
        match self.manager(member).answer(ChainRequest::Find(id)).await.unwrap() {
            ChainReply::Found(round) => round,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn wait_final(&self, id: TxId) -> Round {
        for _ in 0..PATIENCE.as_millis() / 20 {
            let found = [0, 1, 2, 3].map(|member| self.find(member, id));
            let [a, b, c, d] = found;
            let found = [a.await, b.await, c.await, d.await];
            if let Some(round) = found[0]
                && found == [Some(round); 4]
            {
                return round;
            }
            pause().await;
        }
        panic!("{id} is not final everywhere");
    }

    pub(crate) async fn headers(&self, member: u16, from: u64, max: u16) -> Vec<CertifiedHeader> {
        let request = ChainRequest::Headers { from: Round(from), max };
        match self.manager(member).answer(request).await.unwrap() {
            ChainReply::Headers(list) => {
                list.iter().map(|h| CertifiedHeader::from_bytes(&h.0).unwrap()).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn account(&self, member: u16, address: Address) -> AccountProof {
        match self.manager(member).answer(ChainRequest::Account(address)).await.unwrap() {
            ChainReply::Account(proof) => AccountProof::from_bytes(&proof.0).unwrap(),
            other => panic!("{other:?}"),
        }
    }

    /// All managers have the same blocks up to this round, each with a good certificate.
    pub(crate) async fn check_same_chain(&self, round: u64) {
        let mut ids = vec![];
        for member in 0..MEMBERS {
            let headers = self.headers(member, 1, round as u16).await;
            assert_eq!(headers.len() as u64, round);
            for header in &headers {
                header.verify(&self.genesis.committee()).unwrap();
            }
            ids.push(headers.iter().map(|h| h.header.clone()).collect::<Vec<_>>());
        }
        assert!(ids.windows(2).all(|pair| pair[0] == pair[1]));
    }
}

pub(crate) async fn pause() {
    tokio::time::sleep(Duration::from_millis(20)).await;
}

async fn carry(from: u16, mut mail: Mail, slots: Slots) {
    while let Some((to, bytes)) = mail.recv().await {
        for member in (0..MEMBERS).filter(|m| *m != from && to.is_none_or(|to| to == *m)) {
            let manager = slots.lock().unwrap()[usize::from(member)].clone();
            if let Some(manager) = manager {
                manager.incoming(from, bytes.clone()).await;
            }
        }
    }
}
