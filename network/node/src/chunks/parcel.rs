//! A whole body with its header, ready to be given to a store.

use ledger::{Body, CertifiedHeader, Chunk};
use types::{BlockId, Round};
use wire::Decode;
use worker::HeldBody;

/// A body in chunks, and the header that proves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    header: CertifiedHeader,
    chunks: Vec<Chunk>,
}

/// The header and the body do not belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a header with another block's body")]
pub struct BadParcel;

impl Parcel {
    /// Puts both together.
    ///
    /// # Errors
    /// [`BadParcel`] if the header has another body.
    pub fn new(header: CertifiedHeader, body: &Body) -> Result<Self, BadParcel> {
        Self::checked(header, body.chunks())
    }

    /// As a store has held it.
    ///
    /// # Errors
    /// [`BadParcel`] if it is not what was stored once.
    pub fn from_held(held: &HeldBody) -> Result<Self, BadParcel> {
        let header = CertifiedHeader::from_bytes(&held.header.0).map_err(|_| BadParcel)?;
        let chunks = held.chunks.iter().map(|chunk| Chunk::from_bytes(&chunk.0));
        Self::checked(header, chunks.collect::<Result<_, _>>().map_err(|_| BadParcel)?)
    }

    fn checked(header: CertifiedHeader, chunks: Vec<Chunk>) -> Result<Self, BadParcel> {
        let root = &header.header.body_root;
        let count = u32::try_from(chunks.len()).map_err(|_| BadParcel)?;
        let mut numbered = (0..).zip(&chunks);
        let whole = count > 0
            && numbered.all(|(index, chunk)| {
                chunk.index == index && chunk.path.leaves == count && chunk.verify(root)
            });
        if whole { Ok(Self { header, chunks }) } else { Err(BadParcel) }
    }

    /// The header.
    #[must_use]
    pub const fn header(&self) -> &CertifiedHeader {
        &self.header
    }

    /// All chunks, in order; at least one.
    #[must_use]
    pub fn chunks(&self) -> &[Chunk] {
        &self.chunks
    }

    /// The block.
    #[must_use]
    pub fn block(&self) -> BlockId {
        self.header.header.id()
    }

    /// Its round.
    #[must_use]
    pub const fn round(&self) -> Round {
        self.header.header.round
    }
}
