//! What people try in a random history, sensible or not.

use super::world::World;
use crate::tests::signers::{Owns, Signs, by_all, falcon};
use crate::tests::{START, abc, actor};
use crate::*;
use keys::EcdsaKey;
use proptest::prelude::*;
use std::sync::LazyLock;
use types::Address;

static ECDSA: LazyLock<Vec<EcdsaKey>> = LazyLock::new(|| (1..=6).map(actor).collect());

/// How many keys there are: six of ECDSA, the first three with money at the beginning, then three
/// of Falcon.
pub(super) const KEYS: usize = 9;

pub(super) fn key(number: usize) -> &'static dyn Owns {
    match ECDSA.get(number) {
        Some(key) => key,
        None => falcon(number - ECDSA.len()),
    }
}

/// The transactions of a block, and how many empty blocks follow it.
#[derive(Debug, Clone)]
pub(super) struct Block {
    pub(super) attempts: Vec<Attempt>,
    pub(super) pause: u8,
}

#[derive(Debug, Clone)]
pub(super) struct Attempt {
    from: usize,
    deed: Deed,
    /// Another source that pays or sweeps as well.
    helper: Option<usize>,
    fee_error: u64,
    nonce_error: u64,
    forged: bool,
}

#[derive(Debug, Clone)]
enum Deed {
    Pay { to: usize, units: u64 },
    PayAll { to: usize },
    Convert { units: u64 },
    Add { key: usize },
    Retire { key: usize },
    Move { key: usize, old: usize },
    Profile,
    Give { units: u64, shares: u8, lucky: bool, rounds: u64 },
    Claim { gift: prop::sample::Index, member: usize, to: Option<usize>, sourced: bool },
    Collect { gift: prop::sample::Index, member: usize, to: usize },
}

fn deeds() -> impl Strategy<Value = Deed> {
    let units = || prop_oneof![6 => 10_000..START / 3, 1 => 0..20_000_u64, 1 => any::<u64>()];
    let keys = || 0..KEYS;
    let claim =
        (any::<prop::sample::Index>(), 0..4_usize, proptest::option::of(keys()), any::<bool>());
    prop_oneof![
        6 => (keys(), units()).prop_map(|(to, units)| Deed::Pay { to, units }),
        1 => keys().prop_map(|to| Deed::PayAll { to }),
        1 => units().prop_map(|units| Deed::Convert { units }),
        2 => keys().prop_map(|key| Deed::Add { key }),
        1 => keys().prop_map(|key| Deed::Retire { key }),
        1 => (6..KEYS, keys()).prop_map(|(key, old)| Deed::Move { key, old }),
        1 => Just(Deed::Profile),
        2 => (units(), 0..5_u8, any::<bool>(), 0..12_u64).prop_map(
            |(units, shares, lucky, rounds)| Deed::Give { units, shares, lucky, rounds }
        ),
        5 => claim.prop_map(
            |(gift, member, to, sourced)| Deed::Claim { gift, member, to, sourced }
        ),
        4 => (any::<prop::sample::Index>(), 0..4_usize, keys()).prop_map(
            |(gift, member, to)| Deed::Collect { gift, member, to }
        ),
    ]
}

fn attempt() -> impl Strategy<Value = Attempt> {
    let rarely = || prop_oneof![14 => Just(0_u64), 1 => 1..3_u64];
    // Mostly those who have money.
    let from = prop_oneof![3 => 0..3_usize, 1 => 0..KEYS];
    let helper = proptest::option::weighted(0.1, 0..KEYS);
    let errors = (rarely(), rarely(), proptest::bool::weighted(0.05));
    (from, deeds(), helper, errors).prop_map(
        |(from, deed, helper, (fee_error, nonce_error, forged))| Attempt {
            from,
            deed,
            helper,
            fee_error,
            nonce_error,
            forged,
        },
    )
}

pub(super) fn blocks() -> impl Strategy<Value = Vec<Block>> {
    let attempts = proptest::collection::vec(attempt(), 0..5);
    let block = (attempts, prop_oneof![3 => Just(0_u8), 1 => 1..6_u8]);
    let block = block.prop_map(|(attempts, pause)| Block { attempts, pause });
    proptest::collection::vec(block, 1..14)
}

fn address(number: usize) -> Address {
    key(number).address()
}

impl Attempt {
    /// The transaction, and the gift that it would make.
    pub(super) fn transaction(&self, world: &mut World) -> Option<Transaction> {
        let mut sources = vec![key(self.from)];
        let (mut actions, slots) = self.deed.actions(world)?;
        if let Deed::Claim { sourced: false, .. } | Deed::Collect { .. } = self.deed {
            sources.clear();
        } else if let Some(helper) = self.helper {
            sources.push(key(helper));
            let to = address(self.from);
            actions.push(Action::PayAll(PayAll { source: 1, to }));
        }
        let mut tx = world.net.plan(&sources, actions);
        tx.fee = tx.fee.plus(abc(self.fee_error))?;
        if let Some(source) = tx.sources.first_mut() {
            source.nonce += self.nonce_error;
        }
        let sources = sources.into_iter().map(|source| source as &dyn Signs);
        let others = slots.into_iter().map(|other| key(other) as &dyn Signs);
        let mut signers: Vec<_> = sources.chain(others).collect();
        if let Deed::Claim { gift, member, .. } | Deed::Collect { gift, member, .. } = &self.deed {
            let (gift, _) = gift.get(&world.gifts);
            signers.push(&gift.members[*member]);
        }
        let mut tx = by_all(tx, &signers);
        if self.forged {
            tx.witness[0][9] ^= 1;
        }
        Some(tx)
    }
}

impl Deed {
    /// What it does, and which keys sign beside the sources.
    fn actions(&self, world: &mut World) -> Option<(Vec<Action>, Vec<usize>)> {
        let source = 0;
        let add = |number: usize| Action::AddKey(AddKey { source, key: key(number).key() });
        let retire =
            |number: usize| Action::RetireKey(RetireKey { source, address: address(number) });
        Some(match *self {
            Self::Pay { to, units } => {
                (vec![Action::Pay(Pay { source, to: address(to), amount: abc(units) })], vec![])
            }
            Self::PayAll { to } => {
                (vec![Action::PayAll(PayAll { source, to: address(to) })], vec![])
            }
            Self::Convert { units } => {
                (vec![Action::Convert(Convert { source, abc: abc(units) })], vec![])
            }
            Self::Add { key } => (vec![add(key)], vec![key]),
            Self::Retire { key } => (vec![retire(key)], vec![]),
            Self::Move { key, old } => (vec![add(key), retire(old)], vec![key]),
            Self::Profile => {
                (vec![Action::SetProfile(SetProfile { source, hash: [1; 32] })], vec![])
            }
            Self::Give { units, shares, lucky, rounds } => {
                let mut gift = super::gift(world.given, units, (shares, lucky));
                gift.made.expiry = world.net.round.plus(rounds);
                let action = gift.action();
                world.offer(gift);
                (vec![action], vec![])
            }
            Self::Claim { ref gift, member, to, .. } => {
                if world.gifts.is_empty() {
                    return None;
                }
                let (gift, id) = gift.get(&world.gifts);
                let claim = gift.claim(*id, member, to.map(address));
                (vec![Action::ClaimEnvelope(Box::new(claim))], vec![])
            }
            Self::Collect { ref gift, member, to } => {
                if world.gifts.is_empty() {
                    return None;
                }
                let (gift, id) = gift.get(&world.gifts);
                let (key, pay_to) = (gift.members[member].public(), Some(address(to)));
                let collect = CollectEnvelope { envelope: *id, key, pay_to };
                (vec![Action::CollectEnvelope(collect)], vec![])
            }
        })
    }
}
