//! Configuration files: made by `init`, read by `manager`; and what the program says about itself.

use crate::ring::{free_ports, init};
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

fn command(args: &[String]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bcm-node"));
    command.args(args);
    command
}

fn run(args: &[&str]) -> Output {
    let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
    command(&args).output().unwrap()
}

/// Runs to the end: the exit code, and the code on the one line of stderr.
pub(crate) fn refused(args: &[String]) -> (i32, String) {
    let Output { status, stdout, stderr } = command(args).output().unwrap();
    assert!(stdout.is_empty(), "{}", String::from_utf8_lossy(&stdout));
    let stderr = String::from_utf8(stderr).unwrap();
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    let error: Value = serde_json::from_str(&stderr).unwrap();
    (status.code().unwrap(), error["error"]["code"].as_str().unwrap().to_owned())
}

/// The first manager of a network whose others never start.
pub(crate) struct Lone {
    dir: tempfile::TempDir,
}

/// Runs until it is dropped.
pub(crate) struct Running {
    child: Child,
    pub(crate) ready: Value,
}

impl Lone {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        init(dir.path(), free_ports(8), 200);
        Self { dir }
    }

    fn config(&self) -> PathBuf {
        self.dir.path().join("manager-1.toml")
    }

    fn folder(&self) -> PathBuf {
        self.dir.path().join("manager-1")
    }

    /// Gives a setting another value.
    pub(crate) fn change(&self, name: &str, value: &str) {
        let text = fs::read_to_string(self.config()).unwrap();
        let mut settings: toml::Table = text.parse().unwrap();
        settings.insert(name.to_owned(), toml::Value::from(value));
        fs::write(self.config(), settings.to_string()).unwrap();
    }

    pub(crate) fn arguments(&self) -> Vec<String> {
        let config = self.config().to_str().unwrap().to_owned();
        vec!["--json".into(), "manager".into(), "--config".into(), config]
    }

    pub(crate) fn start(&self) -> Running {
        let mut command = command(&self.arguments());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready = serde_json::from_str(&line).unwrap();
        Running { child, ready }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_new_network_is_never_put_over_an_old_one() {
    let lone = Lone::new();
    let before = fs::read(lone.dir.path().join("genesis.bin")).unwrap();
    let dir = lone.dir.path().to_str().unwrap().to_owned();
    let args = vec!["--json".to_owned(), "init".to_owned(), "--dir".to_owned(), dir];
    assert_eq!(refused(&args), (1, "dir_not_empty".to_owned()));
    assert_eq!(fs::read(lone.dir.path().join("genesis.bin")).unwrap(), before);
}

#[test]
fn a_configuration_that_does_not_fit_has_a_code() {
    let check = |name: &str, value: &str, code: &str| {
        let lone = Lone::new();
        lone.change(name, value);
        assert_eq!(refused(&lone.arguments()), (1, code.to_owned()), "{name} = {value}");
    };
    check("genesis", "nowhere.bin", "bad_config");
    check("genesis", "faucet.key", "damaged_devnet");
    check("wide", "perhaps", "damaged_devnet");
    let lone = Lone::new();
    fs::remove_file(lone.config()).unwrap();
    assert_eq!(refused(&lone.arguments()), (1, "dir_not_writable".to_owned()));
}

#[test]
fn a_folder_is_known_after_any_crash_and_after_the_loss_of_its_log() {
    let lone = Lone::new();
    drop(lone.start());
    let folder = lone.folder();
    fs::remove_file(folder.join("votes.wal")).unwrap();
    drop(lone.start());
    // The first start of all may have been cut short anywhere.
    for name in ["votes.wal", "chain.redb"] {
        fs::remove_file(folder.join(name)).unwrap();
    }
    fs::write(folder.join("votes.new"), [1, 2, 3]).unwrap();
    drop(lone.start());
}

#[test]
fn every_command_and_option_says_what_it_does() {
    let text = |output: Output| {
        assert!(output.status.success() && output.stderr.is_empty());
        String::from_utf8(output.stdout).unwrap()
    };
    let help = text(run(&["--help"]));
    for command in ["devnet", "manager", "worker", "init"] {
        let line = help.lines().find(|line| line.trim_start().starts_with(command)).unwrap();
        assert!(line.split_whitespace().count() > 3, "{line}");
        let own = text(run(&[command, "--help"]));
        let options = own.lines().zip(own.lines().skip(1));
        for (line, next) in options.filter(|(line, _)| line.trim_start().starts_with("--")) {
            let beside = line.split("  ").filter(|part| !part.trim().is_empty()).count() > 1;
            assert!(beside || !next.trim_start().starts_with('-') && !next.trim().is_empty());
        }
    }
    let init = text(run(&["init", "--help"]));
    for option in ["--dir", "--managers", "--host", "--port", "--interval"] {
        assert!(init.contains(option), "{option}");
    }
    assert!(
        init.contains("milliseconds") && text(run(&["manager", "--help"])).contains("--config")
    );
}
