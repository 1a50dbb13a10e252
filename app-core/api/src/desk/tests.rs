use super::*;
use crate::Event;
use crate::socket::Client;
use serde_json::json;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

fn folder() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let profile = dir.path().join("profile");
    (dir, profile)
}

async fn desk(dir: &Path, stay: Stay, passphrase: Option<&str>) -> Desk {
    let options = Options { dir: dir.to_owned(), offline: true, ..Options::default() };
    let passphrase = passphrase.map(|text| Zeroizing::new(text.to_owned()));
    Desk::open(options, stay, || passphrase).await
}

async fn state(desk: &Desk) -> String {
    let status = desk.call("status", json!({})).await.unwrap();
    status["profile"].as_str().unwrap().to_owned()
}

#[track_caller]
fn code(result: Result<Value, Error>) -> String {
    result.unwrap_err().code
}

#[tokio::test]
async fn a_folder_without_a_profile_is_where_one_is_made() {
    let (_dir, profile) = folder();
    let here = desk(&profile, Stay::OneCommand, None).await;
    assert_eq!(state(&here).await, "none");
    assert_eq!(code(here.call("balance", json!({})).await), "no_profile");
    assert!(!profile.exists(), "nothing is made before it is asked for");

    let mut events = here.events();
    let account = here.call("account_new", json!({ "name": "Alice" })).await.unwrap();
    assert_eq!(account["account"]["name"], "Alice");
    assert_eq!(events.next().await, Some(Event::of(Topic::All)));
    assert_eq!(events.next().await, Some(Event::of(Topic::Profile)));
    assert_eq!(state(&here).await, "open");
    assert_eq!(code(here.call("account_new", json!({})).await), "profile_exists");
    here.close().await;
    for command in ["balance", "account_new"] {
        assert_eq!(code(here.call(command, json!({})).await), "profile_in_use", "closed for good");
    }

    let again = desk(&profile, Stay::OneCommand, None).await;
    assert_eq!(again.call("account_show", json!({})).await.unwrap()["account"], account["account"]);
    again.close().await;
}

#[tokio::test]
async fn a_profile_that_somebody_else_made_is_found() {
    let (_dir, profile) = folder();
    let here = desk(&profile, Stay::Resident, None).await;
    let options = Options { dir: profile, offline: true, ..Options::default() };
    App::create(&options, None, None).await.unwrap().close().await;
    assert_eq!(state(&here).await, "open");
    here.close().await;
}

#[tokio::test]
async fn a_passphrase_is_asked_for_until_it_is_right() {
    let (_dir, profile) = folder();
    let here = desk(&profile, Stay::OneCommand, None).await;
    here.call("account_new", json!({ "passphrase": "open sesame" })).await.unwrap();
    here.close().await;

    let here = desk(&profile, Stay::OneCommand, None).await;
    assert_eq!(state(&here).await, "locked");
    let open =
        |passphrase: Option<&str>| here.call("profile_open", json!({ "passphrase": passphrase }));
    assert_eq!(open(None).await.unwrap()["profile"], "locked");
    assert_eq!(code(open(Some("open says me")).await), "wrong_key");
    assert_eq!(open(Some("open sesame")).await.unwrap()["profile"], "open");
    assert_eq!(open(Some("anything")).await.unwrap()["profile"], "open");
    here.close().await;

    let here = desk(&profile, Stay::OneCommand, Some("open sesame")).await;
    assert_eq!(state(&here).await, "open");
    here.close().await;
}

#[tokio::test]
async fn words_are_confirmed_by_naming_three_of_them() {
    let (_dir, profile) = folder();
    let here = desk(&profile, Stay::OneCommand, None).await;
    here.call("account_new", json!({})).await.unwrap();
    let words = here.call("account_words", json!({})).await.unwrap();
    let named = |numbers: &[usize]| -> Vec<Value> {
        let word = |number: &usize| json!({ "number": number, "word": words["words"][number - 1] });
        numbers.iter().map(word).collect()
    };
    let confirm = |words: Vec<Value>| here.call("account_confirm_words", json!({ "words": words }));
    let wrong = json!({ "number": 7, "word": "wrong" });
    assert_eq!(code(confirm(named(&[1, 24])).await), "bad_words");
    assert_eq!(code(confirm(named(&[5, 5, 5])).await), "bad_words");
    assert_eq!(code(confirm([named(&[1, 2, 3]), vec![wrong]].concat()).await), "bad_words");
    let beyond = json!({ "number": 25, "word": "" });
    assert_eq!(code(confirm([named(&[1, 2, 3]), vec![beyond]].concat()).await), "bad_words");
    let account = here.call("account_show", json!({})).await.unwrap();
    assert_eq!(account["words_confirmed"], false);
    assert_eq!(confirm(named(&[3, 9, 24])).await.unwrap()["words_confirmed"], true);
    here.close().await;
}

#[tokio::test]
async fn the_words_open_a_profile_whose_passphrase_is_lost() {
    let (_dir, profile) = folder();
    let here = desk(&profile, Stay::OneCommand, None).await;
    let account = here.call("account_new", json!({ "passphrase": "lost" })).await.unwrap();
    let words = here.call("account_words", json!({})).await.unwrap();
    here.close().await;
    let words: Vec<&str> =
        words["words"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();

    let here = desk(&profile, Stay::OneCommand, None).await;
    let restored = here.call("account_restore", json!({ "words": words.join(" ") })).await.unwrap();
    assert_eq!(restored["account"]["id"], account["account"]["id"]);
    assert_eq!(state(&here).await, "open");
    here.close().await;
}

#[tokio::test]
async fn others_reach_an_open_profile_through_its_socket() {
    let (_dir, profile) = folder();
    let socket = profile.join("app.sock");
    let here = desk(&profile, Stay::Resident, None).await;
    assert!(Client::connect(&profile).await.is_none(), "there is no profile yet");
    here.call("account_new", json!({ "name": "Alice" })).await.unwrap();
    assert_eq!(std::fs::metadata(&socket).unwrap().permissions().mode() & 0o777, 0o600);

    let mut client = Client::connect(&profile).await.unwrap();
    let shown = client.call("account_show", json!({})).await.unwrap();
    assert_eq!(shown["account"]["name"], "Alice");
    assert_eq!(client.call("fly", json!({})).await.unwrap_err().code, "usage");
    assert_eq!(client.call("window_raise", json!({})).await.unwrap_err().code, "profile_in_use");
    here.has_window();
    client.call("window_raise", json!({})).await.unwrap();
    assert_eq!(client.next_event().await, Some(Event::of(Topic::Window)));

    here.close().await;
    assert!(!socket.exists());
    assert_eq!(client.call("status", json!({})).await.unwrap_err().code, "profile_in_use");
    assert_eq!(client.next_event().await, None);
}

#[tokio::test]
async fn a_socket_left_by_a_killed_process_and_a_long_path_do_no_harm() {
    let dir = tempfile::tempdir().unwrap();
    let profile = dir.path().join("long".repeat(40)).join("profile");
    std::fs::create_dir_all(&profile).unwrap();
    let here = desk(&profile, Stay::OneCommand, None).await;
    here.call("account_new", json!({})).await.unwrap();
    here.close().await;
    std::fs::write(profile.join("app.sock"), "left behind").unwrap();

    let here = desk(&profile, Stay::Resident, None).await;
    let mut client = Client::connect(&profile).await.unwrap();
    assert_eq!(client.call("status", json!({})).await.unwrap()["profile"], "open");
    here.close().await;
}

#[tokio::test]
async fn a_client_that_reads_nothing_holds_up_nobody() {
    use tokio::io::AsyncWriteExt;
    let (_dir, profile) = folder();
    let here = desk(&profile, Stay::Resident, None).await;
    here.call("account_new", json!({})).await.unwrap();
    let mut greedy = tokio::net::UnixStream::connect(profile.join("app.sock")).await.unwrap();
    let call = json!({ "jsonrpc": "2.0", "id": 1, "method": "account_words", "params": {} });
    let many = format!("{call}\n").repeat(5000);
    let flood = tokio::spawn(async move {
        // It ends when it is let go; nobody reads what comes back.
        let _ = greedy.write_all(many.as_bytes()).await;
        greedy
    });
    let mut client = Client::connect(&profile).await.unwrap();
    for _ in 0..20 {
        client.call("account_show", json!({})).await.unwrap();
    }
    here.close().await;
    flood.abort();
}

#[tokio::test]
async fn a_call_that_its_asker_leaves_is_done_to_its_end() {
    let (_dir, profile) = folder();
    let here = desk(&profile, Stay::OneCommand, None).await;
    {
        let making = here.call("account_new", json!({ "name": "Alice" }));
        tokio::pin!(making);
        tokio::select! {
            biased;
            done = &mut making => panic!("{done:?} at once"),
            () = tokio::task::yield_now() => {}
        }
    }
    // The turn of the next one comes when that one is done.
    assert_eq!(code(here.call("account_new", json!({})).await), "profile_exists");
    let account = here.call("account_show", json!({})).await.unwrap();
    assert_eq!(account["account"]["name"], "Alice");
    here.close().await;
}

#[tokio::test]
async fn a_profile_that_is_made_while_the_desk_is_closed_is_closed_too() {
    let (_dir, profile) = folder();
    let here = desk(&profile, Stay::Resident, None).await;
    let desk2 = here.clone();
    let making = tokio::spawn(async move { desk2.call("account_new", json!({})).await });
    tokio::task::yield_now().await;
    here.close().await;
    let _ = making.await.unwrap();
    let again = desk(&profile, Stay::OneCommand, None).await;
    assert_ne!(state(&again).await, "closed", "nobody holds it any more");
    again.close().await;
}

#[tokio::test]
async fn no_error_repeats_what_may_be_a_secret() {
    let (_dir, profile) = folder();
    let here = desk(&profile, Stay::OneCommand, None).await;
    here.call("account_new", json!({})).await.unwrap();
    for (command, params) in [
        ("account_restore", json!("abandon secret ability")),
        ("account_restore", json!({ "words": ["abandon secret ability"] })),
        ("account_new", json!({ "passphrase": { "secret": 1 } })),
        ("profile_open", json!({ "passphrase": 12_345_678 })),
        ("account_confirm_words", json!({ "words": "abandon secret ability" })),
    ] {
        let error = here.call(command, params).await.unwrap_err();
        assert_eq!(error.code, "usage", "{command}");
        let told = format!("{} {error:?}", error.message);
        assert!(!told.contains("secret") && !told.contains("12345678"), "{told}");
    }
    here.close().await;
}

#[tokio::test]
async fn a_private_payment_that_is_not_there_is_not_called_off() {
    let (_dir, profile) = folder();
    let here = desk(&profile, Stay::OneCommand, None).await;
    here.call("account_new", json!({})).await.unwrap();
    let all = here.call("transfer_list", json!({})).await.unwrap();
    assert_eq!(all, json!({ "transfers": [] }));
    let of = json!({ "contact": "bob" });
    assert_eq!(code(here.call("transfer_list", of).await), "unknown_contact");
    for id in ["", "12", &"0".repeat(32), &"zz".repeat(16)] {
        let cancelled = here.call("transfer_cancel", json!({ "id": id })).await;
        assert_eq!(code(cancelled), "unknown_payment", "{id}");
    }
    here.close().await;
}

#[tokio::test]
async fn a_profile_that_only_reviews_pays_nothing_and_signs_nothing() {
    const SIGNING: [&str; 13] = [
        "pay",
        "top_up",
        "top_up_later",
        "send_to_address",
        "migrate",
        "send_all_to_falcon",
        "rotation_commit",
        "envelope_create",
        "envelope_claim",
        "faucet",
        "request_pay",
        "review_grant",
        "review_stop",
    ];
    let (_dir, profile) = folder();
    let here = desk(&profile, Stay::OneCommand, None).await;
    let account = here.call("account_new", json!({ "review_only": true })).await.unwrap();
    assert_eq!(account["review_only"], true);
    for command in SIGNING {
        assert_eq!(code(here.call(command, json!({})).await), "review_only", "{command}");
    }
    here.call("review_list", json!({ "sync": false })).await.unwrap();
    here.close().await;
    let again = desk(&profile, Stay::OneCommand, None).await;
    let pay = json!({ "to": "bob", "amount": "1" });
    assert_eq!(code(again.call("pay", pay).await), "review_only", "for good");
    again.close().await;

    let (_dir, profile) = folder();
    let other = desk(&profile, Stay::OneCommand, None).await;
    let account = other.call("account_new", json!({})).await.unwrap();
    assert_eq!(account["review_only"], false);
    let pay = json!({ "to": "bob", "amount": "1" });
    assert_eq!(code(other.call("pay", pay).await), "unknown_contact");
    other.close().await;
}
