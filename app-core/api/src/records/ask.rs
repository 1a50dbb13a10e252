//! Requests of payment, payment links, and what is known of an address.

use serde::{Deserialize, Serialize};

use crate::{AddressSort, PaymentOfMessage, RequestState, TokenName, Whose};

/// A request of payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct RequestRecord {
    /// Its id; that of the message that brings it.
    pub id: String,
    /// The other side.
    pub contact: String,
    /// Who asks: `me` or the contact's name, which is never `me`.
    pub from: String,
    /// How much.
    pub amount: String,
    /// Which token.
    pub token: TokenName,
    /// What for; null for nothing.
    pub memo: Option<String>,
    /// Until when it is wanted; null for no end.
    pub expires: Option<String>,
    /// When it was told.
    pub time: String,
    /// What has become of it. `paid` only if our own proved history says so.
    pub state: RequestState,
    /// The payment that settles it, or is said to.
    pub payment: Option<PaymentOfMessage>,
    /// What has come for one of ours that is less than was asked for; null for nothing.
    #[serde(default)]
    pub received: Option<String>,
}

/// One request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct OneRequest {
    /// The request.
    pub request: RequestRecord,
}

/// Requests, in the order they were told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct Requests {
    /// The requests.
    pub requests: Vec<RequestRecord>,
    /// Whether the profile was brought up to date first.
    pub synced: bool,
}

/// A bill that was split.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct SplitRecord {
    /// The bill.
    pub total: String,
    /// Our own share, of which nobody is asked; `0` if we have none.
    pub mine: String,
    /// One request each.
    pub requests: Vec<RequestRecord>,
}

/// A payment link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct LinkRecord {
    /// `bcm:pay?…`.
    pub link: String,
    /// The address that it pays.
    pub to: String,
    /// Of which kind that is.
    pub kind: AddressSort,
    /// How much; null if the payer decides.
    pub amount: Option<String>,
    /// What for.
    pub memo: Option<String>,
    /// Until when.
    pub expires: Option<String>,
}

/// What is known of an address before it is paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct SeenRecord {
    /// The address.
    pub to: String,
    /// Of which kind it is.
    pub kind: AddressSort,
    /// Whose it is, as far as this profile knows.
    pub whose: Whose,
    /// The contact's name, or that of the address book.
    pub name: Option<String>,
    /// True if it has never been paid and is nobody's we know: to be asked once.
    pub first: bool,
    /// Another address that people take this one for, by its ends.
    pub looks_like: Option<AlikeRecord>,
    /// What a payment link says besides; null for an address.
    pub link: Option<LinkRecord>,
}

/// An address that is known, and that another one looks like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct AlikeRecord {
    /// The address.
    pub address: String,
    /// Whose it is.
    pub whose: Whose,
    /// The contact's name, or that of the address book.
    pub name: Option<String>,
}

/// An address of the address book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct NamedAddress {
    /// The address.
    pub address: String,
    /// Of which kind it is.
    pub kind: AddressSort,
    /// As the person calls it.
    pub name: String,
    /// When it was named first.
    pub added: String,
    /// When it was paid first; null if it never was.
    pub first_paid: Option<String>,
}

/// One address of the address book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct OneAddress {
    /// The address.
    pub address: NamedAddress,
}

/// The address book, in the order in which addresses were named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct AddressBook {
    /// The addresses.
    pub addresses: Vec<NamedAddress>,
}
