//! The private pool's part of the history: what came in by a scan, and what was paid out of it.

use crate::read::history::{Flow, HistoryKind, HistoryRow};
use crate::{Store, StoreError, row};
use ledger::{Claim, RedEnvelopeId};
use sqlx::FromRow;
use std::collections::{BTreeMap, BTreeSet};
use types::{Abc, Amount, MessageId, OpenId, Round, Timestamp, TxId};
use wallet::private::{PrivatePayee, Transfer, TransferState};
use wallet::review::{Period, PoolLine, PoolLineKind, PoolMove};
use wallet::{FoundRest, PaymentState, Rest};

/// What one bundle of the log did to our notes.
#[derive(Default)]
struct Moved {
    spent: u64,
    back: u64,
    received: u64,
    /// The accounts of what is spent and of what comes back.
    periods: (Option<Period>, Option<Period>),
    /// What it costs if all of it stays in the pool, if that is known.
    fee: Option<Amount<Abc>>,
    /// What it does, where that was read.
    did: Option<PoolMove>,
    round: Round,
    time: Timestamp,
    contact: Option<OpenId>,
    given: Option<GivenFor>,
}

#[derive(FromRow)]
struct SpendingColumns {
    bundle: Vec<u8>,
    fee: i64,
    time: i64,
    did: Option<Vec<u8>>,
}

/// A red envelope that we gave, and in whose chat, as far as that is known.
type Gave = (Option<RedEnvelopeId>, Option<OpenId>);

/// What an address in the pool was given away for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GivenFor {
    /// A request of ours, with what it is for.
    Request(MessageId, String),
    /// This, as the person calls it.
    Label(String),
}

impl Store {
    /// One row for each transfer that was asked for here, for each receipt, and for each payment of
    /// these notes that another device makes or made. What went in from the account stands in its own history.
    pub(crate) async fn private_history(&self) -> Result<Vec<HistoryRow>, StoreError> {
        let transfers = self.transfers().await?;
        let mut bundles = self.moved().await?;
        let mut rows = vec![];
        for transfer in &transfers {
            if let Some(moved) = transfer.bundle().and_then(|bundle| bundles.get_mut(&bundle)) {
                // What such a bundle pays to an address of our own is a receipt all the same.
                moved.spent = 0;
            }
        }
        let told: Vec<(Vec<u8>, Vec<u8>, String)> =
            sqlx::query_as(super::history::sql::RECEIVED_MEMOS)
                .fetch_all(&mut *self.connection().await?)
                .await?;
        let found = self.found_rests().await?;
        let rests = self.rests(&found).await?;
        let given: BTreeSet<[u8; 32]> = found.iter().map(|found| found.bundle).collect();
        for (bundle, moved) in bundles {
            if let Some(of) = rests.get(&bundle) {
                rows.push(came_back(TxId(bundle), &moved, *of));
                continue;
            }
            let Some(mut row) = scanned(TxId(bundle), &moved) else { continue };
            row.contact = moved.contact;
            if given.contains(&bundle) && row.flow == Flow::Out {
                row.kind = HistoryKind::Envelope;
            }
            let memo = told.iter().find(|(tx, contact, _)| {
                tx[..] == bundle && moved.contact.is_some_and(|it| contact[..] == it.0)
            });
            let asked = match &moved.given {
                Some(GivenFor::Request(_, memo)) => Some(memo),
                Some(GivenFor::Label(_)) | None => None,
            };
            let memo = memo.map(|(_, _, text)| text).or(asked);
            row.memo = memo.cloned().filter(|text| !text.is_empty()).or(row.memo);
            row.given = moved.given;
            rows.push(row);
        }
        // Of the same moment, what came stands before what went.
        rows.extend(transfers.iter().map(transfer_row));
        let of_siblings = self.transfers_of_siblings().await?;
        let elsewhere = |transfer| HistoryRow { elsewhere: true, ..transfer_row(transfer) };
        rows.extend(of_siblings.iter().map(elsewhere));
        Ok(rows)
    }

    /// Of red envelopes that we gave, by the bundle that has brought back what nobody claimed.
    async fn rests(&self, found: &[FoundRest]) -> Result<BTreeMap<[u8; 32], Gave>, StoreError> {
        let known: Vec<(Vec<u8>, Vec<u8>, Vec<u8>)> =
            sqlx::query_as(sql::RESTS).fetch_all(&mut *self.connection().await?).await?;
        let mut rests = BTreeMap::new();
        for FoundRest { rest, .. } in found {
            let envelope = match rest.claim {
                Some(Claim::Waiting { envelope, .. } | Claim::Collected { envelope, .. }) => {
                    Some(envelope)
                }
                Some(Claim::Drawing { .. } | Claim::Paid { .. } | Claim::Reserved { .. })
                | None => None,
            };
            rests.extend(rest.bundle.map(|bundle| (bundle, (envelope, None))));
        }
        for (id, contact, rest) in known {
            let of = (Some(RedEnvelopeId(row::fixed(&id)?)), Some(row::account(&contact)?));
            let bundle = row::decode::<Rest>(&rest)?.bundle;
            rests.extend(bundle.map(|bundle| (bundle, of)));
        }
        Ok(rests)
    }

    async fn moved(&self) -> Result<BTreeMap<[u8; 32], Moved>, StoreError> {
        let mut bundles: BTreeMap<[u8; 32], Moved> = BTreeMap::new();
        let given = self.given_addresses().await?;
        let spending: Vec<SpendingColumns> =
            sqlx::query_as(sql::SPENDING).fetch_all(&mut *self.connection().await?).await?;
        for spending in spending {
            let moved = bundles.entry(row::fixed(&spending.bundle)?).or_default();
            moved.fee = Some(row::amount(spending.fee)?);
            moved.time = row::time(spending.time)?;
            moved.did = spending.did.as_deref().map(row::decode).transpose()?;
        }
        let notes = self.all_notes().await?;
        for (note, spent) in &notes {
            let moved = bundles.entry(note.bundle).or_default();
            (moved.round, moved.time) = (note.round, note.time);
            moved.contact = moved.contact.or(note.contact);
            moved.given = moved.given.take().or_else(|| given.get(note.note.recipient()).cloned());
            let units = note.note.value.units();
            moved.periods.1 = Some(note.period).filter(|_| note.is_own()).or(moved.periods.1);
            let sum = if note.is_own() { &mut moved.back } else { &mut moved.received };
            *sum = sum.saturating_add(units);
            if let Some(spent) = spent {
                let moved = bundles.entry(spent.bundle).or_default();
                moved.spent = moved.spent.saturating_add(units);
                moved.periods.0 = Some(note.period);
                moved.round = spent.round;
                if moved.time == Timestamp::default() {
                    moved.time = note.time;
                }
            }
        }
        Ok(bundles)
    }
}

impl Store {
    /// The addresses in the pool that were given away for something, by whom they pay.
    async fn given_addresses(&self) -> Result<BTreeMap<[u8; 43], GivenFor>, StoreError> {
        let mut given = BTreeMap::new();
        let labels: Vec<(Vec<u8>, String)> =
            sqlx::query_as(sql::LABELLED).fetch_all(&mut *self.connection().await?).await?;
        for (receiver, label) in labels {
            given.insert(row::fixed(&receiver)?, GivenFor::Label(label));
        }
        let asked: Vec<(Vec<u8>, Vec<u8>, String)> =
            sqlx::query_as(sql::ASKED_THERE).fetch_all(&mut *self.connection().await?).await?;
        for (receiver, id, memo) in asked {
            let request = GivenFor::Request(MessageId(row::fixed(&id)?), memo);
            given.insert(row::fixed(&receiver)?, request);
        }
        Ok(given)
    }
}

/// The row of a bundle that no transfer of this device made; `None` for what is no payment.
fn scanned(tx: TxId, moved: &Moved) -> Option<HistoryRow> {
    let own = moved.back.saturating_add(moved.received);
    let carried = matches!(moved.periods, (Some(from), Some(to)) if from < to);
    let left = moved.spent.saturating_sub(own);
    // It takes from us what it costs and nothing else: all that it makes is ours.
    let kept = moved.received == 0 && moved.fee == Some(Amount::new(left));
    let (kind, flow, units) = match (moved.spent, moved.received) {
        (0, 0) => return None,
        (0, received) => (HistoryKind::Payment, Flow::In, received),
        _ if carried => (HistoryKind::CarryOver, Flow::Itself, own),
        _ if kept => (HistoryKind::Merge, Flow::Itself, own),
        _ => (HistoryKind::Payment, Flow::Out, left),
    };
    let paid = moved.paid().filter(|_| flow == Flow::Out);
    let amount = paid.map_or(Amount::new(units), |paid| paid.amount);
    let fee = match (flow, paid) {
        (Flow::Itself, _) => Some(left),
        (_, Some(paid)) => left.checked_sub(paid.amount.units()),
        (_, None) => None,
    };
    Some(HistoryRow {
        tx,
        time: moved.time,
        round: Some(moved.round),
        kind,
        flow,
        amount,
        fee: fee.map(Amount::new),
        counterparty: None,
        contact: None,
        memo: paid.and_then(|paid| paid.text.clone()),
        state: PaymentState::Final(moved.round),
        envelope: None,
        private: true,
        shielded: paid.and_then(|paid| paid.to),
        given: None,
        elsewhere: false,
    })
}

impl Moved {
    /// The one thing that it pays to others, where that was read.
    fn paid(&self) -> Option<&PoolLine> {
        let lines = &self.did.as_ref()?.lines;
        let pays =
            |line: &&PoolLine| matches!(line.kind, PoolLineKind::Payment | PoolLineKind::Public);
        let mut paid = lines.iter().filter(pays);
        paid.next().filter(|_| paid.next().is_none())
    }
}

/// The row of what came back of a red envelope.
fn came_back(tx: TxId, moved: &Moved, (envelope, contact): Gave) -> HistoryRow {
    HistoryRow {
        tx,
        time: moved.time,
        round: Some(moved.round),
        kind: HistoryKind::Envelope,
        flow: Flow::In,
        amount: Amount::<Abc>::new(moved.back),
        fee: None,
        counterparty: None,
        contact,
        memo: None,
        state: PaymentState::Final(moved.round),
        envelope,
        private: true,
        shielded: None,
        given: None,
        elsewhere: false,
    }
}

fn transfer_row(transfer: &Transfer) -> HistoryRow {
    let (state, round) = match transfer.state {
        TransferState::Planned | TransferState::Queued => (PaymentState::Queued, None),
        TransferState::Submitted => (PaymentState::Submitted, None),
        TransferState::Final(round) => (PaymentState::Final(round), Some(round)),
        TransferState::Expired | TransferState::Cancelled => (PaymentState::Expired, None),
    };
    let (kind, flow) = match transfer.to {
        PrivatePayee::CarryOver(_) => (HistoryKind::CarryOver, Flow::Itself),
        PrivatePayee::Merge(_) => (HistoryKind::Merge, Flow::Itself),
        PrivatePayee::Private(_) | PrivatePayee::Public(_) => (HistoryKind::Payment, Flow::Out),
        PrivatePayee::Envelope(_) => (HistoryKind::Envelope, Flow::Out),
        PrivatePayee::Sweep(_) => (HistoryKind::Sweep, Flow::Out),
    };
    let shielded = match transfer.to {
        PrivatePayee::Private(address) => Some(address),
        PrivatePayee::Public(_)
        | PrivatePayee::Sweep(_)
        | PrivatePayee::CarryOver(_)
        | PrivatePayee::Merge(_)
        | PrivatePayee::Envelope(_) => None,
    };
    let signed = transfer.attempt.as_ref().map(|attempt| RedEnvelopeId::of(attempt.tx, 0));
    let costs = state != PaymentState::Expired;
    HistoryRow {
        tx: transfer.reference(),
        time: transfer.created,
        round,
        kind,
        flow,
        amount: transfer.amount,
        fee: transfer.attempt.as_ref().map(|attempt| attempt.fee).filter(|_| costs),
        counterparty: transfer.to.account(),
        contact: transfer.contact,
        memo: transfer.memo.clone(),
        state,
        envelope: signed.filter(|_| kind == HistoryKind::Envelope),
        private: true,
        shielded,
        given: None,
        elsewhere: false,
    }
}

crate::sql::statements! {
    SPENDING = "SELECT bundle, fee, time, did FROM spending_bundles";
    LABELLED = "SELECT receiver, label FROM labelled";
    ASKED_THERE = "SELECT substr(address, 5), id, memo FROM requests
        WHERE made = 1 AND address IS NOT NULL";
    RESTS = "SELECT id, contact, rest FROM gifts WHERE rest IS NOT NULL ORDER BY seq";
}
