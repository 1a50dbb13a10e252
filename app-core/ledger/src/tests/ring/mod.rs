//! The rings: registrations, epochs, credits, evidence. This file has the chain that they share.

mod conflict;
mod convictions;
mod credits;
mod epochs;
mod evidence;
mod golden;
mod histories;
mod late_votes;
mod managers;
mod scores;
mod strength;
mod succession;
mod workers;

use super::{Net, START, abc, actor, address, manager, member};
use crate::*;
use keys::{EcdsaKey, Ed25519Key, VrfKey};
use std::collections::BTreeMap;
use types::{Address, Round};
use wire::Decode;

/// Enough for several bonds.
pub(crate) const RICH: u64 = 10_000_000_000;
pub(crate) const BOND: u64 = Params::DEVNET.manager_bond;
/// A day in milliseconds.
pub(crate) const DAY: u64 = 24 * 3_600_000;

/// A ledger with real headers, so that epochs, beacons and proofs are what they are.
pub(crate) struct Ring {
    pub(crate) net: Net,
    pub(crate) tip: Tip,
    pub(crate) headers: Vec<Header>,
    range: HeaderRange,
    nodes: BTreeMap<(u8, u64), [u8; 32]>,
    supply: u128,
    pub(crate) entries: Vec<(Address, Entry)>,
}

impl Ring {
    /// So many managers, by the seeds from 1, and rich people.
    pub(crate) fn new(size: u8, people: &[&EcdsaKey]) -> Self {
        let mut net = Net::new(people);
        net.genesis = genesis_of(size, people);
        net.state = net.genesis.state();
        let (tip, supply) = (net.genesis.tip([0; 32]), net.supply());
        let (range, nodes) = (HeaderRange::default(), BTreeMap::new());
        let entries = net.genesis.entries();
        Self { net, tip, headers: Vec::new(), range, nodes, supply, entries }
    }

    pub(crate) fn context(&self) -> BlockContext<'_> {
        BlockContext::of_empty(&self.tip, self.net.genesis.chain(), &self.net.genesis.params)
    }

    /// The canonical empty block.
    pub(crate) fn empty(&mut self) -> Outcome {
        let outcome = execute(&self.net.state, &self.context(), &Body::default(), &|_| false);
        let outcome = outcome.unwrap();
        let header = self.context().empty_header(&self.tip, &outcome, [0; 32]);
        self.take(header, outcome)
    }

    /// A block by this member that shows the votes of these for its parent.
    pub(crate) fn block(&mut self, by: u16, voters: &[u16], txs: &[Transaction]) -> Outcome {
        self.block_after(0, by, voters, txs)
    }

    /// The same, so many milliseconds later than it might have been.
    pub(crate) fn block_after(
        &mut self,
        late: u64,
        by: u16,
        voters: &[u16],
        txs: &[Transaction],
    ) -> Outcome {
        let parent_certificate = self.certificate(voters);
        let body = Body { parent_certificate, late: Vec::new(), transactions: txs.to_vec() };
        self.holds(late, by, &body)
    }

    /// A block of this body.
    pub(crate) fn holds(&mut self, late: u64, by: u16, body: &Body) -> Outcome {
        let mut context = self.context().by(by);
        context.time = context.time.plus_millis(late);
        let outcome = execute(&self.net.state, &context, body, &|_| false).unwrap();
        let output = [self.tip.round.0 as u8; 64];
        let draw = Draw { proposer: by, ticket: [1; 80], output };
        let header = context.header(&self.tip, body, &outcome, [0; 32], &draw);
        assert_eq!(header.proposer, by);
        self.take(header, outcome)
    }

    /// A block with these transactions by the first member, without votes.
    pub(crate) fn with(&mut self, txs: &[Transaction]) -> Outcome {
        self.block(0, &[], txs)
    }

    /// Goes on by empty blocks until this round is the next.
    pub(crate) fn go_to(&mut self, round: u64) {
        while self.net.round < Round(round) {
            self.empty();
        }
    }

    /// Goes to the first round of the next epoch, and through it.
    pub(crate) fn next_epoch(&mut self) -> Outcome {
        let params = self.net.genesis.params;
        let next = (params.epoch_of(self.net.round) + 1) * u64::from(params.epoch);
        self.go_to(next);
        self.empty()
    }

    fn certificate(&self, voters: &[u16]) -> Option<Certificate> {
        let votes: BTreeMap<_, _> = voters.iter().map(|member| (*member, [0; 64])).collect();
        let size = self.committee().size();
        let Tip { round, block, .. } = self.tip;
        (!votes.is_empty()).then(|| Certificate::new(Step::Commit, round, 0, block, &votes, size))
    }

    fn take(&mut self, header: Header, outcome: Outcome) -> Outcome {
        let interval = self.net.genesis.params.interval_ms;
        assert_eq!(header.follows(&self.tip, interval), Ok(()));
        self.net.take(&outcome.changes);
        self.tip = self.tip.after(&header);
        for node in self.range.append(header.id()) {
            self.nodes.insert((node.height, node.index), node.hash);
        }
        self.headers.push(header);
        self.entries.extend(outcome.entries.iter().cloned());
        self.net.round = self.net.round.next();
        assert_eq!(self.net.supply(), self.supply, "money is kept");
        outcome
    }

    /// Who decides the next round.
    pub(crate) fn committee(&self) -> Committee {
        self.seats().committee()
    }

    pub(crate) fn seats(&self) -> Seats {
        Seats::of(&self.net.state, &self.net.genesis.params, self.net.round).unwrap()
    }

    pub(crate) fn registration(&self, seed: u8) -> Option<Registration> {
        let all = managers(&self.net.state).unwrap();
        all.into_iter().find(|known| known.member == member(seed))
    }

    pub(crate) fn number(&self, seed: u8) -> Option<u16> {
        self.committee().position(&manager(seed).public())
    }

    pub(crate) fn pot(&self, pot: Pot) -> u64 {
        let cell = self.net.state.get(&pot.key());
        cell.map_or(0, |bytes| types::Amount::<types::Abc>::from_bytes(bytes).unwrap().units())
    }

    /// Shows the header of a round under the range of so many headers.
    pub(crate) fn proof(&self, round: Round, leaves: u64) -> RangeProof {
        let (siblings, peaks) = range_places(round, leaves).unwrap();
        let find = |places: Vec<_>| places.iter().map(|place| self.nodes[place]).collect();
        RangeProof { leaves, siblings: find(siblings), peaks: find(peaks) }
    }

    /// A transaction of one action, signed by its source and, if one is given, by another key.
    pub(crate) fn order(
        &self,
        from: &EcdsaKey,
        action: RingAction,
        other: Option<&Ed25519Key>,
    ) -> Transaction {
        let mut tx = self.net.order_of(&[from], vec![Action::Ring(action)]);
        let sighash = tx.sighash();
        tx.witness = vec![from.sign(&sighash).to_vec()];
        tx.witness.extend(other.map(|key| key.sign(&sighash).to_vec()));
        tx
    }

    /// Registers the manager of a seed.
    pub(crate) fn joins(&self, from: &EcdsaKey, seed: u8) -> Transaction {
        let action = self.registration_of(from, seed);
        self.order(from, RingAction::RegisterManager(action), Some(&manager(seed)))
    }

    /// What registers the manager of a seed for an account.
    pub(crate) fn registration_of(&self, from: &EcdsaKey, seed: u8) -> RegisterManager {
        let home = home_of(&self.net.state, address(from)).unwrap();
        let input = possession_input(self.net.genesis.chain(), home, &member(seed).key);
        let possession = VrfKey::from_seed([seed + 100; 32]).prove(&input);
        RegisterManager { source: 0, member: member(seed), possession, bond: abc(BOND) }
    }

    pub(crate) fn leaves(&self, from: &EcdsaKey) -> Transaction {
        let action = RingAction::UnregisterManager(UnregisterManager { source: 0 });
        self.order(from, action, None)
    }

    pub(crate) fn reports(&self, from: &EcdsaKey, evidence: Evidence) -> Transaction {
        let action = ReportEvidence { source: 0, evidence: Box::new(evidence) };
        self.order(from, RingAction::ReportEvidence(action), None)
    }

    #[track_caller]
    pub(crate) fn refuses(&self, tx: &Transaction, code: &str) {
        let refused = check(&self.net.state, &self.context(), tx).unwrap_err();
        assert_eq!(refused.code(), code, "{refused}");
    }

    /// Two votes of one place by this manager, in a round.
    pub(crate) fn double_vote(&self, seed: u8, round: Round) -> Evidence {
        let vote = |block| evidence::vote(self.net.genesis.chain(), seed, round, block);
        let offence = Offence::DuplicateVote(vote(1), vote(2));
        Evidence { key: manager(seed).public(), offence }
    }
}

/// The account of a manager of the genesis; beyond four they are counted on.
pub(crate) fn owner(seed: u8) -> EcdsaKey {
    actor(100 + seed)
}

fn genesis_of(size: u8, people: &[&EcdsaKey]) -> Genesis {
    let homes: Vec<Address> = people.iter().map(|key| address(key)).collect();
    let mut genesis = super::genesis(&homes);
    let first = |seed| FirstManager {
        member: member(seed),
        account: address(&owner(seed)),
        bond: abc(BOND),
    };
    genesis.managers = (1..=size).map(first).collect();
    genesis.managers.sort_unstable_by_key(|manager| manager.member);
    genesis.balances = homes.iter().map(|home| (*home, abc(RICH))).collect();
    let owners = genesis.managers.iter().map(|manager| (manager.account, abc(START)));
    genesis.balances.extend(owners);
    genesis.balances.sort_unstable();
    assert_eq!(genesis.check(), Ok(()));
    genesis
}
