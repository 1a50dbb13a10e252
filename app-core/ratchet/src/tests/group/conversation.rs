//! A group of four in which people come and go, while messages are lost, late, out of order and
//! repeated: everybody reads what was meant for them, once.

use super::{Sender, read};
use crate::{RatchetError, SenderKeyRecord};
use rand::{Rng, RngExt};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use std::collections::{BTreeMap, BTreeSet};
use wire::{Decode, Encode};

const MESSAGES: usize = 2_000;
const MEMBERS: usize = 4;
/// Chains of one sender that are kept.
const CHAINS: usize = 5;

struct Post {
    from: usize,
    chain: u32,
    iteration: u32,
    /// Who was in the group when it was sent.
    audience: BTreeSet<usize>,
    bytes: Vec<u8>,
}

/// What somebody has of a chain.
struct Held {
    chain: u32,
    from: u32,
    read: BTreeSet<u32>,
}

struct Person {
    sender: Sender,
    /// How many chains there were before the present one.
    chain: u32,
    records: BTreeMap<usize, SenderKeyRecord>,
    /// By sender; in each, the newest first.
    held: BTreeMap<usize, Vec<Held>>,
    inbox: Vec<usize>,
}

struct Group {
    /// Everybody who ever was in it.
    people: Vec<Person>,
    members: BTreeSet<usize>,
    posts: Vec<Post>,
    rng: ChaCha20Rng,
    seen: BTreeMap<&'static str, usize>,
}

impl Person {
    fn expected(&mut self, number: usize, post: &Post) -> Result<Vec<u8>, RatchetError> {
        let held = self.held.entry(post.from).or_default();
        let held = held.iter_mut().find(|held| held.chain == post.chain);
        let held = held.ok_or(RatchetError::NoSenderKey)?;
        if held.from <= post.iteration && held.read.insert(post.iteration) {
            Ok(text(number))
        } else {
            Err(RatchetError::Duplicate)
        }
    }
}

fn text(number: usize) -> Vec<u8> {
    format!("message {number}").into_bytes()
}

impl Group {
    fn new(seed: u64) -> Self {
        let rng = ChaCha20Rng::seed_from_u64(seed);
        let (people, posts, seen) = (vec![], vec![], BTreeMap::new());
        let mut group = Self { people, members: BTreeSet::new(), posts, rng, seen };
        (0..MEMBERS).for_each(|_| group.join());
        group
    }

    fn choose(&mut self, from: &BTreeSet<usize>) -> usize {
        let at = self.rng.random_range(0..from.len());
        *from.iter().nth(at).unwrap()
    }

    fn happens(&mut self, percent: u32) -> bool {
        self.rng.next_u32() % 100 < percent
    }

    /// The newcomer gets everybody's present position, and everybody the newcomer's key.
    fn join(&mut self) {
        let newcomer = self.people.len();
        let seed = 1_000 + newcomer as u64;
        let (records, held, inbox) = (BTreeMap::new(), BTreeMap::new(), vec![]);
        self.people.push(Person { sender: Sender::new(seed), chain: 0, records, held, inbox });
        for member in self.members.clone() {
            self.hand_out(member, newcomer);
            self.hand_out(newcomer, member);
        }
        self.members.insert(newcomer);
    }

    /// Everybody else starts a new chain, which the leaver does not get.
    fn leave(&mut self) {
        let leaver = self.choose(&self.members.clone());
        self.members.remove(&leaver);
        self.members.clone().into_iter().for_each(|member| self.renew(member));
    }

    fn renew(&mut self, member: usize) {
        self.people[member].sender.renew();
        self.people[member].chain += 1;
        for other in self.members.clone() {
            if other != member {
                self.hand_out(member, other);
            }
        }
    }

    fn hand_out(&mut self, from: usize, to: usize) {
        let chain = self.people[from].chain;
        let distribution = self.people[from].sender.distribution();
        let to = &mut self.people[to];
        to.records.entry(from).or_default().process(&distribution);
        let held = to.held.entry(from).or_default();
        let known = held.iter().position(|held| held.chain == chain);
        let new = || Held { chain, from: distribution.iteration(), read: BTreeSet::new() };
        let kept = known.map_or_else(new, |at| held.remove(at));
        held.insert(0, kept);
        held.truncate(CHAINS);
    }

    /// To everybody, those who have left included; one in ten copies is lost.
    fn send(&mut self) {
        let (from, number) = (self.choose(&self.members.clone()), self.posts.len());
        let sender = &mut self.people[from];
        let iteration = sender.sender.distribution().iteration();
        let bytes = sender.sender.send(&text(number));
        let (chain, audience) = (sender.chain, self.members.clone());
        self.posts.push(Post { from, chain, iteration, audience, bytes });
        for to in 0..self.people.len() {
            if to != from && !self.happens(10) {
                self.people[to].inbox.push(number);
            }
        }
    }

    /// Any waiting message of anybody; one in five comes again later.
    fn deliver(&mut self, to: usize) {
        let waiting = self.people[to].inbox.len();
        if waiting == 0 {
            return;
        }
        let at = self.rng.random_range(0..waiting);
        let again = self.happens(20);
        let person = &mut self.people[to];
        let number = if again { person.inbox[at] } else { person.inbox.swap_remove(at) };
        let post = &self.posts[number];
        let result = read(person.records.entry(post.from).or_default(), &post.bytes);
        assert_eq!(result, person.expected(number, post), "message {number} to {to}");
        let outcome = match result {
            Ok(_) => {
                assert!(post.audience.contains(&to), "message {number} to {to}");
                "read"
            }
            Err(RatchetError::Duplicate) => "duplicate",
            Err(_) if post.audience.contains(&to) => "forgotten",
            Err(_) => "not for them",
        };
        *self.seen.entry(outcome).or_default() += 1;
    }

    fn step(&mut self) {
        self.send();
        for _ in 0..self.rng.random_range(0..self.people.len() * 7 / 4) {
            let to = self.rng.random_range(0..self.people.len());
            self.deliver(to);
        }
        if self.happens(4) {
            if self.members.len() == MEMBERS { self.leave() } else { self.join() }
        }
        let (one, other) = (self.choose(&self.members.clone()), self.choose(&self.members.clone()));
        if one != other && self.happens(3) {
            self.hand_out(one, other);
        }
        if self.happens(20) {
            self.renew(one);
        }
        if self.happens(3) {
            for record in self.people[one].records.values_mut() {
                *record = SenderKeyRecord::from_bytes(&record.to_bytes()).unwrap();
            }
        }
    }
}

#[test]
fn people_come_and_go() {
    for seed in [1, 2] {
        let mut group = Group::new(seed);
        (0..MESSAGES).for_each(|_| group.step());
        for person in 0..group.people.len() {
            while !group.people[person].inbox.is_empty() {
                group.deliver(person);
            }
        }
        let seen: Vec<_> = group.seen.keys().copied().collect();
        assert_eq!(seen, ["duplicate", "forgotten", "not for them", "read"], "seed {seed}");
        assert!(group.people.len() > 2 * MEMBERS, "seed {seed}");
        assert!(group.seen["read"] > 2 * MESSAGES, "seed {seed}: {:?}", group.seen);
    }
}
