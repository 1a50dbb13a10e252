//! What a profile knows about its payments. Plain values; `store` keeps them.

use types::{Abc, Address, Amount, OpenId, Round, Timestamp, TxId};

/// One wish to pay, whatever becomes of its attempts (`money-and-mail.md` A9).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// Names the wish; made once.
    pub intent: [u8; 16],
    /// Where the money goes.
    pub to: Address,
    /// The contact it is for, if it was named.
    pub contact: Option<OpenId>,
    /// What the payee gets.
    pub amount: Amount<Abc>,
    /// What the payer says about it; travels over chat, never on the ledger.
    pub memo: Option<String>,
    /// When the person asked for it.
    pub created: Timestamp,
    /// The signed transaction.
    pub attempt: Attempt,
    /// What became of it.
    pub state: PaymentState,
}

/// A signed transaction. It is sent again byte for byte until it is final or provably dead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Its id.
    pub tx: TxId,
    /// Canonical bytes.
    pub bytes: Vec<u8>,
    /// What it costs beside the amount.
    pub fee: Amount<Abc>,
    /// The account's nonce that it uses.
    pub nonce: u64,
    /// The last round that may include it.
    pub expiry: Round,
}

/// What became of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentState {
    /// Saved here; no node has confirmed that it got it.
    Queued,
    /// A node has taken it.
    Submitted,
    /// In the proved history, in this round.
    Final(Round),
    /// Proved absent after its last round: it can never happen.
    Expired,
}

/// Something to save.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Insert or replace, by intent.
    SavePayment(Payment),
    /// Append proved history entries, in order, with the times of their rounds.
    AddEntries(Vec<ProvedEntry>),
    /// The newest proved state of the account; replaces the last one.
    SaveAccount(SavedAccount),
}

/// A history entry under a certified header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvedEntry {
    /// The entry.
    pub entry: ledger::Entry,
    /// The time of its round's header.
    pub time: Timestamp,
}

/// The account as last proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedAccount {
    /// The round whose header proves it.
    pub round: Round,
    /// The address under which the ledger keeps it.
    pub home: Address,
    /// Its state; `None` while nobody has paid it.
    pub account: Option<ledger::Account>,
}
