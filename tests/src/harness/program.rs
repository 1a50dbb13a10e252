//! One process of a binary of ours: started, listened to, signalled, waited for.

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

/// How long anything may take before the test gives it up. The longest command of the contract,
/// `pay --wait`, may wait 80 s by itself; builds without optimisation on a busy computer are slow.
pub const LIMIT: Duration = Duration::from_secs(120);

/// Between two looks at something that is waited for.
const LOOK: Duration = Duration::from_millis(5);

/// Where a binary of the workspace lies: beside the `deps` folder of the running test.
///
/// # Panics
/// If it has not been built; cargo builds it only with the whole workspace.
#[must_use]
pub fn binary(name: &str) -> PathBuf {
    let own = std::env::current_exe().expect("the path of this test");
    let folder = own.parent().and_then(Path::parent).expect("the target folder");
    let path = folder.join(name);
    assert!(path.is_file(), "{} is missing: run `cargo build` first", path.display());
    path
}

/// Asks again and again until there is an answer.
///
/// # Panics
/// If there is none within [`LIMIT`].
pub fn eventually<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(start.elapsed() < LIMIT, "still not: {what}");
        sleep(LOOK);
    }
}

/// What a process left behind.
#[derive(Debug)]
pub struct Ended {
    /// Its exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// What it said on standard output, unless it was taken line by line.
    pub stdout: String,
    /// What it said on standard error.
    pub stderr: String,
}

/// A running process; killed when dropped.
#[derive(Debug)]
pub struct Program {
    child: Child,
    what: String,
    lines: Receiver<String>,
    stderr: Option<JoinHandle<String>>,
}

impl Program {
    /// Starts it. What it reads from is for the command to say.
    ///
    /// # Panics
    /// If it cannot be started.
    #[must_use]
    pub fn start(command: &mut Command) -> Self {
        let what = format!("{command:?}");
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{what}: {error}"));
        let (stdout, mut stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let (sender, lines) = channel();
        spawn(move || {
            let mut stdout = BufReader::new(stdout);
            let mut line = String::new();
            while stdout.read_line(&mut line).is_ok_and(|read| read > 0) {
                // Nobody listens to a process that was given up.
                let _ = sender.send(std::mem::take(&mut line));
            }
        });
        let stderr = spawn(move || {
            let mut text = String::new();
            stderr.read_to_string(&mut text).map(|_| text).unwrap_or_default()
        });
        Self { child, what, lines, stderr: Some(stderr) }
    }

    /// The next line of standard output, with its end.
    ///
    /// # Panics
    /// If none comes; with what standard error says about it.
    #[must_use]
    pub fn line(&mut self) -> String {
        self.lines.recv_timeout(LIMIT).unwrap_or_else(|_| {
            self.kill();
            let stderr = self.stderr.take().and_then(|stderr| stderr.join().ok());
            panic!("{}: no line came; {stderr:?}", self.what)
        })
    }

    /// Asks it to stop, as a person's Ctrl-C or a supervisor does.
    ///
    /// # Panics
    /// If it has ended already.
    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("a running process");
    }

    /// Kills it as a power cut would.
    pub fn kill(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// If it does not end within [`LIMIT`].
    #[must_use]
    pub fn wait(mut self) -> Ended {
        let start = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("a child of ours") {
                break status;
            }
            if start.elapsed() > LIMIT {
                self.kill();
                panic!("{} did not end", self.what);
            }
            sleep(LOOK);
        };
        let stdout = self.lines.iter().collect();
        let stderr = self.stderr.take().and_then(|stderr| stderr.join().ok()).unwrap_or_default();
        Ended { code: status.code(), signal: status.signal(), stdout, stderr }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A process of the network that prints its one line and then serves.
#[derive(Debug)]
pub struct Server {
    program: Program,
    /// The line.
    pub ready: Value,
}

impl Server {
    /// Starts it and waits until it serves.
    ///
    /// # Panics
    /// If it does not, or says something else.
    #[must_use]
    pub fn start(command: &mut Command) -> Self {
        let mut program = Program::start(command.stdin(Stdio::null()));
        let line = program.line();
        let ready: Value = serde_json::from_str(&line).expect("one JSON document");
        assert_eq!(ready["ready"], true, "{line}");
        Self { program, ready }
    }

    /// Asks it to stop, and checks that it did so without another word.
    ///
    /// # Panics
    /// If it did not.
    pub fn stop(self) {
        self.program.signal(Signal::TERM);
        let Ended { code, stdout, stderr, .. } = self.program.wait();
        assert_eq!((code, stdout.as_str(), stderr.as_str()), (Some(0), "", ""));
    }

    /// Kills it as a power cut would.
    pub fn kill(mut self) {
        self.program.kill();
    }
}
