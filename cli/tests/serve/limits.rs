//! Crowds and clients that stand still.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::json;

use crate::harness::{Home, LIMIT};
use crate::wire::{self, Reply};

#[test]
fn too_many_requests_are_put_off() {
    let home = Home::new();
    let served = home.serve();
    // Far more than are allowed in any time this could take.
    let replies = (0..5000).map(|_| served.get("/assets/main.js"));
    let refused = replies.into_iter().find(|reply| reply.status != 200).unwrap();
    assert_eq!((refused.status, refused.header("retry-after")), (429, Some("1")));
    // Calls have a measure of their own.
    assert_eq!(served.call("status", &json!({}))["result"]["profile"], "open");
}

#[test]
fn a_crowd_waits_outside_until_somebody_leaves() {
    let home = Home::new();
    let served = home.serve();
    let mut crowd: Vec<_> = (0..64).map(|_| served.browse()).collect();
    let mut waiting = served.connect();
    let request = format!("GET / HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", served.host());
    waiting.write_all(request.as_bytes()).unwrap();
    waiting.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    let nothing = waiting.read(&mut [0]).unwrap_err();
    assert_eq!(nothing.kind(), ErrorKind::WouldBlock);
    // An idle WebSocket keeps its place, and works.
    crowd[0].say(wire::request(1, "status", &json!({})));
    assert_eq!(crowd[0].answer()["result"]["profile"], "open");
    crowd.pop();
    waiting.set_read_timeout(Some(LIMIT)).unwrap();
    assert_eq!(Reply::read(waiting).status, 200);
    served.end();
}

#[test]
fn who_stands_still_is_let_go_and_makes_room() {
    let home = Home::new();
    let served = home.serve();
    // Every place is taken by somebody who never finishes the head of a request.
    let still: Vec<TcpStream> = (0..64)
        .map(|_| {
            let mut stream = served.connect();
            stream.write_all(b"GET / HTTP/1.1\r\nHost: ").unwrap();
            stream
        })
        .collect();
    let mut waiting = served.connect();
    let request = format!("GET / HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", served.host());
    waiting.write_all(request.as_bytes()).unwrap();
    assert_eq!(Reply::read(waiting).status, 200);
    for mut stream in still {
        // An answer that says so, or none: the end is what counts.
        let _ = stream.read_to_end(&mut Vec::new());
    }
    // The same with a body that never comes.
    let (bearer, host) = (served.bearer(), format!("Host: {}", served.host()));
    let json = "Content-Type: application/json";
    let lines = ["POST /rpc HTTP/1.1", &host, &bearer, json, "Content-Length: 10"];
    assert_eq!(served.send(&lines, "{").status, 408);
    served.end();
}
