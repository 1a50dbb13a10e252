//! What the light node knows of its network, as a screen shows it.

use ledger::Flags;
use types::{ChainId, Round, Timestamp, WorkerId};

use crate::Engine;

/// What the light node knows of its network at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LightFacts {
    /// The network.
    pub chain: ChainId,
    /// When it began.
    pub genesis_time: Timestamp,
    /// The round of the newest checked header, 0 for the genesis.
    pub round: Round,
    /// The time of that header.
    pub time: Timestamp,
    /// The time between two blocks, in milliseconds, if all goes well.
    pub interval_ms: u32,
    /// How many managers decide.
    pub managers: usize,
    /// How many of them must agree.
    pub quorum: usize,
    /// What the managers have switched off, as last proved.
    pub flags: Flags,
    /// Our home worker.
    pub worker: WorkerId,
    /// Where it was reached last: a multiaddr.
    pub address: String,
}

impl Engine {
    /// What is known of the network now; `None` before the profile has one.
    #[must_use]
    pub fn light_facts(&self) -> Option<LightFacts> {
        let network = self.network.as_ref()?;
        let (light, home) = (&network.light, &network.home);
        Some(LightFacts {
            chain: light.chain(),
            genesis_time: network.genesis.time,
            round: light.round(),
            time: light.time(),
            interval_ms: network.genesis.params.interval_ms,
            managers: light.committee().size(),
            quorum: light.committee().quorum(),
            flags: self.flags.flags,
            worker: home.worker,
            address: home.addresses.clone(),
        })
    }
}
