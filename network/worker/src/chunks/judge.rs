//! Whether something is a chunk of a block of this network. Whether that block is final is asked
//! of whoever knows the committees; everything else follows from the bytes.

use crate::failure::Stop;
use ledger::{CertifiedHeader, Chunk};
use types::{BlockId, ChainId, Round};
use wire::Decode;
use wire::chain::Object;
use wire::store::{MAX_CHUNKS, Piece};

/// A chunk that belongs to its header; nothing is said about the certificate.
pub(super) struct Judged {
    pub(super) header: CertifiedHeader,
    pub(super) block: BlockId,
    pub(super) chunk: Chunk,
    pub(super) key: [u8; 32],
}

impl Judged {
    pub(super) const fn round(&self) -> Round {
        self.header.header.round
    }
}

/// Reads both and checks that the chunk's path leads to the header's body root.
pub(super) fn read(chain: ChainId, header: &Object, chunk: &Piece) -> Result<Judged, Stop> {
    let header = CertifiedHeader::from_bytes(&header.0)
        .map_err(|_| Stop::bad_request("not a certified header"))?;
    let chunk = Chunk::from_bytes(&chunk.0).map_err(|_| Stop::bad_request("not a chunk"))?;
    if header.header.chain != chain {
        return Err(Stop::bad_request("the header is of another network"));
    }
    if usize::try_from(chunk.path.leaves).map_or(true, |leaves| leaves > MAX_CHUNKS) {
        return Err(Stop::bad_request("a body of more chunks than there can be"));
    }
    if !chunk.verify(&header.header.body_root) {
        return Err(Stop::bad_request("the chunk is not a piece of that block's body"));
    }
    let (block, key) = (header.header.id(), chunk.key());
    Ok(Judged { header, block, chunk, key })
}
