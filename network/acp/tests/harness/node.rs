//! One member: its engine, its disk, and how its manager behaves.

use super::make::{CHAIN, Token};
use acp::{Engine, EngineStatus, Input, Output, Sound, SoundEngine, Timer, Timing, WalRecord};
use ledger::CertifiedHeader;
use std::collections::BTreeMap;
use types::{BlockId, Timestamp};
use wire::{Decode, Encode};

pub struct Node {
    pub member: u16,
    pub engine: Option<SoundEngine<Token>>,
    /// Durable records.
    pub disk: Vec<WalRecord>,
    /// Records that wait for [`Node::sync`], if the disk is slow.
    pub unsynced: Vec<(u64, WalRecord)>,
    pub slow_disk: bool,
    pub timers: BTreeMap<Timer, u64>,
    pub outputs: Vec<Output>,
    pub chain: Vec<CertifiedHeader>,
    pub builds: bool,
    pub checks: bool,
    pub fetches: bool,
    pub gets_bodies: bool,
    pub may_speak: bool,
    /// How far its clock is ahead, in milliseconds.
    pub skew: i64,
    pub timing: Timing,
}

impl Node {
    pub fn new(member: u16) -> Self {
        Self {
            member,
            engine: None,
            disk: vec![],
            unsynced: vec![],
            slow_disk: false,
            timers: BTreeMap::new(),
            outputs: vec![],
            chain: vec![],
            builds: false,
            checks: true,
            fetches: true,
            gets_bodies: true,
            may_speak: true,
            skew: 0,
            timing: Timing::LOCAL,
        }
    }

    /// A new engine from what is on disk, through bytes.
    pub fn boot(&mut self, _size: u16) {
        self.unsynced.clear();
        self.timers.clear();
        let read = |record: &WalRecord| WalRecord::from_bytes(&record.to_bytes()).unwrap();
        let log = self.disk.iter().map(read).collect();
        self.engine = Some(SoundEngine::new(Sound, Token(self.member), self.timing, log));
    }

    pub fn step(&mut self, now: Timestamp, input: Input) -> Vec<Output> {
        let mut out = vec![];
        if let Some(engine) = &mut self.engine {
            engine.step(now, input, &mut out);
        }
        out
    }

    pub fn write(&mut self, seq: u64, record: WalRecord) -> Option<Input> {
        if self.slow_disk {
            self.unsynced.push((seq, record));
            return None;
        }
        self.disk.push(record);
        Some(Input::Persisted(seq))
    }

    pub fn parent(&self) -> BlockId {
        self.chain.last().map_or(BlockId(CHAIN.0), |end| end.header.id())
    }

    pub fn status(&self) -> EngineStatus {
        self.engine.as_ref().unwrap().status()
    }
}
