//! JSON-RPC by POST and by WebSocket.

use rustix::process::Signal;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::harness::Home;
use crate::wire::request;

/// As the API has it.
const MAX_TEXT: usize = 256 * 1024;

#[test]
fn calls_are_answered_by_post() {
    let home = Home::new();
    let served = home.serve();
    let reply = served.call("account_show", &json!({}));
    assert_eq!(reply["result"]["account"]["name"], "alice");
    assert_eq!(served.call("fly", &json!({}))["error"]["code"], -32601);
    assert_eq!(
        served.call("chat_seen", &json!({ "contact": "x" }))["error"]["data"]["code"],
        "unknown_contact"
    );
    let batch = format!(
        "[{},{}]",
        request(1, "status", &json!({})),
        request(2, "contact_list", &json!({}))
    );
    let replies: Value = serde_json::from_str(&served.post(&batch).body).unwrap();
    assert_eq!(replies[1]["result"]["contacts"], json!([]));
    let silent = r#"{"jsonrpc":"2.0","method":"status"}"#;
    let reply = served.post(silent);
    assert_eq!((reply.status, reply.body.as_str()), (204, ""));
    let broken: Value = serde_json::from_str(&served.post("{").body).unwrap();
    assert_eq!(broken["error"]["code"], -32700);
    served.end();
}

#[test]
fn calls_are_answered_and_events_told_by_websocket() {
    let home = Home::new();
    let served = home.serve();
    let mut page = served.browse();
    assert_eq!(page.protocol.as_deref(), Some("bcm"));
    let mut script =
        served.open(&[("authorization", &format!("Bearer {}", served.text("token")))]).unwrap();
    assert_eq!(script.protocol, None);
    for socket in [&mut page, &mut script] {
        socket.say(request(7, "account_show", &json!({})));
        let reply = socket.answer();
        assert_eq!(
            (&reply["id"], &reply["result"]["account"]["name"]),
            (&json!(7), &json!("alice"))
        );
    }
    // More than may come at once: they wait, and none is lost.
    let mut open = (0..300).collect::<std::collections::BTreeSet<u64>>();
    (0..300).for_each(|id| page.say(request(id, "contact_list", &json!({}))));
    while !open.is_empty() {
        assert!(open.remove(&page.answer()["id"].as_u64().unwrap()));
    }
    // An origin of another site is refused, whatever token it brings.
    let protocols = format!("bcm, token.{}", served.text("token"));
    let stolen =
        [("sec-websocket-protocol", protocols.as_str()), ("origin", "http://evil.example")];
    assert_eq!(served.open(&stolen).err(), Some(403));

    served.signal(Signal::INT);
    assert_eq!(page.goodbye(), Some(1001));
    assert_eq!(script.goodbye(), Some(1001));
    assert_eq!(served.wait(), (Some(0), String::new()));
}

#[test]
fn what_is_too_long_is_not_read() {
    let home = Home::new();
    let served = home.serve();
    let (bearer, json) = (served.bearer(), "Content-Type: application/json");
    let host = format!("Host: {}", served.host());
    // Only announced: nobody waits for it.
    let announced = ["POST /rpc HTTP/1.1", &host, &bearer, json, "Content-Length: 262145"];
    assert_eq!(served.send(&announced, "").status, 413);
    let chunked = ["POST /rpc HTTP/1.1", &host, &bearer, json, "Transfer-Encoding: chunked"];
    let chunk = format!("{:x}\r\n{}\r\n", MAX_TEXT + 1, " ".repeat(MAX_TEXT + 1));
    assert_eq!(served.send(&chunked, &chunk).status, 413);
    let mut longest = request(1, "status", &json!({}));
    longest.push_str(&" ".repeat(MAX_TEXT - longest.len()));
    assert_eq!(served.post(&longest).status, 200);

    let mut page = served.browse();
    page.say(longest.clone());
    assert_eq!(page.answer()["result"]["profile"], "open");
    page.say(longest + " ");
    assert_eq!(page.goodbye(), Some(1009));
    let mut page = served.browse();
    page.send(Message::binary(vec![1, 2, 3]));
    assert_eq!(page.goodbye(), Some(1003));

    let long = format!("X-Long: {}", "x".repeat(64 * 1024));
    assert_eq!(served.ask("GET /", &[&long], "").status, 431);
    let many: Vec<String> = (0..100).map(|number| format!("X-{number}: x")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(served.ask("GET /", &many, "").status, 431);
}
