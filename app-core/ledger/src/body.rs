//! The body of a block, and the receipts of its execution.

use crate::late_vote::MAX_LATE_VOTES;
use crate::merkle::{MerklePath, merkle_path, merkle_root};
use crate::{Certificate, CertificateError, Committee, LateVote, Step, Tip, Transaction};
use types::{Abc, Amount, ChainId, Round, TxId};
use wire::{Decode, DecodeError, Encode, Reader, Writer, hash};

/// Most bytes of a body.
pub const MAX_BODY: usize = 1024 * 1024;
/// Most transactions of a body.
pub const MAX_BODY_TRANSACTIONS: usize = 10_000;
/// Bytes of a chunk; the last one may be shorter.
pub const CHUNK: usize = 64 * 1024;

/// The content of a block.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Body {
    /// The certificate of the parent, whose digest the header names; none in round 1.
    pub parent_certificate: Option<Certificate>,
    /// Votes for the last rounds that no certificate shows.
    pub late: Vec<LateVote>,
    /// All valid one after the other, none twice.
    pub transactions: Vec<Transaction>,
}

/// A piece of a body with its proof: what nodes keep and pass on that do not execute blocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// Its position in the body, from 0.
    pub index: u32,
    /// At most [`CHUNK`] bytes.
    pub bytes: Vec<u8>,
    /// From the chunk up to the root over all chunks.
    pub path: MerklePath,
    /// The root over the wids, which stands beside.
    pub wids: [u8; 32],
}

impl Body {
    /// What the header commits to: SHA-256("bcm-body" ‖ number of chunks u32 ‖ root over the
    /// [`CHUNK`]s of its bytes ‖ root over the wids). The first root proves pieces, the second
    /// transactions (`acp.md` 2.10, `money-and-mail.md` B1). The number stands there because a path
    /// is only worth something if nobody can choose how many leaves it is read with.
    #[must_use]
    pub fn root(&self) -> [u8; 32] {
        let bytes = self.to_bytes();
        let count = u32::try_from(bytes.chunks(CHUNK).len()).unwrap_or(u32::MAX);
        root(count, &merkle_root(bytes.chunks(CHUNK)), &self.wids())
    }

    /// All chunks with their proofs.
    #[must_use]
    pub fn chunks(&self) -> Vec<Chunk> {
        let (bytes, wids) = (self.to_bytes(), self.wids());
        let pieces: Vec<&[u8]> = bytes.chunks(CHUNK).collect();
        (0..)
            .zip(&pieces)
            .filter_map(|(index, piece)| {
                let path = merkle_path(&pieces, index)?;
                Some(Chunk { index: u32::try_from(index).ok()?, bytes: piece.to_vec(), path, wids })
            })
            .collect()
    }

    /// Checks that it carries what a block with a proposer must: the Commit certificate of its
    /// parent by the committee of the parent's round, none in round 1 (`acp-corrections.md` A12).
    ///
    /// # Errors
    /// [`CertificateError`] says what is missing or wrong.
    pub fn check_parent(
        &self,
        chain: ChainId,
        parent: &Tip,
        committee: &Committee,
    ) -> Result<(), CertificateError> {
        match &self.parent_certificate {
            None if parent.round == Round(0) => Ok(()),
            None => Err(CertificateError::Missing),
            // The genesis has no certificate: nobody voted for it.
            Some(_) if parent.round == Round(0) => Err(CertificateError::WrongRound),
            Some(certificate) if certificate.step != Step::Commit => {
                Err(CertificateError::NotFinal)
            }
            Some(certificate) if certificate.round != parent.round => {
                Err(CertificateError::WrongRound)
            }
            Some(certificate) if certificate.block != parent.block => {
                Err(CertificateError::WrongBlock)
            }
            Some(certificate) => certificate.verify(chain, committee),
        }
    }

    fn wids(&self) -> [u8; 32] {
        merkle_root(self.transactions.iter().map(Transaction::wid))
    }
}

impl Chunk {
    /// True if it is this piece of the body with this root.
    #[must_use]
    pub fn verify(&self, body_root: &[u8; 32]) -> bool {
        let chunks = self.path.root(usize::try_from(self.index).unwrap_or(usize::MAX), &self.bytes);
        chunks.is_some_and(|chunks| root(self.path.leaves, &chunks, &self.wids) == *body_root)
    }

    /// Where a store keeps it: SHA-256 of its bytes.
    #[must_use]
    pub fn key(&self) -> [u8; 32] {
        hash("", &[&self.bytes])
    }
}

fn root(count: u32, chunks: &[u8; 32], wids: &[u8; 32]) -> [u8; 32] {
    hash("bcm-body", &[&count.to_be_bytes(), chunks, wids])
}

/// That a transaction was executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// The transaction.
    pub tx: TxId,
    /// Its position in the block.
    pub index: u32,
    /// What it paid.
    pub fee: Amount<Abc>,
}

/// What the header commits to: the Merkle root over the receipts.
#[must_use]
pub fn receipts_root(receipts: &[Receipt]) -> [u8; 32] {
    merkle_root(receipts.iter().map(Encode::to_bytes))
}

impl Encode for Body {
    fn encode(&self, w: &mut Writer) {
        w.option(self.parent_certificate.as_ref());
        w.list(&self.late);
        w.list(&self.transactions);
    }
}

impl Decode for Body {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let before = r.left();
        let parent_certificate = r.option()?;
        let late = r.list(MAX_LATE_VOTES)?;
        let transactions = r.list(MAX_BODY_TRANSACTIONS)?;
        if before.saturating_sub(r.left()) > MAX_BODY {
            return Err(DecodeError::TooLong);
        }
        Ok(Self { parent_certificate, late, transactions })
    }
}

impl Encode for Chunk {
    fn encode(&self, w: &mut Writer) {
        w.u32(self.index);
        w.bytes(&self.bytes);
        self.path.encode(w);
        w.fixed(&self.wids);
    }
}

impl Decode for Chunk {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            index: r.u32()?,
            bytes: r.bytes(CHUNK)?,
            path: MerklePath::decode(r)?,
            wids: r.fixed()?,
        })
    }
}

impl Encode for Receipt {
    fn encode(&self, w: &mut Writer) {
        self.tx.encode(w);
        w.u32(self.index);
        self.fee.encode(w);
    }
}

impl Decode for Receipt {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { tx: TxId::decode(r)?, index: r.u32()?, fee: Amount::decode(r)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use types::{ChainId, Round};

    fn body(transactions: u8) -> Body {
        let transaction = |number| Transaction {
            version: Transaction::VERSION,
            chain: ChainId([1; 32]),
            expiry: Round(1),
            price_epoch: 0,
            bundle: None,
            sources: Vec::new(),
            fee: Amount::ZERO,
            actions: Vec::new(),
            witness: vec![vec![number; 700]],
        };
        let transactions = (0..transactions).map(transaction).collect();
        Body { transactions, ..Body::default() }
    }

    #[test]
    fn every_chunk_is_proved_at_its_place_among_so_many_only() {
        for transactions in [0, 90, 180, 250] {
            let body = body(transactions);
            let (chunks, root) = (body.chunks(), body.root());
            let all: Vec<u8> = chunks.iter().flat_map(|chunk| chunk.bytes.clone()).collect();
            assert_eq!(all, body.to_bytes());
            for chunk in &chunks {
                assert!(chunk.verify(&root));
                for (index, leaves) in (0..6).flat_map(|i| (0..6).map(move |n| (i, n))) {
                    let path = MerklePath { leaves, ..chunk.path.clone() };
                    let moved = Chunk { index, path, ..chunk.clone() };
                    assert_eq!(moved.verify(&root), moved == *chunk, "{index} of {leaves}");
                }
            }
        }
    }
}
