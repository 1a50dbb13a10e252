//! Four managers in processes of their own, prepared by `bcm-node init`: what they hold in memory
//! while nothing happens, and after some payments.

use super::program;
use super::table::Row;
use anyhow::{Context, Result, ensure};
use keys::{EcdsaKey, Words};
use ledger::{Action, Genesis, Pay, Source, Transaction};
use net::{Bootstrap, CallError, LightNode};
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, UdpSocket};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use types::{Abc, Address, Amount, Round};
use wire::chain::{ChainReply, ChainRequest, Object};
use wire::{Encode, code};

/// In MiB.
const MEMORY: f64 = 150.0;
/// Managers listen on every second of them, QUIC and TCP; their status is between.
const PORTS: u16 = 8;
const SETTLE: Duration = Duration::from_secs(10);
const IDLE: Duration = Duration::from_secs(120);
/// What a payer gets, and how many payments it makes of it.
const PURSE: u64 = 50_000_000;
const PAYERS: u8 = 60;
const PAYMENTS: u64 = 20;
const AGAIN: Duration = Duration::from_millis(50);
/// Whatever takes longer than this is broken, not slow.
const PATIENCE: u32 = 2_400;

/// Running managers; they end with this value.
pub(crate) struct Ring {
    processes: Vec<Child>,
    homes: Vec<Bootstrap>,
    genesis: Genesis,
    faucet: Payer,
}

impl Ring {
    /// Prepares a network in a folder and starts its managers.
    pub(crate) fn start(dir: &Path) -> Result<Self> {
        let port = free_ports().context("no free ports")?;
        let node = program("bcm-node")?;
        let mut init = Command::new(&node);
        let made = init.args(["init", "--port", &port.to_string(), "--dir"]).arg(dir).output()?;
        ensure!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let made: serde_json::Value = serde_json::from_slice(&made.stdout)?;
        let genesis = std::fs::read(made["genesis"].as_str().context("no genesis")?)?;
        let faucet = Payer::faucet(&std::fs::read_to_string(dir.join("faucet.key"))?)?;
        let genesis = Genesis::parse(&genesis)?;
        let mut ring = Self { processes: vec![], homes: vec![], genesis, faucet };
        for file in made["managers"].as_array().context("no managers")? {
            ring.add(&node, file.as_str().context("no configuration")?)?;
        }
        Ok(ring)
    }

    fn add(&mut self, node: &Path, file: &str) -> Result<()> {
        let mut command = Command::new(node);
        command.args(["--json", "manager", "--config", file]).stdin(Stdio::null());
        let mut child = command.stdout(Stdio::piped()).spawn()?;
        let stdout = child.stdout.take();
        self.processes.push(child);
        let mut line = String::new();
        BufReader::new(stdout.context("no output")?).read_line(&mut line)?;
        let ready: serde_json::Value = serde_json::from_str(&line).context("no manager")?;
        let home = ready["bootstrap"][0].as_str().context("the manager names no address")?;
        self.homes.push(Bootstrap::parse(home)?);
        Ok(())
    }

    /// Lets them be idle, then busy.
    pub(crate) async fn measure(mut self) -> Result<Vec<Row>> {
        tokio::time::sleep(IDLE).await;
        let mut rows = vec![];
        if let Some(most) = self.memory() {
            let name = "one of four processes `bcm-node manager`, idle for two minutes, RSS";
            rows.push(Row::figure(name, most, "MiB").at_most(MEMORY));
        }
        let payments = self.load().await?;
        tokio::time::sleep(SETTLE).await;
        if let Some(most) = self.memory() {
            let name = format!("  the same after {payments} payments, RSS");
            rows.push(Row::figure(name, most, "MiB"));
        }
        Ok(rows)
    }

    /// Of the one that holds most, in MiB; `None` where the system does not tell it as Linux does.
    fn memory(&self) -> Option<f64> {
        let sizes = self.processes.iter().map(|process| super::idle::resident(process.id()));
        sizes.collect::<Option<Vec<_>>>()?.into_iter().max_by(f64::total_cmp)
    }

    /// Gives people money and lets them pay; how many payments became final.
    async fn load(&mut self) -> Result<u64> {
        let mut nodes = vec![];
        for home in &self.homes {
            nodes.push(LightNode::start(home.clone()).await?);
        }
        let first = nodes.first().context("no manager")?;
        let mut people: Vec<Payer> = (1..=PAYERS).map(Payer::new).collect();
        let addresses: Vec<Address> = people.iter().map(Payer::address).collect();
        let expiry = tip(first).await?.plus(500);
        let mut last = vec![];
        for address in &addresses {
            let tx = self.faucet.pay(&self.genesis, (*address, PURSE), expiry)?;
            submit(first, &tx).await?;
            last = vec![tx];
        }
        all_final(first, &last).await?;
        for _ in 0..PAYMENTS {
            last.clear();
            for (number, payer) in people.iter_mut().enumerate() {
                let to = addresses.get((number + 1) % addresses.len()).context("nobody")?;
                let tx = payer.pay(&self.genesis, (*to, 1_000), expiry)?;
                let node = nodes.get(number % nodes.len()).context("no manager")?;
                submit(node, &tx).await?;
                last.push(tx);
            }
        }
        all_final(first, &last).await?;
        for node in nodes {
            node.close().await;
        }
        Ok(u64::from(PAYERS) * (PAYMENTS + 1))
    }
}

impl Drop for Ring {
    fn drop(&mut self) {
        // Its folder goes, too: nothing to be polite about.
        for process in &mut self.processes {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

/// Somebody with money, and the nonce of the next payment.
struct Payer {
    key: EcdsaKey,
    nonce: u64,
}

impl Payer {
    fn of(entropy: [u8; 32]) -> Self {
        Self { key: Words::from_entropy(entropy).master().operation_key(), nonce: 0 }
    }

    fn new(number: u8) -> Self {
        Self::of([number; 32])
    }

    /// The one that the network's folder names in hex digits.
    fn faucet(text: &str) -> Result<Self> {
        let text = text.trim();
        ensure!(text.len() == 64, "not a key");
        let mut entropy = [0; 32];
        for (at, byte) in entropy.iter_mut().enumerate() {
            let digits = text.get(2 * at..2 * at + 2).context("not a key")?;
            *byte = u8::from_str_radix(digits, 16)?;
        }
        Ok(Self::of(entropy))
    }

    fn address(&self) -> Address {
        self.key.public().address()
    }

    fn pay(
        &mut self,
        genesis: &Genesis,
        (to, units): (Address, u64),
        expiry: Round,
    ) -> Result<Transaction> {
        let pay = Pay { source: 0, to, amount: Amount::<Abc>::new(units) };
        let reveal = (self.nonce == 0).then(|| self.key.public());
        let mut tx = Transaction {
            version: Transaction::VERSION,
            chain: genesis.chain(),
            expiry,
            price_epoch: 0,
            bundle: None,
            sources: vec![Source { address: self.address(), nonce: self.nonce, reveal }],
            fee: Amount::ZERO,
            actions: vec![Action::Pay(pay)],
            witness: vec![],
        };
        tx.fee = tx.fee_needed(&genesis.params.prices).context("fee")?;
        tx.witness = vec![self.key.sign(&tx.sighash()).to_vec()];
        self.nonce += 1;
        Ok(tx)
    }
}

/// Hands a payment in, again and again while there is no room.
async fn submit(node: &LightNode, tx: &Transaction) -> Result<()> {
    for _ in 0..PATIENCE {
        match node.chain(ChainRequest::Submit(Object(tx.to_bytes()))).await {
            Ok(_) => return Ok(()),
            Err(CallError::Failure(failure)) if failure.code == code::UNAVAILABLE => {}
            Err(error) => return Err(error.into()),
        }
        tokio::time::sleep(AGAIN).await;
    }
    anyhow::bail!("a manager takes no payment")
}

async fn all_final(node: &LightNode, payments: &[Transaction]) -> Result<()> {
    for tx in payments {
        let mut looks = 0;
        while node.chain(ChainRequest::Find(tx.id())).await? == ChainReply::Found(None) {
            looks += 1;
            ensure!(looks < PATIENCE, "a payment does not become final");
            tokio::time::sleep(AGAIN).await;
        }
    }
    Ok(())
}

async fn tip(node: &LightNode) -> Result<Round> {
    let reply = node.chain(ChainRequest::Tip).await?;
    let ChainReply::Tip { round, .. } = reply else {
        anyhow::bail!("the manager answers {reply:?}");
    };
    Ok(round)
}

/// The first of so many ports in a row that nobody has.
fn free_ports() -> Option<u16> {
    let is_free = |port: u16| {
        UdpSocket::bind(("127.0.0.1", port)).is_ok()
            && TcpListener::bind(("127.0.0.1", port)).is_ok()
    };
    let first = 20_000 + (std::process::id() % 500) as u16 * 16;
    (first..first + 400).step_by(16).find(|port| (*port..*port + PORTS).all(is_free))
}
