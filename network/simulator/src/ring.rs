//! Who is who in a run: people with their tokens, and the committees they sit in.

use crate::random::Random;
use crate::tokens::Tokens;
use ledger::{Committee, Member};
use std::sync::Arc;

/// A person: an index into the run's people, which stays while seats change.
pub(crate) type Who = usize;

#[derive(Debug)]
struct Seating {
    committee: Arc<Committee>,
    hash: [u8; 32],
    people: Vec<Who>,
}

/// All people of a run, the committee it begins with and the one after its epoch.
#[derive(Debug)]
pub(crate) struct Ring {
    people: Vec<(Tokens, Member)>,
    first: Seating,
    second: Seating,
    /// The first round of the second committee.
    change: u64,
}

impl Ring {
    /// `size` members, of whom `leave` make room for as many newcomers from round `change` on.
    pub(crate) fn new(random: &mut Random, size: usize, leave: usize, change: u64) -> Option<Self> {
        let people: Vec<_> = (0..size + leave).map(|_| Tokens::generate(random)).collect();
        let first = Seating::of(&people, 0..size)?;
        // The last ones leave: which those are in the order of keys is chance.
        let second = Seating::of(&people, (0..size - leave).chain(size..size + leave))?;
        Some(Self { people, first, second, change })
    }

    fn seating(&self, round: u64) -> &Seating {
        if round < self.change { &self.first } else { &self.second }
    }

    pub(crate) fn people(&self) -> usize {
        self.people.len()
    }

    pub(crate) fn committee(&self, round: u64) -> &Arc<Committee> {
        &self.seating(round).committee
    }

    pub(crate) fn hash(&self, round: u64) -> [u8; 32] {
        self.seating(round).hash
    }

    /// Who sits where in this round.
    pub(crate) fn seats(&self, round: u64) -> &[Who] {
        &self.seating(round).people
    }

    pub(crate) fn position(&self, round: u64, who: Who) -> Option<u16> {
        let at = self.seats(round).iter().position(|seated| *seated == who)?;
        u16::try_from(at).ok()
    }

    pub(crate) fn at(&self, round: u64, position: u16) -> Option<Who> {
        self.seats(round).get(usize::from(position)).copied()
    }

    /// The secrets of a person: for that person's own node, and to check what it has signed.
    pub(crate) fn tokens(&self, who: Who) -> Option<&Tokens> {
        self.people.get(who).map(|(tokens, _)| tokens)
    }

    /// The secrets behind a seat.
    pub(crate) fn seated(&self, round: u64, position: u16) -> Option<&Tokens> {
        self.tokens(self.at(round, position)?)
    }

    /// Who signs with this key.
    pub(crate) fn owner(&self, key: &[u8; 32]) -> Option<Who> {
        self.people.iter().position(|(_, member)| member.key == *key)
    }
}

impl Seating {
    fn of(people: &[(Tokens, Member)], who: impl Iterator<Item = Who>) -> Option<Self> {
        let mut seated: Vec<(Member, Who)> =
            who.filter_map(|who| Some((people.get(who)?.1, who))).collect();
        seated.sort_unstable();
        let committee = Committee::new(seated.iter().map(|(member, _)| *member).collect())?;
        let people = seated.into_iter().map(|(_, who)| who).collect();
        Some(Self { hash: committee.hash(), committee: Arc::new(committee), people })
    }
}
