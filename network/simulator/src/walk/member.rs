//! One honest member of a walk: its engine, and all that distinguishes it from another.

use super::{HONEST, VALUES, VIEWS};
use crate::node::Engine;
use acp::{NewView, WalRecord};
use std::rc::Rc;

/// A place in a round: a view and a block, as small numbers.
pub(super) type At = (u32, usize);

/// A member, as far as its engine has been driven.
#[derive(Clone)]
pub(super) struct Member {
    pub(super) engine: Engine,
    /// What is durable.
    pub(super) log: Vec<WalRecord>,
    pub(super) seen: Seen,
    /// Its newest NewView, for others.
    pub(super) new_view: Option<Box<NewView>>,
}

/// What a member has said, holds and has been told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Seen {
    pub(super) view: u32,
    /// Its highest NewView, and the view after its quorum's.
    pub(super) announced: (u32, u32),
    pub(super) lock: Option<At>,
    pub(super) high: Option<At>,
    /// One bit for each block, by view.
    pub(super) prepared: [u8; VIEWS],
    pub(super) committed: [u8; VIEWS],
    /// It has had a proposal in its view.
    pub(super) offered: bool,
    /// The highest NewView that it has been shown of each honest member and of the adversary; 0 if
    /// that is not above its view, where it has no effect any more.
    pub(super) heard: [u32; HONEST + 1],
}

impl Seen {
    /// What the model of `acp-corrections.md` B.2 knows of a member.
    fn as_modelled(&self) -> Self {
        let announced = (self.announced.0, 0);
        Self { announced, high: None, offered: false, heard: [0; HONEST + 1], ..*self }
    }

    /// Enters a view: what was said below it has no effect any more.
    pub(super) fn enter(&mut self, view: u32) {
        self.offered &= view == self.view;
        self.view = view;
        self.heard.iter_mut().filter(|heard| **heard <= view).for_each(|heard| *heard = 0);
    }

    /// The same with blocks renamed, and honest members.
    fn renamed(&self, blocks: [usize; VALUES], members: [usize; HONEST]) -> Self {
        let set = |set: u8| {
            let bits = (0..).zip(blocks).filter(|(bit, _): &(u32, usize)| set >> bit & 1 == 1);
            bits.fold(0, |renamed, (_, to)| renamed | 1 << to)
        };
        let at = |(view, block): At| (view, blocks.get(block).copied().unwrap_or(block));
        let mut heard = self.heard;
        for (to, from) in heard.iter_mut().zip(members) {
            *to = self.heard.get(from).copied().unwrap_or(0);
        }
        Self {
            lock: self.lock.map(at),
            high: self.high.map(at),
            prepared: self.prepared.map(set),
            committed: self.committed.map(set),
            heard,
            ..*self
        }
    }

    /// All of it in 40 bits: views take two, a place four, a set of blocks two.
    fn packed(&self) -> u128 {
        let place = |at: Option<At>| {
            at.map_or(0, |(view, block)| 1 + u128::from(view) * 2 + u128::from(block > 0))
        };
        let (announced, quorum) = self.announced;
        let fields = [
            (u128::from(self.view), 2),
            (u128::from(announced), 2),
            (u128::from(quorum), 3),
            (place(self.lock), 4),
            (place(self.high), 4),
            (u128::from(self.offered), 1),
        ];
        let sets = self.prepared.iter().chain(&self.committed).map(|set| (u128::from(*set), 2));
        let heard = self.heard.iter().map(|view| (u128::from(*view), 2));
        let all = fields.into_iter().chain(sets).chain(heard);
        all.fold(0, |packed, (field, bits)| packed << bits | field)
    }
}

/// Bits of a member in a state's name.
const WIDTH: u32 = 40;

const ORDERS: [[usize; HONEST]; 6] =
    [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

/// A state's name: the least of all renamings.
pub(super) fn key(members: &[Rc<Member>; HONEST]) -> u128 {
    least(members, |seen| *seen)
}

/// The name of the model's state.
pub(super) fn model_key(members: &[Rc<Member>; HONEST]) -> u128 {
    least(members, Seen::as_modelled)
}

fn least(members: &[Rc<Member>; HONEST], of: impl Fn(&Seen) -> Seen) -> u128 {
    let seen =
        [0, 1, 2].map(|at: usize| members.get(at).map_or_else(Seen::default, |m| of(&m.seen)));
    let renamed = |order: [usize; HONEST], blocks| {
        order.iter().fold(0, |name, at| {
            let member = seen.get(*at).map_or(0, |seen| seen.renamed(blocks, order).packed());
            name << WIDTH | member
        })
    };
    let all = ORDERS.into_iter().flat_map(|order| [[0, 1], [1, 0]].map(|b| renamed(order, b)));
    all.min().unwrap_or(0)
}
