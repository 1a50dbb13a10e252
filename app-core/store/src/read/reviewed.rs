//! The history of an account that we review, as people read it: what the ledger shows everybody, and
//! between it what the granted keys show of the private pool.

use super::history::{Flow, HistoryKind, HistoryRow, Notes, final_rows};
use crate::{Store, StoreError, row};
use std::collections::BTreeSet;
use types::{Abc, Amount, OpenId, Round, Timestamp, TxId};
use wallet::PaymentState;
use wallet::review::{PoolLine, PoolLineKind, PoolMove};
use zeroize::Zeroizing;

/// A line of a reviewed account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewedRow {
    /// The line.
    pub row: HistoryRow,
    /// What a reviewer is to know about it.
    pub remark: Option<Remark>,
}

/// What a reviewer is to know about a private line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remark {
    /// The payer says something that cannot be read.
    Unreadable,
    /// That it is a carry-over is the owner's word: only one side of it is open to us.
    Stated,
    /// A carry-over that whoever authorised it calls a move to himself; our own light node has found
    /// that to hold.
    Proved,
    /// It went where the keys do not show.
    Undisclosed,
}

impl Store {
    /// The proved history of a reviewed account, newest last. The other sides are named where they are
    /// our contacts; what they said to one another in chats is nobody's here.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn reviewed_history(&self, account: OpenId) -> Result<Vec<ReviewedRow>, StoreError> {
        let mut notes = Notes::default();
        let addresses: Vec<(Vec<u8>, Vec<u8>)> =
            sqlx::query_as(sql::ADDRESSES).fetch_all(&mut *self.connection().await?).await?;
        for (address, contact) in addresses {
            notes.by_address.insert(row::address(&address)?, row::account(&contact)?);
        }
        let entries: Vec<(i64, Vec<u8>)> = sqlx::query_as(sql::ENTRIES)
            .bind(&account.0[..])
            .fetch_all(&mut *self.connection().await?)
            .await?;
        let public = final_rows(&entries, &notes)?;
        let shielded = public.iter().filter(|row| row.kind == HistoryKind::Shield);
        let shielded: BTreeSet<Option<Round>> = shielded.map(|row| row.round).collect();
        let mut rows: Vec<ReviewedRow> =
            public.into_iter().map(|row| ReviewedRow { row, remark: None }).collect();
        let kept = self.proofs_received(account).await?.into_iter().filter(|it| it.holds);
        let proved: BTreeSet<[u8; 32]> = kept.map(|it| it.proof.bundle).collect();
        for (time, moved) in self.reviewed_moves(account).await? {
            let carried = moved.lines.iter().filter(|it| it.kind == PoolLineKind::CarriedIn);
            // A proof is about one note.
            let shown = proved.contains(&moved.bundle) && carried.count() == 1;
            let known = shielded.contains(&Some(moved.round));
            // What its own public side has told is not told twice.
            let lines = moved.lines.iter();
            let lines = lines.filter(|line| !(known && line.kind == PoolLineKind::Shielded));
            // The fee is counted once.
            let fees = std::iter::once(moved.fee).chain(std::iter::repeat(None));
            let new =
                lines.zip(fees).map(|(line, fee)| private_row(line, (fee, shown), (&moved, time)));
            rows.extend(new);
        }
        // Stable: the ledger's order stays where times are equal.
        rows.sort_by_key(|reviewed| reviewed.row.time);
        Ok(rows)
    }

    /// What left the pool without being opened by the keys.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn undisclosed_outflow(&self, account: OpenId) -> Result<Amount<Abc>, StoreError> {
        let moves = self.reviewed_moves(account).await?;
        let units = moves.iter().map(|(_, moved)| moved.undisclosed().units());
        Ok(Amount::new(units.fold(0, u64::saturating_add)))
    }

    async fn reviewed_moves(
        &self,
        account: OpenId,
    ) -> Result<Vec<(Timestamp, PoolMove)>, StoreError> {
        let query = sqlx::query_as(sql::MOVES).bind(&account.0[..]);
        let found: Vec<(i64, Vec<u8>)> = query.fetch_all(&mut *self.connection().await?).await?;
        let read = |(time, moved): (i64, Vec<u8>)| {
            Ok((row::time(time)?, row::decode(&Zeroizing::new(moved))?))
        };
        found.into_iter().map(read).collect()
    }
}

fn private_row(
    line: &PoolLine,
    (fee, proved): (Option<Amount<Abc>>, bool),
    (moved, time): (&PoolMove, Timestamp),
) -> ReviewedRow {
    let (kind, flow, remark) = match line.kind {
        PoolLineKind::Receipt => (HistoryKind::Payment, Flow::In, None),
        PoolLineKind::Payment => (HistoryKind::Payment, Flow::Out, None),
        PoolLineKind::ToItself | PoolLineKind::Kept => (HistoryKind::Payment, Flow::Itself, None),
        PoolLineKind::Public => (HistoryKind::Unshield, Flow::Out, None),
        PoolLineKind::Shielded => (HistoryKind::Shield, Flow::In, None),
        PoolLineKind::CarriedOver => (HistoryKind::CarryOver, Flow::Itself, None),
        PoolLineKind::CarriedIn => {
            let remark = if proved { Remark::Proved } else { Remark::Stated };
            (HistoryKind::CarryOver, Flow::In, Some(remark))
        }
        PoolLineKind::CarriedOut => (HistoryKind::CarryOver, Flow::Out, Some(Remark::Stated)),
        PoolLineKind::Undisclosed => (HistoryKind::Payment, Flow::Out, Some(Remark::Undisclosed)),
    };
    let unreadable = line.unreadable.then_some(Remark::Unreadable);
    let row = HistoryRow {
        tx: TxId(moved.bundle),
        time,
        round: Some(moved.round),
        kind,
        flow,
        amount: line.amount,
        fee,
        counterparty: None,
        contact: None,
        memo: line.text.clone(),
        state: PaymentState::Final(moved.round),
        envelope: None,
        private: true,
        shielded: line.to,
        given: None,
        elsewhere: false,
    };
    ReviewedRow { row, remark: remark.or(unreadable) }
}

crate::sql::statements! {
    ADDRESSES = "SELECT address, account FROM contacts ORDER BY seq DESC";
    ENTRIES = "SELECT time, entry FROM reviewed_entries WHERE account = ?1 ORDER BY counter";
    MOVES = "SELECT time, move FROM reviewed_moves WHERE account = ?1 ORDER BY number";
}
