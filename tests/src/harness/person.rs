//! A person: one profile, driven by the command line with `--json`.

use super::program::{Ended, Program, binary, eventually};
use rustix::process::Signal;
use serde_json::Value;
use std::fs::{File, OpenOptions};
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// How a command failed, as a script sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What a script decides by.
    pub code: String,
    /// What a person reads.
    pub message: String,
    /// The exit code.
    pub exit: i32,
}

/// One profile's folder and what its commands run with.
#[derive(Debug, Clone)]
pub struct Person {
    name: String,
    dir: PathBuf,
    passphrase: Option<String>,
}

impl Person {
    /// Somebody whose profile is to lie in this folder; nothing is made.
    #[must_use]
    pub fn new(name: &str, dir: &Path) -> Self {
        Self { name: name.to_owned(), dir: dir.to_owned(), passphrase: None }
    }

    /// The same profile, unlocked by this passphrase.
    #[must_use]
    pub fn with_passphrase(&self, passphrase: &str) -> Self {
        Self { passphrase: Some(passphrase.to_owned()), ..self.clone() }
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The profile's folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Makes an account that knows these nodes. They need not be named again: the profile
    /// remembers them.
    ///
    /// # Panics
    /// If it cannot be made.
    pub fn make_account(&self, bootstrap: &[String]) -> Value {
        let mut args = vec!["account", "new", "--name", &self.name];
        args.extend(bootstrap.iter().flat_map(|address| ["--bootstrap", address]));
        self.run(&args)
    }

    /// An invite to this person.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn invite(&self) -> String {
        self.run(&["invite"])["invite"].as_str().expect("an invite").to_owned()
    }

    /// Runs a command that is to succeed; returns its document.
    ///
    /// # Panics
    /// If it fails or breaks the contract of `--json`.
    #[track_caller]
    pub fn run(&self, args: &[&str]) -> Value {
        self.attempt(args).unwrap_or_else(|failure| panic!("{} {args:?}: {failure:?}", self.name))
    }

    /// Runs a command until the network was reached in its time: many networks share a computer.
    ///
    /// # Panics
    /// If it fails, or none was within [`super::LIMIT`].
    #[track_caller]
    pub fn in_step(&self, args: &[&str]) -> Value {
        eventually("an answer that is up to date", || {
            Some(self.run(args)).filter(|answer| answer["synced"] == true)
        })
    }

    /// Runs a command that is to fail; returns how.
    ///
    /// # Panics
    /// If it succeeds or breaks the contract of `--json`.
    #[track_caller]
    pub fn fails(&self, args: &[&str]) -> Failure {
        match self.attempt(args) {
            Ok(document) => panic!("{} {args:?} succeeded: {document}", self.name),
            Err(failure) => failure,
        }
    }

    /// Runs a command that is to fail with this code.
    ///
    /// # Panics
    /// If it ends in any other way.
    #[track_caller]
    pub fn refuses(&self, args: &[&str], code: &str) {
        assert_eq!(self.fails(args).code, code, "{} {args:?}", self.name);
    }

    /// Runs a command.
    ///
    /// # Errors
    /// Its failure.
    ///
    /// # Panics
    /// If it breaks the contract of `--json`.
    pub fn attempt(&self, args: &[&str]) -> Result<Value, Failure> {
        self.start(args).finish()
    }

    /// Runs a command that reads this from its standard input.
    ///
    /// # Errors
    /// Its failure.
    ///
    /// # Panics
    /// If it breaks the contract of `--json`.
    pub fn attempt_with_input(&self, args: &[&str], input: &str) -> Result<Value, Failure> {
        let mut file = tempfile::tempfile().expect("a temporary file");
        file.write_all(input.as_bytes()).and_then(|()| file.rewind()).expect("a file to read");
        Running(Program::start(self.command(args).stdin(file))).finish()
    }

    /// Starts a command, to be finished or killed.
    #[must_use]
    pub fn start(&self, args: &[&str]) -> Running {
        Running(Program::start(self.command(args).stdin(Stdio::null())))
    }

    /// True while another process has the profile open.
    ///
    /// # Panics
    /// If there is no profile.
    #[must_use]
    pub fn in_use(&self) -> bool {
        let lock: File =
            OpenOptions::new().write(true).open(self.dir.join("lock")).expect("a profile");
        // What was taken is given back at the end of this function.
        lock.try_lock().is_err()
    }

    /// The command with nothing of the caller's environment that could change it: no profile, no
    /// passphrase, no keychain.
    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(binary("bcm"));
        command.arg("--profile").arg(&self.dir).arg("--json").args(args);
        command.env_remove("BCM_PROFILE").env_remove("BCM_PASSPHRASE").env("BCM_LOG", "debug");
        command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
        if let Some(passphrase) = &self.passphrase {
            command.env("BCM_PASSPHRASE", passphrase);
        }
        command
    }
}

/// A running command.
#[derive(Debug)]
pub struct Running(Program);

impl Running {
    /// Waits for its end.
    ///
    /// # Errors
    /// Its failure.
    ///
    /// # Panics
    /// If it breaks the contract of `--json`, or does not end.
    pub fn finish(self) -> Result<Value, Failure> {
        let Ended { code, signal, stdout, stderr } = self.0.wait();
        match code {
            Some(0) => {
                assert_eq!(stderr, "", "stderr stays empty on success");
                Ok(one_line(&stdout))
            }
            Some(exit) => {
                assert_eq!(stdout, "", "stdout stays empty on failure");
                Err(failure(exit, &one_line(&stderr)))
            }
            None => panic!("ended by signal {signal:?}: {stdout}{stderr}"),
        }
    }

    /// The document of a command whose exit code is its verdict, and whether that is good.
    ///
    /// # Panics
    /// If it fails, or does not end.
    #[must_use]
    pub fn verdict(self) -> (Value, bool) {
        let Ended { code, stdout, stderr, .. } = self.0.wait();
        assert_eq!(stderr, "", "a verdict is no failure");
        assert!(matches!(code, Some(0 | 1)), "{code:?}");
        (one_line(&stdout), code == Some(0))
    }

    /// Kills it as a power cut would. Returns its document if it had come to its end before.
    ///
    /// # Panics
    /// If it had failed before.
    #[must_use]
    pub fn kill(self) -> Option<Value> {
        // A process that has ended but was not waited for still takes the signal.
        self.0.signal(Signal::KILL);
        let Ended { code, signal, stdout, stderr } = self.0.wait();
        match code {
            Some(0) => Some(one_line(&stdout)),
            Some(exit) => panic!("failed with {exit}: {stderr}"),
            None => {
                assert_eq!(signal, Some(Signal::KILL.as_raw()), "{stdout}{stderr}");
                None
            }
        }
    }
}

fn failure(exit: i32, document: &Value) -> Failure {
    let error = &document["error"];
    let text = |name: &str| error[name].as_str().expect("a text").to_owned();
    let failure = Failure { code: text("code"), message: text("message"), exit };
    let whole =
        serde_json::json!({ "error": { "code": failure.code, "message": failure.message } });
    assert_eq!(*document, whole, "code and message, nothing else");
    assert!(!failure.message.is_empty(), "{failure:?} says nothing");
    assert_eq!(exit, if failure.code == "usage" { 2 } else { 1 }, "{failure:?}");
    failure
}

#[track_caller]
fn one_line(text: &str) -> Value {
    assert!(text.ends_with('\n') && text.lines().count() == 1, "not one line: {text:?}");
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}
