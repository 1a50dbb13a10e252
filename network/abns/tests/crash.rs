//! `kill -9` in the middle of writing: what was reported as committed is there, and all of it fits.

#![allow(clippy::unwrap_used, reason = "a test")]

mod network;

use abns::ChainStore;
use network::Network;
use std::{
    env,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
    thread::sleep,
    time::Duration,
};

const FILE: &str = "ABNS_CRASH_FILE";
const PEOPLE: u8 = 4;

/// Not a test of its own: the process that the next one starts and kills.
#[test]
fn writer() {
    let Some(path) = env::var_os(FILE) else { return };
    let network = Network::new(PEOPLE);
    let store = ChainStore::open(Path::new(&path), &network.genesis).unwrap();
    loop {
        network.grow(&store);
        println!("\ncommitted {}", store.tip().round.0);
    }
}

#[test]
fn what_was_committed_survives_a_kill_and_hangs_together() {
    let network = Network::new(PEOPLE);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("chain");
    let mut last = 0;
    for lines in [1, 4, 9, 2, 16, 1, 5, 7] {
        let seen = write_and_kill(&path, lines);
        assert!(seen > last);
        let store = ChainStore::open(&path, &network.genesis).unwrap();
        last = store.tip().round.0;
        assert!(last >= seen);
        let verified = store.verify().unwrap();
        assert_eq!(verified.rounds, last);
        assert_eq!(verified.transactions, last * u64::from(PEOPLE));
    }
}

#[test]
fn a_chain_that_was_killed_while_it_was_made_is_made_again() {
    let network = Network::new(PEOPLE);
    let dir = tempfile::tempdir().unwrap();
    for millis in 0..40 {
        let path = dir.path().join(millis.to_string());
        let mut writer = writer_of(&path).stdout(Stdio::null()).spawn().unwrap();
        sleep(Duration::from_millis(millis));
        writer.kill().unwrap();
        writer.wait().unwrap();
        let store = ChainStore::open(&path, &network.genesis).unwrap();
        store.verify().unwrap();
    }
}

fn writer_of(path: &Path) -> Command {
    let mut writer = Command::new(env::current_exe().unwrap());
    writer.args(["--exact", "writer", "--nocapture"]).env(FILE, path);
    writer
}

/// Kills a writer once it has reported so many blocks; the last one reported.
fn write_and_kill(path: &Path, lines: usize) -> u64 {
    let mut writer = writer_of(path).stdout(Stdio::piped()).spawn().unwrap();
    let output = BufReader::new(writer.stdout.take().unwrap()).lines();
    let last = output
        .filter_map(|line| line.unwrap().strip_prefix("committed ")?.parse().ok())
        .nth(lines - 1)
        .unwrap();
    writer.kill().unwrap();
    writer.wait().unwrap();
    last
}
