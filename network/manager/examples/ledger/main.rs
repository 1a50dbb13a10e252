//! What the ledger can do on this machine: `cargo xtask bench ledger` builds and starts this.
//!
//! Four managers share this process and its cores; whatever else is measured runs alone. It
//! prints rows (`table`) and judges nothing. `ledger run FOLDER` is its own child: a network that is killed.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)]
#![allow(clippy::expect_used, clippy::cast_precision_loss, reason = "a measurement")]

mod calm;
mod epochs;
mod filled;
mod finality;
mod load;
mod network;
mod parts;
mod recovery;
mod table;
mod weeks;

use std::path::Path;
use table::Table;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    match arguments.as_slice() {
        ["run", folder] => runtime.block_on(recovery::run(Path::new(folder))),
        [] => runtime.block_on(everything()),
        parts => runtime.block_on(some(parts)),
    }
}

async fn everything() {
    some(&["check", "weeks", "parts", "finality", "calm", "load", "recovery"]).await;
}

/// Those parts that are named.
async fn some(parts: &[&str]) {
    let mut table = Table;
    for part in parts {
        eprintln!("measuring {part}");
        match *part {
            "check" => parts::certificates(&mut table),
            "weeks" => weeks::measure(&mut table),
            "parts" => parts::measure(&mut table),
            "finality" => finality::measure(&mut table).await,
            "calm" => calm::measure(&mut table),
            "load" => load::measure(&mut table).await,
            "recovery" => recovery::measure(&mut table).await,
            other => eprintln!("no part is called {other}"),
        }
    }
}
