//! The network's side: a devnet in one process, and a worker in another that joins it.

use super::person::Person;
use super::program::{Program, Server, binary};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;
use types::Round;

/// A network of four managers with a folder of its own, and room for people beside it.
#[derive(Debug)]
pub struct Devnet {
    server: Option<Server>,
    bootstrap: Vec<String>,
    chain: String,
    dir: TempDir,
}

impl Devnet {
    /// Starts a new network with so many workers.
    ///
    /// # Panics
    /// If it does not serve.
    #[must_use]
    pub fn start(workers: u16) -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let command = command(dir.path());
        Self::of(workers, dir, command)
    }

    /// The same with so many milliseconds between two blocks, for stories that wait for rounds.
    ///
    /// # Panics
    /// If it does not serve.
    #[must_use]
    pub fn with_interval(workers: u16, ms: u32) -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let mut command = Command::new(binary("bcm-node"));
        command.args(["devnet", "--json", "--interval", &ms.to_string(), "--dir"]);
        command.arg(dir.path().join("network"));
        Self::of(workers, dir, command)
    }

    fn of(workers: u16, dir: TempDir, mut command: Command) -> Self {
        let numbers = ["--managers", "4", "--workers", &workers.to_string()];
        let server = Server::start(command.args(numbers));
        let bootstrap = addresses(&server);
        assert_eq!(bootstrap.len(), usize::from(workers));
        let chain = server.ready["chain"].as_str().expect("a chain id").to_owned();
        Self { server: Some(server), bootstrap, chain, dir }
    }

    /// Goes on with the same folder.
    ///
    /// # Panics
    /// If it runs, or does not serve, or has become another network.
    pub fn start_again(&mut self) {
        assert!(self.server.is_none(), "it runs");
        let server = Server::start(&mut command(self.dir.path()));
        assert_eq!(server.ready["chain"], self.chain.as_str());
        self.bootstrap = addresses(&server);
        self.server = Some(server);
    }

    /// Asks it to stop; it exits with 0 and says nothing more.
    ///
    /// # Panics
    /// If it does not.
    pub fn stop(&mut self) {
        self.server.take().expect("it runs").stop();
    }

    /// Kills it as a power cut would.
    ///
    /// # Panics
    /// If it does not run.
    pub fn kill(&mut self) {
        self.server.take().expect("it runs").kill();
    }

    /// Has all its managers switch something off from a round on, and brings that to the ledger.
    ///
    /// # Panics
    /// If it is not taken.
    pub fn switches_off(&self, flag: &str, from: Round) {
        let (network, file) = (self.dir.path().join("network"), self.folder("decision.json"));
        let mut sign = Command::new(binary("bcm-node"));
        sign.args(["decide", "sign", "--flag", flag, "--from", &from.0.to_string(), "--devnet"]);
        sign.arg(network).arg("--out").arg(&file);
        let mut submit = Command::new(binary("bcm-node"));
        submit.args(["decide", "submit", "--bootstrap", &self.bootstrap[0]]).arg(file);
        for command in [&mut sign, &mut submit] {
            let ended = Program::start(command.stdin(Stdio::null())).wait();
            assert_eq!(ended.code, Some(0), "{ended:?}");
        }
    }

    /// The addresses of its workers, as it printed them.
    #[must_use]
    pub fn bootstrap(&self) -> &[String] {
        &self.bootstrap
    }

    /// Its chain id.
    #[must_use]
    pub fn chain(&self) -> &str {
        &self.chain
    }

    /// A folder that goes when the network goes.
    #[must_use]
    pub fn folder(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Somebody without an account yet.
    #[must_use]
    pub fn stranger(&self, name: &str) -> Person {
        Person::new(name, &self.folder(name))
    }

    /// Somebody with a new account on this network.
    #[must_use]
    pub fn person(&self, name: &str) -> Person {
        let person = self.stranger(name);
        person.make_account(&self.bootstrap);
        person
    }

    /// Alice and Bob, who know each other and have 100 ABC each.
    #[must_use]
    pub fn friends(&self) -> [Person; 2] {
        let [alice, bob] = ["alice", "bob"].map(|name| self.person(name));
        alice.run(&["contact", "add", &bob.invite()]);
        bob.run(&["sync"]);
        bob.run(&["chat", "send", "alice", "it is me"]);
        for person in [&alice, &bob] {
            person.in_step(&["sync"]);
            person.run(&["faucet"]);
        }
        [alice, bob]
    }
}

impl Drop for Devnet {
    /// What the people's programs wrote down, for whoever wants to know why a test failed.
    fn drop(&mut self) {
        const NEWEST: usize = 60;
        if !std::thread::panicking() {
            return;
        }
        for folder in std::fs::read_dir(self.dir.path()).into_iter().flatten().flatten() {
            let log = std::fs::read_to_string(folder.path().join("log").join("bcm.log"));
            let lines: Vec<String> =
                log.iter().flat_map(|log| log.lines()).map(str::to_owned).collect();
            for line in lines.iter().skip(lines.len().saturating_sub(NEWEST)) {
                eprintln!("{}: {line}", folder.file_name().display());
            }
        }
    }
}

/// `bcm devnet`, which becomes `bcm-node devnet`.
fn command(dir: &Path) -> Command {
    let mut command = Command::new(binary("bcm"));
    assert!(binary("bcm-node").is_file());
    command.args(["devnet", "--json", "--dir"]).arg(dir.join("network"));
    command
}

/// A worker in a process of its own.
#[derive(Debug)]
pub struct OwnWorker {
    server: Option<Server>,
    dir: PathBuf,
    join: Vec<String>,
    address: String,
}

impl OwnWorker {
    /// Starts one that joins the devnet.
    ///
    /// # Panics
    /// If it does not serve.
    #[must_use]
    pub fn join(devnet: &Devnet) -> Self {
        let (dir, join) = (devnet.folder("own-worker"), devnet.bootstrap().to_vec());
        let mut worker = Self { server: None, dir, join, address: String::new() };
        worker.start_again();
        worker
    }

    /// Goes on with the same folder.
    ///
    /// # Panics
    /// If it runs or does not serve.
    pub fn start_again(&mut self) {
        assert!(self.server.is_none(), "it runs");
        let mut command = Command::new(binary("bcm-node"));
        command.args(["worker", "--json", "--dir"]).arg(&self.dir);
        for address in &self.join {
            command.args(["--bootstrap", address]);
        }
        let server = Server::start(&mut command);
        self.address = addresses(&server).remove(0);
        self.server = Some(server);
    }

    /// Kills it as a power cut would.
    ///
    /// # Panics
    /// If it does not run.
    pub fn kill(&mut self) {
        self.server.take().expect("it runs").kill();
    }

    /// Its address, as it printed it.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }
}

fn addresses(server: &Server) -> Vec<String> {
    let addresses = server.ready["bootstrap"].as_array().expect("addresses").iter();
    addresses.map(|address| address.as_str().expect("an address").to_owned()).collect()
}
