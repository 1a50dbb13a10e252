//! One transaction at work on copies of the accounts it touches.
//!
//! [`Execution`] runs it and takes over its effects; a draft that fails is dropped with everything
//! it did.

use crate::entry::{Delta, Deltas, Entry, EntryKind};
use crate::{
    Account, Action, EXPIRY_ROUNDS, Execution, KeySlot, Receipt, Rejection, Source, Transaction,
    home_of,
};
use keys::PublicKey;
use std::collections::BTreeMap;
use types::{Abc, Address, Amount, OpenId, TxId};

/// What a transaction changes.
pub(crate) struct Effects {
    pub(crate) accounts: BTreeMap<Address, Account>,
    pub(crate) open_ids: BTreeMap<OpenId, Address>,
    pub(crate) entries: Vec<(Address, Entry)>,
    pub(crate) receipt: Receipt,
}

pub(crate) struct Draft<'a> {
    block: &'a Execution<'a>,
    tx: &'a Transaction,
    /// The homes of the sources, in their order.
    homes: Vec<Address>,
    effects: Effects,
}

impl<'a> Draft<'a> {
    /// Checks and performs a transaction; cheap checks come first, signatures last.
    pub(crate) fn run(
        block: &'a Execution<'_>,
        tx: &'a Transaction,
        id: TxId,
    ) -> Result<Effects, Rejection> {
        let mut draft = Self::new(block, tx, id);
        tx.check_shape()?;
        draft.check_context()?;
        draft.check_prices()?;
        tx.sources.iter().try_for_each(|source| draft.open(source))?;
        draft.check_funds()?;
        tx.check_signatures(&|address| draft.key(address))?;
        draft.perform()?;
        Ok(draft.effects)
    }

    fn new(block: &'a Execution<'_>, tx: &'a Transaction, id: TxId) -> Self {
        let receipt = Receipt { tx: id, index: block.position(), fee: tx.fee };
        let effects = Effects {
            accounts: BTreeMap::new(),
            open_ids: BTreeMap::new(),
            entries: Vec::new(),
            receipt,
        };
        Self { block, tx, homes: Vec::new(), effects }
    }

    fn check_context(&self) -> Result<(), Rejection> {
        let context = self.block.context();
        if self.tx.chain != context.chain {
            return Err(Rejection::WrongNetwork);
        }
        if self.tx.expiry < context.round {
            return Err(Rejection::Expired);
        }
        if self.tx.expiry > context.round.plus(EXPIRY_ROUNDS) {
            return Err(Rejection::ExpiryTooFar);
        }
        Ok(())
    }

    fn check_prices(&self) -> Result<(), Rejection> {
        let prices = self.block.context().prices;
        let overflow = Rejection::BadTransaction("fee beyond 64 bits");
        let needed = self.tx.fee_needed(prices).ok_or(overflow)?;
        if self.tx.fee != needed {
            return Err(Rejection::BadFee { needed });
        }
        let least = prices.least_pay().ok_or(overflow)?;
        let dust = |action: &Action| match action {
            Action::Pay { amount, .. } => *amount < least,
        };
        if self.tx.actions.iter().any(dust) {
            return Err(Rejection::BelowMinimum { least });
        }
        Ok(())
    }

    /// Takes up a source: finds its account, checks nonce and key, uses up the nonce.
    fn open(&mut self, source: &Source) -> Result<(), Rejection> {
        let home = home_of(self.block.view(), source.address)?;
        if self.homes.contains(&home) {
            return Err(Rejection::BadTransaction("one account as two sources"));
        }
        let nothing = Rejection::InsufficientFunds { have: 0, need: self.debit(self.homes.len()) };
        let mut account = self.block.account(home)?.ok_or(nothing)?;
        let next = Rejection::BadNonce { expected: account.nonce };
        if source.nonce != account.nonce {
            return Err(next);
        }
        account.nonce = account.nonce.checked_add(1).ok_or(next)?;
        self.check_key(&mut account, source)?;
        self.homes.push(home);
        self.effects.accounts.insert(home, account);
        Ok(())
    }

    /// The first signature brings the key; from then on the account knows it.
    fn check_key(&mut self, account: &mut Account, source: &Source) -> Result<(), Rejection> {
        match (&source.reveal, account.slot(source.address)) {
            (None, Some(slot)) if slot.retired.is_some() => Err(Rejection::KeyRetired),
            (None, Some(_)) => Ok(()),
            (Some(key), None) if account.slots.is_empty() && key.address() == account.home => {
                self.reveal(account, key)
            }
            (Some(_), None | Some(_)) | (None, None) => Err(Rejection::BadReveal),
        }
    }

    fn reveal(&mut self, account: &mut Account, key: &PublicKey) -> Result<(), Rejection> {
        let id = key.open_id();
        if self.block.knows(id) {
            return Err(Rejection::KeyInUse);
        }
        let added = self.block.context().round;
        account.slots.push(KeySlot { key: key.clone(), added, retired: None });
        account.open_id = Some(id);
        self.effects.open_ids.insert(id, account.home);
        Ok(())
    }

    /// Each source must hold, before the transaction, all that it is to pay.
    fn check_funds(&self) -> Result<(), Rejection> {
        for (position, home) in self.homes.iter().enumerate() {
            let need = self.debit(position);
            let have = self.effects.accounts.get(home).map_or(0, |account| account.abc.units());
            if need > u128::from(have) {
                return Err(Rejection::InsufficientFunds { have, need });
            }
        }
        Ok(())
    }

    /// What a source pays in all. At most 17 amounts of 64 bits: 128 are always enough.
    fn debit(&self, position: usize) -> u128 {
        let fee = if position == 0 { u128::from(self.tx.fee.units()) } else { 0 };
        self.tx.actions.iter().fold(fee, |sum, action| match action {
            Action::Pay { source, amount, .. } if usize::from(*source) == position => {
                sum.saturating_add(u128::from(amount.units()))
            }
            Action::Pay { .. } => sum,
        })
    }

    fn key(&self, address: Address) -> Option<PublicKey> {
        let mut accounts = self.effects.accounts.values();
        accounts.find_map(|account| account.slot(address)).map(|slot| slot.key.clone())
    }

    fn perform(&mut self) -> Result<(), Rejection> {
        let tx = self.tx;
        let payer = *self.homes.first().ok_or(Rejection::Replayable)?;
        self.take(payer, tx.fee, EntryKind::Fee, None)?;
        for action in &tx.actions {
            match action {
                Action::Pay { source, to, amount } => {
                    self.pay(usize::from(*source), *to, *amount)?
                }
            }
        }
        Ok(())
    }

    fn pay(&mut self, position: usize, to: Address, amount: Amount<Abc>) -> Result<(), Rejection> {
        let unknown = Rejection::BadTransaction("no such source");
        let payer = *self.homes.get(position).ok_or(unknown)?;
        let from = self.tx.sources.get(position).ok_or(unknown)?.address;
        self.take(payer, amount, EntryKind::PayOut, Some(to))?;
        self.give(to, amount, from)
    }

    fn take(
        &mut self,
        home: Address,
        amount: Amount<Abc>,
        kind: EntryKind,
        counterparty: Option<Address>,
    ) -> Result<(), Rejection> {
        let account = self.touch(home)?;
        let (have, need) = (account.abc.units(), u128::from(amount.units()));
        account.abc =
            account.abc.minus(amount).ok_or(Rejection::InsufficientFunds { have, need })?;
        let delta = Delta::minus(amount.units());
        self.record(home, kind, delta, counterparty, false)
    }

    fn give(&mut self, to: Address, amount: Amount<Abc>, from: Address) -> Result<(), Rejection> {
        let home = home_of(self.block.view(), to)?;
        let least = Amount::new(self.block.context().prices.existential);
        let account = self.touch(home)?;
        // Before its first entry a record does not exist; the balance alone would not tell.
        if account.counter == 0 && amount < least {
            return Err(Rejection::BelowMinimum { least });
        }
        account.abc =
            account.abc.plus(amount).ok_or(Rejection::BadTransaction("balance beyond 64 bits"))?;
        let via_retired = account.slot(to).is_some_and(|slot| slot.retired.is_some());
        let delta = Delta::plus(amount.units());
        self.record(home, EntryKind::PayIn, delta, Some(from), via_retired)
    }

    /// The copy of an account, made now if this is the first touch, empty if there is no record.
    fn touch(&mut self, home: Address) -> Result<&mut Account, Rejection> {
        use std::collections::btree_map::Entry as Place;
        match self.effects.accounts.entry(home) {
            Place::Occupied(place) => Ok(place.into_mut()),
            Place::Vacant(place) => {
                let account = self.block.account(home)?;
                Ok(place.insert(account.unwrap_or_else(|| Account::empty(home))))
            }
        }
    }

    /// Writes the account's new balances into its history.
    fn record(
        &mut self,
        home: Address,
        kind: EntryKind,
        abc: Delta,
        counterparty: Option<Address>,
        via_retired: bool,
    ) -> Result<(), Rejection> {
        let (round, receipt) = (self.block.context().round, self.effects.receipt);
        let account = self.touch(home)?;
        let counter = account.counter.checked_add(1).ok_or(Rejection::BadState("entry counter"))?;
        let entry = Entry {
            counter,
            round,
            tx: receipt.tx,
            index: receipt.index,
            kind,
            delta: Deltas { abc, ..Deltas::default() },
            counterparty,
            abc: account.abc,
            abit: account.abit,
            bonded: account.bonded,
            nonce: account.nonce,
            via_retired,
        };
        account.counter = counter;
        account.history = entry.next_hash(&account.history);
        self.effects.entries.push((home, entry));
        Ok(())
    }
}
