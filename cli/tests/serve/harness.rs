//! A profile with pages in a temporary folder, and the program that serves it.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::{Error, HandshakeError, client};

use crate::wire::{Reply, Socket, request};

/// Turns a hang into a failure.
pub(crate) const LIMIT: Duration = Duration::from_secs(120);

/// A temporary folder with pages, and a profile beside them if one is made.
pub(crate) struct Home {
    dir: TempDir,
    profile: PathBuf,
}

impl Home {
    /// Without a profile.
    pub(crate) fn empty() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let home = Self { profile: dir.path().join("profile"), dir };
        fs::create_dir_all(home.ui().join("assets")).unwrap();
        fs::write(home.ui().join("index.html"), "<!doctype html><title>bcm</title>").unwrap();
        fs::write(home.ui().join("assets/main.js"), "export {};").unwrap();
        home
    }

    /// With the profile of alice.
    pub(crate) fn new() -> Self {
        let home = Self::empty();
        home.run(&["account", "new", "--name", "alice"]);
        home
    }

    /// The same, its profile in a folder of this name.
    pub(crate) fn at(name: &str) -> Self {
        let mut home = Self::empty();
        home.profile = home.dir.path().join(name);
        fs::create_dir_all(home.profile.parent().unwrap()).unwrap();
        home.run(&["account", "new", "--name", "alice"]);
        home
    }

    pub(crate) fn ui(&self) -> PathBuf {
        self.dir.path().join("ui")
    }

    pub(crate) fn profile(&self) -> &Path {
        &self.profile
    }

    /// A command with nothing of the caller's environment that could change it.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bcm"));
        command.arg("--profile").arg(&self.profile).arg("--json").args(args);
        command.env_remove("BCM_PROFILE").env_remove("BCM_PASSPHRASE").env_remove("BCM_LOG");
        command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs a command that is to succeed; returns its document.
    #[track_caller]
    pub(crate) fn run(&self, args: &[&str]) -> Value {
        document(&self.command(args).output().unwrap())
    }

    /// Runs a command that is to fail with this code, and with the exit code that belongs to it.
    #[track_caller]
    pub(crate) fn refuses(&self, args: &[&str], code: &str) {
        let output = self.command(args).output().unwrap();
        assert!(output.stdout.is_empty(), "{args:?}");
        let error: Value = serde_json::from_slice(&output.stderr).unwrap();
        assert_eq!(error["error"]["code"], code, "{args:?}");
        let exit = if code == "usage" { 2 } else { 1 };
        assert_eq!(output.status.code(), Some(exit), "{args:?}");
    }

    /// Serves the profile.
    #[track_caller]
    pub(crate) fn serve(&self) -> Served {
        self.serve_as(|_| {})
    }

    /// Serves the profile with a change to the command.
    #[track_caller]
    pub(crate) fn serve_as(&self, change: impl FnOnce(&mut Command)) -> Served {
        let mut command = self.command(&["serve", "--ui"]);
        command.arg(self.ui());
        change(&mut command);
        let mut child = command.spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap_or_else(|_| {
            let mut stderr = String::new();
            child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
            panic!("not ready: {line}{stderr}")
        });
        Served { child, stdout, ready }
    }
}

/// The one document of a command that succeeded.
#[track_caller]
pub(crate) fn document(output: &Output) -> Value {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && stderr.is_empty(), "{} {stderr}", output.status);
    assert_eq!(output.stdout.iter().filter(|byte| **byte == b'\n').count(), 1);
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A running `bcm serve`. Killed when dropped.
pub(crate) struct Served {
    child: Child,
    stdout: BufReader<ChildStdout>,
    pub(crate) ready: Value,
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Served {
    pub(crate) fn text(&self, field: &str) -> &str {
        self.ready[field].as_str().unwrap()
    }

    /// `127.0.0.1:PORT`.
    pub(crate) fn host(&self) -> &str {
        self.text("rpc").strip_prefix("http://").unwrap().strip_suffix("/rpc").unwrap()
    }

    pub(crate) fn port(&self) -> &str {
        self.host().rsplit_once(':').unwrap().1
    }

    pub(crate) fn bearer(&self) -> String {
        format!("Authorization: Bearer {}", self.text("token"))
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.host()).unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        stream
    }

    /// Sends a request of these lines, as they are, and reads what is answered.
    #[track_caller]
    pub(crate) fn send(&self, lines: &[&str], body: &str) -> Reply {
        let mut stream = self.connect();
        let head = format!("{}\r\nConnection: close\r\n\r\n", lines.join("\r\n"));
        stream.write_all(head.as_bytes()).unwrap();
        // Whoever is refused may find the other side gone.
        let _ = stream.write_all(body.as_bytes());
        Reply::read(stream)
    }

    /// A request of this host, with these further lines.
    #[track_caller]
    pub(crate) fn ask(&self, request: &str, further: &[&str], body: &str) -> Reply {
        let host = format!("Host: {}", self.host());
        let (line, length) =
            (format!("{request} HTTP/1.1"), format!("Content-Length: {}", body.len()));
        let mut lines = vec![line.as_str(), &host, &length];
        lines.extend(further);
        self.send(&lines, body)
    }

    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> Reply {
        self.ask(&format!("GET {path}"), &[], "")
    }

    /// Posts this text to `/rpc`, with all that is needed.
    #[track_caller]
    pub(crate) fn post(&self, text: &str) -> Reply {
        let bearer = self.bearer();
        self.ask("POST /rpc", &[&bearer, "Content-Type: application/json"], text)
    }

    /// Calls a method by POST; returns the whole answer.
    #[track_caller]
    pub(crate) fn call(&self, method: &str, params: &Value) -> Value {
        let reply = self.post(&request(1, method, params));
        assert_eq!(reply.status, 200, "{}", reply.body);
        serde_json::from_str(&reply.body).unwrap()
    }

    /// Opens a WebSocket with these headers; the status if it is refused.
    pub(crate) fn open(&self, headers: &[(&'static str, &str)]) -> Result<Socket, u16> {
        let mut request: Request = self.text("ws").into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        match client::client(request, self.connect()) {
            Ok((socket, response)) => {
                let protocol = response.headers().get("sec-websocket-protocol");
                let protocol = protocol.map(|name| name.to_str().unwrap().to_owned());
                Ok(Socket::new(socket, protocol))
            }
            Err(HandshakeError::Failure(Error::Http(response))) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    /// Opens a WebSocket as a browser does.
    #[track_caller]
    pub(crate) fn browse(&self) -> Socket {
        let protocols = format!("bcm, token.{}", self.text("token"));
        let origin = format!("http://{}", self.host());
        self.open(&[("sec-websocket-protocol", &protocols), ("origin", &origin)]).unwrap()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits for the end; the exit code, and what else was printed.
    #[track_caller]
    pub(crate) fn wait(mut self) -> (Option<i32>, String) {
        let start = Instant::now();
        let status = loop {
            match self.child.try_wait().unwrap() {
                Some(status) => break status,
                None if start.elapsed() > LIMIT => panic!("it does not end"),
                None => std::thread::sleep(Duration::from_millis(10)),
            }
        };
        let mut printed = String::new();
        self.stdout.read_to_string(&mut printed).unwrap();
        self.child.stderr.take().unwrap().read_to_string(&mut printed).unwrap();
        (status.code(), printed)
    }

    /// Ends it as a person does.
    #[track_caller]
    pub(crate) fn end(self) {
        self.signal(Signal::TERM);
        assert_eq!(self.wait(), (Some(0), String::new()));
    }
}
