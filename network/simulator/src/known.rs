//! What the adversary has heard: every vote that an honest member has sent, even if nobody got it.
//! From these and its own it makes all quorums that can be made.

use crate::ring::{Ring, Who};
use crate::tokens::Tokens;
use acp::{Message, Scheme};
use ledger::{Certificate, Place, Step};
use std::collections::BTreeMap;
use types::{BlockId, ChainId, Round};

/// Where a vote is cast.
pub(crate) type Ballot = (u64, Step, u32, BlockId);

/// The adversary's knowledge.
#[derive(Default)]
pub(crate) struct Known {
    votes: BTreeMap<Ballot, BTreeMap<u16, [u8; 64]>>,
    /// Blocks of each round, in the order in which they were heard of.
    blocks: BTreeMap<u64, Vec<BlockId>>,
    /// Their proposers' signatures.
    origins: BTreeMap<BlockId, [u8; 64]>,
}

/// How a quorum is made.
#[derive(Clone, Copy)]
pub(crate) struct Maker<'a> {
    pub(crate) ring: &'a Ring,
    pub(crate) chain: ChainId,
    pub(crate) quorum: usize,
    /// The adversary's members and their secrets.
    pub(crate) members: &'a [(Who, Tokens)],
}

impl Known {
    pub(crate) fn hear(&mut self, message: &Message) {
        match message {
            Message::Vote(vote) => {
                let ballot = (vote.round.0, vote.step, vote.view, vote.block);
                self.votes.entry(ballot).or_default().insert(vote.member, vote.signature);
            }
            Message::Proposal(proposal) => {
                self.learn(proposal.round.0, proposal.block);
                let origin = if proposal.view == 0 { Some(proposal.signature) } else { None };
                if let Some(origin) = origin.or(proposal.origin) {
                    self.origins.insert(proposal.block, origin);
                }
            }
            Message::Ticket(_)
            | Message::NewView(_)
            | Message::Quorum(_)
            | Message::Final(_)
            | Message::Status(_) => {}
        }
    }

    /// There is this block.
    pub(crate) fn learn(&mut self, round: u64, block: BlockId) {
        let blocks = self.blocks.entry(round).or_default();
        if !blocks.contains(&block) {
            blocks.push(block);
        }
    }

    pub(crate) fn blocks(&self, round: u64) -> &[BlockId] {
        self.blocks.get(&round).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn origin(&self, block: BlockId) -> Option<[u8; 64]> {
        self.origins.get(&block).copied()
    }

    pub(crate) fn set_origin(&mut self, block: BlockId, origin: [u8; 64]) {
        self.origins.insert(block, origin);
    }

    /// All ballots of this round and step for which a quorum can be made.
    pub(crate) fn quorums(&self, maker: Maker<'_>, round: u64, step: Step) -> Vec<Ballot> {
        let ballots = self.votes.range((round, step, 0, BlockId([0; 32]))..);
        let of_round = ballots.take_while(|((r, s, ..), _)| (*r, *s) == (round, step));
        let enough = |votes: &BTreeMap<u16, [u8; 64]>| {
            votes.len() + maker.seats(round).count() >= maker.quorum
        };
        of_round.filter(|(_, votes)| enough(votes)).map(|(ballot, _)| *ballot).collect()
    }

    /// A quorum of these votes and the adversary's own.
    pub(crate) fn quorum(&self, maker: Maker<'_>, ballot: Ballot) -> Option<Certificate> {
        let (round, step, view, block) = ballot;
        let mut votes = self.votes.get(&ballot).cloned().unwrap_or_default();
        let bytes = Place::acp(maker.chain, Round(round), view).vote(step, block);
        for (member, tokens) in maker.seats(round) {
            votes.insert(member, tokens.sign(&bytes));
        }
        let size = maker.ring.committee(round).size();
        let made = Certificate::new(step, Round(round), view, block, &votes, size);
        (votes.len() >= maker.quorum).then_some(made)
    }
}

impl<'a> Maker<'a> {
    /// The adversary's seats in this round.
    fn seats(self, round: u64) -> impl Iterator<Item = (u16, &'a Tokens)> {
        let seat = move |(who, tokens): &'a (Who, Tokens)| {
            Some((self.ring.position(round, *who)?, tokens))
        };
        self.members.iter().filter_map(seat)
    }
}
