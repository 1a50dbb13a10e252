//! A piece of work on copies of what it touches: one transaction, or what a round does by itself.
//!
//! [`Execution`] takes over the effects of a draft that succeeds; one that fails is dropped with
//! everything it did. Actions work on a draft and on nothing else.

use crate::entry::{Delta, Deltas, Entry, EntryKind};
use crate::{Account, Execution, KeySlot, Pot, Rejection, Transaction, alias_key};
use std::collections::BTreeMap;
use types::{Abc, Address, AddressKind, Amount, TxId};
use wire::{Decode, Encode};

/// New values of the state; `None` deletes a key.
pub type Changes = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// What a piece of work changes.
#[derive(Default)]
pub(crate) struct Effects {
    pub(crate) accounts: BTreeMap<Address, Account>,
    pub(crate) records: Changes,
    pub(crate) entries: Vec<(Address, Entry)>,
}

pub(crate) struct Draft<'a> {
    pub(crate) block: &'a Execution<'a>,
    /// What history entries name.
    tx: TxId,
    index: u32,
    /// The position of the action at work in its transaction.
    action: u8,
    /// The sources with their homes, in their order.
    pub(crate) sources: Vec<(Address, Address)>,
    /// The accounts that a Falcon key of theirs has signed for which is no source.
    strong: Vec<Address>,
    /// The fee of a transaction without sources, until an action pays it.
    fee_due: Amount<Abc>,
    /// What has left the private pool and has no place yet.
    in_hand: Amount<Abc>,
    /// What leaves the private pool, negative if value enters it.
    leaves_pool: i64,
    pub(crate) effects: Effects,
}

impl<'a> Draft<'a> {
    /// A draft whose entries name this transaction at this place.
    pub(crate) fn new(block: &'a Execution<'_>, tx: TxId, index: u32) -> Self {
        Self {
            block,
            tx,
            index,
            action: 0,
            sources: Vec::new(),
            strong: Vec::new(),
            fee_due: Amount::ZERO,
            in_hand: Amount::ZERO,
            leaves_pool: 0,
            effects: Effects::default(),
        }
    }

    /// Does work whose entries name this transaction.
    pub(crate) fn on_behalf_of<T>(&mut self, tx: TxId, work: impl FnOnce(&mut Self) -> T) -> T {
        let own = std::mem::replace(&mut self.tx, tx);
        let done = work(self);
        self.tx = own;
        done
    }

    /// The transaction and the position in it of the action at work.
    pub(crate) fn place(&self) -> (TxId, u8) {
        (self.tx, self.action)
    }

    /// The home address of the account behind a source.
    pub(crate) fn home(&self, source: u8) -> Result<Address, Rejection> {
        self.source(source).map(|(_, home)| home)
    }

    /// The address that a source was named by.
    pub(crate) fn source_address(&self, source: u8) -> Result<Address, Rejection> {
        self.source(source).map(|(address, _)| address)
    }

    fn source(&self, source: u8) -> Result<(Address, Address), Rejection> {
        let unknown = Rejection::BadTransaction("no such source");
        self.sources.get(usize::from(source)).copied().ok_or(unknown)
    }

    /// Refuses a signer of an account that is too weak for more than paying: while a Falcon key is
    /// active, one must sign, be it in the slot of this address or as a key that this transaction
    /// adds (`money-and-mail.md` A1).
    pub(crate) fn require_strongest(
        &self,
        home: Address,
        signer: Address,
    ) -> Result<(), Rejection> {
        let account = self.peek(home)?;
        let is_falcon = |slot: &KeySlot| slot.key.kind() == AddressKind::Falcon;
        let guarded = account.is_some_and(|account| account.active().any(is_falcon));
        let strong = signer.kind == AddressKind::Falcon || self.strong.contains(&home);
        if guarded && !strong { Err(Rejection::StrongerKeyNeeded) } else { Ok(()) }
    }

    /// A Falcon key of this account has signed the transaction in a slot of its own.
    pub(crate) fn signed_by_strongest(&mut self, home: Address) {
        self.strong.push(home);
    }

    /// The home of the account that an address belongs to.
    pub(crate) fn home_of(&self, address: Address) -> Result<Address, Rejection> {
        Ok(self.read(&alias_key(address))?.unwrap_or(address))
    }

    /// A record of the state, as the work so far has left it.
    pub(crate) fn read<T: Decode>(&self, key: &[u8]) -> Result<Option<T>, Rejection> {
        let bytes = match self.effects.records.get(key) {
            Some(changed) => changed.clone(),
            None => self.block.record(key),
        };
        let value = bytes.map(|bytes| T::from_bytes(&bytes)).transpose();
        value.map_err(|_| Rejection::BadState("record"))
    }

    /// Writes a record.
    pub(crate) fn write(&mut self, key: Vec<u8>, value: &impl Encode) {
        self.effects.records.insert(key, Some(value.to_bytes()));
    }

    /// Removes a record.
    pub(crate) fn remove(&mut self, key: Vec<u8>) {
        self.effects.records.insert(key, None);
    }

    /// An account as the work so far has left it, `None` if there is no record.
    pub(crate) fn peek(&self, home: Address) -> Result<Option<Account>, Rejection> {
        match self.effects.accounts.get(&home) {
            Some(account) => Ok(Some(account.clone())),
            None => self.block.account(home),
        }
    }

    /// The copy of an account, made now if this is the first touch, empty if there is no record.
    pub(crate) fn touch(&mut self, home: Address) -> Result<&mut Account, Rejection> {
        use std::collections::btree_map::Entry as Place;
        match self.effects.accounts.entry(home) {
            Place::Occupied(place) => Ok(place.into_mut()),
            Place::Vacant(place) => {
                let account = self.block.account(home)?;
                Ok(place.insert(account.unwrap_or_else(|| Account::empty(home))))
            }
        }
    }

    /// Debits an account.
    pub(crate) fn take(
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
        let deltas = Deltas { abc: Delta::minus(amount.units()), ..Deltas::default() };
        self.enter(home, kind, deltas, counterparty, false)
    }

    /// Credits the account behind an address, which must bring the existential minimum if nobody
    /// has paid it before.
    pub(crate) fn give(
        &mut self,
        to: Address,
        amount: Amount<Abc>,
        kind: EntryKind,
        counterparty: Option<Address>,
    ) -> Result<(), Rejection> {
        let home = self.home_of(to)?;
        let least = Amount::new(self.block.context().params.prices.existential);
        let account = self.touch(home)?;
        // Before its first entry a record does not exist; the balance alone would not tell.
        if account.counter == 0 && amount < least {
            return Err(Rejection::BelowMinimum { least });
        }
        account.abc =
            account.abc.plus(amount).ok_or(Rejection::BadTransaction("balance beyond 64 bits"))?;
        let via_retired = account.slot(to).is_some_and(|slot| slot.retired.is_some());
        let deltas = Deltas { abc: Delta::plus(amount.units()), ..Deltas::default() };
        self.enter(home, kind, deltas, counterparty, via_retired)
    }

    /// Adds to a pot what was taken elsewhere.
    pub(crate) fn fill(&mut self, pot: Pot, amount: Amount<Abc>) -> Result<(), Rejection> {
        let sum = self.pot(pot)?.plus(amount).ok_or(Rejection::BadState("pot beyond 64 bits"))?;
        self.write(pot.key(), &sum);
        Ok(())
    }

    /// Takes from a pot what is given elsewhere.
    pub(crate) fn draw(&mut self, pot: Pot, amount: Amount<Abc>) -> Result<(), Rejection> {
        let left = self.pot(pot)?.minus(amount).ok_or(Rejection::BadState("pot is short"))?;
        self.write(pot.key(), &left);
        Ok(())
    }

    /// What a pot holds.
    pub(crate) fn pot(&self, pot: Pot) -> Result<Amount<Abc>, Rejection> {
        Ok(self.read(&pot.key())?.unwrap_or(Amount::ZERO))
    }

    /// Writes the account's new balances into its history.
    pub(crate) fn enter(
        &mut self,
        home: Address,
        kind: EntryKind,
        delta: Deltas,
        counterparty: Option<Address>,
        via_retired: bool,
    ) -> Result<(), Rejection> {
        let (round, tx, index) = (self.block.context().round, self.tx, self.index);
        let account = self.touch(home)?;
        let counter = account.counter.checked_add(1).ok_or(Rejection::BadState("entry counter"))?;
        let entry = Entry {
            counter,
            round,
            tx,
            index,
            kind,
            delta,
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

    /// Performs the actions of a transaction whose sources are open.
    pub(crate) fn perform(&mut self, tx: &Transaction) -> Result<(), Rejection> {
        self.leaves_pool = tx.leaves_pool();
        match self.sources.first().copied() {
            Some((_, payer)) => {
                self.take(payer, tx.fee, EntryKind::Fee, None)?;
                self.fill(Pot::Fees, tx.fee)?;
                if self.leaves_pool != 0 {
                    let enters = Amount::new(self.leaves_pool.unsigned_abs());
                    self.take(payer, enters, EntryKind::PoolIn, None)?;
                }
            }
            None if self.leaves_pool > 0 => {
                self.in_hand = Amount::new(self.leaves_pool.unsigned_abs());
                self.spend_private(tx.fee)?;
                self.fill(Pot::Fees, tx.fee)?;
            }
            None => self.fee_due = tx.fee,
        }
        for (position, action) in (0_u8..).zip(&tx.actions) {
            self.action = position;
            let act = action.act();
            if let Some(source) = act.source().filter(|_| act.needs_strongest()) {
                let (signer, home) = self.source(source)?;
                self.require_strongest(home, signer)?;
            }
            act.perform(self)?;
        }
        if !self.fee_due.is_zero() {
            return Err(Rejection::BadTransaction("nobody pays the fee"));
        }
        if !self.in_hand.is_zero() {
            return Err(Rejection::BadTransaction("more leaves the pool than is paid"));
        }
        self.check_value()
    }

    /// What the bundle brings into the private pool; zero if it brings nothing.
    pub(crate) fn enters_pool(&self) -> Amount<Abc> {
        Amount::new(self.leaves_pool.min(0).unsigned_abs())
    }

    /// The fee that the action at work has to pay.
    pub(crate) fn fee_due(&self) -> Amount<Abc> {
        self.fee_due
    }

    /// Pays out of what has left the private pool.
    pub(crate) fn spend_private(&mut self, amount: Amount<Abc>) -> Result<(), Rejection> {
        let (have, need) = (self.in_hand.units(), u128::from(amount.units()));
        let left = self.in_hand.minus(amount);
        self.in_hand = left.ok_or(Rejection::InsufficientFunds { have, need })?;
        Ok(())
    }

    /// Pays the fee, if no source has, out of a pot that holds what the action at work brings, and
    /// says how much that was.
    pub(crate) fn pay_fee_from(&mut self, pot: Pot) -> Result<Amount<Abc>, Rejection> {
        let fee = std::mem::replace(&mut self.fee_due, Amount::ZERO);
        if !fee.is_zero() {
            self.draw(pot, fee)?;
            self.fill(Pot::Fees, fee)?;
        }
        Ok(fee)
    }

    /// The value equation (`money-and-mail.md` B2): what leaves accounts and pots is what comes into
    /// others, in 128 bits. Every action keeps to it; this is the proof for each transaction.
    fn check_value(&self) -> Result<(), Rejection> {
        let (mut before, mut after) = (0_u128, 0_u128);
        let held = |account: &Account| {
            u128::from(account.abc.units()).saturating_add(u128::from(account.bonded.units()))
        };
        for (home, account) in &self.effects.accounts {
            let old = self.block.account(*home)?;
            before = before.saturating_add(old.as_ref().map_or(0, held));
            after = after.saturating_add(held(account));
        }
        for pot in Pot::ALL.into_iter().filter(|pot| self.effects.records.contains_key(&pot.key()))
        {
            before = before.saturating_add(u128::from(self.block.pot(pot)?.units()));
            after = after.saturating_add(u128::from(self.pot(pot)?.units()));
        }
        let pool = u128::from(self.leaves_pool.unsigned_abs());
        let side = if self.leaves_pool < 0 { &mut after } else { &mut before };
        *side = side.saturating_add(pool);
        if before == after { Ok(()) } else { Err(Rejection::BadState("value equation")) }
    }
}
