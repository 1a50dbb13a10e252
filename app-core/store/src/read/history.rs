//! The account's history as people read it: one row for each transaction, and one for each payment
//! that is not in the ledger.

use crate::read::private::GivenFor;
use crate::row::{self, payment_state};
use crate::{Store, StoreError};
use ledger::{Entry, EntryKind, Gift, RedEnvelopeId};
use sqlx::FromRow;
use std::collections::BTreeMap;
use types::{Abc, Address, AddressKind, Amount, OpenId, Round, Timestamp, TxId};
use wallet::{PaymentKind, PaymentState, ShieldedAddress};

/// A line of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryRow {
    /// The transaction; the chain id for the genesis.
    pub tx: TxId,
    /// The time of its block; while it has none, when the person asked for it.
    pub time: Timestamp,
    /// The round that made it final.
    pub round: Option<Round>,
    /// What it is.
    pub kind: HistoryKind,
    /// Which way the money went.
    pub flow: Flow,
    /// How much, without the fee.
    pub amount: Amount<Abc>,
    /// What it cost us beside the amount; `None` if we paid no fee.
    pub fee: Option<Amount<Abc>>,
    /// The other side's address; `None` if there is none, or more than one.
    pub counterparty: Option<Address>,
    /// The contact on the other side.
    pub contact: Option<OpenId>,
    /// What the payer said about it.
    pub memo: Option<String>,
    /// What became of it.
    pub state: PaymentState,
    /// The red envelope that it is of.
    pub envelope: Option<RedEnvelopeId>,
    /// True if the private pool hides it, or a side of it.
    pub private: bool,
    /// Where a private payment went.
    pub shielded: Option<ShieldedAddress>,
    /// What the address was given away for that a private payment came to.
    pub given: Option<GivenFor>,
    /// True for what another device of the same words has on its way.
    pub elsewhere: bool,
}

/// What a line of the history is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HistoryKind {
    /// A balance of the genesis file.
    Genesis,
    /// A payment.
    Payment,
    /// Into the private pool.
    Shield,
    /// Out of the private pool.
    Unshield,
    /// From one period account of the private pool to the next.
    CarryOver,
    /// Several notes of the private pool into one.
    Merge,
    /// ABC turned into ABIT.
    Conversion,
    /// Everything moved at once, or folded into the account.
    Sweep,
    /// The account moved to its Falcon key.
    Migration,
    /// A key added or retired.
    Key,
    /// Another profile committed to.
    Profile,
    /// A red envelope: made, claimed, or what nobody claimed.
    Envelope,
    /// A name: its deposit, price, record or owner.
    Name,
    /// A bond: locked, returned or lost.
    Bond,
    /// Paid by the rules: for deciding, or for reporting an offence.
    Reward,
    /// A commitment to the move of somebody else's account: it cost its fee.
    Rotation,
}

impl HistoryKind {
    const fn of(kind: EntryKind) -> Self {
        match kind {
            EntryKind::Genesis => Self::Genesis,
            EntryKind::PayIn | EntryKind::PayOut | EntryKind::Fee => Self::Payment,
            EntryKind::PoolIn => Self::Shield,
            EntryKind::PoolOut => Self::Unshield,
            EntryKind::Converted => Self::Conversion,
            EntryKind::MovedOut
            | EntryKind::MovedIn
            | EntryKind::FoldedOut
            | EntryKind::FoldedIn { .. } => Self::Sweep,
            EntryKind::KeyAdded | EntryKind::KeyRetired => Self::Key,
            EntryKind::ProfileSet => Self::Profile,
            EntryKind::EnvelopeOut { .. }
            | EntryKind::EnvelopeIn { .. }
            | EntryKind::EnvelopeBack { .. } => Self::Envelope,
            EntryKind::NameCommit
            | EntryKind::NameDeposit
            | EntryKind::NameRegister
            | EntryKind::NameRenew
            | EntryKind::NameChange
            | EntryKind::NameOut
            | EntryKind::NameIn => Self::Name,
            EntryKind::Bond | EntryKind::Leave | EntryKind::BondReturned | EntryKind::Slash => {
                Self::Bond
            }
            EntryKind::Reward | EntryKind::EvidenceReward => Self::Reward,
        }
    }
}

/// Which way money goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// To us.
    In,
    /// Away from us.
    Out,
    /// From us to ourselves.
    Itself,
}

/// What is known about payments beside the ledger.
#[derive(Default)]
pub(super) struct Notes {
    home: Option<Address>,
    pub(super) by_address: BTreeMap<Address, OpenId>,
    sent: BTreeMap<TxId, Sent>,
    received: BTreeMap<(TxId, OpenId), String>,
    gifts: BTreeMap<RedEnvelopeId, Told>,
}

/// What a chat says about a red envelope.
struct Told {
    tx: TxId,
    contact: OpenId,
    made: bool,
    greeting: String,
}

struct Sent {
    contact: Option<OpenId>,
    memo: Option<String>,
}

#[derive(FromRow)]
struct PaymentColumns {
    tx: Vec<u8>,
    recipient: Vec<u8>,
    contact: Option<Vec<u8>>,
    amount: i64,
    memo: Option<String>,
    created: i64,
    fee: i64,
    state: String,
    final_round: Option<i64>,
    kind: String,
    in_ledger: bool,
    elsewhere: bool,
}

impl Store {
    /// The history from one moment (inclusive) to another (exclusive), newest last.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn history(
        &self,
        from: Option<Timestamp>,
        to: Option<Timestamp>,
    ) -> Result<Vec<HistoryRow>, StoreError> {
        let start = row::int(from.unwrap_or_default().0);
        let end = to.map_or(i64::MAX, |to| row::int(to.0));
        let payments: Vec<PaymentColumns> =
            sqlx::query_as(sql::PAYMENTS).fetch_all(&mut *self.connection().await?).await?;
        let notes = self.notes(&payments).await?;
        let entries: Vec<(i64, Vec<u8>)> = sqlx::query_as(sql::ENTRIES)
            .bind(start)
            .bind(end)
            .fetch_all(&mut *self.connection().await?)
            .await?;

        let mut rows = final_rows(&entries, &notes)?;
        let open = |payment: &&PaymentColumns| {
            !payment.in_ledger && (start..end).contains(&payment.created)
        };
        for payment in payments.iter().filter(open) {
            rows.push(payment.parse(&notes)?);
        }
        let hidden = self.private_history().await?;
        rows.extend(hidden.into_iter().filter(|row| (start..end).contains(&row::int(row.time.0))));
        // Stable: the ledger's order stays where times are equal.
        rows.sort_by_key(|row| row.time);
        Ok(rows)
    }

    async fn notes(&self, payments: &[PaymentColumns]) -> Result<Notes, StoreError> {
        let contacts: Vec<(Vec<u8>, Vec<u8>)> =
            sqlx::query_as(sql::ADDRESSES).fetch_all(&mut *self.connection().await?).await?;
        let messages: Vec<(Vec<u8>, Vec<u8>, String)> =
            sqlx::query_as(sql::RECEIVED_MEMOS).fetch_all(&mut *self.connection().await?).await?;
        let home: Option<Vec<u8>> =
            sqlx::query_scalar(sql::HOME).fetch_optional(&mut *self.connection().await?).await?;
        let gifts: Vec<(Vec<u8>, bool, Vec<u8>)> =
            sqlx::query_as(sql::GIFTS).fetch_all(&mut *self.connection().await?).await?;
        let mut notes = Notes {
            home: home.map(|home| row::address(&home)).transpose()?,
            by_address: BTreeMap::new(),
            sent: BTreeMap::new(),
            received: BTreeMap::new(),
            gifts: BTreeMap::new(),
        };
        for (contact, made, gift) in gifts {
            let (contact, gift) = (row::account(&contact)?, row::decode::<Gift>(&gift)?);
            let (id, tx) = (gift.id(), gift.tx);
            let told = Told { tx, contact, made, greeting: gift.greeting };
            // Ours, or what the ledger does not contradict, comes first.
            notes.gifts.entry(id).or_insert(told);
        }
        let moved: Vec<(Vec<u8>, Vec<u8>)> =
            sqlx::query_as(sql::KEY_ADDRESSES).fetch_all(&mut *self.connection().await?).await?;
        // The address on a card counts first.
        for (address, account) in moved.into_iter().chain(contacts) {
            notes.by_address.insert(row::address(&address)?, row::account(&account)?);
        }
        for (tx, contact, text) in messages {
            let key = (TxId(row::fixed(&tx)?), row::account(&contact)?);
            // The first message that names a transaction is the one that counts.
            notes.received.entry(key).or_insert(text);
        }
        for payment in payments {
            notes.sent.insert(TxId(row::fixed(&payment.tx)?), payment.sent()?);
        }
        Ok(notes)
    }
}

impl PaymentColumns {
    fn sent(&self) -> Result<Sent, StoreError> {
        let contact = self.contact.as_deref().map(row::account).transpose()?;
        Ok(Sent { contact, memo: self.memo.clone() })
    }

    /// The row of a payment that is not in the ledger.
    fn parse(&self, notes: &Notes) -> Result<HistoryRow, StoreError> {
        let (state, to) =
            (payment_state(&self.state, self.final_round)?, row::address(&self.recipient)?);
        let (round, costs) = match state {
            PaymentState::Queued | PaymentState::Submitted => (None, true),
            PaymentState::Final(round) => (Some(round), true),
            PaymentState::Expired => (None, false),
        };
        let Sent { contact, memo } = self.sent()?;
        let tx = TxId(row::fixed(&self.tx)?);
        let envelope =
            notes.gifts.iter().find(|(_, told)| told.made && told.tx == tx).map(|(id, _)| *id);
        let given = envelope.is_some();
        let commits = row::payment_kind(&self.kind)? == PaymentKind::Commit;
        let (kind, flow) = match row::payment_kind(&self.kind)? {
            PaymentKind::Migrate => (HistoryKind::Migration, Flow::Itself),
            PaymentKind::Sweep => (HistoryKind::Sweep, Flow::Out),
            PaymentKind::TopUp => (HistoryKind::Shield, Flow::Out),
            PaymentKind::Commit => (HistoryKind::Rotation, Flow::Itself),
            PaymentKind::Pay if given => (HistoryKind::Envelope, Flow::Out),
            PaymentKind::Pay if notes.home == Some(to) => (HistoryKind::Payment, Flow::Itself),
            PaymentKind::Pay => (HistoryKind::Payment, Flow::Out),
        };
        Ok(HistoryRow {
            tx,
            time: row::time(self.created)?,
            round,
            kind,
            flow,
            amount: row::amount(self.amount)?,
            fee: if costs { Some(row::amount(self.fee)?) } else { None },
            counterparty: Some(to).filter(|_| !given && !commits),
            contact: contact.or_else(|| notes.by_address.get(&to).copied()),
            memo,
            state,
            envelope,
            private: false,
            shielded: None,
            given: None,
            elsewhere: self.elsewhere,
        })
    }
}

/// One row for the entries of each transaction; they follow one another.
pub(super) fn final_rows(
    found: &[(i64, Vec<u8>)],
    notes: &Notes,
) -> Result<Vec<HistoryRow>, StoreError> {
    let entries: Vec<(Timestamp, Entry)> = found
        .iter()
        .map(|(time, entry)| Ok((row::time(*time)?, row::decode(entry)?)))
        .collect::<Result<_, StoreError>>()?;
    let mut rows: Vec<HistoryRow> =
        entries.chunk_by(|(_, one), (_, next)| belong(one, next)).filter_map(final_row).collect();
    rows.iter_mut().for_each(|row| annotate(row, notes));
    Ok(rows)
}

/// The row of one transaction's entries. Of a payment to ourselves, what goes out is counted, not
/// what comes in again.
fn final_row(entries: &[(Timestamp, Entry)]) -> Option<HistoryRow> {
    let (time, first) = entries.first()?;
    let sum = |kind| {
        let of_kind = entries.iter().filter(|(_, entry)| entry.kind == kind);
        let units = of_kind.map(|(_, entry)| entry.delta.abc.units());
        units.reduce(u64::saturating_add).map(Amount::new)
    };
    let (kind, flow, amount) = match (sum(EntryKind::PayOut), sum(EntryKind::PayIn)) {
        (Some(out), Some(_)) => (HistoryKind::Payment, Flow::Itself, out),
        (Some(out), None) => (HistoryKind::Payment, Flow::Out, out),
        (None, Some(received)) => (HistoryKind::Payment, Flow::In, received),
        (None, None) => other_row(entries),
    };
    let moved_to = moved_to(entries);
    let kind = if moved_to.is_some() { HistoryKind::Migration } else { kind };
    let mut others = entries.iter().filter_map(|(_, entry)| entry.counterparty);
    let only = others.next().filter(|one| others.all(|other| other == *one));
    let counterparty = moved_to.or(only);
    Some(HistoryRow {
        tx: first.tx,
        time: *time,
        round: Some(first.round),
        kind,
        flow,
        amount,
        fee: sum(EntryKind::Fee),
        counterparty,
        contact: None,
        memo: None,
        state: PaymentState::Final(first.round),
        envelope: entries.iter().find_map(|(_, entry)| envelope_of(entry.kind)),
        private: false,
        shielded: None,
        given: None,
        elsewhere: false,
    })
}

/// The address of the Falcon key that joins while an ECDSA key ends.
fn moved_to(entries: &[(Timestamp, Entry)]) -> Option<Address> {
    let of = |kind, of_kind: AddressKind| {
        let mut addresses = entries.iter().filter(move |(_, entry)| entry.kind == kind);
        addresses.find_map(|(_, entry)| entry.counterparty.filter(|key| key.kind == of_kind))
    };
    of(EntryKind::KeyRetired, AddressKind::Ecdsa)?;
    of(EntryKind::KeyAdded, AddressKind::Falcon)
}

const fn envelope_of(kind: EntryKind) -> Option<RedEnvelopeId> {
    if let EntryKind::EnvelopeOut { envelope }
    | EntryKind::EnvelopeIn { envelope }
    | EntryKind::EnvelopeBack { envelope } = kind
    {
        Some(envelope)
    } else {
        None
    }
}

/// What the ledger does by itself names no transaction of its own: then the round tells it apart.
fn belong(one: &Entry, next: &Entry) -> bool {
    one.tx == next.tx && one.round == next.round
}

/// What is no payment: the kind of its first entry that is not a fee, and what the balance has gained
/// or lost by all of them. What costs a fee and does nothing else to the account is a commitment.
fn other_row(entries: &[(Timestamp, Entry)]) -> (HistoryKind, Flow, Amount<Abc>) {
    let own = || entries.iter().map(|(_, entry)| entry).filter(|e| e.kind != EntryKind::Fee);
    let kind = own().next().map_or(HistoryKind::Rotation, |entry| HistoryKind::of(entry.kind));
    let change: i128 = own().map(|entry| entry.delta.abc.signed()).sum();
    let flow = match change {
        0 => Flow::Itself,
        1.. => Flow::In,
        _ => Flow::Out,
    };
    (kind, flow, Amount::new(u64::try_from(change.unsigned_abs()).unwrap_or(u64::MAX)))
}

fn annotate(row: &mut HistoryRow, notes: &Notes) {
    if let Some(told) = row.envelope.and_then(|envelope| notes.gifts.get(&envelope)) {
        row.contact = Some(told.contact);
        row.memo = Some(told.greeting.clone()).filter(|greeting| !greeting.is_empty());
        return;
    }
    let named = row.counterparty.and_then(|address| notes.by_address.get(&address).copied());
    if let Some(sent) = notes.sent.get(&row.tx).filter(|_| row.flow != Flow::In) {
        row.contact = sent.contact.or(named);
        row.memo.clone_from(&sent.memo);
    } else {
        row.contact = named;
        let memo = named.and_then(|contact| notes.received.get(&(row.tx, contact)));
        row.memo = memo.filter(|memo| !memo.is_empty()).cloned();
    }
}

crate::sql::statements! {
    PAYMENTS = "SELECT tx, recipient, contact, amount, memo, created, fee, state, final_round,
            kind, EXISTS (SELECT 1 FROM entries WHERE entries.tx = payments.tx) AS in_ledger,
            device IS NOT NULL AS elsewhere
        FROM payments WHERE device IS NULL OR state <> 'expired' ORDER BY seq";
    ADDRESSES = "SELECT address, account FROM contacts ORDER BY seq DESC";
    KEY_ADDRESSES = "SELECT address, contact FROM contact_keys WHERE address IS NOT NULL";
    RECEIVED_MEMOS = "SELECT payment_tx, contact, text FROM messages
        WHERE payment_tx IS NOT NULL AND direction = 'in' ORDER BY seq";
    GIFTS = "SELECT contact, made, gift FROM gifts
        ORDER BY made DESC, record IS NULL, state = 'failed', seq";
    HOME = "SELECT home FROM account";
    ENTRIES = "SELECT time, entry FROM entries WHERE time >= ?1 AND time < ?2 ORDER BY counter";
}
