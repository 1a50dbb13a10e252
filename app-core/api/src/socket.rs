//! The profile's socket, `app.sock` in its folder: how a command reaches a profile that a window or
//! a server has open. One JSON-RPC text a line; whoever may open the folder may use it.

use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures::sink;
use serde_json::{Value, json};
use store::Profile;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::app::{closing, cut_off};
use crate::rpc::{self, MAX_TEXT, converse};
use crate::{Desk, Error, Event};

/// The longest path that a socket may have, less one; longer ones are reached through the folder.
const MAX_PATH: usize = 107;
/// How long the other end may take to read, or to answer that it is there.
const PATIENCE: Duration = Duration::from_secs(10);
/// Connections at the same time.
const MAX_CONNECTIONS: usize = 32;

/// A socket that is being served. Dropping it ends that.
pub(crate) struct Socket {
    task: JoinHandle<()>,
    path: PathBuf,
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.task.abort();
        // The next one to open the profile removes a file that was left.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Serves the socket of this folder. Only whoever holds the profile's lock may call it: a file that
/// lies there is then nobody's.
///
/// # Errors
/// What the operating system says.
pub(crate) fn serve(desk: &Desk, dir: &Path) -> io::Result<Socket> {
    let path = Profile::new(dir).socket();
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let short = Short::of(&path)?;
    let listener = UnixListener::bind(short.path())?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    let task = tokio::spawn(accept(listener, desk.clone()));
    Ok(Socket { task, path })
}

async fn accept(listener: UnixListener, desk: Desk) {
    let mut connections = tokio::task::JoinSet::new();
    loop {
        while connections.len() >= MAX_CONNECTIONS {
            connections.join_next().await;
        }
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) if is_ours(&stream) => {
                    let desk = desk.clone();
                    connections.spawn(async move { talk(&desk, stream).await });
                }
                Ok(_) => tracing::warn!("another user of this computer was turned away"),
                Err(error) => {
                    tracing::warn!(%error, "the profile's socket ends");
                    return;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn talk(desk: &Desk, stream: UnixStream) {
    let (reader, writer) = stream.into_split();
    let lines = futures::stream::unfold(BufReader::new(reader), |mut reader| async move {
        let line = read_line(&mut reader).await?;
        Some((line, reader))
    });
    let out = sink::unfold(writer, |mut writer: OwnedWriteHalf, text: String| async move {
        // Whoever does not read what he asked for is let go.
        let text = format!("{text}\n");
        timeout(PATIENCE, writer.write_all(text.as_bytes())).await??;
        Ok::<_, io::Error>(writer)
    });
    converse(desk, Box::pin(lines), Box::pin(out)).await;
}

/// The next line; `None` at the end, and for one that is too long to be of ours.
async fn read_line(reader: &mut BufReader<OwnedReadHalf>) -> Option<String> {
    let mut line = Vec::new();
    let limit = u64::try_from(MAX_TEXT).unwrap_or(u64::MAX);
    let read = reader.take(limit.saturating_add(1)).read_until(b'\n', &mut line).await.ok()?;
    let whole = read > 0 && line.last() == Some(&b'\n');
    whole.then(|| String::from_utf8_lossy(&line).trim_end().to_owned())
}

/// A path that fits a socket's address.
struct Short {
    path: PathBuf,
    _folder: Option<File>,
}

impl Short {
    fn of(path: &Path) -> io::Result<Self> {
        if path.as_os_str().as_bytes().len() <= MAX_PATH {
            return Ok(Self { path: path.to_owned(), _folder: None });
        }
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        let folder = File::open(folder)?;
        let path = Path::new("/proc/self/fd").join(folder.as_raw_fd().to_string()).join(name);
        Ok(Self { path, _folder: Some(folder) })
    }

    fn path(&self) -> &Path {
        &self.path
    }
}

/// A connection to the process that has a profile open.
pub struct Client {
    lines: Lines<BufReader<OwnedReadHalf>>,
    writer: OwnedWriteHalf,
    last: u64,
    events: VecDeque<Event>,
}

impl Client {
    /// Connects, if somebody serves the profile of this folder.
    pub async fn connect(dir: &Path) -> Option<Self> {
        let short = Short::of(&Profile::new(dir).socket()).ok()?;
        let stream = UnixStream::connect(short.path()).await.ok().filter(is_ours)?;
        let (reader, writer) = stream.into_split();
        let lines = BufReader::new(reader).lines();
        Some(Self { lines, writer, last: 0, events: VecDeque::new() })
    }

    /// True if the other process answers in time; one that was stopped never does.
    pub async fn is_alive(&mut self) -> bool {
        let asked = timeout(PATIENCE, self.call("status", json!({}))).await;
        asked.is_ok_and(|answer| answer.is_ok())
    }

    /// Calls a command of the table. Events that come meanwhile are kept for [`Self::next_event`].
    ///
    /// # Errors
    /// The command's own; `profile_in_use` if the other process had ended before it was asked, and
    /// `timeout` if it ended meanwhile and may have done it.
    pub async fn call(&mut self, name: &str, params: Value) -> Result<Value, Error> {
        self.last = self.last.saturating_add(1);
        let text = json!({ "jsonrpc": "2.0", "id": self.last, "method": name, "params": params });
        self.writer.write_all(format!("{text}\n").as_bytes()).await.map_err(|_| closing())?;
        loop {
            let mut reply = self.read().await?;
            if reply.get("id") != Some(&json!(self.last)) {
                self.events.extend(event(reply));
                continue;
            }
            if let Some(data) = reply.pointer_mut("/error/data").map(Value::take) {
                return Err(serde_json::from_value(data).unwrap_or_else(|_| nonsense()));
            }
            return reply.get_mut("result").map(Value::take).ok_or_else(nonsense);
        }
    }

    /// The next event; `None` once the other process has ended. May be dropped at any time.
    pub async fn next_event(&mut self) -> Option<Event> {
        if let Some(event) = self.events.pop_front() {
            return Some(event);
        }
        loop {
            if let Some(event) = event(self.read().await.ok()?) {
                return Some(event);
            }
        }
    }

    async fn read(&mut self) -> Result<Value, Error> {
        let line = self.lines.next_line().await.ok().flatten().ok_or_else(cut_off)?;
        serde_json::from_str(&line).map_err(|_| nonsense())
    }
}

fn event(mut text: Value) -> Option<Event> {
    let is_event = text.get("method").and_then(Value::as_str) == Some(rpc::EVENT);
    is_event.then(|| serde_json::from_value(text["params"].take()).ok()).flatten()
}

/// True if the process at the other end is of the same person: only then it gets to see anything.
fn is_ours(stream: &UnixStream) -> bool {
    let own = rustix::process::geteuid().as_raw();
    stream.peer_cred().is_ok_and(|peer| peer.uid() == own)
}

fn nonsense() -> Error {
    let words = "the program that has this profile open is of another version; close it first";
    Error::new("profile_in_use", words)
}
