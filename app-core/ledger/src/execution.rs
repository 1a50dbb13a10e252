//! Executing a block: transactions one after the other, each whole or not at all.
//!
//! Managers build bodies with [`Execution`], check those of others with [`execute`], and answer
//! wallets with [`check`]; all three run the same rules and give the same codes.

use crate::draft::{Changes, Draft, Effects};
use crate::pool::PoolRecords;
use crate::state::account_at;
use crate::{
    Account, Body, Entry, MAX_BODY, MAX_BODY_TRANSACTIONS, Params, Pot, Receipt, Rejection, Seats,
    StateView, Transaction, account_key, pool, round_start, transact,
};
use shielded::{Bundle, Pool, PoolBlock, VerifyingKey, form};
use std::collections::{BTreeMap, BTreeSet};
use types::{Abc, Address, Amount, ChainId, Round, Timestamp, TxId};
use wire::{Decode, Encode};

/// Of a body without certificate, late votes and transactions.
const EMPTY_LEN: usize = 9;

/// Gives the key of the circuit: built once in a process, when the first proof comes.
pub type Circuit = fn() -> &'static VerifyingKey;

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
    /// Gives the key that proofs of the private pool are verified with, which takes seconds to build;
    /// without it every bundle is refused.
    pub circuit: Option<Circuit>,
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

/// True for a transaction whose signatures, and whose proof, have been verified before, by its wid.
pub type Verified<'a> = &'a dyn Fn(&Transaction) -> bool;

/// A block in the making. A transaction that is refused leaves no trace in it.
pub struct Execution<'a> {
    view: &'a dyn StateView,
    context: BlockContext<'a>,
    verified: Verified<'a>,
    pool: PoolBlock,
    /// Bundles that have been verified together, by the wids of their transactions, and which hold.
    proved: BTreeMap<[u8; 32], bool>,
    /// True for a whole body: its proofs are verified behind every other rule.
    postpones: bool,
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
            pool: pool::begin(view, &context)?,
            proved: BTreeMap::new(),
            postpones: false,
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
        let actions = tx.actions.len().saturating_add(tx.bundle_actions());
        let actions = self.actions.saturating_add(actions);
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
        if let Some(bundle) = &tx.bundle {
            let applied = self.pool.apply(&PoolRecords(self.view), &bundle.effects, receipt.index);
            applied.map_err(pool::refused)?;
        }
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
        self.records.extend(pool::finish(self.view, self.pool.clone(), self.context.round)?);
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
        let in_pool = |pool: &Pool| u128::from(pool.balance.units());
        let before = before.saturating_add(in_pool(&pool::pool(self.view)?));
        let after = after.saturating_add(in_pool(self.pool.pool()));
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

    /// Holds a bundle to every rule of the pool but its proof.
    pub(crate) fn check_bundle(&self, tx: &Transaction) -> Result<(), Rejection> {
        let Some(bundle) = &tx.bundle else { return Ok(()) };
        form::check_authorization(bundle).map_err(|bad| Rejection::Pool(bad.into()))?;
        self.pool.check(&PoolRecords(self.view), &bundle.effects).map_err(pool::refused)
    }

    /// Verifies the proof and the signatures of a bundle, unless it is done with others.
    pub(crate) fn check_proof(&self, tx: &Transaction, id: TxId) -> Result<(), Rejection> {
        let Some(bundle) = tx.bundle.as_deref().filter(|_| !self.postpones) else { return Ok(()) };
        let alone = || self.context.circuit.is_some_and(|key| shielded::verify(key(), bundle, id));
        let good = self.proved.get(&tx.wid()).copied().unwrap_or_else(alone);
        if good { Ok(()) } else { Err(Rejection::BadProof) }
    }

    /// Verifies the bundles of all these at once, which costs a tenth of one after the other, unless
    /// they are good already; the bad ones are refused when their turn comes. Finding a bad one
    /// among many is dear: this is for what has been verified before.
    pub fn prove<'t>(&mut self, all: impl IntoIterator<Item = &'t Transaction>) {
        let (wids, bundles): (Vec<_>, Vec<_>) = self.unproved(all).unzip();
        let Some(key) = self.context.circuit.filter(|_| !bundles.is_empty()) else { return };
        let bad = shielded::verify_batch(key(), &bundles);
        let known = (0_usize..).zip(wids).map(|(place, wid)| (wid, !bad.contains(&place)));
        self.proved = known.collect();
    }

    /// Verifies all proofs of a body at once. A proof that does not hold makes the whole body
    /// invalid, and which one it is matters to nobody.
    fn check_proofs(&self, body: &Body) -> Result<(), Rejection> {
        let bundles: Vec<_> = self.unproved(&body.transactions).map(|(_, bundle)| bundle).collect();
        let verify = |key: Circuit| shielded::verify_all(key(), &bundles);
        let good = bundles.is_empty() || self.context.circuit.is_some_and(verify);
        if good { Ok(()) } else { Err(Rejection::BadProof) }
    }

    /// Bundles that must be verified, with the wids of their transactions.
    fn unproved<'t>(
        &self,
        all: impl IntoIterator<Item = &'t Transaction>,
    ) -> impl Iterator<Item = ([u8; 32], (&'t Bundle, TxId))> {
        let all = all.into_iter().filter(|tx| tx.bundle.is_some() && !self.trusts(tx));
        all.filter_map(|tx| Some((tx.wid(), (tx.bundle.as_deref()?, tx.id()))))
    }

    /// True if the signatures of this transaction, and its proof, need no second look.
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

/// Executes a body on top of a state. Proofs are dear: they are verified last, all at once, and only
/// if no other rule refuses any of its transactions.
///
/// # Errors
/// The position of the first transaction that makes the body invalid (their number if it is the
/// body as a whole, as with a proof that does not hold), and why.
pub fn execute(
    view: &dyn StateView,
    context: &BlockContext<'_>,
    body: &Body,
    verified: Verified<'_>,
) -> Result<Outcome, (usize, Rejection)> {
    let whole = |rejection| (body.transactions.len(), rejection);
    let mut execution = Execution::begin(view, *context, verified).map_err(whole)?;
    execution.credit(body.parent_certificate.as_ref()).map_err(whole)?;
    execution.postpones = true;
    body.late.iter().try_for_each(|vote| execution.late(vote)).map_err(whole)?;
    for (index, tx) in body.transactions.iter().enumerate() {
        execution.apply(tx).map_err(|rejection| (index, rejection))?;
    }
    execution.check_proofs(body).map_err(whole)?;
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
