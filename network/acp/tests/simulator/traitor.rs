//! One member that signs whatever it likes: two proposals, votes for both, nonsense.

use crate::world::{CHAIN, INVALID, World, empty_body};
use acp::{Message, Proposal, Vote, proposal_bytes};
use ed25519_dalek::Signer;
use ledger::{Header, Step, vote_bytes};
use rand::RngExt;
use types::{BlockId, Round};
use wire::Encode;

/// Attacks the round that the furthest honest member works on.
pub(crate) fn act(world: &mut World) {
    let me = world.traitor.unwrap();
    let honest = world.honest();
    let ahead = honest.iter().copied().max_by_key(|m| world.height(*m)).unwrap();
    let parent = world.nodes[usize::from(ahead)].chain.last();
    let parent = parent.map_or(BlockId(CHAIN.0), |block| block.header.id());
    let round = Round(world.height(ahead) + 1);
    let mut blocks: Vec<Header> = (0..3).map(|_| world.header(round, parent)).collect();
    blocks[2].state_root = INVALID;
    for to in honest {
        let pick = world.rng.random_range(0..blocks.len());
        propose(world, me, to, &blocks[pick]);
        vote(world, me, to, round, blocks[pick].id());
        // Honest members' own choice, too: a traitor that helps now and hurts later.
        if let Some(block) = heard_vote(world, to, round) {
            vote(world, me, to, round, block);
        }
    }
}

fn propose(world: &mut World, me: u16, to: u16, header: &Header) {
    let key = &world.keys[usize::from(me)];
    let signature = key.sign(&proposal_bytes(CHAIN, header.round, 0, header.id())).to_bytes();
    let body = empty_body().to_bytes();
    let proposal = Proposal { header: header.clone(), body, signature };
    send(world, me, to, &Message::Proposal(Box::new(proposal)));
}

fn vote(world: &mut World, me: u16, to: u16, round: Round, block: BlockId) {
    let key = &world.keys[usize::from(me)];
    let votes = [Step::Prepare, Step::Commit].map(|step| {
        let signature = key.sign(&vote_bytes(CHAIN, round, 0, step, block)).to_bytes();
        Vote { step, round, view: 0, block, member: me, signature }
    });
    for vote in votes {
        send(world, me, to, &Message::Vote(vote.clone()));
        // In another's name: has to be dropped.
        send(world, me, to, &Message::Vote(Vote { member: (me + 1) % 4, ..vote }));
    }
}

fn heard_vote(world: &World, of: u16, round: Round) -> Option<BlockId> {
    world.nodes[usize::from(of)].prepared(round)
}

fn send(world: &mut World, from: u16, to: u16, message: &Message) {
    world.packets.push((from, to, message.to_bytes()));
}
