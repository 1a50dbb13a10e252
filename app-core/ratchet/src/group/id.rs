//! Which group, as far as the sender keys are concerned.

use crate::{RatchetError, uuid};
use core::fmt;
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// The UUID that all sender keys of one group are handed out under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DistributionId(pub [u8; 16]);

impl DistributionId {
    /// Reads what [`fmt::Display`] writes, in letters of either case.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        uuid::parse(text).map(Self)
    }

    pub(super) fn from_field(bytes: &[u8]) -> Result<Self, RatchetError> {
        bytes.try_into().map(Self).map_err(|_| RatchetError::BadMessage)
    }
}

impl fmt::Display for DistributionId {
    /// In lower case and with hyphens.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&uuid::text(&self.0))
    }
}

impl Encode for DistributionId {
    fn encode(&self, writer: &mut Writer) {
        writer.fixed(&self.0);
    }
}

impl Decode for DistributionId {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.fixed().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "d1d1d1d1-7000-11eb-b32a-33b8a8a487a6";

    #[test]
    fn an_id_has_hyphens_and_letters_of_either_case() {
        let id = DistributionId::parse(TEXT).unwrap();
        assert_eq!((hex::encode(id.0), id.to_string()), (TEXT.replace('-', ""), TEXT.to_owned()));
        assert_eq!(DistributionId::parse(&TEXT.to_uppercase()), Some(id));
        let none = "00000000-0000-0000-0000-000000000000";
        assert_eq!(DistributionId::parse(none), Some(DistributionId([0; 16])));
        for other in [
            "",
            "d1d1d1d1700011ebb32a33b8a8a487a6",
            "d1d1d1d1-7000-11eb-b32a-33b8a8a487a",
            "d1d1d1d1-7000-11eb-b32a-33b8a8a487a60",
            "d1d1d1d17-000-11eb-b32a-33b8a8a487a6",
            "+1d1d1d1-7000-11eb-b32a-33b8a8a487a6",
            "g1d1d1d1-7000-11eb-b32a-33b8a8a487a6",
            "{d1d1d1d1-7000-11eb-b32a-33b8a8a487a6}",
        ] {
            assert_eq!(DistributionId::parse(other), None, "{other}");
        }
    }
}
