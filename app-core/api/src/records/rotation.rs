//! Moving to Falcon once ECDSA is switched off.

use serde::{Deserialize, Serialize};

use crate::{PaymentState, RotationStage};

/// How far our own account is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct RotationRecord {
    /// How far it is.
    pub stage: RotationStage,
    /// `bcm:rotate?…`: what to give to somebody whose account has a Falcon key; nothing if that is not
    /// needed, or not any more.
    pub text: Option<String>,
    /// From which round on the account can move, while it waits for that.
    #[cfg_attr(test, specta(type = Option<u32>))]
    pub ready: Option<u64>,
    /// The newest round.
    #[cfg_attr(test, specta(type = u32))]
    pub round: u64,
}

/// What committing to somebody's move would mean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct CommitmentQuote {
    /// What would be committed to.
    pub hash: String,
    /// What our account would pay.
    pub fee: String,
    /// Whether it holds that.
    pub enough: bool,
    /// True if it is committed to already, or that is under way: nothing is to be paid.
    pub committed: bool,
}

/// A commitment to somebody's move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct CommitmentRecord {
    /// Our transaction; nothing if somebody else has paid.
    pub tx: Option<String>,
    /// What we paid.
    pub fee: String,
    /// What became of it.
    pub state: PaymentState,
    /// The round that includes it.
    #[cfg_attr(test, specta(type = Option<u32>))]
    pub round: Option<u64>,
    /// True if it was made before, so that nothing was left to do.
    pub already: bool,
}
