//! Starts that are refused, each with its code, and the one line of those that are not.

use crate::support::{Process, command, refused};
use std::fs;
use std::process::Output;

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
