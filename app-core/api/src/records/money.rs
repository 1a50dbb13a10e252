//! Balances, payments, history.

use serde::{Deserialize, Serialize};

use crate::{EntryKind, Flow, KeyKind, PaymentState, TokenName};

/// The faucet's gift.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct FaucetRecord {
    /// Transaction id.
    pub tx: String,
    /// How much.
    pub amount: String,
    /// Which token.
    pub token: TokenName,
    /// `final`.
    pub state: PaymentState,
}

/// One token's balance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct TokenBalance {
    /// Which token.
    pub token: TokenName,
    /// Final money.
    pub total: String,
    /// Of it, at transparent addresses.
    pub transparent: String,
    /// Of it, in the private pool.
    pub private: String,
    /// Of it, what payments under way will take.
    pub pending: String,
}

/// An address and whether its key may sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct AddressRecord {
    /// `A…` or `F…`.
    pub address: String,
    /// The kind of its key.
    pub kind: KeyKind,
    /// True if the account signs with its key.
    pub active: bool,
}

/// Balances, each proved under a certified header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct Balance {
    /// ABC, then ABIT.
    pub tokens: Vec<TokenBalance>,
    /// The account's addresses.
    pub addresses: Vec<AddressRecord>,
    /// The round whose header proves the figures.
    #[cfg_attr(test, specta(type = u32))]
    pub round: u64,
    /// Whether the profile was brought up to date first.
    pub synced: bool,
}

/// One line of the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct HistoryEntry {
    /// Transaction id.
    pub tx: String,
    /// The time of its round, or of the wish while it is not final.
    pub time: String,
    /// The round that made it final.
    #[cfg_attr(test, specta(type = Option<u32>))]
    pub round: Option<u64>,
    /// Which way the money went.
    pub direction: Flow,
    /// What it is.
    pub kind: EntryKind,
    /// Which token.
    pub token: TokenName,
    /// How much, without the fee.
    pub amount: String,
    /// What it cost us beside the amount.
    pub fee: Option<String>,
    /// A contact's name or an address.
    pub counterparty: Option<String>,
    /// What the payer said about it.
    pub memo: Option<String>,
    /// True for the private pool.
    pub private: bool,
    /// What became of it; one on its way is `submitted`.
    pub state: PaymentState,
}

/// The history, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct History {
    /// The lines.
    pub entries: Vec<HistoryEntry>,
    /// Whether the profile was brought up to date first.
    pub synced: bool,
}

/// What a payment would cost, before anything is signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct QuoteRecord {
    /// The contact's name or the address.
    pub to: String,
    /// The address that would be paid.
    pub address: String,
    /// What the payee would get.
    pub amount: String,
    /// Which token.
    pub token: TokenName,
    /// What it would cost beside that.
    pub fee: String,
    /// Both.
    pub total: String,
    /// What there is to pay with.
    pub available: String,
}

/// A payment that was just made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct PaymentRecord {
    /// Transaction id.
    pub tx: String,
    /// The contact's name or the address.
    pub to: String,
    /// Which token.
    pub token: TokenName,
    /// What the payee gets.
    pub amount: String,
    /// What it costs beside that.
    pub fee: String,
    /// True for the private pool.
    pub private: bool,
    /// What has become of it so far.
    pub state: PaymentState,
    /// The round that made it final.
    #[cfg_attr(test, specta(type = Option<u32>))]
    pub round: Option<u64>,
}
