//! The pages.

use std::fs;
use std::os::unix::fs::symlink;

use crate::harness::Home;

#[test]
fn the_pages_come_with_everything_that_keeps_them_apart() {
    let home = Home::new();
    let served = home.serve();
    for (path, kind) in [
        ("/", "text/html; charset=utf-8"),
        ("/index.html", "text/html; charset=utf-8"),
        ("/index.html?x=1", "text/html; charset=utf-8"),
        ("/assets/main.js", "text/javascript; charset=utf-8"),
    ] {
        let reply = served.get(path);
        assert_eq!((reply.status, reply.header("content-type")), (200, Some(kind)), "{path}");
    }
    assert_eq!(served.get("/").body, "<!doctype html><title>bcm</title>");
    let head = served.ask("HEAD /", &[], "");
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    assert_eq!(head.header("content-length"), Some("33"));

    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self' ws://{}; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'",
        served.host()
    );
    for path in ["/", "/assets/main.js", "/nothing", "/rpc", "/ws"] {
        let reply = served.get(path);
        for (name, value) in [
            ("content-security-policy", policy.as_str()),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(reply.header(name), Some(value), "{path}");
        }
        let permissions = reply.header("permissions-policy").unwrap();
        for power in ["camera=(self)", "microphone=()", "geolocation=()"] {
            assert!(permissions.contains(power), "{path}");
        }
        assert!(reply.is_for_nobody_else(), "{path}");
    }
}

#[test]
fn nothing_but_the_files_of_the_start_can_be_read() {
    let home = Home::new();
    fs::write(home.ui().join("../secret.txt"), "secret").unwrap();
    symlink(home.ui().join("../secret.txt"), home.ui().join("link.txt")).unwrap();
    let served = home.serve();
    fs::write(home.ui().join("later.txt"), "later").unwrap();
    for path in [
        "/assets",
        "/assets/",
        "/link.txt",
        "/later.txt",
        "/../secret.txt",
        "/assets/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "//index.html",
        "/rpc/",
        "/etc/passwd",
        "/index.html/",
    ] {
        let reply = served.get(path);
        assert_eq!(reply.status, 404, "{path}");
        assert!(!reply.body.contains("secret"), "{path}");
    }
    for request in ["POST /", "DELETE /index.html", "GET /rpc", "PUT /rpc", "POST /ws"] {
        assert_eq!(served.ask(request, &[], "").status, 405, "{request}");
    }
    assert_eq!(served.ask("POST /nothing", &[], "").status, 404);
}

#[test]
fn without_pages_or_elsewhere_it_does_not_serve() {
    let home = Home::new();
    let bare = tempfile::tempdir().unwrap();
    home.refuses(&["serve", "--ui", bare.path().to_str().unwrap()], "ui_not_built");
    home.refuses(&["serve", "--ui", "/nonexistent"], "ui_not_built");
    let ui = home.ui();
    for address in ["0.0.0.0:0", "[::]:0", "192.168.1.1:8080", "example.com:80", "8080", ""] {
        home.refuses(&["serve", "--ui", ui.to_str().unwrap(), "--listen", address], "usage");
    }
    let named = home.serve_as(|command| {
        command.args(["--listen", "localhost:0"]);
    });
    assert_eq!(named.get("/").status, 200);
}
