//! Three weeks of headers, as a network makes them: one a second, an epoch each 1,800.
//!
//! All 1.8 million are made and hashed; kept are those that a server sends from: the last of each
//! epoch, and what was asked for. Managers sign a header when it is asked for.

use keys::{Ed25519Key, VrfKey};
use ledger::{
    Certificate, CertifiedHeader, Committee, Draw, Genesis, Header, Member, Params, Place, Tip,
    next_beacon_empty,
};
use light::Step;
use std::collections::BTreeMap;
use types::{ChainId, Round};

/// Half an hour.
pub(crate) const EPOCH: u32 = 1_800;

/// Who decides.
#[derive(Clone, Copy)]
pub(crate) struct Seating {
    pub(crate) managers: u8,
    /// Seats that another manager takes with each epoch.
    pub(crate) leave: u8,
}

impl Seating {
    /// Whoever has left never comes back: no two far moments have managers in common.
    fn numbers(self, epoch: u64) -> impl Iterator<Item = u64> {
        let first = u64::from(self.leave) * epoch;
        first..first + u64::from(self.managers)
    }

    fn committee(self, epoch: u64) -> Committee {
        Committee::new(self.numbers(epoch).map(member).collect()).unwrap()
    }

    /// The genesis of a network with these managers.
    pub(crate) fn genesis(self, like: &Genesis) -> Genesis {
        let params = Params { interval_ms: 1_000, epoch: EPOCH, ..Params::DEVNET };
        let mut managers = testkit::managers(self.managers);
        managers.iter_mut().zip(self.numbers(0)).for_each(|(seat, of)| seat.member = member(of));
        managers.sort_unstable_by_key(|manager| manager.member);
        Genesis { params, managers, ..like.clone() }
    }
}

/// Headers whose managers sign them when they are asked for.
pub(crate) struct Chain {
    pub(crate) genesis: Genesis,
    seating: Seating,
    kept: BTreeMap<Round, Header>,
}

impl Chain {
    /// So many rounds; the rounds behind `wanted` are kept, too.
    pub(crate) fn new(seating: Seating, genesis: Genesis, root: [u8; 32], rounds: &[u64]) -> Self {
        let (chain, last) = (genesis.chain(), rounds.iter().copied().max().unwrap_or_default());
        let wanted =
            |round: u64| rounds.iter().any(|wanted| (*wanted..=wanted + 1).contains(&round));
        let (mut tip, mut kept) = (genesis.tip([0; 32]), BTreeMap::new());
        let mut next = tip.committee;
        let receipts = ledger::receipts_root(&[]);
        for round in (1..=last).map(Round) {
            if genesis.params.is_boundary(round) && seating.leave > 0 {
                next = seating.committee(genesis.params.epoch_of(round) + 1).hash();
            }
            let header = following(chain, &tip, (root, receipts), next);
            tip = tip.after(&header);
            if genesis.params.is_boundary(round) || wanted(round.0) {
                kept.insert(round, header);
            }
        }
        Self { genesis, seating, kept }
    }

    pub(crate) fn last(&self) -> &Header {
        self.kept.values().next_back().unwrap()
    }

    /// A whole step; nothing for a header that nobody should ask for.
    pub(crate) fn step(&self, round: Round) -> Option<Step> {
        let header = self.kept.get(&round)?;
        let params = &self.genesis.params;
        let (epoch, after) = (params.epoch_of(round), params.epoch_of(round.next()));
        let (committee, next) = (self.seating.committee(epoch), self.seating.committee(after));
        // Those who have been there for the shortest time: what a reader trusts least.
        let late = usize::from(self.seating.managers) - committee.quorum();
        let signers = self.seating.numbers(epoch).skip(late);
        let certified = certified(header.clone(), &committee, signers);
        Some(Step::new(certified, committee, Some(next)))
    }

    /// Every boundary by itself.
    pub(crate) fn boundaries(&self) -> Vec<Step> {
        let params = &self.genesis.params;
        let rounds = self.kept.keys().filter(|round| params.is_boundary(**round));
        rounds.filter_map(|round| self.step(*round)).collect()
    }
}

fn seed(number: u64) -> [u8; 32] {
    let mut seed = [0x5e; 32];
    seed[..8].copy_from_slice(&number.to_be_bytes());
    seed
}

fn signer(number: u64) -> Ed25519Key {
    Ed25519Key::from_seed(seed(number))
}

fn member(number: u64) -> Member {
    let vrf = VrfKey::from_seed(seed(!number)).public();
    Member { key: signer(number).public(), vrf }
}

fn certified(
    header: Header,
    committee: &Committee,
    signers: impl Iterator<Item = u64>,
) -> CertifiedHeader {
    let (step, block) = (ledger::Step::Commit, header.id());
    let bytes = Place::acp(header.chain, header.round, 0).vote(step, block);
    let vote = |key: Ed25519Key| (committee.position(&key.public()).unwrap(), key.sign(&bytes));
    let votes: BTreeMap<u16, [u8; 64]> = signers.map(signer).map(vote).collect();
    let certificate = Certificate::new(step, header.round, 0, block, &votes, committee.size());
    CertifiedHeader { header, certificate }
}

fn following(
    chain: ChainId,
    tip: &Tip,
    (state_root, receipts_root): ([u8; 32], [u8; 32]),
    next_committee: [u8; 32],
) -> Header {
    let round = tip.round.next();
    let draw = Draw { proposer: 0, ticket: [7; 80], output: [5; 64] };
    Header {
        version: Header::VERSION,
        chain,
        round,
        time: tip.time.plus_millis(1_000),
        parent: tip.block,
        body_root: [1; 32],
        state_root,
        receipts_root,
        committee: tip.committee,
        next_committee,
        beacon: next_beacon_empty(&tip.beacon, round),
        history: tip.history.root(),
        parent_certificate: [2; 32],
        proposer: draw.proposer,
        ticket: draw.ticket,
        flags: 0,
    }
}
