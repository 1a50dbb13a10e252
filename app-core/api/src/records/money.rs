//! Balances, payments, history.

use serde::{Deserialize, Serialize};

use crate::{
    EntryKind, EntryRemark, Flow, KeyKind, KeyStage, PaymentState, Shown, TokenName, TransferStep,
};

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
    /// ABC that lies there outside the account, until that moves to this key.
    pub waiting: String,
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
    /// What is being done for a private payment that is not signed yet.
    #[serde(default)]
    pub step: Option<TransferStep>,
    /// Of an account that we review, what is to be known about a private line; null for all others.
    pub remark: Option<EntryRemark>,
    /// The request of ours at whose own address in the private pool this came in.
    #[serde(default)]
    pub request: Option<String>,
    /// The label of the link, or of the address that was shown, at which this came in. Without it, a
    /// contact or a request, nobody knows who has paid a private receipt.
    #[serde(default)]
    pub label: Option<String>,
    /// True for what another device of the same words has on its way.
    #[serde(default)]
    pub elsewhere: bool,
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
    /// What there is to pay with: in the private pool, or in the account.
    pub available: String,
    /// True if it would be paid out of the private pool.
    pub private: bool,
    /// What would be put into the private pool first: everybody would see that, and who did.
    pub top_up: Option<String>,
    /// What former months hold of the private pool and would move on first.
    pub carry_over: Option<String>,
    /// How often notes of the private pool would be made one first, because a payment takes no more.
    pub merges: u32,
    /// What everybody would see of it.
    pub shows: Shown,
    /// True if it can be paid the other way as well, publicly or privately.
    pub choice: bool,
    /// For a contact, whether the safety numbers have been compared; null for an address.
    pub verified: Option<bool>,
}

/// A private payment that is under way, or that ended before anything was signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct TransferRecord {
    /// Names the wish; `transfer_cancel` takes it.
    pub id: String,
    /// As the history calls it.
    pub tx: String,
    /// The contact's OpenID, if it is for one.
    pub contact: Option<String>,
    /// The contact's name or the address.
    pub to: String,
    /// Which token.
    pub token: TokenName,
    /// What the payee gets.
    pub amount: String,
    /// What it is for.
    pub memo: Option<String>,
    /// When it was asked for.
    pub time: String,
    /// What has become of it so far; `queued` while nothing is sent.
    pub state: PaymentState,
    /// What is being done for it; null once it is signed, or over.
    pub step: Option<TransferStep>,
    /// Since when its proof is being made.
    pub since: Option<String>,
    /// What more would have had to go into the pool, of which nobody was told: it was given up for that.
    pub asks: Option<String>,
    /// True for a red envelope.
    #[serde(default)]
    pub envelope: bool,
}

/// Private payments, in the order they were asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct Transfers {
    /// Those under way, and those that ended before anything was signed.
    pub transfers: Vec<TransferRecord>,
}

/// One private payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct OneTransfer {
    /// The payment.
    pub transfer: TransferRecord,
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
    /// What was put into the private pool for it first: everybody sees that, and who did.
    #[serde(default)]
    pub top_up: Option<String>,
    /// What former months hold of the private pool and moves on first.
    #[serde(default)]
    pub carry_over: Option<String>,
    /// How often notes of the private pool are made one first, because a payment takes no more.
    #[serde(default)]
    pub merges: u32,
    /// Names a private payment for `transfer_cancel`.
    #[serde(default)]
    pub transfer: Option<String>,
    /// What has become of it so far.
    pub state: PaymentState,
    /// The round that made it final.
    #[cfg_attr(test, specta(type = Option<u32>))]
    pub round: Option<u64>,
}

/// The private pool as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct PoolRecord {
    /// How much ABC lies in it.
    pub held: String,
    /// In how many notes.
    pub notes: u32,
    /// Notes that are worth less than it costs to move them, and stay where they are.
    pub small: Vec<SmallNote>,
    /// What all of these are worth.
    pub small_total: String,
    /// What is being put in: its proof is not made yet.
    pub putting_in: Option<String>,
    /// Whether the profile was brought up to date first.
    pub synced: bool,
}

/// A note that stays where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct SmallNote {
    /// How much ABC.
    pub amount: String,
    /// The month of its account, such as `2026-11`.
    pub month: String,
    /// When it came.
    pub time: String,
}

/// An address in the private pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct PrivateAddressRecord {
    /// `bcm1…`; for whoever is to pay, not for everybody.
    pub address: String,
    /// The day from which another one is to be given, in UTC.
    pub until: String,
}

/// A move to Falcon: in place, or of everything to another address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct MoveRecord {
    /// Transaction id.
    pub tx: String,
    /// All of its transactions that are signed: one for the account, one out of the private pool.
    pub txs: Vec<String>,
    /// The Falcon address.
    pub to: String,
    /// Which token.
    pub token: TokenName,
    /// All that moves with it.
    pub amount: String,
    /// What it costs beside that, as far as it is signed.
    pub fee: String,
    /// True if it takes along what lies in the private pool.
    pub private: bool,
    /// What has become of it so far: as far as the part that has got least far.
    pub state: PaymentState,
    /// The round that made all of it final.
    #[cfg_attr(test, specta(type = Option<u32>))]
    pub round: Option<u64>,
    /// True if it was done before, so that nothing was left to do.
    pub already: bool,
    /// What it pays out of the private pool; until that is signed, its amount is what is foreseen.
    #[serde(default)]
    pub pool: Option<TransferRecord>,
}

/// What moving to Falcon means for the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct MoveOutlook {
    /// Which keys sign now.
    pub stage: KeyStage,
    /// The account's first address.
    pub from: String,
    /// The address of its Falcon key.
    pub to: String,
    /// ABC that it holds.
    pub amount: String,
    /// ABC that lies at the address of the Falcon key, and joins the account with the move.
    pub waiting: String,
    /// ABIT that it holds, which no sweep takes along.
    pub abit: String,
    /// ABC that is locked as bonds, which no sweep takes along.
    pub bonded: String,
    /// What moving in place costs; nothing without a network.
    pub fee: Option<String>,
    /// Whether the account holds that.
    pub enough: bool,
    /// The round since which Falcon signs alone.
    #[cfg_attr(test, specta(type = Option<u32>))]
    pub since: Option<u64>,
    /// The last move in place that was asked for here.
    pub migrate: Option<MoveRecord>,
    /// The last sweep that was asked for here, but for what it took out of the private pool.
    pub sweep: Option<MoveRecord>,
    /// ABC that lies in the private pool and is free.
    #[serde(default)]
    pub private: String,
    /// The last sweep of the private pool that was asked for here.
    #[serde(default)]
    pub pool: Option<TransferRecord>,
}
