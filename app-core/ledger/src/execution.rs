//! Executing a block: transactions one after the other, each whole or not at all.
//!
//! Managers build bodies with [`Execution`], check those of others with [`execute`], and answer
//! wallets with [`check`]; all three run the same rules and give the same codes.

use crate::draft::{Draft, Effects};
use crate::state::account_at;
use crate::{
    Account, Body, Entry, MAX_BODY, MAX_BODY_TRANSACTIONS, Prices, Receipt, Rejection, StateView,
    Transaction, account_key, cell_key, open_id_key,
};
use std::collections::{BTreeMap, BTreeSet};
use types::{Abc, Address, Amount, ChainId, OpenId, Round, TxId};
use wire::{Decode, Encode};

/// The cell that fees go to.
const FEES: &str = "fees";
const COUNT_LEN: usize = 4;

/// What the rules must know beside the state.
#[derive(Debug, Clone, Copy)]
pub struct BlockContext<'a> {
    /// The network.
    pub chain: ChainId,
    /// The round of the block.
    pub round: Round,
    /// What transactions cost in it.
    pub prices: &'a Prices,
}

/// What a block does.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// The new values of the state; nothing is ever deleted.
    pub changes: BTreeMap<Vec<u8>, Vec<u8>>,
    /// One per transaction, in order.
    pub receipts: Vec<Receipt>,
    /// What to add to the history of which home address, in order.
    pub entries: Vec<(Address, Entry)>,
}

/// A block in the making. A transaction that is refused leaves no trace in it.
pub struct Execution<'a> {
    view: &'a dyn StateView,
    context: BlockContext<'a>,
    accounts: BTreeMap<Address, Account>,
    open_ids: BTreeMap<OpenId, Address>,
    ids: BTreeSet<TxId>,
    size: usize,
    receipts: Vec<Receipt>,
    entries: Vec<(Address, Entry)>,
}

impl<'a> Execution<'a> {
    /// An empty block on top of a state.
    #[must_use]
    pub fn new(view: &'a dyn StateView, context: BlockContext<'a>) -> Self {
        Self {
            view,
            context,
            accounts: BTreeMap::new(),
            open_ids: BTreeMap::new(),
            ids: BTreeSet::new(),
            size: COUNT_LEN,
            receipts: Vec::new(),
            entries: Vec::new(),
        }
    }

    /// Adds a transaction to the block.
    ///
    /// # Errors
    /// [`Rejection`] says why it cannot stand here; the block is as it was.
    pub fn apply(&mut self, tx: &Transaction) -> Result<(), Rejection> {
        let size = self.size.saturating_add(tx.to_bytes().len());
        if size > MAX_BODY || self.receipts.len() >= MAX_BODY_TRANSACTIONS {
            return Err(Rejection::BlockFull);
        }
        let id = tx.id();
        if self.ids.contains(&id) {
            return Err(Rejection::Duplicate);
        }
        let effects = Draft::run(self, tx, id)?;
        self.ids.insert(id);
        self.size = size;
        self.merge(effects);
        Ok(())
    }

    /// Ends the block.
    ///
    /// # Errors
    /// [`Rejection::BadState`] if the state is damaged, or if money had come from nowhere or gone.
    pub fn finish(self) -> Result<Outcome, Rejection> {
        let old_fees = self.fee_cell()?;
        let fees = self.receipts.iter().try_fold(old_fees, |sum, receipt| sum.plus(receipt.fee));
        let fees = fees.ok_or(Rejection::BadState("fee cell"))?;
        let before = self.total(old_fees, &|home| account_at(self.view, home))?;
        let after = self.total(fees, &|home| Ok(self.accounts.get(&home).cloned()))?;
        if before != after {
            return Err(Rejection::BadState("supply"));
        }
        let mut changes = BTreeMap::new();
        if !self.receipts.is_empty() {
            changes.insert(cell_key(FEES), fees.to_bytes());
        }
        let accounts = self.accounts.iter();
        changes.extend(accounts.map(|(home, account)| (account_key(*home), account.to_bytes())));
        let open_ids = self.open_ids.iter();
        changes.extend(open_ids.map(|(id, home)| (open_id_key(*id), home.to_bytes().to_vec())));
        Ok(Outcome { changes, receipts: self.receipts, entries: self.entries })
    }

    /// Everything that the touched accounts and the fee cell hold.
    fn total(
        &self,
        fees: Amount<Abc>,
        account: &dyn Fn(Address) -> Result<Option<Account>, Rejection>,
    ) -> Result<u128, Rejection> {
        let mut sum = u128::from(fees.units());
        for home in self.accounts.keys() {
            if let Some(account) = account(*home)? {
                sum = sum
                    .saturating_add(u128::from(account.abc.units()))
                    .saturating_add(u128::from(account.bonded.units()));
            }
        }
        Ok(sum)
    }

    fn fee_cell(&self) -> Result<Amount<Abc>, Rejection> {
        self.view.get(&cell_key(FEES)).map_or(Ok(Amount::ZERO), |bytes| {
            Amount::from_bytes(&bytes).map_err(|_| Rejection::BadState("fee cell"))
        })
    }

    fn merge(&mut self, effects: Effects) {
        self.accounts.extend(effects.accounts);
        self.open_ids.extend(effects.open_ids);
        self.entries.extend(effects.entries);
        self.receipts.push(effects.receipt);
    }

    pub(crate) fn view(&self) -> &'a dyn StateView {
        self.view
    }

    pub(crate) fn context(&self) -> BlockContext<'a> {
        self.context
    }

    /// The position of the next transaction.
    pub(crate) fn position(&self) -> u32 {
        u32::try_from(self.receipts.len()).unwrap_or(u32::MAX)
    }

    /// The account as the transactions so far have left it.
    pub(crate) fn account(&self, home: Address) -> Result<Option<Account>, Rejection> {
        match self.accounts.get(&home) {
            Some(account) => Ok(Some(account.clone())),
            None => account_at(self.view, home),
        }
    }

    pub(crate) fn knows(&self, id: OpenId) -> bool {
        self.open_ids.contains_key(&id) || self.view.get(&open_id_key(id)).is_some()
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
    Execution::new(view, *context).apply(tx)
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
) -> Result<Outcome, (usize, Rejection)> {
    let mut execution = Execution::new(view, *context);
    for (index, tx) in body.transactions.iter().enumerate() {
        execution.apply(tx).map_err(|rejection| (index, rejection))?;
    }
    execution.finish().map_err(|rejection| (body.transactions.len(), rejection))
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
        let mut block = Execution::new(&net.state, net.context());
        block.size = MAX_BODY - tx.to_bytes().len() + 1;
        assert_eq!(block.apply(&tx), Err(Rejection::BlockFull));
        block.size -= 1;
        assert_eq!(block.apply(&tx), Ok(()));
        assert_eq!(block.size, MAX_BODY);
    }
}
