//! People, a chain without a ledger, and the two bundles that are really proved. Whatever differs
//! from them only in bytes is made of them; the key of the circuit is built once.

mod addresses;
mod anchors;
mod batches;
mod building;
mod claims;
mod forms;
mod golden;
mod keys;
mod limits;
mod logs;
mod receipts;
mod rules;
mod scans;
mod trees;

use crate::*;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;
use types::{Abc, Amount, ChainId, Round, Timestamp, TxId};
use wire::hash;

pub(crate) const CHAIN: ChainId = ChainId([7; 32]);
/// 1 December 2026.
pub(crate) const NOW: Timestamp = Timestamp(1_796_083_200_000);
pub(crate) const SUPPLY: Amount<Abc> = Amount::new(1_000_000_000_000);

pub(crate) fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

pub(crate) fn period() -> Period {
    Period::first_of(Month::of(NOW).unwrap())
}

pub(crate) fn person(seed: u8) -> SpendingKey {
    SpendingKey::derive(&[seed; 32], period()).unwrap()
}

pub(crate) fn alice() -> SpendingKey {
    person(1)
}

pub(crate) fn bob() -> SpendingKey {
    person(2)
}

pub(crate) fn abc(units: u64) -> Amount<Abc> {
    Amount::new(units)
}

pub(crate) fn address(of: &SpendingKey, id: &str) -> ShieldedAddress {
    of.viewing_key().address_for(CHAIN, id.as_bytes()).unwrap()
}

pub(crate) fn pay(to: ShieldedAddress, amount: u64, text: &str) -> Output {
    let memo = Memo::Payment { request: Some([9; 16]), text: text.to_owned() };
    Output { to, amount: abc(amount), memo, purpose: Purpose::Payment }
}

pub(crate) fn change(of: &SpendingKey, amount: u64) -> Output {
    let to = of.viewing_key().own_address(CHAIN, b"change").unwrap();
    Output { to, amount: abc(amount), memo: Memo::Empty, purpose: Purpose::Change }
}

/// A bundle that brings money to alice, proved by nobody.
pub(crate) fn shielding(anchor: Anchor, amount: u64, seed: u64) -> Draft {
    let plan = Plan {
        anchor,
        spends: vec![],
        outputs: vec![pay(address(&alice(), "home"), amount, "in")],
    };
    Draft::build(&plan, &alice().viewing_key(), &mut rng(seed)).unwrap()
}

/// The id that the ledger gives to a transaction with nothing but this bundle.
pub(crate) fn tx_id(chain: ChainId, effects: &Effects) -> TxId {
    TxId(hash("bcm-tx-v1", &[&chain.0, &hash("", &[]), &effects.digest()]))
}

pub(crate) fn proving_key() -> &'static ProvingKey {
    static KEY: OnceLock<ProvingKey> = OnceLock::new();
    KEY.get_or_init(ProvingKey::build)
}

pub(crate) fn verifying_key() -> &'static VerifyingKey {
    static KEY: OnceLock<VerifyingKey> = OnceLock::new();
    KEY.get_or_init(|| proving_key().verifying_key())
}

/// The two proved bundles: 1,000,000 come in for alice; she pays 300,000 to bob, keeps 699,990, and
/// 10 leave the pool as the fee.
pub(crate) struct Proved {
    pub(crate) shielding: Bundle,
    pub(crate) transfer: Bundle,
    /// The state after the shielding bundle, in which the transfer is valid.
    pub(crate) chain: Chain,
    /// Alice's note, which the transfer spends.
    pub(crate) note: Made,
    /// What the transfer makes: bob's note and alice's change.
    pub(crate) made: Vec<Made>,
}

pub(crate) fn proved() -> &'static Proved {
    static PROVED: OnceLock<Proved> = OnceLock::new();
    PROVED.get_or_init(|| {
        let mut chain = Chain::new();
        let draft = shielding(chain.pool.anchor, 1_000_000, 10);
        let note = draft.made()[0].clone();
        let shielding = finish(draft, &alice());
        chain.block(&[&shielding.effects]).unwrap();
        let draft = transfer(&chain, &note);
        let made = draft.made().to_vec();
        let transfer = finish(draft, &alice());
        Proved { shielding, transfer, chain, note, made }
    })
}

fn finish(mut draft: Draft, key: &SpendingKey) -> Bundle {
    draft.prove(proving_key(), &mut rng(20)).unwrap();
    let id = tx_id(CHAIN, draft.effects());
    draft.sign(id, key, &mut rng(21)).unwrap()
}

/// Alice's payment to bob out of the note that [`shielding`] made for her.
pub(crate) fn transfer(chain: &Chain, note: &Made) -> Draft {
    let plan = Plan {
        anchor: chain.pool.anchor,
        spends: vec![chain.spend(note)],
        outputs: vec![pay(address(&bob(), "shop"), 300_000, "tea"), change(&alice(), 699_990)],
    };
    Draft::build(&plan, &alice().viewing_key(), &mut rng(11)).unwrap()
}

/// A note of alice's, of a bundle that nobody proved.
pub(crate) fn proved_less_note() -> Note {
    shielding(Anchor::of_nothing(), 1_000, 1).made()[0].note.clone()
}

/// Alice's payment as another wallet might make it, without her outgoing key.
pub(crate) fn without_ovk(to: ShieldedAddress, amount: u64) -> Effects {
    use orchard::builder::{Builder, BundleType};
    use orchard::bundle::{BundleVersion, Flags};
    let (version, anchor) = (BundleVersion::ironwood_v3(), orchard::Anchor::empty_tree());
    let flags = Flags::SPENDS_DISABLED;
    let mut builder = Builder::new(BundleType::DEFAULT, version, flags, anchor).unwrap();
    let (to, value) = (to.inner().unwrap(), orchard::value::NoteValue::from_raw(amount));
    builder.add_output(None, to, value, [0; 512]).unwrap();
    let (inner, _) = builder.build_for_pczt(rng(50)).unwrap();
    Effects {
        version: POOL_VERSION,
        flags: inner.flag_byte(),
        balance: -(amount as i64),
        anchor: Anchor::of_nothing(),
        actions: inner.actions().iter().map(crate::build::action).collect(),
    }
}

/// A ledger that knows the pool alone.
#[derive(Clone)]
pub(crate) struct Chain {
    pub(crate) pool: Pool,
    pub(crate) frontier: Frontier,
    pub(crate) rules: PoolRules,
    pub(crate) round: Round,
    pub(crate) time: Timestamp,
    pub(crate) spent: BTreeMap<Nullifier, Round>,
    pub(crate) retired: BTreeMap<Anchor, Timestamp>,
    pub(crate) numbers: BTreeMap<u64, Anchor>,
    pub(crate) finished: BTreeMap<u32, Root>,
    /// All leaves of the tree that grows.
    pub(crate) leaves: Vec<Commitment>,
}

impl Records for Chain {
    fn spent(&self, nullifier: &Nullifier) -> Option<Round> {
        self.spent.get(nullifier).copied()
    }

    fn retired(&self, anchor: &Anchor) -> Result<Option<Timestamp>, Damaged> {
        Ok(self.retired.get(anchor).copied())
    }

    fn retired_by_number(&self, number: u64) -> Result<Option<Anchor>, Damaged> {
        Ok(self.numbers.get(&number).copied())
    }

    fn finished(&self, tree: u32) -> Result<Option<Root>, Damaged> {
        Ok(self.finished.get(&tree).copied())
    }
}

impl Chain {
    pub(crate) fn new() -> Self {
        Self {
            pool: Pool::genesis(),
            frontier: Frontier::empty(),
            rules: PoolRules::standard(SUPPLY),
            round: Round(0),
            time: NOW,
            spent: BTreeMap::new(),
            retired: BTreeMap::new(),
            numbers: BTreeMap::new(),
            finished: BTreeMap::new(),
            leaves: Vec::new(),
        }
    }

    /// The next block, a second later, at work.
    pub(crate) fn begin(&self) -> PoolBlock {
        let at = (self.round.next(), self.time.plus_secs(1));
        PoolBlock::begin((self.pool.clone(), self.frontier.clone()), self.rules, at)
    }

    /// A block with these bundles; nothing is changed if one is refused.
    pub(crate) fn block(&mut self, bundles: &[&Effects]) -> Result<PoolChanges, Refusal> {
        let mut block = self.begin();
        for (index, effects) in (0..).zip(bundles) {
            block.apply(self, effects, index)?;
        }
        let changes = block.finish(self)?;
        self.round = self.round.next();
        self.time = self.time.plus_secs(1);
        self.leaves.extend(bundles.iter().flat_map(|effects| effects.commitments()));
        self.take(&changes);
        Ok(changes)
    }

    fn take(&mut self, changes: &PoolChanges) {
        self.pool = changes.pool.clone();
        self.frontier = changes.frontier.clone();
        self.spent.extend(changes.spent.iter().map(|nf| (*nf, self.round)));
        if let Some((number, anchor, time)) = changes.retired {
            self.retired.insert(anchor, time);
            self.numbers.insert(number, anchor);
        }
        for (number, anchor) in &changes.forgotten {
            self.retired.remove(anchor);
            self.numbers.remove(number);
        }
        if let Some((tree, root)) = changes.finished {
            self.finished.insert(tree, root);
            self.leaves.clear();
        }
    }

    /// A wallet that has followed all leaves and marks these.
    pub(crate) fn wallet(&self, ours: &[u64]) -> Witnesses {
        let number = self.pool.anchor.tree;
        let mut tree = Witnesses::begin(number, &Frontier::empty(), Round(0)).unwrap();
        let ours: BTreeSet<u64> = ours.iter().copied().collect();
        tree.append(self.round, &self.leaves, &ours).unwrap();
        tree
    }

    pub(crate) fn spend(&self, made: &Made) -> Spend {
        let leaf = made.note.commitment().unwrap();
        let place = self.leaves.iter().position(|other| *other == leaf).unwrap() as u64;
        let witness = self.wallet(&[place]).witness(place, self.round).unwrap();
        Spend { note: made.note.clone(), witness }
    }
}
