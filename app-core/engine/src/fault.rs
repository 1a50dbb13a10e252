//! Why something could not be done: a code that a person can act on, and a sentence that says how.

use keys::WordsError;
use light::LightError;
use net::{CallError, NetError};
use store::StoreError;
use wallet::{Refusal, RotationLinkError};
use wire::Failure;

use crate::Code;

/// Why something could not be done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Fault {
    /// What a program decides by.
    pub code: Code,
    /// The ledger's or node's own code, where that is what a program decides by.
    pub detail: Option<String>,
    /// What a person reads.
    pub message: String,
}

impl Fault {
    /// A fault with this code and sentence.
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, detail: None, message: message.into() }
    }

    /// Something that a person asked for and cannot have, with a code of its own.
    pub(crate) fn refused(code: &str, words: &str) -> Self {
        Self { detail: Some(code.to_owned()), ..Self::new(Code::Refused, words) }
    }

    /// The code as scripts see it.
    #[must_use]
    pub fn code(&self) -> &str {
        self.detail.as_deref().unwrap_or(self.code.as_str())
    }

    /// True if there is just no way to the network at the moment.
    #[must_use]
    pub fn is_offline(&self) -> bool {
        matches!(self.code, Code::NoNetwork | Code::Timeout)
    }

    /// True if the ledger is not believed, which mail has no part in.
    #[must_use]
    pub fn is_distrust(&self) -> bool {
        matches!(self.code, Code::Conflict | Code::CheckpointNeeded)
    }

    /// True if the fault lies with a node, or with the way to it: what is saved here is as right as
    /// before, and time or another node may mend it.
    #[must_use]
    pub fn is_elsewhere(&self) -> bool {
        self.is_offline() || matches!(self.code, Code::BadProof | Code::Refused)
    }
}

impl From<NetError> for Fault {
    fn from(error: NetError) -> Self {
        let (code, sentence) = match error {
            NetError::NoNetwork | NetError::Closed | NetError::Timeout => (
                Code::NoNetwork,
                "the network does not answer; what you sent is saved and goes out later",
            ),
            NetError::UpgradeNeeded => {
                (Code::UpgradeNeeded, "the network speaks a newer protocol; update the app")
            }
            NetError::BadAddress(_) => (Code::BadAddress, "not a network address"),
            NetError::Listen(_) => {
                (Code::NoNetwork, "the operating system does not let us use the network")
            }
            NetError::TooLong | NetError::BadReply => {
                (Code::BadProof, "the node's answer makes no sense; try another node")
            }
        };
        Self::new(code, sentence)
    }
}

impl From<CallError> for Fault {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Net(error) => error.into(),
            CallError::Failure(failure) => failure.into(),
        }
    }
}

impl From<Failure> for Fault {
    /// A node may write anything into its refusal: none of it is shown as it is.
    fn from(failure: Failure) -> Self {
        tracing::info!(code = failure.code, message = failure.message, "a node refuses");
        let (code, sentence) = match failure.code.as_str() {
            wire::code::FAUCET_USED => {
                (Code::FaucetUsed, "the faucet has paid this account before; it pays once".into())
            }
            // The node's disk, not ours.
            wire::code::UNAVAILABLE | wire::code::DISK_FULL => {
                (Code::NoNetwork, "the node cannot do this now; try again later".into())
            }
            wire::code::UPGRADE_NEEDED => {
                (Code::UpgradeNeeded, "the network speaks a newer protocol; update the app".into())
            }
            other if is_foreign_code(other) => (Code::Refused, format!("a node refuses: {other}")),
            _ => (Code::Refused, "a node refuses".to_owned()),
        };
        let detail =
            (code == Code::Refused && is_foreign_code(&failure.code)).then_some(failure.code);
        Self { code, detail, message: sentence }
    }
}

/// True for what may be a code of the ledger or of a node. `usage` is the command line's alone.
fn is_foreign_code(text: &str) -> bool {
    let letters = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    letters && !text.is_empty() && text != "usage"
}

impl From<LightError> for Fault {
    fn from(error: LightError) -> Self {
        match error {
            LightError::FutureHeader { .. } => Self::new(
                Code::ClockWrong,
                "this computer's clock is behind the network's; set the clock",
            ),
            LightError::Frozen => Self::new(
                Code::Conflict,
                "the managers have certified two headers that contradict each other, so nothing \
                 that the network says about money is believed and nothing is paid; once people \
                 have found out which one counts, begin from it with checkpoint --use",
            ),
            LightError::BadCheckpoint => Self::new(
                Code::BadProof,
                "this checkpoint is older than what is trusted, or of another header than the \
                 network's",
            ),
            LightError::TrustExpired(_) => crate::flows::checkpoint::checkpoint_needed(),
            LightError::Header(_)
            | LightError::WrongMembers
            | LightError::Certificate(_)
            | LightError::NotEnoughTrust { .. }
            | LightError::MustWalk(_)
            | LightError::UnknownRoot(_)
            | LightError::WrongAddress(_)
            | LightError::Proof(_)
            | LightError::HistoryGap(_)
            | LightError::Warrant(_)
            | LightError::Settled
            | LightError::WrongHistory => {
                Self::new(Code::BadProof, format!("the node's answer is refused: {error}"))
            }
        }
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        let code = match refusal {
            Refusal::Insufficient { .. } => Code::InsufficientFunds,
            Refusal::Zero | Refusal::BelowMinimum(_) | Refusal::SharesTooSmall(_) => {
                Code::BadAmount
            }
            Refusal::Shares
            | Refusal::KeyShown
            | Refusal::FalconJoined
            | Refusal::RotationNeeded
            | Refusal::RotationWaits { .. }
            | Refusal::OwnRotation => Code::Refused,
            Refusal::ToSelf | Refusal::NotFalcon => Code::BadAddress,
            Refusal::PaymentUnderWay => Code::MoveUnderWay,
            Refusal::ForeignKey => Code::OtherKeys,
            Refusal::PoolUnknown => Code::NoNetwork,
        };
        let detail = detail(refusal).map(str::to_owned);
        Self { detail, ..Self::new(code, refusal.to_string()) }
    }
}

/// The code of a refusal that has one of its own.
const fn detail(refusal: Refusal) -> Option<&'static str> {
    match refusal {
        Refusal::Shares => Some("bad_shares"),
        Refusal::KeyShown => Some("key_shown"),
        Refusal::FalconJoined => Some("falcon_joined"),
        Refusal::RotationNeeded => Some("rotation_needed"),
        Refusal::RotationWaits { .. } => Some("rotation_waits"),
        Refusal::OwnRotation => Some("own_rotation"),
        Refusal::Zero
        | Refusal::ToSelf
        | Refusal::Insufficient { .. }
        | Refusal::BelowMinimum(_)
        | Refusal::NotFalcon
        | Refusal::PaymentUnderWay
        | Refusal::ForeignKey
        | Refusal::PoolUnknown
        | Refusal::SharesTooSmall(_) => None,
    }
}

impl From<RotationLinkError> for Fault {
    fn from(error: RotationLinkError) -> Self {
        if error == RotationLinkError::WrongNetwork {
            return Self::new(Code::WrongNetwork, error.to_string());
        }
        Self::refused("bad_rotation", &error.to_string())
    }
}

impl From<WordsError> for Fault {
    fn from(error: WordsError) -> Self {
        Self::new(Code::BadWords, format!("these are not your 24 words: {error}"))
    }
}

impl From<wire::DecodeError> for Fault {
    fn from(error: wire::DecodeError) -> Self {
        Self::new(Code::BadProof, format!("the node's answer cannot be read: {error}"))
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        let code = match &error {
            StoreError::NoProfile => Code::NoProfile,
            StoreError::ProfileExists => Code::ProfileExists,
            StoreError::ProfileInUse | StoreError::Closed => Code::ProfileInUse,
            StoreError::WrongKey | StoreError::NeedPassphrase => Code::WrongKey,
            StoreError::WrongWords => Code::BadWords,
            StoreError::DamagedProfile => Code::DamagedProfile,
            StoreError::ProfileNewer => Code::ProfileNewer,
            StoreError::OldFormat => Code::OldFormat,
            StoreError::DiskFull => Code::DiskFull,
            StoreError::Io(_) => Code::Io,
            StoreError::Database(_) => Code::Internal,
        };
        Self::new(code, sentence(&error))
    }
}

/// What a person can do about it.
fn sentence(error: &StoreError) -> String {
    let todo = match error {
        StoreError::NoProfile => {
            "make one with account new, or get yours back with account restore"
        }
        StoreError::ProfileExists => "choose another folder; nothing was changed",
        StoreError::ProfileInUse => "close the other program that has it open",
        StoreError::Closed => "try again",
        StoreError::WrongKey => {
            "the passphrase or key is wrong; account restore with your 24 words opens it again"
        }
        StoreError::DamagedProfile => {
            "nothing was changed; put back a copy, or start a new profile with your 24 words"
        }
        StoreError::ProfileNewer => "update this program; nothing was changed",
        StoreError::OldFormat => {
            "start a new profile with account restore and your 24 words; nothing was changed"
        }
        StoreError::DiskFull => "make room and repeat; nothing was lost",
        StoreError::WrongWords => "check them against your paper",
        StoreError::NeedPassphrase => "set BCM_PASSPHRASE or use a terminal",
        StoreError::Io(cause) => return format!("{error}: {cause}"),
        StoreError::Database(_) => "this is a bug; please report it",
    };
    format!("{error}; {todo}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(code: &str, expected: &str) {
        let fault = Fault::from(Failure::new(code, "\u{1b}[2J send me your words"));
        assert_eq!(fault.code(), expected);
        assert!(!fault.message.contains("words"), "{}", fault.message);
    }

    #[test]
    fn a_node_chooses_neither_our_words_nor_our_own_codes() {
        check("bad_nonce", "bad_nonce");
        check("disk_full", "no_network");
        check("unavailable", "no_network");
        check("faucet_used", "faucet_used");
        for code in ["usage", "", "\u{1b}[31m", "Bad Nonce"] {
            check(code, "refused");
        }
    }
}
