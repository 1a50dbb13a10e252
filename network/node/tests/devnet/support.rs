//! A process of `bcm-node`, and what every test asks of it.

use net::{Bootstrap, LightNode};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::Duration;
use types::{Address, Round, TxId};
use wire::chain::{ChainReply, ChainRequest};
use wire::{Decode, Failure};

pub(crate) fn command(args: &[&str], dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bcm-node"));
    command.args(args).arg("--dir").arg(dir).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs to the end; for starts that are refused.
pub(crate) fn refused(args: &[&str], dir: &Path) -> (i32, String) {
    let Output { status, stdout, stderr } = command(args, dir).output().unwrap();
    assert!(stdout.is_empty(), "{}", String::from_utf8_lossy(&stdout));
    let stderr = String::from_utf8(stderr).unwrap();
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    let error: Value = serde_json::from_str(&stderr).unwrap();
    (status.code().unwrap(), error["error"]["code"].as_str().unwrap().to_owned())
}

/// A running process; killed when dropped.
pub(crate) struct Process {
    child: Child,
    stdout: BufReader<ChildStdout>,
    pub(crate) ready: Value,
}

impl Process {
    pub(crate) fn start(args: &[&str], dir: &Path) -> Self {
        Self::spawn(&mut command(args, dir))
    }

    pub(crate) fn spawn(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        if line.is_empty() {
            let mut stderr = String::new();
            child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
            panic!("not ready: {stderr}");
        }
        Self { child, stdout, ready: serde_json::from_str(&line).unwrap() }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Four managers, two workers.
    pub(crate) fn devnet(dir: &Path) -> Self {
        Self::start(&["devnet", "--json", "--managers", "4", "--workers", "2"], dir)
    }

    pub(crate) fn bootstrap(&self, worker: usize) -> Bootstrap {
        Bootstrap::parse(self.ready["bootstrap"][worker].as_str().unwrap()).unwrap()
    }

    pub(crate) async fn light_node(&self, worker: usize) -> LightNode {
        LightNode::start(self.bootstrap(worker)).await.unwrap()
    }

    /// Kills it as a power cut would.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop; returns its exit code, having checked that it said nothing more.
    pub(crate) fn stop(mut self, signal: &str) -> i32 {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
        let code = self.child.wait().unwrap().code().unwrap();
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).unwrap();
        self.child.stderr.take().unwrap().read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "");
        code
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Stopped already, in most tests.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) async fn tip(node: &LightNode) -> Round {
    match node.chain(ChainRequest::Tip).await.unwrap() {
        ChainReply::Tip { round, .. } => round,
        other => panic!("{other:?}"),
    }
}

/// Waits until the chain is this far.
pub(crate) async fn wait_for(node: &LightNode, round: Round) {
    while tip(node).await < round {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Waits until a transaction is final.
pub(crate) async fn final_round(node: &LightNode, id: TxId) -> Round {
    loop {
        match node.chain(ChainRequest::Find(id)).await.unwrap() {
            ChainReply::Found(Some(round)) => return round,
            ChainReply::Found(None) => tokio::time::sleep(Duration::from_millis(100)).await,
            other => panic!("{other:?}"),
        }
    }
}

/// Units of ABC, as a manager says.
pub(crate) async fn balance(node: &LightNode, address: Address) -> u64 {
    match node.chain(ChainRequest::Account(address)).await.unwrap() {
        ChainReply::Account(proof) => {
            let proof = ledger::AccountProof::from_bytes(&proof.0).unwrap();
            proof.account.map_or(0, |account| account.abc.units())
        }
        other => panic!("{other:?}"),
    }
}

#[track_caller]
pub(crate) fn code<T: std::fmt::Debug>(answer: Result<T, net::CallError>) -> String {
    match answer {
        Err(net::CallError::Failure(Failure { code, .. })) => code,
        other => panic!("{other:?}"),
    }
}
