//! The state as the rules see it: bytes under keys.
//!
//! `abns` stores it and computes its root; this crate only reads it and says what changes. Keys
//! begin with the name of their kind, so that no two kinds can meet.

use crate::{Account, Rejection};
use std::collections::BTreeMap;
use types::{Address, OpenId};
use wire::Decode;

/// Reads one version of the state.
pub trait StateView {
    /// The value under a key, `None` if there is none.
    fn get(&self, key: &[u8]) -> Option<Vec<u8>>;
}

impl StateView for BTreeMap<Vec<u8>, Vec<u8>> {
    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.get(key).cloned()
    }
}

/// Where the account with this home address lies: `acct/` ‖ address.
#[must_use]
pub fn account_key(home: Address) -> Vec<u8> {
    [b"acct/".as_slice(), &home.to_bytes()].concat()
}

/// Where a later address of an account names its home: `alias/` ‖ address.
#[must_use]
pub fn alias_key(address: Address) -> Vec<u8> {
    [b"alias/".as_slice(), &address.to_bytes()].concat()
}

/// Where an OpenID names its home: `openid/` ‖ id.
#[must_use]
pub fn open_id_key(id: OpenId) -> Vec<u8> {
    [b"openid/".as_slice(), &id.0].concat()
}

/// Where a value of the whole ledger lies: `cell/` ‖ name.
#[must_use]
pub fn cell_key(name: &str) -> Vec<u8> {
    [b"cell/", name.as_bytes()].concat()
}

/// The home of the account that an address belongs to: what its alias names, else the address.
///
/// # Errors
/// [`Rejection::BadState`] if the alias is damaged.
pub fn home_of(view: &dyn StateView, address: Address) -> Result<Address, Rejection> {
    match view.get(&alias_key(address)) {
        Some(home) => Address::from_bytes(&home).map_err(|_| Rejection::BadState("alias record")),
        None => Ok(address),
    }
}

/// The account that an address belongs to, `None` if nobody has paid it yet.
///
/// # Errors
/// [`Rejection::BadState`] if a record is damaged.
pub fn account_of(view: &dyn StateView, address: Address) -> Result<Option<Account>, Rejection> {
    account_at(view, home_of(view, address)?)
}

pub(crate) fn account_at(
    view: &dyn StateView,
    home: Address,
) -> Result<Option<Account>, Rejection> {
    view.get(&account_key(home))
        .map(|bytes| Account::from_bytes(&bytes))
        .transpose()
        .map_err(|_| Rejection::BadState("account record"))
}
