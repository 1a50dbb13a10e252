//! Setups, headers and messages; signatures are tokens that anybody can make.

use acp::{Message, NewView, Proposal, RoundSetup, Scheme, Status, Ticket, Vote};
use ledger::{Certificate, CertifiedHeader, Committee, Header, Member, NO_PROPOSER, Place, Step};
use std::collections::BTreeMap;
use std::sync::Arc;
use types::{BlockId, ChainId, Round, Timestamp};

pub const CHAIN: ChainId = ChainId([7; 32]);
/// A block with this state root is invalid to everybody.
pub const INVALID: [u8; 32] = [0xbb; 32];

/// A member's scheme without cryptography. Tickets rank members by number.
#[derive(Debug, Clone, Copy)]
pub struct Token(pub u16);

impl Scheme for Token {
    fn sign(&self, bytes: &[u8]) -> [u8; 64] {
        let half = wire::hash("token", &[&self.0.to_be_bytes(), bytes]);
        [half, half].concat().try_into().unwrap()
    }

    fn prove(&self, input: &[u8]) -> [u8; 80] {
        let mut proof = [0; 80];
        proof[..2].copy_from_slice(&self.0.to_be_bytes());
        proof[2..34].copy_from_slice(&wire::hash("token", &[input]));
        proof
    }

    fn output(&self, proof: &[u8; 80]) -> [u8; 64] {
        proof[..64].try_into().unwrap()
    }
}

pub fn committee(size: u16) -> Committee {
    let member = |n: u16| Member { key: [n as u8 + 1; 32], vrf: [n as u8 + 101; 32] };
    Committee::new((0..size).map(member).collect()).unwrap()
}

pub fn header(size: u16, round: Round, parent: BlockId, proposer: u16) -> Header {
    let empty = proposer == NO_PROPOSER;
    Header {
        version: Header::VERSION,
        chain: CHAIN,
        round,
        time: Timestamp(super::T0 + (round.0 - 1) * super::INTERVAL),
        parent,
        body_root: [0; 32],
        state_root: [1; 32],
        receipts_root: [2; 32],
        committee: committee(size).hash(),
        next_committee: committee(size).hash(),
        beacon: [3; 32],
        history: [4; 32],
        parent_certificate: [0; 32],
        proposer,
        ticket: if empty { [0; 80] } else { Token(proposer).prove(b"") },
        flags: 0,
    }
}

pub fn setup(size: u16, member: u16, chain: &[CertifiedHeader], order: &[u16]) -> RoundSetup {
    let parent = chain.last().map_or(BlockId(CHAIN.0), |end| end.header.id());
    let round = Round(chain.len() as u64 + 1);
    let empty = header(size, round, parent, NO_PROPOSER);
    RoundSetup {
        chain: CHAIN,
        round,
        parent,
        not_before: empty.time,
        committee: Arc::new(committee(size)),
        member: Some(member),
        order: order.into(),
        draw_from: [round.0 as u8; 32],
        next_draw_from: [round.0 as u8 + 1; 32],
        next_member: Some(member),
        empty,
        may_speak: true,
    }
}

fn sign(member: u16, bytes: &[u8]) -> [u8; 64] {
    Token(member).sign(bytes)
}

pub fn vote(member: u16, step: Step, view: u32, block: BlockId) -> Message {
    vote_in(Round(1), member, step, view, block)
}

pub fn vote_in(round: Round, member: u16, step: Step, view: u32, block: BlockId) -> Message {
    let signature = sign(member, &Place::acp(CHAIN, round, view).vote(step, block));
    Message::Vote(Vote { step, round, view, block, member, signature })
}

pub fn quorum(step: Step, view: u32, block: BlockId, signers: &[u16], size: u16) -> Certificate {
    let bytes = Place::acp(CHAIN, Round(1), view).vote(step, block);
    let votes: BTreeMap<_, _> = signers.iter().map(|m| (*m, sign(*m, &bytes))).collect();
    Certificate::new(step, Round(1), view, block, &votes, usize::from(size))
}

pub fn new_view(member: u16, view: u32, high: Option<Certificate>) -> Message {
    let shown = high.as_ref().map(|high| (high.view, high.block));
    let signature = sign(member, &Place::acp(CHAIN, Round(1), view).new_view(shown));
    Message::NewView(Box::new(NewView { round: Round(1), view, high, member, signature }))
}

/// A proposal; behind view 0 and without a quorum it carries the origin of its block.
pub fn proposal(leader: u16, view: u32, header: &Header, quorum: Option<Certificate>) -> Message {
    let (block, round) = (header.id(), header.round);
    let shown = quorum.as_ref().map(|quorum| (quorum.view, quorum.block));
    let signature = sign(leader, &Place::acp(CHAIN, round, view).proposal(block, shown));
    let needs_origin = view > 0 && quorum.is_none() && !header.is_empty_block();
    let bytes = Place::acp(CHAIN, round, 0).proposal(block, None);
    let origin = needs_origin.then(|| sign(header.proposer, &bytes));
    let header = Some(header.clone());
    Message::Proposal(Box::new(Proposal {
        round,
        view,
        block,
        header,
        quorum,
        origin,
        leader,
        signature,
    }))
}

pub fn ticket(member: u16, round: u64) -> Message {
    let (round, proof) = (Round(round), Token(member).prove(b""));
    let signature = sign(member, &Place::acp(CHAIN, round, 0).ticket(&proof));
    Message::Ticket(Ticket { round, member, proof, signature })
}

pub fn status(round: u64, view: u32) -> Message {
    Message::Status(Box::new(Status { round: Round(round), view, high: None }))
}
