//! What a server sends to move trust: a certified header, and the lists of members that its reader
//! may not know.

use ledger::{CertifiedHeader, Committee, Header};
use types::Round;
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// A certified header with the members behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The header and its certificate.
    pub header: CertifiedHeader,
    /// Who decided it; may be left out where it is who decides the round after the trusted one.
    pub committee: Option<Committee>,
    /// Who decides the next round; only and always when that is somebody else.
    pub next: Option<Committee>,
}

impl Step {
    /// A whole step: `next` is dropped where the header announces no other committee.
    #[must_use]
    pub fn new(header: CertifiedHeader, committee: Committee, next: Option<Committee>) -> Self {
        let changes = header.header.committee != header.header.next_committee;
        Self { committee: Some(committee), next: next.filter(|_| changes), header }
    }

    /// The same for a reader who knows the committee with this hash.
    #[must_use]
    pub fn known(mut self, committee: &[u8; 32]) -> Self {
        if self.header.header.committee == *committee {
            self.committee = None;
        }
        self
    }

    /// The header alone.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header.header
    }

    /// Its round.
    #[must_use]
    pub const fn round(&self) -> Round {
        self.header.header.round
    }
}

impl Encode for Step {
    fn encode(&self, w: &mut Writer) {
        self.header.encode(w);
        w.option(self.committee.as_ref());
        w.option(self.next.as_ref());
    }
}

/// Refuses a list of the next members that says nothing new: one step has one encoding.
impl Decode for Step {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let step =
            Self { header: CertifiedHeader::decode(r)?, committee: r.option()?, next: r.option()? };
        let changes = step.header().committee != step.header().next_committee;
        if step.next.is_some() == changes { Ok(step) } else { Err(DecodeError::BadValue("step")) }
    }
}
