//! The codes by which a program decides what to do about a failure.

/// The codes of `cli.md`. One stands here with the first thing that a person can do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// No profile in this folder.
    NoProfile,
    /// There is one already.
    ProfileExists,
    /// Another process writes it.
    ProfileInUse,
    /// Keychain, passphrase or device key do not open it.
    WrongKey,
    /// The file is not what was written.
    DamagedProfile,
    /// Written by a newer version.
    ProfileNewer,
    /// Written by an older format that is no longer read.
    OldFormat,
    /// These are not 24 valid words.
    BadWords,
    /// Not a name.
    BadName,
    /// Not an invite.
    BadInvite,
    /// Our own invite.
    OwnInvite,
    /// No such contact.
    UnknownContact,
    /// Several contacts fit.
    AmbiguousContact,
    /// Over the limit of one message.
    MessageTooLong,
    /// Nothing to send.
    EmptyMessage,
    /// Not what a contact shows to have its safety number compared.
    BadPayload,
    /// Not an address.
    BadAddress,
    /// Belongs to another network.
    WrongNetwork,
    /// Not an amount, or one that cannot be paid.
    BadAmount,
    /// More than there is.
    InsufficientFunds,
    /// Something that this one would get in the way of is not final yet.
    MoveUnderWay,
    /// The account is signed for by keys that do not follow from these words.
    OtherKeys,
    /// The faucet has paid before.
    FaucetUsed,
    /// It did not happen in time.
    Timeout,
    /// No node answers.
    NoNetwork,
    /// This computer's clock differs from the network's.
    ClockWrong,
    /// The other side speaks a newer protocol.
    UpgradeNeeded,
    /// No room on the disk.
    DiskFull,
    /// A node showed something that does not prove what it should.
    BadProof,
    /// The managers have certified two headers that contradict each other.
    Conflict,
    /// Away for so long that only a checkpoint leads back to the ledger.
    CheckpointNeeded,
    /// A file cannot be read or written.
    Io,
    /// A refusal of the ledger or of a node, by its own code.
    Refused,
    /// A bug.
    Internal,
}

impl Code {
    /// Every code, in the order of their declaration.
    pub const ALL: &'static [Self] = &[
        Self::NoProfile,
        Self::ProfileExists,
        Self::ProfileInUse,
        Self::WrongKey,
        Self::DamagedProfile,
        Self::ProfileNewer,
        Self::OldFormat,
        Self::BadWords,
        Self::BadName,
        Self::BadInvite,
        Self::OwnInvite,
        Self::UnknownContact,
        Self::AmbiguousContact,
        Self::MessageTooLong,
        Self::EmptyMessage,
        Self::BadPayload,
        Self::BadAddress,
        Self::WrongNetwork,
        Self::BadAmount,
        Self::InsufficientFunds,
        Self::MoveUnderWay,
        Self::OtherKeys,
        Self::FaucetUsed,
        Self::Timeout,
        Self::NoNetwork,
        Self::ClockWrong,
        Self::UpgradeNeeded,
        Self::DiskFull,
        Self::BadProof,
        Self::Conflict,
        Self::CheckpointNeeded,
        Self::Io,
        Self::Refused,
        Self::Internal,
    ];

    /// The code as scripts see it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoProfile => "no_profile",
            Self::ProfileExists => "profile_exists",
            Self::ProfileInUse => "profile_in_use",
            Self::WrongKey => "wrong_key",
            Self::DamagedProfile => "damaged_profile",
            Self::ProfileNewer => "profile_newer",
            Self::OldFormat => "old_format",
            Self::BadWords => "bad_words",
            Self::BadName => "bad_name",
            Self::BadInvite => "bad_invite",
            Self::OwnInvite => "own_invite",
            Self::UnknownContact => "unknown_contact",
            Self::AmbiguousContact => "ambiguous_contact",
            Self::MessageTooLong => "message_too_long",
            Self::EmptyMessage => "empty_message",
            Self::BadPayload => "bad_payload",
            Self::BadAddress => "bad_address",
            Self::WrongNetwork => "wrong_network",
            Self::BadAmount => "bad_amount",
            Self::InsufficientFunds => "insufficient_funds",
            Self::MoveUnderWay => "move_under_way",
            Self::OtherKeys => "other_keys",
            Self::FaucetUsed => "faucet_used",
            Self::Timeout => "timeout",
            Self::NoNetwork => "no_network",
            Self::ClockWrong => "clock_wrong",
            Self::UpgradeNeeded => "upgrade_needed",
            Self::DiskFull => "disk_full",
            Self::BadProof => "bad_proof",
            Self::Conflict => "conflict",
            Self::CheckpointNeeded => "checkpoint_needed",
            Self::Io => "io",
            Self::Refused => "refused",
            Self::Internal => "internal",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Where a code stands in the list. A new code does not compile until it is given a place here.
    const fn place(code: Code) -> usize {
        match code {
            Code::NoProfile => 0,
            Code::ProfileExists => 1,
            Code::ProfileInUse => 2,
            Code::WrongKey => 3,
            Code::DamagedProfile => 4,
            Code::ProfileNewer => 5,
            Code::OldFormat => 6,
            Code::BadWords => 7,
            Code::BadName => 8,
            Code::BadInvite => 9,
            Code::OwnInvite => 10,
            Code::UnknownContact => 11,
            Code::AmbiguousContact => 12,
            Code::MessageTooLong => 13,
            Code::EmptyMessage => 14,
            Code::BadPayload => 15,
            Code::BadAddress => 16,
            Code::WrongNetwork => 17,
            Code::BadAmount => 18,
            Code::InsufficientFunds => 19,
            Code::MoveUnderWay => 20,
            Code::OtherKeys => 21,
            Code::FaucetUsed => 22,
            Code::Timeout => 23,
            Code::NoNetwork => 24,
            Code::ClockWrong => 25,
            Code::UpgradeNeeded => 26,
            Code::DiskFull => 27,
            Code::BadProof => 28,
            Code::Conflict => 29,
            Code::CheckpointNeeded => 30,
            Code::Io => 31,
            Code::Refused => 32,
            Code::Internal => 33,
        }
    }

    #[test]
    fn every_code_is_listed_once_under_a_name_of_its_own() {
        assert_eq!(Code::ALL.len(), place(Code::Internal) + 1, "the last one ends the list");
        for (index, code) in Code::ALL.iter().enumerate() {
            assert_eq!((place(*code), *code as usize), (index, index), "{code:?}");
        }
        let names: BTreeSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(names.len(), Code::ALL.len());
    }
}
