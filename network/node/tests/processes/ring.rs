//! Four managers in processes, whose lines to one another go through a forwarder each.

use crate::forward::Forward;
use abns::ChainStore;
use ledger::Genesis;
use net::Bootstrap;
use net::transport::Transport;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use types::Round;
use wire::chain::{ChainReply, ChainRequest};
use wire::{Decode, Encode, Reply, protocol};

pub(crate) const ALL: [usize; 4] = [0, 1, 2, 3];
/// Long enough for any machine; a test that waits this long has failed.
const PATIENCE: Duration = Duration::from_secs(60);
const PORTS: std::ops::Range<u16> = 10_000..31_000;
/// What a file may grow to in a limited process, in blocks of the shell's: less than a chain needs.
const FEW_BLOCKS: u32 = 1024;

pub(crate) struct Ring {
    folder: tempfile::TempDir,
    forwards: Vec<Forward>,
    managers: BTreeMap<usize, Process>,
    transport: Transport,
    homes: BTreeMap<usize, Bootstrap>,
}

pub(crate) struct Process {
    child: Child,
}

/// The way to ask managers, for tasks of their own.
#[derive(Clone)]
pub(crate) struct Clients {
    transport: Transport,
    homes: BTreeMap<usize, Bootstrap>,
}

impl Ring {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = free_ports(8);
        init(folder.path(), port, 200);
        let forwards = ALL.map(|number| {
            let listens = port + 2 * u16::try_from(number).unwrap();
            Forward::start(SocketAddr::from(([127, 0, 0, 1], listens)))
        });
        for number in ALL {
            reroute(&folder.path().join(format!("manager-{}.toml", number + 1)), port, &forwards);
        }
        let transport = Transport::spawn(rand::random(), &[]).await.unwrap();
        let (managers, homes) = (BTreeMap::new(), BTreeMap::new());
        Self { folder, forwards: forwards.into(), managers, transport, homes }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A manager's own folder.
    pub(crate) fn dir(&self, number: usize) -> PathBuf {
        self.path().join(format!("manager-{}", number + 1))
    }

    pub(crate) fn genesis(&self) -> Genesis {
        Genesis::parse(&std::fs::read(self.path().join("genesis.bin")).unwrap()).unwrap()
    }

    pub(crate) fn store(&self, number: usize) -> ChainStore {
        ChainStore::open(&self.dir(number).join("chain.redb"), &self.genesis()).unwrap()
    }

    pub(crate) fn start_all(&mut self) {
        ALL.iter().for_each(|number| self.start(*number));
    }

    pub(crate) fn start(&mut self, number: usize) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bcm-node"));
        command.args(self.arguments(number));
        self.run(number, command);
    }

    /// In a process whose files cannot grow beyond a little; it may not even start.
    pub(crate) fn start_limited(&mut self, number: usize) {
        let mut command = Command::new("sh");
        let limit = format!("trap '' XFSZ; ulimit -f {FEW_BLOCKS}; exec \"$@\"");
        command.args(["-c", &limit, "sh", env!("CARGO_BIN_EXE_bcm-node")]);
        command.args(self.arguments(number)).stdout(Stdio::null()).stderr(Stdio::null());
        self.managers.insert(number, Process { child: command.spawn().unwrap() });
    }

    fn arguments(&self, number: usize) -> [String; 4] {
        let config = self.path().join(format!("manager-{}.toml", number + 1));
        let config = config.to_str().unwrap().to_owned();
        ["--json".to_owned(), "manager".to_owned(), "--config".to_owned(), config]
    }

    fn run(&mut self, number: usize, mut command: Command) {
        let (process, home) = Process::start(&mut command);
        self.homes.insert(number, home);
        self.managers.insert(number, process);
    }

    /// As a power cut would.
    pub(crate) fn kill(&mut self, number: usize) {
        drop(self.managers.remove(&number));
    }

    /// Asks it to stop, and sees that it does.
    pub(crate) fn stop(&mut self, number: usize) {
        let mut process = self.managers.remove(&number).unwrap();
        process.signal("-TERM");
        assert_eq!(process.child.wait().unwrap().code(), Some(0));
    }

    pub(crate) fn freeze(&self, number: usize) {
        self.managers[&number].signal("-STOP");
    }

    pub(crate) fn thaw(&self, number: usize) {
        self.managers[&number].signal("-CONT");
    }

    /// Makes all lines slow, and loses some of what they carry.
    pub(crate) fn spoil_lines(&self, on: bool) {
        self.forwards.iter().for_each(|forward| forward.spoil(on));
    }

    /// Takes a manager off all lines, in both directions.
    pub(crate) fn cut_off(&self, number: usize, on: bool) {
        let listens = self.forwards[number].target().port();
        self.forwards[number].cut(on);
        self.forwards.iter().for_each(|forward| forward.refuse(listens, on));
    }

    pub(crate) fn transport(&self) -> &Transport {
        &self.transport
    }

    /// Where a manager is reached.
    pub(crate) fn bootstrap(&self, number: usize) -> &Bootstrap {
        &self.homes[&number]
    }

    pub(crate) fn clients(&self) -> Clients {
        Clients { transport: self.transport.clone(), homes: self.homes.clone() }
    }

    /// Waits until these managers are so many rounds further than the furthest of them is now.
    pub(crate) async fn goes_on(&self, numbers: &[usize], rounds: u64) {
        let clients = self.clients();
        let mut reached = 0;
        for number in numbers {
            reached = reached.max(clients.tip(*number).await.unwrap_or_default().0);
        }
        self.wait_for(numbers, reached + rounds).await;
    }

    /// Waits until a manager says that it cannot answer.
    pub(crate) async fn wait_for_refusal(&self, number: usize) {
        let (clients, begun) = (self.clients(), Instant::now());
        while !matches!(clients.ask(number, &ChainRequest::Tip).await, Some(Reply::Failed(_))) {
            assert!(begun.elapsed() < PATIENCE, "manager {number} does not notice");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until each of these managers is this far.
    pub(crate) async fn wait_for(&self, numbers: &[usize], round: u64) {
        let (clients, begun) = (self.clients(), Instant::now());
        for number in numbers {
            while clients.tip(*number).await.is_none_or(|tip| tip.0 < round) {
                if begun.elapsed() > PATIENCE {
                    let log = self.dir(*number).join("log/bcm-node.log");
                    let log = std::fs::read_to_string(log).unwrap_or_default();
                    let end: Vec<_> = log.lines().rev().take(40).collect();
                    panic!("manager {number} is not in round {round}: {end:#?}");
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

impl Clients {
    /// What a manager answers; nothing if it does not.
    pub(crate) async fn ask(
        &self,
        number: usize,
        request: &ChainRequest,
    ) -> Option<Reply<ChainReply>> {
        let home = &self.homes[&number];
        let (patience, bytes) = (Duration::from_secs(2), request.to_bytes());
        let answer = async {
            self.transport.connect(home.worker, std::slice::from_ref(&home.addresses)).await?;
            self.transport.request(home.worker, protocol::CHAIN, &bytes, patience).await
        };
        match tokio::time::timeout(patience, answer).await {
            Ok(Ok(answer)) => Reply::from_bytes(&answer).ok(),
            Ok(Err(_)) | Err(_) => {
                self.transport.disconnect(home.worker).await;
                None
            }
        }
    }

    pub(crate) async fn tip(&self, number: usize) -> Option<Round> {
        match self.ask(number, &ChainRequest::Tip).await? {
            Reply::Done(ChainReply::Tip { round, .. }) => Some(round),
            _ => None,
        }
    }
}

impl Process {
    /// Starts it, and says where it is reached.
    pub(crate) fn start(command: &mut Command) -> (Self, Bootstrap) {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let mut process = Self { child };
        if line.is_empty() {
            let mut said = String::new();
            process.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
            panic!("not ready: {said}");
        }
        let ready: Value = serde_json::from_str(&line).unwrap();
        (process, Bootstrap::parse(ready["bootstrap"][0].as_str().unwrap()).unwrap())
    }

    fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Ended already, when it was asked to.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Makes a network of four at these ports, with a block every so many milliseconds.
pub(crate) fn init(dir: &Path, port: u16, interval: u16) {
    let (port, interval) = (port.to_string(), interval.to_string());
    let made = Command::new(env!("CARGO_BIN_EXE_bcm-node"))
        .args(["init", "--port", &port, "--interval", &interval, "--dir"])
        .arg(dir)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

/// Changes a configuration file so that this manager, too, is reached by its forwarder only.
fn reroute(path: &Path, port: u16, forwards: &[Forward; 4]) {
    let mut settings: toml::Table = std::fs::read_to_string(path).unwrap().parse().unwrap();
    let way = |listen: &toml::Value| {
        let quic = listen[0].as_str().unwrap();
        let at: u16 = quic.split('/').nth(4).unwrap().parse().unwrap();
        let forward = &forwards[usize::from((at - port) / 2)];
        let way = format!("/ip4/127.0.0.1/udp/{}/quic-v1", forward.port());
        toml::Value::from(vec![way])
    };
    for other in settings["others"].as_array_mut().unwrap() {
        other["listen"] = way(&other["listen"]);
    }
    settings["reached_at"] = way(&settings["manager"]["listen"]);
    std::fs::write(path, settings.to_string()).unwrap();
}

/// The first of so many ports in a row that nobody has.
pub(crate) fn free_ports(count: u16) -> u16 {
    let is_free = |port: u16| {
        UdpSocket::bind(("127.0.0.1", port)).is_ok()
            && TcpListener::bind(("127.0.0.1", port)).is_ok()
    };
    for _ in 0..200 {
        let first = rand::random_range(PORTS);
        if (first..first + count).all(is_free) {
            return first;
        }
    }
    panic!("no free ports");
}
