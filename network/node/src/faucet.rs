//! The devnet's faucet: 100 ABC, once for every account.
//!
//! A payment is signed once and saved before it is submitted. Asked again, the faucet submits the
//! same bytes until they are final, and refuses from then on: no crash and no impatient caller is
//! paid twice. Payments go one after the other, so that their nonces never collide.

use crate::error::NodeError;
use crate::files;
use crate::folder::Folder;
use keys::{EcdsaKey, Words};
use ledger::{
    Account, AccountProof, Action, EXPIRY_ROUNDS, Genesis, Params, Pay, Source, Transaction,
};
use manager::Manager;
use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::sync::Mutex;
use types::{Abc, Address, Amount, ChainId, Round, TxId, UNITS_PER_TOKEN};
use wire::chain::{ChainReply, ChainRequest, Object};
use wire::{Decode, Encode, Failure, code};

/// What an account gets.
const GIFT: Amount<Abc> = Amount::new(100 * UNITS_PER_TOKEN);
/// How long a request waits for its turn, and again for the payment before it to become final.
const PATIENCE: Duration = Duration::from_secs(4);
const PAUSE: Duration = Duration::from_millis(100);

/// The faucet's key: the entropy of its words, in hex, in the devnet's folder.
pub(crate) fn key(folder: &Folder) -> Result<EcdsaKey, NodeError> {
    let path = folder.join("faucet.key");
    let failed = |error| NodeError::io(&path, &error);
    let entropy = match files::read(&path).map_err(failed)? {
        Some(text) => {
            let mut entropy = [0; 32];
            hex::decode_to_slice(text.trim_ascii(), &mut entropy)
                .map_err(|_| NodeError::damaged(&path, "not 64 hex digits"))?;
            entropy
        }
        None => {
            let entropy = rand::random::<[u8; 32]>();
            files::write(&path, hex::encode(entropy).as_bytes()).map_err(failed)?;
            entropy
        }
    };
    Ok(Words::from_entropy(entropy).master().operation_key())
}

/// The faucet, over one manager of the same process.
#[derive(Debug)]
pub(crate) struct Faucet {
    manager: Manager,
    key: EcdsaKey,
    chain: ChainId,
    params: Params,
    dir: PathBuf,
    /// The payment with the highest nonce. Held while a request is dealt with.
    last: Mutex<Option<Transaction>>,
}

impl Faucet {
    /// Takes up the payments saved in `dir`.
    pub(crate) fn open(
        dir: PathBuf,
        key: EcdsaKey,
        genesis: &Genesis,
        manager: Manager,
    ) -> Result<Self, NodeError> {
        let last = last_payment(&dir).map_err(|error| NodeError::io(&dir, &error))?;
        let (chain, params) = (genesis.chain(), genesis.params);
        Ok(Self { manager, key, chain, params, dir, last: Mutex::new(last) })
    }

    /// Pays an account, or says that it was paid before.
    pub(crate) async fn give(&self, to: Address) -> Result<TxId, Failure> {
        let mut last = in_time(async { Ok(self.last.lock().await) }).await?;
        let home = self.account(to).await?.home();
        let path = self.dir.join(format!("{}.tx", hex::encode(home.to_bytes())));
        let saved = read_payment(&path).map_err(|error| cannot_save(&error))?;
        if let Some(saved) = saved
            && let Some(id) = self.again(&saved).await?
        {
            return Ok(id);
        }
        if let Some(last) = &*last {
            in_time(self.settled(last)).await?;
        }
        let payment = self.sign(to).await?;
        save(path, payment.to_bytes()).await.map_err(|error| cannot_save(&error))?;
        self.submit(last.insert(payment)).await
    }

    /// Submits the last payment again, if a restart has lost it: whoever asked for it was told that
    /// it comes.
    pub(crate) async fn resume(&self) {
        let last = self.last.lock().await;
        if let Some(last) = &*last
            && let Err(failure) = self.again(last).await
        {
            tracing::debug!(%failure, "nothing to submit again");
        }
    }

    /// Submits a saved payment again; `None` if it can never become final, so that a new one is
    /// due.
    async fn again(&self, payment: &Transaction) -> Result<Option<TxId>, Failure> {
        match self.standing(payment).await? {
            Standing::Final => {
                Err(Failure::new(code::FAUCET_USED, "the faucet has paid this account"))
            }
            Standing::Dead => Ok(None),
            Standing::Open => self.submit(payment).await.map(Some),
        }
    }

    /// Waits until a payment no longer stands in the way of the next nonce.
    async fn settled(&self, payment: &Transaction) -> Result<(), Failure> {
        loop {
            match self.standing(payment).await? {
                Standing::Final | Standing::Dead => return Ok(()),
                // A restart may have lost it.
                Standing::Open => self.submit(payment).await?,
            };
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn standing(&self, payment: &Transaction) -> Result<Standing, Failure> {
        // First what could have ended it, then the search: what is not found now cannot have come
        // in before.
        let tip = self.tip().await?;
        let account = self.account(self.key.public().address()).await?.account;
        let next = account.map(|account| account.nonce);
        if self.is_final(payment).await? {
            return Ok(Standing::Final);
        }
        let overtaken = nonce(Some(payment)) < next;
        Ok(if overtaken || payment.expiry < tip { Standing::Dead } else { Standing::Open })
    }

    async fn sign(&self, to: Address) -> Result<Transaction, Failure> {
        let public = self.key.public();
        let address = public.address();
        let proof = self.account(address).await?;
        let account = proof.account.unwrap_or_else(|| Account::empty(address));
        let reveal = account.slots.is_empty().then_some(public);
        let tip = self.tip().await?;
        let (price_epoch, prices) = self.params.prices_at(tip.next());
        let mut payment = Transaction {
            version: Transaction::VERSION,
            chain: self.chain,
            expiry: tip.plus(EXPIRY_ROUNDS / 2),
            price_epoch,
            bundle: None,
            sources: vec![Source { address, nonce: account.nonce, reveal }],
            fee: Amount::ZERO,
            actions: vec![Action::Pay(Pay { source: 0, to, amount: GIFT })],
            witness: Vec::new(),
        };
        payment.fee = payment.fee_needed(prices).ok_or_else(unexpected)?;
        payment.witness = vec![self.key.sign(&payment.sighash()).to_vec()];
        Ok(payment)
    }

    async fn account(&self, address: Address) -> Result<AccountProof, Failure> {
        let answer = self.manager.answer(ChainRequest::Account(address)).await?;
        let ChainReply::Account(Object(proof)) = answer else { return Err(unexpected()) };
        AccountProof::from_bytes(&proof).map_err(|_| unexpected())
    }

    async fn tip(&self) -> Result<Round, Failure> {
        let answer = self.manager.answer(ChainRequest::Tip).await?;
        let ChainReply::Tip { round, .. } = answer else { return Err(unexpected()) };
        Ok(round)
    }

    async fn is_final(&self, payment: &Transaction) -> Result<bool, Failure> {
        let answer = self.manager.answer(ChainRequest::Find(payment.id())).await?;
        let ChainReply::Found(round) = answer else { return Err(unexpected()) };
        Ok(round.is_some())
    }

    async fn submit(&self, payment: &Transaction) -> Result<TxId, Failure> {
        let submit = ChainRequest::Submit(Object(payment.to_bytes()));
        let answer = self.manager.answer(submit).await?;
        let ChainReply::Submitted(id) = answer else { return Err(unexpected()) };
        Ok(id)
    }
}

/// What has become of a saved payment.
enum Standing {
    /// It is paid.
    Final,
    /// Its time is over or its nonce used up: it can never be paid.
    Dead,
    /// It may still be paid.
    Open,
}

/// Only around what may be given up half-way.
async fn in_time<T>(wait: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let busy = || Failure::new(code::UNAVAILABLE, "the faucet is busy, ask again");
    tokio::time::timeout(PATIENCE, wait).await.unwrap_or_else(|_| Err(busy()))
}

async fn save(path: PathBuf, bytes: Vec<u8>) -> io::Result<()> {
    tokio::task::spawn_blocking(move || files::write(&path, &bytes))
        .await
        .map_err(io::Error::other)?
}

fn read_payment(path: &Path) -> io::Result<Option<Transaction>> {
    let Some(bytes) = files::read(path)? else { return Ok(None) };
    Transaction::from_bytes(&bytes).map(Some).map_err(|error| {
        io::Error::new(io::ErrorKind::InvalidData, format!("{}: {error}", path.display()))
    })
}

fn last_payment(dir: &Path) -> io::Result<Option<Transaction>> {
    std::fs::create_dir_all(dir)?;
    let mut last = None;
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "tx")
            && let Some(payment) = read_payment(&path)?
            && place(Some(&payment)) >= place(last.as_ref())
        {
            last = Some(payment);
        }
    }
    Ok(last)
}

/// Of two payments with one nonce the younger counts: the older had died before that was signed.
fn place(payment: Option<&Transaction>) -> Option<(u64, Round)> {
    Some((nonce(payment)?, payment?.expiry))
}

fn nonce(payment: Option<&Transaction>) -> Option<u64> {
    payment?.sources.first().map(|source| source.nonce)
}

fn unexpected() -> Failure {
    Failure::new(code::UNAVAILABLE, "the manager answers something else")
}

fn cannot_save(error: &io::Error) -> Failure {
    tracing::error!(%error, "the faucet cannot use its folder");
    Failure::new(code::DISK_FULL, "the faucet cannot save its payments")
}
