//! Accounts that pay one another all the time, and remember what they were told is final.

use crate::ring::{ALL, Clients, Ring};
use keys::{EcdsaKey, Words};
use ledger::{Action, Genesis, Pay, Pot, Source, StateView, Transaction, account_of};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;
use types::{Abc, Address, Amount, Round, TxId};
use wire::chain::{ChainReply, ChainRequest, Object};
use wire::{Decode, Encode, Reply};

const PEOPLE: u8 = 6;
const FIRST_MONEY: u64 = 50_000_000;
/// Long enough for any machine.
const PATIENCE: Duration = Duration::from_secs(80);
/// When a payment that is not final is said again, to another manager.
const AGAIN: Duration = Duration::from_millis(700);

type Done = BTreeMap<TxId, Round>;

pub(crate) struct Bank {
    closing: Arc<AtomicBool>,
    people: Vec<JoinHandle<Done>>,
    opened: Done,
}

fn person(number: u8) -> EcdsaKey {
    Words::from_entropy([number + 1; 32]).master().operation_key()
}

fn address(number: u8) -> Address {
    person(number).public().address()
}

/// Who pays, with what it has paid so far.
struct Payer {
    key: EcdsaKey,
    nonce: u64,
    genesis: Arc<Genesis>,
    clients: Clients,
    done: Done,
}

impl Bank {
    /// Gives everybody some money, and lets them pay.
    pub(crate) async fn open(ring: &Ring) -> Self {
        let genesis = Arc::new(ring.genesis());
        let payer = |key| Payer {
            key,
            nonce: 0,
            genesis: Arc::clone(&genesis),
            clients: ring.clients(),
            done: Done::new(),
        };
        let mut faucet = payer(faucet(ring));
        for number in 0..PEOPLE {
            faucet.pay(address(number), FIRST_MONEY).await;
        }
        let closing = Arc::new(AtomicBool::new(false));
        let people = (0..PEOPLE).map(|number| {
            let (payer, closing) = (payer(person(number)), Arc::clone(&closing));
            tokio::spawn(payer.go_on(number, closing))
        });
        Self { people: people.collect(), closing, opened: faucet.done }
    }

    /// Lets everybody come to an end; what they were told is final, and in which round.
    pub(crate) async fn close(self) -> Done {
        self.closing.store(true, Ordering::Relaxed);
        let mut done = self.opened;
        for person in self.people {
            done.extend(person.await.unwrap());
        }
        done
    }
}

impl Payer {
    async fn go_on(mut self, number: u8, closing: Arc<AtomicBool>) -> Done {
        let mut amount = 10_000 + u64::from(number);
        while !closing.load(Ordering::Relaxed) {
            amount = 10_000 + amount * 7 % 9_973;
            let next = (number + 1 + (amount % 4) as u8) % PEOPLE;
            self.pay(address(next), amount).await;
        }
        self.done
    }

    /// Pays, and says so until it is final.
    async fn pay(&mut self, to: Address, amount: u64) {
        let begun = Instant::now();
        let mut manager = usize::from(to.payload[0]);
        let tip = loop {
            manager += 1;
            match self.clients.tip(manager % ALL.len()).await {
                Some(tip) => break tip,
                None => assert!(begun.elapsed() < PATIENCE, "nobody answers"),
            }
        };
        let tx = self.sign(to, amount, tip.plus(500));
        let submit = ChainRequest::Submit(Object(tx.to_bytes()));
        while begun.elapsed() < PATIENCE {
            manager += 1;
            // Whatever it says: what counts is whether it becomes final.
            self.clients.ask(manager % ALL.len(), &submit).await;
            if let Some(round) = self.found(manager % ALL.len(), tx.id()).await {
                self.done.insert(tx.id(), round);
                self.nonce += 1;
                return;
            }
        }
        panic!("a payment never became final");
    }

    async fn found(&self, manager: usize, id: TxId) -> Option<Round> {
        let asked = Instant::now();
        while asked.elapsed() < AGAIN {
            match self.clients.ask(manager, &ChainRequest::Find(id)).await {
                Some(Reply::Done(ChainReply::Found(Some(round)))) => return Some(round),
                Some(Reply::Done(_)) => tokio::time::sleep(Duration::from_millis(60)).await,
                Some(Reply::Failed(_)) | None => return None,
            }
        }
        None
    }

    fn sign(&self, to: Address, amount: u64, expiry: Round) -> Transaction {
        let pay = Pay { source: 0, to, amount: Amount::<Abc>::new(amount) };
        signed(&self.key, &self.genesis, (self.nonce, expiry), Action::Pay(pay))
    }
}

/// Whoever has all the money at first.
pub(crate) fn faucet(ring: &Ring) -> EcdsaKey {
    let faucet = std::fs::read_to_string(ring.path().join("faucet.key")).unwrap();
    let entropy = hex::decode(faucet.trim()).unwrap().try_into().unwrap();
    Words::from_entropy(entropy).master().operation_key()
}

/// What somebody does; the first time the key is shown.
pub(crate) fn signed(
    key: &EcdsaKey,
    genesis: &Genesis,
    (nonce, expiry): (u64, Round),
    action: Action,
) -> Transaction {
    let address = key.public().address();
    let reveal = (nonce == 0).then(|| key.public());
    let mut tx = Transaction {
        version: Transaction::VERSION,
        chain: genesis.chain(),
        expiry,
        price_epoch: 0,
        bundle: None,
        sources: vec![Source { address, nonce, reveal }],
        fee: Amount::ZERO,
        actions: vec![action],
        witness: vec![],
    };
    tx.fee = tx.fee_needed(&genesis.params.prices).unwrap();
    tx.witness = vec![key.sign(&tx.sighash()).to_vec()];
    tx
}

/// All ABC of a state: in accounts, in bonds, in pots.
pub(crate) fn all_money(state: &dyn StateView, ring: &Ring) -> Amount<Abc> {
    let genesis = ring.genesis();
    let first = genesis.balances.iter().map(|(address, _)| *address);
    let accounts = first.chain((0..PEOPLE).map(address));
    let accounts = accounts.filter_map(|address| account_of(state, address).unwrap());
    let in_accounts: u64 = accounts.map(|one| one.abc.units() + one.bonded.units()).sum();
    let pots = Pot::ALL.into_iter().filter_map(|pot| state.get(&pot.key()));
    let in_pots: u64 = pots.map(|pot| Amount::<Abc>::from_bytes(&pot).unwrap().units()).sum();
    Amount::new(in_accounts + in_pots)
}
