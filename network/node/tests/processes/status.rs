//! What a manager tells of itself, and to whom.

use crate::settings::{Lone, refused};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn a_manager_tells_of_itself_to_people_and_to_prometheus() {
    let lone = Lone::new();
    let manager = lone.start();
    let url = manager.ready["status"].as_str().unwrap();
    let address = url.strip_prefix("http://").unwrap().strip_suffix("/status").unwrap();

    // It answers before it has entered its first round, and has no seat until then.
    let status = (0..600).find_map(|_| {
        let answer = get(address, "/status");
        let fits = answer.starts_with("HTTP/1.1 200") && answer.contains("application/json");
        assert!(fits, "{answer}");
        let body = answer.split("\r\n\r\n").nth(1).unwrap();
        let status: Value = serde_json::from_str(body).unwrap();
        std::thread::sleep(Duration::from_millis(50));
        (status["seated"] == true).then_some(status)
    });
    let status = status.expect("it enters its first round");
    // One of four decides nothing.
    assert_eq!(status["round"], 0);
    assert_eq!(status["members"], 4);
    assert_eq!(status["evidence"], 0);
    assert_eq!(status["waiting"]["transactions"], 0);
    assert!(status["finality_ms"]["p99"].is_u64() && status["view"].is_u64());
    let key = manager.ready["bootstrap"][0].as_str().unwrap();
    assert!(!key.is_empty() && status["manager"].as_str().unwrap().len() == 64);

    let answer = get(address, "/metrics");
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("text/plain; version=0.0.4"));
    let body = answer.split("\r\n\r\n").nth(1).unwrap();
    for name in ["final_round", "view", "members", "seated", "finality_p50_ms", "finality_p99_ms"] {
        assert!(body.contains(&format!("# HELP bcm_{name} ")), "{name}");
        assert!(body.contains(&format!("# TYPE bcm_{name} gauge")), "{name}");
    }
    assert!(body.contains("\nbcm_members 4\n") && body.contains("\nbcm_evidence 0\n"), "{body}");
    assert!(get(address, "/").starts_with("HTTP/1.1 404"));
}

#[test]
fn it_tells_nobody_beyond_its_machine() {
    for address in ["0.0.0.0:18080", "192.0.2.7:18080", "[::]:18080"] {
        let lone = Lone::new();
        lone.change("status", address);
        assert_eq!(refused(&lone.arguments()), (1, "bad_config".to_owned()), "{address}");
    }
}
