//! The ledger as far as consensus sees it: what each round follows from, how its blocks look and
//! which are valid. Headers are real; a body is a number that stands in its root.

use crate::random::Random;
use crate::ring::Ring;
use crate::tokens::{self, hash};
use acp::RoundSetup;
use ledger::{CertifiedHeader, Header, HeaderRange, NO_PROPOSER, Tip};
use ledger::{first_beacon, leader_order, next_beacon, next_beacon_empty, ticket_input};
use std::sync::Arc;
use types::{BlockId, ChainId, Round, Timestamp};

/// When the first round may start, on a right clock.
pub(crate) const START: u64 = 1_700_000_000_000;

/// What a round starts from.
pub(crate) struct Ground {
    pub(crate) tip: Tip,
    /// For a member that is none; each node puts its own place into it.
    pub(crate) setup: RoundSetup,
}

/// The final blocks, and the ground of the round behind them.
pub(crate) struct Chain {
    pub(crate) id: ChainId,
    grounds: Vec<Ground>,
    finals: Vec<CertifiedHeader>,
    /// Between blocks, in milliseconds.
    interval: u64,
    random: Random,
}

/// What a proposer chooses of its block.
#[derive(Clone, Copy)]
pub(crate) struct Draft {
    pub(crate) proposer: u16,
    pub(crate) ticket: [u8; 80],
    pub(crate) time: Timestamp,
    /// Stands for the transactions.
    pub(crate) content: u64,
}

impl Chain {
    pub(crate) fn new(random: &mut Random, ring: &Ring, interval: u64) -> Self {
        let id = ChainId(random.bytes());
        let tip = Tip {
            round: Round(0),
            block: BlockId(id.0),
            time: Timestamp(START.saturating_sub(interval)),
            state_root: random.bytes(),
            committee: ring.hash(1),
            beacon: first_beacon(id),
            beacon_before: first_beacon(id),
            history: HeaderRange::default(),
        };
        let mut random = random.fork();
        let ground = Ground::new(id, tip, ring, (interval, &mut random));
        Self { id, grounds: vec![ground], finals: vec![], interval, random }
    }

    /// The round that nobody has decided yet.
    pub(crate) fn height(&self) -> u64 {
        self.grounds.last().map_or(1, |ground| ground.setup.round.0)
    }

    /// What this round starts from; `None` before the round before it is final.
    pub(crate) fn ground(&self, round: u64) -> Option<&Ground> {
        self.grounds.get(usize::try_from(round.checked_sub(1)?).ok()?)
    }

    /// The final block of this round.
    pub(crate) fn last(&self, round: u64) -> Option<&CertifiedHeader> {
        self.finals.get(usize::try_from(round.checked_sub(1)?).ok()?)
    }

    /// What tickets of this round are drawn from, once it is known.
    pub(crate) fn draws(&self, round: u64) -> Option<[u8; 32]> {
        let before = || self.ground(round.checked_sub(1)?).map(|g| g.setup.next_draw_from);
        self.ground(round).map(|ground| ground.setup.draw_from).or_else(before)
    }

    /// Takes the first final block of the newest round.
    pub(crate) fn append(&mut self, ring: &Ring, header: CertifiedHeader) {
        let Some(ground) = self.grounds.last() else { return };
        let tip = ground.tip.after(&header.header);
        let pace = (self.interval, &mut self.random);
        self.grounds.push(Ground::new(self.id, tip, ring, pace));
        self.finals.push(header);
    }

    /// A valid block.
    pub(crate) fn block(&self, round: u64, draft: &Draft) -> Option<Header> {
        let ground = self.ground(round)?;
        let body_root = spread(hash([draft.content, 1], &[0]));
        Some(Header {
            time: Timestamp(draft.time.0.max(ground.setup.not_before.0)),
            body_root,
            state_root: after(&ground.tip.state_root, &body_root),
            beacon: next_beacon(&ground.tip.beacon, &tokens::output(&draft.ticket)),
            parent_certificate: spread(hash([draft.content, 2], &[1])),
            proposer: draft.proposer,
            ticket: draft.ticket,
            ..ground.setup.empty.clone()
        })
    }

    /// True if this block may follow its parent: everything but the clock and the certificate.
    pub(crate) fn is_valid(&self, ring: &Ring, header: &Header) -> bool {
        let Some(ground) = self.ground(header.round.0) else { return false };
        if header.is_empty_block() {
            return *header == ground.setup.empty;
        }
        let input = ticket_input(&ground.setup.draw_from, header.round);
        let drawn = ring
            .seated(header.round.0, header.proposer)
            .is_some_and(|tokens| tokens.drew(&input, &header.ticket));
        let right = Header {
            time: header.time,
            body_root: header.body_root,
            state_root: after(&ground.tip.state_root, &header.body_root),
            beacon: next_beacon(&ground.tip.beacon, &tokens::output(&header.ticket)),
            parent_certificate: header.parent_certificate,
            proposer: header.proposer,
            ticket: header.ticket,
            ..ground.setup.empty.clone()
        };
        drawn && header.time >= ground.setup.not_before && *header == right
    }
}

impl Ground {
    fn new(id: ChainId, tip: Tip, ring: &Ring, (interval, random): (u64, &mut Random)) -> Self {
        let round = tip.round.next();
        let not_before = tip.time.plus_millis(interval);
        let committee = Arc::clone(ring.committee(round.0));
        let reputation: Vec<u8> =
            (0..committee.size()).map(|_| if random.chance(50) { 1 } else { 3 }).collect();
        let order = leader_order(&committee, &reputation, &tip.beacon, round).into();
        let empty = Header {
            version: Header::VERSION,
            chain: id,
            round,
            time: not_before,
            parent: tip.block,
            body_root: [0; 32],
            state_root: after(&tip.state_root, &[0; 32]),
            receipts_root: [0; 32],
            committee: ring.hash(round.0),
            next_committee: ring.hash(round.0 + 1),
            beacon: next_beacon_empty(&tip.beacon, round),
            history: tip.history.root(),
            parent_certificate: [0; 32],
            proposer: NO_PROPOSER,
            ticket: [0; 80],
            flags: 0,
        };
        let setup = RoundSetup {
            chain: id,
            round,
            parent: tip.block,
            not_before,
            committee,
            member: None,
            order,
            draw_from: tip.beacon_before,
            next_draw_from: tip.beacon,
            next_member: None,
            empty,
            may_speak: true,
        };
        Self { tip, setup }
    }
}

/// The state after this body: whoever executes it comes to the same root.
fn after(state: &[u8; 32], body: &[u8; 32]) -> [u8; 32] {
    let [a, b] = hash([3, 5], body);
    spread(hash([a, b], state))
}

fn spread(hash: [u64; 2]) -> [u8; 32] {
    let [a, b] = hash;
    let mut bytes = [0; 32];
    for (to, word) in bytes.chunks_mut(8).zip([a, b, a ^ b.rotate_left(7), !a]) {
        to.copy_from_slice(&word.to_be_bytes());
    }
    bytes
}
