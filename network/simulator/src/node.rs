//! One member's machine: the engine, and around it what a manager keeps: log, chain store, timers,
//! blocks it waits for. A member of the adversary that follows the protocol in its own way is one
//! too, or two.

use crate::disk::Disk;
use crate::ring::Who;
use crate::tokens::Tokens;
use crate::variant::Variant;
use acp::{AcpEngine, Timer};
use std::collections::BTreeMap;
use types::BlockId;

/// The engine of a run.
pub(crate) type Engine = AcpEngine<Variant, Tokens>;

/// A machine.
pub(crate) struct Node {
    pub(crate) who: Who,
    /// Nothing is promised about the others.
    pub(crate) honest: bool,
    /// `None` while it is down.
    pub(crate) engine: Option<Engine>,
    /// What was meant for an earlier life is dropped.
    pub(crate) life: u32,
    /// Its clock, against the right one.
    pub(crate) skew: i64,
    pub(crate) disk: Disk,
    /// Its durable tip.
    pub(crate) tip: u64,
    /// The round its engine works on; 0 before the first.
    pub(crate) round: u64,
    /// The round in which it must be silent, its log being lost.
    pub(crate) silent: Option<u64>,
    /// The number of the newest setting of each timer.
    pub(crate) timers: BTreeMap<Timer, u64>,
    /// Blocks whose bodies it waits for.
    pub(crate) wants: Vec<BlockId>,
    /// It is fetching final blocks.
    pub(crate) syncing: bool,
}

impl Node {
    pub(crate) fn new(who: Who, honest: bool, skew: i64) -> Self {
        Self {
            who,
            honest,
            engine: None,
            life: 0,
            skew,
            disk: Disk::default(),
            tip: 0,
            round: 0,
            silent: None,
            timers: BTreeMap::new(),
            wants: vec![],
            syncing: false,
        }
    }

    /// What its clock shows.
    pub(crate) fn clock(&self, now: u64) -> types::Timestamp {
        types::Timestamp(now.saturating_add_signed(self.skew))
    }

    /// Power is gone: all but the disk.
    pub(crate) fn fall(&mut self) {
        self.engine = None;
        self.life += 1;
        self.round = 0;
        self.timers.clear();
        self.wants.clear();
        self.syncing = false;
    }
}
