//! Who is let in.

use serde_json::json;

use crate::harness::Home;
use crate::wire::request;

#[test]
fn another_sites_page_reaches_nothing_under_any_name() {
    let home = Home::new();
    let served = home.serve();
    let (bearer, port) = (served.bearer(), served.port());
    let status = request(1, "status", &json!({}));
    let length = format!("Content-Length: {}", status.len());
    let check = |host: &str, origin: &str, expected: u16| {
        for path in ["GET /", "GET /assets/main.js", "GET /ws", "GET /nothing", "POST /rpc"] {
            let (line, body) = (format!("{path} HTTP/1.1"), status.as_str());
            let mut lines = vec![line.as_str(), &bearer, "Content-Type: application/json", &length];
            lines.extend([host, origin].iter().filter(|line| !line.is_empty()));
            let reply = served.send(&lines, body);
            assert!(reply.is_for_nobody_else(), "{path} {host} {origin}");
            let refused = reply.status == 403;
            assert_eq!(refused, expected == 403, "{path} {host} {origin}: {reply:?}");
        }
    };
    let own = format!("Host: 127.0.0.1:{port}");
    check(&own, "", 200);
    check(&format!("Host: localhost:{port}"), "", 200);
    check(&own, &format!("Origin: http://127.0.0.1:{port}"), 200);
    check(&own, &format!("Origin: http://localhost:{port}"), 200);
    for host in [
        "",
        "Host: 127.0.0.1",
        "Host: evil.example",
        &format!("Host: evil.example:{port}"),
        &format!("Host: localhost.evil.example:{port}"),
        &format!("Host: 127.0.0.2:{port}"),
        &format!("Host: [::1]:{port}"),
    ] {
        check(host, "", 403);
    }
    for origin in [
        "Origin: null",
        "Origin: http://evil.example",
        &format!("Origin: https://127.0.0.1:{port}"),
        "Origin: http://127.0.0.1",
        &format!("Origin: http://evil.example:{port}"),
    ] {
        check(&own, origin, 403);
    }
    // A browser asks first whether it may.
    let preflight = ["Origin: http://evil.example", "Access-Control-Request-Method: POST"];
    let reply = served.ask("OPTIONS /rpc", &preflight, "");
    assert!(reply.status == 403 && reply.is_for_nobody_else());
    assert_eq!(served.ask("OPTIONS /rpc", &[], "").status, 405);
    served.end();
}

#[test]
fn a_name_in_the_request_line_is_checked_too() {
    let home = Home::new();
    let served = home.serve();
    let host = format!("Host: {}", served.host());
    let own = format!("GET http://{}/ HTTP/1.1", served.host());
    assert_eq!(served.send(&[&own, &host], "").status, 200);
    assert_eq!(served.send(&["GET http://evil.example/ HTTP/1.1", &host], "").status, 403);
    assert_eq!(served.send(&["GET / HTTP/1.0"], "").status, 403);
}

#[test]
fn without_the_token_nothing_is_called() {
    let home = Home::new();
    let served = home.serve();
    let json = "Content-Type: application/json";
    let text = request(1, "account_words", &json!({}));
    let wrong = format!("Authorization: Bearer {}", "0".repeat(64));
    let short = served.bearer();
    let basic = format!("Authorization: Basic {}", served.text("token"));
    let in_query = format!("POST /rpc?token={}", served.text("token"));
    for (line, headers) in [
        ("POST /rpc", vec![json]),
        ("POST /rpc", vec![json, &wrong]),
        ("POST /rpc", vec![json, &short[..short.len() - 1]]),
        ("POST /rpc", vec![json, &basic]),
        (&in_query, vec![json]),
    ] {
        let reply = served.ask(line, &headers, &text);
        assert_eq!(reply.status, 401, "{line} {headers:?}");
        assert_eq!(reply.header("www-authenticate"), Some("Bearer"));
        assert!(!reply.body.contains("words"));
    }
    for headers in [
        vec![],
        vec![("sec-websocket-protocol", "bcm")],
        vec![("sec-websocket-protocol", "bcm, token.abc")],
        vec![("authorization", "Bearer abc")],
    ] {
        assert_eq!(served.open(&headers).err(), Some(401), "{headers:?}");
    }
    // With it, what no page of another site can send without asking first is still asked for.
    let bearer = served.bearer();
    assert_eq!(served.ask("POST /rpc", &[&bearer], &text).status, 415);
    assert_eq!(served.ask("POST /rpc", &[&bearer, "Content-Type: text/plain"], &text).status, 415);
    let words = served.call("account_words", &json!({}));
    assert_eq!(words["result"]["words"].as_array().unwrap().len(), 24);
}

#[test]
fn guessing_tokens_soon_ends_and_locks_nobody_out() {
    let home = Home::new();
    let served = home.serve();
    let wrong = format!("Authorization: Bearer {}", "0".repeat(64));
    // Far more than the few that are allowed in any time this could take.
    let guess = || served.ask("POST /rpc", &[&wrong], "").status;
    let mut guesses = (0..2000).map(|_| guess());
    assert!(guesses.any(|status| status == 429));
    assert_eq!(served.call("status", &json!({}))["result"]["profile"], "open");
}
