//! What the light node has seen of the ledger and of the network's nodes.

use serde::{Deserialize, Serialize};

use crate::{Carrier, FindingCode, Health, Path, PeerNote, PeerRole, VoteMark};

/// The ledger and the network as our own light node sees them; nobody's word is taken for any of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct Explorer {
    /// The newest round whose header is trusted, 0 for the genesis.
    #[cfg_attr(test, specta(type = u32))]
    pub round: u64,
    /// That header's time.
    pub time: Option<String>,
    /// The least time between two blocks.
    pub interval_ms: u32,
    /// The newest rounds whose headers are held, oldest first.
    pub recent: Vec<RoundRecord>,
    /// From a header's time to its arrival here.
    pub finality: Option<FinalityRecord>,
    /// Of how many rounds what is said of the managers is true, at most.
    pub surveyed: u32,
    /// The managers of these rounds.
    pub managers: Vec<ManagerRecord>,
    /// What the light node has checked.
    pub checks: ChecksRecord,
    /// Nodes that we are, or have lately been, connected to.
    pub peers: Vec<PeerRecord>,
    /// True if the profile was brought up to date for this.
    pub synced: bool,
}

/// One round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct RoundRecord {
    /// The round.
    #[cfg_attr(test, specta(type = u32))]
    pub round: u64,
    /// The header's time.
    pub time: String,
    /// The view that decided it; null as long as its certificate was not looked at.
    pub view: Option<u32>,
    /// The first eight digits of who proposed the block.
    pub proposer: Option<String>,
    /// True for the block that has no proposer.
    pub empty: bool,
    /// How many managers have signed it; null as long as its certificate was not looked at.
    pub signers: Option<u32>,
    /// How many could have.
    pub managers: Option<u32>,
    /// Since the round before.
    #[cfg_attr(test, specta(type = Option<u32>))]
    pub gap_ms: Option<u64>,
}

/// How long it takes until a header is final and here, by this computer's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct FinalityRecord {
    /// Half of the headers were here within so many milliseconds.
    #[cfg_attr(test, specta(type = u32))]
    pub p50_ms: u64,
    /// Ninety-nine of a hundred were.
    #[cfg_attr(test, specta(type = u32))]
    pub p99_ms: u64,
    /// How many headers that is said of.
    pub samples: u32,
}

/// What one manager has done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct ManagerRecord {
    /// Its signing key.
    pub id: String,
    /// The first eight digits of it.
    pub name: String,
    /// In how many certificates its vote stands.
    #[cfg_attr(test, specta(type = u32))]
    pub signed: u64,
    /// Of how many that were looked at.
    #[cfg_attr(test, specta(type = u32))]
    pub of: u64,
    /// How many blocks it has proposed.
    #[cfg_attr(test, specta(type = u32))]
    pub proposed: u64,
    /// Its votes in the newest rounds, oldest first, at most thirty.
    pub votes: Vec<VoteMark>,
}

/// What our own light node has checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct ChecksRecord {
    /// Headers that were taken one after the other, since this program opened the profile.
    #[cfg_attr(test, specta(type = u32))]
    pub stepwise: u64,
    /// Headers that were reached by a jump.
    #[cfg_attr(test, specta(type = u32))]
    pub jumped: u64,
    /// Headers that were filled in behind.
    #[cfg_attr(test, specta(type = u32))]
    pub filled: u64,
    /// How many of the latest headers are held.
    #[cfg_attr(test, specta(type = u32))]
    pub window: u64,
    /// The round that is trusted.
    #[cfg_attr(test, specta(type = u32))]
    pub trusted_round: u64,
    /// Its time.
    pub trusted_time: Option<String>,
    /// For how many seconds it can still be built upon.
    #[cfg_attr(test, specta(type = Option<u32>))]
    pub period_left_s: Option<u64>,
    /// What other workers have said to it.
    pub cross_checked: Option<CrossCheckRecord>,
    /// True if two certified headers contradict each other.
    pub frozen: bool,
    /// The round of the checkpoint that trust began from, if not from the genesis.
    #[cfg_attr(test, specta(type = Option<u32>))]
    pub checkpoint: Option<u64>,
}

/// What other workers have said to the header that is trusted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct CrossCheckRecord {
    /// How many of those asked last hold the same.
    pub peers: u32,
    /// When the last of them said so.
    pub time: String,
}

/// A node of the network, and the connection to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct PeerRecord {
    /// The node.
    pub id: String,
    /// What it is to us.
    pub role: PeerRole,
    /// Which way the connection takes.
    pub path: Path,
    /// What carries it.
    pub transport: Carrier,
    /// Where it is: a multiaddr.
    pub address: String,
    /// Once there and back.
    #[cfg_attr(test, specta(type = Option<u32>))]
    pub rtt_ms: Option<u64>,
    /// When the connection was made.
    pub since: String,
    /// Bytes received over it.
    #[cfg_attr(test, specta(type = Option<u32>))]
    pub received: Option<u64>,
    /// Bytes sent over it.
    #[cfg_attr(test, specta(type = Option<u32>))]
    pub sent: Option<u64>,
    /// What else there is to say of it.
    pub note: Option<PeerNote>,
}

/// What the connection doctor has found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct Diagnosis {
    /// One after the other, the most general first.
    pub findings: Vec<FindingRecord>,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct FindingRecord {
    /// What, for programs.
    pub code: FindingCode,
    /// How well that is.
    pub health: Health,
    /// What was measured.
    #[cfg_attr(test, specta(type = Option<u32>))]
    pub ms: Option<u64>,
    /// The node that it is about.
    pub node: Option<String>,
    /// What, for people.
    pub said: String,
    /// What to do about it.
    pub advice: Option<String>,
}
