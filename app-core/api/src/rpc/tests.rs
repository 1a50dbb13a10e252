use super::*;
use crate::{Options, Stay};

async fn empty() -> (tempfile::TempDir, Desk) {
    let dir = tempfile::tempdir().unwrap();
    let options = Options { dir: dir.path().join("profile"), offline: true, ..Options::default() };
    (dir, Desk::open(options, Stay::OneCommand, || None).await)
}

#[track_caller]
fn code(reply: &str) -> i64 {
    let reply: Value = serde_json::from_str(reply).unwrap();
    reply["error"]["code"].as_i64().unwrap()
}

#[tokio::test]
async fn what_is_no_call_is_refused_by_its_number() {
    let (_dir, desk) = empty().await;
    for (text, number) in [
        ("", -32_700),
        ("{", -32_700),
        ("7", -32_600),
        ("[]", -32_600),
        (r#"{"id":1,"method":"status"}"#, -32_600),
        (r#"{"jsonrpc":"2.0","id":[1],"method":"status"}"#, -32_600),
        (r#"{"jsonrpc":"2.0","id":1}"#, -32_600),
        (r#"{"jsonrpc":"2.0","id":1,"method":"fly"}"#, -32_601),
        (r#"{"jsonrpc":"2.0","id":1,"method":"status","params":{"x":1}}"#, -32_602),
        (r#"{"jsonrpc":"2.0","id":1,"method":"status","params":[1]}"#, -32_602),
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"account_restore","params":{"words":"a b c"}}"#,
            FAILED.into(),
        ),
        (r#"{"jsonrpc":"2.0","id":1,"method":"balance"}"#, FAILED.into()),
    ] {
        assert_eq!(code(&answer(&desk, text).await.unwrap()), number, "{text}");
    }
    let long = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{}"}}"#, "x".repeat(MAX_TEXT));
    assert_eq!(code(&answer(&desk, &long).await.unwrap()), i64::from(BAD_REQUEST));
}

#[tokio::test]
async fn a_failure_carries_the_code_that_a_person_can_act_on() {
    let (_dir, desk) = empty().await;
    let text = r#"{"jsonrpc":"2.0","id":"a","method":"balance","params":{}}"#;
    let reply: Value = serde_json::from_str(&answer(&desk, text).await.unwrap()).unwrap();
    assert_eq!(reply["id"], "a");
    assert_eq!(reply["error"]["data"]["code"], "no_profile");
}

#[tokio::test]
async fn a_batch_answers_its_calls_in_order_and_leaves_out_notifications() {
    let (_dir, desk) = empty().await;
    let text = r#"[{"jsonrpc":"2.0","id":1,"method":"status"},
        {"jsonrpc":"2.0","method":"status"}, {"jsonrpc":"2.0","id":2,"method":"fly"}]"#;
    let reply: Value = serde_json::from_str(&answer(&desk, text).await.unwrap()).unwrap();
    assert_eq!(reply.as_array().unwrap().len(), 2);
    assert_eq!(reply[0]["result"]["profile"], "none");
    assert_eq!((&reply[1]["id"], &reply[1]["error"]["code"]), (&json!(2), &json!(-32_601)));
    let silent = r#"{"jsonrpc":"2.0","method":"status"}"#;
    assert_eq!(answer(&desk, silent).await, None);
}
