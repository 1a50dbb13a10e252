//! The project's figures: started by `cargo xtask bench`, which builds what is measured, and by
//! `cargo xtask bench ledger` and `cargo xtask bench wallet` for what takes whole networks.
//!
//! `bench hold PROFILE` is its own child: an app that is open and idle.

use anyhow::{Result, bail};
use scenarios::bench;
use std::path::Path;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            [] => bench::run().await,
            ["ledger"] => bench::ledger().await,
            ["wallet"] => bench::wallet().await,
            ["hold", profile] => bench::hold(Path::new(profile)).await,
            _ => bail!("usage: bench [ledger|wallet]"),
        }
    })
}
