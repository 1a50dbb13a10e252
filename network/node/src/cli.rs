//! What a person or a script may ask, and how the process ends.
//!
//! Exit 0: done. 1: failed. 2: wrong usage. With `--json` a failure is exactly one line on stderr.

use crate::decide::{self, DecideCommand};
use crate::error::NodeError;
use crate::{descriptors, devnet, init, join, manage, sim};
use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand};
use net::Bootstrap;
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::process::ExitCode;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

/// How long tasks that are in the middle of a disk write may hold up the exit.
const LAST_WRITES: Duration = Duration::from_secs(1);

/// The code of wrong usage.
const USAGE: &str = "usage";

/// Resolves when the process is asked to end.
type Stop = Pin<Box<dyn Future<Output = ()> + Send>>;

#[derive(Parser)]
#[command(name = "bcm-node", version, about = "The network's side of BCM")]
struct Cli {
    /// One JSON document on stdout, errors as one JSON line on stderr
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run a whole network in this process, on loopback
    Devnet(DevnetOptions),
    /// Run one manager, as its configuration file says
    Manager(ManagerOptions),
    /// Join a network with one worker
    Worker(WorkerOptions),
    /// Prepare a new network of processes: its genesis, and a configuration file for each manager
    Init(InitOptions),
    /// Switch the private pool or ECDSA off, as a quorum of the managers decides
    #[command(subcommand)]
    Decide(DecideCommand),
    /// Run the consensus in its simulator
    Sim(sim::SimOptions),
}

#[derive(Args)]
pub(crate) struct ManagerOptions {
    /// The configuration file
    #[arg(long)]
    pub(crate) config: PathBuf,
}

#[derive(Args)]
pub(crate) struct InitOptions {
    /// Where the files go; must be empty or new
    #[arg(long)]
    pub(crate) dir: PathBuf,
    /// How many managers
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(4..=100))]
    pub(crate) managers: u16,
    /// The address that all managers listen on, each at a port of its own
    #[arg(long, default_value = "127.0.0.1")]
    pub(crate) host: std::net::IpAddr,
    /// The port of the first manager; the others follow, two apart
    #[arg(long, default_value_t = 41000, value_parser = clap::value_parser!(u16).range(1024..=60000))]
    pub(crate) port: u16,
    /// The least time between two blocks, in milliseconds
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(50..=3_600_000))]
    pub(crate) interval: u32,
}

#[derive(Args)]
pub(crate) struct DevnetOptions {
    /// Managers of a new network [default: 4]
    #[arg(long, value_parser = clap::value_parser!(u16).range(4..=100))]
    pub(crate) managers: Option<u16>,
    /// Workers of a new network [default: 5]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub(crate) workers: Option<u16>,
    /// Milliseconds between two blocks of a new network [default: 1000]
    #[arg(long, value_parser = clap::value_parser!(u32).range(100..=60_000))]
    pub(crate) interval: Option<u32>,
    /// The network's folder; an existing one goes on where it was
    #[arg(long, default_value = "./.bcm/net")]
    pub(crate) dir: PathBuf,
}

#[derive(Args)]
pub(crate) struct WorkerOptions {
    /// The worker's folder
    #[arg(long)]
    pub(crate) dir: PathBuf,
    /// A worker of the network: multiaddr with /p2p/…, then # and the chain id
    #[arg(long, required = true, value_parser = parse_bootstrap)]
    pub(crate) bootstrap: Vec<Bootstrap>,
    /// Keep the bodies of all blocks for ever, and give back what other workers lose
    #[arg(long)]
    pub(crate) archive: bool,
}

pub(crate) fn parse_bootstrap(text: &str) -> Result<Bootstrap, String> {
    Bootstrap::parse(text).map_err(|error| error.to_string())
}

/// Does what the command line says.
pub(crate) fn run() -> ExitCode {
    match Cli::try_parse() {
        Ok(cli) => {
            let json = cli.json;
            match start(cli.command, json) {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) if error.code == USAGE => {
                    report(json, error.code, &error.message);
                    ExitCode::from(2)
                }
                Err(error) => {
                    report(json, error.code, &error.message);
                    ExitCode::FAILURE
                }
            }
        }
        Err(error) => unparsed(&error),
    }
}

fn start(command: Command, json: bool) -> Result<(), NodeError> {
    match command {
        Command::Devnet(options) => in_runtime(|stop| devnet::run(options, stop)),
        Command::Manager(options) => in_runtime(async |stop| manage::run(&options, stop).await),
        Command::Worker(options) => in_runtime(|stop| join::run(options, stop)),
        Command::Init(options) => init::run(&options),
        Command::Decide(DecideCommand::Submit(options)) => in_runtime(|stop| async {
            tokio::select! {
                done = decide::submit(options) => done,
                () = stop => Ok(()),
            }
        }),
        Command::Decide(command) => decide::offline(&command),
        Command::Sim(options) => {
            let setting = options.setting().ok_or_else(|| {
                NodeError::new(USAGE, "fewer than a third of the managers may be byzantine")
            })?;
            sim::run(&options, &setting, json)
        }
    }
}

fn in_runtime<Run>(run: impl FnOnce(Stop) -> Run) -> Result<(), NodeError>
where
    Run: Future<Output = Result<(), NodeError>>,
{
    descriptors::raise();
    let runtime = tokio::runtime::Runtime::new()
        .map_err(|error| NodeError::new("internal", format!("cannot start: {error}")))?;
    let result = runtime.block_on(async { run(Box::pin(stop_signal()?)).await });
    runtime.shutdown_timeout(LAST_WRITES);
    result
}

/// Resolves at the first SIGTERM or SIGINT, also one that came while nobody was looking.
fn stop_signal() -> Result<impl Future<Output = ()>, NodeError> {
    let listen = |kind| {
        signal(kind).map_err(|error| NodeError::new("internal", format!("no signals: {error}")))
    };
    let (mut term, mut int) = (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
        }
    })
}

/// Help, version, or wrong usage. The line was not parsed, so `--json` is looked up by hand.
fn unparsed(error: &clap::Error) -> ExitCode {
    let json = std::env::args_os().any(|argument| argument == "--json");
    let kind = error.kind();
    if json && kind == ErrorKind::DisplayVersion {
        println!("{}", serde_json::json!({ "version": env!("CARGO_PKG_VERSION") }));
        return ExitCode::SUCCESS;
    }
    if matches!(kind, ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        print!("{error}");
        return ExitCode::SUCCESS;
    }
    if json {
        let text = error.to_string();
        let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("wrong usage");
        report(true, USAGE, first.trim_start_matches("error: ").trim());
    } else {
        eprint!("{error}");
    }
    ExitCode::from(2)
}

fn report(json: bool, code: &str, message: &str) {
    if json {
        eprintln!("{}", serde_json::json!({ "error": { "code": code, "message": message } }));
    } else {
        eprintln!("bcm-node: {message}");
    }
}
