//! Four managers in folders of their own, joined by channels, and people who pay.

use keys::{EcdsaKey, FalconKey, PublicKey, Words};
use ledger::{Action, Genesis, Params, Pay, Source, Transaction};
use manager::{CatchUp, Config, Manager, Timing, account_of, member_of, spawn};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::sync::mpsc;
use types::{Abc, Address, Amount, Round, Timestamp, WorkerId};
use wire::Encode;
use wire::chain::{ChainReply, ChainRequest, Object};

pub(crate) const MEMBERS: u8 = 4;
pub(crate) const BALANCE: u64 = 10_000_000_000;

/// Somebody who can sign.
pub(crate) enum Payer {
    Ecdsa(EcdsaKey),
    Falcon(FalconKey),
}

impl Payer {
    pub(crate) fn new(number: u32, falcon: bool) -> Self {
        let mut entropy = [0x42; 32];
        entropy[..4].copy_from_slice(&number.to_be_bytes());
        let master = Words::from_entropy(entropy).master();
        if falcon { Self::Falcon(master.falcon_key()) } else { Self::Ecdsa(master.operation_key()) }
    }

    pub(crate) fn public(&self) -> PublicKey {
        match self {
            Self::Ecdsa(key) => key.public(),
            Self::Falcon(key) => key.public(),
        }
    }

    /// A payment to another; the first shows the key.
    pub(crate) fn pay(&self, genesis: &Genesis, to: Address, nonce: u64) -> Transaction {
        let public = self.public();
        let pay = Pay { source: 0, to, amount: Amount::<Abc>::new(1_000_000) };
        let source = Source {
            address: public.address(),
            nonce,
            reveal: (nonce == 0).then(|| public.clone()),
        };
        let mut tx = Transaction {
            version: Transaction::VERSION,
            chain: genesis.chain(),
            expiry: Round(600),
            price_epoch: 0,
            bundle: None,
            sources: vec![source],
            fee: Amount::ZERO,
            actions: vec![Action::Pay(pay)],
            witness: vec![],
        };
        tx.fee = tx.fee_needed(&genesis.params.prices).unwrap();
        let digest = tx.sighash();
        tx.witness = vec![match self {
            Self::Ecdsa(key) => key.sign(&digest).to_vec(),
            Self::Falcon(key) => {
                let mut rng = ChaCha20Rng::from_seed(digest);
                key.sign(&digest, &mut rng).to_vec()
            }
        }];
        tx
    }
}

pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp(u64::try_from(since.as_millis()).unwrap())
}

fn seed(number: u8) -> [u8; 32] {
    [number + 1; 32]
}

fn id(number: u8) -> WorkerId {
    WorkerId(member_of(&seed(number)).key)
}

/// A network that begins now, with these accounts.
pub(crate) fn genesis(time: Timestamp, interval_ms: u32, people: &[Address]) -> Genesis {
    let first = |number| (member_of(&seed(number)), account_of(&seed(number)).public().address());
    let managers = testkit::managers_of((0..MEMBERS).map(first));
    let accounts = managers.iter().map(|manager| manager.account).chain(people.iter().copied());
    let balances: Vec<_> = accounts.map(|address| (address, Amount::new(BALANCE))).collect();
    let genesis = testkit::genesis_of(time, managers, &balances);
    Genesis { params: Params { interval_ms, ..Params::DEVNET }, workers: vec![], ..genesis }
}

/// Running managers.
pub(crate) struct Net {
    pub(crate) managers: Vec<Manager>,
}

impl Net {
    /// Starts all of them; returns when their files are open.
    pub(crate) fn start(genesis: &Genesis, folder: &Path) -> Self {
        let slots: Arc<Mutex<BTreeMap<WorkerId, Manager>>> = Arc::default();
        let mut managers = vec![];
        let mut mails = vec![];
        for number in 0..MEMBERS {
            let (outbox, mail) = mpsc::channel(1024);
            let dir = folder.join(number.to_string());
            let (key, genesis) = (seed(number), genesis.clone());
            let config =
                Config { dir, key, genesis, timing: Timing::LOCAL, catch_up: CatchUp::default() };
            let manager = spawn(config, outbox).unwrap();
            slots.lock().unwrap().insert(id(number), manager.clone());
            managers.push(manager);
            mails.push(mail);
        }
        for (number, mail) in (0..MEMBERS).zip(mails) {
            tokio::spawn(carry(id(number), mail, slots.clone()));
        }
        Self { managers }
    }

    pub(crate) async fn stop(self) {
        for manager in self.managers {
            manager.stop().await;
        }
    }

    pub(crate) async fn reach(&self, round: u64) {
        for manager in &self.managers {
            manager.tip().wait_for(|tip| tip.0 >= round).await.unwrap();
        }
    }
}

/// Hands a transaction to a manager, again and again while there is no room.
pub(crate) async fn submit(manager: &Manager, tx: &[u8]) -> bool {
    for _ in 0..2_000 {
        match manager.answer(ChainRequest::Submit(Object(tx.to_vec()))).await {
            Ok(ChainReply::Submitted(_)) => return true,
            Err(failure) if failure.code == wire::code::UNAVAILABLE => {
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
            Ok(_) => return false,
            Err(failure) => {
                eprintln!("refused: {} {}", failure.code, failure.message);
                return false;
            }
        }
    }
    false
}

/// The bytes that a light node would send.
pub(crate) fn encoded(tx: &Transaction) -> Vec<u8> {
    tx.to_bytes()
}

type Lanes = BTreeMap<WorkerId, mpsc::Sender<Vec<u8>>>;

/// One lane to each of the others, as connections are: a busy one holds up nobody else.
async fn carry(
    from: WorkerId,
    mut mail: mpsc::Receiver<(Option<WorkerId>, Vec<u8>)>,
    slots: Arc<Mutex<BTreeMap<WorkerId, Manager>>>,
) {
    let mut lanes = Lanes::new();
    for (to, manager) in slots.lock().unwrap().iter().filter(|(to, _)| **to != from) {
        let (lane, mut frames) = mpsc::channel::<Vec<u8>>(1024);
        lanes.insert(*to, lane);
        let manager = manager.clone();
        tokio::spawn(async move {
            while let Some(frame) = frames.recv().await {
                manager.incoming(from, frame).await;
            }
        });
    }
    drop(slots);
    while let Some((to, bytes)) = mail.recv().await {
        for lane in lanes.iter().filter(|(id, _)| to.is_none_or(|to| to == **id)) {
            if lane.1.send(bytes.clone()).await.is_err() {
                return;
            }
        }
    }
}
