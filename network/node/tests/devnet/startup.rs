//! Starts that are refused, each with its code, and the one line of those that are not.

use crate::support::{Process, command, refused};
use net::transport::Transport;
use std::fs;
use std::process::Output;
use std::time::Duration;
use types::Round;
use wire::events::{Event, Follow, Subscribe};

const BEAT: Duration = Duration::from_secs(5);

#[test]
fn wrong_usage_is_one_json_line_and_exit_2() {
    let dir = tempfile::tempdir().unwrap();
    for args in [
        &["--json", "devnet", "--managers", "3"][..],
        &["devnet", "--workers", "many", "--json"],
        &["--json", "devnet", "--what"],
        &["--json"],
        &["--json", "worker"],
        &["--json", "worker", "--bootstrap", "nonsense"],
    ] {
        assert_eq!(refused(args, dir.path()), (2, "usage".to_owned()), "{args:?}");
    }
}

#[test]
fn the_version_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let Output { status, stdout, .. } = command(&["--version"], dir.path()).output().unwrap();
    assert!(status.success());
    assert!(String::from_utf8(stdout).unwrap().starts_with("bcm-node "));
}

#[test]
fn unusable_folders_have_codes() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path();
    fs::write(path.join("file"), "").unwrap();
    let (exit, code) = refused(&["--json", "devnet"], &path.join("file/net"));
    assert_eq!((exit, code.as_str()), (1, "dir_not_writable"));

    let (exit, code) = refused(&["--json", "devnet"], path);
    assert_eq!((exit, code.as_str()), (1, "dir_not_empty"));

    fs::write(path.join("devnet.toml"), "format = 0\n").unwrap();
    let (exit, code) = refused(&["--json", "devnet"], path);
    assert_eq!((exit, code.as_str()), (1, "old_format"));
}

#[test]
fn a_folder_serves_one_network_at_a_time_and_stops_politely() {
    let dir = tempfile::tempdir().unwrap();
    let devnet = Process::devnet(dir.path());
    let ready = devnet.ready.clone();
    assert_eq!(ready["ready"], true);
    assert_eq!(ready["managers"], 4);
    assert_eq!(ready["workers"], 2);
    assert_eq!(ready["bootstrap"].as_array().unwrap().len(), 2);
    let chain = ready["chain"].as_str().unwrap();
    assert!(ready["bootstrap"][0].as_str().unwrap().ends_with(chain));
    assert!(fs::exists(ready["genesis"].as_str().unwrap()).unwrap());

    let (exit, code) = refused(&["--json", "devnet"], dir.path());
    assert_eq!((exit, code.as_str()), (1, "devnet_running"));
    assert_eq!(devnet.stop("-TERM"), 0);

    let (exit, code) = refused(&["--json", "devnet", "--workers", "3"], dir.path());
    assert_eq!((exit, code.as_str()), (1, "devnet_differs"));
    // Without options the numbers are those of the folder, and nothing but the line is different
    // without `--json`.
    let again = Process::start(&["devnet"], dir.path());
    assert_eq!(again.ready, ready);
    assert_eq!(again.stop("-INT"), 0);
}

/// The genesis is older than certificates are believed for; so is a network that stood still.
#[tokio::test]
async fn a_network_that_began_weeks_ago_is_followed_by_its_workers() {
    const WEEKS: u64 = 3 * 7 * 24 * 3_600_000;
    let dir = tempfile::tempdir().unwrap();
    Process::devnet(dir.path()).kill();
    let path = dir.path().join("devnet.toml");
    let mut settings: toml::Table = fs::read_to_string(&path).unwrap().parse().unwrap();
    let time = settings["time"].as_integer().unwrap();
    settings["time"] = toml::Value::from(time - i64::try_from(WEEKS).unwrap());
    // A network begins with its settings.
    fs::remove_dir_all(dir.path()).unwrap();
    fs::create_dir(dir.path()).unwrap();
    fs::write(&path, settings.to_string()).unwrap();

    let devnet = Process::devnet(dir.path());
    let transport = Transport::spawn(rand::random(), &[]).await.unwrap();
    let home = devnet.bootstrap(1);
    transport.connect(home.worker, std::slice::from_ref(&home.addresses)).await.unwrap();
    let channel = transport.open(home.worker, wire::protocol::EVENTS).await.unwrap();
    let to = Subscribe::To { queues: vec![], headers: Follow::Every(Round(1)) };
    let mut events = net::events::subscribe(channel, &to, BEAT).await.unwrap();
    for _ in 0..3 {
        assert!(matches!(events.recv().await, Some(Event::Header(_))));
    }
    assert_eq!(devnet.stop("-TERM"), 0);
}

#[test]
fn a_low_limit_of_open_files_is_raised() {
    let dir = tempfile::tempdir().unwrap();
    let mut limited = std::process::Command::new("sh");
    limited.args(["-c", "ulimit -S -n 256 && exec \"$@\"", "sh", env!("CARGO_BIN_EXE_bcm-node")]);
    limited.args(["devnet", "--json", "--managers", "4", "--workers", "2", "--dir"]);
    let devnet = Process::spawn(limited.arg(dir.path()));
    let limits = fs::read_to_string(format!("/proc/{}/limits", devnet.id())).unwrap();
    let files = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    let soft: u64 = files.split_whitespace().nth(3).unwrap().parse().unwrap();
    assert!(soft >= 2048, "{files}");
    assert_eq!(devnet.stop("-TERM"), 0);
}
