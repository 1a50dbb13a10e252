//! Commands that go through whoever has the profile open.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;

use rustix::process::Signal;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

use crate::harness::{Home, document};
use crate::wire::request;

#[test]
fn commands_go_through_the_program_that_serves() {
    let home = Home::new();
    let commands: [&[&str]; 8] = [
        &["account", "show"],
        &["account", "words"],
        &["contact", "list"],
        &["balance"],
        &["history"],
        &["contact", "list", "--offline"],
        &["balance", "--offline"],
        &["sync", "--offline"],
    ];
    let printed = |args: &[&str]| {
        let output = home.command(args).output().unwrap();
        document(&output);
        String::from_utf8(output.stdout).unwrap()
    };
    // As text: the same fields in the same order.
    let alone = commands.map(printed);
    let served = home.serve();
    let socket = home.profile().join("app.sock");
    assert_eq!(fs::metadata(&socket).unwrap().permissions().mode() & 0o777, 0o600);
    for (args, alone) in commands.iter().zip(&alone) {
        assert_eq!(printed(args), *alone, "{args:?}");
    }
    for (args, code) in [
        (&["chat", "send", "nobody", "hello"][..], "unknown_contact"),
        (&["chat", "read", "nobody"], "unknown_contact"),
        (&["chat", "read", "nobody", "--offline"], "unknown_contact"),
        (&["contact", "add", "bcm:1"], "no_network"),
        (&["pay", "nobody", "1"], "unknown_contact"),
        (&["sendtoaddress", "A1", "1"], "bad_address"),
        (&["history", "--from", "yesterday"], "usage"),
        (&["chat", "open", "nobody"], "usage"),
        (&["invite", "--offline"], "no_network"),
        (&["faucet", "--offline"], "no_network"),
        (&["account", "new"], "profile_exists"),
        (&["serve", "--ui", home.ui().to_str().unwrap()], "profile_in_use"),
        (&["balance", "--bootstrap", "here"], "bad_address"),
    ] {
        home.refuses(args, code);
    }
    served.end();
    assert!(!socket.exists());
    assert_eq!(printed(commands[0]), alone[0]);
}

#[test]
fn commands_at_the_same_time_are_all_answered() {
    let home = Home::new();
    let served = home.serve();
    let account = home.run(&["account", "show"]);
    let running: Vec<_> =
        (0..12).map(|_| home.command(&["account", "show"]).spawn().unwrap()).collect();
    for child in running {
        assert_eq!(document(&child.wait_with_output().unwrap()), account);
    }
    served.end();
}

#[test]
fn a_killed_server_stands_in_nobodys_way() {
    let home = Home::new();
    let served = home.serve();
    served.signal(Signal::KILL);
    assert_eq!(served.wait().0, None);
    assert!(home.profile().join("app.sock").exists(), "it had no time to remove it");
    let account = home.run(&["account", "show"]);
    assert_eq!(account["account"]["name"], "alice");
    let served = home.serve();
    assert_eq!(home.run(&["account", "show"]), account);
    served.end();
    assert!(!home.profile().join("app.sock").exists());
}

#[test]
fn a_path_longer_than_a_sockets_works_as_well() {
    let home = Home::at(&format!("{}/profile", "a long name ".repeat(18).trim()));
    let served = home.serve();
    assert!(home.profile().join("app.sock").exists());
    assert_eq!(home.run(&["account", "show"])["account"]["name"], "alice");
    served.end();
    assert!(!home.profile().join("app.sock").exists());
}

#[test]
fn a_folder_without_a_profile_is_served_and_one_is_made_there() {
    let home = Home::empty();
    let served = home.serve();
    assert_eq!(served.call("status", &json!({}))["result"]["profile"], "none");
    assert_eq!(served.call("balance", &json!({}))["error"]["data"]["code"], "no_profile");
    home.refuses(&["balance"], "no_profile");
    assert!(!home.profile().exists());

    let mut page = served.browse();
    page.say(request(1, "account_new", &json!({ "name": "nina" })));
    assert_eq!(page.answer()["result"]["account"]["name"], "nina");
    assert_eq!(home.run(&["account", "show"])["account"]["name"], "nina");
    served.end();
    assert_eq!(home.run(&["account", "show"])["account"]["name"], "nina");
}

#[test]
fn a_locked_profile_is_served_and_unlocked_there() {
    let home = Home::empty();
    let mut new = home.command(&["account", "new"]);
    document(&new.env("BCM_PASSPHRASE", "correct horse").output().unwrap());
    let served = home.serve();
    assert_eq!(served.call("status", &json!({}))["result"]["profile"], "locked");
    home.refuses(&["account", "show"], "wrong_key");
    let open = |text: &str| served.call("profile_open", &json!({ "passphrase": text }));
    assert_eq!(open("battery staple")["error"]["data"]["code"], "wrong_key");
    assert_eq!(open("correct horse")["result"]["profile"], "open");
    // Whoever may use the socket needs no passphrase.
    assert_eq!(home.run(&["account", "show"])["protection"], "passphrase");
    served.end();
    home.refuses(&["account", "show"], "wrong_key");
}

#[test]
fn what_a_page_cannot_mend_is_said_at_once() {
    let home = Home::new();
    fs::write(home.profile().join("profile.db"), "not a database").unwrap();
    home.refuses(&["serve", "--ui", home.ui().to_str().unwrap()], "damaged_profile");
}

#[test]
fn the_log_knows_neither_the_token_nor_what_was_said() {
    let home = Home::empty();
    // A network that is not there: looking for it fills the log.
    let node =
        "/ip4/127.0.0.1/udp/9/quic-v1/p2p/12D3KooWQYV9dGMFoRzNStwpXztXaBUjtPqi6aU76ZgUriHhKust";
    home.run(&["account", "new", "--bootstrap", &format!("{node}#{}", "ab".repeat(32))]);
    let served = home.serve_as(|command| {
        command.env("BCM_LOG", "trace");
    });
    let mut page = served.browse();
    page.say(request(1, "chat_seen", &json!({ "contact": "a secret of two" })));
    assert_eq!(page.answer()["error"]["data"]["code"], "unknown_contact");
    page.send(Message::Ping("a secret ping".into()));
    page.say(request(2, "account_words", &json!({})));
    let words = page.answer()["result"]["words"].clone();
    let token = served.text("token").to_owned();
    served.post(&request(3, "chat_seen", &json!({ "contact": "a secret of three" })));
    served.end();
    let log = fs::read_to_string(home.profile().join("log/bcm.log")).unwrap();
    let words: Vec<&str> =
        words.as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    for secret in [token.as_str(), "a secret", &words[..2].join("\",\"")] {
        assert!(!log.contains(secret), "{secret}");
    }
    assert!(!log.is_empty(), "the log was on");
}

#[test]
fn words_still_come_from_standard_input() {
    let home = Home::new();
    let words = home.run(&["account", "words"]);
    let words: Vec<&str> =
        words["words"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    let again = Home::empty();
    let mut restore = again.command(&["account", "restore", "--name", "again"]);
    let mut child = restore.stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(words.join(" ").as_bytes()).unwrap();
    let account = document(&child.wait_with_output().unwrap());
    assert_eq!(account["account"]["id"], home.run(&["account", "show"])["account"]["id"]);
}
