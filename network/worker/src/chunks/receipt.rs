//! Checking a receipt: what a worker has signed about one chunk of one block.

use ledger::{Chunk, Header};
use types::WorkerId;
use wire::store::Receipt;

/// Why a receipt is worth nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// It is another worker's.
    #[error("another worker's receipt")]
    OtherHolder,
    /// It is about another chunk.
    #[error("a receipt for another chunk")]
    OtherChunk,
    /// The signature does not fit this block, or anything at all.
    #[error("the signature does not match")]
    BadSignature,
}

/// Checks that `holder` has confirmed this chunk of this block, in this network.
///
/// # Errors
/// [`ReceiptError`] says what does not fit.
pub fn check_receipt(
    receipt: &Receipt,
    holder: WorkerId,
    header: &Header,
    chunk: &Chunk,
) -> Result<(), ReceiptError> {
    if receipt.holder != holder {
        return Err(ReceiptError::OtherHolder);
    }
    let place = (receipt.round, receipt.index, receipt.key);
    if place != (header.round, chunk.index, chunk.key()) {
        return Err(ReceiptError::OtherChunk);
    }
    let signed = receipt.signed_bytes(header.chain, header.id());
    if keys::ed25519_verify(&holder.0, &signed, &receipt.signature) {
        Ok(())
    } else {
        Err(ReceiptError::BadSignature)
    }
}
