use super::*;

fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
    lines
        .iter()
        .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), value.parse().unwrap()))
        .collect()
}

fn door(address: &str) -> Door {
    Door::at(address.parse().unwrap())
}

#[track_caller]
fn check(address: &str, lines: &[(&'static str, &str)], admitted: bool) {
    let uri = Uri::from_static("/rpc");
    assert_eq!(door(address).admits(&uri, &headers(lines)), admitted, "{address} {lines:?}");
}

#[test]
fn a_request_names_the_address_that_is_listened_on() {
    check("127.0.0.1:4000", &[("host", "127.0.0.1:4000")], true);
    check("127.0.0.1:4000", &[("host", "localhost:4000")], true);
    check("[::1]:4000", &[("host", "[::1]:4000")], true);
    check("127.0.0.1:80", &[("host", "localhost")], true);
    check("[::1]:80", &[("host", "[::1]")], true);
    for other in [
        "",
        "127.0.0.1",
        "127.0.0.1:4001",
        "127.0.0.1:40000",
        "127.0.0.2:4000",
        "[::1]:4000",
        "localhost",
        "localhost.:4000",
        "evil.example:4000",
        "localhost:4000.evil.example",
        "evil@localhost:4000",
        " localhost:4000 ",
    ] {
        check("127.0.0.1:4000", &[("host", other)], false);
    }
    check("127.0.0.1:4000", &[], false);
    check("127.0.0.1:4000", &[("host", "localhost:4000"), ("host", "evil.example")], false);
}

#[test]
fn a_page_of_another_site_is_not_let_in() {
    let host = ("host", "127.0.0.1:4000");
    check("127.0.0.1:4000", &[host, ("origin", "http://127.0.0.1:4000")], true);
    check("127.0.0.1:4000", &[host, ("origin", "http://localhost:4000")], true);
    for other in [
        "",
        "null",
        "http://evil.example",
        "https://127.0.0.1:4000",
        "http://127.0.0.1",
        "http://127.0.0.1:4001",
        "http://127.0.0.1:4000/",
        "http://127.0.0.1:4000.evil.example",
        "127.0.0.1:4000",
        "tauri://localhost",
        "http://localhost:4000 http://evil.example",
    ] {
        check("127.0.0.1:4000", &[host, ("origin", other)], false);
        check(
            "127.0.0.1:4000",
            &[host, ("origin", "http://127.0.0.1:4000"), ("origin", other)],
            false,
        );
    }
}

#[test]
fn a_name_in_the_request_line_counts_as_well() {
    let own = headers(&[("host", "127.0.0.1:4000")]);
    let door = door("127.0.0.1:4000");
    assert!(door.admits(&Uri::from_static("http://127.0.0.1:4000/"), &own));
    for other in ["http://evil.example/", "http://me@127.0.0.1:4000/", "evil.example:4000"] {
        assert!(!door.admits(&Uri::from_static(other), &own), "{other}");
    }
}

#[test]
fn a_token_stands_in_one_header_or_among_the_subprotocols() {
    for line in ["Bearer abc", "bearer abc", "BEARER  abc "] {
        assert_eq!(bearer(&headers(&[("authorization", line)])), Some("abc"), "{line}");
    }
    for line in ["abc", "Basic abc", "Bearer", "Bearerabc"] {
        assert_eq!(bearer(&headers(&[("authorization", line)])), None, "{line}");
    }
    let twice = [("authorization", "Bearer abc"), ("authorization", "Bearer abc")];
    assert_eq!(bearer(&headers(&twice)), None);

    let name = "sec-websocket-protocol";
    for lines in [&[(name, "bcm, token.abc")][..], &[(name, "bcm"), (name, "token.abc")]] {
        assert_eq!(offered(&headers(lines)), Some("abc"), "{lines:?}");
    }
    assert_eq!(offered(&headers(&[(name, "bcm, tokenabc")])), None);
}
