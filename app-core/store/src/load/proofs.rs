//! The proofs of carry-overs: those that could be handed over, those that were, and those that came
//! with grants.

use crate::{Store, StoreError, row};
use sqlx::FromRow;
use std::collections::{BTreeMap, BTreeSet};
use types::OpenId;
use wallet::private::PrivatePayee;
use wallet::review::{CarriedProof, Period, PoolMove, Serial};
use zeroize::Zeroizing;

#[derive(FromRow)]
struct ProofColumns {
    serial: Vec<u8>,
    proof: Vec<u8>,
    holds: bool,
}

/// The proof of a carry-over into an account that we review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptProof {
    /// The grant that it came with.
    pub serial: Serial,
    /// The proof.
    pub proof: CarriedProof,
    /// True once it was found to hold; nobody has judged it before.
    pub holds: bool,
}

impl Store {
    /// The carry-overs of our own that are final and whose proof is kept, by the digests of their
    /// bundles: where each leads to.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn carried_over(&self) -> Result<Vec<([u8; 32], Period)>, StoreError> {
        let found: Vec<(Vec<u8>, Vec<u8>)> =
            sqlx::query_as(sql::CARRIED).fetch_all(&mut *self.connection().await?).await?;
        let mut carried = vec![];
        for (bundle, to) in found {
            if let PrivatePayee::CarryOver(to) = row::decode(&to)? {
                carried.push((row::fixed(&bundle)?, to));
            }
        }
        Ok(carried)
    }

    /// Which proofs were handed over with which grant.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn proofs_given(&self) -> Result<BTreeSet<(Serial, [u8; 32])>, StoreError> {
        let found: Vec<(Vec<u8>, Vec<u8>)> =
            sqlx::query_as(sql::GIVEN).fetch_all(&mut *self.connection().await?).await?;
        let read = |(serial, bundle): (Vec<u8>, Vec<u8>)| {
            Ok((Serial(row::fixed(&serial)?), row::fixed(&bundle)?))
        };
        found.into_iter().map(read).collect()
    }

    /// The proofs that came with the grants of an account of which the ledger says that its own key has
    /// signed them.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn proofs_received(&self, account: OpenId) -> Result<Vec<KeptProof>, StoreError> {
        let query = sqlx::query_as(sql::RECEIVED).bind(account.0.to_vec());
        let found: Vec<ProofColumns> = query.fetch_all(&mut *self.connection().await?).await?;
        found.into_iter().map(ProofColumns::parse).collect()
    }

    /// How many proofs of a contact's are kept.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn proofs_from(&self, contact: OpenId) -> Result<u64, StoreError> {
        let query = sqlx::query_scalar(sql::COUNT_FROM).bind(contact.0.to_vec());
        row::uint(query.fetch_one(&mut *self.connection().await?).await?)
    }

    /// How many proofs for an account did not hold.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn refused_proofs(&self, account: OpenId) -> Result<u64, StoreError> {
        let query = sqlx::query_scalar(sql::REFUSED).bind(account.0.to_vec());
        row::uint(query.fetch_one(&mut *self.connection().await?).await?)
    }

    /// The bundles that touch a reviewed account: their digests, and their numbers in the pool's log.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn reviewed_bundles(
        &self,
        account: OpenId,
    ) -> Result<BTreeMap<[u8; 32], u64>, StoreError> {
        let query = sqlx::query_as(sql::BUNDLES).bind(account.0.to_vec());
        let found: Vec<(i64, Vec<u8>)> = query.fetch_all(&mut *self.connection().await?).await?;
        let read = |(number, moved): (i64, Vec<u8>)| {
            let moved: PoolMove = row::decode(&Zeroizing::new(moved))?;
            Ok((moved.bundle, row::uint(number)?))
        };
        found.into_iter().map(read).collect()
    }
}

impl ProofColumns {
    fn parse(self) -> Result<KeptProof, StoreError> {
        let serial = Serial(row::fixed(&self.serial)?);
        Ok(KeptProof { serial, proof: row::decode(&self.proof)?, holds: self.holds })
    }
}

crate::sql::statements! {
    CARRIED = "SELECT bundle, recipient FROM transfers
        WHERE state = 'final' AND carry_proof IS NOT NULL AND bundle IS NOT NULL ORDER BY seq";
    GIVEN = "SELECT serial, bundle FROM proofs_given";
    RECEIVED = "SELECT proofs_received.serial, proof, holds FROM proofs_received
        JOIN grants_received ON grants_received.serial = proofs_received.serial
        WHERE grants_received.account = ?1 AND grants_received.proved = 1
        ORDER BY grants_received.seq, bundle";
    COUNT_FROM = "SELECT count(*) FROM proofs_received
        JOIN grants_received ON grants_received.serial = proofs_received.serial
        WHERE grants_received.contact = ?1";
    REFUSED = "SELECT coalesce(sum(refused_proofs), 0) FROM grants_received
        WHERE account = ?1 AND proved = 1";
    BUNDLES = "SELECT number, move FROM reviewed_moves WHERE account = ?1";
}
