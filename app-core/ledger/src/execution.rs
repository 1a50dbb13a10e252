//! Executing a block: transactions one after the other, each whole or not at all.
//!
//! Managers build bodies with [`Execution`], check those of others with [`execute`], and answer
//! wallets with [`check`]; all three run the same rules and give the same codes.

use crate::draft::{Changes, Draft, Effects};
use crate::state::account_at;
use crate::{
    Account, Body, Entry, MAX_BODY, MAX_BODY_TRANSACTIONS, Params, Pot, Receipt, Rejection, Seats,
    StateView, Transaction, account_key, round_start, transact,
};
use std::collections::{BTreeMap, BTreeSet};
use types::{Abc, Address, Amount, ChainId, Round, Timestamp, TxId};
use wire::{Decode, Encode};

/// Of a body without certificate and transactions.
const EMPTY_LEN: usize = 5;

/// What the rules must know beside the state.
#[derive(Debug, Clone, Copy)]
pub struct BlockContext<'a> {
    /// The network.
    pub chain: ChainId,
    /// The round of the block.
    pub round: Round,
    /// The block's time: the only clock there is.
    pub time: Timestamp,
    /// The beacon after the round before.
    pub beacon: [u8; 32],
    /// [`crate::HeaderRange::root`] over all headers before the block.
    pub history: [u8; 32],
    /// The member that proposes the block; [`crate::NO_PROPOSER`] for the empty block.
    pub proposer: u16,
    /// The parameters of the network.
    pub params: &'a Params,
}

/// What a block does.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// The new values of the state.
    pub changes: Changes,
    /// One per transaction, in order.
    pub receipts: Vec<Receipt>,
    /// What to add to the history of which home address, in order.
    pub entries: Vec<(Address, Entry)>,
    /// [`crate::Committee::hash`] of who decides the next round.
    pub next_committee: [u8; 32],
}

/// True for a transaction whose signatures have been verified before, by its wid.
pub type Verified<'a> = &'a dyn Fn(&Transaction) -> bool;

/// A block in the making. A transaction that is refused leaves no trace in it.
pub struct Execution<'a> {
    view: &'a dyn StateView,
    context: BlockContext<'a>,
    verified: Verified<'a>,
    accounts: BTreeMap<Address, Account>,
    records: Changes,
    ids: BTreeSet<TxId>,
    size: usize,
    actions: usize,
    receipts: Vec<Receipt>,
    entries: Vec<(Address, Entry)>,
}

impl<'a> Execution<'a> {
    /// A block without transactions on top of a state: what the round does by itself is done.
    ///
    /// # Errors
    /// [`Rejection::BadState`] if the state is damaged.
    pub fn begin(
        view: &'a dyn StateView,
        context: BlockContext<'a>,
        verified: Verified<'a>,
    ) -> Result<Self, Rejection> {
        let mut block = Self {
            view,
            context,
            verified,
            accounts: BTreeMap::new(),
            records: BTreeMap::new(),
            ids: BTreeSet::new(),
            size: EMPTY_LEN,
            actions: 0,
            receipts: Vec::new(),
            entries: Vec::new(),
        };
        let effects = round_start::run(&block)?;
        block.merge(effects);
        Ok(block)
    }

    /// Adds a transaction to the block.
    ///
    /// # Errors
    /// [`Rejection`] says why it cannot stand here; the block is as it was.
    pub fn apply(&mut self, tx: &Transaction) -> Result<(), Rejection> {
        let size = self.size.saturating_add(tx.to_bytes().len());
        let actions = self.actions.saturating_add(tx.actions.len());
        let most = usize::try_from(self.context.params.block_actions).unwrap_or(usize::MAX);
        if size > MAX_BODY || actions > most || self.receipts.len() >= MAX_BODY_TRANSACTIONS {
            return Err(Rejection::BlockFull);
        }
        let id = tx.id();
        if self.ids.contains(&id) {
            return Err(Rejection::Duplicate);
        }
        let receipt = Receipt { tx: id, index: self.position(), fee: tx.fee };
        let effects = transact::run(self, tx, id)?;
        self.ids.insert(id);
        (self.size, self.actions) = (size, actions);
        self.merge(effects);
        self.receipts.push(receipt);
        Ok(())
    }

    /// Ends the block.
    ///
    /// # Errors
    /// [`Rejection::BadState`] if the state is damaged, or if money had come from nowhere or gone.
    pub fn finish(mut self) -> Result<Outcome, Rejection> {
        let effects = round_start::freeze(&self)?;
        self.merge(effects);
        self.check_supply()?;
        let next = self.context.round.next();
        let seats = Seats::of(&Overlay(&self), self.context.params, next)?;
        let accounts = self.accounts.iter();
        let mut changes: Changes = accounts
            .map(|(home, account)| (account_key(*home), Some(account.to_bytes())))
            .collect();
        changes.extend(self.records);
        let next_committee = seats.committee().hash();
        Ok(Outcome { changes, receipts: self.receipts, entries: self.entries, next_committee })
    }

    /// All that the touched accounts and the pots hold must be what it was before: by induction
    /// from the genesis no block changes the supply.
    fn check_supply(&self) -> Result<(), Rejection> {
        let before = self.total(&|home| account_at(self.view, home), &|key| self.view.get(key))?;
        let after =
            self.total(&|home| Ok(self.accounts.get(&home).cloned()), &|key| self.record(key))?;
        if before == after { Ok(()) } else { Err(Rejection::BadState("supply")) }
    }

    fn total(
        &self,
        account: &dyn Fn(Address) -> Result<Option<Account>, Rejection>,
        record: &dyn Fn(&[u8]) -> Option<Vec<u8>>,
    ) -> Result<u128, Rejection> {
        let mut sum = 0_u128;
        let mut add = |amount: Amount<Abc>| sum = sum.saturating_add(u128::from(amount.units()));
        for home in self.accounts.keys() {
            if let Some(account) = account(*home)? {
                add(account.abc);
                add(account.bonded);
            }
        }
        for pot in Pot::ALL {
            if let Some(bytes) = record(&pot.key()) {
                add(Amount::from_bytes(&bytes).map_err(|_| Rejection::BadState("pot"))?);
            }
        }
        Ok(sum)
    }

    pub(crate) fn merge(&mut self, effects: Effects) {
        self.accounts.extend(effects.accounts);
        self.records.extend(effects.records);
        self.entries.extend(effects.entries);
    }

    /// How long the body is by now.
    #[cfg(test)]
    pub(crate) const fn size(&self) -> usize {
        self.size
    }

    /// Counts bytes of the body that are no transaction's.
    pub(crate) fn reserve(&mut self, bytes: usize) {
        self.size = self.size.saturating_add(bytes);
    }

    pub(crate) fn context(&self) -> BlockContext<'a> {
        self.context
    }

    /// True if the signatures of this transaction need no second look.
    pub(crate) fn trusts(&self, tx: &Transaction) -> bool {
        (self.verified)(tx)
    }

    /// The position of the next transaction.
    pub(crate) fn position(&self) -> u32 {
        u32::try_from(self.receipts.len()).unwrap_or(u32::MAX)
    }

    /// The account as the block so far has left it.
    pub(crate) fn account(&self, home: Address) -> Result<Option<Account>, Rejection> {
        match self.accounts.get(&home) {
            Some(account) => Ok(Some(account.clone())),
            None => account_at(self.view, home),
        }
    }

    /// A record as the block so far has left it.
    pub(crate) fn record(&self, key: &[u8]) -> Option<Vec<u8>> {
        match self.records.get(key) {
            Some(changed) => changed.clone(),
            None => self.view.get(key),
        }
    }

    /// What a pot holds as the block so far has left it.
    pub(crate) fn pot(&self, pot: Pot) -> Result<Amount<Abc>, Rejection> {
        let amount = self.record(&pot.key()).map(|bytes| Amount::from_bytes(&bytes)).transpose();
        Ok(amount.map_err(|_| Rejection::BadState("pot"))?.unwrap_or(Amount::ZERO))
    }

    /// A draft on top of the block so far, for work that no transaction asks for.
    pub(crate) fn draft(&self, tx: TxId) -> Draft<'_> {
        Draft::new(self, tx, self.position())
    }
}

/// The records of a block so far.
struct Overlay<'b, 'a>(&'b Execution<'a>);

impl StateView for Overlay<'_, '_> {
    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.0.record(key)
    }
}

/// Checks one transaction against a state, as the first of a block.
///
/// # Errors
/// [`Rejection`], the same as [`execute`] would give.
pub fn check(
    view: &dyn StateView,
    context: &BlockContext<'_>,
    tx: &Transaction,
) -> Result<(), Rejection> {
    Execution::begin(view, *context, &|_| false)?.apply(tx)
}

/// Executes a body on top of a state.
///
/// # Errors
/// The position of the first transaction that makes the body invalid (their number if it is the
/// body as a whole), and why.
pub fn execute(
    view: &dyn StateView,
    context: &BlockContext<'_>,
    body: &Body,
    verified: Verified<'_>,
) -> Result<Outcome, (usize, Rejection)> {
    let whole = |rejection| (body.transactions.len(), rejection);
    let mut execution = Execution::begin(view, *context, verified).map_err(whole)?;
    execution.credit(body.parent_certificate.as_ref()).map_err(whole)?;
    for (index, tx) in body.transactions.iter().enumerate() {
        execution.apply(tx).map_err(|rejection| (index, rejection))?;
    }
    execution.finish().map_err(whole)
}

#[cfg(test)]
mod tests {
    use crate::tests::{Net, actor, address};
    use crate::*;
    use wire::Encode;

    #[test]
    fn a_block_takes_what_fits_to_the_byte() {
        let (alice, bob) = (actor(1), actor(2));
        let net = Net::new(&[&alice, &bob]);
        let tx = net.pay(&alice, address(&bob), 5_000);
        let mut block = Execution::begin(&net.state, net.context(), &|_| false).unwrap();
        block.size = MAX_BODY - tx.to_bytes().len() + 1;
        assert_eq!(block.apply(&tx), Err(Rejection::BlockFull));
        block.size -= 1;
        assert_eq!(block.apply(&tx), Ok(()));
        assert_eq!(block.size, MAX_BODY);
    }
}
