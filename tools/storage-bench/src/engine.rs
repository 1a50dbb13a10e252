//! What is asked of each engine.

use crate::load::Block;
use anyhow::Result;
use std::{path::Path, time::Duration};

/// How long a block took.
pub(crate) struct Times {
    /// Computing its state root, nothing written.
    pub(crate) prepare: Duration,
    /// Making it durable.
    pub(crate) commit: Duration,
}

/// A ledger's storage.
pub(crate) trait Engine {
    /// Keeps a block, durably.
    fn block(&mut self, round: u64, block: &Block) -> Result<Times>;
    /// A value of the state.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>>;
    /// The newest block.
    fn tip(&self) -> Result<u64>;
    /// Bytes of what it was given: keys and values of each row, once.
    fn given(&self) -> u64;
    /// Anything that a reader would do once for many reads.
    fn begin_reads(&mut self) -> Result<()> {
        Ok(())
    }
}

/// All engines by name.
pub(crate) const NAMES: &[&str] = &["abns", "abns-256", "redb-flat", "fjall"];

/// Opens the engine of this name, a new one if there is none.
pub(crate) fn open(name: &str, dir: &Path) -> Result<Box<dyn Engine>> {
    use crate::{flat::Flat, ours::Ours};
    use abns::Horizon;
    Ok(match name {
        "abns" => Box::new(Ours::open(dir, Horizon::MANAGER)?),
        "abns-256" => Box::new(Ours::open(dir, Horizon::Rounds(256))?),
        "redb-flat" => Box::new(Flat::new(crate::stores::Redb::open(dir)?)?),
        "fjall" => Box::new(Flat::new(crate::stores::Fjall::open(dir)?)?),
        other => anyhow::bail!("no engine {other}"),
    })
}
